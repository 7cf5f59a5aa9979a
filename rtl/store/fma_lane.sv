// SPDX-License-Identifier: Apache-2.0
// Fused multiply-add with one rounding: float32(integer * factor + addend), half to even.
//
// Three stages, one cycle each, post_pkg::FmaLatency in total; bit k of stage_valid_i belongs to the operands that
// entered k cycles ago:
//   1  product of 9 by 24 bits, distance of the exponents
//   2  alignment and addition in a window of 64 bits
//   3  normalisation and rounding
//
// The window: the 33-bit product stands at bit 28, the 24-bit mantissa of the addend at bit 38. Whichever has the
// smaller weight is shifted right, and what falls out is kept as one sticky bit at bit 0. An operand loses bits
// only if it lies so far below the other that cancellation costs one bit at most; at least 26 bits are then left above
// the sticky bit, so one rounding is exact.
//
//   bit 63                        38          28            0
//       |  addend (24) ............|                        |
//       |   product (33) .........................|         | sticky
//
// The integer is a signed byte operand, -256 to 255; the factor is zero or a positive normal float32; addend and
// result are wide floats (post_pkg). Results below 2^-126 are exact, as in float32: both terms are multiples of 2^-149.
// A result beyond float32 becomes an infinity, which keeps its sign when it is the addend of the next FMA.
module fma_lane (
  input  logic                                clk_i,
  input  logic [post_pkg::FmaLatency-1:0]     stage_valid_i,
  input  logic [8:0]                          integer_i,
  input  logic [31:0]                         factor_i,
  input  logic [post_pkg::WideFloatWidth-1:0] addend_i,
  output logic [post_pkg::WideFloatWidth-1:0] result_o
);
  // Stage 1
  logic [8:0] magnitude;
  logic [32:0] product_d, product_q;
  logic product_sign_d, product_sign_q;
  logic signed [9:0] product_exponent;
  logic signed [9:0] addend_exponent;
  logic signed [9:0] distance;
  logic [5:0] shift_d, shift_q;
  logic addend_higher_d, addend_higher_q;
  logic [9:0] exponent_1_d, exponent_1_q;
  logic addend_sign_q;
  logic [23:0] addend_mantissa_q;

  always_comb begin
    magnitude = '0;
    product_d = '0;
    product_sign_d = 1'b0;
    product_exponent = '0;
    addend_exponent = '0;
    distance = '0;
    shift_d = '0;
    addend_higher_d = 1'b0;
    exponent_1_d = '0;
    if (stage_valid_i[0]) begin
      magnitude = integer_i[8] ? -integer_i : integer_i;
      if (factor_i[30:23] != 8'd0) begin
        product_d = {24'd0, magnitude} * {9'd0, 1'b1, factor_i[22:0]};
      end
      product_sign_d = integer_i[8];
      // The exponent that a leading one at bit 63 of the window would have. A zero product must not push the addend out.
      product_exponent = ((magnitude == 9'd0) ? 10'sd0 : $signed({2'b00, factor_i[30:23]})) + 10'sd12;
      addend_exponent = $signed(addend_i[33:24]) + 10'sd2;
      distance = addend_exponent - product_exponent;
      addend_higher_d = distance > 10'sd0;
      exponent_1_d = addend_higher_d ? addend_exponent : product_exponent;
      if (!addend_higher_d) begin
        distance = -distance;
      end
      shift_d = (distance > 10'sd63) ? 6'd63 : distance[5:0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[0]) begin
      product_q <= product_d;
      product_sign_q <= product_sign_d;
      shift_q <= shift_d;
      addend_higher_q <= addend_higher_d;
      exponent_1_q <= exponent_1_d;
      addend_sign_q <= addend_i[34];
      addend_mantissa_q <= addend_i[23:0];
    end
  end

  // Stage 2
  logic [63:0] high;
  logic [63:0] low;
  logic [63:0] aligned;
  logic [63:0] sum_d, sum_q;
  logic sign_2_d, sign_2_q;
  logic [9:0] exponent_2_q;

  always_comb begin
    high = '0;
    low = '0;
    aligned = '0;
    sum_d = '0;
    sign_2_d = 1'b0;
    if (stage_valid_i[1]) begin
      if (addend_higher_q) begin
        high = {2'd0, addend_mantissa_q, 38'd0};
        low = {3'd0, product_q, 28'd0};
        sign_2_d = addend_sign_q;
      end else begin
        high = {3'd0, product_q, 28'd0};
        low = {2'd0, addend_mantissa_q, 38'd0};
        sign_2_d = product_sign_q;
      end
      aligned = low >> shift_q;
      if ((aligned << shift_q) != low) begin
        aligned = aligned | 64'd1;
      end
      if (product_sign_q == addend_sign_q) begin
        sum_d = high + aligned;
      end else begin
        sum_d = high - aligned;
        if (sum_d[63]) begin
          sum_d = -sum_d;
          sign_2_d = !sign_2_d;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[1]) begin
      sum_q <= sum_d;
      sign_2_q <= sign_2_d;
      exponent_2_q <= exponent_1_q;
    end
  end

  // Stage 3
  logic [63:0] bits;
  logic [5:0] leading_zeros;
  logic [24:0] rounded;
  logic signed [9:0] exponent;
  logic [post_pkg::WideFloatWidth-1:0] result_d, result_q;

  always_comb begin
    bits = '0;
    leading_zeros = '0;
    rounded = '0;
    exponent = '0;
    result_d = '0;
    if (stage_valid_i[2]) begin
      bits = sum_q;
      if (bits[63:32] == 32'd0) begin
        bits = bits << 32;
        leading_zeros[5] = 1'b1;
      end
      if (bits[63:48] == 16'd0) begin
        bits = bits << 16;
        leading_zeros[4] = 1'b1;
      end
      if (bits[63:56] == 8'd0) begin
        bits = bits << 8;
        leading_zeros[3] = 1'b1;
      end
      if (bits[63:60] == 4'd0) begin
        bits = bits << 4;
        leading_zeros[2] = 1'b1;
      end
      if (bits[63:62] == 2'd0) begin
        bits = bits << 2;
        leading_zeros[1] = 1'b1;
      end
      if (!bits[63]) begin
        bits = bits << 1;
        leading_zeros[0] = 1'b1;
      end
      rounded = {1'b0, bits[63:40]} +
                {24'd0, bits[39] && ((bits[38:0] != 39'd0) || bits[40])};
      exponent = $signed(exponent_2_q) - $signed({4'd0, leading_zeros});
      if (rounded[24]) begin
        rounded = rounded >> 1;
        exponent = exponent + 10'sd1;
      end
      if (exponent > 10'sd254) begin
        exponent = $signed(post_pkg::InfinityExponent);
      end
      if (bits[63]) begin
        result_d = {sign_2_q, exponent, rounded[23:0]};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[2]) begin
      result_q <= result_d;
    end
  end

  assign result_o = result_q;

  logic unused_factor_sign;
  assign unused_factor_sign = factor_i[31];
endmodule
