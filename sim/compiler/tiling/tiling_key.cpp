// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/tiling_key.hpp"

#include <algorithm>
#include <vector>

namespace systole::compiler {
namespace {

// Numbers storages in the order in which operands mention them.
class Storages {
 public:
  OperandKey key_of(const Operand& d) {
    const auto known =
        std::find_if(known_.begin(), known_.end(), [&](const Storage& s) { return s.tensor == d.storage; });
    const auto number = known - known_.begin();
    if (known == known_.end()) known_.push_back({d.storage, d.first_plane});
    OperandKey key;
    key.storage = number;
    key.first_plane = d.first_plane - known_[static_cast<std::size_t>(number)].first_plane;
    key.on_chip = d.on_chip;
    key.address = d.on_chip ? d.offset : 0;
    key.block_channels = d.block_channels;
    key.images = d.images;
    key.blocks = d.blocks;
    key.height = d.height;
    key.width = d.width;
    key.image_stride = d.image_stride;
    key.block_stride = d.block_stride;
    key.row_stride = d.row_stride;
    key.pixel_stride = d.pixel_stride;
    key.image_planes = d.image_planes;
    key.image_pixels = d.image_pixels;
    key.whole = d.whole;
    return key;
  }

 private:
  struct Storage {
    TensorId tensor;
    std::int64_t first_plane;
  };
  std::vector<Storage> known_;
};

Operand operand_of(const OperandKey& key, std::uint64_t address) {
  Operand d;
  d.storage = static_cast<TensorId>(key.storage);
  d.first_plane = key.first_plane;
  d.on_chip = key.on_chip;
  d.offset = key.on_chip ? key.address : address;
  d.block_channels = key.block_channels;
  d.images = key.images;
  d.blocks = key.blocks;
  d.height = key.height;
  d.width = key.width;
  d.image_stride = key.image_stride;
  d.block_stride = key.block_stride;
  d.row_stride = key.row_stride;
  d.pixel_stride = key.pixel_stride;
  d.image_planes = key.image_planes;
  d.image_pixels = key.image_pixels;
  d.whole = key.whole;
  return d;
}

}  // namespace

TilingKey tiling_key(const MatrixProblem& p, const ColumnRun& run, std::uint32_t free_words) {
  Storages storages;
  TilingKey key;
  key.in = storages.key_of(p.in);
  key.out = storages.key_of(p.out);
  if (p.residual) key.residual = storages.key_of(p.residual->operand);
  if (p.right) key.right = storages.key_of(*p.right);
  key.channels_out = p.channels_out;
  key.kernel = p.kernel;
  key.stride = p.stride;
  key.dilation = p.dilation;
  key.pad = p.pad;
  key.window = p.window;
  key.column_blocks = static_cast<std::int64_t>(p.column_block_inputs.size());
  key.raw = p.raw();
  key.zero_point_by_column = p.zero_point_by_column();
  key.diagonal = p.diagonal != nullptr;
  key.run_first = run.first;
  key.run_count = run.count;
  key.run_input_first = run.inputs.first;
  key.run_input_count = run.inputs.count;
  key.run_step = run.step;
  key.free_words = free_words;
  return key;
}

TrialAddresses trial_addresses(const MatrixProblem& p) {
  const auto address = [](const Operand& d) { return d.on_chip ? 0 : d.offset; };
  TrialAddresses addresses;
  addresses.in = address(p.in);
  addresses.out = address(p.out);
  if (p.residual) addresses.residual = address(p.residual->operand);
  if (p.right) addresses.right = address(*p.right);
  return addresses;
}

MatrixProblem problem_of(const TilingKey& key, const TrialAddresses& addresses, const Chip& chip) {
  MatrixProblem p;
  p.in = operand_of(key.in, addresses.in);
  p.out = operand_of(key.out, addresses.out);
  if (key.residual) {
    MatrixProblem::Residual residual;
    residual.operand = operand_of(*key.residual, addresses.residual);
    p.residual = residual;
  }
  if (key.right) p.right = operand_of(*key.right, addresses.right);
  p.channels_out = key.channels_out;
  p.kernel = key.kernel;
  p.stride = key.stride;
  p.dilation = key.dilation;
  p.pad = key.pad;
  p.window = key.window;
  p.column_block_inputs.resize(static_cast<std::size_t>(key.column_blocks));
  for (std::int64_t n = 0; n < key.run_count; ++n)
    p.column_block_inputs.at(static_cast<std::size_t>(key.run_first + n)) = {key.run_input_first + n * key.run_step,
                                                                             key.run_input_count};
  if (!key.raw) p.scale = {1};
  p.weight_zero_point = {0};
  if (key.zero_point_by_column) p.weight_zero_point = {0, 1};
  if (key.diagonal) p.diagonal = [rows = chip.array_rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
  return p;
}

}  // namespace systole::compiler
