// SPDX-License-Identifier: Apache-2.0
//
// Who reads the bytes of each tensor, under which names: what fusing and keeping tensors on the chip have to know
// before they take a tensor's place in DRAM away.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/plan/plan.hpp"

namespace systole::compiler {

class TensorUses {
 public:
  // Of a plan whose placement is decided. Later changes of the plan are not seen.
  TensorUses(const Network& network, const Plan& plan);

  // The nodes that read bytes of `storage`, once for each operand; free nodes, which read nothing, are left out.
  const std::vector<std::uint32_t>& readers(TensorId storage) const { return of_[storage].readers; }
  // How many tensors are bytes of `storage`, itself included.
  std::uint32_t names(TensorId storage) const { return of_[storage].names; }
  // Some tensor is a part of its channels only.
  bool has_parts(TensorId storage) const { return of_[storage].has_parts; }
  // The caller of the network reads bytes of the storage of `t`.
  bool is_output(TensorId t) const { return of_[storage_[t]].is_output; }
  // `t` is read by one operand of one node, and has no other reader under any name.
  bool is_private(TensorId t) const { return !is_output(t) && names(storage_[t]) == 1 && readers(t).size() == 1; }

 private:
  struct Uses {
    std::vector<std::uint32_t> readers;
    std::uint32_t names = 0;
    bool has_parts = false, is_output = false;
  };
  std::vector<TensorId> storage_;  // per tensor
  std::vector<Uses> of_;           // per storage
};

}  // namespace systole::compiler
