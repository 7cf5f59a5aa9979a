// SPDX-License-Identifier: Apache-2.0
#include "onnx/model_loader.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <new>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "network/message_text.hpp"
#include "onnx/graph_builder.hpp"
#include "onnx/graph_interface.hpp"
#include "onnx/inference/opset.hpp"
#include "onnx/node_order.hpp"
#include "onnx/node_reader.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

// `file` starts error messages.
onnx::ModelProto parse_model(std::istream& in, const std::string& file) {
  constexpr int kBlockBytes = 1 << 20;  // networks are hundreds of megabytes, so none is held twice
  onnx::ModelProto model;
  const bool empty = in.peek() == std::istream::traits_type::eof();
  google::protobuf::io::IstreamInputStream blocks(&in, kBlockBytes);
  if (empty || !model.ParseFromZeroCopyStream(&blocks))
    throw UserError(file + ": not an ONNX network (it does not parse)");
  if (!model.has_graph() || model.opset_import_size() == 0)
    throw UserError(file + ": not an ONNX network (it has no graph or no operator set)");
  return model;
}

std::int64_t opset_of(const onnx::ModelProto& model, const std::string& file) {
  std::int64_t opset = 0;
  for (const auto& import : model.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") opset = import.version();
  }
  if (opset < kMinOpset || opset > kMaxOpset) {
    throw UserError(fmt::format("{}: ONNX operator set {}; supported are {} to {}", file, opset, kMinOpset, kMaxOpset));
  }
  return opset;
}

std::unordered_set<std::string> read_names(const onnx::GraphProto& graph) {
  std::unordered_set<std::string> names;
  for (const auto& node : graph.node()) names.insert(node.input().begin(), node.input().end());
  for (const auto& output : graph.output()) names.insert(output.name());
  return names;
}

OnnxGraph load(std::istream& in, const std::filesystem::path& file, const LoadOptions& options) {
  onnx::ModelProto model = parse_model(in, file.string());
  const std::int64_t opset = opset_of(model, file.string());
  GraphBuilder builder(file.string());
  builder.graph().name = model.graph().name().empty() ? file.stem().string() : model.graph().name();
  add_initializers(*model.mutable_graph(), builder);
  add_inputs(model.graph(), options, builder);
  NodeReader reader(builder, opset, read_names(model.graph()));
  for (int node : execution_order(model.graph(), builder)) reader.add(model.graph().node(node), node);
  add_outputs(model.graph(), builder);
  return builder.take_graph();
}

}  // namespace

OnnxGraph load_model(const std::filesystem::path& file, const LoadOptions& options) {
  try {
    std::ifstream in = open_whole_file(file, kMaxTensorBytes - 1);
    return load(in, file, options);
  } catch (const std::bad_alloc&) {
    throw UserError(file.string() + ": the network needs more memory than there is");
  }
}

OnnxGraph load_model(const std::string& bytes, const std::string& name) {
  std::istringstream in(bytes);
  return load(in, name, {});
}

}  // namespace systole
