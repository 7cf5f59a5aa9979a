// SPDX-License-Identifier: Apache-2.0
//
// Is every difference between a run and the model found, at the event where it first shows? The run is the model's own
// recording, changed in one place.
#include "views/trace_comparison.hpp"

#include <functional>

#include "catch.hpp"
#include "fuzz/fuzz_case.hpp"
#include "support/error.hpp"

namespace systole::views {
namespace {

// Keeps calls in their order, to make them again.
class Tape final : public Observer {
 public:
  using Call = std::function<void(Observer&)>;
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override {
    calls.push_back([=](Observer& o) { o.on_start(engine, index, cycle); });
  }
  void on_retire(const Retired& r) override {
    calls.push_back([=](Observer& o) { o.on_retire(r); });
    retirements.push_back(calls.size() - 1);
  }
  bool wants_axi() const override { return true; }
  void on_axi(const AxiEvent& e) override {
    calls.push_back([=](Observer& o) { o.on_axi(e); });
    transfers.push_back({calls.size() - 1, e});
  }
  std::vector<Call> calls;
  std::vector<std::size_t> retirements;
  std::vector<std::pair<std::size_t, AxiEvent>> transfers;
};

struct Run {
  fuzz::FuzzCase c = fuzz::make_case(load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml"), 4, {},
                                     fuzz::MemoryChoice::kFixed);
  Tape tape;
  Run() { cycle::CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address, {}, &tape); }
  void compare() {
    TraceComparison comparison(c.chip, c.random.program, c.random.bases, c.random.program_address);
    for (const auto& call : tape.calls) call(comparison);
    comparison.finish();
    CHECK(comparison.events() == tape.calls.size());
  }
};

TEST_CASE("a run that does what the model does passes to its last event") {
  Run run;
  CHECK(run.tape.calls.size() > 500);
  run.compare();
}

TEST_CASE("a transfer with another address is found, and named with its cycle, master and address on both sides") {
  Run run;
  const auto& [at, event] = run.tape.transfers[20];
  AxiEvent other = event;
  other.address ^= 64;
  run.tape.calls[at] = [=](Observer& o) { o.on_axi(other); };
  CHECK_THROWS_WITH(run.compare(),
                    Contains("event " + std::to_string(at)) && Contains("RTL") && Contains("cycle model"));
}

TEST_CASE("a transfer too many, one too few and one a cycle late are found") {
  for (const std::size_t k : {std::size_t{0}, std::size_t{50}, std::size_t{300}}) {
    Run more, fewer, late;
    const auto [at, event] = more.tape.transfers[k];
    more.tape.calls.insert(more.tape.calls.begin() + static_cast<std::ptrdiff_t>(at), more.tape.calls[at]);
    CHECK_THROWS_AS(more.compare(), DesignError);
    fewer.tape.calls.erase(fewer.tape.calls.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK_THROWS_AS(fewer.compare(), DesignError);
    AxiEvent later = event;
    ++later.cycle;
    late.tape.calls[at] = [=](Observer& o) { o.on_axi(later); };
    CHECK_THROWS_AS(late.compare(), DesignError);
  }
}

TEST_CASE("a retirement that never comes is found at the end, with its instruction") {
  Run run;
  REQUIRE(run.tape.retirements.back() + 1 == run.tape.calls.size());
  run.tape.calls.pop_back();
  CHECK_THROWS_WITH(run.compare(), Contains("nothing any more") && Contains("retires"));
}

}  // namespace
}  // namespace systole::views
