// SPDX-License-Identifier: Apache-2.0
// The post-processing pipeline of the store engine: Lanes int32 values in, one group of results per window out.
//
//   value ---> requantize (4) ---+
//                                +---> outer FMA, to byte (4) ---> clamp (1) ---> window maximum (1) ---> data_o
//   residual -> hold, inner FMA -+
//
// Never stalls: the result of a window is on data_o, with valid_o, exactly post_pkg::PostLatency cycles after the
// window's last input, whatever the configuration. A raw value takes the same way untouched.
//
// The configuration is sampled with each valid input and travels with it as far as it is needed, so it may change in
// every cycle (but not within a window). Inputs of one window come in order, with any gaps.
//
// data_o holds 32 bits per lane: the int32 if raw, otherwise the byte, zero-extended.
`include "assertions.svh"

module post_processing #(
  parameter int Lanes = 4
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                valid_i,
  input  logic [Lanes*32-1:0] source_i,        // int32 per lane, bytes already extended
  input  logic [Lanes*64-1:0] parameters_i,    // per lane: bias (int32) low, scale (float32) high
  input  logic [Lanes*8-1:0]  residual_i,
  input  logic                window_first_i,  // first input of its window
  input  logic                window_last_i,   // last input of its window

  input  logic                raw_i,
  input  logic                requantize_i,
  input  logic                mid_signed_i,
  input  logic [7:0]          mid_zero_point_i,
  input  logic                residual_enable_i,
  input  logic                residual_signed_i,
  input  logic                output_signed_i,
  input  logic [15:0]         clamp_low_i,
  input  logic [15:0]         clamp_high_i,
  input  logic [31:0]         add_scale_source_i,
  input  logic [31:0]         add_scale_residual_i,
  input  logic [31:0]         add_offset_i,

  output logic                valid_o,
  output logic [Lanes*32-1:0] data_o
);
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

  assign valid = {valid_q, valid_i};
  assign requantize = {requantize_q, requantize_i};
  assign mid_signed = {mid_signed_q, mid_signed_i};
  assign residual_enable = {residual_enable_q, residual_enable_i};
  assign output_signed = {output_signed_q, output_signed_i};
  assign raw = {raw_q, raw_i};
  assign first = {first_q, window_first_i};
  assign last = {last_q, window_last_i};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
    end else begin
      valid_q <= valid[WindowTime-1:0];
    end
  end

  always_ff @(posedge clk_i) begin
    requantize_q <= requantize[MidTime-1:0];
    mid_signed_q <= mid_signed[MidTime-1:0];
    residual_enable_q <= residual_enable[OutputTime-1:0];
    output_signed_q <= output_signed[OutputTime-1:0];
    raw_q <= raw[WindowTime-1:0];
    first_q <= first[WindowTime-1:0];
    last_q <= last[WindowTime-1:0];
  end

  // Wider configuration moves while anything is in the pipeline. The newest stands in the low bits.
  logic [MidTime*8-1:0] mid_zero_point_q;
  logic [31:0] add_scale_residual_q;
  logic [31:0] add_offset_q;
  logic [SourceTime*32-1:0] add_scale_source_q;
  logic [ClampTime*32-1:0] clamp_q;  // {high, low}

  always_ff @(posedge clk_i) begin
    if (valid != '0) begin
      mid_zero_point_q <= {mid_zero_point_q[(MidTime-1)*8-1:0], mid_zero_point_i};
      add_scale_residual_q <= add_scale_residual_i;
      add_offset_q <= add_offset_i;
      add_scale_source_q <= {add_scale_source_q[(SourceTime-1)*32-1:0], add_scale_source_i};
      clamp_q <= {clamp_q[(ClampTime-1)*32-1:0], clamp_high_i, clamp_low_i};
    end
  end

  logic valid_out_q;
  logic raw_out_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_out_q <= 1'b0;
    end else begin
      valid_out_q <= valid[WindowTime] && last[WindowTime];
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid[WindowTime]) begin
      raw_out_q <= raw[WindowTime];
    end
  end

  assign valid_o = valid_out_q;

  logic signed [15:0] clamp_low;
  logic signed [15:0] clamp_high;
  assign clamp_low = $signed(clamp_q[(ClampTime-1)*32 +: 16]);
  assign clamp_high = $signed(clamp_q[(ClampTime-1)*32+16 +: 16]);

  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    logic [31:0] mid;
    logic [31:0] sum;
    logic [31:0] clamped_d, clamped_q;
    logic [31:0] maximum_d, maximum_q;

    requantize_lane u_requantize (
      .clk_i,
      .stage_valid_i   (valid[MidTime:0]),
      .requantize_i    (requantize),
      .value_i         (source_i[lane*32 +: 32]),
      .bias_i          (parameters_i[lane*64 +: 32]),
      .scale_i         (parameters_i[lane*64+32 +: 32]),
      .mid_signed_i    (mid_signed[MidTime]),
      .mid_zero_point_i(mid_zero_point_q[(MidTime-1)*8 +: 8]),
      .value_o         (mid)
    );

    residual_lane u_residual (
      .clk_i,
      .stage_valid_i       (valid[OutputTime:0]),
      .residual_enable_i   (residual_enable),
      .residual_i          (residual_i[lane*8 +: 8]),
      .residual_signed_i,
      .add_scale_residual_i(add_scale_residual_q),
      .add_offset_i        (add_offset_q),
      .value_i             (mid),
      .add_scale_source_i  (add_scale_source_q[(SourceTime-1)*32 +: 32]),
      .output_signed_i     (output_signed[OutputTime]),
      .value_o             (sum)
    );

    always_comb begin
      clamped_d = sum;
      if (valid[ClampTime] && !raw[ClampTime]) begin
        if ($signed(clamped_d[15:0]) < clamp_low) begin
          clamped_d = {{16{clamp_low[15]}}, clamp_low};
        end
        if ($signed(clamped_d[15:0]) > clamp_high) begin
          clamped_d = {{16{clamp_high[15]}}, clamp_high};
        end
      end
    end

    // Between the inputs of a window the register holds the maximum so far.
    always_comb begin
      maximum_d = clamped_q;
      if (!first[WindowTime] && ($signed(maximum_q[15:0]) > $signed(clamped_q[15:0]))) begin
        maximum_d = maximum_q;
      end
    end

    always_ff @(posedge clk_i) begin
      if (valid[ClampTime]) begin
        clamped_q <= clamped_d;
      end
      if (valid[WindowTime]) begin
        maximum_q <= maximum_d;
      end
    end

    assign data_o[lane*32 +: 32] = raw_out_q ? maximum_q : {24'd0, maximum_q[7:0]};
  end

  // A window is one group of inputs: its first input comes right after the last input of the one before.
  logic window_open_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      window_open_q <= 1'b0;
    end else if (valid_i) begin
      window_open_q <= !window_last_i;
    end
  end

  `ASSERT(WindowsDoNotOverlap, !valid_i || (window_first_i == !window_open_q))
  `ASSERT(RawHasNoWindow, !valid_i || !raw_i || (window_first_i && window_last_i))
  `ASSERT(RawIsNotProcessed, !valid_i || !raw_i || !(requantize_i || residual_enable_i))

`ifndef SYNTHESIS
  initial begin
    if (Lanes < 1) begin
      $fatal(1, "post_processing: Lanes is %0d, must be at least 1", Lanes);
    end
  end
`endif
endmodule
