// SPDX-License-Identifier: Apache-2.0
//
// Reductions over dimensions.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <type_traits>
#include <vector>

#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// What a reduction does with an element and, at the end, with all of them.
struct Reduction {
  double start;
  double (*add)(double, double);
  double (*finish)(double);
};

const Reduction& reduction_of(const std::string& name) {
  const auto sum = [](double a, double x) { return a + x; };
  const auto same = [](double a) { return a; };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const std::map<std::string, Reduction> reductions = {
      {"ReduceMax", {-kInfinity, [](double a, double x) { return std::max(a, x); }, same}},
      {"ReduceMin", {kInfinity, [](double a, double x) { return std::min(a, x); }, same}},
      {"ReduceSum", {0, sum, same}},
      {"ReduceMean", {0, sum, same}},
      {"ReduceProd", {1, [](double a, double x) { return a * x; }, same}},
      {"ReduceL1", {0, [](double a, double x) { return a + std::fabs(x); }, same}},
      {"ReduceL2", {0, [](double a, double x) { return a + x * x; }, [](double a) { return std::sqrt(a); }}},
      {"ReduceSumSquare", {0, [](double a, double x) { return a + x * x; }, same}},
      {"ReduceLogSum", {0, sum, [](double a) { return std::log(a); }}},
      {"ReduceLogSumExp",
       {0, [](double a, double x) { return a + std::exp(x); }, [](double a) { return std::log(a); }}},
  };
  return reductions.at(name);
}

// Integers stay integers: a mean drops its fraction.
template <typename T>
T reduced(const std::string& name, T so_far, T x) {
  if (name == "ReduceMax") return std::max(so_far, x);
  if (name == "ReduceMin") return std::min(so_far, x);
  if (name == "ReduceProd") return wrapped_product(so_far, x);
  if (name == "ReduceSumSquare") return wrapped_sum(so_far, wrapped_product(x, x));
  if (name == "ReduceL1") return wrapped_sum(so_far, x < 0 ? wrapped_product(x, static_cast<T>(-1)) : x);
  return wrapped_sum(so_far, x);  // ReduceSum, ReduceMean
}

template <typename T>
void reduce_integers(HostCall& call, const Shape& kept) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const bool is_one_of_all = call.name == "ReduceMax" || call.name == "ReduceMin";
  const auto results = static_cast<std::size_t>(element_count(kept));
  std::vector<bool> begun(results, !is_one_of_all);
  T* sums = elements<T>(y);
  std::fill(sums, sums + results, static_cast<T>(call.name == "ReduceProd" ? 1 : 0));
  for_each_broadcast(x.shape, x.shape, kept, [&](std::size_t, std::size_t ix, std::size_t iy) {
    sums[iy] = begun[iy] ? reduced(call.name, sums[iy], x.as<T>()[ix]) : x.as<T>()[ix];
    begun[iy] = true;
  });
  if (call.name != "ReduceMean" || results == 0) return;
  const auto divisor = static_cast<std::int64_t>(x.count() / results);
  for (std::size_t i = 0; i < results && divisor != 0; ++i) sums[i] = static_cast<T>(sums[i] / divisor);
}

// In float64, rounded once.
void reduce_floats(HostCall& call, const Shape& kept) {
  const TensorView& x = call.inputs[0];
  const auto results = static_cast<std::size_t>(element_count(kept));
  const Reduction& reduction = reduction_of(call.name);
  std::vector<double> sums(results, reduction.start);
  for_each_broadcast(x.shape, x.shape, kept, [&](std::size_t, std::size_t ix, std::size_t iy) {
    sums[iy] = reduction.add(sums[iy], x.as<float>()[ix]);
  });
  const double divisor = call.name == "ReduceMean" ? static_cast<double>(x.count()) / static_cast<double>(results) : 1;
  for (std::size_t i = 0; i < results; ++i)
    elements<float>(call.outputs[0])[i] = static_cast<float>(reduction.finish(sums[i]) / divisor);
}

}  // namespace

// Reduces over attribute `axes`, or over all dimensions.
void host_reduce(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  std::vector<bool> reduced(x.shape.size(), false);
  const auto axes = call.attributes.ints.find("axes");
  if (axes == call.attributes.ints.end() || axes->second.empty()) {
    if (call.integer("noop_with_empty_axes", 0) != 0) {
      y.data.assign(x.data, x.data + y.data.size());
      return;
    }
    reduced.assign(x.shape.size(), true);
  } else {
    for (std::int64_t axis : axes->second) reduced[axis_of(call, axis, x.shape.size())] = true;
  }
  Shape kept = x.shape;
  for (std::size_t d = 0; d < kept.size(); ++d) kept[d] = reduced[d] ? 1 : kept[d];
  invariant(static_cast<std::size_t>(element_count(kept)) * element_bytes(y.type) == y.data.size(),
            "a reduction has the inferred shape");
  for_element_type(x.type, [&](auto element) {
    if constexpr (std::is_floating_point_v<decltype(element)>)
      reduce_floats(call, kept);
    else
      reduce_integers<decltype(element)>(call, kept);
  });
}

}  // namespace systole
