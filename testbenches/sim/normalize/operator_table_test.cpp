// SPDX-License-Identifier: Apache-2.0
//
// The table of ONNX operators against what the host has, and in itself.
#include "normalize/operator_table.hpp"

#include <algorithm>

#include "catch.hpp"
#include "host/call.hpp"

using namespace systole;

TEST_CASE("every operator of the host has a row, or is on the list of those that need none") {
  std::vector<std::string> known = host_only_operators();
  for (const OperatorRule& rule : operator_rules()) known.push_back(rule.name);
  std::sort(known.begin(), known.end());
  CHECK(std::adjacent_find(known.begin(), known.end()) == known.end());
  CHECK(known == host_operator_names());
}

TEST_CASE("a row is found by its name and says something") {
  for (const OperatorRule& rule : operator_rules()) {
    INFO(rule.name);
    CHECK(find_operator_rule(rule.name) == &rule);
    CHECK((rule.chain_role != ChainRole::kNone || rule.direct != nullptr || rule.moves != nullptr ||
           rule.computes != nullptr));
    CHECK((rule.moves == nullptr || rule.computes == nullptr));
  }
  CHECK(find_operator_rule("NoSuchOperator") == nullptr);
}

TEST_CASE("what the quantizer puts in int8 is translated back to an operator in int8") {
  for (const OperatorRule& rule : operator_rules()) {
    INFO(rule.name);
    const bool asks = rule.int8_form == Int8Form::kArithmetic || rule.int8_form == Int8Form::kInContext;
    CHECK(asks == (rule.fits_int8 != nullptr));
    if (asks) CHECK(rule.computes != nullptr);
    if (rule.int8_form == Int8Form::kTable)
      CHECK((rule.chain_role == ChainRole::kUnary || rule.chain_role == ChainRole::kLimit));
    if (rule.int8_form == Int8Form::kConcatenation) CHECK(rule.moves != nullptr);
    if (rule.int8_form == Int8Form::kMovement)
      CHECK((rule.moves != nullptr || rule.chain_role == ChainRole::kReshape || rule.chain_role == ChainRole::kCopy));
  }
}
