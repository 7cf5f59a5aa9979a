// SPDX-License-Identifier: Apache-2.0
//
// The reader's graph back to an ONNX file.
#pragma once

#include <filesystem>

#include "onnx/onnx_graph.hpp"
#include "support/output_file.hpp"

namespace systole {

// Operator set 13, or 17 for operators that 13 does not have; constants as initializers; what load_model turned into
// attributes or dropped (limits of Clip, target shapes, ..) is written as that operator set wants it. Errors
// (UserError): the file cannot be written, the network is 2 GiB or larger.
void write_onnx(OutputFile& file, const OnnxGraph& graph);
void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph);

}  // namespace systole
