// SPDX-License-Identifier: Apache-2.0
#include "sim/quantize/float_networks.hpp"

#include <cmath>

namespace systole::test {

std::vector<float> normal_values(std::mt19937& random, std::size_t count, float deviation) {
  // Sum of twelve uniform values: the same on every platform.
  std::vector<float> values(count);
  for (float& value : values) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random() / 4294967296.0;
    value = static_cast<float>(sum) * deviation;
  }
  return values;
}

OnnxGraph loaded(const ModelBuilder& builder) { return builder.load(); }

std::string add_conv(ModelBuilder& builder, std::mt19937& random, const std::string& input, const std::string& output,
                     std::int64_t channels_in, std::int64_t channels_out, std::int64_t kernel) {
  const auto inputs = static_cast<std::size_t>(channels_in * kernel * kernel),
             outputs = static_cast<std::size_t>(channels_out);
  builder.floats(output + "_w", {channels_out, channels_in, kernel, kernel},
                 normal_values(random, inputs * outputs, 1.0f / std::sqrt(static_cast<float>(inputs))));
  builder.floats(output + "_b", {channels_out}, normal_values(random, outputs, 0.1f));
  builder.node("Conv", {input, output + "_w", output + "_b"}, {output})
      .ints("kernel_shape", {kernel, kernel})
      .ints("pads", std::vector<std::int64_t>(4, kernel / 2));
  return output;
}

ModelBuilder small_resnet(std::uint32_t seed, int opset) {
  std::mt19937 random(seed);
  ModelBuilder b(opset);
  b.input("image", ElementType::kFloat32, {1, 3, 16, 16});
  add_conv(b, random, "image", "conv1", 3, 16);
  b.floats("bn_scale", {16}, normal_values(random, 16, 0.2f)).floats("bn_bias", {16}, normal_values(random, 16, 0.2f));
  b.floats("bn_mean", {16}, normal_values(random, 16, 0.2f)).floats("bn_var", {16}, std::vector<float>(16, 0.7f));
  b.node("BatchNormalization", {"conv1", "bn_scale", "bn_bias", "bn_mean", "bn_var"}, {"bn1"});
  b.node("Relu", {"bn1"}, {"relu1"});
  b.node("MaxPool", {"relu1"}, {"pool"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
  add_conv(b, random, "pool", "conv2", 16, 16);
  b.node("Add", {"conv2", "pool"}, {"sum"});
  b.node("Relu", {"sum"}, {"relu2"});
  b.node("GlobalAveragePool", {"relu2"}, {"average"});
  b.node("Flatten", {"average"}, {"flat"});
  b.floats("fc_w", {10, 16}, normal_values(random, 160, 0.5f)).floats("fc_b", {10}, normal_values(random, 10, 0.1f));
  b.node("Gemm", {"flat", "fc_w", "fc_b"}, {"logits"}).integer("transB", 1);
  b.node("Softmax", {"logits"}, {"probabilities"});
  b.output("logits", ElementType::kFloat32, {1, 10});
  b.output("probabilities", ElementType::kFloat32, {1, 10});
  return b;
}

}  // namespace systole::test
