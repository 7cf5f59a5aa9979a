// SPDX-License-Identifier: Apache-2.0
//
// Operators that resample or rearrange a grid: Resize, GridSample, DepthToSpace, SpaceToDepth, Tile, Trilu, Range.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "host/call.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// Of one output element along one dimension: an input element and its weight.
struct Tap {
  std::size_t index = 0;
  double weight = 1;
};
using Taps = std::vector<Tap>;  // of an output element; their weights add up to 1

double source_coordinate(const HostCall& call, const std::string& mode, double y, double in, double out, double scale) {
  if (mode == "half_pixel") return (y + 0.5) / scale - 0.5;
  if (mode == "pytorch_half_pixel") return out > 1 ? (y + 0.5) / scale - 0.5 : 0;
  if (mode == "align_corners") return out > 1 ? y * (in - 1) / (out - 1) : 0;
  if (mode == "asymmetric") return y / scale;
  if (mode == "tf_half_pixel_for_nn") return (y + 0.5) / scale;
  throw UserError(fmt::format("{}: coordinate_transformation_mode {} is not supported", call.what, in_quotes(mode)));
}

double nearest(const HostCall& call, const std::string& mode, double x) {
  if (mode == "round_prefer_floor") return std::ceil(x - 0.5);
  if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  throw UserError(fmt::format("{}: nearest_mode {} is not supported", call.what, in_quotes(mode)));
}

// Of Keys' cubic convolution with the parameter `a`, at this distance.
double cubic_weight(double distance, double a) {
  const double d = std::fabs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

// What lies outside repeats the border, or has no weight.
Taps cubic_taps(const HostCall& call, double x, std::int64_t in) {
  const double a = call.number("cubic_coeff_a", -0.75f), low = std::floor(x);
  const bool excludes = call.integer("exclude_outside", 0) != 0;
  Taps list;
  double sum = 0;
  for (double at = low - 1; at <= low + 2; ++at) {
    if (excludes && (at < 0 || at > static_cast<double>(in - 1))) continue;
    const double inside = std::clamp(at, 0.0, static_cast<double>(in - 1));
    list.push_back({static_cast<std::size_t>(inside), cubic_weight(x - at, a)});
    sum += list.back().weight;
  }
  if (sum == 0) throw UserError(call.what + ": an element of the output has no weights");
  for (Tap& tap : list) tap.weight /= sum;
  return list;
}

std::vector<Taps> taps(const HostCall& call, std::int64_t in, std::int64_t out, double scale) {
  const std::string mode = call.attributes.string("mode", "nearest"),
                    near = call.attributes.string("nearest_mode", "round_prefer_floor");
  const std::string coordinates = call.attributes.string("coordinate_transformation_mode", "half_pixel");
  std::vector<Taps> list;
  for (std::int64_t y = 0; y < out; ++y) {
    const double x = source_coordinate(call, coordinates, static_cast<double>(y), static_cast<double>(in),
                                       static_cast<double>(in) * scale, scale);
    const auto inside = [&](double v) {
      return static_cast<std::size_t>(std::clamp(v, 0.0, static_cast<double>(in - 1)));
    };
    if (mode == "nearest") {
      list.push_back({{inside(nearest(call, near, x)), 1}});
    } else if (mode == "cubic") {
      list.push_back(cubic_taps(call, x, in));
    } else {
      const double low = std::floor(x), weight = x - low;
      list.push_back({{inside(low), 1 - weight}});
      if (weight != 0) list.back().push_back({inside(low + 1), weight});
    }
  }
  return list;
}

// A coordinate of GridSample: -1 and 1 are the centers of the first and last element, or their outer edges.
struct GridAxis {
  std::int64_t size;
  bool corners;
  std::string padding;  // zeros, border or reflection

  double low() const { return corners ? 0 : -0.5; }
  double high() const { return static_cast<double>(size) - (corners ? 1 : 0.5); }

  double reflected(double x) const {
    const double range = high() - low();
    if (range <= 0) return low();
    const double period = std::fmod(std::fabs(x - low()), 2 * range);
    return low() + std::min(period, 2 * range - period);
  }

  // What is no number, or far away, is outside. Of a bicubic sample the elements are moved inside, not the coordinate.
  double coordinate(double normal, const std::string& mode) const {
    constexpr double kFar = 1e9;
    const double length = static_cast<double>(size);
    double x = corners ? (normal + 1) / 2 * (length - 1) : ((normal + 1) * length - 1) / 2;
    if (mode == "nearest") x = std::nearbyint(x);
    if (std::isnan(x)) x = -kFar;
    if (x < low() || x > high()) {
      if (padding == "border" && mode != "bicubic") x = std::clamp(x, 0.0, length - 1);
      if (padding == "reflection") x = reflected(x);
    }
    return std::clamp(x, -kFar, kFar);
  }

  // The element at a whole coordinate; nothing: a zero.
  std::optional<std::int64_t> element(double x) const {
    if (x >= 0 && x < static_cast<double>(size)) return static_cast<std::int64_t>(x);
    if (padding == "zeros") return std::nullopt;
    const double inside = padding == "border" ? x : reflected(x);
    return static_cast<std::int64_t>(std::clamp(inside, 0.0, static_cast<double>(size - 1)));
  }
};

// Elements along one axis, and their weights; no element for a zero.
using GridTaps = std::vector<std::pair<std::optional<std::int64_t>, double>>;

GridTaps grid_taps(const GridAxis& axis, const std::string& mode, double normal) {
  constexpr double kKeys = -0.75;
  const double x = axis.coordinate(normal, mode), low = std::floor(x);
  if (mode == "nearest") return {{axis.element(std::nearbyint(x)), 1}};
  if (mode == "bilinear") return {{axis.element(low), 1 - (x - low)}, {axis.element(low + 1), x - low}};
  GridTaps list;
  for (double at = low - 1; at <= low + 2; ++at) list.emplace_back(axis.element(at), cubic_weight(x - at, kKeys));
  return list;
}

}  // namespace

// Inputs: images, for each element of the output its place (x, y) in the image. The bicubic kernel is Keys' with -0.75.
void host_grid_sample(HostCall& call) {
  const TensorView &x = call.inputs[0], &grid = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  static const std::map<std::string, std::string> modes = {{"nearest", "nearest"},
                                                           {"bilinear", "bilinear"},
                                                           {"linear", "bilinear"},
                                                           {"bicubic", "bicubic"},
                                                           {"cubic", "bicubic"}};
  const auto mode = modes.find(call.attributes.string("mode", "bilinear"));
  const std::string padding = call.attributes.string("padding_mode", "zeros");
  if (mode == modes.end() || (padding != "zeros" && padding != "border" && padding != "reflection"))
    throw UserError(fmt::format("{}: mode {} with padding_mode {} is not supported", call.what,
                                in_quotes(call.attributes.string("mode", "bilinear")), in_quotes(padding)));
  const bool corners = call.integer("align_corners", 0) != 0;
  const GridAxis rows{x.shape[2], corners, padding}, columns{x.shape[3], corners, padding};
  const auto places = static_cast<std::size_t>(y.shape[2] * y.shape[3]);
  const auto channels = static_cast<std::size_t>(x.shape[1]), size = static_cast<std::size_t>(x.shape[2] * x.shape[3]);
  for (std::size_t n = 0; n < static_cast<std::size_t>(x.shape[0]); ++n)
    for (std::size_t p = 0; p < places; ++p) {
      const float* at = grid.as<float>() + (n * places + p) * 2;
      const GridTaps across = grid_taps(columns, mode->second, at[0]), down = grid_taps(rows, mode->second, at[1]);
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (const auto& [row, row_weight] : down)
          for (const auto& [column, weight] : across)
            if (row && column)
              sum += row_weight * weight *
                     x.as<float>()[(n * channels + c) * size + static_cast<std::size_t>(*row * x.shape[3] + *column)];
        elements<float>(y)[(n * channels + c) * places + p] = static_cast<float>(sum);
      }
    }
}

// One dimension after the other. Attribute `scales`, Systole's own: one for each dimension.
void host_resize(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const std::string mode = call.attributes.string("mode", "nearest");
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    throw UserError(fmt::format("{}: mode {} is not supported", call.what, in_quotes(mode)));
  const Shape& target = call.outputs[0].shape;
  Shape shape = x.shape;
  std::vector<float> values(x.as<float>(), x.as<float>() + x.count());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const auto scales = call.attributes.floats.find("scales");
    const double scale = scales != call.attributes.floats.end()
                             ? scales->second.at(d)
                             : static_cast<double>(target[d]) / static_cast<double>(shape[d]);
    if (shape[d] == target[d] && scale == 1) continue;
    const std::vector<Taps> list = taps(call, shape[d], target[d], scale);
    std::size_t outer = 1, inner = 1;
    for (std::size_t k = 0; k < d; ++k) outer *= static_cast<std::size_t>(shape[k]);
    for (std::size_t k = d + 1; k < shape.size(); ++k) inner *= static_cast<std::size_t>(shape[k]);
    std::vector<float> result(outer * list.size() * inner);
    for (std::size_t o = 0; o < outer; ++o)
      for (std::size_t y = 0; y < list.size(); ++y)
        for (std::size_t i = 0; i < inner; ++i) {
          const auto at = [&](std::size_t index) {
            return static_cast<double>(values[(o * static_cast<std::size_t>(shape[d]) + index) * inner + i]);
          };
          double value = at(list[y][0].index) * list[y][0].weight;
          for (std::size_t t = 1; t < list[y].size(); ++t) value += at(list[y][t].index) * list[y][t].weight;
          result[(o * list.size() + y) * inner + i] = static_cast<float>(value);
        }
    values = std::move(result);
    shape[d] = target[d];
  }
  std::memcpy(call.outputs[0].data.data(), values.data(), values.size() * sizeof(float));
}

// DepthToSpace (mode DCR or CRD) and SpaceToDepth.
void host_depth_space(HostCall& call) {
  const bool to_space = call.name == "DepthToSpace";
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::int64_t b = call.integer("blocksize", 0);
  if (b < 1 || x.shape.size() != 4)
    throw UserError(call.what + ": blocksize must be at least 1 and the input an image");
  const bool crd = call.attributes.string("mode", "DCR") == "CRD";
  const Shape& deep = to_space ? x.shape : y.shape;  // [n][c * b * b][h][w]
  const Shape& wide = to_space ? y.shape : x.shape;  // [n][c][h * b][w * b]
  if (deep[1] != wide[1] * b * b || wide[2] != deep[2] * b || wide[3] != deep[3] * b)
    throw UserError(call.what + ": the shapes do not fit blocksize");
  const std::size_t bytes = element_bytes(y.type);
  for (std::int64_t n = 0; n < wide[0]; ++n)
    for (std::int64_t c = 0; c < wide[1]; ++c)
      for (std::int64_t h = 0; h < wide[2]; ++h)
        for (std::int64_t w = 0; w < wide[3]; ++w) {
          const std::int64_t by = h % b, bx = w % b;
          const std::int64_t depth = crd ? (c * b + by) * b + bx : (by * b + bx) * wide[1] + c;
          const auto at_deep = static_cast<std::size_t>(((n * deep[1] + depth) * deep[2] + h / b) * deep[3] + w / b);
          const auto at_wide = static_cast<std::size_t>(((n * wide[1] + c) * wide[2] + h) * wide[3] + w);
          std::memcpy(&y.data[(to_space ? at_wide : at_deep) * bytes], x.data + (to_space ? at_deep : at_wide) * bytes,
                      bytes);
        }
}

void host_tile(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::size_t bytes = element_bytes(y.type), rank = y.shape.size();
  if (x.shape.size() != rank) throw UserError(call.what + ": the ranks differ");
  Shape at(rank, 0);
  for (std::size_t i = 0; i < y.data.size() / bytes; ++i) {
    std::size_t from = 0;
    for (std::size_t d = 0; d < rank; ++d)
      from = from * static_cast<std::size_t>(x.shape[d]) + static_cast<std::size_t>(at[d] % x.shape[d]);
    std::memcpy(&y.data[i * bytes], x.data + from * bytes, bytes);
    for (std::size_t d = rank; d-- > 0;) {
      if (++at[d] < y.shape[d]) break;
      at[d] = 0;
    }
  }
}

// Attribute `k`, from the input of that name.
void host_trilu(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  if (x.shape.size() < 2) throw UserError(call.what + ": the input is no matrix");
  const std::int64_t rows = x.shape[x.shape.size() - 2], columns = x.shape.back(), k = call.integer("k", 0);
  const bool upper = call.integer("upper", 1) != 0;
  const std::size_t bytes = element_bytes(y.type);
  for (std::size_t i = 0; i < x.count(); ++i) {
    const auto column = static_cast<std::int64_t>(i) % columns, row = static_cast<std::int64_t>(i) / columns % rows;
    const bool keep = upper ? column - row >= k : column - row <= k;
    if (keep) std::memcpy(&y.data[i * bytes], x.data + i * bytes, bytes);
  }
}

// Ones where the column is the row plus attribute `k`; only the shape of the input has a meaning.
void host_eye_like(HostCall& call) {
  HostTensor& y = call.outputs[0];
  if (y.shape.size() != 2) throw UserError(call.what + ": the input is no matrix");
  const std::int64_t k = call.integer("k", 0);
  for_element_type(y.type, [&](auto element) {
    using T = decltype(element);
    for (std::int64_t row = 0; row < y.shape[0]; ++row)
      if (row + k >= 0 && row + k < y.shape[1])
        elements<T>(y)[static_cast<std::size_t>(row * y.shape[1] + row + k)] = T{1};
  });
}

// Inputs: start, limit, step. The output's shape says how many.
void host_range(HostCall& call) {
  HostTensor& y = call.outputs[0];
  for (std::size_t i = 0; i < y.data.size() / element_bytes(y.type); ++i) {
    if (y.type == ElementType::kFloat32) {
      elements<float>(y)[i] = call.inputs[0].as<float>()[0] + static_cast<float>(i) * call.inputs.at(2).as<float>()[0];
    } else {
      const std::int64_t value = static_cast<std::int64_t>(
          static_cast<std::uint64_t>(call.inputs[0].integer(0)) +
          static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(call.inputs.at(2).integer(0)));
      std::memcpy(&y.data[i * element_bytes(y.type)], &value, element_bytes(y.type));
    }
  }
}

}  // namespace systole
