// SPDX-License-Identifier: Apache-2.0
#include "fuzz/kinds/store_kind.hpp"

#include <algorithm>

namespace systole::fuzz {
namespace {

class StoreKind final : public InstructionKind {
 public:
  std::uint32_t share() const override { return 3; }

  isa::Instruction draw(Draw& draw, const Chip& chip, const RandomOptions& options) const override {
    isa::Store store;
    const std::uint32_t bank_groups = chip.activation_bank_words * chip.array_rows / chip.post_lanes;
    const std::uint32_t first_bank = draw.uniform(0, chip.activation_banks - 1);
    const auto bank_base = [&](std::uint32_t distance) {  // low in the bank: positive strides stay inside
      return (first_bank + distance) % chip.activation_banks * bank_groups + draw.uniform(0, bank_groups / 4);
    };
    store.raw = !options.post_processing || draw.chance(20);
    store.source = !store.raw && draw.chance(40) ? isa::Source::kActivation : isa::Source::kAccumulator;
    store.requantize = !store.raw && (store.source == isa::Source::kAccumulator || draw.chance(40));
    store.residual = !store.raw && draw.chance(35);
    store.destination = !store.raw && draw.chance(40) ? isa::Destination::kActivation : isa::Destination::kDram;
    store.base = static_cast<isa::Base>(draw.chance(50) ? 0 : 3);
    store.source_signed = draw.chance(50);
    store.mid_signed = draw.chance(50);
    store.residual_signed = draw.chance(50);
    store.output_signed = draw.chance(50);
    store.parameter_per_tensor = draw.chance(30);
    store.count = {draw.count(8), draw.count(4), draw.count(2), draw.count(2), draw.count(draw.chance(50) ? 3 : 1)};
    store.groups = draw.count(4);
    if (!store.raw && draw.chance(35)) {
      store.window_y = static_cast<std::uint8_t>(draw.uniform(1, 3));
      store.window_x = static_cast<std::uint8_t>(draw.uniform(1, 3));
    }
    // Furthest group from a base: below bank_groups * 5 / 8.
    const std::int32_t reach = static_cast<std::int32_t>(bank_groups / 32);
    const bool backwards = store.source == isa::Source::kAccumulator && draw.chance(30);
    for (auto& stride : store.source_stride)
      stride = draw.signed_uniform(backwards ? -12 : 0, backwards ? 12 : std::min(reach, 12));
    store.source_stride_wy = draw.signed_uniform(0, std::min(reach, 8));
    store.source_stride_wx = draw.signed_uniform(0, std::min(reach, 8));
    for (auto& stride : store.residual_stride) stride = draw.signed_uniform(0, std::min(reach, 40));
    store.source_base =
        store.source == isa::Source::kActivation ? bank_base(0) : static_cast<std::uint32_t>(draw.bits());
    store.residual_base = bank_base(1);
    if (store.destination == isa::Destination::kActivation) {
      store.dst_base = bank_base(2);
      for (auto& stride : store.dst_stride) stride = draw.signed_uniform(0, std::min(reach, 40));
    } else {
      store.dst_base = draw.uniform(8000, 40000) | draw.bits_above(chip.axi_address_bits);
      for (auto& stride : store.dst_stride) stride = draw.signed_uniform(-900, 900);
    }
    store.parameter_base = static_cast<std::uint16_t>(draw.uniform(0, chip.parameter_words - 1));
    store.parameter_stride_2 = static_cast<std::uint16_t>(draw.uniform(0, 5));
    store.parameter_stride_3 = static_cast<std::uint16_t>(draw.uniform(0, 5));
    store.mid_zero_point = store.requantize ? static_cast<std::uint8_t>(draw.bits()) : std::uint8_t{0};
    const bool is_signed = store.residual     ? store.output_signed
                           : store.requantize ? store.mid_signed
                                              : store.source_signed;
    const int low = is_signed ? -128 : 0;
    store.clamp_low = static_cast<std::int16_t>(draw.chance(60) ? low : draw.signed_uniform(low, low + 100));
    store.clamp_high =
        static_cast<std::int16_t>(draw.chance(60) ? low + 255 : draw.signed_uniform(low + 120, low + 255));
    store.add_scale_source = draw.scale(-6, 1);
    store.add_scale_residual = draw.scale(-6, 1);
    store.add_offset = draw.chance(10) ? 0.0f : (draw.chance(50) ? -1.0f : 1.0f) * draw.scale(-4, 8);
    return store;
  }

  std::vector<std::string> points() const override {
    std::vector<std::string> points;
    add_flag_points(
        points, "store",
        {"raw", "requantize", "residual", "parameter_per_tensor", "source_signed", "mid_signed", "residual_signed",
         "output_signed", "from_activation", "to_activation", "window", "beat_aligned", "outer_loop", "high_offset"});
    add_loops_points(points, "store", 8);
    return points;
  }

  std::vector<std::string> hits(const isa::Instruction& instruction, const Chip& chip,
                                const isa::Bases& bases) const override {
    const auto& x = std::get<isa::Store>(instruction);
    const bool to_activation = x.destination == isa::Destination::kActivation;
    std::vector<std::string> hits = {flag_point("store", "raw", x.raw),
                                     flag_point("store", "requantize", x.requantize),
                                     flag_point("store", "residual", x.residual),
                                     flag_point("store", "parameter_per_tensor", x.parameter_per_tensor),
                                     flag_point("store", "source_signed", x.source_signed),
                                     flag_point("store", "mid_signed", x.mid_signed),
                                     flag_point("store", "residual_signed", x.residual_signed),
                                     flag_point("store", "output_signed", x.output_signed),
                                     flag_point("store", "from_activation", x.source == isa::Source::kActivation),
                                     flag_point("store", "to_activation", to_activation),
                                     flag_point("store", "window", x.window_x * x.window_y > 1),
                                     flag_point("store", "outer_loop", x.count[4] > 1),
                                     flag_point("store", "high_offset", x.dst_base >> 32 != 0),
                                     loops_point("store", {x.count[0], x.count[1], x.count[2], x.count[3], x.count[4],
                                                           x.groups, x.window_y, x.window_x})};
    if (!to_activation)
      hits.push_back(aligned_point("store", bases[static_cast<std::size_t>(x.base)] + x.dst_base, chip));
    return hits;
  }

  const std::vector<Change>& simplifications() const override {
    static const std::vector<Change> changes = {
        change<isa::Store>([](isa::Store& x) { x.count = {}; }),
        change<isa::Store>([](isa::Store& x) { x.count[4] = 1; }),
        change<isa::Store>([](isa::Store& x) { x.count[3] = x.count[2] = 1; }),
        change<isa::Store>([](isa::Store& x) { x.count[1] = 1; }),
        change<isa::Store>([](isa::Store& x) { x.count[0] = 1; }),
        change<isa::Store>([](isa::Store& x) { x.groups = 1; }),
        change<isa::Store>([](isa::Store& x) { x.window_x = x.window_y = 1; }),
        change<isa::Store>([](isa::Store& x) { x.residual = false; }),
        change<isa::Store>([](isa::Store& x) { x.dst_base &= 0xffffffff; }),
        change<isa::Store>([](isa::Store& x) { x.dst_stride = {}; }),
        change<isa::Store>([](isa::Store& x) { x.source_stride = {}; }),
    };
    return changes;
  }
};

}  // namespace

const InstructionKind& store_kind() {
  static const StoreKind kind;
  return kind;
}

}  // namespace systole::fuzz
