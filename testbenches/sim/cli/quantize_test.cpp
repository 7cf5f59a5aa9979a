// SPDX-License-Identifier: Apache-2.0
//
// Does `systole quantize` write a network that runs?
#include "cli/commands/quantize.hpp"

#include "sim/cli/command_bench.hpp"
#include "sim/quantize/float_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a float network becomes a file of int8 that runs without being quantized again") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  const CommandResult made = systole_command({"quantize", scratch / "float.onnx", "-o", scratch / "q.onnx"});
  CAPTURE(made.error);
  REQUIRE(made.code == 0);
  CHECK(has(made.out, "q.onnx: "));
  CHECK(has(made.out, "calibrated on 2 random samples, seed 1"));
  const CommandResult run = systole_command({"run", scratch / "q.onnx", "--chip", "tiny", "--on", "reference"});
  CHECK(run.code == 0);
  CHECK(!has(run.error, "float network"));
}

TEST_CASE("run says that it quantizes, and how far the result is from the float network") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  const CommandResult run =
      systole_command({"run", scratch / "float.onnx", "--chip", "tiny", "--on", "reference", "--compare-float"});
  CHECK(run.code == 0);
  CHECK(run.error ==
        "float network: quantized to int8, calibrated on 2 random samples, seed 1\n"
        "no --input: random data, seed 1\n");
  CHECK(has(run.out, "\nagainst the float network\n"));
  CHECK(has(run.out, ": maximum error "));
}

TEST_CASE("a network that is quantized already cannot be quantized or compared with a float one") {
  const Scratch scratch;
  check_user_error({"quantize", kDigits, "-o", scratch / "q.onnx"}, {"quantized already"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--compare-float"}, {"--compare-float"});
}

TEST_CASE("what a network is quantized by is said once") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  check_user_error({"quantize", scratch / "float.onnx", "-o", scratch / "q.onnx", "--calibrate", scratch / "data",
                    "--input", scratch / "x.npy"},
                   {"--input", "--calibrate"});
  check_user_error(
      {"quantize", scratch / "float.onnx", "-o", scratch / "q.onnx", "--samples", "3", "--input", scratch / "x.npy"},
      {"--samples", "the given input"});
}
