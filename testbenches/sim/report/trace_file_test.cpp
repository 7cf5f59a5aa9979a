// SPDX-License-Identifier: Apache-2.0
#include "report/trace_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

#include "catch.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::report {
namespace {

namespace fs = std::filesystem;

const std::string kHeader = "step,engine,instruction,node,start_cycle,retire_cycle\n";

struct File {
  fs::path path = fs::temp_directory_path() / ("systole-trace-" + std::to_string(::getpid()) + ".csv");
  explicit File(const std::string& text) { write_whole_file(path, text); }
  ~File() { fs::remove(path); }
};

std::vector<TraceLine> read(const std::string& text) { return read_trace(File(text).path); }

TEST_CASE("a trace that is written and read again is the same, whatever the nodes are called") {
  const std::vector<TraceLine> trace = {{0, {isa::Engine::kLoad, 0, 26, 58}, "conv1"},
                                        {0, {isa::Engine::kMatrix, 2, 40, 70}, "a, \"b\"\nc"},
                                        {2, {isa::Engine::kStore, 1, 3, 9}, ""}};
  const std::vector<TraceLine> again = read(to_csv(trace));
  REQUIRE(again.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(again[i].step == trace[i].step);
    CHECK(again[i].retired == trace[i].retired);
    CHECK(again[i].node == trace[i].node);
  }
  CHECK(first_difference(trace, again).empty());
  CHECK(read(kHeader).empty());
  CHECK(read(kHeader + "0,load,0,x,1,2\r\n").size() == 1);
}

TEST_CASE("a malformed trace is refused with its line and what is allowed") {
  const std::string good = kHeader + "0,load,0,x,1,2\n";
  const std::pair<const char*, const char*> kBad[] = {
      {"0,load,0,x,1\n", "line 3: 5 columns"},
      {"0,load,0,x,1,2,3\n", "line 3: more than 6 columns"},
      {"0,dma,0,x,1,2\n", "line 3: engine is \"dma\", allowed: load, matrix, store"},
      {"-1,load,0,x,1,2\n", "line 3: step is \"-1\""},
      {"0,load,4294967296,x,1,2\n", "line 3: instruction is \"4294967296\", allowed: 0 to 4294967295"},
      {"0,load,0,x,1,18446744073709551616\n", "line 3: retire_cycle is"},
      {"0,load,0,x,1,2x\n", "line 3: retire_cycle is \"2x\""},
      {"0,load,0,x,,2\n", "line 3: start_cycle is \"\""},
      {"0,load,0,x,9,8\n", "line 3: retire_cycle is 8, allowed: start_cycle, 9, or later"},
      {"0,load,0,x,0,1\n", "line 3: retires before the line above"},
      {"0,load,0,\"x,1,2\n", "a quote is not closed"},
      {"0,load,0,x,1,2", "line 3: the file ends inside of this line"},
      {"\n", "line 3: 1 columns"},
  };
  for (const auto& [line, message] : kBad) CHECK_THROWS_WITH(read(good + line), Contains(message));
  for (const char* text : {"", "x\n", "step,engine\n", "\0\0\n"}) CHECK_THROWS_WITH(read(text), Contains("line 1"));
  CHECK_THROWS_WITH(read_trace("/nonexistent.csv"), Contains("no such file"));
}

TEST_CASE("a value with line ends in quotes is refused in one line") {
  const std::string value = "\"a\nsystole: all equal\x1b[0m\"", shown = "\"a\\x0asystole: all equal\\x1b[0m\"";
  for (const auto& [line, column] : {std::pair<std::string, std::string>{value + ",load,0,n,1,2\n", "step"},
                                     {"0," + value + ",0,n,1,2\n", "engine"},
                                     {"0,load," + value + ",n,1,2\n", "instruction"},
                                     {"0,load,0,n," + value + ",2\n", "start_cycle"},
                                     {"0,load,0,n,1," + value + "\n", "retire_cycle"}}) {
    CHECK_THROWS_WITH(read(kHeader + line), Contains(column + " is " + shown) && !Contains("\n"));
  }
}

TEST_CASE("whatever bytes a trace file holds, it is read or refused") {
  std::mt19937 random(7);
  const std::string good = kHeader + "0,load,0,\"a,b\",1,2\n0,store,1,y,3,4\n";
  for (int i = 0; i < 3000; ++i) {
    std::string text = good;
    for (int k = 0; k < 1 + i % 4; ++k) text[random() % text.size()] = static_cast<char>(random());
    if (i % 3 == 0) text.resize(random() % text.size());
    try {
      read(text);
    } catch (const UserError& error) {
      CHECK_THAT(error.what(), Contains("line"));
    }
  }
}

TEST_CASE("the first line that differs is named with both sides") {
  std::vector<TraceLine> a = {{0, {isa::Engine::kLoad, 0, 1, 2}, ""}, {0, {isa::Engine::kStore, 1, 3, 9}, ""}};
  std::vector<TraceLine> b = a;
  b[1].retired.retire_cycle = 10;
  CHECK(first_difference(a, b) ==
        "line 3: step 0, store instruction 1 from cycle 3 to 9; step 0, store instruction 1 from cycle 3 to 10");
  b.pop_back();
  CHECK_THAT(first_difference(a, b), Contains("nothing"));
}

}  // namespace
}  // namespace systole::report
