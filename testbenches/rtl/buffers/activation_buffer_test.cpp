// SPDX-License-Identifier: Apache-2.0
//
// Who wins a bank of the activation buffer, and does each winner's data come one cycle later? All
// pairs and all combinations of the five clients in all banks, and random traffic.
#include "Vactivation_buffer_16x4x64.h"
#include "Vactivation_buffer_4x8x32.h"
#include "Vactivation_buffer_8x4x128.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

enum Client { kMatrix, kSource, kResidual, kStore, kLoad, kClients };
constexpr const char* kNames[] = {"matrix", "source", "residual", "store", "load"};

struct Stimulus {
  std::array<bool, kClients> request{};
  std::array<uint64_t, kClients> address{};
};

template <class Buffer, int Banks, int BankWords, int WordBits, int GroupBits>
struct ActivationBench : Bench {
  using Dut = Buffer;
  static constexpr uint64_t kWords = Banks * BankWords;
  static constexpr int kGroups = WordBits / GroupBits;

  Dut dut{"dut"};
  SYSTOLE_PIN(matrix_read_i);
  SYSTOLE_PIN(matrix_addr_i);
  SYSTOLE_PIN(matrix_data_o);
  SYSTOLE_PIN(source_read_i);
  SYSTOLE_PIN(source_addr_i);
  SYSTOLE_PIN(source_grant_o);
  SYSTOLE_PIN(source_data_o);
  SYSTOLE_PIN(residual_read_i);
  SYSTOLE_PIN(residual_addr_i);
  SYSTOLE_PIN(residual_grant_o);
  SYSTOLE_PIN(residual_data_o);
  SYSTOLE_PIN(store_write_i);
  SYSTOLE_PIN(store_addr_i);
  SYSTOLE_PIN(store_mask_i);
  SYSTOLE_PIN(store_data_i);
  SYSTOLE_PIN(load_write_i);
  SYSTOLE_PIN(load_addr_i);
  SYSTOLE_PIN(load_grant_o);
  SYSTOLE_PIN(load_data_i);

  std::function<Stimulus(uint64_t)> stimulus;  // of the cycles after all words are written
  uint64_t cycles_left;
  Random random = random_stream(1);
  std::array<Words, kWords> model;
  std::array<bool, kClients> due{};
  std::array<Words, kClients> data;
  std::array<std::array<uint64_t, kClients>, kClients> won{};  // [winner][loser] cycles
  std::array<uint64_t, kClients> granted{}, lost{};
  uint64_t old_data = 0;

  ActivationBench(uint64_t cycles, std::function<Stimulus(uint64_t)> next)
      : Bench("bench"), stimulus(std::move(next)), cycles_left(cycles) {
    dut.clk_i(clk);
  }

  // Written as the page says it: per bank, reads in the order matrix, source, residual; writes in
  // the order store, load. A client wins unless one before it on its side asks for the same bank.
  std::array<bool, kClients> winners(const Stimulus& now) {
    std::array<bool, kClients> wins{};
    for (int client = 0; client < kClients; ++client) {
      wins[client] = now.request[client];
      for (int before = client < kStore ? kMatrix : kStore; before < client; ++before) {
        if (now.request[client] && now.request[before] &&
            now.address[before] / BankWords == now.address[client] / BankWords) {
          wins[client] = false;
          ++won[before][client];
        }
      }
      ++(wins[client] ? granted : lost)[client];
      if (!now.request[client]) --lost[client];
    }
    return wins;
  }

  void check_read(Client client, const Words& actual) {
    if (due[client]) expect_words(*this, kNames[client], data[client], actual);
  }

  void on_clock() override {
    check_read(kMatrix, matrix_data_o.words());
    check_read(kSource, source_data_o.words());
    check_read(kResidual, residual_data_o.words());

    const Stimulus now{
        {matrix_read_i.get() != 0, source_read_i.get() != 0, residual_read_i.get() != 0, store_write_i.get() != 0,
         load_write_i.get() != 0},
        {matrix_addr_i.get(), source_addr_i.get(), residual_addr_i.get(), store_addr_i.get(), load_addr_i.get()}};
    const auto wins = winners(now);
    if (now.request[kSource]) {
      expect_equal(*this, "source_grant_o", wins[kSource], source_grant_o.get());
    }
    if (now.request[kResidual]) {
      expect_equal(*this, "residual_grant_o", wins[kResidual], residual_grant_o.get());
    }
    if (now.request[kLoad]) {
      expect_equal(*this, "load_grant_o", wins[kLoad], load_grant_o.get());
    }
    for (Client client : {kMatrix, kSource, kResidual}) {
      due[client] = wins[client];
      if (!wins[client]) continue;
      data[client] = model[now.address[client]];
      for (Client writer : {kStore, kLoad}) {
        old_data += wins[writer] && now.address[writer] == now.address[client];
      }
    }
    if (wins[kStore]) {
      const Words value = store_data_i.words();
      for (int group = 0; group < kGroups; ++group) {
        if (!(store_mask_i.get() >> group & 1)) continue;
        for (int bit = group * GroupBits; bit < (group + 1) * GroupBits; ++bit) {
          put_bits(model[now.address[kStore]], bit, 1, get_bits(value, bit, 1));
        }
      }
    }
    if (wins[kLoad]) model[now.address[kLoad]] = load_data_i.words();

    Stimulus next;
    if (cycle() < kWords) {
      next.request[kLoad] = true;
      next.address[kLoad] = cycle();
    } else {
      next = stimulus(cycle() - kWords);
    }
    matrix_read_i.set(next.request[kMatrix]);
    matrix_addr_i.set(next.address[kMatrix]);
    source_read_i.set(next.request[kSource]);
    source_addr_i.set(next.address[kSource]);
    residual_read_i.set(next.request[kResidual]);
    residual_addr_i.set(next.address[kResidual]);
    store_write_i.set(next.request[kStore]);
    store_addr_i.set(next.address[kStore]);
    store_mask_i.set(random.bits(kGroups));
    store_data_i.set_words(random_words(random, WordBits));
    load_write_i.set(next.request[kLoad]);
    load_addr_i.set(next.address[kLoad]);
    load_data_i.set_words(random_words(random, WordBits));
    if (cycle() >= kWords && cycles_left-- == 0) finish();
  }

  void require_that_every_pair_met() {
    for (auto [winner, loser] :
         {std::pair{kMatrix, kSource}, {kMatrix, kResidual}, {kSource, kResidual}, {kStore, kLoad}}) {
      CAPTURE(kNames[winner], kNames[loser]);
      CHECK(won[winner][loser] > 20);
    }
    CHECK(lost[kMatrix] == 0);
    CHECK(lost[kStore] == 0);
    for (int client = 0; client < kClients; ++client) CHECK(granted[client] > 100);
  }
};

template <class Buffer, int Banks, int BankWords, int WordBits, int GroupBits>
void random_accesses() {
  Random random = random_stream(2);
  int hot_percent = 0;  // how often a client goes to bank 0
  ActivationBench<Buffer, Banks, BankWords, WordBits, GroupBits> bench(20000, [&](uint64_t cycle) {
    if (cycle % 100 == 0) hot_percent = static_cast<int>(random.below(3)) * 40;
    Stimulus next;
    for (int client = 0; client < kClients; ++client) {
      next.request[client] = random.chance(70);
      next.address[client] = random.below(random.chance(hot_percent) ? BankWords : bench.kWords);
    }
    return next;
  });
  bench.run(30000);
  bench.require_that_every_pair_met();
  CHECK(bench.old_data > 200);
}

}  // namespace

TEST_CASE("activation_buffer: 4 banks of 32-bit words with byte groups answer random traffic") {
  random_accesses<Vactivation_buffer_4x8x32, 4, 8, 32, 8>();
}
TEST_CASE("activation_buffer: 8 banks of 128-bit words with 32-bit groups answer random traffic") {
  random_accesses<Vactivation_buffer_8x4x128, 8, 4, 128, 32>();
}
TEST_CASE("activation_buffer: 16 banks of words of one group answer random traffic") {
  random_accesses<Vactivation_buffer_16x4x64, 16, 4, 64, 64>();
}
TEST_CASE("activation_buffer: all combinations of clients and banks have the stated winner") {
  // 2 requests to the power of 5 clients, 4 banks to the power of 5 clients.
  Random random = random_stream(3);
  ActivationBench<Vactivation_buffer_4x8x32, 4, 8, 32, 8> bench(1 << 15, [&](uint64_t cycle) {
    Stimulus next;
    for (int client = 0; client < kClients; ++client) {
      next.request[client] = cycle >> client & 1;
      next.address[client] = (cycle >> (kClients + 2 * client) & 3) * 8 + random.below(8);
    }
    return next;
  });
  bench.run(40000);
  bench.require_that_every_pair_met();
}
TEST_CASE("activation_buffer: clients in different banks are all served in every cycle") {
  Random random = random_stream(4);
  ActivationBench<Vactivation_buffer_4x8x32, 4, 8, 32, 8> bench(4000, [&](uint64_t cycle) {
    Stimulus next;
    for (int client = 0; client < kClients; ++client) {
      next.request[client] = true;
      next.address[client] = (cycle / 100 + client) % 4 * 8 + random.below(8);
    }
    return next;
  });
  bench.run(5000);
  for (int client = 0; client < kClients; ++client) CHECK(bench.lost[client] == 0);
  CHECK(bench.granted[kResidual] == 4000);
}
TEST_CASE("activation_buffer: a loser that asks again is served when the bank is free") {
  ActivationBench<Vactivation_buffer_4x8x32, 4, 8, 32, 8> bench(1000, [&](uint64_t cycle) {
    Stimulus next;
    // All in bank 1; the clients before leave it for one cycle of ten each.
    next.request = {cycle % 10 < 8, cycle % 10 < 9, true, cycle % 10 < 9, true};
    next.address = {8 + cycle % 8, 9, 10, 11, 12};
    return next;
  });
  bench.run(2000);
  CHECK(bench.granted[kMatrix] == 800);
  CHECK(bench.granted[kSource] == 100);
  CHECK(bench.granted[kResidual] == 100);
  CHECK(bench.granted[kStore] == 900);
  CHECK(bench.granted[kLoad] >= 100);  // and those that filled the buffer
}
