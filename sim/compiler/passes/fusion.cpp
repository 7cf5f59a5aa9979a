// SPDX-License-Identifier: Apache-2.0
//
// Less traffic to DRAM, with the same bits.
//
// An Add is fused into the node that computes one of its operands, if nobody else reads that
// operand and the node has no clamp of its own: its stores requantize, then add, in sequence. The
// node is then computed where the Add stood, when the other operand is there. y = fma(a, ra, fma(b,
// rb, F)) is not symmetric in its roundings: computing b instead of a is only possible if all 65536
// sums come out the same.
//
// A MaxPool whose windows do not overlap is fused into the convolution before it, if nobody else reads that one's output: the store
// takes the maximum over a window of accumulator rows. A residual has no place in a window, so such a convolution adds nothing.
//
// A tensor becomes resident if all its readers are in the same step and can read it in place:
// convolutions, poolings and matrix products through their activation addresses, fused Adds as the
// residual. Padding becomes a frame around each channel block, filled once, so all readers must
// agree on its value. Residents live in the upper half of the buffer; the banks below the lowest
// one that is alive stay free for loads.
#include <algorithm>
#include <map>

#include "compiler/matrix/matrix_problem.hpp"
#include "compiler/passes/placement.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

constexpr std::int64_t kMostFillRows = 65535;

class Fuser {
 public:
  Fuser(Plan& plan, const Network& network, const Chip& chip) : plan_(plan), net_(network), chip_(chip) {
    readers_.resize(net_.tensors.size());
    names_.resize(net_.tensors.size(), 0);
    for (std::uint32_t n = 0; n < net_.nodes.size(); ++n) {
      if (plan_.placement[n].place == Place::kFree) continue;
      for (TensorId t : inputs_of(net_.nodes[n].operation))
        readers_[plan_.storage[plan_.flattened[t].value_or(t)]].push_back(n);
    }
    parts_.resize(net_.tensors.size(), 0);
    for (TensorId t = 0; t < net_.tensors.size(); ++t) {
      ++names_[plan_.storage[t]];
      parts_[plan_.storage[t]] |= plan_.view[t].channels != plan_.view[plan_.storage[t]].channels;
    }
  }

  void run() {
    for (StepPlan& step : plan_.steps) {
      if (!step.on_chip) continue;
      fuse_adds(step);
      fuse_pools(step);
      keep_tensors(step);
    }
  }

 private:
  bool is_output(TensorId t) const {
    for (TensorId o : net_.outputs)
      if (plan_.storage[o] == plan_.storage[t]) return true;
    return false;
  }

  // ---- Add

  bool requantizes_only(std::uint32_t node) const {
    const auto whole = [&](const Clamp& c, TensorId t, bool raw) {
      const bool is_signed = net_.tensors[t].type == ElementType::kInt8;
      return !raw && c.low <= (is_signed ? -128 : 0) && c.high >= (is_signed ? 127 : 255);
    };
    const Operation& op = net_.nodes[node].operation;
    if (const auto* conv = std::get_if<Conv>(&op)) return whole(conv->clamp, conv->output, conv->scale.empty());
    if (const auto* gemm = std::get_if<Gemm>(&op))
      return whole(gemm->clamp, gemm->output, gemm->scale.empty()) && plan_.view[gemm->output].channels_last;
    return false;
  }

  using NodeIterator = std::vector<std::uint32_t>::iterator;

  // The node that computes `t` for one reader alone and could add as well; `end` if there is none.
  NodeIterator producer_of(TensorId t, NodeIterator begin, NodeIterator end) const {
    if (is_output(t) || names_[plan_.storage[t]] != 1 || readers_[t].size() != 1) return end;
    const auto found = std::find_if(begin, end, [&](std::uint32_t n) {
      return !plan_.fused_add[n] && outputs_of(net_.nodes[n].operation).front() == t;
    });
    return found != end && requantizes_only(*found) ? found : end;
  }

  void fuse_adds(StepPlan& step) {
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      const std::uint32_t add_node = step.nodes[i];
      const auto* add = std::get_if<Add>(&net_.nodes[add_node].operation);
      // A residual piece holds at least one position of a column block, in one bank.
      if (!add || add->a == add->b || ceil_div(chip_.array_cols, chip_.array_rows) > chip_.activation_bank_words)
        continue;
      const auto end = step.nodes.begin() + static_cast<std::ptrdiff_t>(i);
      auto producer = producer_of(add->a, step.nodes.begin(), end);
      FusedAdd fused = {add_node, add->b, add_factors(*add)};
      if (producer == end) {
        producer = producer_of(add->b, step.nodes.begin(), end);
        if (producer == end) continue;
        const auto is_signed = [&](TensorId t) { return net_.tensors[t].type == ElementType::kInt8; };
        const auto factors = swapped_add_factors(*add, is_signed(add->a), is_signed(add->b), is_signed(add->output));
        if (!factors) continue;
        fused = {add_node, add->a, *factors};
      }
      const std::uint32_t node = *producer;
      plan_.fused_add[node] = fused;
      plan_.placement[add_node].fused_into = node;
      step.nodes[i] = node;
      step.nodes.erase(producer);
      --i;
    }
  }

  // ---- MaxPool

  // The smallest tile, one window, fits the accumulators and, with one tap of one channel block, half of the activation buffer.
  bool window_fits(const Conv& conv, const MaxPool& pool) const {
    const std::int64_t words =
        ((pool.kernel[0] - 1) * conv.stride[0] + 1) * ((pool.kernel[1] - 1) * conv.stride[1] + 1);
    return pool.kernel[0] * pool.kernel[1] <= chip_.accumulator_rows && words <= chip_.activation_words() / 2;
  }

  void fuse_pools(StepPlan& step) {
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      const std::uint32_t pool_node = step.nodes[i];
      const auto* pool = std::get_if<MaxPool>(&net_.nodes[pool_node].operation);
      if (!pool || pool->kernel != pool->stride || pool->dilation != std::array<std::int64_t, 2>{1, 1}) continue;
      const ImageShape &x = plan_.view[pool->input], &y = plan_.view[pool->output];
      const bool inside = pool->pad[0] == 0 && pool->pad[1] == 0 && y.height * pool->kernel[0] <= x.height &&
                          y.width * pool->kernel[1] <= x.width;
      if (!inside || is_output(pool->input) || names_[plan_.storage[pool->input]] != 1 ||
          readers_[pool->input].size() != 1)
        continue;
      const auto at = step.nodes.begin() + static_cast<std::ptrdiff_t>(i);
      const auto producer = std::find_if(step.nodes.begin(), at, [&](std::uint32_t n) {
        const auto* conv = std::get_if<Conv>(&net_.nodes[n].operation);
        return conv && !plan_.fused_add[n] && !conv->scale.empty() && conv->output == pool->input &&
               window_fits(*conv, *pool);
      });
      if (producer == at) continue;
      const Clamp& first = std::get<Conv>(net_.nodes[*producer].operation).clamp;
      const auto then = [&](std::int32_t v) { return std::clamp(v, pool->clamp.low, pool->clamp.high); };
      plan_.fused_pool[*producer] = FusedPool{pool_node, pool->kernel, {then(first.low), then(first.high)}};
      plan_.placement[pool_node].fused_into = *producer;
      step.nodes.erase(at);
      --i;
    }
  }

  // ---- residents

  // Grows the frame for one reader; false if it cannot read the tensor in place.
  bool add_reader(std::uint32_t node, TensorId t, Resident& r) {
    const Operation& op = net_.nodes[node].operation;
    const auto frame = [&](const ImageShape& v, const std::array<std::int64_t, 2>& kernel,
                           const std::array<std::int64_t, 2>& stride, const std::array<std::int64_t, 2>& dilation,
                           std::int64_t top, std::int64_t left, TensorId output, std::int32_t value) {
      const ImageShape& y = plan_.view[output];
      const std::int64_t bottom = (y.height - 1) * stride[0] + (kernel[0] - 1) * dilation[0] - top - (v.height - 1);
      const std::int64_t right = (y.width - 1) * stride[1] + (kernel[1] - 1) * dilation[1] - left - (v.width - 1);
      if (top <= 0 && left <= 0 && bottom <= 0 && right <= 0) return true;
      const bool first = r.top == 0 && r.left == 0 && r.bottom == 0 && r.right == 0;
      if (!first && r.pad_value != static_cast<std::uint8_t>(value)) return false;
      r.pad_value = static_cast<std::uint8_t>(value);
      r.top = std::max(r.top, top);
      r.left = std::max(r.left, left);
      r.bottom = std::max(r.bottom, bottom);
      r.right = std::max(r.right, right);
      return true;
    };
    bool readable = true, reads = false;
    if (const auto* conv = std::get_if<Conv>(&op)) {
      if ((reads = plan_.storage[conv->input] == t))
        readable =
            frame(plan_.view[conv->input],
                  {net_.tensors[conv->weight].shape.size() == 4 ? net_.tensors[conv->weight].shape[2] : 1,
                   net_.tensors[conv->weight].shape.size() >= 3 ? net_.tensors[conv->weight].shape.back() : 1},
                  conv->stride, conv->dilation, conv->pad[0], conv->pad[1], conv->output, conv->input_zero_point);
    } else if (const auto* average = std::get_if<AveragePool>(&op)) {
      reads = true;
      needs_no_frame_ |= averages_whole_image(*average, plan_);
      readable = frame(plan_.view[average->input], average->kernel, average->stride, {1, 1}, 0, 0, average->output,
                       average->qx.zero_point);
    } else if (const auto* pool = std::get_if<MaxPool>(&op)) {
      reads = true;
      readable = frame(plan_.view[pool->input], pool->kernel, pool->stride, pool->dilation, pool->pad[0], pool->pad[1],
                       pool->output, net_.tensors[t].type == ElementType::kInt8 ? -128 : 0);
    } else if (const auto* gemm = std::get_if<Gemm>(&op)) {
      if ((reads = plan_.storage[plan_.flattened[gemm->input].value_or(gemm->input)] == t)) {
        readable = plan_.flattened[gemm->input].has_value() || plan_.view[gemm->input].channels_last;
        needs_no_frame_ = true;
      }
    }
    if (plan_.fused_add[node]) reads |= plan_.storage[plan_.fused_add[node]->residual] == t;
    return reads && readable;
  }

  void keep_tensors(const StepPlan& step) {
    struct Live {
      std::size_t first, last;  // places in the step
      std::uint32_t low, high;
    };
    std::vector<Live> live;
    std::map<std::uint32_t, std::size_t> place;  // of each node, fused ones included
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      place[step.nodes[i]] = i;
      if (plan_.fused_add[step.nodes[i]]) place[plan_.fused_add[step.nodes[i]]->node] = i;
    }
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      const std::uint32_t node = step.nodes[i];
      const TensorId t = chip_outputs(net_, plan_, node).front();
      const ImageShape& v = plan_.view[t];
      if (plan_.storage[t] != t || parts_[t] || is_output(t) || net_.tensors[t].type == ElementType::kInt32 ||
          readers_[t].empty())
        continue;
      Resident r;
      Live l = {i, i, 0, 0};
      needs_no_frame_ = names_[t] > 1;  // a free reshape sees the same bytes in another shape
      bool possible = true;
      for (std::uint32_t reader : readers_[t]) {
        const auto at = place.find(reader);
        possible = possible && at != place.end() && add_reader(step.nodes[at->second], t, r);
        if (!possible) break;
        l.last = std::max(l.last, at->second);
      }
      if (!possible) continue;
      const bool framed = r.top + r.left + r.bottom + r.right > 0;
      const Operation& op = net_.nodes[node].operation;
      const bool linear = std::holds_alternative<Add>(op) || std::holds_alternative<Lookup>(op) ||
                          std::holds_alternative<Gemm>(op) || std::holds_alternative<MatMul>(op) ||
                          std::holds_alternative<AveragePool>(op);
      if (framed && (needs_no_frame_ || linear)) continue;
      const std::int64_t blocks = ceil_div(v.channels, chip_.array_rows);
      const std::int64_t rows = v.images * blocks * r.rows(v.height), words = rows * r.columns(v.width);
      const std::uint32_t buffer = chip_.activation_words();
      if (words > buffer / 2 || rows > kMostFillRows || r.columns(v.width) > kMostFillRows) continue;
      r.words = static_cast<std::uint32_t>(words);
      r.fill = framed || v.channels % chip_.array_rows != 0;

      // First fit from the top down.
      std::uint32_t high = buffer;
      for (bool moved = true; moved;) {
        moved = false;
        for (const Live& o : live)
          if (o.last >= l.first && o.first <= l.last && o.low < high && o.high + r.words > high) {
            high = o.low;
            moved = true;
          }
      }
      if (high < buffer / 2 + r.words) continue;
      r.base = high - r.words;
      l.low = r.base;
      l.high = high;
      live.push_back(l);
      plan_.resident[t] = r;
    }
  }

  Plan& plan_;
  const Network& net_;
  const Chip& chip_;
  std::vector<std::vector<std::uint32_t>> readers_;  // per storage: nodes that are not free
  std::vector<std::uint32_t> names_;                 // per storage: tensors that are its bytes
  std::vector<char> parts_;                          // per storage: a tensor is a part of its channels
  bool needs_no_frame_ = false;
};

}  // namespace

void fuse(Plan& plan, const Network& network, const Chip& chip) { Fuser(plan, network, chip).run(); }

}  // namespace systole::compiler
