// SPDX-License-Identifier: Apache-2.0
#include "network/window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

constexpr std::int64_t kLimit = std::int64_t{1} << 24;  // keeps every sum and product below far from 63 bits

// The attribute, or `count` times `fallback`.
Shape read_attribute(const HostOperator& op, const char* name, std::size_t count, std::int64_t fallback,
                     std::int64_t minimum, const std::string& what) {
  const auto found = op.ints.find(name);
  if (found == op.ints.end()) return Shape(count, fallback);
  if (found->second.size() != count) {
    throw UserError(
        fmt::format("{}: attribute {} has {} values, {} are needed", what, name, found->second.size(), count));
  }
  for (std::int64_t value : found->second) {
    if (value < minimum || value > kLimit) {
      throw UserError(
          fmt::format("{}: attribute {} holds {}; allowed is {} to {}", what, name, value, minimum, kLimit));
    }
  }
  return found->second;
}

}  // namespace

Shape resolve_window(HostOperator& op, const Shape& input_spatial, const Shape& weight_kernel,
                     const std::string& what) {
  const std::size_t rank = input_spatial.size();
  const bool pool = weight_kernel.empty();
  if (rank < 1 || rank > 2) {
    throw UserError(fmt::format("{}: {} spatial dimensions; supported are 1 and 2", what, rank));
  }
  if (!pool && weight_kernel.size() != rank) {
    throw UserError(
        fmt::format("{}: the weights have {} spatial dimensions, the input {}", what, weight_kernel.size(), rank));
  }
  if (pool && op.ints.count("kernel_shape") == 0) throw UserError(what + ": attribute kernel_shape is missing");
  const Shape kernel = read_attribute(op, "kernel_shape", rank, 1, 1, what);
  if (!pool && op.ints.count("kernel_shape") != 0 && kernel != weight_kernel) {
    throw UserError(fmt::format("{}: attribute kernel_shape is {}, the weights have {}", what, shape_text(kernel),
                                shape_text(weight_kernel)));
  }
  const Shape& taps = pool ? kernel : weight_kernel;
  const Shape stride = read_attribute(op, "strides", rank, 1, 1, what);
  const Shape dilation = read_attribute(op, "dilations", rank, 1, 1, what);
  Shape pads = read_attribute(op, "pads", 2 * rank, 0, 0, what);

  const std::string auto_pad = op.strings.count("auto_pad") != 0 ? op.strings.at("auto_pad") : "NOTSET";
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (!same && auto_pad != "NOTSET" && auto_pad != "VALID") {
    throw UserError(fmt::format("{}: attribute auto_pad is {}; allowed are NOTSET, VALID, SAME_UPPER, SAME_LOWER", what,
                                in_quotes(auto_pad)));
  }
  const auto ceil_attribute = op.ints.find("ceil_mode");
  const bool ceil_mode = pool && ceil_attribute != op.ints.end() && ceil_attribute->second.at(0) != 0;
  const auto count_attribute = op.ints.find("count_include_pad");
  const bool counts_pad = count_attribute != op.ints.end() && count_attribute->second.at(0) != 0;

  Shape output(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    if (taps[d] < 1 || taps[d] > kLimit) {
      throw UserError(fmt::format("{}: the kernel {} has a size outside 1 to {}", what, shape_text(taps), kLimit));
    }
    const std::int64_t extent = (taps[d] - 1) * dilation[d] + 1;
    std::int64_t& begin = pads[d];
    std::int64_t& end = pads[rank + d];
    if (same) {
      output[d] = (input_spatial[d] + stride[d] - 1) / stride[d];
      const std::int64_t total = std::max<std::int64_t>((output[d] - 1) * stride[d] + extent - input_spatial[d], 0);
      end = auto_pad == "SAME_UPPER" ? (total + 1) / 2 : total / 2;
      begin = total - end;
    } else {
      if (auto_pad == "VALID") begin = end = 0;
      const std::int64_t room = input_spatial[d] + begin + end - extent;
      if (room < 0) {
        throw UserError(fmt::format("{}: the window of {} exceeds the padded input of {}", what, extent,
                                    input_spatial[d] + begin + end));
      }
      output[d] = room / stride[d] + 1;
      if (ceil_mode && room % stride[d] != 0) {
        if (counts_pad) throw UserError(what + ": ceil_mode together with count_include_pad is not supported");
        ++output[d];
        end += stride[d] - room % stride[d];
      }
    }
    if (pool && (begin >= extent || (output[d] - 1) * stride[d] >= input_spatial[d] + begin)) {
      throw UserError(what + ": a pooling window lies in the padding entirely, which is not supported");
    }
  }
  op.ints["kernel_shape"] = taps;
  op.ints["strides"] = stride;
  op.ints["dilations"] = dilation;
  op.ints["pads"] = pads;
  op.ints.erase("ceil_mode");
  op.strings.erase("auto_pad");
  return output;
}

Window2d window_2d(const HostOperator& resolved) {
  const Shape& kernel = resolved.ints.at("kernel_shape");
  const Shape& stride = resolved.ints.at("strides");
  const Shape& dilation = resolved.ints.at("dilations");
  const Shape& pads = resolved.ints.at("pads");
  Window2d window;
  if (kernel.size() == 2) {
    window.kernel = {kernel[0], kernel[1]};
    window.stride = {stride[0], stride[1]};
    window.dilation = {dilation[0], dilation[1]};
    window.pad = {pads[0], pads[1], pads[2], pads[3]};
  } else {
    window.kernel[1] = kernel.at(0);
    window.stride[1] = stride.at(0);
    window.dilation[1] = dilation.at(0);
    window.pad = {0, pads.at(0), 0, pads.at(1)};
  }
  return window;
}

std::array<std::int64_t, 4> shape_nchw(const Shape& shape) {
  invariant(shape.size() == 3 || shape.size() == 4, "an image tensor has rank 3 or 4");
  if (shape.size() == 3) return {shape[0], shape[1], 1, shape[2]};
  return {shape[0], shape[1], shape[2], shape[3]};
}

}  // namespace systole
