// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/step_lowering.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "compiler/lower/interleave.hpp"

namespace systole::compiler {
namespace {

class StepLowering {
 public:
  StepLowering(Lowering& lowering, const OperatorTable& nodes, const StepPlan& step,
               const std::function<void(std::uint32_t)>& begin_node)
      : lowering_(lowering),
        nodes_(nodes),
        step_(step),
        begin_node_(begin_node),
        plan_(lowering.plan()),
        chip_(lowering.chip()) {
    for (std::size_t i = 0; i < step.nodes.size(); ++i)
      for (TensorId t : chip_inputs(nodes.network(), plan_, step.nodes[i])) last_reader_[plan_.tensors[t].storage] = i;
  }

  std::vector<Reservation> run() {
    std::optional<std::size_t> beside;  // first item of the node that node i runs beside
    for (std::size_t i = 0; i < step_.nodes.size(); ++i) {
      if (begin_node_) begin_node_(step_.nodes[i]);
      const std::size_t first_item = item_count();
      lowering_.items().begin_node(step_.nodes[i]);
      reserve_output(output_of(step_.nodes[i]));
      const bool next_beside =
          live_.empty() && i + 1 < step_.nodes.size() && runs_beside(step_.nodes[i], step_.nodes[i + 1]);
      WordSpan free = free_words();
      if (next_beside) free.high = own_bank();
      if (beside) free.low = own_bank();
      lowering_.items().set_free_words(free);
      nodes_[step_.nodes[i]].lower(lowering_);
      if (beside) interleave(lowering_.items().list(), *beside, first_item);
      beside = next_beside ? std::optional(first_item) : std::nullopt;
      release(i);
    }
    return std::move(reservations_);
  }

 private:
  struct Live {
    TensorId tensor;
    std::size_t reservation;  // its index
  };

  std::size_t item_count() const { return lowering_.items().list().size(); }
  TensorId output_of(std::uint32_t node) const { return chip_outputs(nodes_.network(), plan_, node).front(); }

  // A node that runs beside the one before it has a bank of its own: the matrix engine reads its own in every cycle.
  std::uint32_t own_bank() const { return chip_.activation_words() - chip_.activation_bank_words; }

  // May `second` run piece by piece while `first` computes its input? No tensor may be resident meanwhile: its words
  // are reserved from item to item.
  bool runs_beside(std::uint32_t first, std::uint32_t second) const {
    const TensorId between = output_of(first);
    const Operation& operation = nodes_.network().nodes[second].operation;
    const std::optional<std::int64_t> words = nodes_[second].words_beside();
    return words && *words <= chip_.activation_bank_words && inputs_of(operation).front() == between &&
           !nodes_[first].words_beside() && !plan_.tensors[between].resident &&
           !plan_.tensors[outputs_of(operation).front()].resident;
  }

  void reserve_output(TensorId t) {
    const auto& resident = plan_.tensors[t].resident;
    if (!resident) return;
    reservations_.push_back({{resident->base, resident->base + resident->words}, item_count(), item_count()});
    live_.push_back({t, reservations_.size() - 1});
    if (resident->fill) fill_frame(t, *resident);
  }

  // Padding over the whole frame of a resident tensor, before its producer writes into it.
  void fill_frame(TensorId tensor, const Resident& r) {
    const std::int64_t columns = r.columns(plan_.tensors[tensor].view.width);
    Item item = lowering_.items().new_item();
    isa::Load load;
    load.buffer = isa::Buffer::kActivation;
    load.run_bytes = static_cast<std::uint32_t>(columns * chip_.activation_word_bytes());
    load.count[0] = 0;
    load.pad_top = static_cast<std::uint16_t>(r.words / columns);
    load.pad_value = r.pad_value;
    load.dst_base = r.base;
    load.dst_stride[0] = static_cast<std::int32_t>(columns);
    item.fill = load;
    item.store_writes.push_back({r.base, r.base + r.words});
    lowering_.items().add(std::move(item));
  }

  // The banks below the lowest resident.
  WordSpan free_words() const {
    const std::uint32_t bank = chip_.activation_bank_words;
    WordSpan free = {0, chip_.activation_words()};
    for (const Live& l : live_) free.high = std::min(free.high, reservations_[l.reservation].words.low / bank * bank);
    return free;
  }

  // Behind node `i` of the step: what it is the last to read is needed no more.
  void release(std::size_t i) {
    const TensorId output = output_of(step_.nodes[i]);
    for (const Live& l : live_) reservations_[l.reservation].last_item = item_count() - 1;
    const auto dead = [&](const Live& l) { return last_reader_[l.tensor] <= i && l.tensor != output; };
    live_.erase(std::remove_if(live_.begin(), live_.end(), dead), live_.end());
  }

  Lowering& lowering_;
  const OperatorTable& nodes_;
  const StepPlan& step_;
  const std::function<void(std::uint32_t)>& begin_node_;
  const Plan& plan_;
  const Chip& chip_;
  std::map<TensorId, std::size_t> last_reader_;  // by storage: place in the step
  std::vector<Live> live_;
  std::vector<Reservation> reservations_;
};

}  // namespace

std::vector<Reservation> lower_step(Lowering& lowering, const OperatorTable& nodes, const StepPlan& step,
                                    const std::function<void(std::uint32_t)>& begin_node) {
  return StepLowering(lowering, nodes, step, begin_node).run();
}

}  // namespace systole::compiler
