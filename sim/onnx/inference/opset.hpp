// SPDX-License-Identifier: Apache-2.0
//
// Operator sets that the reader knows, and what changed between them and the library's.
#pragma once

#include <cstdint>
#include <string>

#include "network/onnx_proto.hpp"

namespace systole {

// Of the default domain. Later ones differ in operators that Systole does not have; what differs in those that it has
// is translated by `adapt_to_known_opset`.
constexpr std::int64_t kMinOpset = 6, kMaxOpset = 24;

// Rewrites what changed after operator set 17, the last one that the library has: attributes of newer operators that
// hold their neutral value are dropped. Returns the operator set to check against. Errors (UserError, starting with
// `what`): such an attribute with another value.
int adapt_to_known_opset(onnx::NodeProto& node, std::int64_t opset, const std::string& what);

}  // namespace systole
