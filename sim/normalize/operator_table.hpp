// SPDX-License-Identifier: Apache-2.0
//
// What normalization and the quantizer know of the ONNX operators: one row for each, no lists elsewhere.
#pragma once

#include <string>
#include <vector>

#include "network/network.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

class RawGraph;
class QuantizedOutput;

// What an operator is between the one that computes and QuantizeLinear.
enum class ChainRole {
  kNone,     // the chain ends before it
  kUnary,    // a function of each element
  kLimit,    // such a function that limits the values: it can become a clamp
  kBinary,   // a function of each element if the other operand is one constant
  kReshape,  // the same elements in another shape
  kCopy,     // nothing
};

// What the quantizer makes of the float operator.
enum class Int8Form {
  kNone,           // it stays float
  kArithmetic,     // computes in int8 if `fits_int8` says so
  kInContext,      // likewise, if one of its inputs comes in int8
  kConcatenation,  // joins tensors that get one scale
  kMovement,       // chooses or moves values: one scale on both sides
  kTable,          // a table, if its input comes in int8
};

struct OperatorRule {
  std::string name;
  ChainRole chain_role = ChainRole::kNone;
  // The parts of operators/operators.hpp that the operator has; null: it has no such part.
  bool (*direct)(RawGraph&, const OnnxNode&, std::vector<Node>&) = nullptr;
  void (*moves)(QuantizedOutput&, const OnnxNode&) = nullptr;     // qdq_ part that any chain may follow
  void (*computes)(QuantizedOutput&, const OnnxNode&) = nullptr;  // qdq_ part that limits may follow, read once
  Int8Form int8_form = Int8Form::kNone;
  bool (*fits_int8)(const std::vector<Tensor>&, const OnnxNode&) = nullptr;
};

const std::vector<OperatorRule>& operator_rules();
// Null for an operator without a row.
const OperatorRule* find_operator_rule(const std::string& operator_name);

// Operators that have no row on purpose: they run on the host as they are. Each operator of the host has a row or is
// here.
const std::vector<std::string>& host_only_operators();

}  // namespace systole
