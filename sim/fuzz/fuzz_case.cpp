// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "memory/dram_kinds.hpp"
#include "support/address_range.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/json_file.hpp"
#include "support/random.hpp"

namespace systole::fuzz {

namespace {

constexpr std::uint64_t kMaxFileBytes = 64 << 20;

Chip with_random_memory(Chip chip, std::uint64_t seed) {
  Random random(seed);
  const auto below = [&](std::uint64_t limit) { return static_cast<std::uint32_t>(random.below(limit)); };
  memory::IdealConfig ideal;
  ideal.latency_cycles = random.one_in(8) ? below(1000) : 1 + below(60);
  ideal.bytes_per_cycle = random.pick({chip.axi_bytes() / 2, chip.axi_bytes(), 2 * chip.axi_bytes(), 3u});
  chip.memory.backpressure_permille = random.one_in(3) ? below(700) : 0;
  chip.memory.backpressure_seed = random.below(1ull << 63);  // a chip file's numbers have a sign
  chip.memory.parameters = ideal;
  if (random.one_in(2)) {
    memory::DramConfig dram = memory::dram_config(random.pick(memory::dram_kind_names()));
    dram.organization.channels = 1 + below(3);
    dram.read_queue = 1 + below(32);
    dram.write_queue = 1 + below(32);
    dram.write_high = 1 + below(dram.write_queue);
    dram.write_low = below(dram.write_high);
    if (random.one_in(2)) dram.address_mapping = "row-bankgroup-bank-channel-column";
    if (random.one_in(2)) dram.timing.trefi /= 4;  // so that short programs meet refreshes
    chip.memory.parameters = dram;
    chip.clock_mhz = 100 + below(2400);
  }
  return chip;
}

std::filesystem::path part(std::filesystem::path path, const char* extension) { return path += extension; }

}  // namespace

FuzzCase make_case(const Chip& chip, std::uint64_t seed, const RandomOptions& options, MemoryChoice memory) {
  FuzzCase c;
  c.chip = memory == MemoryChoice::kRandom ? with_random_memory(chip, seed) : chip;
  c.random = make_random_program(c.chip, seed, options);
  c.seed = seed;
  return c;
}

void write_case(const FuzzCase& c, const std::filesystem::path& path) {
  write_whole_file(part(path, ".chip.toml"), to_toml(c.chip));
  isa::write_program(c.random.program, part(path, ".program"));
  write_whole_file(part(path, ".dram"), {reinterpret_cast<const char*>(c.random.dram.data()), c.random.dram.size()});
  nlohmann::ordered_json json;
  json["seed"] = c.seed;
  json["program_address"] = c.random.program_address;
  json["base_addresses"] = c.random.bases;
  write_whole_file(part(path, ".json"), json.dump(2) + "\n");
}

namespace {

isa::Bases bases_in(const nlohmann::json& json, const std::string& file) {
  isa::Bases bases = {};
  const auto found = json.find("base_addresses");
  const auto is_address = [](const nlohmann::json& value) { return value.is_number_unsigned(); };
  if (found == json.end() || !found->is_array() || found->size() != bases.size() ||
      !std::all_of(found->begin(), found->end(), is_address))
    throw UserError(fmt::format("{}: 'base_addresses' must be a list of {} integers from 0 on", file, bases.size()));
  for (std::size_t b = 0; b < bases.size(); ++b) bases[b] = (*found)[b].get<std::uint64_t>();
  return bases;
}

}  // namespace

FuzzCase read_case(const std::filesystem::path& path) {
  FuzzCase c;
  c.chip = load_chip(part(path, ".chip.toml"));
  c.random.program = isa::read_program(part(path, ".program"));
  const std::string dram = read_whole_file(part(path, ".dram"), kMaxFileBytes);
  c.random.dram.assign(dram.begin(), dram.end());
  const std::filesystem::path file = part(path, ".json");
  const nlohmann::json json = read_json(file, kMaxFileBytes);
  c.seed = unsigned_member(json, "seed", file.string());
  c.random.program_address = unsigned_member(json, "program_address", file.string());
  c.random.bases = bases_in(json, file.string());
  if (c.random.program.chip_fingerprint != c.chip.fingerprint())
    throw UserError(fmt::format("{}: the program is for another chip", path.string()));
  const std::uint64_t bytes = c.random.program.instructions.size() * isa::kInstructionBytes;
  if (c.random.program_address % isa::kInstructionBytes != 0 ||
      !is_inside(c.random.program_address, bytes, c.random.dram.size()))
    throw UserError(
        fmt::format("{}: program_address is {:#x}, allowed: a multiple of {} with the program inside the {} bytes "
                    "of memory",
                    file.string(), c.random.program_address, isa::kInstructionBytes, c.random.dram.size()));
  return c;
}

}  // namespace systole::fuzz
