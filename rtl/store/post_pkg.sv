// SPDX-License-Identifier: Apache-2.0
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

  // An infinity: far above every finite operand, so that it keeps its sign in a later addition, yet far from overflow.
  localparam bit [9:0] InfinityExponent = 10'd400;

  // float32 bits to wide float. Denormals count as zero.
  function automatic logic [34:0] widen(input logic [31:0] float_bits);
    if (float_bits[30:23] == 8'd0) begin
      widen = '0;
    end else begin
      widen = {float_bits[31], 2'b00, float_bits[30:23], 1'b1, float_bits[22:0]};
    end
  endfunction

  // Small exponent: the exponent minus 125, limited to 0..11. That is all that conversion to a byte needs: 0 stands for
  // magnitudes below a half, 11 for 512 and above.
  function automatic logic [3:0] small_exponent(input logic signed [9:0] exponent);
    if (exponent <= 10'sd125) begin
      small_exponent = 4'd0;
    end else if (exponent >= 10'sd136) begin
      small_exponent = 4'd11;
    end else begin
      small_exponent = 4'(exponent - 10'sd125);
    end
  endfunction

  // mantissa * 2^(small exponent - 25), rounded to an integer, half to even.
  function automatic logic [10:0] round_magnitude(input logic [23:0] mantissa,
                                                  input logic [3:0] exponent);
    logic [34:0] shifted;
    logic round_up;
    shifted = {11'd0, mantissa} << exponent;
    round_up = shifted[24] && ((shifted[23:0] != 24'd0) || shifted[25]);
    round_magnitude = {1'b0, shifted[34:25]} + {10'd0, round_up};
  endfunction

  // Saturates to int8 or uint8; the result is sign-extended to 32 bits.
  function automatic logic [31:0] saturate_byte(input logic signed [12:0] value,
                                                input logic is_signed);
    logic signed [12:0] low;
    logic signed [12:0] high;
    logic signed [12:0] limited;
    low = is_signed ? -13'sd128 : 13'sd0;
    high = is_signed ? 13'sd127 : 13'sd255;
    limited = (value < low) ? low : ((value > high) ? high : value);
    saturate_byte = {{19{limited[12]}}, limited};
  endfunction
endpackage
