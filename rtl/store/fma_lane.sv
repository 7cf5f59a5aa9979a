// SPDX-License-Identifier: Apache-2.0
//
// Fused multiply-add with one rounding: float32(integer * factor + addend), half to even.
//
// Three stages, one cycle each, post_pkg::FmaLatency in total; bit k of stage_valid_i belongs to the operands that
// entered k cycles ago:
//   1  product of 9 by 24 bits, distance of the exponents
//   2  alignment and addition in a window of 64 bits
//   3  normalization and rounding
//
// The window: the 33-bit product stands at bit 28, the 24-bit mantissa of the addend at bit 38. The smaller of the two
// is shifted right, and the bits that are shifted out become one sticky bit at bit 0. An operand loses bits only if it
// is so much smaller than the other that cancellation costs one bit at most. At least 26 bits are then left above the
// sticky bit, so one rounding is exact.
//
//   bit 63                        38          28            0
//       |  addend (24) ............|                        |
//       |   product (33) .........................|         | sticky
//
// The integer is an operand of either type with one more bit, -256 to 255; the factor is zero or a positive normal
// float32; addend and result are wide floats (post_pkg). Results below 2^-126 are exact, as in float32: both terms are
// multiples of 2^-149. A result beyond float32 becomes an infinity, which keeps its sign when it is the addend of the
// next FMA.
module fma_lane (
  input  logic                                clk_i,
  input  logic [post_pkg::FmaLatency-1:0]     stage_valid_i,
  input  logic [format_pkg::CenteredBits-1:0] integer_i,
  input  logic [format_pkg::FloatBits-1:0]    factor_i,
  input  logic [post_pkg::WideFloatWidth-1:0] addend_i,
  output logic [post_pkg::WideFloatWidth-1:0] result_o
);

  localparam int IntegerBits = format_pkg::CenteredBits;
  localparam int MantissaBits = post_pkg::MantissaBits;
  localparam int ProductBits = IntegerBits + MantissaBits;
  localparam int WideFloatWidth = post_pkg::WideFloatWidth;

  // {addend is the higher one, right shift of the other[5:0], exponent[9:0]}. The exponent is the one that a leading
  // one at bit 63 of the window stands for.
  function automatic logic [16:0] plan(input logic integer_is_zero, input logic [7:0] factor_exponent,
                                       input logic [9:0] addend_exponent);
    logic signed [9:0] product_top;
    logic signed [9:0] addend_top;
    logic signed [9:0] distance;
    logic addend_higher;
    // A zero product must not push the addend out of the window.
    product_top = $signed({2'b00, integer_is_zero ? 8'd0 : factor_exponent}) + 10'sd12;
    addend_top = $signed(addend_exponent) + 10'sd2;
    distance = addend_top - product_top;
    addend_higher = distance > 10'sd0;
    if (!addend_higher) distance = -distance;
    plan = {addend_higher, (distance > 10'sd63) ? 6'd63 : distance[5:0], addend_higher ? addend_top : product_top};
  endfunction

  // {sign, magnitude[62:0]} of the sum in the window
  function automatic logic [63:0] align_and_add(input logic product_sign, input logic [ProductBits-1:0] product,
                                                input logic addend_sign, input logic [MantissaBits-1:0] addend_mantissa,
                                                input logic addend_higher, input logic [5:0] shift);
    logic [63:0] high;
    logic [63:0] low;
    logic [63:0] aligned;
    logic [63:0] sum;
    logic sign;
    high = addend_higher ? {2'd0, addend_mantissa, 38'd0} : {3'd0, product, 28'd0};
    low = addend_higher ? {3'd0, product, 28'd0} : {2'd0, addend_mantissa, 38'd0};
    aligned = low >> shift;
    aligned[0] = aligned[0] || ((aligned << shift) != low);
    sum = (product_sign == addend_sign) ? high + aligned : high - aligned;
    sign = (addend_higher ? addend_sign : product_sign) ^ sum[63];
    if (sum[63]) sum = -sum;
    align_and_add = {sign, sum[62:0]};
  endfunction

  // Wide float
  function automatic logic [WideFloatWidth-1:0] normalize_and_round(input logic sign, input logic [62:0] magnitude,
                                                                    input logic [9:0] top_exponent);
    logic [63:0] bits;
    logic zero_32, zero_16, zero_8, zero_4, zero_2, zero_1;
    logic [24:0] rounded;
    logic signed [9:0] exponent;
    bits = {1'b0, magnitude};
    // Shifts by a computed amount simulate faster than conditional ones: leading zeros are hard to predict.
    zero_32 = bits[63:32] == 32'd0;
    bits = bits << {zero_32, 5'd0};
    zero_16 = bits[63:48] == 16'd0;
    bits = bits << {zero_16, 4'd0};
    zero_8 = bits[63:56] == 8'd0;
    bits = bits << {zero_8, 3'd0};
    zero_4 = bits[63:60] == 4'd0;
    bits = bits << {zero_4, 2'd0};
    zero_2 = bits[63:62] == 2'd0;
    bits = bits << {zero_2, 1'd0};
    zero_1 = !bits[63];
    bits = bits << zero_1;
    rounded = {1'b0, bits[63:40]} + {24'd0, bits[39] && ((bits[38:0] != 39'd0) || bits[40])};
    exponent = $signed(top_exponent) + $signed({9'd0, rounded[24]})
               - $signed({4'd0, zero_32, zero_16, zero_8, zero_4, zero_2, zero_1});
    if (exponent > 10'sd254) exponent = $signed(post_pkg::InfinityExponent);
    // A carry into bit 24 leaves a mantissa of zero below: 2^24 becomes 2^23 of the next exponent.
    normalize_and_round = '0;
    if (bits[63]) normalize_and_round = {sign, exponent, rounded[23] || rounded[24], rounded[22:0]};
  endfunction

  // The functions stand inside the enables, so that a simulator does not call them for nothing.
  // Stage 1
  logic [IntegerBits-1:0]  magnitude;
  logic [MantissaBits-1:0] factor_mantissa;
  assign magnitude       = integer_i[IntegerBits-1] ? -integer_i : integer_i;
  assign factor_mantissa = (factor_i[30:23] == 8'd0) ? '0 : {1'b1, factor_i[22:0]};

  logic [ProductBits-1:0]  product_q;
  logic                    product_sign_q, addend_sign_q;
  logic [MantissaBits-1:0] addend_mantissa_q;
  logic [16:0]             plan_q;

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[0]) begin
      product_q         <= ProductBits'(magnitude) * ProductBits'(factor_mantissa);
      product_sign_q    <= integer_i[IntegerBits-1];
      addend_sign_q     <= addend_i[34];
      addend_mantissa_q <= addend_i[23:0];
      plan_q            <= plan(integer_i == '0, factor_i[30:23], addend_i[33:24]);
    end
  end

  // Stage 2
  logic [63:0] sum_q;
  logic [9:0]  exponent_q;

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[1]) begin
      sum_q      <= align_and_add(product_sign_q, product_q, addend_sign_q, addend_mantissa_q, plan_q[16],
                                  plan_q[15:10]);
      exponent_q <= plan_q[9:0];
    end
  end

  // Stage 3
  logic [WideFloatWidth-1:0] result_q;

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[2]) result_q <= normalize_and_round(sum_q[63], sum_q[62:0], exponent_q);
  end

  assign result_o = result_q;

  logic unused;
  assign unused = factor_i[31];

endmodule
