// SPDX-License-Identifier: Apache-2.0
#include "support/work/interruption.hpp"

#include <atomic>

namespace systole {

namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may set it");

void request(int signal_number) {
  if (requested.exchange(signal_number) == 0) return;
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

}  // namespace

std::string Interrupted::what() const {
  return std::string("interrupted by ") + (signal_ == SIGINT ? "SIGINT" : "SIGTERM");
}

InterruptionScope::InterruptionScope() {
  requested = 0;
  struct sigaction action = {};
  action.sa_handler = request;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_interrupt_);
  sigaction(SIGTERM, &action, &previous_terminate_);
}

InterruptionScope::~InterruptionScope() {
  sigaction(SIGINT, &previous_interrupt_, nullptr);
  sigaction(SIGTERM, &previous_terminate_, nullptr);
  requested = 0;
}

int interruption_signal() { return requested.load(std::memory_order_relaxed); }

}  // namespace systole
