// SPDX-License-Identifier: Apache-2.0
#include "onnx/model_loader.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <new>
#include <sstream>
#include <unordered_set>
#include <utility>
#include <vector>

#include "network/message_text.hpp"
#include "onnx/expansion/control_flow.hpp"
#include "onnx/expansion/expansion.hpp"
#include "onnx/expansion/half_floats.hpp"
#include "onnx/graph_builder.hpp"
#include "onnx/graph_interface.hpp"
#include "onnx/inference/opset.hpp"
#include "onnx/node_order.hpp"
#include "onnx/node_reader.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/printable.hpp"

namespace systole {
namespace {

// What else a file is that is often taken for a network, by its first bytes; empty for none. Does not move `in`.
std::string kind_of(std::istream& in) {
  constexpr std::size_t kLongestStart = 256;
  std::string start(kLongestStart, '\0');
  in.read(start.data(), kLongestStart);
  start.resize(static_cast<std::size_t>(in.gcount()));
  in.clear();
  in.seekg(0);
  struct FileKind {
    std::string bytes;
    std::size_t at;
    const char* name;
  };
  const std::vector<FileKind> kinds = {
      {"version https://git-lfs", 0, "a pointer of Git LFS; the network is what `git lfs pull` fetches"},
      {"TFL3", 4, "a TensorFlow Lite file; tf2onnx makes ONNX of it"},
      {"ORTM", 4, "a file in the format of ONNX Runtime (.ort); take the .onnx that it was made from"},
      {std::string("PK\3\4"), 0, "a ZIP archive, as PyTorch saves (.pt); torch.onnx.export makes ONNX of it"},
      {std::string("\x1f\x8b"), 0, "a gzip file; unpack it first"},
      {std::string("\x89HDF\r\n"), 0, "an HDF5 file, as Keras saves (.h5); tf2onnx makes ONNX of it"},
      {std::string("\x93NUMPY"), 0, "a tensor of NumPy (.npy)"},
      {"GGUF", 0, "a GGUF file"},
  };
  for (const FileKind& kind : kinds)
    if (start.size() >= kind.at + kind.bytes.size() && start.compare(kind.at, kind.bytes.size(), kind.bytes) == 0)
      return kind.name;
  const std::size_t text = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (text == std::string::npos) return "nothing but blanks";
  if (start[text] == '<') return "an HTML or XML page, as a download gives that needs a login";
  if (start[text] == '{' || start[text] == '[') return "JSON text";
  return "";
}

// `file` starts error messages.
onnx::ModelProto parse_model(std::istream& in, const std::string& file) {
  constexpr int kMaxMessages = 6 * kMaxNesting;  // in each other; a graph in a graph is three
  constexpr int kBlockBytes = 1 << 20;           // networks are hundreds of megabytes, so none is held twice
  onnx::ModelProto model;
  const bool empty = in.peek() == std::istream::traits_type::eof();
  const std::string kind = empty ? "an empty file" : kind_of(in);
  if (!kind.empty()) throw UserError(fmt::format("{}: not an ONNX network: {}", file, kind));
  google::protobuf::io::IstreamInputStream blocks(&in, kBlockBytes);
  google::protobuf::io::CodedInputStream bytes(&blocks);
  bytes.SetRecursionLimit(kMaxMessages);
  if (!model.ParseFromCodedStream(&bytes) || !bytes.ConsumedEntireMessage())
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
  for (const auto& node : graph.node())
    for (std::string& name : names_read_by(node)) names.insert(std::move(name));
  for (const auto& output : graph.output()) names.insert(output.name());
  return names;
}

// From here on names go to terminals, tables, JSON and XML.
void make_names_printable(OnnxGraph& graph) {
  graph.name = printable(graph.name);
  for (Tensor& tensor : graph.tensors) tensor.name = printable(tensor.name);
  for (OnnxNode& node : graph.nodes) node.name = printable(node.name);
}

OnnxGraph load(std::istream& in, const std::filesystem::path& file, const LoadOptions& options) {
  onnx::ModelProto model = parse_model(in, file.string());
  const std::int64_t opset = opset_of(model, file.string());
  graphs_in(*model.mutable_graph(), file.string());
  const std::string half = widen_half_floats(*model.mutable_graph(), file.string());
  expand_operators(*model.mutable_graph(), opset, options.shapes, file.string());
  GraphBuilder builder(file.string(), options.random_weights);
  builder.graph().name = model.graph().name().empty() ? file.stem().string() : model.graph().name();
  if (!half.empty()) builder.graph().note = half + " tensors of the file are float32 here";
  add_initializers(*model.mutable_graph(), builder);
  add_inputs(model.graph(), options, builder);
  NodeReader reader(builder, opset, read_names(model.graph()));
  for (int node : execution_order(model.graph(), builder)) reader.add(model.graph().node(node), node);
  add_outputs(model.graph(), builder);
  OnnxGraph graph = builder.take_graph();
  graph.random_weights = builder.weights().random_weights();
  make_names_printable(graph);
  return graph;
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
