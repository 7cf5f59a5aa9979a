// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a wish to stop, so that a command ends with what it has.
//
//   const InterruptionScope scope;      // in a command: from here on, signals are wishes
//   check_interruption();               // deep in the work, now and then: throws Interrupted
//
// Code that runs without a scope, in a test or a library, is never interrupted: a signal does there what it always
// does. A second signal ends the process at once.
#pragma once

#include <csignal>
#include <string>

namespace systole {

// No std::exception: who catches those does not mean this.
class Interrupted {
 public:
  explicit Interrupted(int signal_number) : signal_(signal_number) {}
  std::string what() const;                        // "interrupted by SIGINT"
  int exit_code() const { return 128 + signal_; }  // as shells have it

 private:
  int signal_;
};

class InterruptionScope {
 public:
  InterruptionScope();
  ~InterruptionScope();
  InterruptionScope(const InterruptionScope&) = delete;
  InterruptionScope& operator=(const InterruptionScope&) = delete;

 private:
  struct sigaction previous_interrupt_ = {}, previous_terminate_ = {};
};

// The number of the signal that asked to stop, 0 if none did.
int interruption_signal();

// Throws Interrupted if a signal asked to stop. From any thread; a load of one word.
inline void check_interruption() {
  if (const int signal_number = interruption_signal()) throw Interrupted(signal_number);
}

}  // namespace systole
