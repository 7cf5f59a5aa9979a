// SPDX-License-Identifier: Apache-2.0
//
// Who may start? Priority load, matrix, store over shared semaphores, all of a mask or nothing,
// posts that count from the next cycle on, and the overflow at 255.
#include "Vsemaphore_unit.h"
#include "command/semaphore_model.hpp"
#include "compare.hpp"

using namespace systole::bench;

namespace {

using Input = SemaphoreModel::Input;

struct SemaphoreBench : Bench {
  using Dut = Vsemaphore_unit;
  Dut dut{"dut"};
  SYSTOLE_PIN(clear_i);
  SYSTOLE_PIN(request_i);
  SYSTOLE_PIN(wait_mask_i);
  SYSTOLE_PIN(start_o);
  SYSTOLE_PIN(post_i);
  SYSTOLE_PIN(post_mask_i);
  SYSTOLE_PIN(overflow_o);

  /// The next cycle, from the counts before it; nothing to end the test.
  std::function<std::optional<Input>(uint64_t, const SemaphoreModel&)> stimulus;
  SemaphoreModel model;
  Input now;
  bool after_overflow = false;
  uint64_t starts = 0, refused = 0, overflows = 0;
  uint64_t simultaneous[SemaphoreModel::kEngines + 1] = {};  // cycles by number of starts

  explicit SemaphoreBench(std::function<std::optional<Input>(uint64_t, const SemaphoreModel&)> next)
      : Bench("bench"), stimulus(std::move(next)) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void on_clock() override {
    // An overflow ends the program: the counts mean something again after the next doorbell.
    const SemaphoreModel::Output out = model.step(now);
    if (!after_overflow) {
      int count = 0;
      for (int engine = 0; engine < SemaphoreModel::kEngines; ++engine) {
        const std::string name = fmt::format(" of engine {}", engine);
        expect_equal(*this, ("start" + name).c_str(), out.start[engine], start_o.get() >> engine & 1);
        expect_equal(*this, ("overflow" + name).c_str(), out.overflow[engine], overflow_o.get() >> engine & 1);
        count += out.start[engine];
        refused += now.request[engine] && !out.start[engine];
        overflows += out.overflow[engine];
        after_overflow = after_overflow || out.overflow[engine];
      }
      starts += count;
      ++simultaneous[count];
    }
    if (now.clear) after_overflow = false;

    const auto next = stimulus(cycle(), model);
    if (!next) {
      finish();
      return;
    }
    now = *next;
    if (after_overflow) now.clear = true;
    uint64_t request = 0, post = 0, wait_mask = 0, post_mask = 0;
    for (int engine = 0; engine < SemaphoreModel::kEngines; ++engine) {
      request |= uint64_t{now.request[engine]} << engine;
      post |= uint64_t{now.post[engine]} << engine;
      wait_mask |= uint64_t{now.wait_mask[engine]} << (16 * engine);
      post_mask |= uint64_t{now.post_mask[engine]} << (16 * engine);
    }
    clear_i.set(now.clear);
    request_i.set(request);
    wait_mask_i.set(wait_mask);
    post_i.set(post);
    post_mask_i.set(post_mask);
  }
};

/// A script of cycles, one after the other.
void play(std::vector<Input> script, std::function<void(const SemaphoreBench&)> check) {
  size_t at = 0;
  SemaphoreBench bench(
      [&](uint64_t, const SemaphoreModel&) { return at < script.size() ? std::optional(script[at++]) : std::nullopt; });
  bench.run(script.size() + 10);
  check(bench);
}

Input posts(uint16_t load, uint16_t matrix = 0, uint16_t store = 0) {
  Input in;
  in.post = {load != 0, matrix != 0, store != 0};
  in.post_mask = {load, matrix, store};
  return in;
}

Input waits(decltype(Input::request) request, decltype(Input::wait_mask) mask) {
  Input in;
  in.request = request;
  in.wait_mask = mask;
  return in;
}

uint16_t random_mask(Random& random, int ones) {
  uint16_t mask = 0;
  for (int i = 0; i < ones; ++i) mask = static_cast<uint16_t>(mask | 1u << random.below(16));
  return mask;
}

}  // namespace

TEST_CASE("semaphore_unit: an instruction that waits for nothing starts in the cycle it asks") {
  std::vector<Input> script;
  for (unsigned request = 0; request < 8; ++request) {
    script.push_back(waits({(request & 1) != 0, (request & 2) != 0, (request & 4) != 0}, {}));
  }
  play(script, [](const SemaphoreBench& bench) {
    CHECK(bench.starts == 12);
    CHECK(bench.refused == 0);
  });
}

TEST_CASE("semaphore_unit: of three that want one semaphore the first count start, by priority") {
  // Each semaphore, each count 0 to 4, each set of engines that ask.
  std::vector<Input> script;
  for (int semaphore = 0; semaphore < 16; ++semaphore) {
    const auto mask = static_cast<uint16_t>(1u << semaphore);
    for (int count = 0; count <= 4; ++count) {
      for (unsigned request = 1; request < 8; ++request) {
        Input clear;
        clear.clear = true;
        script.push_back(clear);
        for (int i = 0; i < count; ++i) script.push_back(posts(mask));
        script.push_back(waits({(request & 1) != 0, (request & 2) != 0, (request & 4) != 0}, {mask, mask, mask}));
        script.push_back(waits({true, true, true}, {mask, mask, mask}));
      }
    }
  }
  play(script, [](const SemaphoreBench& bench) {
    CHECK(bench.simultaneous[1] > 100);
    CHECK(bench.simultaneous[2] > 100);
    CHECK(bench.simultaneous[3] > 20);
    CHECK(bench.refused > 500);
  });
}

TEST_CASE("semaphore_unit: an engine takes its whole mask or nothing") {
  // Semaphore 0 is there, 1 is not: the load engine that wants both leaves 0 to the store engine.
  play({posts(1), waits({true, false, true}, {3, 0, 1}), posts(2), posts(1), waits({true, true, false}, {3, 1, 0}),
        waits({true, true, true}, {1, 2, 3})},
       [](const SemaphoreBench& bench) {
         CHECK(bench.starts == 2);
         CHECK(bench.refused == 5);
       });
}

TEST_CASE("semaphore_unit: a post counts from the next cycle on and not in its own") {
  Input both = waits({true, false, false}, {4, 0, 0});
  both.post = {false, false, true};
  both.post_mask = {0, 0, 4};
  play({both, waits({true, false, false}, {4, 0, 0}), waits({true, false, false}, {4, 0, 0})},
       [](const SemaphoreBench& bench) {
         CHECK(bench.starts == 1);
         CHECK(bench.refused == 2);
       });
}

TEST_CASE("semaphore_unit: three engines post one semaphore in one cycle and three can start") {
  play({posts(0x8000, 0x8000, 0x8000), waits({true, true, true}, {0x8000, 0x8000, 0x8000}),
        waits({true, true, true}, {0x8000, 0x8000, 0x8000})},
       [](const SemaphoreBench& bench) {
         CHECK(bench.simultaneous[3] == 1);
         CHECK(bench.refused == 3);
       });
}

TEST_CASE("semaphore_unit: 255 posts fit and the next one overflows, whoever posts it") {
  std::vector<Input> script;
  for (int semaphore = 0; semaphore < 16; ++semaphore) {
    const auto mask = static_cast<uint16_t>(1u << semaphore);
    for (int engine = 0; engine < SemaphoreModel::kEngines; ++engine) {
      Input clear;
      clear.clear = true;
      script.push_back(clear);
      for (int i = 0; i < 85; ++i) script.push_back(posts(mask, mask, mask));
      Input last;
      last.post[engine] = true;
      last.post_mask[engine] = mask;
      script.push_back(last);
      script.push_back({});  // the bench turns this one into a doorbell
    }
  }
  play(script, [](const SemaphoreBench& bench) { CHECK(bench.overflows == 16 * SemaphoreModel::kEngines); });
}

TEST_CASE("semaphore_unit: a take and a post in one cycle leave a full semaphore full") {
  std::vector<Input> script;
  for (int i = 0; i < 85; ++i) script.push_back(posts(1, 1, 1));
  Input both = waits({false, true, false}, {0, 1, 0});
  both.post[2] = true;
  both.post_mask[2] = 1;
  script.push_back(both);
  script.push_back(both);
  script.push_back(posts(1));
  script.push_back({});
  play(script, [](const SemaphoreBench& bench) {
    CHECK(bench.starts == 2);
    CHECK(bench.overflows == 1);
  });
}

TEST_CASE("semaphore_unit: the doorbell sets every semaphore to zero, posts of its cycle included") {
  Input clear = posts(0xffff, 0xffff, 0xffff);
  clear.clear = true;
  std::vector<Input> script = {posts(0xffff), posts(0xffff), clear};
  for (int semaphore = 0; semaphore < 16; ++semaphore) {
    script.push_back(waits({true, false, false}, {static_cast<uint16_t>(1u << semaphore), 0, 0}));
  }
  play(script, [](const SemaphoreBench& bench) {
    CHECK(bench.starts == 0);
    CHECK(bench.refused == 16);
  });
}

TEST_CASE("semaphore_unit: random waits and posts agree with the model") {
  Random random = random_stream(1);
  int ones = 1, post_percent = 50;
  SemaphoreBench bench([&](uint64_t cycle, const SemaphoreModel&) -> std::optional<Input> {
    if (cycle == 60000) return std::nullopt;
    if (cycle % 64 == 0) {
      ones = static_cast<int>(random.below(6));
      post_percent = static_cast<int>(random.below(4)) * 30;
    }
    Input in;
    for (int engine = 0; engine < SemaphoreModel::kEngines; ++engine) {
      in.request[engine] = random.chance(70);
      in.wait_mask[engine] = random_mask(random, ones);
      in.post[engine] = random.chance(post_percent);
      in.post_mask[engine] = random_mask(random, static_cast<int>(random.below(5)));
    }
    in.clear = random.below(2000) == 0;
    return in;
  });
  bench.run(70000);
  for (int count = 0; count < 4; ++count) CHECK(bench.simultaneous[count] > 1000);
  CHECK(bench.refused > 10000);
}

TEST_CASE("semaphore_unit: random traffic around full semaphores overflows where the model does") {
  Random random = random_stream(2);
  SemaphoreBench bench([&](uint64_t cycle, const SemaphoreModel&) -> std::optional<Input> {
    if (cycle == 60000) return std::nullopt;
    Input in;
    for (int engine = 0; engine < SemaphoreModel::kEngines; ++engine) {
      in.request[engine] = random.chance(40);
      in.wait_mask[engine] = random_mask(random, 2);
      in.post[engine] = random.chance(80);
      in.post_mask[engine] = static_cast<uint16_t>(random.bits(16) | random.bits(16));
    }
    return in;
  });
  bench.run(70000);
  CHECK(bench.overflows > 100);
}
