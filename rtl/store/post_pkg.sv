// SPDX-License-Identifier: Apache-2.0
//
// Constants and number formats of the post-processing pipeline.
//
// Latencies in cycles, from input to output; none depends on data or configuration.
//
// Wide float: {sign, exponent[9:0], mantissa[23:0]}, value = (-1)^sign * mantissa * 2^(exponent - 150).
// The exponent is two's complement with the float32 bias of 127. The mantissa is normalized (bit 23 set) or zero, and
// then the exponent is zero too. The wider exponent holds float32 denormals in normalized form, without rounding.
package post_pkg;

  localparam int RequantizeLatency = 4;
  localparam int FmaLatency = 3;
  localparam int ResidualLatency = FmaLatency + 1;  // from the requantized value
  localparam int PostLatency = RequantizeLatency + ResidualLatency + 2;  // clamp, window

  localparam int WideFloatWidth = 35;
  localparam int MantissaBits = 24;

  // A number on its way to an operand: a magnitude up to 1024 with its sign, and a zero point added to it.
  localparam int RoundedBits = 13;

  // An infinity: far above every finite operand, so that it keeps its sign in a later addition, yet far from overflow.
  localparam bit [9:0] InfinityExponent = 10'd400;

  // float32 bits to wide float. Denormals count as zero.
  function automatic logic [WideFloatWidth-1:0] widen(input logic [format_pkg::FloatBits-1:0] float_bits);
    if (float_bits[30:23] == 8'd0) widen = '0;
    else widen = {float_bits[31], 2'b00, float_bits[30:23], 1'b1, float_bits[22:0]};
  endfunction

  // Small exponent: the exponent minus 125, limited to 0..11. That is all that conversion to an operand of 8 bits
  // needs: 0 stands for magnitudes below a half, 11 for 512 and above.
  function automatic logic [3:0] small_exponent(input logic signed [9:0] exponent);
    if (exponent <= 10'sd125) small_exponent = 4'd0;
    else if (exponent >= 10'sd136) small_exponent = 4'd11;
    else small_exponent = 4'(exponent - 10'sd125);
  endfunction

  // mantissa * 2^(small exponent - 25), rounded to an integer, half to even.
  function automatic logic [10:0] round_magnitude(input logic [MantissaBits-1:0] mantissa, input logic [3:0] exponent);
    logic [34:0] shifted;
    logic round_up;
    shifted = {11'd0, mantissa} << exponent;
    round_up = shifted[24] && ((shifted[23:0] != 24'd0) || shifted[25]);
    round_magnitude = {1'b0, shifted[34:25]} + {10'd0, round_up};
  endfunction

  // Saturates to an operand, signed or unsigned; the result is sign-extended to the width of a sum.
  function automatic logic [format_pkg::SumBits-1:0] saturate(input logic signed [RoundedBits-1:0] value,
                                                              input logic is_signed);
    logic signed [RoundedBits-1:0] low;
    logic signed [RoundedBits-1:0] high;
    logic signed [RoundedBits-1:0] limited;
    low = is_signed ? -(RoundedBits'(1) <<< (format_pkg::OperandBits - 1)) : '0;
    high = is_signed ? (RoundedBits'(1) <<< (format_pkg::OperandBits - 1)) - RoundedBits'(1)
                     : (RoundedBits'(1) <<< format_pkg::OperandBits) - RoundedBits'(1);
    limited = (value < low) ? low : ((value > high) ? high : value);
    saturate = {{(format_pkg::SumBits - RoundedBits){limited[RoundedBits-1]}}, limited};
  endfunction

endpackage
