// SPDX-License-Identifier: Apache-2.0
//
// Does a wave name the nodes whose instructions start, and is it on only while the wanted one is at work?
#include "rtl_view/node_wave.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sim/rtl_view/mock_network.hpp"
#include "support/error.hpp"
#include "temporary_folder.hpp"

namespace systole::rtl_view {
namespace {

using namespace systole::test;
namespace fs = std::filesystem;

// The load belongs to the first node, the store to the second.
compiler::CompiledNetwork two_nodes() {
  compiler::CompiledNetwork network = copy_network();
  network.network.nodes = {{"read", "Identity", 0, HostOperator{}}, {"write", "Identity", 0, HostOperator{}}};
  auto& program = std::get<compiler::ChipStep>(network.steps[0]).program.instructions;
  isa::common_of(program[1]).tag = 1;
  return network;
}

void run(NodeWave& wave, const compiler::CompiledNetwork& network) {
  wave.begin(std::get<compiler::ChipStep>(network.steps[0]).program);
  wave.on_start(isa::Engine::kLoad, 0, 10);
  wave.on_retire({isa::Engine::kLoad, 0, 10, 20});
  wave.on_start(isa::Engine::kStore, 1, 25);
  wave.on_retire({isa::Engine::kStore, 1, 25, 30});
}

}  // namespace

TEST_CASE("each engine's node is named when its instruction starts, and all is written") {
  const test::TemporaryFolder folder;
  const compiler::CompiledNetwork network = two_nodes();
  platform::MockChip chip(8);
  views::WaveOptions options;
  options.file = (folder.path() / "w.fst").string();
  NodeWave wave(network, options, chip);
  CHECK(chip.wave_is_open);
  run(wave, network);
  CHECK(chip.wave_nodes == std::vector<std::string>{"read", "write"});
  CHECK(chip.wave_switches == std::vector<bool>{true});
  CHECK_THROWS_WITH(wave.finish(), Contains("not whole"));  // the mock writes nothing
  CHECK(!chip.wave_is_open);
}

TEST_CASE("of one node only its own time is written, and a node that is none is refused with one like it") {
  const test::TemporaryFolder folder;
  const compiler::CompiledNetwork network = two_nodes();
  platform::MockChip chip(8);
  views::WaveOptions options;
  options.file = (folder.path() / "w.fst").string();
  options.node = "write";
  {
    NodeWave wave(network, options, chip);
    run(wave, network);
    CHECK(chip.wave_switches == std::vector<bool>{false, true, false});
  }
  CHECK(!chip.wave_is_open);
  CHECK(fs::is_empty(folder.path()));
  options.node = "wirte";
  CHECK_THROWS_WITH(NodeWave(network, options, chip), Contains("did you mean \"write\"?"));
}

}  // namespace systole::rtl_view
