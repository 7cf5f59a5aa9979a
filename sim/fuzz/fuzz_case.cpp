// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_case.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "memory/dram_kinds.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::fuzz {

namespace {

constexpr std::uint64_t kMaxFileBytes = 64 << 20;

Chip with_random_memory(Chip chip, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  memory::IdealConfig ideal;
  ideal.latency_cycles = static_cast<std::uint32_t>(random() % 8 == 0 ? random() % 1000 : 1 + random() % 60);
  const std::uint32_t bandwidths[] = {chip.axi_bytes() / 2, chip.axi_bytes(), 2 * chip.axi_bytes(), 3};
  ideal.bytes_per_cycle = bandwidths[random() % 4];
  chip.memory.backpressure_permille = static_cast<std::uint32_t>(random() % 3 == 0 ? random() % 700 : 0);
  chip.memory.backpressure_seed = random();
  chip.memory.parameters = ideal;
  if (random() % 2 == 0) {
    const auto kinds = memory::dram_kind_names();
    memory::DramConfig dram = memory::dram_config(kinds[random() % kinds.size()]);
    dram.organization.channels = static_cast<std::uint32_t>(1 + random() % 3);
    dram.read_queue = static_cast<std::uint32_t>(1 + random() % 32);
    dram.write_queue = static_cast<std::uint32_t>(1 + random() % 32);
    dram.write_high = static_cast<std::uint32_t>(1 + random() % dram.write_queue);
    dram.write_low = static_cast<std::uint32_t>(random() % dram.write_high);
    if (random() % 2 == 0) dram.address_mapping = "row-bankgroup-bank-channel-column";
    if (random() % 2 == 0) dram.timing.trefi /= 4;  // so that short programs meet refreshes
    chip.memory.parameters = dram;
    chip.clock_mhz = static_cast<std::uint32_t>(100 + random() % 2400);
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
