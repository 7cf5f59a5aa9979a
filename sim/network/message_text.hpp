// SPDX-License-Identifier: Apache-2.0
//
// Names and shapes as they stand in a one-line message. Names come from files that may be damaged: they are made printable
// (support/printable.hpp), and long ones are cut.
#pragma once

#include <string>

#include "network/network.hpp"

namespace systole {

std::string in_quotes(const std::string& name);   // 'conv1', at most 80 bytes
std::string shape_text(const Shape& shape);       // [1,3,8,8]
std::string first_line(const std::string& text);  // of a library's message, made printable, at most 200 bytes

// Refuses a tensor whose dimensions are negative or whose size exceeds kMaxTensorBytes; `what` starts the message.
constexpr std::int64_t kMaxTensorBytes = std::int64_t{1} << 31;
void check_tensor_size(const std::string& what, ElementType type, const Shape& shape);

}  // namespace systole
