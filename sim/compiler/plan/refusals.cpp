// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/refusals.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "compiler/plan/arithmetic.hpp"
#include "formats/int8.hpp"

namespace systole::compiler {

bool is_whole_range(const Clamp& clamp, const Tensor& tensor) {
  return clamp.low <= formats::int8::lowest(is_signed(tensor)) &&
         clamp.high >= formats::int8::highest(is_signed(tensor));
}

bool is_chip_scale(float value) { return value == 0 ? !std::signbit(value) : value > 0 && std::isnormal(value); }

std::string refuse_tensors(const std::vector<const Tensor*>& tensors) {
  for (const Tensor* t : tensors) {
    if (!is_byte(t->type)) return fmt::format("tensor '{}' is {}, not int8 or uint8", t->name, element_name(t->type));
    if (element_count(t->shape) < 1) return fmt::format("tensor '{}' is empty", t->name);
  }
  return "";
}

std::string refuse_scales(const std::vector<float>& scales) {
  for (float s : scales)
    if (!is_chip_scale(s)) return fmt::format("scale {} is not zero or a positive normal number", s);
  return "";
}

std::string refuse_weight_tile(const Chip& chip, bool zero_point_by_column) {
  const std::uint32_t words = chip.array_rows + (zero_point_by_column ? 1 : 0);
  if (words <= chip.weight_words) return "";
  return fmt::format("a weight tile of {} words exceeds weight_words = {}", words, chip.weight_words);
}

std::string refuse_weighted_sum(const WeightedSum& sum, const Chip& chip) {
  if (std::string r = refuse_tensors({&sum.input}); !r.empty()) return r;
  if (!sum.weight.is_constant) return "its weights are not constant";
  if (!is_byte(sum.weight.type)) return fmt::format("its weights are {}", element_name(sum.weight.type));
  if (element_count(sum.output.shape) < 1) return "its output is empty";
  if (sum.scale.empty()) {
    if (sum.output.type != ElementType::kInt32) return "its raw sums are not int32";
    if (std::any_of(sum.bias.begin(), sum.bias.end(), [](std::int32_t b) { return b != 0; }))
      return "raw sums have a bias";
  } else {
    if (!is_byte(sum.output.type)) return fmt::format("its output is {}", element_name(sum.output.type));
    if (std::string r = refuse_scales(sum.scale); !r.empty()) return r;
  }
  return refuse_weight_tile(chip, !all_equal(sum.weight_zero_point));
}

}  // namespace systole::compiler
