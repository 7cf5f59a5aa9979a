// SPDX-License-Identifier: Apache-2.0
#include "onnx/weights/weight_source.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "network/external_data.hpp"
#include "network/file_beneath.hpp"
#include "network/tensor_proto.hpp"
#include "onnx/expansion/half_floats.hpp"
#include "onnx/weights/random_weights.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

bool has_external_data(const onnx::GraphProto& graph) {
  const auto in_attribute = [](const onnx::NodeProto& node) {
    return std::any_of(node.attribute().begin(), node.attribute().end(),
                       [](const auto& attribute) { return attribute.has_t() && is_external(attribute.t()); });
  };
  return std::any_of(graph.initializer().begin(), graph.initializer().end(), is_external) ||
         std::any_of(graph.node().begin(), graph.node().end(), in_attribute);
}

}  // namespace

void WeightSource::add_readers(const onnx::GraphProto& graph) {
  if (has_external_data(graph)) add_kinds_in(graph, kinds_);
}

HostTensor WeightSource::read(const onnx::TensorProto& proto, const std::string& name, const std::string& what) {
  if (!is_external(proto)) return tensor_from_proto(proto, what);
  try {
    onnx::TensorProto whole = with_external_data(proto, network_file_, what);
    widen_half_floats(whole, what);
    return tensor_from_proto(whole, what);
  } catch (const NoSuchFile& missing) {
    return draw(proto, name, missing.what());
  }
}

HostTensor WeightSource::draw(const onnx::TensorProto& proto, const std::string& name, const std::string& missing) {
  const auto known = kinds_.find(name);
  const WeightKind kind = known == kinds_.end() ? WeightKind::kOther : known->second;
  const StoredType type = stored_type(proto, missing);
  if (!can_be_drawn(type.becomes, kind))
    throw UserError(missing + "; its values decide shapes or operators, so none are drawn for it");
  if (!seed_) throw UserError(missing + "; --random-weights draws the values (cycles hardly depend on them)");
  HostTensor value = random_weight(type.becomes, Shape(proto.dims().begin(), proto.dims().end()), kind, *seed_, name);
  ++random_weights_.tensors;
  random_weights_.bytes += static_cast<std::uint64_t>(element_count(value.shape)) * type.element_bytes;
  return value;
}

}  // namespace systole
