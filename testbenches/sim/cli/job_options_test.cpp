// SPDX-License-Identifier: Apache-2.0
//
// Do the options of all commands make the same job, and is a float network calibrated on what it will see?
#include "cli/job_options.hpp"

#include <sstream>

#include "network/tensor_file.hpp"
#include "sim/cli/command_bench.hpp"
#include "sim/quantize/float_networks.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// As a picture of bytes that nobody scaled to the range of the training: 0 to 255.
HostTensor picture(const Shape& shape) {
  HostTensor tensor = make_host_tensor(ElementType::kFloat32, shape);
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(shape)); ++i)
    elements<float>(tensor)[i] = static_cast<float>(i * 37 % 256);
  return tensor;
}

session::Job float_job(const std::string& network, std::vector<HostTensor> inputs) {
  cli::JobOptions options;
  options.network = network;
  options.chip.name = "tiny";
  session::Job job = cli::job_of(options);
  job.inputs = std::move(inputs);
  job.compare_float = true;
  return job;
}

// A paragraph of the report as the line that it was before it was broken.
std::string one_line(std::string text) {
  for (std::size_t at; (at = text.find("\n   ")) != std::string::npos;)
    text.replace(at, text.find_first_not_of(" \n", at) - at, " ");
  return text;
}

}  // namespace

TEST_CASE("a float network is calibrated on its inputs, and far off when it is calibrated on noise") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  const Shape shape = load_model(scratch / "float.onnx").tensors.at(load_model(scratch / "float.onnx").inputs[0]).shape;
  const HostTensor image = picture(shape);

  const session::Result by_input = session::run(float_job(scratch / "float.onnx", {image}));
  CHECK(by_input.report.made_by.calibration == "the given input");
  CHECK(by_input.report.inputs.at(0).outside_range == 0.0);
  CHECK_FALSE(has(by_input.report.values, "random"));

  session::Job on_noise = float_job(scratch / "float.onnx", {image});
  on_noise.opening.samples = 2;
  const session::Result by_noise = session::run(on_noise);
  CHECK(by_noise.report.made_by.calibration == "2 random samples, seed 1");
  CHECK(by_noise.report.inputs.at(0).outside_range.value() > 0.9);
  CHECK(has(by_noise.report.values, "the outputs mean nothing"));

  const double near = by_input.float_distances.at(0).distance.mean, far = by_noise.float_distances.at(0).distance.mean;
  CHECK(near < far / 4);
}

TEST_CASE("without inputs the report ends with the words that its values are random") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  const CommandResult r = systole_command({"run", scratch / "float.onnx", "--chip", "tiny", "--on", "reference"});
  REQUIRE(r.code == 0);
  CHECK(
      has(one_line(r.out),
          "random inputs, seed 1, calibrated on 2 random samples, seed 1: the cycles hold, the outputs mean nothing"));
}

TEST_CASE("options of float networks are refused for a network that is quantized already") {
  for (const std::vector<std::string>& option :
       {std::vector<std::string>{"--calibrate", "folder"}, {"--samples", "3"}, {"--per-tensor"}}) {
    for (const char* command : {"run", "export"}) {
      std::vector<std::string> arguments = {command, kDigits, "--chip", "tiny"};
      const Scratch scratch;
      if (std::string(command) == "run")
        arguments.insert(arguments.end(), {"--on", "reference"});
      else
        arguments.insert(arguments.end(), {"-o", scratch / "x"});
      arguments.insert(arguments.end(), option.begin(), option.end());
      check_user_error(arguments, {"quantized already", option[0]});
    }
  }
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

TEST_CASE("SCALE-Sim's rounding is for layer lists: it adds the last window, and an ONNX file refuses it") {
  const Scratch scratch;
  std::ofstream(scratch / "l.csv")
      << "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
         "a, 8, 8, 3, 3, 4, 4, 2,\n";
  std::vector<std::string> command = {"run", scratch / "l.csv", "--chip", "tiny", "--on", "model"};
  const CommandResult down = systole_command(command);
  command.push_back("--scalesim-rounding");
  const CommandResult up = systole_command(command);
  CHECK(down.code == 0);
  CHECK(up.code == 0);
  CHECK(down.out != up.out);
  command[1] = kDigits;
  const CommandResult refused = systole_command(command);
  CHECK(refused.code == 2);
  CHECK(has(refused.error, "--scalesim-rounding"));
}
