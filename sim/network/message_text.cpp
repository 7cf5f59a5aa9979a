// SPDX-License-Identifier: Apache-2.0
#include "network/message_text.hpp"

#include <fmt/format.h>

#include "support/error.hpp"
#include "support/printable.hpp"

namespace systole {
namespace {

// Cut where a character begins.
std::string shortened(const std::string& text, std::size_t limit) {
  std::string result = printable(text);
  if (result.size() <= limit) return result;
  while (limit > 0 && (static_cast<unsigned char>(result[limit]) & 0xc0u) == 0x80) --limit;
  return result.substr(0, limit) + "...";
}

}  // namespace

std::string in_quotes(const std::string& name) { return "'" + shortened(name, 80) + "'"; }

std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

std::string first_line(const std::string& text) { return shortened(text.substr(0, text.find('\n')), 200); }

void check_tensor_size(const std::string& what, ElementType type, const Shape& shape) {
  // Zero dimensions do not hide the others: element_count multiplies from the left.
  std::int64_t bytes = static_cast<std::int64_t>(element_bytes(type));
  for (std::int64_t dimension : shape) {
    if (dimension < 0) throw UserError(fmt::format("{} has a negative dimension: {}", what, shape_text(shape)));
    if (dimension == 0) continue;
    if (dimension > kMaxTensorBytes / bytes) {
      throw UserError(fmt::format("{} is too large: {} {} exceeds {} bytes", what, element_name(type),
                                  shape_text(shape), kMaxTensorBytes));
    }
    bytes *= dimension;
  }
}

}  // namespace systole
