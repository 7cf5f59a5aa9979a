// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/address_map.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "support/error.hpp"
#include "support/work/memory.hpp"

namespace systole::compiler {
namespace {

// Most weights take as many bytes in DRAM as in the network. UserError if that is more than the memory that is free.
std::size_t weight_bytes(const Network& network) {
  std::size_t bytes = 0;
  for (const Tensor& t : network.tensors)
    if (t.is_constant && element_bytes(t.type) == 1) bytes += t.data.size();
  check_memory(fmt::format("network '{}': the chip's copy of the weights", network.name), bytes);
  return bytes;
}

// Offsets have 32 bits; strides between tensor planes are signed.
void check_addressable(const CompiledNetwork& out, const char* what, std::uint64_t bytes, std::uint64_t most) {
  if (bytes > most)
    throw UserError(fmt::format("network '{}': {} of {} bytes exceed the {} that instructions can address",
                                out.network.name, what, bytes, most));
}

void check_dram(const CompiledNetwork& out, std::uint64_t bytes) {
  if (bytes > out.chip.memory.size_bytes)
    throw UserError(fmt::format("network '{}': needs {} bytes of DRAM, chip '{}' has memory.size_bytes = {}",
                                out.network.name, bytes, out.chip.name, out.chip.memory.size_bytes));
}

}  // namespace

void check_tensor_bytes(const CompiledNetwork& compiled, std::uint64_t tensor_bytes) {
  check_addressable(compiled, "tensors", tensor_bytes, std::numeric_limits<std::int32_t>::max());
  check_dram(compiled, tensor_bytes);
}

ConstantPools::ConstantPools(const Network& network, const Chip& chip, bool values)
    : weights(constant_alignment(chip), values ? weight_bytes(network) : 0), parameters(constant_alignment(chip)) {
  if (values) return;
  weights = weights.sizes_only();
  parameters = parameters.sizes_only();
}

void map_addresses(CompiledNetwork& out, std::uint64_t tensor_bytes, ConstantPools& pools) {
  const std::uint64_t align = std::max<std::uint64_t>(constant_alignment(out.chip), isa::kInstructionBytes);
  std::uint64_t at = 0;
  const auto region = [&](std::uint64_t bytes) {
    const std::uint64_t begin = at;
    at = (at + bytes + align - 1) / align * align;
    return begin;
  };
  for (const Step& step : out.steps) {
    const auto* chip = std::get_if<ChipStep>(&step);
    out.program_address.push_back(chip ? region(chip->program.instructions.size() * isa::kInstructionBytes) : 0);
  }
  const std::uint64_t weights = region(pools.weights.size_bytes());
  const std::uint64_t parameters = region(pools.parameters.size_bytes());
  const std::uint64_t tensors = region(tensor_bytes);
  check_tensor_bytes(out, tensor_bytes);
  check_addressable(out, "weights", pools.weights.size_bytes(), std::numeric_limits<std::uint32_t>::max());
  check_addressable(out, "parameters", pools.parameters.size_bytes(), std::numeric_limits<std::uint32_t>::max());
  out.base_address[static_cast<int>(isa::Base::kTensor)] = tensors;
  out.base_address[static_cast<int>(isa::Base::kWeight)] = weights;
  out.base_address[static_cast<int>(isa::Base::kParameter)] = parameters;
  out.base_address[static_cast<int>(isa::Base::kScratch)] = at;
  out.dram_bytes = at;
  check_dram(out, at);
  if (!pools.weights.bytes().empty()) out.constants.push_back({weights, pools.weights.take()});
  if (!pools.parameters.bytes().empty()) out.constants.push_back({parameters, pools.parameters.take()});
  for (TensorId t = 0; t < out.network.tensors.size(); ++t)
    if (const Tensor& x = out.network.tensors[t]; x.is_constant && !x.data.empty() && out.layout[t])
      out.constants.push_back({tensors + out.layout[t]->offset, to_layout(x.data, *out.layout[t], 0)});
}

}  // namespace systole::compiler
