// SPDX-License-Identifier: Apache-2.0
//
// The post-processing pipeline of the store engine: Lanes sums or operands in, one group of results per window out.
//
//   value ---> requantize (4) ---+
//                                +---> outer FMA, to operand (4) ---> clamp (1) ---> window maximum (1) ---> data_o
//   residual -> hold, inner FMA -+
//
// Never stalls: the result of a window is on data_o, with valid_o, exactly post_pkg::PostLatency cycles after the
// window's last input, whatever the configuration. A raw value takes the same way untouched.
//
// The configuration is sampled with each valid input and travels with it as far as it is needed, so it may change in
// every cycle (but not within a window). Inputs of one window come in order, with any gaps.
//
// data_o holds the width of a sum per lane: the sum if raw, otherwise the operand, zero-extended.
`include "common/assertions.svh"

module post_processing #(
  parameter int Lanes = 4
) (
  input  logic                                       clk_i,
  input  logic                                       rst_ni,

  input  logic                                       valid_i,
  input  logic [Lanes*format_pkg::SumBits-1:0]       source_i,        // a sum per lane, operands already extended
  input  logic [Lanes*format_pkg::ParameterBits-1:0] parameters_i,    // per lane: bias low, scale high
  input  logic [Lanes*format_pkg::OperandBits-1:0]   residual_i,
  input  logic                                       window_first_i,  // first input of its window
  input  logic                                       window_last_i,   // last input of its window

  input  logic                                       raw_i,
  input  logic                                       requantize_i,
  input  logic                                       mid_signed_i,
  input  logic [format_pkg::OperandBits-1:0]         mid_zero_point_i,
  input  logic                                       residual_enable_i,
  input  logic                                       residual_signed_i,
  input  logic                                       output_signed_i,
  input  logic [isa_pkg::StoreClampLowWidth-1:0]     clamp_low_i,
  input  logic [isa_pkg::StoreClampHighWidth-1:0]    clamp_high_i,
  input  logic [format_pkg::FloatBits-1:0]           add_scale_source_i,
  input  logic [format_pkg::FloatBits-1:0]           add_scale_residual_i,
  input  logic [format_pkg::FloatBits-1:0]           add_offset_i,

  output logic                                       valid_o,
  output logic [Lanes*format_pkg::SumBits-1:0]       data_o
);

  localparam int OperandBits = format_pkg::OperandBits;
  localparam int SumBits = format_pkg::SumBits;
  localparam int FloatBits = format_pkg::FloatBits;
  localparam int ParameterBits = format_pkg::ParameterBits;
  localparam int ClampBits = isa_pkg::StoreClampLowWidth;

  // Times, in cycles after the input, at which a stage takes its operands.
  localparam int MidTime = post_pkg::RequantizeLatency - 1;
  localparam int SourceTime = post_pkg::RequantizeLatency;
  localparam int OutputTime = post_pkg::RequantizeLatency + post_pkg::ResidualLatency - 1;
  localparam int WindowTime = post_pkg::PostLatency - 1;
  localparam int ClampTime = WindowTime - 1;

  // Control bits: bit k belongs to the input of k cycles ago. Only valid needs a reset.
  logic [WindowTime:0] valid;
  logic [WindowTime:1] valid_q;
  logic [MidTime:0] requantize, mid_signed;
  logic [OutputTime:0] residual_enable, output_signed;
  logic [WindowTime:0] raw, first, last;
  logic [MidTime:1] requantize_q, mid_signed_q;
  logic [OutputTime:1] residual_enable_q, output_signed_q;
  logic [WindowTime:1] raw_q, first_q, last_q;

  assign valid           = {valid_q, valid_i};
  assign requantize      = {requantize_q, requantize_i};
  assign mid_signed      = {mid_signed_q, mid_signed_i};
  assign residual_enable = {residual_enable_q, residual_enable_i};
  assign output_signed   = {output_signed_q, output_signed_i};
  assign raw             = {raw_q, raw_i};
  assign first           = {first_q, window_first_i};
  assign last            = {last_q, window_last_i};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= valid[WindowTime-1:0];
  end

  always_ff @(posedge clk_i) begin
    requantize_q      <= requantize[MidTime-1:0];
    mid_signed_q      <= mid_signed[MidTime-1:0];
    residual_enable_q <= residual_enable[OutputTime-1:0];
    output_signed_q   <= output_signed[OutputTime-1:0];
    raw_q             <= raw[WindowTime-1:0];
    first_q           <= first[WindowTime-1:0];
    last_q            <= last[WindowTime-1:0];
  end

  // Wider configuration moves while anything is in the pipeline. The newest stands in the low bits.
  logic [MidTime*OperandBits-1:0]  mid_zero_point_q;
  logic [FloatBits-1:0]            add_scale_residual_q, add_offset_q;
  logic [SourceTime*FloatBits-1:0] add_scale_source_q;
  logic [ClampTime*ClampBits-1:0]  clamp_low_q, clamp_high_q;

  always_ff @(posedge clk_i) begin
    if (valid != '0) begin
      mid_zero_point_q     <= {mid_zero_point_q[(MidTime-1)*OperandBits-1:0], mid_zero_point_i};
      add_scale_residual_q <= add_scale_residual_i;
      add_offset_q         <= add_offset_i;
      add_scale_source_q   <= {add_scale_source_q[(SourceTime-1)*FloatBits-1:0], add_scale_source_i};
      clamp_low_q          <= {clamp_low_q[(ClampTime-1)*ClampBits-1:0], clamp_low_i};
      clamp_high_q         <= {clamp_high_q[(ClampTime-1)*ClampBits-1:0], clamp_high_i};
    end
  end

  logic valid_out_q, raw_out_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_out_q <= 1'b0;
    else valid_out_q <= valid[WindowTime] && last[WindowTime];
  end

  always_ff @(posedge clk_i) begin
    if (valid[WindowTime]) raw_out_q <= raw[WindowTime];
  end

  assign valid_o = valid_out_q;

  logic signed [ClampBits-1:0] clamp_low, clamp_high;
  assign clamp_low  = $signed(clamp_low_q[(ClampTime-1)*ClampBits +: ClampBits]);
  assign clamp_high = $signed(clamp_high_q[(ClampTime-1)*ClampBits +: ClampBits]);

  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    logic [SumBits-1:0] mid, sum, clamped_d, clamped_q, maximum_d, maximum_q;

    requantize_lane u_requantize (
      .clk_i,
      .stage_valid_i   (valid[MidTime:0]),
      .requantize_i    (requantize),
      .value_i         (source_i[lane*SumBits +: SumBits]),
      .bias_i          (parameters_i[lane*ParameterBits +: SumBits]),
      .scale_i         (parameters_i[lane*ParameterBits+SumBits +: FloatBits]),
      .mid_signed_i    (mid_signed[MidTime]),
      .mid_zero_point_i(mid_zero_point_q[(MidTime-1)*OperandBits +: OperandBits]),
      .value_o         (mid)
    );

    residual_lane u_residual (
      .clk_i,
      .stage_valid_i       (valid[OutputTime:0]),
      .residual_enable_i   (residual_enable),
      .residual_i          (residual_i[lane*OperandBits +: OperandBits]),
      .residual_signed_i,
      .add_scale_residual_i(add_scale_residual_q),
      .add_offset_i        (add_offset_q),
      .value_i             (mid),
      .add_scale_source_i  (add_scale_source_q[(SourceTime-1)*FloatBits +: FloatBits]),
      .output_signed_i     (output_signed[OutputTime]),
      .value_o             (sum)
    );

    always_comb begin
      clamped_d = sum;
      if (valid[ClampTime] && !raw[ClampTime]) begin
        if ($signed(clamped_d[ClampBits-1:0]) < clamp_low) clamped_d = SumBits'(clamp_low);
        if ($signed(clamped_d[ClampBits-1:0]) > clamp_high) clamped_d = SumBits'(clamp_high);
      end
    end

    // Between the inputs of a window the register holds the maximum so far.
    always_comb begin
      maximum_d = clamped_q;
      if (!first[WindowTime] && ($signed(maximum_q[ClampBits-1:0]) > $signed(clamped_q[ClampBits-1:0]))) begin
        maximum_d = maximum_q;
      end
    end

    always_ff @(posedge clk_i) begin
      if (valid[ClampTime]) clamped_q <= clamped_d;
      if (valid[WindowTime]) maximum_q <= maximum_d;
    end

    assign data_o[lane*SumBits +: SumBits] = raw_out_q ? maximum_q : SumBits'(maximum_q[OperandBits-1:0]);
  end

  // A window is one group of inputs: its first input comes right after the last input of the one before.
  logic window_open_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) window_open_q <= 1'b0;
    else if (valid_i) window_open_q <= !window_last_i;
  end

  `ASSERT(WindowsDoNotOverlap, !valid_i || (window_first_i == !window_open_q))
  `ASSERT(RawHasNoWindow, !valid_i || !raw_i || (window_first_i && window_last_i))
  `ASSERT(RawIsNotProcessed, !valid_i || !raw_i || !(requantize_i || residual_enable_i))

`ifndef SYNTHESIS
  initial begin
    if (Lanes < 1) $fatal(1, "Lanes is %0d, must be 1 or more", Lanes);
  end
`endif

endmodule
