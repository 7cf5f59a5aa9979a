// SPDX-License-Identifier: Apache-2.0
//
// The widths of the one number format of the chip: int8 or uint8 operands, int32 sums, float32 scales.
//
//   operand (8) - zero point (8) -> centered operand (9) --+
//                                                          +--> x, + -> sum (32) -> requantize -> operand (8)
//   operand (8) - zero point (8) -> centered operand (9) --+                            ^
//                                                                       bias (32), scale (32)
//
// A word of the activation buffer is ArrayRows operands, a word of the weight buffer ArrayCols operands, a row of
// accumulators ArrayCols sums, a word of the parameter buffer PostLanes parameters. Everything outside this package
// takes its widths from here; the arithmetic is in formats/processing_element (multiply and add), matrix/matrix_engine
// (zero points) and the lanes of store/ (from sums to operands).
package format_pkg;

  localparam int OperandBits = 8;                      // of an activation, a weight, a zero point, a result
  localparam int OperandBytes = OperandBits / 8;       // in DRAM and in the buffers
  localparam int CenteredBits = OperandBits + 1;       // of an operand minus its zero point, signed
  localparam int SumBits = 32;                         // of a partial sum, an accumulator, a bias
  localparam int FloatBits = 32;                       // of a scale
  localparam int ParameterBits = SumBits + FloatBits;  // of an output channel: bias low, scale high

endpackage
