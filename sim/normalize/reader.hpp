// SPDX-License-Identifier: Apache-2.0
//
// An ONNX file to the network that the compiler consumes.
#pragma once

#include <filesystem>
#include <string>

#include "network/network.hpp"

namespace systole {

// Every spelling of a quantized operator becomes an operator of network.hpp; all the rest become HostOperator nodes,
// which run_node executes. Errors (UserError): one line that names the file and the node or tensor.
Network read_network(const std::filesystem::path& file);

// The same of a file's bytes; `name` starts error messages.
Network read_network(const std::string& bytes, const std::string& name);

}  // namespace systole
