// SPDX-License-Identifier: Apache-2.0
//
// Does `systole quantize` write a network that runs, and is a shape that is none one clear line?
#include "cli/quantize.hpp"

#include "sim/cli/command_bench.hpp"
#include "sim/quantize/float_networks.hpp"
#include "support/error.hpp"

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

TEST_CASE("a shape is a name and dimensions, and the name may have equal signs") {
  LoadOptions options;
  cli::add_shape("image=1,3,224,224", options);
  cli::add_shape("a=b=7", options);
  CHECK(options.shapes.at("image") == Shape{1, 3, 224, 224});
  CHECK(options.shapes.at("a=b") == Shape{7});
  for (const char* text : {"image", "=1", "image=", "image=0", "image=1,x", "image=1,,2", "image=16777217"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(cli::add_shape(text, options), Contains("NAME=N,N,.."));
  }
}
