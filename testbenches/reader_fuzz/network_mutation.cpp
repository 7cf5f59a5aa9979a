// SPDX-License-Identifier: Apache-2.0
//
// Structure-aware mutation of ONNX messages through protobuf's reflection. Random bytes seldom parse; a model whose fields are
// changed one at a time always does, and reaches the checks behind the parser.
#include <onnx/onnx_pb.h>

#include "mutation.hpp"

namespace systole::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

// A field that is present in one of the messages of a tree.
struct Place {
  google::protobuf::Message* message;
  const FieldDescriptor* field;
};

void collect(google::protobuf::Message& message, std::vector<Place>& places, std::vector<std::string>& strings) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    places.push_back({&message, field});
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      if (!field->is_repeated()) strings.push_back(reflection.GetString(message, field));
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
        strings.push_back(reflection.GetRepeatedString(message, field, i));
      }
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) collect(*reflection.MutableMessage(&message, field), places, strings);
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      collect(*reflection.MutableRepeatedMessage(&message, field, i), places, strings);
    }
  }
}

class ValueMutator {
 public:
  ValueMutator(const Place& place, const std::vector<std::string>& strings, Random& random)
      : message_(*place.message),
        field_(*place.field),
        reflection_(*place.message->GetReflection()),
        strings_(strings),
        random_(random) {}

  void run() {
    if (random_.one_in(8)) return reflection_.ClearField(&message_, &field_);
    if (!field_.is_repeated()) return set_value();
    const int size = reflection_.FieldSize(message_, &field_);
    if (size == 0) return;
    index_ = static_cast<int>(random_.below(static_cast<std::size_t>(size)));
    switch (random_.below(4)) {
      case 0:
        reflection_.SwapElements(&message_, &field_, index_, size - 1);
        return reflection_.RemoveLast(&message_, &field_);
      case 1:
        return repeat_element();
      case 2:
        return reflection_.SwapElements(&message_, &field_, index_,
                                        static_cast<int>(random_.below(static_cast<std::size_t>(size))));
      default:
        set_value();
    }
  }

 private:
  void repeat_element() {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        reflection_.AddMessage(&message_, &field_)->CopyFrom(reflection_.GetRepeatedMessage(message_, &field_, index_));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        reflection_.AddString(&message_, &field_, reflection_.GetRepeatedString(message_, &field_, index_));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection_.AddInt64(&message_, &field_, interesting_integer(random_));
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        reflection_.AddFloat(&message_, &field_, interesting_float(random_));
        break;
      default:
        break;
    }
  }

  void set_value() {
    const std::int64_t integer = interesting_integer(random_);
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: {
        const auto value = static_cast<std::int32_t>(random_.one_in(2) ? random_.below(20) : integer);
        field_.is_repeated() ? reflection_.SetRepeatedInt32(&message_, &field_, index_, value)
                             : reflection_.SetInt32(&message_, &field_, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_INT64:
        field_.is_repeated() ? reflection_.SetRepeatedInt64(&message_, &field_, index_, integer)
                             : reflection_.SetInt64(&message_, &field_, integer);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT: {
        const float value = interesting_float(random_);
        field_.is_repeated() ? reflection_.SetRepeatedFloat(&message_, &field_, index_, value)
                             : reflection_.SetFloat(&message_, &field_, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        if (!field_.is_repeated()) reflection_.SetEnumValue(&message_, &field_, static_cast<int>(random_.below(20)));
        break;
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string old = field_.is_repeated()
                                    ? reflection_.GetRepeatedStringReference(message_, &field_, index_, &scratch)
                                    : reflection_.GetStringReference(message_, &field_, &scratch);
        const std::string value = new_string(old);
        field_.is_repeated() ? reflection_.SetRepeatedString(&message_, &field_, index_, value)
                             : reflection_.SetString(&message_, &field_, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (!field_.is_repeated())
          reflection_.MutableMessage(&message_, &field_)->Clear();
        else
          reflection_.MutableRepeatedMessage(&message_, &field_, index_)->Clear();
        break;
      default:
        break;
    }
  }

  // The raw data of a tensor: other bytes, or four at a time one of the interesting floats (scales are stored this way). A name:
  // mostly another name of the model, which gives cycles, wrong types, missing and doubled tensors.
  std::string new_string(const std::string& old) {
    if (field_.type() == FieldDescriptor::TYPE_BYTES) {
      if (old.size() % sizeof(float) != 0 || old.empty() || random_.one_in(2)) return mutate_bytes(old, random_);
      std::string changed = old;
      const float value = interesting_float(random_);
      const auto* bytes = reinterpret_cast<const char*>(&value);
      changed.replace(sizeof(float) * random_.below(old.size() / sizeof(float)), sizeof(float), bytes, sizeof(float));
      return changed;
    }
    static const std::vector<std::string> operators = {"Conv",
                                                       "QLinearConv",
                                                       "ConvInteger",
                                                       "MatMul",
                                                       "QLinearMatMul",
                                                       "MatMulInteger",
                                                       "Gemm",
                                                       "QGemm",
                                                       "Add",
                                                       "QLinearAdd",
                                                       "Relu",
                                                       "Clip",
                                                       "MaxPool",
                                                       "AveragePool",
                                                       "GlobalAveragePool",
                                                       "Flatten",
                                                       "Reshape",
                                                       "QuantizeLinear",
                                                       "DequantizeLinear",
                                                       "Concat",
                                                       "Softmax",
                                                       "Loop"};
    if (field_.name() == "op_type" && !random_.one_in(4)) return random_.pick(operators);
    if (random_.one_in(8)) return mutate_bytes(old, random_);
    if (random_.one_in(8)) return std::string(random_.below(100'000), 'x');
    return random_.one_in(8) ? "" : random_.pick(strings_);
  }

  google::protobuf::Message& message_;
  const FieldDescriptor& field_;
  const Reflection& reflection_;
  const std::vector<std::string>& strings_;
  Random& random_;
  int index_ = 0;
};

template <typename Root>
std::string mutate_as(const std::string& bytes, Random& random) {
  Root root;
  if (random.one_in(4) || !root.ParseFromString(bytes)) return mutate_bytes(bytes, random);
  for (std::size_t n = 1 + random.below(3); n > 0; --n) {
    std::vector<Place> places;
    std::vector<std::string> strings = {""};
    collect(root, places, strings);
    if (!places.empty()) ValueMutator(random.pick(places), strings, random).run();
  }
  return root.SerializePartialAsString();
}

}  // namespace

std::string mutate_message(const std::string& bytes, Message message, Random& random) {
  return message == Message::kModel ? mutate_as<onnx::ModelProto>(bytes, random)
                                    : mutate_as<onnx::TensorProto>(bytes, random);
}

}  // namespace systole::fuzz
