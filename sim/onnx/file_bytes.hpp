// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace systole {

// The whole of a regular file below 2 GiB. Errors (UserError): file and reason.
std::string read_file_bytes(const std::filesystem::path& file);

}  // namespace systole
