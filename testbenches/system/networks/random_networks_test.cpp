// SPDX-License-Identifier: Apache-2.0
//
// Do RTL, reference, cycle model and ONNX's arithmetic agree on operators of any shape? SYSTOLE_SEED chooses other networks.
#include "system/networks/random_networks.hpp"

#include "catch.hpp"

using namespace systole::test;

TEST_CASE("random convolutions agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kConvolution, 400, false});
}
TEST_CASE("random convolutions in groups agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kGroups, 200, false});
}
TEST_CASE("random matrix products agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kGemm, 300, false});
}
TEST_CASE("random products of activations agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kMatMul, 300, false});
}
TEST_CASE("random products of activations agree in every byte and every cycle on edge16") {
  run_random_networks("edge16", {Kind::kMatMul, 60, false});
}
TEST_CASE("random adds agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kAdd, 80, false});
}
TEST_CASE("random max pools agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kMaxPool, 80, false});
}
TEST_CASE("random average pools agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kAveragePool, 80, false});
}
TEST_CASE("random parts of tensors agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kParts, 80, false});
}
TEST_CASE("random parts of tensors agree in every byte and every cycle on edge16") {
  run_random_networks("edge16", {Kind::kParts, 40, false});
}
TEST_CASE("random residual blocks agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kChain, 150, false});
}
TEST_CASE("operators larger than every buffer agree in every byte and every cycle on tiny") {
  run_random_networks("tiny", {Kind::kHuge, 40, false});
}
TEST_CASE("random convolutions agree in every byte and every cycle in the platform of tiny") {
  run_random_networks("tiny", {Kind::kConvolution, 60, true});
}
TEST_CASE("random residual blocks agree in every byte and every cycle in the platform of tiny") {
  run_random_networks("tiny", {Kind::kChain, 40, true});
}
TEST_CASE("random residual blocks agree in every byte and every cycle on edge16") {
  run_random_networks("edge16", {Kind::kChain, 60, false});
}
TEST_CASE("random convolutions agree in every byte and every cycle on edge16") {
  run_random_networks("edge16", {Kind::kConvolution, 60, false});
}
