// SPDX-License-Identifier: Apache-2.0
#include "system/networks/views.hpp"

#include <cstdlib>

#include "verilated/rtl_library.hpp"
#include "views/onnx_comparison.hpp"

namespace systole::test {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          views::View& reference, views::View& rtl, Seen& seen) {
  try {
    views::ModelRuns model(network, kLimits);
    views::Lockstep lockstep(network, reference, rtl, model);
    if (const auto d = lockstep.run(inputs)) return views::text(*d, network);
    seen.add(lockstep.compared());
    seen.outputs = lockstep.executor().outputs();
    const views::OnnxComparison onnx =
        views::compare_with_onnx(network.network, inputs, lockstep.executor(), rtl.name());
    seen.tensors += onnx.tensors;
    return onnx.divergence ? views::text(*onnx.divergence, network) : "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          views::View& rtl, Seen& seen) {
  views::ReferenceView reference(network);
  return compare_views(network, inputs, reference, rtl, seen);
}

std::shared_ptr<platform::VerilatedChip> make_verilated(const Chip& chip, std::uint32_t seed, bool assertions) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.assertions = assertions;
  return platform::RtlLibrary(build).create(seed);
}

}  // namespace systole::test
