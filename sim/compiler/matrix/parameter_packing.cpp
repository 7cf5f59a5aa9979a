// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/parameter_packing.hpp"

#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler {

ParameterPacking::ParameterPacking(const MatrixProblem& p, const Chip& chip, ConstantPool& pool)
    : lanes_(chip.post_lanes) {
  if (p.raw()) return;
  const std::int64_t channels = static_cast<std::int64_t>(p.column_block_inputs.size()) * chip.array_cols;
  offset_ = pool.add(static_cast<std::uint64_t>(channels * kParameterBytes), [&] {
    std::vector<std::uint8_t> bytes;
    for (std::int64_t m = 0; m < channels; ++m) {
      const bool exists = m < p.channels_out;
      append_parameter(bytes, exists ? per_channel(p.bias, m, 0) : 0, exists ? per_channel(p.scale, m, 0.0f) : 0.0f);
    }
    return bytes;
  });
}

void ParameterPacking::request(Item& item, std::int64_t first, std::int64_t count) const {
  item.store_parameter = item.requests.size();
  item.requests.push_back(constant_request(isa::Buffer::kParameter, isa::Base::kParameter,
                                           offset_ + static_cast<std::uint64_t>(first * kParameterBytes),
                                           count * kParameterBytes, static_cast<std::uint32_t>(count / lanes_)));
}

}  // namespace systole::compiler
