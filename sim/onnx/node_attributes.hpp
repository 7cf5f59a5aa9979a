// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: a node's attributes, and the tensors that are attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/attributes.hpp"
#include "network/host_tensor.hpp"
#include "network/onnx_proto.hpp"
#include "onnx/weights/weight_source.hpp"

namespace systole {

// All but tensors. Errors (UserError, starting with `what`): an attribute of a kind that Systole does not have.
Attributes attributes_of(const onnx::NodeProto& node, const std::string& what);

// Errors (UserError, starting with `what`): a value outside int32. No attribute has a meaning there, and libraries cut the
// upper half off. All 64 bits may be used by Constant, and by the starts, ends and steps of Slice.
void check_integers(const std::string& operator_name, const std::string& attribute,
                    const std::vector<std::int64_t>& values, const std::string& what);

// The output of a Constant node. Errors (UserError, starting with `what`): not exactly one attribute, or one of
// another name than value, value_int(s) and value_float(s).
HostTensor value_of_constant(const onnx::NodeProto& node, const std::string& what, WeightSource& weights);

// The element of a ConstantOfShape node, if it has one; nothing: it fills with float zeros. Errors (UserError): not
// one element.
std::optional<HostTensor> fill_value(const onnx::NodeProto& node, const std::string& what);

}  // namespace systole
