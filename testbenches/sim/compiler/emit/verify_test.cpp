// SPDX-License-Identifier: Apache-2.0
//
// The verifier finds what is broken.
#include "compiler/emit/verify.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {
namespace {

using compiler::CompiledNetwork;

const isa::Program& first_program(const CompiledNetwork& compiled) {
  for (const compiler::Step& step : compiled.steps)
    if (const auto* chip = std::get_if<compiler::ChipStep>(&step)) return chip->program;
  throw InternalError("no chip step");
}

CompiledNetwork pointwise(const Chip& chip, std::int64_t size, std::int64_t channels) {
  NetworkBuilder b(1);
  ConvOptions o;
  o.channels = channels;
  b.output(b.conv(b.input(ElementType::kInt8, {1, channels, size, size}), o));
  return compiler::compile(b.network(), chip);
}

std::vector<std::string> problems(const CompiledNetwork& c, const isa::Program& program) {
  return compiler::verify_program(program, c.chip, c.base_address, c.dram_bytes);
}

}  // namespace

TEST_CASE("the verifier finds every wait and every post that is taken away") {
  const CompiledNetwork compiled = pointwise(odd_chips()[0], 12, 20);
  const isa::Program& sound = first_program(compiled);
  REQUIRE(problems(compiled, sound).empty());
  int waits = 0;
  for (std::size_t i = 0; i < sound.instructions.size(); ++i) {
    isa::Program broken = sound;
    isa::Common& c = isa::common_of(broken.instructions[i]);
    INFO("instruction " << i);
    if (c.wait_mask != 0) {
      c.wait_mask = 0;
      CHECK_FALSE(problems(compiled, broken).empty());
      ++waits;
    }
    broken = sound;
    isa::Common& d = isa::common_of(broken.instructions[i]);
    if (d.post_mask != 0) {
      d.post_mask = 0;
      CHECK_FALSE(problems(compiled, broken).empty());
    }
  }
  CHECK(waits > 10);
}

TEST_CASE("the verifier finds a race, a deadlock, unwritten words and a shared bank by name") {
  const CompiledNetwork compiled = pointwise(odd_chips()[0], 4, 4);
  const auto first = [](const std::vector<std::string>& list) {
    return list.empty() ? std::string("sound") : list.front();
  };
  const auto contains = [&](const isa::Program& p, const std::string& text) {
    const std::string found = first(problems(compiled, p));
    INFO(found);
    return found.find(text) != std::string::npos;
  };
  isa::Load load;
  load.run_bytes = 64;
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.groups = 2;
  store.count[0] = 16;
  store.source_stride[0] = 2;

  isa::Program p;
  p.instructions = {load, store};
  CHECK(contains(p, "without waiting for load"));
  load.common.post_mask = 1;
  store.common.wait_mask = 1;
  p.instructions = {load, store};
  CHECK(problems(compiled, p).empty());
  p.instructions = {store, load};
  CHECK(contains(p, "deadlock"));
  store.common.wait_mask = 0;
  p.instructions = {store};
  CHECK(contains(p, "nobody wrote"));
  store.common.wait_mask = 1;
  store.residual = true;
  p.instructions = {load, store};
  CHECK(contains(p, "one bank"));
}

TEST_CASE("the verifier finds a semaphore that can overflow") {
  const CompiledNetwork compiled = pointwise(odd_chips()[0], 4, 4);
  isa::Load load;
  load.run_bytes = 4;
  load.common.post_mask = 1;
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.groups = 2;
  store.dst_base = 64;  // not where the loads read
  store.common.wait_mask = 1;
  isa::Program p;
  for (std::uint32_t i = 0; i < 300; ++i) {
    load.dst_base = i;
    p.instructions.push_back(load);
  }
  for (std::uint32_t i = 0; i < 300; ++i) {
    store.source_base = 2 * i;
    p.instructions.push_back(store);
  }
  const auto found = problems(compiled, p);
  REQUIRE_FALSE(found.empty());
  CHECK(found.front().find("can reach 300") != std::string::npos);
}

}  // namespace systole::compiler_test
