// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/address_only.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "support/error.hpp"

namespace systole::compiler {

void AddressOnlyOperator::lower(Lowering&) const { throw InternalError("a node without instructions is on the chip"); }

// ---- Reshape

std::string ReshapeOperator::refusal(const Plan&) const { return "its bytes have to be moved"; }

void ReshapeOperator::name_bytes(Plan& plan) const {
  const Tensor &x = tensor(op_.input), &y = tensor(op_.output);
  if (x.type != y.type || x.is_constant || element_count(x.shape) < 1 ||
      element_count(x.shape) != element_count(y.shape))
    return;
  if (!is_byte(x.type) && x.type != ElementType::kInt32) return;
  const TensorPlan& input = plan.tensors[op_.input];
  TensorPlan& output = plan.tensors[op_.output];
  if (same_bytes(input.view, output.view, chip().array_rows)) {
    output.storage = input.storage;
    output.first_block = input.first_block;
  } else if (flattens_for_products(plan)) {
    output.flattened = op_.input;
  } else {
    return;
  }
  plan.nodes[node()].placement = {Place::kFree, "", {}};
}

bool ReshapeOperator::flattens_for_products(const Plan& plan) const {
  const ImageShape& v = plan.tensors[op_.input].view;
  const Shape& y = tensor(op_.output).shape;
  const bool flattens =
      plan.is_images(op_.input) && y.size() == 2 && y[0] == v.images && y[1] == v.channels * v.height * v.width;
  const auto& outputs = nodes().network().outputs;
  if (!flattens || std::find(outputs.begin(), outputs.end(), op_.output) != outputs.end()) return false;
  const auto& readers = nodes().readers(op_.output);
  return std::all_of(readers.begin(), readers.end(),
                     [&](std::uint32_t r) { return plan.on_chip(r) && nodes()[r].reads_flattened(plan); });
}

// ---- Concat, Split, Slice

void PartitionOperator::vote(ViewVotes& votes) const {
  // Only along what one of the views takes for channels: elsewhere the host copies, and both sides are free to differ.
  if (partition_.axis != 1 && partition_.axis + 1 != tensor(partition_.whole).shape.size()) return;
  for (const Part& part : partition_.parts) votes.alike(part.tensor, partition_.whole);
}

std::string PartitionOperator::refusal(const Plan&) const { return "its bytes have to be moved"; }

void PartitionOperator::name_bytes(Plan& plan) const {
  NodePlacement& placement = plan.nodes[node()].placement;
  placement.reason = refusal_of_parts(plan);
  if (!placement.reason.empty()) return;
  placement = {Place::kFree, "", {}};
  for (const Part& part : partition_.parts) {
    const std::int64_t block = part.first / chip().array_rows;
    if (!partition_.joins) {
      const TensorPlan& whole = plan.tensors[partition_.whole];
      plan.tensors[part.tensor].storage = whole.storage;
      plan.tensors[part.tensor].first_block = whole.first_block + block;
      continue;
    }
    for (TensorPlan& t : plan.tensors)
      if (t.storage == part.tensor) {
        t.storage = partition_.whole;
        t.first_block += block;
      }
  }
}

std::string PartitionOperator::refusal_of_parts(const Plan& plan) const {
  const ImageShape& whole = plan.tensors[partition_.whole].view;
  std::vector<TensorId> tensors = {partition_.whole};
  for (const Part& part : partition_.parts) tensors.push_back(part.tensor);
  for (TensorId t : tensors)
    if (std::string r = refuse_tensors({&tensor(t)}); !r.empty()) return r;
  const auto any = [&](auto refuses) { return std::any_of(tensors.begin(), tensors.end(), refuses); };
  if (any([&](TensorId t) {
        const ImageShape& view = plan.tensors[t].view;
        return view.channels_last != whole.channels_last || view.images != 1;
      }))
    return "its tensors are stacks of images, or seen in two ways";
  const std::size_t channels_axis = whole.channels_last ? tensor(partition_.whole).shape.size() - 1 : 1;
  if (partition_.axis != channels_axis) return "it does not go along the channels";
  if (std::any_of(partition_.parts.begin(), partition_.parts.end(),
                  [&](const Part& part) { return part.first % chip().array_rows != 0; }))
    return fmt::format("a part does not begin at a multiple of array_rows = {} channels", chip().array_rows);
  if (any([&](TensorId t) { return tensor(t).is_constant; })) return "a part is constant";
  if (partition_.joins && !can_move(plan)) return "a part has its place in another tensor";
  return "";
}

// Each part is a storage of its own, once, that nobody sees as a stack of images.
bool PartitionOperator::can_move(const Plan& plan) const {
  for (std::size_t i = 0; i < partition_.parts.size(); ++i) {
    const TensorId t = partition_.parts[i].tensor;
    if (plan.tensors[t].storage != t) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (partition_.parts[j].tensor == t) return false;
    for (const TensorPlan& alias : plan.tensors)
      if (alias.storage == t && alias.view.images != 1) return false;
  }
  return true;
}

// ---- all others

std::string HostOnlyOperator::refusal(const Plan&) const {
  const Node& n = nodes().network().nodes[node()];
  const std::vector<TensorId> outputs = outputs_of(n.operation);
  const bool in_float = !outputs.empty() && tensor(outputs[0]).type == ElementType::kFloat32;
  if (in_float && n.operator_name != "DequantizeLinear") return "it computes in float32";
  return "the chip has no such operator";
}

}  // namespace systole::compiler
