// SPDX-License-Identifier: Apache-2.0
#include "onnx/weights/weight_kind.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstddef>
#include <unordered_set>
#include <utility>

#include "onnx/inference/quantization_check.hpp"

namespace systole {

namespace {

using InputKinds = std::map<int, WeightKind>;  // by the input's place

// Operators whose inputs have a kind of their own. Scales and zero points have a table already.
const std::map<std::string, InputKinds>& input_kinds() {
  using K = WeightKind;
  static const InputKinds factors = {{0, K::kFactor}, {1, K::kFactor}};
  static const std::map<std::string, InputKinds> table = {
      {"Conv", {{1, K::kFilter}}},
      {"MatMul", {{0, K::kColumns}, {1, K::kRows}}},
      {"BatchNormalization", {{1, K::kFactor}, {4, K::kFactor}}},
      {"InstanceNormalization", {{1, K::kFactor}}},
      {"LayerNormalization", {{1, K::kFactor}}},
      {"Mul", factors},
      {"Div", factors},
      {"Pow", factors},
      {"PRelu", {{1, K::kFactor}}},
      {"Sqrt", factors},
      {"Log", factors},
      {"Reciprocal", factors},
      {"Clip", {{1, K::kDecides}, {2, K::kDecides}}},
      {"CumSum", {{1, K::kDecides}}},
      {"If", {{0, K::kDecides}}},
      {"Loop", {{0, K::kDecides}, {1, K::kDecides}}},
      {"OneHot", {{1, K::kDecides}}},
      {"Range", {{0, K::kDecides}, {1, K::kDecides}, {2, K::kDecides}}},
      {"Resize", {{1, K::kDecides}, {2, K::kDecides}}},
      {"Slice", {{1, K::kDecides}, {2, K::kDecides}, {3, K::kDecides}, {4, K::kDecides}}},
      {"Upsample", {{1, K::kDecides}}},
  };
  return table;
}

bool has_flag(const onnx::NodeProto& node, const char* name) {
  return std::any_of(node.attribute().begin(), node.attribute().end(),
                     [&](const auto& attribute) { return attribute.name() == name && attribute.i() != 0; });
}

// `tables`: initializers with rows.
WeightKind kind_of(const onnx::NodeProto& node, int input, const std::unordered_set<std::string>& tables) {
  const std::string& name = node.op_type();
  switch (quantization_part(name, static_cast<std::size_t>(input))) {
    case QuantizationPart::kScale:
      return WeightKind::kScale;
    case QuantizationPart::kZeroPoint:
      return WeightKind::kZeroPoint;
    case QuantizationPart::kNone:
      break;
  }
  if (name == "Gemm" && input < 2)
    return has_flag(node, input == 0 ? "transA" : "transB") == (input == 0) ? WeightKind::kRows : WeightKind::kColumns;
  if (name == "Gather" && input == 1)  // out of anything else, it may be a dimension of a shape
    return tables.count(node.input(0)) != 0 ? WeightKind::kIndex : WeightKind::kDecides;
  const auto kinds = input_kinds().find(name);
  if (kinds == input_kinds().end()) return WeightKind::kOther;
  const auto kind = kinds->second.find(input);
  return kind == kinds->second.end() ? WeightKind::kOther : kind->second;
}

void add_kinds(const onnx::GraphProto& graph, std::unordered_set<std::string> tables, WeightKinds& kinds) {
  for (const auto& tensor : graph.initializer())
    if (tensor.dims_size() >= 2) tables.insert(tensor.name());
  for (const auto& node : graph.node()) {
    for (int i = 0; i < node.input_size(); ++i) {
      const WeightKind kind = kind_of(node, i, tables);
      if (kind == WeightKind::kOther) continue;
      WeightKind& known = kinds[node.input(i)];
      known = std::max(known, kind);
    }
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) add_kinds(attribute.g(), tables, kinds);
      for (const auto& inner : attribute.graphs()) add_kinds(inner, tables, kinds);
    }
  }
}

}  // namespace

void add_kinds_in(const onnx::GraphProto& graph, WeightKinds& kinds) { add_kinds(graph, {}, kinds); }

}  // namespace systole
