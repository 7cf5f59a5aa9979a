// SPDX-License-Identifier: Apache-2.0
//
// The AXI side of the store engine: sends bursts whose data is complete, and counts their responses.
//
// Timing. AW is offered while fewer than Outstanding bursts wait for their response. The beats of a burst are offered
// from the cycle after its AW was accepted, one a cycle. complete_o is 1 in the cycle of the last response of an
// instruction.
`include "common/assertions.svh"

module store_writer #(
  parameter int AxiAddressBits = 40,
  parameter int Outstanding = 4
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // complete bursts
  input  logic                      burst_valid_i,
  output logic                      burst_ready_o,
  input  logic [AxiAddressBits-1:0] burst_addr_i,
  input  logic [7:0]                burst_len_i,
  input  logic                      burst_last_i,
  // their beats
  input  logic                      beat_valid_i,
  output logic                      beat_ready_o,
  // AXI
  output logic                      aw_valid_o,
  input  logic                      aw_ready_i,
  output logic [AxiAddressBits-1:0] aw_addr_o,
  output logic [7:0]                aw_len_o,
  output logic                      w_valid_o,
  input  logic                      w_ready_i,
  input  logic                      b_valid_i,
  output logic                      complete_o
);

  localparam int CountWidth = $clog2(Outstanding + 1);
  localparam int FlagDepth = 2 ** $clog2(Outstanding);
  localparam int SendWidth = $clog2(Outstanding + 1) + 9;

  logic [CountWidth-1:0] in_flight_q;
  logic [SendWidth-1:0]  to_send_q;  // beats of accepted bursts, still to be offered
  logic aw_sent, w_sent, flag_ready, flag_valid, flag;

  assign aw_valid_o    = burst_valid_i && in_flight_q != CountWidth'(Outstanding);
  assign aw_addr_o     = burst_addr_i;
  assign aw_len_o      = burst_len_i;
  assign aw_sent       = aw_valid_o && aw_ready_i;
  assign burst_ready_o = aw_sent;

  assign w_valid_o    = beat_valid_i && to_send_q != '0;
  assign w_sent       = w_valid_o && w_ready_i;
  assign beat_ready_o = w_sent;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_flight_q <= '0;
      to_send_q   <= '0;
    end else begin
      in_flight_q <= in_flight_q + CountWidth'(aw_sent) - CountWidth'(b_valid_i);
      to_send_q   <= to_send_q + (aw_sent ? SendWidth'(burst_len_i) + 1'b1 : '0) - SendWidth'(w_sent);
    end
  end

  fifo #(
    .Width(1),
    .Depth(FlagDepth < 2 ? 2 : FlagDepth)
  ) u_flags (
    .clk_i,
    .rst_ni,
    .valid_i(aw_sent),
    .ready_o(flag_ready),
    .data_i (burst_last_i),
    .valid_o(flag_valid),
    .ready_i(b_valid_i),
    .data_o (flag)
  );
  assign complete_o = b_valid_i && flag_valid && flag;

  `ASSERT(ResponseIsExpected, b_valid_i |-> flag_valid)
  `ASSERT(FlagsHaveRoom, aw_sent |-> flag_ready)

endmodule
