// SPDX-License-Identifier: Apache-2.0
//
// Operators that resample, repeat or reorder positions.
#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

std::vector<float> resized(const std::vector<float>& x, std::int64_t size, const std::string& mode,
                           const std::string& coordinates) {
  Attributes attributes;
  attributes.strings = {{"mode", mode}, {"coordinate_transformation_mode", coordinates}};
  return floats_of(
      run_operator("Resize", {float_tensor({static_cast<std::int64_t>(x.size())}, x)}, kF32, {size}, attributes));
}

}  // namespace

TEST_CASE("nearest and linear resampling, at each kind of coordinate") {
  CHECK(resized({1, 2}, 4, "nearest", "half_pixel") == std::vector<float>{1, 1, 2, 2});
  CHECK(resized({1, 3}, 4, "linear", "half_pixel") == std::vector<float>{1, 1.5f, 2.5f, 3});
  CHECK(resized({1, 4}, 4, "linear", "align_corners") == std::vector<float>{1, 2, 3, 4});
  CHECK(resized({1, 3}, 4, "linear", "asymmetric") == std::vector<float>{1, 2, 3, 3});
  CHECK(resized({1, 2}, 4, "nearest", "tf_half_pixel_for_nn") == std::vector<float>{1, 2, 2, 2});
  CHECK_THROWS_WITH(resized({1, 2}, 4, "quintic", "half_pixel"), Contains("'quintic'"));
  CHECK_THROWS_WITH(resized({1, 2}, 4, "linear", "moon"), Contains("'moon'"));
}

TEST_CASE("cubic resampling weighs four neighbors by Keys' kernel") {
  const std::vector<float> x = {1, 5, -2, 4, 3, 7};
  const auto kernel = [](double d, double a) {
    d = std::fabs(d);
    if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
    return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0.0;
  };
  for (const bool excludes : {false, true})
    for (const float a : {-0.75f, -0.5f})
      for (const std::int64_t size : {3, 9, 24}) {
        Attributes attributes = integers({{"exclude_outside", {excludes ? 1 : 0}}});
        attributes.strings = {{"mode", "cubic"}};
        attributes.floats = {{"cubic_coeff_a", {a}}};
        const auto y = floats_of(run_operator("Resize", {float_tensor({6}, x)}, kF32, {size}, attributes));
        for (std::int64_t i = 0; i < size; ++i) {
          const double at = (static_cast<double>(i) + 0.5) * 6 / static_cast<double>(size) - 0.5;
          double sum = 0, weights = 0;
          for (int k = -2; k < 8; ++k) {  // all places that the kernel can reach
            const bool outside = k < 0 || k > 5;
            const double weight = outside && excludes ? 0 : kernel(at - k, a);
            sum += weight * x[static_cast<std::size_t>(std::min(std::max(k, 0), 5))];
            weights += weight;
          }
          CHECK(y[static_cast<std::size_t>(i)] == Approx(sum / weights).epsilon(1e-6).margin(1e-6));
        }
      }
}

TEST_CASE("GridSample takes elements from between those of an image") {
  const HostTensor x = float_tensor({1, 1, 2, 3}, {0, 1, 2, 3, 4, 5});
  const auto sample = [&](float column, float row, const std::string& mode, const std::string& padding, bool corners) {
    Attributes attributes = integers({{"align_corners", {corners ? 1 : 0}}});
    attributes.strings = {{"mode", mode}, {"padding_mode", padding}};
    return floats_of(
        run_operator("GridSample", {x, float_tensor({1, 1, 1, 2}, {column, row})}, kF32, {1, 1, 1, 1}, attributes))[0];
  };
  // Corners are centers of elements, or their edges.
  CHECK(sample(-1, -1, "bilinear", "zeros", true) == 0);
  CHECK(sample(1, 1, "bilinear", "zeros", true) == 5);
  CHECK(sample(0.5f, 0, "bilinear", "zeros", true) == 3);    // column 1.5, row 0.5
  CHECK(sample(1, 1, "bilinear", "zeros", false) == 1.25f);  // a quarter of the last element
  CHECK(sample(1, 1, "bilinear", "border", false) == 5);
  CHECK(sample(0, 0, "bilinear", "zeros", false) == 2.5f);
  CHECK(sample(0.6f, -0.9f, "nearest", "zeros", false) == 2);
  CHECK(sample(3, 0, "nearest", "zeros", true) == 0);
  CHECK(sample(3, -1, "nearest", "border", true) == 2);
  // Column 4 is reflected at 2 to 0; column 3.5 at the edge 2.5 to 1.5.
  CHECK(sample(3, 1, "nearest", "reflection", true) == 3);
  CHECK(sample(5.0f / 3, -0.5f, "bilinear", "reflection", false) == Approx(1.5));
  const float nan = std::nanf("");
  for (const char* mode : {"nearest", "bilinear", "bicubic"}) {
    CHECK(sample(nan, 1e30f, mode, "zeros", false) == 0);
    CHECK(std::isfinite(sample(nan, -1e30f, mode, "reflection", false)));
    CHECK(std::isfinite(sample(1e30f, nan, mode, "border", true)));
  }
  // Bicubic, in the middle between four elements: 9/16 and -1/16 of Keys' kernel with -0.5, here with -0.75.
  const double near = 0.59375, far = -0.09375;
  const auto row = [&](double a, double b, double c) { return far * a + near * a + near * b + far * c; };
  CHECK(sample(-0.5f, -1, "bicubic", "border", true) == Approx(row(0, 1, 2)));
  // Outside at column 2.4: elements 1, 2, 2, 2, where a coordinate moved inside would give 2.
  CHECK(sample(1.4f, -1, "bicubic", "border", true) == Approx(2.108));
  CHECK_THROWS_WITH(sample(0, 0, "cubist", "zeros", true), Contains("mode 'cubist' with padding_mode 'zeros'"));
  CHECK_THROWS_WITH(sample(0, 0, "nearest", "wrap", true), Contains("padding_mode 'wrap'"));
}

TEST_CASE("ones on a diagonal") {
  const HostTensor x = make_host_tensor(kF32, {2, 3});
  CHECK(floats_of(run_operator("EyeLike", {x}, kF32, {2, 3})) == std::vector<float>{1, 0, 0, 0, 1, 0});
  CHECK(integers_of(run_operator("EyeLike", {x}, kI32, {2, 3}, integers({{"k", {2}}}))) ==
        std::vector<int>{0, 0, 1, 0, 0, 0});
  CHECK(integers_of(run_operator("EyeLike", {x}, kI8, {2, 3}, integers({{"k", {-1}}}))) ==
        std::vector<int>{0, 0, 0, 1, 0, 0});
}

TEST_CASE("channels become positions depth first or column first, and back") {
  const HostTensor x = byte_tensor(kU8, {1, 8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7});
  Attributes dcr = integers({{"blocksize", {2}}}), crd = dcr;
  crd.strings["mode"] = "CRD";
  const HostTensor wide = run_operator("DepthToSpace", {x}, kU8, {1, 2, 2, 2}, dcr);
  CHECK(integers_of(wide) == std::vector<int>{0, 2, 4, 6, 1, 3, 5, 7});
  CHECK(integers_of(run_operator("DepthToSpace", {x}, kU8, {1, 2, 2, 2}, crd)) ==
        std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(integers_of(run_operator("SpaceToDepth", {wide}, kU8, {1, 8, 1, 1}, dcr)) == integers_of(x));
  CHECK_THROWS_WITH(run_operator("DepthToSpace", {x}, kU8, {1, 2, 2, 3}, dcr), Contains("blocksize"));
}

TEST_CASE("a tensor is repeated along each dimension") {
  CHECK(integers_of(run_operator("Tile", {byte_tensor(kI8, {1, 2}, {1, 2})}, kI8, {2, 4})) ==
        std::vector<int>{1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_CASE("a triangle above or below a diagonal is kept") {
  const HostTensor x = byte_tensor(kI8, {2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(integers_of(run_operator("Trilu", {x}, kI8, {2, 3})) == std::vector<int>{1, 2, 3, 0, 5, 6});
  CHECK(integers_of(run_operator("Trilu", {x}, kI8, {2, 3}, integers({{"upper", {0}}, {"k", {1}}}))) ==
        std::vector<int>{1, 2, 0, 4, 5, 6});
}

TEST_CASE("a range steps from its start, downwards too") {
  const auto number = [](float v) { return float_tensor({}, {v}); };
  CHECK(floats_of(run_operator("Range", {number(1), number(2), number(0.5f)}, kF32, {2})) ==
        std::vector<float>{1, 1.5f});
  const auto integer = [](std::int64_t v) { return int64_tensor({}, {v}); };
  CHECK(integers_of(run_operator("Range", {integer(5), integer(0), integer(-2)}, ElementType::kInt64, {3})) ==
        std::vector<int>{5, 3, 1});
}
