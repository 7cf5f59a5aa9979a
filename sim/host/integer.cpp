// SPDX-License-Identifier: Apache-2.0
//
// Quantized products whose weights, scales or zero points are computed during the run: the kernels of network.hpp with
// parameters read from the inputs.
#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "host/quantized_arithmetic.hpp"
#include "host/quantized_kernels.hpp"
#include "network/window.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::vector<std::int32_t> integers(const HostCall& call, std::size_t index) {
  std::vector<std::int32_t> values;
  if (index >= call.inputs.size()) return values;
  const TensorView& tensor = call.inputs[index];
  for (std::size_t i = 0; i < tensor.count(); ++i) values.push_back(static_cast<std::int32_t>(tensor.integer(i)));
  return values;
}

std::int32_t first_integer(const HostCall& call, std::size_t index) {
  return index < call.inputs.size() ? static_cast<std::int32_t>(call.inputs[index].integer(0)) : 0;
}

float first_number(const HostCall& call, std::size_t index) { return call.inputs.at(index).as<float>()[0]; }

std::vector<float> product_scales(const HostCall& call, float x_scale, std::size_t weight_scale, float y_scale) {
  const TensorView& scales = call.inputs.at(weight_scale);
  std::vector<float> result;
  for (std::size_t i = 0; i < scales.count(); ++i)
    result.push_back(product_scale(x_scale, scales.as<float>()[i], y_scale));
  return result;
}

Conv conv_of(const HostCall& call) {
  Conv conv;
  const Window2d window = window_2d(call.attributes);
  conv.group = call.integer("group", 1);
  conv.stride = window.stride;
  conv.dilation = window.dilation;
  conv.pad = window.pad;
  return conv;
}

TensorView transposed(const TensorView& x, HostTensor& storage) {
  storage = make_host_tensor(x.type, {x.shape.at(1), x.shape.at(0)});
  const auto rows = static_cast<std::size_t>(x.shape[0]), columns = static_cast<std::size_t>(x.shape[1]);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) storage.data[c * rows + r] = x.data[r * columns + c];
  }
  return storage;
}

}  // namespace

// Inputs: x, w, x zero point, w zero point.
void host_conv_integer(HostCall& call) {
  Conv conv = conv_of(call);
  conv.input_zero_point = first_integer(call, 2);
  conv.weight_zero_point = integers(call, 3);
  quantized_conv(conv, call.inputs[0], call.inputs.at(1), call.outputs[0]);
}

void host_matmul_integer(HostCall& call) {
  Gemm gemm;
  gemm.input_zero_point = first_integer(call, 2);
  gemm.weight_zero_point = integers(call, 3);
  quantized_stacked_gemm(gemm, call.inputs[0], call.inputs.at(1), call.outputs[0]);
}

// Inputs: x, x scale, x zero point, w, w scale, w zero point, y scale, y zero point, bias.
void host_qlinear_conv(HostCall& call) {
  Conv conv = conv_of(call);
  conv.input_zero_point = first_integer(call, 2);
  conv.weight_zero_point = integers(call, 5);
  conv.bias = integers(call, 8);
  conv.scale = product_scales(call, first_number(call, 1), 4, first_number(call, 6));
  conv.output_zero_point = first_integer(call, 7);
  conv.clamp = whole_range(call.outputs[0].type);
  quantized_conv(conv, call.inputs[0], call.inputs[3], call.outputs[0]);
}

void host_qlinear_matmul(HostCall& call) {
  Gemm gemm;
  gemm.input_zero_point = first_integer(call, 2);
  gemm.weight_zero_point = integers(call, 5);
  gemm.scale = product_scales(call, first_number(call, 1), 4, first_number(call, 6));
  gemm.output_zero_point = first_integer(call, 7);
  gemm.clamp = whole_range(call.outputs[0].type);
  quantized_stacked_gemm(gemm, call.inputs[0], call.inputs[3], call.outputs[0]);
}

// Inputs: a, a scale, a zero point, b, b scale, b zero point, [c], [y scale, y zero point]; c has the units alpha * as
// * bs and is broadcast. Without y scale the output is float.
void host_qgemm(HostCall& call) {
  HostTensor a_storage, b_storage;
  const TensorView a = call.integer("transA", 0) != 0 ? transposed(call.inputs[0], a_storage) : call.inputs[0];
  const TensorView b = call.integer("transB", 0) != 0 ? transposed(call.inputs.at(3), b_storage) : call.inputs.at(3);
  Gemm gemm;
  gemm.input_zero_point = first_integer(call, 2);
  gemm.weight_zero_point = integers(call, 5);
  HostTensor& y = call.outputs[0];
  HostTensor sums = make_host_tensor(ElementType::kInt32, y.shape);
  quantized_gemm(gemm, a, b, sums);
  if (call.inputs.size() > 6) {
    const TensorView& c = call.inputs[6];
    std::int32_t* v = elements<std::int32_t>(sums);
    for_each_broadcast(y.shape, c.shape, c.shape, [&](std::size_t i, std::size_t ic, std::size_t) {
      v[i] = wrap32(static_cast<std::int64_t>(v[i]) + c.integer(ic));
    });
  }
  const TensorView& scales = call.inputs[4];
  const float a_scale = call.number("alpha", 1) * first_number(call, 1);
  const auto columns = static_cast<std::size_t>(y.shape.at(1));
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(y.shape)); ++i) {
    const float b_scale = scales.as<float>()[scales.count() == 1 ? 0 : i % columns];
    const std::int32_t v = elements<std::int32_t>(sums)[i];
    if (y.type == ElementType::kFloat32) {
      elements<float>(y)[i] = static_cast<float>(v) * (a_scale * b_scale);
    } else {
      y.data[i] = static_cast<std::uint8_t>(requantize(v, product_scale(a_scale, b_scale, first_number(call, 7)),
                                                       first_integer(call, 8), whole_range(y.type)));
    }
  }
}

// QLinearAveragePool, QLinearGlobalAveragePool. Inputs: x, x scale, x zero point, y scale, y zero point. With padding
// the divisor is the number of elements inside the image, or the kernel's area if count_include_pad is set.
void host_qlinear_average_pool(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const auto [images, channels, height, width] = shape_nchw(x.shape);
  Window2d window;
  window.kernel = {height, width};
  if (call.name == "QLinearAveragePool") window = window_2d(call.attributes);
  const auto [y_images, y_channels, out_height, out_width] = shape_nchw(y.shape);
  invariant(y_images == images && y_channels == channels, "the shapes of a pool fit");
  const bool counts_pad = call.integer("count_include_pad", 0) != 0;
  const std::int32_t x_zero = first_integer(call, 2);
  std::size_t index = 0;
  for (std::int64_t plane = 0; plane < images * channels; ++plane) {
    for (std::int64_t oy = 0; oy < out_height; ++oy) {
      for (std::int64_t ox = 0; ox < out_width; ++ox) {
        std::int64_t sum = 0, inside = 0;
        for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky) {
          for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
            const std::int64_t iy = oy * window.stride[0] - window.pad[0] + ky,
                               ix = ox * window.stride[1] - window.pad[1] + kx;
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            sum += x.integer(static_cast<std::size_t>((plane * height + iy) * width + ix)) - x_zero;
            ++inside;
          }
        }
        const std::int64_t divisor = counts_pad ? window.kernel[0] * window.kernel[1] : inside;
        const float scale = average_scale(first_number(call, 1), first_number(call, 3), divisor);
        y.data[index++] =
            static_cast<std::uint8_t>(requantize(wrap32(sum), scale, first_integer(call, 4), whole_range(y.type)));
      }
    }
  }
}

}  // namespace systole
