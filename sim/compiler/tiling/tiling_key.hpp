// SPDX-License-Identifier: Apache-2.0
//
// What the choice of a tiling depends on, as a value: runs of matrix problems with equal keys get the same tiling,
// which is searched once.
//
// A trial (trial.hpp) is made from the key and from nothing else but the addresses below, so what is not in the key
// cannot have an effect on a trial. Weights, biases, scales, zero points, clamps and tags are not: they change bits,
// not cycles.
//
// `members()` names all members of a struct in a structured binding, which does not compile if one is missing.
// Comparison is that of these tuples.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>

#include "chip/chip.hpp"
#include "compiler/matrix/loop_nest.hpp"

namespace systole::compiler {

// An operand without its address in DRAM; `address` is its offset in the activation buffer and 0 in DRAM. Storages are
// numbered by the operands of the key that lie in them, planes count from the first of these operands: two operands of
// one storage may depend on each other.
struct OperandKey {
  std::int64_t storage = 0, first_plane = 0;
  bool on_chip = false;
  std::uint64_t address = 0;
  std::int64_t block_channels = 0, images = 1, blocks = 1, height = 1, width = 1;
  std::int64_t image_stride = 0, block_stride = 0, row_stride = 0, pixel_stride = 0;
  std::int64_t image_planes = 1, image_pixels = 0;
  bool whole = false;

  auto members() const {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *this;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  }
};

inline constexpr std::size_t kKeyOperands = 4;  // at most: in, out, residual, right

struct TilingKey {
  OperandKey in, out;
  std::optional<OperandKey> residual, right;
  std::int64_t channels_out = 0;
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1}, pad = {0, 0}, window = {1, 1};
  std::int64_t column_blocks = 0;  // of the problem
  bool raw = false, zero_point_by_column = false, diagonal = false;
  std::int64_t run_first = 0, run_count = 0, run_input_first = 0, run_input_count = 0, run_step = 0;
  std::uint32_t free_words = 0;  // of the activation buffer

  auto members() const {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = *this;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  }
  ColumnRun run() const { return {run_first, run_count, {run_input_first, run_input_count}, run_step}; }
};

inline bool operator==(const OperandKey& a, const OperandKey& b) { return a.members() == b.members(); }
inline bool operator<(const OperandKey& a, const OperandKey& b) { return a.members() < b.members(); }
inline bool operator==(const TilingKey& a, const TilingKey& b) { return a.members() == b.members(); }
inline bool operator<(const TilingKey& a, const TilingKey& b) { return a.members() < b.members(); }

// Where the operands in DRAM lie: offsets from base register 0, 0 for an operand that is not there. Not a part of the
// key: a layer is searched once wherever it lies, with the addresses of its first appearance.
struct TrialAddresses {
  std::uint64_t in = 0, out = 0, residual = 0, right = 0;
};

TilingKey tiling_key(const MatrixProblem& problem, const ColumnRun& run, std::uint32_t free_words);
TrialAddresses trial_addresses(const MatrixProblem& problem);

// A problem with this key, at these addresses, for an empty network: of the column blocks' inputs only those of the run
// are set, weights may not be asked for, and all arithmetic is neutral.
MatrixProblem problem_of(const TilingKey& key, const TrialAddresses& addresses, const Chip& chip);

}  // namespace systole::compiler
