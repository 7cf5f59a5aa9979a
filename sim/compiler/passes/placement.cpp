// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/placement.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/passes/unroll.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "compiler/plan/partition.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

constexpr const char* kImages = "its tensor is laid out as images for another node";

constexpr std::int64_t kMaxWindow = 255;  // width of window_y and window_x


class Placer {
 public:
  Placer(const Network& network, const Chip& chip) : net_(network), chip_(chip) {
    const std::size_t tensors = net_.tensors.size();
    plan_.placement.resize(net_.nodes.size());
    plan_.unary.resize(net_.nodes.size());
    plan_.view.resize(tensors);
    plan_.flattened.resize(tensors);
    plan_.storage.resize(tensors);
    plan_.first_block.resize(tensors, 0);
    plan_.block.assign(tensors, chip.array_rows);
    plan_.resident.resize(tensors);
    plan_.unrolled.resize(tensors);
    plan_.fused_add.resize(net_.nodes.size());
    plan_.fused_pool.resize(net_.nodes.size());
    std::iota(plan_.storage.begin(), plan_.storage.end(), 0u);
    consumers_.resize(tensors);
    producer_.resize(tensors);
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n) {
      for (TensorId t : inputs_of(net_.nodes[n].operation)) consumers_.at(t).push_back(n);
      for (TensorId t : outputs_of(net_.nodes[n].operation)) producer_.at(t) = n;
    }
  }

  Plan run() {
    choose_views();
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n) {
      NodePlacement& p = plan_.placement[n];
      p.reason = std::visit([&](const auto& op) { return reason(op, n); }, net_.nodes[n].operation);
      p.place = p.reason.empty() ? Place::kChip : Place::kHost;
    }
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n) {
      if (const auto* r = std::get_if<Reshape>(&net_.nodes[n].operation)) place_reshape(n, *r);
      if (const auto p = partition_of(net_, net_.nodes[n])) place_partition(n, *p);
    }
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n)
      if (const auto* g = std::get_if<Gemm>(&net_.nodes[n].operation)) check_gemm_views(n, *g);
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n)
      if (const auto* m = std::get_if<MatMul>(&net_.nodes[n].operation)) check_matmul(n, *m);
    order_steps();
    return std::move(plan_);
  }

 private:
  // ---- views

  void choose_views() {
    // Tensors that one element-wise node or a Concat or Split joins are seen alike; a convolution or pooling makes them
    // images, a matrix product a matrix; images win, and a Gemm that then disagrees goes to the
    // host.
    enum Vote { kNone, kMatrix, kImage };
    std::vector<std::uint32_t> parent(net_.tensors.size());
    std::iota(parent.begin(), parent.end(), 0u);
    auto find = [&](std::uint32_t t) {
      while (parent[t] != t) t = parent[t] = parent[parent[t]];
      return t;
    };
    auto join = [&](TensorId a, TensorId b) {
      if (net_.tensors[a].shape.size() == net_.tensors[b].shape.size()) parent[find(a)] = find(b);
    };
    for (const Node& node : net_.nodes) {
      if (const auto* a = std::get_if<Add>(&node.operation)) join(a->a, a->output), join(a->b, a->output);
      if (const auto* l = std::get_if<Lookup>(&node.operation)) join(l->input, l->output);
      // Only along what one of the views takes for channels: elsewhere the host copies, and both sides are free to differ.
      if (const auto p = partition_of(net_, node);
          p && (p->axis == 1 || p->axis + 1 == net_.tensors[p->whole].shape.size()))
        for (const Part& part : p->parts) join(part.tensor, p->whole);
    }
    std::vector<Vote> vote(net_.tensors.size(), kNone);
    auto cast = [&](TensorId t, Vote v) { vote[find(t)] = std::max(vote[find(t)], v); };
    for (const Node& node : net_.nodes) {
      if (const auto* op = std::get_if<Conv>(&node.operation)) cast(op->input, kImage), cast(op->output, kImage);
      if (const auto* op = std::get_if<MaxPool>(&node.operation)) cast(op->input, kImage), cast(op->output, kImage);
      if (const auto* op = std::get_if<AveragePool>(&node.operation)) cast(op->input, kImage), cast(op->output, kImage);
      if (const auto* op = std::get_if<Gemm>(&node.operation)) cast(op->input, kMatrix), cast(op->output, kMatrix);
      if (const auto* op = std::get_if<MatMul>(&node.operation))
        cast(op->a, kMatrix), cast(op->b, kMatrix), cast(op->output, kMatrix);
    }
    for (TensorId t = 0; t < net_.tensors.size(); ++t) {
      const Shape& s = net_.tensors[t].shape;
      const Vote v = vote[find(t)];
      const bool can_be_image = s.size() >= 2 && s.size() <= 4;
      const bool image = can_be_image && (v == kImage || (v == kNone && s.size() == 4));
      plan_.view[t] = image ? image_shape(s) : matrix_shape(s);
    }
  }

  bool is_image(TensorId t) const {
    const std::size_t rank = net_.tensors[t].shape.size();
    return !plan_.view[t].channels_last && rank >= 2 && rank <= 4;
  }

  // ---- reasons to stay on the host; empty if the chip can do it

  std::string tensor_reason(TensorId t) const {
    const Tensor& x = net_.tensors[t];
    if (!is_byte(x.type)) return fmt::format("tensor '{}' is {}, not int8 or uint8", x.name, element_name(x.type));
    if (element_count(x.shape) < 1) return fmt::format("tensor '{}' is empty", x.name);
    return "";
  }

  std::string weights_reason(TensorId input, TensorId weight, TensorId output,
                             const std::vector<std::int32_t>& zero_point, const std::vector<std::int32_t>& bias,
                             const std::vector<float>& scale) const {
    if (std::string r = tensor_reason(input); !r.empty()) return r;
    const Tensor& w = net_.tensors[weight];
    const Tensor& y = net_.tensors[output];
    if (!w.is_constant) return "its weights are not constant";
    if (!is_byte(w.type)) return fmt::format("its weights are {}", element_name(w.type));
    if (element_count(y.shape) < 1) return "its output is empty";
    if (scale.empty()) {
      if (y.type != ElementType::kInt32) return "its raw sums are not int32";
      if (std::any_of(bias.begin(), bias.end(), [](std::int32_t b) { return b != 0; })) return "raw sums have a bias";
    } else {
      if (!is_byte(y.type)) return fmt::format("its output is {}", element_name(y.type));
      for (float s : scale)
        if (!is_chip_scale(s)) return fmt::format("scale {} is not zero or a positive normal number", s);
    }
    const bool per_column = !all_equal(zero_point);
    if (chip_.array_rows + (per_column ? 1 : 0) > chip_.weight_words)
      return fmt::format("a weight tile of {} words exceeds weight_words = {}", chip_.array_rows + per_column,
                         chip_.weight_words);
    return "";
  }

  std::string reason(const Conv& op, std::uint32_t) const {
    if (!is_image(op.input) || !is_image(op.output)) return "its tensors are not of rank 2 to 4";
    return weights_reason(op.input, op.weight, op.output, op.weight_zero_point, op.bias, op.scale);
  }

  std::string reason(const Gemm& op, std::uint32_t) const {
    return weights_reason(op.input, op.weight, op.output, op.weight_zero_point, op.bias, op.scale);
  }

  std::string reason(const MatMul& op, std::uint32_t) const {
    for (TensorId t : {op.a, op.b})
      if (std::string r = tensor_reason(t); !r.empty()) return r;
    const Tensor& y = net_.tensors[op.output];
    if (op.scale.empty() ? y.type != ElementType::kInt32 : !is_byte(y.type))
      return fmt::format("its output is {}", element_name(y.type));
    if (!op.scale.empty() && !is_chip_scale(op.scale[0]))
      return fmt::format("scale {} is not zero or a positive normal number", op.scale[0]);
    if (chip_.array_rows > chip_.weight_words) return "a weight tile exceeds the weight buffer";
    return "";
  }

  std::string reason(const Add& op, std::uint32_t) const {
    for (TensorId t : {op.a, op.b, op.output})
      if (std::string r = tensor_reason(t); !r.empty()) return r;
    const Tensor &a = net_.tensors[op.a], &b = net_.tensors[op.b], &y = net_.tensors[op.output];
    if (a.shape != y.shape || b.shape != y.shape) return "its operands are broadcast";
    const AddFactors f = add_factors(op);
    if (!is_chip_scale(f.ra) || !is_chip_scale(f.rb) || !(f.offset == 0 || std::isnormal(f.offset)))
      return fmt::format("factors {}, {}, {} are not zero or normal numbers", f.ra, f.rb, f.offset);
    if (!(plan_.view[op.a] == plan_.view[op.b]) || !(plan_.view[op.a] == plan_.view[op.output]))
      return "its operands have different layouts";
    return "";
  }

  std::string reason(const MaxPool& op, std::uint32_t) const {
    for (TensorId t : {op.input, op.output})
      if (std::string r = tensor_reason(t); !r.empty()) return r;
    if (net_.tensors[op.input].type != net_.tensors[op.output].type) return "its input and output types differ";
    if (!is_image(op.input) || !is_image(op.output)) return "its tensors are not of rank 2 to 4";
    if (op.kernel[0] > kMaxWindow || op.kernel[1] > kMaxWindow)
      return fmt::format("a window of {}x{} exceeds {} taps a side", op.kernel[0], op.kernel[1], kMaxWindow);
    const std::int64_t patch = pool_patch_words(op);
    if (patch > chip_.activation_words())
      return fmt::format("a window's patch of {} words exceeds the activation buffer's {}", patch,
                         chip_.activation_words());
    return "";
  }

  std::string reason(const AveragePool& op, std::uint32_t) const {
    if (op.float_sums) return "its sums are to be rounded as ONNX Runtime does, in float32";
    for (TensorId t : {op.input, op.output})
      if (std::string r = tensor_reason(t); !r.empty()) return r;
    if (!is_image(op.input) || !is_image(op.output)) return "its tensors are not of rank 2 to 4";
    if (!is_chip_scale(op.scale)) return fmt::format("scale {} is not zero or a positive normal number", op.scale);
    if (chip_.array_rows > chip_.weight_words) return "a weight tile exceeds the weight buffer";
    return "";
  }

  std::string reason(const Lookup& op, std::uint32_t n) {
    for (TensorId t : {op.input, op.output})
      if (std::string r = tensor_reason(t); !r.empty()) return r;
    if (!(plan_.view[op.input] == plan_.view[op.output])) return "its tensors have different layouts";
    plan_.unary[n] = match_lookup(op.table, net_.tensors[op.input].type == ElementType::kInt8,
                                  net_.tensors[op.output].type == ElementType::kInt8);
    return plan_.unary[n] ? "" : "its table is no requantization and clamp";
  }

  std::string reason(const Reshape&, std::uint32_t) const { return "its bytes have to be moved"; }
  std::string reason(const HostOperator& op, std::uint32_t node) const {
    const bool in_float = !op.outputs.empty() && net_.tensors[op.outputs[0]].type == ElementType::kFloat32;
    if (in_float && net_.nodes[node].operator_name != "DequantizeLinear") return "it computes in float32";
    return "the chip has no such operator";
  }

  // ---- reshapes and the matrix products behind them

  bool is_output(TensorId t) const {
    return std::find(net_.outputs.begin(), net_.outputs.end(), t) != net_.outputs.end();
  }

  void place_reshape(std::uint32_t n, const Reshape& r) {
    const Tensor &x = net_.tensors[r.input], &y = net_.tensors[r.output];
    NodePlacement& p = plan_.placement[n];
    if (x.type != y.type || x.is_constant || element_count(x.shape) < 1 ||
        element_count(x.shape) != element_count(y.shape))
      return;
    if (!is_byte(x.type) && x.type != ElementType::kInt32) return;
    if (same_bytes(plan_.view[r.input], plan_.view[r.output], chip_.array_rows)) {
      p = {Place::kFree, "", {}};
      plan_.storage[r.output] = plan_.storage[r.input];
      plan_.first_block[r.output] = plan_.first_block[r.input];
      return;
    }
    const ImageShape& v = plan_.view[r.input];
    const bool flattens = is_image(r.input) && y.shape.size() == 2 && y.shape[0] == v.images &&
                          y.shape[1] == v.channels * v.height * v.width;
    if (!flattens || is_output(r.output)) return;
    for (std::uint32_t c : consumers_[r.output])
      if (!std::holds_alternative<Gemm>(net_.nodes[c].operation) || plan_.placement[c].place != Place::kChip ||
          !is_matrix(std::get<Gemm>(net_.nodes[c].operation).output))
        return;
    p = {Place::kFree, "", {}};
    plan_.flattened[r.output] = r.input;
  }

  // A part of the channels that begins and ends at a channel block is a range of bytes: the parts become places in the whole one.
  void place_partition(std::uint32_t n, const Partition& p) {
    NodePlacement& placement = plan_.placement[n];
    const ImageShape& whole = plan_.view[p.whole];
    const std::size_t channels_axis = whole.channels_last ? net_.tensors[p.whole].shape.size() - 1 : 1;
    std::vector<TensorId> tensors = {p.whole};
    for (const Part& part : p.parts) tensors.push_back(part.tensor);
    std::string& reason = placement.reason;
    for (TensorId t : tensors)
      if (reason = tensor_reason(t); !reason.empty()) return;
    const auto any = [&](auto refuses) { return std::any_of(tensors.begin(), tensors.end(), refuses); };
    if (any([&](TensorId t) {
          return plan_.view[t].channels_last != whole.channels_last || plan_.view[t].images != 1;
        }))
      reason = "its tensors are stacks of images, or seen in two ways";
    else if (p.axis != channels_axis)
      reason = "it does not go along the channels";
    else if (std::any_of(p.parts.begin(), p.parts.end(),
                         [&](const Part& part) { return part.first % chip_.array_rows != 0; }))
      reason = fmt::format("a part does not begin at a multiple of array_rows = {} channels", chip_.array_rows);
    else if (any([&](TensorId t) { return net_.tensors[t].is_constant; }))
      reason = "a part is constant";
    else if (p.joins && !can_move(p))
      reason = "a part has its place in another tensor";
    if (!reason.empty()) return;
    placement = {Place::kFree, "", {}};
    for (const Part& part : p.parts) {
      const std::int64_t block = part.first / chip_.array_rows;
      if (!p.joins) {
        plan_.storage[part.tensor] = plan_.storage[p.whole];
        plan_.first_block[part.tensor] = plan_.first_block[p.whole] + block;
        continue;
      }
      for (TensorId t = 0; t < plan_.storage.size(); ++t)
        if (plan_.storage[t] == part.tensor) {
          plan_.storage[t] = p.whole;
          plan_.first_block[t] += block;
        }
    }
  }

  // Each part is a storage of its own, once, that nobody sees as a stack of images.
  bool can_move(const Partition& p) const {
    for (std::size_t i = 0; i < p.parts.size(); ++i) {
      const TensorId t = p.parts[i].tensor;
      if (plan_.storage[t] != t) return false;
      for (std::size_t j = 0; j < i; ++j)
        if (p.parts[j].tensor == t) return false;
      for (TensorId alias = 0; alias < plan_.storage.size(); ++alias)
        if (plan_.storage[alias] == t && plan_.view[alias].images != 1) return false;
    }
    return true;
  }

  bool is_matrix(TensorId t) const {
    return same_bytes(plan_.view[t], matrix_shape(net_.tensors[t].shape), chip_.array_rows);
  }

  void check_gemm_views(std::uint32_t n, const Gemm& g) {
    NodePlacement& p = plan_.placement[n];
    if (p.place != Place::kChip || plan_.flattened[g.input]) return;
    if (!is_matrix(g.input) || !is_matrix(g.output)) p = {Place::kHost, kImages, {}};
  }

  void check_matmul(std::uint32_t n, const MatMul& m) {
    NodePlacement& p = plan_.placement[n];
    if (p.place != Place::kChip) return;
    if (!is_matrix(m.a) || !is_matrix(m.b) || !is_matrix(m.output)) {
      p = {Place::kHost, kImages, {}};
      return;
    }
    if (chip_.array_rows == chip_.array_cols) return;
    // A word of the weight buffer is wider or narrower than one of the activation buffer: whoever writes the operand writes such words.
    const auto loads_weights = [&](std::uint32_t c) {
      const auto* reader = std::get_if<MatMul>(&net_.nodes[c].operation);
      return plan_.placement[c].place == Place::kHost || (reader && reader->b == m.b && reader->a != m.b);
    };
    const auto writes_weights = [&](std::uint32_t producer) {
      const Operation& op = net_.nodes[producer].operation;
      return plan_.placement[producer].place == Place::kHost || std::holds_alternative<Gemm>(op) ||
             std::holds_alternative<MatMul>(op);
    };
    if ((!producer_[m.b] || writes_weights(*producer_[m.b])) &&
        std::all_of(consumers_[m.b].begin(), consumers_[m.b].end(), loads_weights)) {
      plan_.block[m.b] = chip_.array_cols;
      return;
    }
    p = {Place::kHost,
         fmt::format(
             "its right operand is laid out in words of array_rows = {} for another node, the array has {} columns",
             chip_.array_rows, chip_.array_cols),
         {}};
  }

  // ---- steps

  // Alternates between running all that is ready on the chip and all that is ready on the host: few
  // doorbells.
  void order_steps() {
    const std::size_t count = net_.nodes.size();
    std::vector<char> done(count, 0);
    std::size_t left = count;
    auto ready = [&](std::uint32_t n) {
      for (TensorId t : inputs_of(net_.nodes[n].operation))
        if (producer_[t] && !done[*producer_[t]]) return false;
      return true;
    };
    bool on_chip = true;
    std::size_t idle_phases = 0;
    while (left > 0) {
      StepPlan chip_step{true, {}};
      bool progress = false;
      for (std::uint32_t n = 0; n < count; ++n) {  // nodes are in topological order: one sweep takes all that follow
        const Place place = plan_.placement[n].place;
        if (done[n] || !ready(n) || (place == Place::kChip && !on_chip) || (place == Place::kHost && on_chip)) continue;
        if (place == Place::kChip) chip_step.nodes.push_back(n);
        if (place == Place::kHost) plan_.steps.push_back({false, {n}});
        done[n] = 1;
        --left;
        progress = true;
      }
      if (!chip_step.nodes.empty()) plan_.steps.push_back(std::move(chip_step));
      idle_phases = progress ? 0 : idle_phases + 1;
      if (idle_phases > 1)
        throw UserError(fmt::format("network '{}': its nodes are not in execution order", net_.name));
      on_chip = !on_chip;
    }
  }

  const Network& net_;
  const Chip& chip_;
  Plan plan_;
  std::vector<std::vector<std::uint32_t>> consumers_;
  std::vector<std::optional<std::uint32_t>> producer_;
};

}  // namespace

Plan place(const Network& network, const Chip& chip, const CompileOptions& options) {
  Plan plan = Placer(network, chip).run();
  if (options.fuse) {
    fuse(plan, network, chip);
    unroll_inputs(plan, network, chip);
  }
  return plan;
}

}  // namespace systole::compiler
