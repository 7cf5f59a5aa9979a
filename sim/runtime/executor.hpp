// SPDX-License-Identifier: Apache-2.0
//
// Runs a compiled network step by step: programs on a chip behind `ChipBackend`, the other nodes on the host. Keeps
// every tensor that the host has seen, for outputs, dumps and comparisons.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "compiler/plan/free_nodes.hpp"
#include "network/host_tensor.hpp"
#include "runtime/backend.hpp"

namespace systole::runtime {

enum class Keep {
  kOutputs,  // graph outputs; every other tensor only until its last reader
  kNeeded,   // tensors that the host needs: graph outputs, operands of host nodes
  kAll,      // in addition every tensor that a step leaves in DRAM, see CompileOptions::keep_tensors
};

class Executor {
 public:
  // Both must outlive the executor. Writes constants and encoded programs to DRAM.
  Executor(const compiler::CompiledNetwork& network, ChipBackend& backend, Keep keep = Keep::kNeeded);

  // Runs all steps. `inputs` are in the order of Network::inputs. Errors: UserError naming the
  // input if its type or shape is wrong; whatever the backend and the host operators throw.
  void run(const std::vector<HostTensor>& inputs);

  // As run(), a step at a time: begin, then run_step(0), .., run_step(steps - 1).
  void begin(const std::vector<HostTensor>& inputs);
  void run_step(std::size_t step);

  // A tensor's value after the run; nothing if it never was on the host (kept on the chip, or
  // overwritten in DRAM).
  std::optional<HostTensor> tensor(TensorId id) const;
  std::vector<HostTensor> outputs() const;

 private:
  void run_chip(std::size_t index, const compiler::ChipStep& step);
  void run_host(const compiler::HostStep& step);
  std::optional<HostTensor> known(TensorId id) const;  // without a computation
  TensorId reshaped(TensorId id) const;
  HostTensor value(TensorId id) const;  // InternalError if the host does not have it
  void read_back(TensorId id);
  void plan_forgetting();
  void forget(std::size_t step);

  const compiler::CompiledNetwork& net_;
  ChipBackend& backend_;
  Keep keep_;
  std::vector<std::vector<TensorId>> forgotten_;  // per step: values that no later step reads
  std::map<TensorId, HostTensor> values_;
  compiler::FreeNodes free_;
  mutable std::vector<TensorId> reshaped_;  // per tensor, once it was asked for: what reshaped() says
};

}  // namespace systole::runtime
