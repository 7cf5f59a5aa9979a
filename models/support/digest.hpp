// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace systole {

// The SHA-256 of a file's bytes, as sha256sum prints it; empty if it cannot be read to its end.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace systole
