// SPDX-License-Identifier: Apache-2.0
#include "onnx/weights/weight_source.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "network/external_data.hpp"
#include "network/file_beneath.hpp"
#include "network/tensor_proto.hpp"
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
    return tensor_from_proto(with_external_data(proto, network_file_, what), what);
  } catch (const NoSuchFile& missing) {
    return draw(proto, name, missing.what());
  }
}

HostTensor WeightSource::draw(const onnx::TensorProto& proto, const std::string& name, const std::string& missing) {
  const auto known = kinds_.find(name);
  const WeightKind kind = known == kinds_.end() ? WeightKind::kOther : known->second;
  const ElementType type = supported_type(proto, missing);
  if (!can_be_drawn(type, kind))
    throw UserError(missing + "; its values decide shapes or operators, so none are drawn for it");
  if (!seed_) throw UserError(missing + "; --random-weights draws the values (cycles hardly depend on them)");
  HostTensor value = random_weight(type, Shape(proto.dims().begin(), proto.dims().end()), kind, *seed_, name);
  ++random_weights_.tensors;
  random_weights_.bytes += value.data.size();
  return value;
}

}  // namespace systole
