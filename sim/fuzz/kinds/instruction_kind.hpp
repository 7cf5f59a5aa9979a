// SPDX-License-Identifier: Apache-2.0
//
// All that the fuzzer knows of one type of instruction: how one is drawn, which points of coverage it has, how it
// becomes simpler. Each type is a file, load_kind.cpp and so on; kind_of() finds it, and nobody else in this folder
// asks for a type.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "fuzz/draw.hpp"
#include "fuzz/random_program.hpp"
#include "isa/instruction.hpp"

namespace systole::fuzz {

// Makes an instruction simpler, or leaves it as it is.
using Change = std::function<void(isa::Instruction&)>;

class InstructionKind {
 public:
  virtual ~InstructionKind() = default;

  // Of the instructions that are drawn, so many in the sum over all types are of this one.
  virtual std::uint32_t share() const = 0;
  // A legal instruction without semaphores. It may reach outside of the program's data: then another is drawn.
  virtual isa::Instruction draw(Draw& draw, const Chip& chip, const RandomOptions& options) const = 0;

  // Its points of coverage, besides those that the instructions of every engine have.
  virtual std::vector<std::string> points() const = 0;
  // Those that an instruction of this type hits; `bases` are those of its program.
  virtual std::vector<std::string> hits(const isa::Instruction& instruction, const Chip& chip,
                                        const isa::Bases& bases) const = 0;

  // What to try on a failing program, the strongest first.
  virtual const std::vector<Change>& simplifications() const = 0;
};

// Of the instructions of this engine.
const InstructionKind& kind_of(isa::Engine engine);

// ---- for the kinds

// A change of instructions of type T.
template <typename T, typename F>
Change change(F f) {
  return [f](isa::Instruction& instruction) {
    if (auto* x = std::get_if<T>(&instruction)) f(*x);
  };
}

// The names of points: "matrix accumulate=1", "load beat_aligned=0", "store loops=3".
std::string flag_point(const char* engine, const char* name, bool value);
std::string aligned_point(const char* engine, std::uint64_t address, const Chip& chip);
// Of as many loops as there are counts above one.
std::string loops_point(const char* engine, std::initializer_list<std::uint32_t> counts);
// Both values of each flag; no to `most` loops.
void add_flag_points(std::vector<std::string>& points, const char* engine, std::initializer_list<const char*> names);
void add_loops_points(std::vector<std::string>& points, const char* engine, int most);

}  // namespace systole::fuzz
