// SPDX-License-Identifier: Apache-2.0
//
// The stages one by one: layout, lookup tables, placement, order of a program, and that the
// verifier finds what is broken.
#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "compiler/emit/verify.hpp"
#include "compiler/layout/layout.hpp"
#include "compiler/passes/placement.hpp"
#include "network_builder.hpp"
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

std::string placement_reason(NetworkBuilder& b, const Chip& chip) {
  const auto compiled = compiler::compile(b.network(), chip);
  return compiled.placement[0].place == compiler::Place::kHost ? compiled.placement[0].reason : "";
}

}  // namespace

TEST_CASE("a tensor comes back from its layout in DRAM") {
  Random r(3);
  for (int i = 0; i < 50; ++i) {
    const Shape shape = {r.in(1, 3), r.in(1, 20), r.in(1, 5), r.in(1, 5)};
    for (const std::uint32_t bytes : {1u, 4u})
      for (const auto& view : {compiler::image_shape(shape), compiler::matrix_shape(shape)}) {
        const compiler::TensorLayout layout = compiler::make_layout(view, 8, bytes);
        std::vector<std::uint8_t> data(static_cast<std::size_t>(element_count(shape)) * bytes);
        for (auto& d : data) d = static_cast<std::uint8_t>(r.in(0, 255));
        const auto in_dram = compiler::to_layout(data, layout, 0);
        CHECK(in_dram.size() == layout.size_bytes());
        CHECK(compiler::from_layout(in_dram, layout) == data);
      }
  }
}

TEST_CASE("channel c of pixel (y, x) of image n lies where the reference page says") {
  const compiler::TensorLayout layout = compiler::make_layout(compiler::image_shape({2, 6, 3, 5}), 4, 1);
  std::vector<std::uint8_t> data(2 * 6 * 3 * 5);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  const auto bytes = compiler::to_layout(data, layout, 0xEE);
  const int n = 1, c = 5, y = 2, x = 3;
  CHECK(bytes[(((n * 2 + c / 4) * 3 + y) * 5 + x) * 4 + c % 4] == data[((n * 6 + c) * 3 + y) * 5 + x]);
  CHECK(bytes[4 * 3 * 5 + 2] == 0xEE);  // channel 6 of image 0 does not exist
}

TEST_CASE("a reshape is free exactly when no byte moves") {
  using compiler::image_shape;
  using compiler::matrix_shape;
  CHECK(compiler::same_bytes(image_shape({2, 9, 3, 4}), image_shape({2, 9, 12}), 4));
  CHECK(compiler::same_bytes(image_shape({1, 9, 1, 1}), matrix_shape({1, 9}), 4));
  CHECK(compiler::same_bytes(image_shape({5, 3, 1, 1}), matrix_shape({5, 3}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({5, 9, 1, 1}), matrix_shape({5, 9}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({1, 9, 2, 2}), matrix_shape({1, 36}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({1, 4, 3, 3}), matrix_shape({9, 4}), 4));
}

TEST_CASE("a table of a requantization is found and is exact, another one is refused") {
  Random r(11);
  for (int i = 0; i < 60; ++i) {
    const bool in_signed = r.chance(50), out_signed = r.chance(50);
    const int zx = static_cast<int>(r.in(in_signed ? -128 : 0, in_signed ? 127 : 255));
    const int low = out_signed ? -128 : 0, high = out_signed ? 127 : 255, zy = static_cast<int>(r.in(low, high));
    const float scale = static_cast<float>(static_cast<double>(r.in(50, 3000)) / 1000.0);
    const int floor = r.chance(50) ? zy : low;  // a Relu in between
    std::vector<std::uint8_t> table(256);
    for (int bits = 0; bits < 256; ++bits) {
      const int x = in_signed ? static_cast<std::int8_t>(bits) : bits;
      const int v = static_cast<int>(std::nearbyint(static_cast<float>(x - zx) * scale)) + zy;
      table[bits] = static_cast<std::uint8_t>(std::clamp(v, std::max(low, floor), high));
    }
    INFO("case " << i << " zx " << zx << " zy " << zy << " scale " << scale);
    const auto found = compiler::match_lookup(table, in_signed, out_signed);
    REQUIRE(found);
    for (int bits = 0; bits < 256; ++bits) {
      const int x = in_signed ? static_cast<std::int8_t>(bits) : bits;
      int v = x;
      if (found->requantize)
        v = std::clamp(
            static_cast<int>(std::nearbyint(static_cast<float>(x + found->bias) * found->scale)) + found->zero_point,
            low, high);
      v = std::clamp(v, found->clamp.low, found->clamp.high);
      CHECK(static_cast<std::uint8_t>(v) == table[bits]);
    }
  }
  std::vector<std::uint8_t> square(256);
  for (int i = 0; i < 256; ++i) square[i] = static_cast<std::uint8_t>(i * i / 255);
  CHECK_FALSE(compiler::match_lookup(square, false, false));
}

TEST_CASE("requantization tables run on the chip with the same bits") {
  for (const Chip& chip : odd_chips()) {
    NetworkBuilder b(21);
    std::vector<std::uint8_t> table(256);
    for (int i = 0; i < 256; ++i) {
      const int v = static_cast<int>(std::nearbyint(static_cast<float>(static_cast<std::int8_t>(i) - 5) * 1.37f)) + 100;
      table[i] = static_cast<std::uint8_t>(std::clamp(v, 100, 255));
    }
    b.output(b.lookup(b.input(ElementType::kInt8, {2, 19, 7, 9}), table, ElementType::kUint8));
    CHECK(host_nodes(compiler::compile(b.network(), chip)) == "");
    CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
  }
}

TEST_CASE("scales that the post-processing does not accept put a node on the host") {
  for (const float scale : {1e-39f, -0.5f, std::nanf(""), INFINITY}) {
    NetworkBuilder b(9);
    ConvOptions o;
    b.output(b.conv(b.input(ElementType::kInt8, {1, 2, 3, 3}), o));
    Network network = b.network();
    std::get<Conv>(network.nodes[0].operation).scale = {scale};
    const auto compiled = compiler::compile(network, odd_chips()[0]);
    CHECK(compiled.placement[0].place == compiler::Place::kHost);
    CHECK(compiled.placement[0].reason.find("scale") != std::string::npos);
  }
}

TEST_CASE("a pooling window that the chip cannot hold runs on the host with the same bits") {
  NetworkBuilder b(10);
  b.output(b.max_pool(b.input(ElementType::kInt8, {1, 3, 12, 12}), {9, 9}, {1, 1}));
  const Chip starved = odd_chips()[1];
  CHECK(placement_reason(b, starved).find("patch") != std::string::npos);
  CHECK(compile_and_compare(b.network(), starved, b.random_inputs()) == "");
}

TEST_CASE("a memory that is too small is refused with both sizes") {
  Chip chip = odd_chips()[0];
  chip.memory.size_bytes = 4096;
  try {
    pointwise(chip, 40, 8);
    FAIL("compiled");
  } catch (const UserError& error) {
    CHECK(std::string(error.what()).find("4096") != std::string::npos);
  }
}

TEST_CASE("weights that fit are loaded once, and the next tile is loaded before this one is computed") {
  const Chip edge16 = odd_chips().back();
  const CompiledNetwork compiled = pointwise(edge16, 56, 64);
  std::vector<std::size_t> activation_loads, matrices;
  std::size_t weight_bytes = 0;
  const auto& program = first_program(compiled).instructions;
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (const auto* load = std::get_if<isa::Load>(&program[i])) {
      if (load->buffer == isa::Buffer::kActivation) activation_loads.push_back(i);
      if (load->buffer == isa::Buffer::kWeight) weight_bytes += load->run_bytes;
    }
    if (std::holds_alternative<isa::Matrix>(program[i])) matrices.push_back(i);
  }
  CHECK(weight_bytes == 64 * 64);
  REQUIRE(activation_loads.size() >= 3);
  // Matrix instructions of the first tile follow the load of the second one.
  CHECK(activation_loads[1] < matrices[0]);
  CHECK(problems(compiled, first_program(compiled)).empty());
}

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
