// SPDX-License-Identifier: Apache-2.0
#include "export/tensor_places.hpp"

#include <algorithm>

namespace systole::exporting {

using compiler::CompiledNetwork;
using compiler::TensorLayout;
using nlohmann::ordered_json;

namespace {

bool contains(const std::vector<TensorId>& list, TensorId t) {
  return std::find(list.begin(), list.end(), t) != list.end();
}

ordered_json layout_json(const TensorLayout& layout) {
  ordered_json json = {{"images", layout.images},
                       {"channels", layout.channels},
                       {"height", layout.height},
                       {"width", layout.width},
                       {"block", layout.block},
                       {"element_bytes", layout.element_bytes},
                       {"shape_order", layout.channels_last ? "image, y, x, channel" : "image, channel, y, x"}};
  if (layout.unrolled) {
    const compiler::Unrolled& u = *layout.unrolled;
    json["unrolled"] = {{"channels", u.channels}, {"width", u.width}, {"taps", u.taps},         {"stride", u.stride},
                        {"dilation", u.dilation}, {"pad", u.pad},     {"pad_byte", u.pad_value}};
  }
  return json;
}

}  // namespace

ordered_json tensor_places(const CompiledNetwork& network, const std::vector<TensorId>& tensors) {
  ordered_json list = ordered_json::array();
  const std::uint64_t base = network.base_address[static_cast<int>(isa::Base::kTensor)];
  for (const TensorId t : tensors) {
    const Tensor& tensor = network.network.tensors[t];
    const TensorLayout& layout = *network.layout[t];
    list.push_back({{"tensor", tensor.name},
                    {"network_input", contains(network.network.inputs, t)},
                    {"network_output", contains(network.network.outputs, t)},
                    {"type", element_name(tensor.type)},
                    {"shape", tensor.shape},
                    {"address", base + layout.offset},
                    {"bytes", layout.size_bytes()},
                    {"layout", layout_json(layout)}});
  }
  return list;
}

}  // namespace systole::exporting
