// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/lookup.hpp"

#include <algorithm>

#include "compiler/lower/elementwise.hpp"
#include "compiler/lower/lowering.hpp"
#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"

namespace systole::compiler {

LookupOperator::LookupOperator(const OperatorTable& nodes, std::uint32_t node, const Lookup& op)
    : ChipOperator(nodes, node),
      op_(op),
      arithmetic_(match_lookup(op.table, is_signed(tensor(op.input)), is_signed(tensor(op.output)))) {}

void LookupOperator::vote(ViewVotes& votes) const { votes.alike(op_.input, op_.output); }

std::string LookupOperator::refusal(const Plan& plan) const {
  if (std::string r = refuse_tensors({&tensor(op_.input), &tensor(op_.output)}); !r.empty()) return r;
  if (!(plan.tensors[op_.input].view == plan.tensors[op_.output].view)) return "its tensors have different layouts";
  return arithmetic_ ? "" : "its table is no requantization and clamp";
}

void LookupOperator::lower(Lowering& lowering) const {
  ItemBuilder& items = lowering.items();
  const UnaryArithmetic& u = *arithmetic_;
  const Operand x = lowering.operand(op_.input), y = lowering.operand(op_.output);
  std::uint64_t parameter = 0;
  if (u.requantize)
    parameter = items.parameters().add(chip().post_lanes * kParameterBytes, [&] {
      std::vector<std::uint8_t> bytes;
      for (std::uint32_t lane = 0; lane < chip().post_lanes; ++lane) append_parameter(bytes, u.bias, u.scale);
      return bytes;
    });
  const std::int64_t total = word_count(y);
  const std::int64_t most = std::min<std::int64_t>(kPieceWords, items.free_words().high / 2);
  const std::int64_t piece = ceil_div(total, ceil_div(total, most));
  for (std::int64_t first = 0; first < total; first += piece) {
    const std::int64_t count = std::min(piece, total - first);
    Item item = items.new_item();
    isa::Store store = linear_store(item, y, first, count, chip());
    if (u.requantize) {
      item.store_parameter = 0;
      item.requests.push_back(constant_request(isa::Buffer::kParameter, isa::Base::kParameter, parameter,
                                               chip().post_lanes * kParameterBytes, 1));
      store.parameter_per_tensor = true;
    }
    item.store_source = item.requests.size();
    item.requests.push_back(linear_request(x, first, count, chip()));
    item.requests.back().key = items.key({first});
    item.requests.back().zone = items.free_words();
    store.requantize = u.requantize;
    store.source_signed = is_signed(tensor(op_.input));
    store.mid_signed = store.output_signed = is_signed(tensor(op_.output));
    store.mid_zero_point = static_cast<std::uint8_t>(u.zero_point);
    store.clamp_low = static_cast<std::int16_t>(u.clamp.low);
    store.clamp_high = static_cast<std::int16_t>(u.clamp.high);
    item.store = store;
    items.add(std::move(item));
  }
}

}  // namespace systole::compiler
