// SPDX-License-Identifier: Apache-2.0
//
// The three instructions together, against a convolution written straight down over NHWC tensors:
// padding, strides, dilations, ragged channels, any zero points, signed and unsigned, one scale or
// one per channel.
#include <cmath>
#include <cstring>

#include "catch.hpp"
#include "models/chip/shipped_chip.hpp"
#include "reference/reference.hpp"
#include "support/error.hpp"
#include "support/random.hpp"

using namespace systole;
using namespace systole::reference;
using systole::testing::shipped_chip;
using systole::testing::tiny;

namespace {

struct Convolution {
  int height, width, channels, outputs;
  int kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x;
  int pad_top, pad_bottom, pad_left, pad_right;
  bool input_signed, weight_signed, output_signed, per_channel_zero_point, per_tensor_scale;
  int input_zero, output_zero;
  std::vector<int> weight_zero;    // [outputs]
  std::vector<int> input;          // [height][width][channels]
  std::vector<int> weights;        // [outputs][kernel_y][kernel_x][channels]
  std::vector<std::int32_t> bias;  // [outputs]
  std::vector<float> scale;        // [outputs]

  int padded_height() const { return height + pad_top + pad_bottom; }
  int padded_width() const { return width + pad_left + pad_right; }
  int out_height() const { return (padded_height() - (kernel_y - 1) * dilation_y - 1) / stride_y + 1; }
  int out_width() const { return (padded_width() - (kernel_x - 1) * dilation_x - 1) / stride_x + 1; }
  int weight(int o, int ky, int kx, int c) const {
    return weights[static_cast<std::size_t>(((o * kernel_y + ky) * kernel_x + kx) * channels + c)];
  }
};

int random_operand(Random& random, bool is_signed) {
  return static_cast<int>(is_signed ? random.between(-128, 127) : random.between(0, 255));
}

Convolution random_convolution(Random& random, int max_channels, int max_outputs, int lanes) {
  Convolution c;
  const auto small = [&](int high) { return static_cast<int>(random.between(1, high)); };
  c.height = small(9);
  c.width = small(9);
  c.channels = small(max_channels);
  c.outputs = lanes * small(max_outputs / lanes);
  c.kernel_y = small(3);
  c.kernel_x = small(3);
  c.stride_y = small(3);
  c.stride_x = small(3);
  c.dilation_y = small(2);
  c.dilation_x = small(2);
  for (int* pad : {&c.pad_top, &c.pad_bottom, &c.pad_left, &c.pad_right}) *pad = static_cast<int>(random.between(0, 2));
  for (bool* flag :
       {&c.input_signed, &c.weight_signed, &c.output_signed, &c.per_channel_zero_point, &c.per_tensor_scale})
    *flag = random.chance(50);
  c.input_zero = random_operand(random, c.input_signed);
  c.output_zero = random_operand(random, c.output_signed);
  c.input.resize(static_cast<std::size_t>(c.height * c.width * c.channels));
  for (int& x : c.input) x = random_operand(random, c.input_signed);
  c.weights.resize(static_cast<std::size_t>(c.outputs * c.kernel_y * c.kernel_x * c.channels));
  for (int& w : c.weights) w = random_operand(random, c.weight_signed);
  const int one_zero = random_operand(random, c.weight_signed);
  const auto one_bias = static_cast<std::int32_t>(random.between(-5000, 5000));
  const float one_scale = random.scale(-14, -8);
  for (int o = 0; o < c.outputs; ++o) {
    c.weight_zero.push_back(c.per_channel_zero_point ? random_operand(random, c.weight_signed) : one_zero);
    c.bias.push_back(c.per_tensor_scale ? one_bias : static_cast<std::int32_t>(random.between(-5000, 5000)));
    c.scale.push_back(c.per_tensor_scale ? one_scale : random.scale(-14, -8));
  }
  return c;
}

// [out_height][out_width][outputs]; a tap outside the image adds nothing.
std::vector<std::int32_t> convolve_naively(const Convolution& c) {
  std::vector<std::int32_t> sums;
  for (int y = 0; y < c.out_height(); ++y)
    for (int x = 0; x < c.out_width(); ++x)
      for (int o = 0; o < c.outputs; ++o) {
        std::int32_t sum = 0;
        for (int ky = 0; ky < c.kernel_y; ++ky)
          for (int kx = 0; kx < c.kernel_x; ++kx) {
            const int iy = y * c.stride_y + ky * c.dilation_y - c.pad_top,
                      ix = x * c.stride_x + kx * c.dilation_x - c.pad_left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            for (int ch = 0; ch < c.channels; ++ch)
              sum += (c.input[static_cast<std::size_t>((iy * c.width + ix) * c.channels + ch)] - c.input_zero) *
                     (c.weight(o, ky, kx, ch) - c.weight_zero[static_cast<std::size_t>(o)]);
          }
        sums.push_back(sum);
      }
  return sums;
}

// A product of two float32 is exact in double, so one conversion rounds it; rounding to an integer
// is done by hand.
int requantize_naively(std::int32_t v, float scale, int zero, bool is_signed) {
  const double scaled = static_cast<float>(static_cast<double>(static_cast<float>(v)) * static_cast<double>(scale));
  const double low = std::floor(scaled), rest = scaled - low;
  const bool up = rest > 0.5 || (rest == 0.5 && std::fmod(low, 2.0) != 0.0);
  const double result = low + (up ? 1 : 0) + zero;
  return static_cast<int>(std::min(std::max(result, is_signed ? -128.0 : 0.0), is_signed ? 127.0 : 255.0));
}

constexpr std::uint32_t kWeightsAt = 0x10000, kParametersAt = 0x20000, kOutputAt = 0x30000, kRawAt = 0x40000,
                        kDramBytes = 0x60000;

// The convolution as a program, and its operands in DRAM.
class Lowering {
 public:
  Lowering(const Convolution& convolution, const Chip& chip, Random& random)
      : c_(convolution),
        chip_(chip),
        random_(random),
        rows_(static_cast<int>(chip.array_rows)),
        cols_(static_cast<int>(chip.array_cols)),
        lanes_(static_cast<int>(chip.post_lanes)),
        k_c_((c_.channels + rows_ - 1) / rows_),
        n_((c_.outputs + cols_ - 1) / cols_),
        positions_(c_.out_height() * c_.out_width()) {}

  bool fits() const {
    if (c_.padded_height() < (c_.kernel_y - 1) * c_.dilation_y + 1 ||
        c_.padded_width() < (c_.kernel_x - 1) * c_.dilation_x + 1)
      return false;
    const int tile = rows_ + (c_.per_channel_zero_point ? 1 : 0);
    return activation_words() <= static_cast<int>(chip_.activation_words()) &&
           n_ * c_.kernel_y * c_.kernel_x * k_c_ * tile <= static_cast<int>(chip_.weight_words) &&
           positions_ <= static_cast<int>(chip_.accumulator_rows) &&
           n_ * positions_ <= 2 * static_cast<int>(chip_.accumulator_rows) &&
           c_.outputs / lanes_ <= static_cast<int>(chip_.parameter_words);
  }

  void run(MemoryImage& dram) {
    dram.assign(kDramBytes, 0);
    for (auto& byte : dram) byte = static_cast<std::uint8_t>(random_.bits());
    write_operands(dram);
    std::vector<isa::Instruction> list;
    load_input(list);
    load_bytes(list, isa::Buffer::kWeight, isa::Base::kWeight, weight_bytes_);
    load_bytes(list, isa::Buffer::kParameter, isa::Base::kParameter, static_cast<std::uint32_t>(c_.outputs * 8));
    list.push_back(matrix());
    if (c_.outputs % cols_ == 0) {
      list.push_back(store_all(false));
      list.push_back(store_all(true));
    } else {
      for (int block = 0; block < n_; ++block) {
        list.push_back(store_block(block, false));
        list.push_back(store_block(block, true));
      }
    }
    ReferenceChip reference(chip_);
    reference.set_base(isa::Base::kTensor, 0);
    reference.set_base(isa::Base::kWeight, kWeightsAt);
    reference.set_base(isa::Base::kParameter, kParametersAt);
    // What the encoding carries is what runs.
    for (const auto& instruction : list) reference.execute(isa::decode(isa::encode(instruction)), dram);
  }

 private:
  int activation_words() const { return c_.padded_height() * c_.padded_width() * k_c_; }

  void write_operands(MemoryImage& dram) {
    for (std::size_t i = 0; i < c_.input.size(); ++i) dram[i] = static_cast<std::uint8_t>(c_.input[i]);
    std::uint32_t at = kWeightsAt;
    for (int n = 0; n < n_; ++n)
      for (int ky = 0; ky < c_.kernel_y; ++ky)
        for (int kx = 0; kx < c_.kernel_x; ++kx)
          for (int kc = 0; kc < k_c_; ++kc)
            for (int r = c_.per_channel_zero_point ? -1 : 0; r < rows_; ++r)
              for (int col = 0; col < cols_; ++col, ++at) {
                const int o = n * cols_ + col, ch = kc * rows_ + r;
                if (o >= c_.outputs || ch >= c_.channels) continue;  // noise stays: it must not matter
                dram[at] = static_cast<std::uint8_t>(r < 0 ? c_.weight_zero[static_cast<std::size_t>(o)]
                                                           : c_.weight(o, ky, kx, ch));
              }
    weight_bytes_ = at - kWeightsAt;
    for (int o = 0; o < c_.outputs; ++o) {
      std::memcpy(&dram[kParametersAt + static_cast<std::uint32_t>(o) * 8], &c_.bias[static_cast<std::size_t>(o)], 4);
      std::memcpy(&dram[kParametersAt + static_cast<std::uint32_t>(o) * 8 + 4], &c_.scale[static_cast<std::size_t>(o)],
                  4);
    }
  }

  void load_input(std::vector<isa::Instruction>& list) const {
    const int row_words = c_.padded_width() * k_c_;
    isa::Load load;
    load.pad_value = static_cast<std::uint8_t>(c_.input_zero);
    if (c_.channels % rows_ == 0) {  // an image row is one run
      load.run_bytes = static_cast<std::uint32_t>(c_.width * c_.channels);
      load.count[0] = static_cast<std::uint16_t>(c_.height);
      load.dram_stride[0] = c_.width * c_.channels;
      load.dst_stride[0] = row_words;
      load.pad_top = static_cast<std::uint16_t>(c_.pad_top);
      load.pad_bottom = static_cast<std::uint16_t>(c_.pad_bottom);
      load.pad_left = static_cast<std::uint16_t>(c_.pad_left * k_c_);
      load.pad_right = static_cast<std::uint16_t>(c_.pad_right * k_c_);
      list.push_back(load);
      return;
    }
    isa::Load padding = load;  // everything is padding, then the pixels one by one
    padding.count[0] = 0;
    padding.pad_bottom = 1;
    padding.pad_left = static_cast<std::uint16_t>(activation_words() - 1);
    list.push_back(padding);
    load.run_bytes = static_cast<std::uint32_t>(c_.channels);
    load.count = {static_cast<std::uint16_t>(c_.width), static_cast<std::uint16_t>(c_.height), 1};
    load.dram_stride = {c_.channels, c_.width * c_.channels, 0};
    load.dst_stride = {k_c_, row_words, 0};
    load.dst_base = static_cast<std::uint32_t>(c_.pad_top * row_words + c_.pad_left * k_c_);
    list.push_back(load);
  }

  static void load_bytes(std::vector<isa::Instruction>& list, isa::Buffer buffer, isa::Base base, std::uint32_t bytes) {
    isa::Load load;
    load.buffer = buffer;
    load.base = base;
    load.run_bytes = bytes;
    list.push_back(load);
  }

  isa::Matrix matrix() const {
    const int row_words = c_.padded_width() * k_c_;
    isa::Matrix m;
    m.activation_signed = c_.input_signed;
    m.weight_signed = c_.weight_signed;
    m.per_column_zero_point = c_.per_channel_zero_point;
    m.activation_zero_point = static_cast<std::uint8_t>(c_.input_zero);
    m.weight_zero_point = static_cast<std::uint8_t>(c_.per_channel_zero_point ? 0x55 : c_.weight_zero[0]);
    m.m_y = static_cast<std::uint16_t>(c_.out_height());
    m.m_x = static_cast<std::uint16_t>(c_.out_width());
    m.k_y = static_cast<std::uint16_t>(c_.kernel_y);
    m.k_x = static_cast<std::uint16_t>(c_.kernel_x);
    m.k_c = static_cast<std::uint16_t>(k_c_);
    m.n = static_cast<std::uint16_t>(n_);
    m.activation_stride_y = c_.stride_y * row_words;
    m.activation_stride_x = c_.stride_x * k_c_;
    m.activation_stride_ky = c_.dilation_y * row_words;
    m.activation_stride_kx = c_.dilation_x * k_c_;
    m.activation_stride_kc = 1;
    m.accumulator_base = 11;
    m.accumulator_stride_n = positions_;
    return m;
  }

  isa::Store store_common(bool raw) const {
    isa::Store s;
    s.raw = raw;
    s.requantize = !raw;
    s.mid_signed = c_.output_signed;
    s.mid_zero_point = static_cast<std::uint8_t>(c_.output_zero);
    s.clamp_low = c_.output_signed ? -128 : 0;
    s.clamp_high = c_.output_signed ? 127 : 255;
    s.parameter_per_tensor = c_.per_tensor_scale;
    s.count[1] = static_cast<std::uint16_t>(positions_);
    s.source_stride[1] = cols_ / lanes_;
    s.dst_stride[0] = c_.outputs * (raw ? 4 : 1);
    return s;
  }

  isa::Store store_block(int block, bool raw) const {
    isa::Store s = store_common(raw);
    const int groups = std::min(cols_, c_.outputs - block * cols_) / lanes_;
    s.groups = static_cast<std::uint16_t>(groups);
    s.source_base = static_cast<std::uint32_t>((11 + block * positions_) * (cols_ / lanes_));
    s.dst_base = (raw ? kRawAt : kOutputAt) + static_cast<std::uint32_t>(block * cols_ * (raw ? 4 : 1));
    s.parameter_base = static_cast<std::uint16_t>(c_.per_tensor_scale ? 0 : block * cols_ / lanes_);
    return s;
  }

  isa::Store store_all(bool raw) const {  // the blocks are dimension 2
    isa::Store s = store_common(raw);
    s.groups = static_cast<std::uint16_t>(cols_ / lanes_);
    s.count[2] = static_cast<std::uint16_t>(n_);
    s.source_base = static_cast<std::uint32_t>(11 * (cols_ / lanes_));
    s.source_stride[2] = positions_ * (cols_ / lanes_);
    s.dst_base = raw ? kRawAt : kOutputAt;
    s.dst_stride[1] = cols_ * (raw ? 4 : 1);
    s.parameter_stride_2 = static_cast<std::uint16_t>(cols_ / lanes_);
    return s;
  }

  const Convolution& c_;
  const Chip& chip_;
  Random& random_;
  int rows_, cols_, lanes_, k_c_, n_, positions_;
  std::uint32_t weight_bytes_ = 0;
};

}  // namespace

TEST_CASE(
    "random convolutions through load, matrix and store match a naive convolution in every "
    "element") {
  const std::uint64_t seed = 77;
  CAPTURE(seed);
  for (const char* name : {"tiny", "edge16", "edge32"}) {
    const Chip chip = shipped_chip(name);
    Random random(seed);
    int done = 0, ragged = 0, padded = 0, blocks = 0;
    std::uint64_t inside = 0, elements = 0;
    while (done < (std::string(name) == "tiny" ? 300 : 60)) {
      const int lanes = static_cast<int>(chip.post_lanes);
      const Convolution c = random_convolution(random, static_cast<int>(2 * chip.array_rows + 3),
                                               static_cast<int>(3 * chip.array_cols), lanes);
      Lowering lowering(c, chip, random);
      if (!lowering.fits()) continue;
      CAPTURE(name, done, c.height, c.width, c.channels, c.outputs, c.kernel_y, c.kernel_x);
      MemoryImage dram;
      lowering.run(dram);
      const auto sums = convolve_naively(c);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::size_t o = i % static_cast<std::size_t>(c.outputs);
        std::int32_t raw;
        std::memcpy(&raw, &dram[kRawAt + 4 * i], 4);
        if (raw != sums[i]) FAIL("raw element " << i << ": expected " << sums[i] << ", got " << raw);
        const int expected = requantize_naively(sums[i] + c.bias[o], c.scale[o], c.output_zero, c.output_signed);
        const std::uint8_t byte = dram[kOutputAt + i];
        const int got = c.output_signed ? static_cast<std::int8_t>(byte) : byte;
        if (got != expected) FAIL("element " << i << ": expected " << expected << ", got " << got);
        inside += expected > (c.output_signed ? -128 : 0) && expected < (c.output_signed ? 127 : 255);
      }
      ++done;
      elements += sums.size();
      ragged += c.channels % static_cast<int>(chip.array_rows) != 0;
      padded += c.pad_top + c.pad_left > 0;
      blocks += c.outputs > static_cast<int>(chip.array_cols);
    }
    CHECK(ragged > done / 4);
    CHECK(ragged < done);
    CHECK(padded > done / 2);
    CHECK(blocks > done / 4);
    CHECK(inside > elements / 2);  // not all saturated
  }
}

TEST_CASE("accumulate adds to what is there and wraps, otherwise the first pass overwrites") {
  const Chip chip = tiny();
  ReferenceChip reference(chip);
  MemoryImage dram(64, 0x80);  // -128 everywhere
  isa::Load load;
  load.run_bytes = 64;
  reference.execute(isa::Instruction(load), dram);
  load.buffer = isa::Buffer::kWeight;
  reference.execute(isa::Instruction(load), dram);
  isa::Matrix m;
  m.activation_zero_point = m.weight_zero_point = 127;  // (-255) * (-255) * 4 rows
  m.accumulator_base = 127;                             // the last row; the next is row 0
  m.m_x = 2;
  const std::int64_t product = 255 * 255 * 4;
  reference.execute(isa::Instruction(m), dram);
  CHECK(reference.accumulators()[127 * 4 + 3] == product);
  CHECK(reference.accumulators()[0] == product);
  CHECK(reference.accumulators()[4] == 0);
  m.k_c = 3;
  m.activation_stride_kc = 1;
  m.weight_base = 1024 - 4;  // one tile at the end of the buffer, then from its start: both zeros and -128
  reference.execute(isa::Instruction(m), dram);
  const std::int64_t with_zero_tile = std::int64_t{-255} * (0 - 127) * 4 + 2 * product;
  CHECK(reference.accumulators()[0] == with_zero_tile);
  m.weight_base = 0;
  m.accumulate = true;
  std::int64_t expected = with_zero_tile;
  for (int i = 0; i < 3000; ++i) {
    reference.execute(isa::Instruction(m), dram);
    expected += 3 * product;
  }
  CHECK(expected > std::numeric_limits<std::int32_t>::max());
  CHECK(reference.accumulators()[0] == static_cast<std::int32_t>(static_cast<std::uint32_t>(expected)));
  m.accumulate = false;
  reference.execute(isa::Instruction(m), dram);
  CHECK(reference.accumulators()[0] == 3 * product);
}
