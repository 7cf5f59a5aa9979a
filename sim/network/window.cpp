// SPDX-License-Identifier: Apache-2.0
#include "network/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

constexpr std::int64_t kLimit = std::int64_t{1} << 24;  // keeps every sum and product below far from 63 bits

// The attribute, or `count` times `fallback`.
Shape read_attribute(const Attributes& attributes, const char* name, std::size_t count, std::int64_t fallback,
                     std::int64_t minimum, const std::string& what) {
  const auto found = attributes.ints.find(name);
  if (found == attributes.ints.end()) return Shape(count, fallback);
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

// One spatial dimension of a window.
struct Axis {
  std::int64_t input, taps, stride, dilation;
  std::int64_t begin, end;  // padding
  std::int64_t output = 0;

  std::int64_t extent() const { return (taps - 1) * dilation + 1; }
};

struct Padding {
  std::string automatic;  // attribute auto_pad
  bool ceil_mode = false, counts_pad = false;
};

// SAME_UPPER and SAME_LOWER: as many outputs as strides fit into the input.
void pad_to_same(Axis& axis, const std::string& automatic) {
  axis.output = (axis.input + axis.stride - 1) / axis.stride;
  const std::int64_t total = std::max<std::int64_t>((axis.output - 1) * axis.stride + axis.extent() - axis.input, 0);
  axis.end = automatic == "SAME_UPPER" ? (total + 1) / 2 : total / 2;
  axis.begin = total - axis.end;
}

void pad_as_given(Axis& axis, const Padding& padding, const std::string& what) {
  if (padding.automatic == "VALID") axis.begin = axis.end = 0;
  const std::int64_t room = axis.input + axis.begin + axis.end - axis.extent();
  if (room < 0) {
    throw UserError(fmt::format("{}: the window of {} exceeds the padded input of {}", what, axis.extent(),
                                axis.input + axis.begin + axis.end));
  }
  axis.output = room / axis.stride + 1;
  if (padding.ceil_mode && room % axis.stride != 0) {
    if (padding.counts_pad) throw UserError(what + ": ceil_mode together with count_include_pad is not supported");
    ++axis.output;
    axis.end += axis.stride - room % axis.stride;
  }
}

Padding padding_of(const Attributes& attributes, bool pool, const std::string& what) {
  Padding padding{attributes.string("auto_pad", "NOTSET"), pool && attributes.flag("ceil_mode"),
                  attributes.flag("count_include_pad")};
  const std::set<std::string> known = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
  if (known.count(padding.automatic) == 0) {
    throw UserError(fmt::format("{}: attribute auto_pad is {}; allowed are NOTSET, VALID, SAME_UPPER, SAME_LOWER", what,
                                in_quotes(padding.automatic)));
  }
  return padding;
}

// Of the weights, or of the attribute for a pool.
Shape kernel_of(const Attributes& attributes, std::size_t rank, const Shape& weight_kernel, const std::string& what) {
  const bool pool = weight_kernel.empty(), given = attributes.ints.count("kernel_shape") != 0;
  if (!pool && weight_kernel.size() != rank) {
    throw UserError(
        fmt::format("{}: the weights have {} spatial dimensions, the input {}", what, weight_kernel.size(), rank));
  }
  if (pool && !given) throw UserError(what + ": attribute kernel_shape is missing");
  const Shape kernel = read_attribute(attributes, "kernel_shape", rank, 1, 1, what);
  if (!pool && given && kernel != weight_kernel) {
    throw UserError(fmt::format("{}: attribute kernel_shape is {}, the weights have {}", what, shape_text(kernel),
                                shape_text(weight_kernel)));
  }
  return pool ? kernel : weight_kernel;
}

}  // namespace

Shape resolve_window(Attributes& attributes, const Shape& input_spatial, const Shape& weight_kernel,
                     const std::string& what) {
  const std::size_t rank = input_spatial.size();
  const bool pool = weight_kernel.empty();
  if (rank < 1 || rank > 2) {
    throw UserError(fmt::format("{}: {} spatial dimensions; supported are 1 and 2", what, rank));
  }
  const Shape taps = kernel_of(attributes, rank, weight_kernel, what);
  const Shape stride = read_attribute(attributes, "strides", rank, 1, 1, what);
  const Shape dilation = read_attribute(attributes, "dilations", rank, 1, 1, what);
  Shape pads = read_attribute(attributes, "pads", 2 * rank, 0, 0, what);
  const Padding padding = padding_of(attributes, pool, what);

  Shape output(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    if (taps[d] < 1 || taps[d] > kLimit) {
      throw UserError(fmt::format("{}: the kernel {} has a size outside 1 to {}", what, shape_text(taps), kLimit));
    }
    Axis axis{input_spatial[d], taps[d], stride[d], dilation[d], pads[d], pads[rank + d]};
    if (padding.automatic.rfind("SAME", 0) == 0) {
      pad_to_same(axis, padding.automatic);
    } else {
      pad_as_given(axis, padding, what);
    }
    if (pool && (axis.begin >= axis.extent() || (axis.output - 1) * axis.stride >= axis.input + axis.begin)) {
      throw UserError(what + ": a pooling window lies in the padding entirely, which is not supported");
    }
    output[d] = axis.output;
    pads[d] = axis.begin;
    pads[rank + d] = axis.end;
  }
  attributes.ints["kernel_shape"] = taps;
  attributes.ints["strides"] = stride;
  attributes.ints["dilations"] = dilation;
  attributes.ints["pads"] = pads;
  attributes.ints.erase("ceil_mode");
  attributes.strings.erase("auto_pad");
  return output;
}

Window2d window_2d(const Attributes& resolved) {
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
