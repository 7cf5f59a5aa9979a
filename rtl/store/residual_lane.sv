// SPDX-License-Identifier: Apache-2.0
//
// One lane of the residual addition: saturate(rne(fma(a, ra, fma(b, rb, F)))), or a unchanged.
//
// The inner FMA does not need a, so it runs beside requantization. Time 0 is the cycle in which the residual operand b
// enters, together with the value that requantization turns into a:
//   time 0          b is extended by a bit and held
//   time 1 to 3     inner FMA with rb and F
//   time 4          a enters
//   time 4 to 6     outer FMA with ra
//   time 7          to integer, half to even; saturated to a signed or unsigned operand
//   time 8          value_o
// A value without residual passes beside the outer FMA, all of its bits.
//
// Bit k of stage_valid_i and residual_enable_i belongs to time k. residual_i and residual_signed_i belong to time 0,
// add_scale_residual_i and add_offset_i to time 1, value_i and add_scale_source_i to time 4, output_signed_i to time 7.
module residual_lane #(
  localparam int Latency = post_pkg::RequantizeLatency + post_pkg::ResidualLatency
) (
  input  logic                               clk_i,
  input  logic [Latency-1:0]                 stage_valid_i,
  input  logic [Latency-1:0]                 residual_enable_i,
  input  logic [format_pkg::OperandBits-1:0] residual_i,
  input  logic                               residual_signed_i,
  input  logic [format_pkg::FloatBits-1:0]   add_scale_residual_i,
  input  logic [format_pkg::FloatBits-1:0]   add_offset_i,
  input  logic [format_pkg::SumBits-1:0]     value_i,
  input  logic [format_pkg::FloatBits-1:0]   add_scale_source_i,
  input  logic                               output_signed_i,
  output logic [format_pkg::SumBits-1:0]     value_o
);

  localparam int OperandBits = format_pkg::OperandBits;
  localparam int CenteredBits = format_pkg::CenteredBits;
  localparam int SumBits = format_pkg::SumBits;
  localparam int WideFloatWidth = post_pkg::WideFloatWidth;
  localparam int Start = post_pkg::RequantizeLatency;

  logic [Latency-1:0] add_valid, pass_valid;
  assign add_valid  = stage_valid_i & residual_enable_i;
  assign pass_valid = stage_valid_i & ~residual_enable_i;

  logic [CenteredBits-1:0]   residual_q;
  logic [WideFloatWidth-1:0] inner, outer;

  always_ff @(posedge clk_i) begin
    if (add_valid[0]) residual_q <= {residual_signed_i && residual_i[OperandBits-1], residual_i};
  end

  fma_lane u_inner_fma (
    .clk_i,
    .stage_valid_i(add_valid[Start-1:1]),
    .integer_i    (residual_q),
    .factor_i     (add_scale_residual_i),
    .addend_i     (post_pkg::widen(add_offset_i)),
    .result_o     (inner)
  );

  fma_lane u_outer_fma (
    .clk_i,
    .stage_valid_i(add_valid[Start+2:Start]),
    .integer_i    (value_i[CenteredBits-1:0]),
    .factor_i     (add_scale_source_i),
    .addend_i     (inner),
    .result_o     (outer)
  );

  function automatic logic [SumBits-1:0] to_operand(input logic [WideFloatWidth-1:0] wide_float, input logic is_signed);
    logic signed [post_pkg::RoundedBits-1:0] magnitude;
    magnitude = $signed({2'd0, post_pkg::round_magnitude(wide_float[23:0],
                                                         post_pkg::small_exponent($signed(wide_float[33:24])))});
    to_operand = post_pkg::saturate(wide_float[34] ? -magnitude : magnitude, is_signed);
  endfunction

  logic [SumBits-1:0] pass_1_q, pass_2_q, pass_3_q, result_q;

  always_ff @(posedge clk_i) begin
    if (pass_valid[Start]) pass_1_q <= value_i;
    if (pass_valid[Start+1]) pass_2_q <= pass_1_q;
    if (pass_valid[Start+2]) pass_3_q <= pass_2_q;
  end

  always_ff @(posedge clk_i) begin
    if (add_valid[Start+3]) result_q <= to_operand(outer, output_signed_i);
    else if (pass_valid[Start+3]) result_q <= pass_3_q;
  end

  assign value_o = result_q;

  logic unused;
  assign unused = ^pass_valid[Start-1:0];

endmodule
