// SPDX-License-Identifier: Apache-2.0
//
// Does the answer to "why is this node slow" name the bound that holds and what moves it, and do its cycles add up?
#include "report/explain.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "report/json.hpp"
#include "sim/report/example_run.hpp"
#include "support/error.hpp"

namespace systole::report {
namespace {

using Json = nlohmann::json;

// A node of 1,000 cycles whose matrix engine is busy for 900.
Json report_with(const Json& values) {
  RunReport run = make_report(example_network(), "model", example_runs());
  run.made_by.chip_keys = {{"chip.array_rows", "16"}, {"chip.array_cols", "8"}, {"chip.post_lanes", "4"}};
  Json json = to_json(run);
  Json& node = json["nodes"][0];
  node.update({{"cycles", 1000},
               {"matrix_instructions", 2},
               {"passes", 10},
               {"array_cycles", 850},
               {"fill_cycles", 50},
               {"dram_cycles", 300},
               {"tile", "4 x 5 positions"},
               {"bound", "array"}});
  if (!values.is_null()) node.update(values);
  return json;
}

std::string explained(const Json& values) { return explain(report_with(values), "first", 0); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the array's cycles add up to those of the node") {
  const std::string text = explained({{"short_pass_cycles", 200}, {"padding_cycles", 50}});
  CAPTURE(text);
  CHECK(has(text, "first (Conv, 1x4x10x10) of example on toy\n"));
  CHECK(has(text, "useful       600 cycles, 60.0 %\n"));
  CHECK(has(text, "short passes 200 cycles, 20.0 %\n"));
  CHECK(has(text, "padding      50 cycles, 5.0 %\n"));
  CHECK(has(text, "filling      50 cycles, 5.0 %\n"));
  CHECK(has(text, "idle         100 cycles, 10.0 %\n"));
  CHECK(has(text, "4 x 5 positions; 10 passes"));
}

TEST_CASE("each bound has its own advice, with the chip's numbers") {
  CHECK(has(explained({}), "bound by array\nwhat would help: more multipliers (now 16 x 8); with enough of them, 300"));
  CHECK(has(explained({{"bound", "short passes"}, {"short_pass_cycles", 800}}),
            "a pass has 5.0 activation words on average and takes 16 cycles"));
  CHECK(has(explained({{"bound", "padding"}, {"padding_cycles", 425}}), "fill 50.0 % of the array's"));
  CHECK(has(explained({{"bound", "stores"}}), "more chip.post_lanes (now 4)"));
  CHECK(!has(explained({{"bound", "DRAM"}}), "weights are read once"));
  CHECK(has(
      explained({{"bound", "DRAM"}, {"weight_read_bytes", 2000}, {"weight_bytes", 1000}, {"dram_read_bytes", 2000}}),
      "weights are read once"));
  CHECK(has(explained({{"bound", "dependency"}, {"overlaps", "last"}, {"overlap_cycles", 900}}),
            "little: it runs while last does, and costs 66.7 % of the run"));
  CHECK(has(explained({{"bound", "dependency"}}), "run it with --on model"));
  const Json waits = {{"matrix", {{"busy", 10}, {"wait_load", 500}, {"wait_store", 40}}}};
  const std::string text = explained({{"bound", "dependency"}, {"accounts", waits}});
  CHECK(has(text, "the array waits for loads"));
  CHECK(has(text, "busy, or waiting for\n  engine  busy  load"));
}

TEST_CASE("nodes elsewhere say where they are, and names that are none are refused with one that is like them") {
  const Json report = report_with({});
  CHECK(has(explain(report, "middle", 80), "it runs on the host: the chip has no such operator"));
  CHECK(has(explain(report, "flat", 80), "it moves nothing"));
  CHECK(has(explained({{"fused_into", "last"}}), "the instructions of last compute it"));
  CHECK_THROWS_WITH(explain(report, "frist", 80), Contains("no node \"frist\", did you mean \"first\"?"));
  CHECK_THROWS_WITH(explained({{"cycles", 0}}), Contains("run it with --on model"));
  CHECK_THROWS_AS(explained({{"array_cycles", "many"}}), UserError);
  CHECK_THROWS_AS(explained({{"array_cycles", -1}}), UserError);
}

}  // namespace systole::report
