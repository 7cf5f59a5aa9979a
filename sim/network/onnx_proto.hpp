// SPDX-License-Identifier: Apache-2.0
//
// Forward declarations of ONNX's messages, for headers: the definitions are slow to compile, and only sources need
// them.
#pragma once

namespace onnx {
class AttributeProto;
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
class TypeProto;
class ValueInfoProto;
}  // namespace onnx
