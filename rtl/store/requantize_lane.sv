// SPDX-License-Identifier: Apache-2.0
//
// One lane of requantization: saturate(rne(fl(fl(v + bias) * scale)) + zero point), or v unchanged.
//
// Four stages, one cycle each:
//   1  v + bias, wrapping
//   2  to float32, half to even
//   3  times scale, rounded to float32
//   4  to integer, half to even; plus zero point; saturated to a signed or unsigned operand
// One register of the width of a sum per stage holds the value in each of its forms; a value that is not requantized
// passes through the same registers untouched, all of its bits. So the latency is always post_pkg::RequantizeLatency.
//
// The pipeline's control stands in post_processing, once for all lanes: bit k of stage_valid_i and requantize_i belongs
// to the value that entered k cycles ago. The zero point and its type belong to the last stage, three cycles after
// the value. Nothing is computed in a stage that is not valid, which also keeps simulation fast.
//
// The scale must be zero or a positive normal float32 (exponent 0 counts as zero, the sign bit is ignored).
module requantize_lane (
  input  logic                                   clk_i,
  input  logic [post_pkg::RequantizeLatency-1:0] stage_valid_i,
  input  logic [post_pkg::RequantizeLatency-1:0] requantize_i,
  input  logic [format_pkg::SumBits-1:0]         value_i,
  input  logic [format_pkg::SumBits-1:0]         bias_i,
  input  logic [format_pkg::FloatBits-1:0]       scale_i,
  input  logic                                   mid_signed_i,
  input  logic [format_pkg::OperandBits-1:0]     mid_zero_point_i,
  output logic [format_pkg::SumBits-1:0]         value_o
);

  localparam int OperandBits = format_pkg::OperandBits;
  localparam int SumBits = format_pkg::SumBits;
  localparam int RoundedBits = post_pkg::RoundedBits;

  // {0, sign, exponent[5:0], mantissa[23:0]}: (-1)^sign * mantissa * 2^(exponent - 23)
  function automatic logic [SumBits-1:0] float_from_int(input logic [SumBits-1:0] value);
    logic [SumBits-1:0] bits;
    logic zero_16, zero_8, zero_4, zero_2, zero_1;
    logic [5:0] exponent;
    logic [24:0] rounded;
    bits = value[SumBits-1] ? -value : value;
    // Shifts by a computed amount simulate faster than conditional ones: leading zeros are hard to predict.
    zero_16 = bits[31:16] == 16'd0;
    bits = bits << {zero_16, 4'd0};
    zero_8 = bits[31:24] == 8'd0;
    bits = bits << {zero_8, 3'd0};
    zero_4 = bits[31:28] == 4'd0;
    bits = bits << {zero_4, 2'd0};
    zero_2 = bits[31:30] == 2'd0;
    bits = bits << {zero_2, 1'd0};
    zero_1 = !bits[31];
    bits = bits << zero_1;
    rounded = {1'b0, bits[31:8]} + {24'd0, bits[7] && ((bits[6:0] != 7'd0) || bits[8])};
    // A carry into bit 24 leaves a mantissa of zero below: 2^24 becomes 2^23 of the next exponent.
    exponent = 6'd31 - {1'b0, zero_16, zero_8, zero_4, zero_2, zero_1} + {5'd0, rounded[24]};
    float_from_int = {1'b0, value[SumBits-1], exponent, rounded[23] || rounded[24], rounded[22:0]};
  endfunction

  // {000, sign, small exponent[3:0], mantissa[23:0]}: see post_pkg
  function automatic logic [SumBits-1:0] multiply(input logic [30:0] float_bits, input logic [30:0] scale);
    logic [47:0] product;
    logic top;
    logic [24:0] rounded;
    logic [9:0] exponent;
    product = {24'd0, float_bits[23:0]} * {24'd0, scale[30:23] != 8'd0, scale[22:0]};
    exponent = {4'd0, float_bits[29:24]} + {2'd0, scale[30:23]};
    top = product[47];
    product = product << !top;
    rounded = {1'b0, product[47:24]} + {24'd0, product[23] && ((product[22:0] != 23'd0) || product[24])};
    exponent = exponent + {9'd0, top} + {9'd0, rounded[24]};
    // A zero scale has a mantissa below 2^23 and the exponent of an integer: far below a half.
    multiply = {3'd0, float_bits[30], post_pkg::small_exponent($signed(exponent)),
                rounded[23] || rounded[24], rounded[22:0]};
  endfunction

  function automatic logic [SumBits-1:0] to_operand(input logic [28:0] float_bits, input logic is_signed,
                                                    input logic [OperandBits-1:0] zero_point);
    logic signed [RoundedBits-1:0] magnitude;
    logic signed [RoundedBits-1:0] offset;
    magnitude = $signed({2'd0, post_pkg::round_magnitude(float_bits[23:0], float_bits[27:24])});
    offset = $signed({{(RoundedBits - OperandBits){is_signed && zero_point[OperandBits-1]}}, zero_point});
    to_operand = post_pkg::saturate((float_bits[28] ? -magnitude : magnitude) + offset, is_signed);
  endfunction

  logic [SumBits-1:0] sum_q, float_q, product_q, result_q;
  logic [30:0]        scale_1_q, scale_2_q;

  logic [post_pkg::RequantizeLatency-1:0] active, pass;
  assign active = stage_valid_i & requantize_i;
  assign pass   = stage_valid_i & ~requantize_i;

  // The functions stand directly inside the enables, so that a simulator does not call them for nothing.
  always_ff @(posedge clk_i) begin
    if (active[0]) begin
      sum_q     <= value_i + bias_i;
      scale_1_q <= scale_i[30:0];
    end else if (pass[0]) begin
      sum_q <= value_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (active[1]) begin
      float_q   <= float_from_int(sum_q);
      scale_2_q <= scale_1_q;
    end else if (pass[1]) begin
      float_q <= sum_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (active[2]) product_q <= multiply(float_q[30:0], scale_2_q);
    else if (pass[2]) product_q <= float_q;
  end

  always_ff @(posedge clk_i) begin
    if (active[3]) result_q <= to_operand(product_q[28:0], mid_signed_i, mid_zero_point_i);
    else if (pass[3]) result_q <= product_q;
  end

  assign value_o = result_q;

  logic unused;
  assign unused = scale_i[31];

endmodule
