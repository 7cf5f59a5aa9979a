// SPDX-License-Identifier: Apache-2.0
#include "cli/job_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ostream>
#include <sstream>

#include "chip/shipped_chips.hpp"
#include "support/error.hpp"

namespace systole::cli {

namespace {

constexpr std::int64_t kMostDimension = 1 << 24;

}  // namespace

session::Job job_of(const JobOptions& options) {
  session::Job job;
  job.chip = opened(options.chip);
  job.network = options.network;
  job.opening = options.calibration;
  job.float_average_pool = options.float_average_pool;
  job.scalesim_rounding = options.scalesim_rounding;
  for (const compiler::Search search : {compiler::Search::kNone, compiler::Search::kFast, compiler::Search::kFull})
    if (options.search == compiler::search_name(search)) job.compile.search = search;
  job.command = options.command;
  if (!options.inputs.empty()) job.inputs = session::InputFiles(options.inputs.begin(), options.inputs.end());
  job.seed = options.seed;
  return job;
}

std::function<void(const quantize::OpenedNetwork&)> announcement(const JobOptions& options, const Streams& streams,
                                                                 ProgressLine& line, bool has_values) {
  return [&options, &streams, &line, has_values](const quantize::OpenedNetwork& opened) {
    line.clear();
    if (const std::string weights = random_weights_text(opened.network.random_weights); !weights.empty())
      streams.error << fmt::format("{} in place of missing files, seed {}\n", weights, options.seed);
    if (opened.was_float)
      streams.error << fmt::format("float network: quantized to int8, calibrated on {}\n", opened.calibrated_on);
    if (has_values && options.inputs.empty() && !opened.network.inputs.empty())
      streams.error << fmt::format("no --input: random data, seed {}\n", options.seed);
  };
}

void add_shape(const std::string& text, LoadOptions& options) {
  const auto refuse = [&] {
    throw UserError(fmt::format("--shape {}: wanted is NAME=N,N,.. with dimensions of 1 to {}", text, kMostDimension));
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) refuse();
  Shape shape;
  std::istringstream list(text.substr(equals + 1));
  for (std::string field; std::getline(list, field, ',');) {
    std::int64_t value = 0;
    const auto [at, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || at != field.data() + field.size() || value < 1 || value > kMostDimension) refuse();
    shape.push_back(value);
  }
  if (shape.empty()) refuse();
  options.shapes[text.substr(0, equals)] = shape;
}

}  // namespace systole::cli
