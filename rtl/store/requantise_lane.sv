// SPDX-License-Identifier: Apache-2.0
// One lane of requantisation: saturate(rne(fl(fl(v + bias) * scale)) + zero point), or v unchanged.
//
// Four stages, one cycle each:
//   1  v + bias, wrapping int32
//   2  to float32, half to even
//   3  times scale, rounded to float32
//   4  to integer, half to even; plus zero point; saturated to int8 or uint8
// One 32-bit register per stage holds the value in each of its forms; a value that is not requantised passes through
// the same registers untouched, all 32 bits of it. So the latency is always post_pkg::RequantiseLatency.
//
// The pipeline's control stands in post_processing, once for all lanes: bit k of stage_valid_i and requantise_i belongs
// to the value that entered k cycles ago. The zero point and its type belong to the last stage, three cycles after
// the value. Nothing is computed in a stage that is not valid, which also keeps simulation fast.
//
// The scale must be zero or a positive normal float32 (exponent 0 counts as zero, the sign bit is ignored).
module requantise_lane (
  input  logic                                   clk_i,
  input  logic [post_pkg::RequantiseLatency-1:0] stage_valid_i,
  input  logic [post_pkg::RequantiseLatency-1:0] requantise_i,
  input  logic [31:0]                            value_i,
  input  logic [31:0]                            bias_i,
  input  logic [31:0]                            scale_i,
  input  logic                                   mid_signed_i,
  input  logic [7:0]                             mid_zero_point_i,
  output logic [31:0]                            value_o
);
  // {0, sign, exponent[5:0], mantissa[23:0]}: (-1)^sign * mantissa * 2^(exponent - 23)
  function automatic logic [31:0] float_from_int(input logic [31:0] value);
    logic [31:0] bits;
    logic [5:0] exponent;
    logic [24:0] rounded;
    bits = value[31] ? -value : value;
    exponent = 6'd31;
    if (bits[31:16] == 16'd0) begin
      bits = bits << 16;
      exponent = exponent - 6'd16;
    end
    if (bits[31:24] == 8'd0) begin
      bits = bits << 8;
      exponent = exponent - 6'd8;
    end
    if (bits[31:28] == 4'd0) begin
      bits = bits << 4;
      exponent = exponent - 6'd4;
    end
    if (bits[31:30] == 2'd0) begin
      bits = bits << 2;
      exponent = exponent - 6'd2;
    end
    if (!bits[31]) begin
      bits = bits << 1;
      exponent = exponent - 6'd1;
    end
    rounded = {1'b0, bits[31:8]} + {24'd0, bits[7] && ((bits[6:0] != 7'd0) || bits[8])};
    if (rounded[24]) begin
      float_from_int = {1'b0, value[31], exponent + 6'd1, rounded[24:1]};
    end else begin
      float_from_int = {1'b0, value[31], exponent, rounded[23:0]};
    end
  endfunction

  // {000, sign, small exponent[3:0], mantissa[23:0]}: see post_pkg
  function automatic logic [31:0] multiply(input logic [30:0] float_bits,
                                           input logic [30:0] scale);
    logic [47:0] product;
    logic [24:0] rounded;
    logic [9:0] exponent;
    product = {24'd0, float_bits[23:0]} * {24'd0, scale[30:23] != 8'd0, scale[22:0]};
    exponent = {4'd0, float_bits[29:24]} + {2'd0, scale[30:23]};
    if (product[47]) begin
      exponent = exponent + 10'd1;
    end else begin
      product = product << 1;
    end
    rounded = {1'b0, product[47:24]} +
              {24'd0, product[23] && ((product[22:0] != 23'd0) || product[24])};
    if (rounded[24]) begin
      exponent = exponent + 10'd1;
      rounded = rounded >> 1;
    end
    // A zero scale has a mantissa below 2^23 and the exponent of an integer: far below a half.
    multiply = {3'd0, float_bits[30], post_pkg::small_exponent($signed(exponent)), rounded[23:0]};
  endfunction

  function automatic logic [31:0] to_byte(input logic [28:0] float_bits,
                                          input logic        is_signed,
                                          input logic [7:0]  zero_point);
    logic signed [12:0] magnitude;
    logic signed [12:0] offset;
    magnitude = $signed({2'd0, post_pkg::round_magnitude(float_bits[23:0], float_bits[27:24])});
    offset = $signed({{5{is_signed && zero_point[7]}}, zero_point});
    to_byte = post_pkg::saturate_byte((float_bits[28] ? -magnitude : magnitude) + offset,
                                      is_signed);
  endfunction

  logic [31:0] sum_d, sum_q;
  logic [31:0] float_d, float_q;
  logic [31:0] product_d, product_q;
  logic [31:0] result_d, result_q;
  logic [30:0] scale_1_q, scale_2_q;

  always_comb begin
    sum_d = value_i;
    if (stage_valid_i[0] && requantise_i[0]) begin
      sum_d = value_i + bias_i;
    end
  end

  always_comb begin
    float_d = sum_q;
    if (stage_valid_i[1] && requantise_i[1]) begin
      float_d = float_from_int(sum_q);
    end
  end

  always_comb begin
    product_d = float_q;
    if (stage_valid_i[2] && requantise_i[2]) begin
      product_d = multiply(float_q[30:0], scale_2_q);
    end
  end

  always_comb begin
    result_d = product_q;
    if (stage_valid_i[3] && requantise_i[3]) begin
      result_d = to_byte(product_q[28:0], mid_signed_i, mid_zero_point_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (stage_valid_i[0]) begin
      sum_q <= sum_d;
      scale_1_q <= scale_i[30:0];
    end
    if (stage_valid_i[1]) begin
      float_q <= float_d;
      scale_2_q <= scale_1_q;
    end
    if (stage_valid_i[2]) begin
      product_q <= product_d;
    end
    if (stage_valid_i[3]) begin
      result_q <= result_d;
    end
  end

  assign value_o = result_q;

  logic unused_scale_sign;
  assign unused_scale_sign = scale_i[31];
endmodule
