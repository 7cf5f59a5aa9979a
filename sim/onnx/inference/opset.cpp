// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/opset.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <set>

#include "onnx/inference/operands.hpp"

namespace systole {

constexpr int kLibraryOpset = 17;

int adapt_to_known_opset(onnx::NodeProto& node, std::int64_t opset, const std::string& what) {
  if (opset <= kLibraryOpset) return static_cast<int>(opset);
  static const std::map<std::string, std::set<std::string>> neutral_when_zero = {
      {"QuantizeLinear", {"block_size", "output_dtype", "precision"}}, {"DequantizeLinear", {"block_size"}}};
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    const auto& attribute = attributes.Get(i);
    const auto zero = neutral_when_zero.find(node.op_type());
    const bool drop_zero = zero != neutral_when_zero.end() && zero->second.count(attribute.name()) != 0;
    const bool saturate =
        attribute.name() == "saturate" && (node.op_type() == "QuantizeLinear" || node.op_type() == "Cast");
    const bool dilations = attribute.name() == "dilations" && node.op_type() == "AveragePool";
    // The type of the scale, which is float32.
    const bool output_type = attribute.name() == "output_dtype" && node.op_type() == "DequantizeLinear";
    if (output_type && attribute.i() != 0 && attribute.i() != onnx::TensorProto::FLOAT)
      refuse(what, fmt::format("attribute output_dtype is {}; supported are 0 and 1, float32", attribute.i()));
    // Of casts to a type that Systole does not have.
    const bool round_mode = attribute.name() == "round_mode" && node.op_type() == "Cast";
    if (drop_zero && attribute.i() != 0) {
      refuse(what, fmt::format("attribute {} is {}; supported is 0", attribute.name(), attribute.i()));
    }
    if (dilations && std::any_of(attribute.ints().begin(), attribute.ints().end(), [](auto d) { return d != 1; })) {
      refuse(what,
             "attribute dilations of AveragePool is not 1, which is not "
             "supported");
    }
    // `saturate` has a meaning for 8-bit floats only.
    if (drop_zero || output_type || round_mode || saturate || dilations) attributes.DeleteSubrange(i, 1);
  }
  return kLibraryOpset;
}

}  // namespace systole
