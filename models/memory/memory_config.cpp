// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_config.hpp"

#include "memory/dram_controller.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

template <typename Parameters, typename Config>
auto& parameters_of(Config& config, const char* what) {
  auto* parameters = std::get_if<Parameters>(&config.parameters);
  invariant(parameters != nullptr, what);
  return *parameters;
}

constexpr const char* kOnlyIdeal = "only an ideal memory is asked for the parameters of one";
constexpr const char* kOnlyDram = "only a DRAM is asked for the parameters of one";

}  // namespace

std::string_view MemoryConfig::kind() const { return is_dram() ? std::string_view(dram().kind) : memory::kIdealKind; }

memory::IdealConfig& MemoryConfig::ideal() { return parameters_of<memory::IdealConfig>(*this, kOnlyIdeal); }
const memory::IdealConfig& MemoryConfig::ideal() const { return parameters_of<memory::IdealConfig>(*this, kOnlyIdeal); }
memory::DramConfig& MemoryConfig::dram() { return parameters_of<memory::DramConfig>(*this, kOnlyDram); }
const memory::DramConfig& MemoryConfig::dram() const { return parameters_of<memory::DramConfig>(*this, kOnlyDram); }

double MemoryConfig::peak_bytes_per_cycle(std::uint32_t chip_clock_mhz) const {
  if (!is_dram()) return ideal().bytes_per_cycle;
  return static_cast<double>(dram().organization.peak_bytes_per_second()) / (chip_clock_mhz * 1e6);
}

double MemoryConfig::stream_bytes_per_cycle(std::uint32_t chip_clock_mhz) const {
  const double peak = peak_bytes_per_cycle(chip_clock_mhz);
  return is_dram() ? peak * (1 - static_cast<double>(dram().timing.trfc) / dram().timing.trefi) : peak;
}

double MemoryConfig::idle_read_cycles(std::uint32_t chip_clock_mhz) const {
  if (!is_dram()) return ideal().latency_cycles;
  const memory::DramTiming& t = dram().timing;
  const memory::DramOrganization& o = dram().organization;
  const std::uint32_t clocks =
      t.trcd + o.column_clocks - 1 + t.tcl + t.tdqsck + o.burst_clocks() + memory::kReturnClocks;
  return 1 + static_cast<double>(clocks) * chip_clock_mhz / o.clock_mhz +
         static_cast<double>(dram().path_cycles(chip_clock_mhz));
}

double MemoryConfig::idle_write_cycles(std::uint32_t chip_clock_mhz) const {
  return is_dram() ? 1 + static_cast<double>(dram().path_cycles(chip_clock_mhz)) : ideal().latency_cycles;
}

MemoryConfig memory_of_kind(std::string_view kind) {
  MemoryConfig memory;
  if (kind != memory::kIdealKind) memory.parameters = memory::dram_config(kind);
  return memory;
}

}  // namespace systole
