// SPDX-License-Identifier: Apache-2.0
#include "views/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "support/error.hpp"
#include "views/store_runs.hpp"

namespace systole::views {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using compiler::TensorLayout;

namespace {

struct Location {
  TensorId tensor;
  std::string element;
};

std::string element_text(const std::vector<std::int64_t>& index) { return fmt::format("[{}]", fmt::join(index, ", ")); }

// "[n, c, y, x]" of a byte in a tensor's layout: [image][channel block][height][width][block].
std::string element_in_layout(const TensorLayout& layout, std::uint64_t offset, const Shape& shape) {
  std::uint64_t rest = offset / layout.element_bytes;
  const auto take = [&rest](std::uint64_t size) {
    const std::uint64_t index = rest % size;
    rest /= size;
    return static_cast<std::int64_t>(index);
  };
  const std::int64_t in_block = take(layout.block);
  const std::int64_t x = take(static_cast<std::uint64_t>(layout.width));
  const std::int64_t y = take(static_cast<std::uint64_t>(layout.height));
  const std::uint64_t blocks = (static_cast<std::uint64_t>(layout.channels) + layout.block - 1) / layout.block;
  const std::int64_t channel = take(blocks) * layout.block + in_block;
  const std::int64_t image = take(static_cast<std::uint64_t>(layout.images));
  if (layout.channels_last) return element_text({x, channel});
  if (shape.size() == 3) return element_text({image, channel, x});
  if (shape.size() == 2) return element_text({image, channel});
  return element_text({image, channel, y, x});
}

// The tensor that this step leaves around `address`, one that `node` writes if there are several.
std::optional<Location> find_tensor(const CompiledNetwork& network, const ChipStep& step, std::uint64_t address,
                                    std::optional<std::uint32_t> node) {
  const std::uint64_t base = network.base_address[static_cast<int>(isa::Base::kTensor)];
  std::vector<TensorId> ids;
  if (node)
    for (TensorId id : outputs_of(network.network.nodes[*node].operation)) ids.push_back(id);
  ids.insert(ids.end(), step.written.begin(), step.written.end());
  ids.insert(ids.end(), step.outputs.begin(), step.outputs.end());
  ids.insert(ids.end(), step.inputs.begin(), step.inputs.end());
  for (TensorId id : ids) {
    const auto& layout = network.layout[id];
    if (!layout || address < base + layout->offset || address >= base + layout->offset + layout->size_bytes()) continue;
    return Location{id, element_in_layout(*layout, address - base - layout->offset, network.network.tensors[id].shape)};
  }
  return {};
}

std::vector<std::uint64_t> differing_bytes(const std::uint8_t* a, const std::uint8_t* b, std::uint64_t size) {
  std::vector<std::uint64_t> addresses;
  for (std::uint64_t i = 0; i < size; ++i)
    if (a[i] != b[i]) addresses.push_back(i);
  return addresses;
}

// Takes the addresses that `store` writes out of `addresses` (sorted) and returns the first one in
// the order of writing.
std::optional<std::uint64_t> claim(std::vector<std::uint64_t>& addresses, const isa::Store& store,
                                   const CompiledNetwork& network) {
  std::optional<std::uint64_t> first;
  std::vector<bool> taken(addresses.size(), false);
  any_run(store, network, [&](std::uint64_t begin, std::uint64_t bytes) {
    auto it = std::lower_bound(addresses.begin(), addresses.end(), begin);
    for (; it != addresses.end() && *it < begin + bytes; ++it) {
      if (!first) first = *it;
      taken[static_cast<std::size_t>(it - addresses.begin())] = true;
    }
    return false;
  });
  if (!first) return first;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i)
    if (!taken[i]) addresses[kept++] = addresses[i];
  addresses.resize(kept);
  return first;
}

std::string retirement_text(const Retired& retired) {
  return fmt::format("{} instruction {} from cycle {} to {}", isa::engine_name(retired.engine), retired.index,
                     retired.start_cycle, retired.retire_cycle);
}

std::string value_text(ElementType type, const std::uint8_t* bytes) {
  std::int32_t word = 0;
  switch (type) {
    case ElementType::kInt8:
      return std::to_string(static_cast<std::int8_t>(*bytes));
    case ElementType::kBool:
    case ElementType::kUint8:
      return std::to_string(*bytes);
    case ElementType::kInt32:
      std::memcpy(&word, bytes, 4);
      return std::to_string(word);
    case ElementType::kInt64: {
      std::int64_t wide = 0;
      std::memcpy(&wide, bytes, 8);
      return std::to_string(wide);
    }
    case ElementType::kFloat32: {
      float real = 0;
      std::memcpy(&real, bytes, 4);
      return fmt::format("{} ({:a})", real, real);
    }
  }
  return "";
}

}  // namespace

const char* aspect_name(Aspect aspect) {
  switch (aspect) {
    case Aspect::kEvent:
      return "event";
    case Aspect::kDram:
      return "dram";
    case Aspect::kTiming:
      return "timing";
    case Aspect::kTensor:
      return "tensor";
  }
  return "";
}

std::optional<std::uint32_t> node_of(const CompiledNetwork& network, const isa::Program& program, std::uint32_t index) {
  const std::uint32_t tag = isa::common_of(program.instructions.at(index)).tag;
  if (tag >= network.network.nodes.size()) return {};
  return tag;
}

std::string text(const Divergence& d, const CompiledNetwork& network) {
  std::string out = d.what;
  const auto line = [&out](const char* name, const std::string& value) {
    out += fmt::format("\n  {:<12} {}", name, value);
  };
  if (d.node) {
    const Node& node = network.network.nodes.at(*d.node);
    line("node", fmt::format("{} ({})", node.name, node.operator_name));
  }
  if (!d.tensor.empty()) line("tensor", d.tensor);
  if (!d.element.empty()) line("element", d.element);
  if (d.address) line("address", fmt::format("{:#x}", *d.address));
  if (d.instruction) {
    const auto* step = std::get_if<ChipStep>(&network.steps.at(d.step));
    const bool known = step != nullptr && *d.instruction < step->program.instructions.size();
    line("instruction", fmt::format("{} of step {}{}", *d.instruction, d.step,
                                    known ? ": " + isa::disassemble(step->program.instructions[*d.instruction]) : ""));
  }
  if (d.cycle) line("cycle", std::to_string(*d.cycle));
  return out;
}

std::optional<Divergence> compare_dram(const CompiledNetwork& network, std::size_t index, View& expected, View& got) {
  const std::uint64_t size = network.dram_bytes;
  const std::uint8_t* a = expected.dram(size);
  const std::uint8_t* b = got.dram(size);
  if (std::memcmp(a, b, size) == 0) return {};

  const auto& step = std::get<ChipStep>(network.steps.at(index));
  Divergence d(Aspect::kDram);
  d.step = index;
  std::uint64_t address = static_cast<std::uint64_t>(std::mismatch(a, a + size, b).first - a);
  // Stores in the order in which they retired in the run that has a clock, otherwise in program
  // order.
  std::vector<Retired> order;
  if (!got.runs().empty() && got.runs().back().step == index) order = got.runs().back().retired;
  if (order.empty())
    for (std::uint32_t i = 0; i < step.program.instructions.size(); ++i)
      order.push_back({isa::engine_of(step.program.instructions[i]), i, 0, 0});
  const bool has_cycles = !got.runs().empty() && got.runs().back().has_timing;
  // DRAM is used again within a program: a byte belongs to the last store that writes it. Backwards
  // in time each store claims its differing bytes; the one that claims last made the first
  // difference.
  std::vector<std::uint64_t> different = differing_bytes(a, b, size);
  const std::string count = fmt::format("{} bytes differ", different.size());
  for (auto retired = order.rbegin(); retired != order.rend() && !different.empty(); ++retired) {
    const auto* store = std::get_if<isa::Store>(&step.program.instructions.at(retired->index));
    if (store == nullptr || store->destination != isa::Destination::kDram) continue;
    const std::optional<std::uint64_t> first = claim(different, *store, network);
    if (!first) continue;
    address = *first;
    d.instruction = retired->index;
    d.node = node_of(network, step.program, retired->index);
    if (has_cycles) d.cycle = retired->retire_cycle;
  }
  if (!different.empty()) {  // bytes that no store writes: they tell more than those of a store
    address = different.front();
    d.instruction.reset();
    d.node.reset();
    d.cycle.reset();
  }
  d.address = address;
  std::string values =
      fmt::format("{} has byte {:#04x}, {} has {:#04x}", expected.name(), a[address], got.name(), b[address]);
  if (const auto place = find_tensor(network, step, address, d.node)) {
    const Tensor& tensor = network.network.tensors[place->tensor];
    d.tensor = tensor.name;
    d.element = place->element;
    const std::uint64_t first = address - address % element_bytes(tensor.type);
    values = fmt::format("{} has {}, {} has {}", expected.name(), value_text(tensor.type, a + first), got.name(),
                         value_text(tensor.type, b + first));
  } else if (!d.instruction) {
    values += ", where no store of this program writes";
  }
  d.what = fmt::format("{} and {} differ after step {}: {} ({})", expected.name(), got.name(), index, values, count);
  return d;
}

std::optional<Divergence> compare_timing(const CompiledNetwork& network, const ProgramRun& expected,
                                         const char* expected_name, const ProgramRun& got, const char* got_name) {
  invariant(expected.step == got.step, "runs of the same step are compared");
  const auto& step = std::get<ChipStep>(network.steps.at(got.step));
  Divergence d(Aspect::kTiming);
  d.step = got.step;
  const std::size_t count = std::min(expected.retired.size(), got.retired.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (expected.retired[i] == got.retired[i]) continue;
    const Retired& r = got.retired[i];
    d.what = fmt::format("{} and {} differ in time: {} has {}, {} has {}", expected_name, got_name, expected_name,
                         retirement_text(expected.retired[i]), got_name, retirement_text(r));
    d.instruction = r.index;
    d.cycle = r.retire_cycle;
    d.node = node_of(network, step.program, r.index);
    return d;
  }
  if (expected.retired.size() != got.retired.size()) {
    d.what = fmt::format("{} and {} differ: {} instructions retired, {} instructions retired", expected_name, got_name,
                         expected.retired.size(), got.retired.size());
    return d;
  }
  if (expected.cycles != got.cycles) {
    d.what = fmt::format("{} and {} differ in the interrupt's cycle: {}, {}", expected_name, got_name, expected.cycles,
                         got.cycles);
    d.cycle = got.cycles;
    return d;
  }
  for (std::size_t k = 0; k < kCounters; ++k) {
    if (expected.counters[k] == got.counters[k]) continue;
    d.what = fmt::format("{} and {} differ in the counter {}: {}, {}", expected_name, got_name, kCounterNames[k],
                         expected.counters[k], got.counters[k]);
    return d;
  }
  return {};
}

std::optional<Divergence> compare_tensor(const std::string& name, const HostTensor& expected, const char* expected_name,
                                         const HostTensor& got, const char* got_name) {
  invariant(expected.type == got.type && expected.shape == got.shape, "tensors of one type and shape are compared");
  if (expected.data == got.data) return {};
  const std::size_t bytes = element_bytes(expected.type);
  const std::size_t at =
      static_cast<std::size_t>(std::mismatch(expected.data.begin(), expected.data.end(), got.data.begin()).first -
                               expected.data.begin()) /
      bytes;
  std::vector<std::int64_t> index(expected.shape.size());
  std::int64_t rest = static_cast<std::int64_t>(at);
  for (std::size_t i = index.size(); i-- > 0;) {
    index[i] = rest % expected.shape[i];
    rest /= expected.shape[i];
  }
  Divergence d(Aspect::kTensor);
  d.tensor = name;
  d.element = element_text(index);
  d.what = fmt::format("{} and {} differ: {} has {}, {} has {}", expected_name, got_name, expected_name,
                       value_text(expected.type, &expected.data[at * bytes]), got_name,
                       value_text(got.type, &got.data[at * bytes]));
  return d;
}

}  // namespace systole::views
