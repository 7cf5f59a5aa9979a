// SPDX-License-Identifier: Apache-2.0
#include "scalesim/topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "network/message_text.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/printable.hpp"
#include "support/work/memory.hpp"

namespace systole::topology {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostFileBytes = 16 << 20;
constexpr std::int64_t kMostDimension = 65535, kMostElements = std::int64_t{1} << 28,
                       kMostElementsInAll = std::int64_t{1} << 32;

const std::vector<std::string> kConvolution = {"IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width",
                                               "Channels",     "Num Filter",  "Strides"};
const std::vector<std::string> kProduct = {"M", "N", "K"};

struct Line {
  std::size_t number = 0;
  std::vector<std::string> fields;
};

class Reader {
 public:
  Reader(const fs::path& file, std::optional<std::uint32_t> seed, Rounding rounding, std::uint64_t most_weight_bytes)
      : file_(file.string()), seed_(seed), rounding_(rounding), most_weight_bytes_(most_weight_bytes) {
    network_.name = printable(file.stem().string());
  }

  Network read() {
    const std::vector<Line> lines = split(read_whole_file(file_, kMostFileBytes));
    if (lines.empty()) throw UserError(file_ + ": no layers");
    const bool product = lines[0].fields.size() > 1 && boost::algorithm::iequals(lines[0].fields[1], "M");
    const std::vector<std::string>& columns = product ? kProduct : kConvolution;
    check_header(lines[0], columns);
    if (lines.size() == 1) throw UserError(file_ + ": no layers after the header");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::vector<std::int64_t> v = values(lines[i], columns, product, lines[0]);
      const std::string name = unique_name(lines[i]);
      product ? add_product(name, v, lines[i]) : add_convolution(name, v, lines[i]);
    }
    draw_weights();
    return std::move(network_);
  }

 private:
  static std::vector<Line> split(const std::string& text) {
    std::vector<Line> lines;
    std::istringstream stream(text);
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
      ++number;
      boost::algorithm::trim(line);
      if (line.empty() || line.find_first_not_of(", \t") == std::string::npos) continue;
      Line entry;
      entry.number = number;
      boost::algorithm::split(entry.fields, line, [](char c) { return c == ','; });
      for (std::string& field : entry.fields) boost::algorithm::trim(field);
      lines.push_back(std::move(entry));
    }
    return lines;
  }

  std::string at(const Line& line) const { return fmt::format("{}: line {}", file_, line.number); }

  void check_header(const Line& header, const std::vector<std::string>& columns) const {
    // SCALE-Sim does not read the header; its own files spell and count columns in several ways, but always as many.
    if (header.fields.size() < columns.size() + 1)
      throw UserError(fmt::format(
          "{}: the header has {} columns; a convolution file has: Layer name, {}; a product file: Layer, {}",
          at(header), header.fields.size(), boost::algorithm::join(kConvolution, ", "),
          boost::algorithm::join(kProduct, ", ")));
  }

  // The needed columns, then for a convolution the stride along x.
  std::vector<std::int64_t> values(const Line& line, const std::vector<std::string>& columns, bool product,
                                   const Line& header) const {
    if (line.fields.size() < columns.size() + 1)
      throw UserError(fmt::format("{}: {} columns; {} are needed", at(line), line.fields.size(), columns.size() + 1));
    std::vector<std::int64_t> numbers;
    for (std::size_t c = 0; c < columns.size(); ++c)
      numbers.push_back(number(line, columns[c], line.fields[c + 1], kMostDimension));
    std::size_t field = columns.size() + 1;
    const auto is_sparsity = [](const std::string& text) { return text.find(':') != std::string::npos; };
    if (!product) {
      const bool has_stride =
          field < line.fields.size() && !line.fields[field].empty() && !is_sparsity(line.fields[field]);
      numbers.push_back(has_stride ? number(line, "Stride Width", line.fields[field], kMostDimension) : numbers[6]);
      if (has_stride) ++field;
    }
    bool has_sparsity = false, has_batch = !product;  // SCALE-Sim has a Batch for products only
    for (; field < line.fields.size(); ++field) {
      const std::string& text = line.fields[field];
      if (text.empty()) continue;
      if (!has_sparsity && !(product && has_batch) && is_sparsity(text)) {
        check_dense(line, text);
        has_sparsity = true;
      } else if (!has_batch) {
        number(line, "Batch", text, 1);
        has_batch = true;
      } else {
        const std::string name = field < header.fields.size() ? header.fields[field] : "";
        throw UserError(fmt::format("{}: column {} ({}) is {}; what it means is not known", at(line), field + 1,
                                    in_quotes(name), in_quotes(text)));
      }
    }
    return numbers;
  }

  std::int64_t number(const Line& line, const std::string& column, const std::string& field, std::int64_t most) const {
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(field.c_str(), &end, 10);
    if (field.empty() || *end != '\0' || errno != 0 || value < 1 || value > most)
      throw UserError(most == 1
                          ? fmt::format("{}: {} is {}; only 1 is allowed", at(line), column, in_quotes(field))
                          : fmt::format("{}: {} is {}; allowed are 1 to {}", at(line), column, in_quotes(field), most));
    return value;
  }

  // N:M says that N of M weights are not zero. The chip has no use for that; N:N is a dense layer.
  void check_dense(const Line& line, const std::string& text) const {
    const std::size_t colon = text.find(':');
    const std::int64_t n = number(line, "Sparsity", boost::algorithm::trim_copy(text.substr(0, colon)), kMostDimension),
                       m = number(line, "Sparsity", boost::algorithm::trim_copy(text.substr(colon + 1)),
                                  kMostDimension);
    if (n != m)
      throw UserError(fmt::format("{}: Sparsity is {}; only dense layers are allowed, 1:1", at(line), in_quotes(text)));
  }

  // Equal names are told apart by a number, which goes on from the last one.
  std::string unique_name(const Line& line) {
    const std::string name = line.fields[0].empty() ? fmt::format("layer{}", line.number) : printable(line.fields[0]);
    std::string unique = name;
    for (int& n = numbers_[name]; !names_.insert(unique).second;) unique = fmt::format("{}_{}", name, ++n + 1);
    return unique;
  }

  TensorId add_tensor(const std::string& name, const Shape& shape, bool is_constant, const Line& line) {
    std::int64_t count = 1;
    for (std::int64_t d : shape) count = std::min(count * d, kMostElements + 1);
    if (count > kMostElements)
      throw UserError(fmt::format("{}: {} has the shape {}; at most {} elements are allowed", at(line), name,
                                  shape_text(shape), kMostElements));
    elements_ += count;
    if (elements_ > kMostElementsInAll)
      throw UserError(fmt::format("{}: with {} the layers have {} elements in all; at most {} are allowed", at(line),
                                  name, elements_, kMostElementsInAll));
    Tensor tensor{name, ElementType::kInt8, shape, {}, is_constant};
    network_.tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(network_.tensors.size() - 1);
  }

  // Behind all layers, as their sum is known then.
  void draw_weights() {
    std::uint64_t weights = 0;
    for (const Tensor& tensor : network_.tensors)
      if (tensor.is_constant) weights += tensor.size_bytes();
    if (weights > most_weight_bytes_)
      throw UserError(
          fmt::format("{}: the weights of all layers take {} bytes; the chip's DRAM, memory.size_bytes, has {}", file_,
                      weights, most_weight_bytes_));
    if (!seed_) return;
    boost::random::mt19937 random(*seed_);
    check_memory(file_ + ": the tensors of all layers, and the chip's copy of the weights",
                 static_cast<std::uint64_t>(elements_) + weights);
    for (Tensor& tensor : network_.tensors) {
      if (!tensor.is_constant) continue;
      tensor.data.resize(static_cast<std::size_t>(element_count(tensor.shape)));
      for (std::uint8_t& byte : tensor.data) byte = static_cast<std::uint8_t>(random() >> 24);
    }
  }

  // Sums of random bytes spread as the root of their number: this keeps the outputs within int8.
  static float scale(std::int64_t depth) { return 1.0f / (128.0f * std::sqrt(static_cast<float>(depth))); }

  template <typename T>
  void add_layer(const std::string& name, const char* operator_name, std::uint64_t macs, T operation) {
    network_.inputs.push_back(operation.input);
    network_.outputs.push_back(operation.output);
    network_.nodes.push_back({name, operator_name, macs, std::move(operation)});
  }

  void add_convolution(const std::string& name, const std::vector<std::int64_t>& v, const Line& line) {
    const std::int64_t height = v[0], width = v[1], kernel_y = v[2], kernel_x = v[3], channels = v[4], filters = v[5],
                       stride_y = v[6], stride_x = v[7];
    // SCALE-Sim takes a layer with DP in its name channel by channel, each with all filters.
    const bool depthwise = name.find("DP") != std::string::npos;
    const std::int64_t groups = depthwise ? channels : 1, outputs = filters * groups, depth = channels / groups;
    if (kernel_y > height || kernel_x > width)
      throw UserError(fmt::format("{}: the filter, {}x{}, is larger than the IFMAP, {}x{}", at(line), kernel_y,
                                  kernel_x, height, width));
    const bool up = rounding_ == Rounding::kUp;
    const std::int64_t rows = (height - kernel_y + (up ? stride_y - 1 : 0)) / stride_y + 1,
                       columns = (width - kernel_x + (up ? stride_x - 1 : 0)) / stride_x + 1;
    Conv conv;
    conv.input = add_tensor(name + ".ifmap", {1, channels, height, width}, false, line);
    conv.weight = add_tensor(name + ".filter", {outputs, depth, kernel_y, kernel_x}, true, line);
    conv.output = add_tensor(name + ".ofmap", {1, outputs, rows, columns}, false, line);
    conv.weight_zero_point = {0};
    conv.group = groups;
    conv.stride = {stride_y, stride_x};
    // Rounded up, the last window reaches beyond the image; rounded down, never.
    conv.pad = {0, 0, std::max<std::int64_t>(0, (rows - 1) * stride_y + kernel_y - height),
                std::max<std::int64_t>(0, (columns - 1) * stride_x + kernel_x - width)};
    conv.scale = {scale(depth * kernel_y * kernel_x)};
    add_layer(
        name, "Conv",
        static_cast<std::uint64_t>(rows * columns) * static_cast<std::uint64_t>(outputs * depth * kernel_y * kernel_x),
        std::move(conv));
  }

  void add_product(const std::string& name, const std::vector<std::int64_t>& v, const Line& line) {
    const std::int64_t m = v[0], n = v[1], k = v[2];
    Gemm gemm;
    gemm.input = add_tensor(name + ".a", {m, k}, false, line);
    gemm.weight = add_tensor(name + ".b", {k, n}, true, line);
    gemm.output = add_tensor(name + ".c", {m, n}, false, line);
    gemm.weight_zero_point = {0};
    gemm.scale = {scale(k)};
    add_layer(name, "Gemm",
              static_cast<std::uint64_t>(m) * static_cast<std::uint64_t>(n) * static_cast<std::uint64_t>(k),
              std::move(gemm));
  }

  std::string file_;
  std::optional<std::uint32_t> seed_;  // of the weights; nothing for none
  Rounding rounding_;
  std::uint64_t most_weight_bytes_;
  Network network_;
  std::unordered_set<std::string> names_;
  std::unordered_map<std::string, int> numbers_;  // that each name has taken
  std::int64_t elements_ = 0;                     // of all tensors
};

}  // namespace

bool is_topology_file(const fs::path& file) { return boost::algorithm::iequals(file.extension().string(), ".csv"); }

Network read_topology(const fs::path& file, std::optional<std::uint32_t> seed, Rounding rounding,
                      std::uint64_t most_weight_bytes) {
  return Reader(file, seed, rounding, most_weight_bytes).read();
}

}  // namespace systole::topology
