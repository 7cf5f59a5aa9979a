// SPDX-License-Identifier: Apache-2.0
//
// A network in the form of load_model back to an ONNX file.
#pragma once

#include <filesystem>

#include "network/network.hpp"

namespace systole {

// Operator set 13, or 17 for operators that 13 does not have; constants as initializers; what load_model turned into attributes or dropped (limits of Clip, target shapes, ..) is
// written as that operator set wants it. Errors (UserError): the file cannot be written, the network is 2 GiB or larger.
void write_onnx(const std::filesystem::path& file, const Network& network);

}  // namespace systole
