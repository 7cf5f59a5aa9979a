// SPDX-License-Identifier: Apache-2.0
//
// The regions of DRAM: programs, weights, parameters, tensors, one after the other from address 0.
#pragma once

#include <cstdint>

#include "compiler/compiled_network.hpp"
#include "compiler/lower/constants.hpp"

namespace systole::compiler {

// The segments of constants that lowering has filled.
struct ConstantPools {
  ConstantPool weights, parameters;
  // With room for the weights of the network; without values, pools that only count.
  ConstantPools(const Network& network, const Chip& chip, bool values = true);
};

// Before any work that grows with the tensors: UserError as map_addresses, if the tensors alone are too many.
void check_tensor_bytes(const CompiledNetwork& compiled, std::uint64_t tensor_bytes);

// Gives all regions their places, as `program_address`, `base_address`, `constants` and `dram_bytes` of the network,
// whose steps and layouts are known. Takes the bytes of the pools, if they have any. UserError if a region is larger than instructions
// can address, or all together than the DRAM; both sizes are named.
void map_addresses(CompiledNetwork& compiled, std::uint64_t tensor_bytes, ConstantPools& pools);

}  // namespace systole::compiler
