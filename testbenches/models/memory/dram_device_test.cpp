// SPDX-License-Identifier: Apache-2.0
//
// Does a DRAM allow each command in exactly the clock that JEDEC's rules name: refused one clock
// earlier, accepted on time? The rules are restated here as a table of pairs of commands.
#include "memory/dram_device.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace systole;
using namespace systole::memory;

namespace {

using C = DramCommand;

struct Issued {
  C command;
  std::uint32_t bank;
  std::uint64_t clock;
};

enum class Scope { kBank, kGroup, kAll };

struct Rule {
  std::string name;
  C before, after;
  Scope scope;
  std::uint64_t clocks;
  std::size_t nth = 1;  // counts from the nth last `before`
};

std::vector<Rule> rules_of(const DramOrganization& o, const DramTiming& t) {
  const std::uint64_t written = t.tcwl + o.burst_clocks();
  std::vector<Rule> rules = {
      {"trcd to read", C::kActivate, C::kRead, Scope::kBank, t.trcd},
      {"trcd to write", C::kActivate, C::kWrite, Scope::kBank, t.trcd},
      {"tras", C::kActivate, C::kPrecharge, Scope::kBank, t.tras},
      {"trc", C::kActivate, C::kActivate, Scope::kBank, t.trc},
      {"trp", C::kPrecharge, C::kActivate, Scope::kBank, t.trp},
      {"trtp", C::kRead, C::kPrecharge, Scope::kBank, t.trtp},
      {"twr", C::kWrite, C::kPrecharge, Scope::kBank, written + t.twr},
      {"trrd_l", C::kActivate, C::kActivate, Scope::kGroup, t.trrd_l},
      {"tccd_l of reads", C::kRead, C::kRead, Scope::kGroup, t.tccd_l},
      {"tccd_l of writes", C::kWrite, C::kWrite, Scope::kGroup, t.tccd_l},
      {"twtr_l", C::kWrite, C::kRead, Scope::kGroup, written + t.twtr_l},
      {"trrd_s", C::kActivate, C::kActivate, Scope::kAll, t.trrd_s},
      {"tccd_s of reads", C::kRead, C::kRead, Scope::kAll, t.tccd_s},
      {"tccd_s of writes", C::kWrite, C::kWrite, Scope::kAll, t.tccd_s},
      {"twtr_s", C::kWrite, C::kRead, Scope::kAll, written + t.twtr_s},
      {"trtw", C::kRead, C::kWrite, Scope::kAll, t.trtw},
      {"tfaw", C::kActivate, C::kActivate, Scope::kAll, t.tfaw, 4},
      {"trpab to activate", C::kPrechargeAll, C::kActivate, Scope::kAll, t.trpab},
      {"trpab to refresh", C::kPrechargeAll, C::kRefresh, Scope::kAll, t.trpab},
      {"trp to refresh", C::kPrecharge, C::kRefresh, Scope::kAll, t.trp},
      {"trc to refresh", C::kActivate, C::kRefresh, Scope::kAll, t.trc},
      {"trfc to activate", C::kRefresh, C::kActivate, Scope::kAll, t.trfc},
      {"trfc to refresh", C::kRefresh, C::kRefresh, Scope::kAll, t.trfc},
  };
  // A precharge of all waits for every open bank as that bank's own precharge would.
  rules.push_back({"tras, all", C::kActivate, C::kPrechargeAll, Scope::kAll, t.tras});
  rules.push_back({"trtp, all", C::kRead, C::kPrechargeAll, Scope::kAll, t.trtp});
  rules.push_back({"twr, all", C::kWrite, C::kPrechargeAll, Scope::kAll, written + t.twr});
  return rules;
}

// The rules applied to the whole history, command by command.
class Oracle {
 public:
  Oracle(const DramOrganization& o, const DramTiming& t)
      : banks_per_group_(o.banks), open_(o.all_banks()), rules_(rules_of(o, t)) {}

  std::uint64_t earliest(C command, std::uint32_t bank, std::string* binding = nullptr) const {
    const bool any = std::find(open_.begin(), open_.end(), true) != open_.end();
    const bool legal = command == C::kActivate       ? !open_[bank]
                       : command == C::kRefresh      ? !any
                       : command == C::kPrechargeAll ? any
                                                     : open_[bank];
    if (!legal) return kNever;
    std::uint64_t clock = 0;
    for (const Rule& rule : rules_) {
      if (rule.after != command) continue;
      std::size_t nth = 0;
      for (auto it = history_.rbegin(); it != history_.rend(); ++it) {
        if (it->command != rule.before) continue;
        if (rule.scope == Scope::kBank && it->bank != bank) continue;
        if (rule.scope == Scope::kGroup && it->bank / banks_per_group_ != bank / banks_per_group_) continue;
        // A bank that is closed again has no say in a precharge of all.
        if (command == C::kPrechargeAll && !open_[it->bank]) continue;
        if (++nth < rule.nth) continue;
        if (it->clock + rule.clocks > clock) {
          clock = it->clock + rule.clocks;
          if (binding) *binding = rule.name;
        } else if (it->clock + rule.clocks == clock && binding) {
          *binding = "several";
        }
        // With several banks, only the latest of a pair binds; older ones may still count for
        // another bank's precharge.
        if (rule.scope != Scope::kAll || rule.nth > 1 || command != C::kPrechargeAll) break;
      }
    }
    return clock;
  }

  void issue(C command, std::uint32_t bank, std::uint64_t clock) {
    history_.push_back({command, bank, clock});
    if (history_.size() > 400) history_.erase(history_.begin(), history_.begin() + 200);
    if (command == C::kActivate) open_[bank] = true;
    if (command == C::kPrecharge) open_[bank] = false;
    if (command == C::kPrechargeAll) std::fill(open_.begin(), open_.end(), false);
  }

 private:
  std::uint32_t banks_per_group_;
  std::vector<bool> open_;
  std::vector<Rule> rules_;
  std::vector<Issued> history_;
};

constexpr C kAll[] = {C::kActivate, C::kPrecharge, C::kPrechargeAll, C::kRead, C::kWrite, C::kRefresh};

// Issues a command in its earliest clock, after seeing it refused one clock before.
std::uint64_t issue_tight(DramDevice& device, C command, std::uint32_t bank, std::uint32_t row,
                          std::uint64_t not_before = 0) {
  const std::uint64_t clock = device.earliest(command, bank);
  REQUIRE(clock != kNever);
  if (clock > not_before) {
    DramDevice early = device;
    REQUIRE_THROWS_AS(early.issue(command, bank, row, clock - 1), InternalError);
  }
  device.issue(command, bank, row, std::max(clock, not_before));
  return std::max(clock, not_before);
}

}  // namespace

TEST_CASE("each gate of each kind is tight on both sides when it alone binds") {
  const auto names = dram_kind_names();
  for (const std::string_view name : names) {
    CAPTURE(std::string(name));
    const DramOrganization o = dram_config(name).organization;
    const std::uint32_t other_group = o.bank_groups > 1 ? o.banks : 1;
    // Opens banks 0, 1 and one of another group, all at rest; `from` is the clock of the test.
    struct Gate {
      const char* name;
      std::uint32_t DramTiming::*value;
      std::vector<std::pair<C, std::uint32_t>> before;  // command, bank; the last one at `from`
      C probe;
      std::uint32_t bank;
      bool from_data;  // counts from the end of write data
      bool open;       // the banks are open at the start
    };
    const std::vector<Gate> gates = {
        {"trcd read", &DramTiming::trcd, {{C::kActivate, 0}}, C::kRead, 0, false, false},
        {"trcd write", &DramTiming::trcd, {{C::kActivate, 0}}, C::kWrite, 0, false, false},
        {"tras", &DramTiming::tras, {{C::kActivate, 0}}, C::kPrecharge, 0, false, false},
        {"tras all", &DramTiming::tras, {{C::kActivate, 0}}, C::kPrechargeAll, 0, false, false},
        {"trp", &DramTiming::trp, {{C::kPrecharge, 0}}, C::kActivate, 0, false, true},
        {"trpab", &DramTiming::trpab, {{C::kPrechargeAll, 0}}, C::kActivate, 0, false, true},
        {"trpab refresh", &DramTiming::trpab, {{C::kPrechargeAll, 0}}, C::kRefresh, 0, false, true},
        {"trtp", &DramTiming::trtp, {{C::kRead, 0}}, C::kPrecharge, 0, false, true},
        {"twr", &DramTiming::twr, {{C::kWrite, 0}}, C::kPrecharge, 0, true, true},
        {"trrd_s", &DramTiming::trrd_s, {{C::kActivate, 0}}, C::kActivate, other_group, false, false},
        {"trrd_l", &DramTiming::trrd_l, {{C::kActivate, 0}}, C::kActivate, 1, false, false},
        {"tccd_s read", &DramTiming::tccd_s, {{C::kRead, 0}}, C::kRead, other_group, false, true},
        {"tccd_l read", &DramTiming::tccd_l, {{C::kRead, 0}}, C::kRead, 1, false, true},
        {"tccd_l same bank", &DramTiming::tccd_l, {{C::kRead, 0}}, C::kRead, 0, false, true},
        {"tccd_s write", &DramTiming::tccd_s, {{C::kWrite, 0}}, C::kWrite, other_group, false, true},
        {"tccd_l write", &DramTiming::tccd_l, {{C::kWrite, 0}}, C::kWrite, 1, false, true},
        {"twtr_s", &DramTiming::twtr_s, {{C::kWrite, 0}}, C::kRead, other_group, true, true},
        {"twtr_l", &DramTiming::twtr_l, {{C::kWrite, 0}}, C::kRead, 1, true, true},
        {"trtw", &DramTiming::trtw, {{C::kRead, 0}}, C::kWrite, other_group, false, true},
        {"trfc", &DramTiming::trfc, {{C::kRefresh, 0}}, C::kActivate, 0, false, false},
        {"trfc refresh", &DramTiming::trfc, {{C::kRefresh, 0}}, C::kRefresh, 0, false, false},
    };
    for (const Gate& gate : gates) {
      CAPTURE(gate.name);
      DramTiming t = dram_config(name).timing;
      // As it is, and raised so that no other gate hides it; L gates follow S gates up.
      for (const std::uint32_t raise : {0u, 1000u}) {
        t.*gate.value += raise;
        if (gate.value == &DramTiming::trrd_s) t.trrd_l = std::max(t.trrd_l, t.trrd_s);
        if (gate.value == &DramTiming::tccd_s) t.tccd_l = std::max(t.tccd_l, t.tccd_s);
        if (gate.value == &DramTiming::twtr_s) t.twtr_l = std::max(t.twtr_l, t.twtr_s);
        DramDevice device(o, t);
        std::uint64_t from = 0;
        if (gate.open)
          for (const std::uint32_t bank : {0u, 1u, o.bank_groups > 1 ? other_group : 2u}) {
            from += 100000;
            device.issue(C::kActivate, bank, 7, from);
          }
        for (const auto& [command, bank] : gate.before) device.issue(command, bank, 7, from += 100000);
        const std::uint64_t expected = from + t.*gate.value + (gate.from_data ? t.tcwl + o.burst_clocks() : 0);
        REQUIRE(device.earliest(gate.probe, gate.bank) == expected);
        DramDevice early = device;
        REQUIRE_THROWS_AS(early.issue(gate.probe, gate.bank, 7, expected - 1), InternalError);
        REQUIRE_NOTHROW(device.issue(gate.probe, gate.bank, 7, expected));
      }
    }
  }
}

TEST_CASE("a bank is activated again exactly trc later, the fifth bank exactly tfaw later") {
  for (const std::string_view name : dram_kind_names()) {
    CAPTURE(std::string(name));
    DramConfig config = dram_config(name);
    config.timing.trc += 500;
    DramDevice device(config.organization, config.timing);
    device.issue(C::kActivate, 0, 1, 1000);
    issue_tight(device, C::kPrecharge, 0, 0);
    REQUIRE(issue_tight(device, C::kActivate, 0, 1) == 1000 + config.timing.trc);

    DramTiming t = dram_config(name).timing;
    t.tfaw += 500;
    DramDevice window(config.organization, t);
    const std::uint64_t first = 1000;
    window.issue(C::kActivate, 0, 1, first);
    for (std::uint32_t bank = 1; bank < 4; ++bank) issue_tight(window, C::kActivate, bank, 1);
    REQUIRE(issue_tight(window, C::kActivate, 4, 1) == first + t.tfaw);
  }
}

TEST_CASE("commands that the state forbids never become legal by waiting") {
  DramDevice device(dram_config("ddr4_3200").organization, dram_config("ddr4_3200").timing);
  for (const C command : {C::kRead, C::kWrite, C::kPrecharge, C::kPrechargeAll}) {
    CHECK(device.earliest(command, 3) == kNever);
    CHECK_THROWS_AS(device.issue(command, 3, 0, 1000000), InternalError);
  }
  device.issue(C::kActivate, 3, 77, 0);
  CHECK(device.is_open(3));
  CHECK(device.open_row(3) == 77);
  CHECK(device.earliest(C::kActivate, 3) == kNever);
  CHECK(device.earliest(C::kRefresh, 0) == kNever);
  CHECK_THROWS_AS(device.issue(C::kRefresh, 0, 0, 1000000), InternalError);
  CHECK_THROWS_AS(device.issue(C::kActivate, 3, 78, 1000000), InternalError);
}

TEST_CASE("random commands are allowed in exactly the clocks that the table of rules names") {
  const std::uint32_t seed = GENERATE(range(1u, 13u));
  std::mt19937 random(seed);
  std::map<std::string, int> bound;
  for (const std::string_view name : dram_kind_names()) {
    DramConfig config = dram_config(name);
    // Half of the runs have other times, so that every rule is the binding one now and then.
    if (seed % 2 == 0) {
      DramTiming& t = config.timing;
      for (std::uint32_t DramTiming::*value :
           {&DramTiming::trcd, &DramTiming::trp, &DramTiming::tras, &DramTiming::trrd_s, &DramTiming::tccd_s,
            &DramTiming::twr, &DramTiming::twtr_s, &DramTiming::trtp, &DramTiming::trtw, &DramTiming::tfaw})
        t.*value = t.*value / 2 + random() % (2 * t.*value);
      t.trc = t.tras + t.trp + random() % 40;
      t.trpab = t.trp + random() % 10;
      t.trrd_l = t.trrd_s + random() % 10;
      t.tccd_l = t.tccd_s + random() % 10;
      t.twtr_l = t.twtr_s + random() % 10;
    }
    CAPTURE(std::string(name), seed);
    DramDevice device(config.organization, config.timing);
    Oracle oracle(config.organization, config.timing);
    const std::uint32_t banks = config.organization.all_banks();
    std::uint64_t clock = 0;
    for (int i = 0; i < 1500; ++i) {
      for (int k = 0; k < 4; ++k) {
        const C probe = kAll[random() % 6];
        const std::uint32_t bank = random() % banks;
        REQUIRE(device.earliest(probe, bank) == oracle.earliest(probe, bank));
      }
      C command = kAll[random() % 6];
      if ((command == C::kPrechargeAll || command == C::kRefresh) && random() % 4 != 0) command = C::kRead;
      const std::uint32_t bank = random() % (random() % 2 ? banks : 4);
      std::string binding;
      const std::uint64_t earliest = oracle.earliest(command, bank, &binding);
      if (earliest == kNever) continue;
      if (earliest > clock) ++bound[binding];
      clock = std::max(earliest, clock + 1) + (random() % 8 == 0 ? random() % 100 : 0);
      if (earliest > 0) {
        DramDevice early = device;
        REQUIRE_THROWS_AS(early.issue(command, bank, 5, earliest - 1), InternalError);
      }
      device.issue(command, bank, 5, clock);
      oracle.issue(command, bank, clock);
    }
  }
  if (seed % 2 == 0)
    for (const char* rule : {"trcd to read", "trcd to write", "tras", "trp", "trtp", "twr", "tccd_l of reads", "twtr_l",
                             "trrd_l", "trtw", "trpab to activate", "trfc to activate", "twr, all"})
      CHECK(bound[rule] > 0);
}
