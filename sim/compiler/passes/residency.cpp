// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/residency.hpp"

#include <algorithm>
#include <map>

#include "compiler/plan/tensor_uses.hpp"

namespace systole::compiler {
namespace {

constexpr std::int64_t kMostFillRows = 65535;  // rows and columns that one load can fill

// The frame that all readers of a tensor need together.
class SharedFrame {
 public:
  // Makes room for one more reader; false if it cannot be.
  bool add(const Frame& frame) {
    dense_ |= frame.dense;
    if (frame.empty()) return true;
    if (!empty() && pad_value_ != frame.pad_value) return false;
    pad_value_ = frame.pad_value;
    top_ = std::max(top_, frame.top);
    left_ = std::max(left_, frame.left);
    bottom_ = std::max(bottom_, frame.bottom);
    right_ = std::max(right_, frame.right);
    return true;
  }
  bool empty() const { return top_ + left_ + bottom_ + right_ == 0; }
  bool is_possible() const { return empty() || !dense_; }
  Resident resident() const {
    Resident r;
    r.top = top_;
    r.left = left_;
    r.bottom = bottom_;
    r.right = right_;
    r.pad_value = pad_value_;
    return r;
  }

 private:
  std::int64_t top_ = 0, left_ = 0, bottom_ = 0, right_ = 0;
  std::uint8_t pad_value_ = 0;
  bool dense_ = false;
};

// One step: its tensors, in the order in which they are computed.
class StepResidents {
 public:
  StepResidents(Plan& plan, const OperatorTable& nodes, const TensorUses& uses, const StepPlan& step)
      : plan_(plan), nodes_(nodes), uses_(uses), step_(step) {
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      place_[step.nodes[i]] = i;
      if (const auto& add = plan.nodes[step.nodes[i]].fused_add) place_[add->node] = i;
    }
  }

  void run() {
    for (std::size_t i = 0; i < step_.nodes.size(); ++i) {
      const TensorId t = chip_outputs(nodes_.network(), plan_, step_.nodes[i]).front();
      if (!is_candidate(t)) continue;
      SharedFrame frame;
      // A free reshape sees the same bytes in another shape.
      if (uses_.names(t) > 1) frame.add(dense());
      const std::optional<std::size_t> last = last_reader(t, frame, i);
      if (!last || !frame.is_possible()) continue;
      if (!frame.empty() && !nodes_[step_.nodes[i]].writes_into_frame()) continue;
      keep(t, frame, i, *last);
    }
  }

 private:
  struct Live {
    std::size_t first, last;  // places in the step
    std::uint32_t low, high;  // words
  };

  static Frame dense() {
    Frame frame;
    frame.dense = true;
    return frame;
  }

  bool is_candidate(TensorId t) const {
    return plan_.tensors[t].storage == t && !uses_.has_parts(t) && !uses_.is_output(t) &&
           nodes_.network().tensors[t].type != ElementType::kInt32 && !uses_.readers(t).empty();
  }

  // The place in the step of the last reader; nothing if one is elsewhere or cannot read the tensor in place.
  std::optional<std::size_t> last_reader(TensorId t, SharedFrame& frame, std::size_t producer) const {
    std::size_t last = producer;
    for (std::uint32_t reader : uses_.readers(t)) {
      const auto at = place_.find(reader);
      if (at == place_.end() || !add_reader(step_.nodes[at->second], t, frame)) return std::nullopt;
      last = std::max(last, at->second);
    }
    return last;
  }

  // `node` reads `t` as its input, as the residual of a fused Add, or both.
  bool add_reader(std::uint32_t node, TensorId t, SharedFrame& frame) const {
    const std::vector<TensorId> inputs = inputs_of(nodes_.network().nodes[node].operation);
    const bool as_input =
        std::any_of(inputs.begin(), inputs.end(), [&](TensorId x) { return plan_.read_storage(x) == t; });
    if (!as_input) return true;  // as the residual: without padding
    const std::optional<Frame> needed = nodes_[node].reads_in_place(plan_);
    return needed && frame.add(*needed);
  }

  void keep(TensorId t, const SharedFrame& frame, std::size_t first, std::size_t last) {
    const Chip& chip = nodes_.chip();
    const ImageShape& v = plan_.tensors[t].view;
    Resident r = frame.resident();
    const std::int64_t rows = v.images * ceil_div(v.channels, chip.array_rows) * r.rows(v.height);
    const std::int64_t words = rows * r.columns(v.width);
    if (words > chip.activation_words() / 2 || rows > kMostFillRows || r.columns(v.width) > kMostFillRows) return;
    r.words = static_cast<std::uint32_t>(words);
    r.fill = !frame.empty() || v.channels % chip.array_rows != 0;
    const std::uint32_t high = highest_end(r.words, first, last);
    if (high < chip.activation_words() / 2 + r.words) return;
    r.base = high - r.words;
    live_.push_back({first, last, r.base, high});
    plan_.tensors[t].resident = r;
  }

  // First fit from the top down, among the residents that are alive at the same time.
  std::uint32_t highest_end(std::uint32_t words, std::size_t first, std::size_t last) const {
    std::uint32_t high = nodes_.chip().activation_words();
    for (bool moved = true; moved;) {
      moved = false;
      for (const Live& o : live_)
        if (o.last >= first && o.first <= last && o.low < high && o.high + words > high) {
          high = o.low;
          moved = true;
        }
    }
    return high;
  }

  Plan& plan_;
  const OperatorTable& nodes_;
  const TensorUses& uses_;
  const StepPlan& step_;
  std::map<std::uint32_t, std::size_t> place_;  // of each node in the step, fused Adds included
  std::vector<Live> live_;
};

}  // namespace

void keep_residents(Plan& plan, const OperatorTable& nodes) {
  const TensorUses uses(nodes.network(), plan);
  for (const StepPlan& step : plan.steps)
    if (step.on_chip) StepResidents(plan, nodes, uses, step).run();
}

}  // namespace systole::compiler
