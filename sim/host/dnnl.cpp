// SPDX-License-Identifier: Apache-2.0
//
// Float operators with large inner loops: convolution, matrix product, softmax and max-pooling by oneDNN. Average
// pools are loops, because their bits are defined as float32 additions one after the other.
#include <cmath>
#include <dnnl.hpp>
#include <unordered_map>

#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "host/quantized_arithmetic.hpp"
#include "host/quantized_kernels.hpp"
#include "network/message_text.hpp"
#include "network/window.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

// oneDNN 2 (Debian 12) describes an operation and then asks an engine for it; oneDNN 3 does both at once and has
// dropped the `_v2` from the names of the primitives that know all parameters.
#if DNNL_VERSION_MAJOR >= 3
using Pooling = dnnl::pooling_forward;
using Softmax = dnnl::softmax_forward;

template <typename Primitive, typename... Parameters>
Primitive make_primitive(const dnnl::engine& engine, const Parameters&... parameters) {
  return Primitive(typename Primitive::primitive_desc(engine, parameters...));
}
#else
using Pooling = dnnl::pooling_v2_forward;
using Softmax = dnnl::softmax_v2_forward;

template <typename Primitive, typename... Parameters>
Primitive make_primitive(const dnnl::engine& engine, const Parameters&... parameters) {
  const typename Primitive::desc operation(parameters...);
  return Primitive(typename Primitive::primitive_desc(operation, engine));
}
#endif

class Dnnl {
 public:
  Dnnl() : engine_(made_engine()), stream_(engine_) {}

  memory wrap(const memory::desc& desc, const float* data) const {
    // oneDNN does not write to what is passed as a source.
    return memory(desc, engine_, const_cast<float*>(data));
  }
  template <typename Primitive, typename... Parameters>
  void execute(const Arguments& arguments, const Parameters&... parameters) {
    make_primitive<Primitive>(engine_, parameters...).execute(stream_, arguments);
    stream_.wait();
  }

 private:
  // oneDNN adds in another order for each instruction set. With one set, a float network has the same scales, and so
  // the same cycles, on every x86-64 machine of the last ten years. It is as fast (docs/reference/arithmetic.md).
  static dnnl::engine made_engine() {
    static const dnnl::status limited = dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
    static_cast<void>(limited);  // another processor family has its own sets: nothing to limit
    return {dnnl::engine::kind::cpu, 0};
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
};

memory::desc plain(const memory::dims& dims) {
  memory::dims strides(dims.size(), 1);
  for (std::size_t d = dims.size(); d-- > 1;) strides[d - 1] = strides[d] * dims[d];
  return memory::desc(dims, memory::data_type::f32, strides);
}

memory::desc transposed_matrix(std::int64_t rows, std::int64_t columns) {
  return memory::desc({rows, columns}, memory::data_type::f32, memory::dims{1, rows});
}

template <typename F>
void with_dnnl(const HostCall& call, F f) {
  try {
    Dnnl dnnl;
    f(dnnl);
  } catch (const dnnl::error& error) {
    throw UserError(call.what + ": oneDNN: " + first_line(error.what()));
  }
}

memory::dims zero_based(const std::array<std::int64_t, 2>& dilation) { return {dilation[0] - 1, dilation[1] - 1}; }

memory::dims pad_begin(const Window2d& window) { return {window.pad[0], window.pad[1]}; }
memory::dims pad_end(const Window2d& window) { return {window.pad[2], window.pad[3]}; }
memory::dims stride(const Window2d& window) { return {window.stride[0], window.stride[1]}; }

}  // namespace

void host_convolution(HostCall& call) {
  const TensorView &x = call.inputs[0], &w = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  const Window2d window = window_2d(call.attributes);
  const std::int64_t group = call.integer("group", 1);
  const auto [n, c, h, wd] = shape_nchw(x.shape);
  const auto [m, cg, kh, kw] = shape_nchw(w.shape);
  const auto [yn, ym, yh, yw] = shape_nchw(y.shape);
  const memory::dims weight_dims =
      group == 1 ? memory::dims{m, cg, kh, kw} : memory::dims{group, m / group, cg, kh, kw};
  // oneDNN computes with pads below the kernel's extent only when it pleases; what it refuses is reported.
  const auto x_desc = plain({n, c, h, wd}), w_desc = plain(weight_dims), y_desc = plain({yn, ym, yh, yw});
  const bool biased = call.inputs.size() > 2;
  const auto b_desc = biased ? plain({m}) : memory::desc();
  with_dnnl(call, [&](Dnnl& dnnl) {
    Arguments arguments = {{DNNL_ARG_SRC, dnnl.wrap(x_desc, x.as<float>())},
                           {DNNL_ARG_WEIGHTS, dnnl.wrap(w_desc, w.as<float>())},
                           {DNNL_ARG_DST, dnnl.wrap(y_desc, elements<float>(y))}};
    if (biased) arguments.emplace(DNNL_ARG_BIAS, dnnl.wrap(b_desc, call.inputs[2].as<float>()));
    dnnl.execute<dnnl::convolution_forward>(
        arguments, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, x_desc, w_desc, b_desc,
        y_desc, stride(window), zero_based(window.dilation), pad_begin(window), pad_end(window));
  });
}

void host_matmul(HostCall& call) {
  const TensorView &a = call.inputs[0], &b = call.inputs.at(1);
  memory::dims da = a.shape, db = b.shape;
  if (da.size() == 1) da.insert(da.begin(), 1);
  if (db.size() == 1) db.push_back(1);
  while (da.size() < db.size()) da.insert(da.begin(), 1);
  while (db.size() < da.size()) db.insert(db.begin(), 1);
  memory::dims dy(da.size());
  for (std::size_t d = 0; d + 2 < da.size(); ++d) dy[d] = da[d] == 1 ? db[d] : da[d];
  dy[dy.size() - 2] = da[da.size() - 2];
  dy[dy.size() - 1] = db[db.size() - 1];
  invariant(static_cast<std::size_t>(element_count(dy)) * sizeof(float) == call.outputs[0].data.size(),
            "a matrix product has the inferred shape");
  with_dnnl(call, [&](Dnnl& dnnl) {
    const auto a_desc = plain(da), b_desc = plain(db), y_desc = plain(dy);
    const Arguments arguments = {{DNNL_ARG_SRC, dnnl.wrap(a_desc, a.as<float>())},
                                 {DNNL_ARG_WEIGHTS, dnnl.wrap(b_desc, b.as<float>())},
                                 {DNNL_ARG_DST, dnnl.wrap(y_desc, elements<float>(call.outputs[0]))}};
    dnnl.execute<dnnl::matmul>(arguments, a_desc, b_desc, y_desc);
  });
}

void host_gemm(HostCall& call) {
  const TensorView &a = call.inputs[0], &b = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  const std::int64_t m = y.shape.at(0), n = y.shape.at(1);
  const bool ta = call.integer("transA", 0) != 0, tb = call.integer("transB", 0) != 0;
  const std::int64_t k = a.shape.at(ta ? 0 : 1);
  invariant(b.shape.at(tb ? 1 : 0) == k, "the shapes of a matrix product fit");
  with_dnnl(call, [&](Dnnl& dnnl) {
    const auto a_desc = ta ? transposed_matrix(m, k) : plain({m, k});
    const auto b_desc = tb ? transposed_matrix(k, n) : plain({k, n});
    const auto y_desc = plain({m, n});
    const Arguments arguments = {{DNNL_ARG_SRC, dnnl.wrap(a_desc, a.as<float>())},
                                 {DNNL_ARG_WEIGHTS, dnnl.wrap(b_desc, b.as<float>())},
                                 {DNNL_ARG_DST, dnnl.wrap(y_desc, elements<float>(y))}};
    dnnl.execute<dnnl::matmul>(arguments, a_desc, b_desc, y_desc);
  });
  const float alpha = call.number("alpha", 1), beta = call.number("beta", 1);
  float* out = elements<float>(y);
  if (alpha != 1) {
    for (std::int64_t i = 0; i < m * n; ++i) out[i] *= alpha;
  }
  if (call.inputs.size() > 2) {
    const TensorView& c = call.inputs[2];
    for_each_broadcast(y.shape, c.shape, c.shape,
                       [&](std::size_t i, std::size_t ic, std::size_t) { out[i] += beta * c.as<float>()[ic]; });
  }
}

void host_softmax(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  const bool flattens = call.integer("flattens", 0) != 0;
  std::int64_t axis = call.integer("axis", flattens ? 1 : -1);
  if (axis < -rank || axis > rank || (!flattens && axis == rank))
    throw UserError(call.what + ": the axis is not one of the input");
  if (axis < 0) axis += rank;
  std::int64_t outer = 1, size = 1, inner = 1;
  for (std::int64_t d = 0; d < rank; ++d) {
    (d < axis ? outer : d == axis || flattens ? size : inner) *= x.shape[static_cast<std::size_t>(d)];
  }
  with_dnnl(call, [&](Dnnl& dnnl) {
    const auto desc = plain({outer, size, inner});
    const Arguments arguments = {{DNNL_ARG_SRC, dnnl.wrap(desc, x.as<float>())},
                                 {DNNL_ARG_DST, dnnl.wrap(desc, elements<float>(call.outputs[0]))}};
    const auto algorithm = call.name == "Softmax" ? dnnl::algorithm::softmax_accurate : dnnl::algorithm::softmax_log;
    const int axis_of_size = 1;
    dnnl.execute<Softmax>(arguments, dnnl::prop_kind::forward_inference, algorithm, desc, desc, axis_of_size);
  });
}

void host_max_pool(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const Window2d window = window_2d(call.attributes);
  if (x.type != ElementType::kFloat32) {
    MaxPool pool;
    pool.kernel = window.kernel;
    pool.stride = window.stride;
    pool.dilation = window.dilation;
    pool.pad = window.pad;
    pool.clamp = whole_range(x.type);
    return quantized_max_pool(pool, x, y);
  }
  const auto [n, c, h, w] = shape_nchw(x.shape);
  const auto [yn, yc, yh, yw] = shape_nchw(y.shape);
  const auto x_desc = plain({n, c, h, w}), y_desc = plain({yn, yc, yh, yw});
  with_dnnl(call, [&](Dnnl& dnnl) {
    const memory::dims kernel = {window.kernel[0], window.kernel[1]};
    const Arguments arguments = {{DNNL_ARG_SRC, dnnl.wrap(x_desc, x.as<float>())},
                                 {DNNL_ARG_DST, dnnl.wrap(y_desc, elements<float>(y))}};
    dnnl.execute<Pooling>(arguments, dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max, x_desc, y_desc,
                          stride(window), kernel, zero_based(window.dilation), pad_begin(window), pad_end(window));
  });
}

void host_average_pool(HostCall& call) {
  const Window2d window = window_2d(call.attributes);
  const auto [n, c, h, w] = shape_nchw(call.inputs[0].shape);
  const auto [yn, yc, yh, yw] = shape_nchw(call.outputs[0].shape);
  invariant(yn == n && yc == c, "the shapes of a pool fit");
  const bool counts_pad = call.integer("count_include_pad", 0) != 0;
  const float* x = call.inputs[0].as<float>();
  float* y = elements<float>(call.outputs[0]);
  for (std::int64_t plane = 0; plane < n * c; ++plane) {
    for (std::int64_t oy = 0; oy < yh; ++oy) {
      for (std::int64_t ox = 0; ox < yw; ++ox) {
        float sum = 0;
        std::int64_t inside = 0;
        for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky) {
          for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
            const std::int64_t iy = oy * window.stride[0] - window.pad[0] + ky * window.dilation[0];
            const std::int64_t ix = ox * window.stride[1] - window.pad[1] + kx * window.dilation[1];
            if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
            sum += x[(plane * h + iy) * w + ix];
            ++inside;
          }
        }
        *y++ = sum / static_cast<float>(counts_pad ? window.kernel[0] * window.kernel[1] : inside);
      }
    }
  }
}

void host_global_pool(HostCall& call) {
  const Shape& shape = call.inputs[0].shape;
  invariant(shape.size() >= 2, "a global pool has images and channels");
  const std::int64_t planes = shape[0] * shape[1];
  const std::int64_t area = element_count(shape) / planes;
  const float* x = call.inputs[0].as<float>();
  float* y = elements<float>(call.outputs[0]);
  for (std::int64_t plane = 0; plane < planes; ++plane, x += area) {
    float value = call.name == "GlobalMaxPool" ? x[0] : 0;
    for (std::int64_t i = 0; i < area; ++i) value = call.name == "GlobalMaxPool" ? std::max(value, x[i]) : value + x[i];
    y[plane] = call.name == "GlobalMaxPool" ? value : value / static_cast<float>(area);
  }
}

// Inputs: x, scale, bias, mean, variance.
void host_batch_normalization(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const auto channels = static_cast<std::size_t>(x.shape.size() > 1 ? x.shape[1] : 1);
  for (std::size_t i = 1; i < 5; ++i) {
    if (call.inputs.at(i).count() != channels)
      throw UserError(call.what + ": the parameters do not have one value per channel");
  }
  const std::size_t inner = x.count() / static_cast<std::size_t>(x.shape[0]) / channels;
  const float epsilon = call.number("epsilon", 1e-5f);
  for (std::size_t i = 0; i < x.count(); ++i) {
    const std::size_t c = i / inner % channels;
    const auto parameter = [&](std::size_t input) { return call.inputs[input].as<float>()[c]; };
    const float factor = parameter(1) / std::sqrt(parameter(4) + epsilon);
    elements<float>(call.outputs[0])[i] = (x.as<float>()[i] - parameter(3)) * factor + parameter(2);
  }
}

}  // namespace systole
