// SPDX-License-Identifier: Apache-2.0
#include "fuzz/kinds/load_kind.hpp"

#include <algorithm>

namespace systole::fuzz {
namespace {

constexpr const char* kBuffers[] = {"activation", "weight", "parameter"};

std::string buffer_point(const char* buffer) { return std::string("load buffer=") + buffer; }

class LoadKind final : public InstructionKind {
 public:
  std::uint32_t share() const override { return 4; }

  isa::Instruction draw(Draw& draw, const Chip& chip, const RandomOptions&) const override {
    isa::Load load;
    const std::uint32_t kind = draw.uniform(0, 9);
    load.buffer = kind < 5 ? isa::Buffer::kActivation : kind < 9 ? isa::Buffer::kWeight : isa::Buffer::kParameter;
    load.count = {draw.count(5), draw.count(3), draw.count(2), draw.count(draw.chance(50) ? 3 : 1)};
    for (auto& stride : load.dst_stride) stride = draw.chance(10) ? 0 : draw.signed_uniform(-40, 80);
    load.dst_base = static_cast<std::uint32_t>(draw.bits());
    if (load.buffer == isa::Buffer::kParameter) {
      load.base = isa::Base::kParameter;
      load.run_bytes = 8 * draw.uniform(1, 12);
      load.dram_offset = 8 * draw.uniform(0, 100);
      for (auto& stride : load.dram_stride) stride = 8 * draw.signed_uniform(0, 40);
    } else {
      load.base = static_cast<isa::Base>(draw.uniform(0, 2) == 2 ? 3 : draw.uniform(0, 1));
      load.run_bytes = draw.chance(15) ? draw.uniform(1, 700) : draw.uniform(1, 60);
      load.dram_offset = draw.uniform(4000, 50000);
      for (auto& stride : load.dram_stride) stride = draw.signed_uniform(-600, 600);
      load.pad_value = static_cast<std::uint8_t>(draw.bits());
      load.diagonal = load.buffer == isa::Buffer::kWeight && draw.chance(30);
    }
    load.dram_offset |= draw.bits_above(chip.axi_address_bits);
    if (draw.chance(50)) {
      load.pad_top = static_cast<std::uint16_t>(draw.uniform(0, 2));
      load.pad_bottom = static_cast<std::uint16_t>(draw.uniform(0, 2));
      load.pad_left = static_cast<std::uint16_t>(draw.uniform(0, 3));
      load.pad_right = static_cast<std::uint16_t>(draw.uniform(0, 3));
      if (load.pad_top + load.pad_bottom > 0 && draw.chance(20)) load.count[0] = 0;
    }
    return load;
  }

  std::vector<std::string> points() const override {
    std::vector<std::string> points;
    for (const char* buffer : kBuffers) points.push_back(buffer_point(buffer));
    add_flag_points(points, "load", {"padding", "diagonal", "beat_aligned", "outer_loop", "high_offset"});
    add_loops_points(points, "load", 4);
    return points;
  }

  std::vector<std::string> hits(const isa::Instruction& instruction, const Chip& chip,
                                const isa::Bases& bases) const override {
    const auto& x = std::get<isa::Load>(instruction);
    return {buffer_point(kBuffers[static_cast<std::size_t>(x.buffer)]),
            flag_point("load", "padding", (x.pad_top | x.pad_bottom | x.pad_left | x.pad_right) != 0),
            flag_point("load", "diagonal", x.diagonal),
            aligned_point("load", bases[static_cast<std::size_t>(x.base)] + x.dram_offset, chip),
            flag_point("load", "outer_loop", x.count[3] > 1),
            flag_point("load", "high_offset", x.dram_offset >> 32 != 0),
            loops_point("load", {x.count[0], x.count[1], x.count[2], x.count[3]})};
  }

  const std::vector<Change>& simplifications() const override {
    static const std::vector<Change> changes = {
        change<isa::Load>([](isa::Load& x) { x.count = {std::min<std::uint16_t>(x.count[0], 1)}; }),
        change<isa::Load>([](isa::Load& x) { x.count[3] = 1; }),
        change<isa::Load>([](isa::Load& x) { x.count[2] = 1; }),
        change<isa::Load>([](isa::Load& x) { x.count[1] = 1; }),
        change<isa::Load>([](isa::Load& x) { x.count[0] = std::min<std::uint16_t>(x.count[0], 1); }),
        change<isa::Load>([](isa::Load& x) { x.pad_top = x.pad_bottom = x.pad_left = x.pad_right = 0; }),
        change<isa::Load>([](isa::Load& x) { x.dram_offset &= 0xffffffff; }),
        change<isa::Load>([](isa::Load& x) { x.dram_stride = {}; }),
        change<isa::Load>([](isa::Load& x) { x.dst_stride = {}; }),
        change<isa::Load>([](isa::Load& x) { x.run_bytes = x.buffer == isa::Buffer::kParameter ? 8 : 1; }),
        change<isa::Load>([](isa::Load& x) { x.dst_base = 0; }),
    };
    return changes;
  }
};

}  // namespace

const InstructionKind& load_kind() {
  static const LoadKind kind;
  return kind;
}

}  // namespace systole::fuzz
