// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_config.hpp"

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

MemoryConfig memory_of_kind(std::string_view kind) {
  MemoryConfig memory;
  if (kind != memory::kIdealKind) memory.parameters = memory::dram_config(kind);
  return memory;
}

}  // namespace systole
