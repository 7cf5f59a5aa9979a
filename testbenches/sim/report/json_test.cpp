// SPDX-License-Identifier: Apache-2.0
//
// Does the JSON have the documented keys, with the values of the report?
#include "report/json.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "example_run.hpp"

namespace systole::report {

TEST_CASE("the JSON has the keys of the table, with the values of the report") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.outputs_match = true;
  const auto json = to_json(r);
  CHECK(json["chip"] == "toy");
  CHECK(json["network"] == "example");
  CHECK(json["view"] == "rtl");
  CHECK(json["cycles"] == 300);
  CHECK(json["macs"] == 2400);
  CHECK(json["utilization"].get<double>() == Approx(0.5));
  CHECK(json["dram_read_bytes"] == 8192);
  CHECK(json["dram_write_bytes"] == 200);
  CHECK(json["instructions"] == 5);
  CHECK(json["wall_seconds"].get<double>() == Approx(0.5));
  CHECK(json["simulated_cycles_per_second"].get<double>() == Approx(600));
  CHECK(json["outputs_match"] == true);
  CHECK(json["counters"]["matrix_busy"] == 300);
  REQUIRE(json["nodes"].size() == 4);
  CHECK(json["nodes"][3]["name"] == "last");
  CHECK(json["nodes"][3]["operator"] == "Conv+Relu");
  CHECK(json["nodes"][3]["where"] == "rtl");
  CHECK(json["nodes"][3]["macs"] == 800);
  CHECK(json["nodes"][3]["cycles"] == 70);
  CHECK(json["nodes"][3]["own_cycles"] == 100);
  CHECK(json["format_version"] == 2);
  CHECK(json["nodes"][1]["reason"] == "the chip has no such operator");
  CHECK(json["latency_seconds"].get<double>() == Approx(300e-9));
  CHECK(json["inferences_per_second"].get<double>() == Approx(1 / 300e-9));
  CHECK(json["tops"].get<double>() == Approx(2 * 2400 / 300e-9 * 1e-12));
  CHECK(json["dram_bytes_per_second"].get<double>() == Approx(8392 / 300e-9));
  CHECK(json["dram_peak_bytes_per_second"].get<double>() == Approx(16e9));
  CHECK(json["nodes"][0]["shape"] == "1x4x10x10");
  CHECK(json["nodes"][0]["lower_bound_cycles"] == 100);
  CHECK(json["nodes"][0]["bound"] == "dependency");
}

TEST_CASE("what a view does not know is null") {
  auto untimed = example_runs();
  for (auto& run : untimed) run.has_timing = false;
  const auto json = to_json(make_report(example_network(), "reference", untimed));
  for (const char* key : {"cycles", "utilization", "dram_read_bytes", "simulated_cycles_per_second", "outputs_match"})
    CHECK(json[key].is_null());
  CHECK(json["nodes"][0]["cycles"].is_null());
}

TEST_CASE("texts that are not known are no keys, and come behind the others if they are") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK_FALSE(to_json(r).contains("difference"));
  r.difference = "node first";
  r.nodes[0].fused_into = "last";
  const auto json = to_json(r);
  CHECK(json["difference"] == "node first");
  CHECK(json["nodes"][0]["fused_into"] == "last");
  CHECK(json["nodes"][0].back() == "dependency");  // `bound`
  CHECK(json["nodes"][1].back() == "the chip has no such operator");
  CHECK_FALSE(json["nodes"][1].contains("bound"));
  CHECK_FALSE(json["nodes"][1].contains("fused_into"));
  CHECK(json["nodes"][1]["utilization"].is_null());
}

TEST_CASE("the JSON says what was measured") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.made_by.tool_version = "1.2";
  r.made_by.command = {"systole", "run"};
  r.made_by.chip_keys = {{"chip.array_rows", "4"}};
  r.stages = {{"read", 0.5}};
  const auto json = to_json(r);
  CHECK(json["made_by"]["tool_version"] == "1.2");
  CHECK(json["made_by"]["command"].dump() == R"(["systole","run"])");
  CHECK(json["made_by"]["chip_keys"].dump() == R"({"chip.array_rows":"4"})");
  CHECK(json["stages"].dump() == R"([{"name":"read","seconds":0.5}])");
  CHECK(json["array"]["fill"] == 1.0);
}

TEST_CASE("lists and objects have their fields") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK(to_json(r)["views"].dump() == "[]");
  CHECK(to_json(r)["accounts"].is_null());
  r.views.push_back({"rtl", std::uint64_t{300}, 0.5});
  r.accounts = Accounts{};
  (*r.accounts)[isa::index_of(isa::Engine::kMatrix)].semaphore[isa::index_of(isa::Engine::kLoad)] = 7;
  const auto json = to_json(r);
  CHECK(json["views"].dump() == R"([{"name":"rtl","cycles":300,"wall_seconds":0.5}])");
  CHECK(json["steps"][1].dump() == R"({"step":1,"where":"host","instructions":0,"cycles":null,"wall_seconds":0.0})");
  CHECK(json["accounts"]["matrix"]["wait_load"] == 7);
  CHECK(json["accounts"]["store"]["wait_instruction"] == 0);
  CHECK(json["on_chip"].dump() == json["shares"]["rtl"].dump());
  CHECK(json["shares"]["host"]["bytes"].get<double>() == Approx(0.4));
}

}  // namespace systole::report
