// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_case.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "memory/dram_kinds.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
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

FuzzCase read_case(const std::filesystem::path& path) {
  FuzzCase c;
  c.chip = load_chip(part(path, ".chip.toml"));
  c.random.program = isa::read_program(part(path, ".program"));
  const std::string dram = read_whole_file(part(path, ".dram"), kMaxFileBytes);
  c.random.dram.assign(dram.begin(), dram.end());
  const std::filesystem::path file = part(path, ".json");
  try {
    const auto json = nlohmann::json::parse(read_whole_file(file, kMaxFileBytes));
    c.seed = json.at("seed").get<std::uint64_t>();
    c.random.program_address = json.at("program_address").get<std::uint64_t>();
    c.random.bases = json.at("base_addresses").get<isa::Bases>();
  } catch (const nlohmann::json::exception& error) {
    throw UserError(fmt::format("{}: {}", file.string(), error.what()));
  }
  if (c.random.program.chip_fingerprint != c.chip.fingerprint())
    throw UserError(fmt::format("{}: the program is for another chip", path.string()));
  const std::uint64_t bytes = c.random.program.instructions.size() * isa::kInstructionBytes;
  if (c.random.program_address % isa::kInstructionBytes != 0 || bytes > c.random.dram.size() ||
      c.random.program_address > c.random.dram.size() - bytes)
    throw UserError(
        fmt::format("{}: program_address is {:#x}, allowed: a multiple of {} with the program inside the {} bytes "
                    "of memory",
                    file.string(), c.random.program_address, isa::kInstructionBytes, c.random.dram.size()));
  return c;
}

}  // namespace systole::fuzz
