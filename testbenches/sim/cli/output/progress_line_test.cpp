// SPDX-License-Identifier: Apache-2.0
//
// Is the progress line drawn over itself on a terminal, and a sign of life elsewhere?
#include "cli/output/progress_line.hpp"

#include <sstream>

#include "catch.hpp"

using namespace systole;
using namespace systole::cli;

TEST_CASE("the line says layer, cycles, share, time left and speed") {
  session::NetworkProgress p;
  p.node = "conv2";
  p.cycles = 1234567;
  p.expected_cycles = 4938268;
  p.wall_seconds = 2;
  CHECK(progress_text(p) == "conv2: 1,234,567 cycles, 25.0 %, 6.0 s left, 617 k cycles/s");
  p.expected_cycles = 0;
  p.node = "";
  CHECK(progress_text(p) == "start: 1,234,567 cycles, 617 k cycles/s");
}

TEST_CASE("a shorter line covers a longer one, and clearing leaves nothing") {
  std::ostringstream stream;
  {
    ProgressLine line(stream, true);
    line.show(std::string("long text"));
    line.show(std::string("short"));
  }
  CHECK(stream.str() == "\rlong text\rshort    \r     \r");
}

TEST_CASE("without a terminal a short command says nothing, a long one gives a line now and then") {
  std::ostringstream quick, slow;
  ProgressLine line(quick, false), often(slow, false, std::chrono::milliseconds(0));
  for (ProgressLine* each : {&line, &often}) {
    each->show(std::string("text"));
    each->show([] { return std::string("more"); });
    each->clear();
  }
  CHECK(quick.str().empty());
  CHECK(slow.str() == "text\nmore\n");
}

TEST_CASE("work is told with its stage, its item, how much is done and how long the stage takes") {
  std::ostringstream stream;
  ProgressLine line(stream, false, std::chrono::milliseconds(0));
  line.show(WorkProgress{"compile", "conv2", 12, 1057});
  line.show(WorkProgress{"check", std::string(100, 'x'), 1, 1});
  CHECK(stream.str().find("compile: conv2, 12 of 1,057, ") == 0);
  const std::string second = stream.str().substr(stream.str().find('\n') + 1);
  CHECK(second.find("check: xxx") == 0);
  CHECK(second.size() < 80);
}

TEST_CASE("on a terminal a text is made ten times a second at most") {
  std::ostringstream stream;
  ProgressLine line(stream, true);
  int made = 0;
  for (int i = 0; i < 1000; ++i)
    line.show([&] {
      ++made;
      return std::string("text");
    });
  CHECK(made < 10);
}
