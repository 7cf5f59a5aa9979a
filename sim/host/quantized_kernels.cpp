// SPDX-License-Identifier: Apache-2.0
#include "host/quantized_kernels.hpp"

#include <algorithm>

#include "host/broadcast.hpp"
#include "host/quantized_arithmetic.hpp"
#include "network/window.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::vector<std::int32_t> widen(const TensorView& tensor) {
  std::vector<std::int32_t> values(tensor.count());
  if (tensor.type == ElementType::kInt8) {
    std::copy_n(tensor.as<std::int8_t>(), values.size(), values.begin());
  } else {
    std::copy_n(tensor.as<std::uint8_t>(), values.size(), values.begin());
  }
  return values;
}

template <typename T>
T one_or_each(const std::vector<T>& values, std::size_t index, T if_empty) {
  if (values.empty()) return if_empty;
  return values.size() == 1 ? values[0] : values.at(index);
}

void store_byte(HostTensor& y, std::size_t index, std::int32_t value) {
  y.data[index] = static_cast<std::uint8_t>(value);
}

// Writes one output of a product: requantized, or raw when the operator has no scale. `sum` is without bias.
template <typename Product>
void store_product(const Product& op, std::size_t channel, std::int64_t sum, HostTensor& y, std::size_t index) {
  const std::int32_t v = wrap32(sum + one_or_each<std::int32_t>(op.bias, channel, 0));
  if (op.scale.empty()) {
    elements<std::int32_t>(y)[index] = v;
  } else {
    store_byte(y, index, requantize(v, one_or_each<float>(op.scale, channel, 1), op.output_zero_point, op.clamp));
  }
}

// One matrix of a stack of matrices.
TensorView matrix(const TensorView& stack, std::size_t index) {
  TensorView view = stack;
  const std::size_t rank = stack.shape.size();
  if (rank > 2) view.shape = {stack.shape[rank - 2], stack.shape[rank - 1]};
  if (rank == 1) view.shape = {stack.shape[0], 1};
  view.data = stack.data + index * static_cast<std::size_t>(element_count(view.shape)) * element_bytes(stack.type);
  return view;
}

Shape stack_shape(const Shape& shape) { return shape.size() > 2 ? Shape(shape.begin(), shape.end() - 2) : Shape{}; }

}  // namespace

void quantized_conv(const Conv& conv, const TensorView& x, const TensorView& w, HostTensor& y) {
  const auto [images, channels, height, width] = shape_nchw(x.shape);
  const auto [y_images, outputs, out_height, out_width] = shape_nchw(y.shape);
  const auto [w_outputs, group_channels, kernel_y, kernel_x] = shape_nchw(w.shape);
  invariant(y_images == images && w_outputs == outputs && group_channels * conv.group == channels,
            "the shapes of a convolution fit");
  const std::vector<std::int32_t> xv = widen(x), wv = widen(w);
  const std::int64_t group_outputs = outputs / conv.group;

  std::vector<std::int64_t> row(static_cast<std::size_t>(out_width));
  for (std::int64_t n = 0; n < images; ++n) {
    for (std::int64_t m = 0; m < outputs; ++m) {
      const std::int32_t w_zero = one_or_each<std::int32_t>(conv.weight_zero_point, static_cast<std::size_t>(m), 0);
      const std::int64_t first_channel = m / group_outputs * group_channels;
      for (std::int64_t oy = 0; oy < out_height; ++oy) {
        std::fill(row.begin(), row.end(), 0);
        for (std::int64_t c = 0; c < group_channels; ++c) {
          for (std::int64_t ky = 0; ky < kernel_y; ++ky) {
            const std::int64_t iy = oy * conv.stride[0] - conv.pad[0] + ky * conv.dilation[0];
            if (iy < 0 || iy >= height) continue;  // padding is the zero point and adds nothing
            const std::int32_t* line =
                &xv[static_cast<std::size_t>(((n * channels + first_channel + c) * height + iy) * width)];
            for (std::int64_t kx = 0; kx < kernel_x; ++kx) {
              const std::int64_t weight =
                  wv[static_cast<std::size_t>(((m * group_channels + c) * kernel_y + ky) * kernel_x + kx)] - w_zero;
              // 0 <= ox * stride + shift < width
              const std::int64_t shift = kx * conv.dilation[1] - conv.pad[1];
              const std::int64_t stride = conv.stride[1];
              const std::int64_t first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
              const std::int64_t last = shift >= width ? 0 : std::min(out_width, (width - 1 - shift) / stride + 1);
              for (std::int64_t ox = first; ox < last; ++ox) {
                row[static_cast<std::size_t>(ox)] += weight * (line[ox * stride + shift] - conv.input_zero_point);
              }
            }
          }
        }
        const std::int64_t base = ((n * outputs + m) * out_height + oy) * out_width;
        for (std::int64_t ox = 0; ox < out_width; ++ox) {
          store_product(conv, static_cast<std::size_t>(m), row[static_cast<std::size_t>(ox)], y,
                        static_cast<std::size_t>(base + ox));
        }
      }
    }
  }
}

void quantized_gemm(const Gemm& gemm, const TensorView& x, const TensorView& w, HostTensor& y) {
  const std::int64_t depth = w.shape.at(0), columns = w.shape.at(1);
  invariant(!x.shape.empty() && x.shape.back() == depth, "the shapes of a matrix product fit");
  const std::int64_t rows = static_cast<std::int64_t>(x.count()) / depth;
  const std::vector<std::int32_t> xv = widen(x), wv = widen(w);
  std::vector<std::int64_t> row(static_cast<std::size_t>(columns));
  std::vector<std::int32_t> w_zero(static_cast<std::size_t>(columns));
  for (std::size_t n = 0; n < w_zero.size(); ++n) w_zero[n] = one_or_each<std::int32_t>(gemm.weight_zero_point, n, 0);
  for (std::int64_t m = 0; m < rows; ++m) {
    std::fill(row.begin(), row.end(), 0);
    for (std::int64_t k = 0; k < depth; ++k) {
      const std::int64_t value = xv[static_cast<std::size_t>(m * depth + k)] - gemm.input_zero_point;
      const std::int32_t* weights = &wv[static_cast<std::size_t>(k * columns)];
      for (std::size_t n = 0; n < row.size(); ++n) row[n] += value * (weights[n] - w_zero[n]);
    }
    for (std::size_t n = 0; n < row.size(); ++n)
      store_product(gemm, n, row[n], y, static_cast<std::size_t>(m * columns) + n);
  }
}

void quantized_stacked_gemm(const Gemm& gemm, const TensorView& a, const TensorView& b, HostTensor& y) {
  const Shape a_stack = stack_shape(a.shape), b_stack = stack_shape(b.shape);
  Shape stack(std::max(a_stack.size(), b_stack.size()), 1);
  for (const Shape* operand : {&a_stack, &b_stack}) {
    for (std::size_t d = 0; d < operand->size(); ++d) {
      std::int64_t& size = stack[stack.size() - operand->size() + d];
      size = std::max(size, (*operand)[d]);
    }
  }
  const std::size_t matrices = static_cast<std::size_t>(element_count(stack));
  const std::size_t y_bytes = y.data.size() / matrices;
  for_each_broadcast(stack, a_stack, b_stack, [&](std::size_t iy, std::size_t ia, std::size_t ib) {
    TensorView left = a;
    if (a.shape.size() > 1) left = matrix(a, ia);
    const TensorView right = matrix(b, ib);
    const std::int64_t rows = left.shape.size() > 1 ? left.shape[0] : 1;
    HostTensor part = make_host_tensor(y.type, {rows, right.shape[1]});
    invariant(part.data.size() == y_bytes, "a stacked product has the inferred shape");
    quantized_gemm(gemm, left, right, part);
    std::copy(part.data.begin(), part.data.end(), y.data.begin() + static_cast<std::ptrdiff_t>(iy * y_bytes));
  });
}

void quantized_max_pool(const MaxPool& pool, const TensorView& x, HostTensor& y) {
  const auto [images, channels, height, width] = shape_nchw(x.shape);
  const auto [y_images, y_channels, out_height, out_width] = shape_nchw(y.shape);
  invariant(y_images == images && y_channels == channels, "the shapes of a pool fit");
  std::size_t index = 0;
  for (std::int64_t plane = 0; plane < images * channels; ++plane) {
    for (std::int64_t oy = 0; oy < out_height; ++oy) {
      for (std::int64_t ox = 0; ox < out_width; ++ox) {
        std::int64_t best = lowest_of(x.type);
        for (std::int64_t ky = 0; ky < pool.kernel[0]; ++ky) {
          for (std::int64_t kx = 0; kx < pool.kernel[1]; ++kx) {
            const std::int64_t iy = oy * pool.stride[0] - pool.pad[0] + ky * pool.dilation[0];
            const std::int64_t ix = ox * pool.stride[1] - pool.pad[1] + kx * pool.dilation[1];
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            best = std::max(best, x.integer(static_cast<std::size_t>((plane * height + iy) * width + ix)));
          }
        }
        const std::int64_t low = pool.clamp.low, high = pool.clamp.high;
        store_byte(y, index++, static_cast<std::int32_t>(std::min(std::max(best, low), high)));
      }
    }
  }
}

void quantized_average_pool(const AveragePool& pool, const TensorView& x, HostTensor& y) {
  const auto [images, channels, height, width] = shape_nchw(x.shape);
  const auto [y_images, y_channels, out_height, out_width] = shape_nchw(y.shape);
  invariant(y_images == images && y_channels == channels, "the shapes of a pool fit");
  const auto area = static_cast<float>(pool.kernel[0] * pool.kernel[1]);
  std::size_t index = 0;
  for (std::int64_t plane = 0; plane < images * channels; ++plane) {
    for (std::int64_t oy = 0; oy < out_height; ++oy) {
      for (std::int64_t ox = 0; ox < out_width; ++ox) {
        std::int64_t sum = 0;
        float float_sum = 0;
        for (std::int64_t ky = 0; ky < pool.kernel[0]; ++ky) {
          for (std::int64_t kx = 0; kx < pool.kernel[1]; ++kx) {
            const std::int64_t iy = oy * pool.stride[0] + ky, ix = ox * pool.stride[1] + kx;
            const auto value =
                static_cast<std::int32_t>(x.integer(static_cast<std::size_t>((plane * height + iy) * width + ix)));
            sum += value - pool.qx.zero_point;
            float_sum += dequantize(value, pool.qx);
          }
        }
        const float mean = float_sum / area, quotient = mean / pool.qy.scale;
        store_byte(y, index++,
                   pool.float_sums ? saturate_rounded(quotient + static_cast<float>(pool.qy.zero_point), 0, pool.clamp)
                                   : requantize(wrap32(sum), pool.scale, pool.qy.zero_point, pool.clamp));
      }
    }
  }
}

void compute(const Conv& op, const Operands& operands, HostTensor& y) {
  quantized_conv(op, operands.inputs[0], operands.tensors.at(op.weight), y);
}

void compute(const Gemm& op, const Operands& operands, HostTensor& y) {
  quantized_gemm(op, operands.inputs[0], operands.tensors.at(op.weight), y);
}

void compute(const MatMul& op, const Operands& operands, HostTensor& y) {
  Gemm gemm;
  gemm.input_zero_point = op.a_zero_point;
  gemm.weight_zero_point = {op.b_zero_point};
  gemm.scale = op.scale;
  gemm.output_zero_point = op.output_zero_point;
  gemm.clamp = op.clamp;
  quantized_stacked_gemm(gemm, operands.inputs[0], operands.inputs[1], y);
}

void compute(const Add& op, const Operands& operands, HostTensor& y) {
  const TensorView &a = operands.inputs[0], &b = operands.inputs[1];
  const AddFactors factors = add_factors(op.qa, op.qb, op.qy);
  for_each_broadcast(y.shape, a.shape, b.shape, [&](std::size_t iy, std::size_t ia, std::size_t ib) {
    store_byte(y, iy,
               add_quantized(static_cast<std::int32_t>(a.integer(ia)), static_cast<std::int32_t>(b.integer(ib)),
                             factors, op.clamp));
  });
}

void compute(const MaxPool& op, const Operands& operands, HostTensor& y) {
  quantized_max_pool(op, operands.inputs[0], y);
}

void compute(const AveragePool& op, const Operands& operands, HostTensor& y) {
  quantized_average_pool(op, operands.inputs[0], y);
}

void compute(const Lookup& op, const Operands& operands, HostTensor& y) {
  const TensorView& x = operands.inputs[0];
  invariant(op.table.size() == 256, "a lookup table has 256 entries");
  for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] = op.table[x.data[i]];
}

void compute(const Reshape&, const Operands& operands, HostTensor& y) {
  const TensorView& x = operands.inputs[0];
  invariant(x.count() * element_bytes(x.type) == y.data.size(), "a reshape keeps the elements");
  y.data.assign(x.data, x.data + y.data.size());
}

}  // namespace systole
