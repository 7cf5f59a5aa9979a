// SPDX-License-Identifier: Apache-2.0
//
// Checks the rules of semaphores that program_check.hpp lists, while a program is walked in program order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "isa/instruction.hpp"

namespace systole::ordering {

class SemaphoreCheck {
 public:
  // Called with the position in the program and what is wrong there.
  using Report = std::function<void(std::size_t position, const std::string& problem)>;
  explicit SemaphoreCheck(Report report) : report_(std::move(report)) {}

  // Every legal instruction, in the order of the program.
  void instruction(std::size_t position, isa::Engine engine, const isa::Common& common);
  // After the last one of `count` instructions, for a chip with queues of this depth.
  void finish(std::size_t count, std::uint32_t queue_depth) const;

 private:
  struct Semaphore {
    std::vector<std::size_t> posts, takes;  // program positions
    std::optional<isa::Engine> poster, taker;
  };
  void check_count(const Semaphore& semaphore, int number, std::size_t count, std::uint32_t queue_depth) const;

  Report report_;
  std::array<Semaphore, isa::kSemaphores> semaphores_;
  std::array<std::vector<std::size_t>, isa::kEngines> positions_;  // of the instructions of each engine
};

}  // namespace systole::ordering
