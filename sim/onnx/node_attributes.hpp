// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: a node's attributes, and the tensors that are attributes.
#pragma once

#include <optional>
#include <string>

#include "network/attributes.hpp"
#include "network/host_tensor.hpp"
#include "network/onnx_proto.hpp"

namespace systole {

// All but tensors. Errors (UserError, starting with `what`): an attribute of a kind that Systole does not have.
Attributes attributes_of(const onnx::NodeProto& node, const std::string& what);

// The output of a Constant node. Errors (UserError, starting with `what`): not exactly one attribute, or one of
// another name than value, value_int(s) and value_float(s).
HostTensor value_of_constant(const onnx::NodeProto& node, const std::string& what);

// The element of a ConstantOfShape node, if it has one; nothing: it fills with float zeros. Errors (UserError): not
// one element.
std::optional<HostTensor> fill_value(const onnx::NodeProto& node, const std::string& what);

}  // namespace systole
