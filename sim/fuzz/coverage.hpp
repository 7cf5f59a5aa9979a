// SPDX-License-Identifier: Apache-2.0
//
// Coverage of the instruction set and of the chip's situations by a set of programs. A point is a name with the number
// of programs' instructions (or of programs, for waits and memories) that hit it; all points are there from the
// beginning, so that what was never hit shows.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cycle/accounts.hpp"
#include "fuzz/fuzz_case.hpp"

namespace systole::fuzz {

using Accounts = std::array<cycle::Account, isa::kEngines>;  // of the engines, by the cycle model

class Coverage {
 public:
  Coverage();
  void add(const FuzzCase& fuzz_case, const Accounts& accounts);
  void add(const Coverage& other);
  // Hits of other programs. A point that this version does not know becomes one.
  void add(const std::string& point, std::uint64_t hits) { points_[point] += hits; }

  // By name: "load", "matrix accumulate=1", "store loops=3", "load then store", "matrix waits for load", "memory hbm2".
  const std::map<std::string, std::uint64_t>& points() const { return points_; }
  std::vector<std::string> never_hit() const;
  double share() const;  // of the points that were hit, 0 to 1

 private:
  void hit(const std::string& point) { ++points_[point]; }

  std::map<std::string, std::uint64_t> points_;
};

}  // namespace systole::fuzz
