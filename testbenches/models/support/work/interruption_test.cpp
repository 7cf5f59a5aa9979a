// SPDX-License-Identifier: Apache-2.0
//
// Is a signal a wish within a scope, and within no other?
#include "support/work/interruption.hpp"

#include <tuple>

#include "catch.hpp"

namespace systole {

TEST_CASE("without a signal nothing happens") {
  const InterruptionScope scope;
  CHECK(interruption_signal() == 0);
  CHECK_NOTHROW(check_interruption());
}

TEST_CASE("a signal ends the work at its next look, with the code that shells have for it") {
  for (const auto& [signal_number, code, text] :
       {std::tuple{SIGINT, 130, "interrupted by SIGINT"}, {SIGTERM, 143, "interrupted by SIGTERM"}}) {
    const InterruptionScope scope;
    std::raise(signal_number);
    try {
      check_interruption();
      FAIL("nothing was thrown");
    } catch (const Interrupted& stop) {
      CHECK(stop.exit_code() == code);
      CHECK(stop.what() == text);
    }
  }
}

TEST_CASE("a wish ends with its scope, and the handlers of before are back") {
  struct sigaction before = {}, after = {};
  sigaction(SIGTERM, nullptr, &before);
  {
    const InterruptionScope scope;
    std::raise(SIGTERM);
  }
  CHECK(interruption_signal() == 0);
  sigaction(SIGTERM, nullptr, &after);
  CHECK(after.sa_handler == before.sa_handler);
}

}  // namespace systole
