// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/add.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "compiler/lower/elementwise.hpp"
#include "compiler/lower/lowering.hpp"
#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"

namespace systole::compiler {

AddOperator::AddOperator(const OperatorTable& nodes, std::uint32_t node, const Add& op)
    : ChipOperator(nodes, node), op_(op) {}

void AddOperator::vote(ViewVotes& votes) const {
  votes.alike(op_.a, op_.output);
  votes.alike(op_.b, op_.output);
}

std::string AddOperator::refusal(const Plan& plan) const {
  const Tensor &a = tensor(op_.a), &b = tensor(op_.b), &y = tensor(op_.output);
  if (std::string r = refuse_tensors({&a, &b, &y}); !r.empty()) return r;
  if (a.shape != y.shape || b.shape != y.shape) return "its operands are broadcast";
  const AddFactors f = add_factors(op_);
  if (!is_chip_scale(f.ra) || !is_chip_scale(f.rb) || !(f.offset == 0 || std::isnormal(f.offset)))
    return fmt::format("factors {}, {}, {} are not zero or normal numbers", f.ra, f.rb, f.offset);
  const ImageShape& view = plan.tensors[op_.output].view;
  if (!(plan.tensors[op_.a].view == view) || !(plan.tensors[op_.b].view == view))
    return "its operands have different layouts";
  return "";
}

void AddOperator::lower(Lowering& lowering) const {
  ItemBuilder& items = lowering.items();
  const Operand a = lowering.operand(op_.a), b = lowering.operand(op_.b), y = lowering.operand(op_.output);
  const AddFactors f = add_factors(op_);
  const std::int64_t total = word_count(y);
  // Each operand has banks of its own (the store reads both at once), with room for two pieces.
  const std::uint32_t bank = chip().activation_bank_words, split = items.free_words().high / bank / 2 * bank;
  const std::int64_t most = std::min<std::int64_t>(kPieceWords, split / 2);
  const std::int64_t piece = ceil_div(total, ceil_div(total, most));
  for (std::int64_t first = 0; first < total; first += piece) {
    const std::int64_t count = std::min(piece, total - first);
    Item item = items.new_item();
    item.requests = {linear_request(a, first, count, chip()), linear_request(b, first, count, chip())};
    item.requests[0].key = items.key({0, first});
    item.requests[0].zone = WordSpan{0, split};
    item.requests[1].key = items.key({1, first});
    item.requests[1].zone = WordSpan{split, 2 * split};
    isa::Store store = linear_store(item, y, first, count, chip());
    store.source_signed = is_signed(tensor(op_.a));
    store.residual = true;
    store.residual_signed = is_signed(tensor(op_.b));
    store.mid_signed = store.output_signed = is_signed(tensor(op_.output));
    store.add_scale_source = f.ra;
    store.add_scale_residual = f.rb;
    store.add_offset = f.offset;
    store.clamp_low = static_cast<std::int16_t>(op_.clamp.low);
    store.clamp_high = static_cast<std::int16_t>(op_.clamp.high);
    item.store = store;
    item.store_source = 0;
    item.store_residual = 1;
    items.add(std::move(item));
  }
}

}  // namespace systole::compiler
