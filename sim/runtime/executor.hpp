// SPDX-License-Identifier: Apache-2.0
//
// Runs a compiled network step by step: programs on a chip behind `ChipBackend` (reference model,
// RTL platform, ..), the other nodes on the host. Keeps every tensor that the host has seen, for
// outputs, dumps and comparisons.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "compiler/plan/free_nodes.hpp"
#include "network/host_tensor.hpp"
#include "reference/reference.hpp"

namespace systole::compiler {

// A chip with its DRAM. Addresses are absolute byte addresses. Base registers and program addresses
// are those of the CompiledNetwork, which the backend has from its constructor.
class ChipBackend {
 public:
  virtual ~ChipBackend() = default;
  virtual void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) = 0;
  virtual std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) = 0;
  // Runs the program of `steps[step]` to its interrupt. DesignError if the chip hangs or reports an
  // error.
  virtual void run_program(std::size_t step, const isa::Program& program) = 0;
};

// The reference model with a memory image of `dram_bytes`.
class ReferenceBackend : public ChipBackend {
 public:
  explicit ReferenceBackend(const CompiledNetwork& network);
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const reference::MemoryImage& dram() const { return dram_; }

 private:
  reference::ReferenceChip chip_;
  reference::MemoryImage dram_;
};

enum class Keep {
  kOutputs,  // graph outputs; everything else only as long as somebody still reads it
  kNeeded,   // tensors that the host needs: graph outputs, operands of host nodes
  kAll,      // in addition every tensor that a step leaves in DRAM, see CompileOptions::keep_tensors
};

class Executor {
 public:
  // Both must outlive the executor. Writes constants and encoded programs to DRAM.
  Executor(const CompiledNetwork& network, ChipBackend& backend, Keep keep = Keep::kNeeded);

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
  void run_chip(std::size_t index, const ChipStep& step);
  void run_host(const HostStep& step);
  HostTensor value(TensorId id) const;  // InternalError if the host does not have it
  void read_back(TensorId id);
  void plan_forgetting();
  void forget(std::size_t step);

  const CompiledNetwork& net_;
  ChipBackend& backend_;
  Keep keep_;
  std::vector<std::vector<TensorId>> forgotten_;  // per step: values that nobody reads behind it
  std::map<TensorId, HostTensor> values_;
  FreeNodes free_;
};

}  // namespace systole::compiler
