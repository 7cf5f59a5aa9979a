// SPDX-License-Identifier: Apache-2.0
//
// Fetches the instructions of a program, in order: one AXI burst of 128 bytes each.
//
// Timing. The doorbell of cycle 0 is start_i of cycle 1; the first burst is offered in cycle 2, and one every cycle
// while fewer than Depth instructions are asked for or waiting here. An instruction whose last beat arrives in cycle t
// is offered from cycle t + 2.
`include "common/assertions.svh"

module instruction_fetch #(
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int Depth = 4
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  input  logic                                start_i,
  input  logic [AxiAddressBits-1:0]           program_base_i,
  input  logic [isa_pkg::IndexWidth-1:0]      program_count_i,
  output logic                                ar_valid_o,
  input  logic                                ar_ready_i,
  output logic [AxiAddressBits-1:0]           ar_addr_o,
  output logic [7:0]                          ar_len_o,
  input  logic                                r_valid_i,
  input  logic [AxiDataBits-1:0]              r_data_i,
  output logic                                valid_o,
  input  logic                                ready_i,
  output logic [isa_pkg::InstructionBits-1:0] instruction_o,
  output logic [isa_pkg::IndexWidth-1:0]      fetched_o  // instructions received so far
);

  localparam int InstructionBits = isa_pkg::InstructionBits;
  localparam int Beats = InstructionBits / AxiDataBits;
  localparam int RoomWidth = $clog2(Depth + 1);

  logic [isa_pkg::IndexWidth-1:0] to_ask_q, fetched_q;
  logic [AxiAddressBits-1:0]      address_q;
  logic [RoomWidth-1:0]           room_q;
  logic accept, complete, pop;

  assign ar_valid_o = to_ask_q != '0 && room_q != '0;
  assign ar_addr_o  = address_q;
  assign ar_len_o   = 8'(Beats - 1);
  assign accept     = ar_valid_o && ar_ready_i;
  assign pop        = valid_o && ready_i;
  assign fetched_o  = fetched_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      to_ask_q  <= '0;
      room_q    <= RoomWidth'(Depth);
      fetched_q <= '0;
    end else begin
      if (start_i) to_ask_q <= program_count_i;
      else if (accept) to_ask_q <= to_ask_q - 1'b1;
      room_q <= room_q - RoomWidth'(accept) + RoomWidth'(pop);
      if (start_i) fetched_q <= '0;
      else if (complete) fetched_q <= fetched_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) address_q <= program_base_i;
    else if (accept) address_q <= address_q + AxiAddressBits'(isa_pkg::InstructionBytes);
  end

  // Beats fill the instruction from the bottom; the last one goes into the FIFO with those before it.
  logic [InstructionBits-1:0] gathered;
  if (Beats == 1) begin : gen_one_beat
    assign complete = r_valid_i;
    assign gathered = r_data_i;
  end else begin : gen_beats
    logic [$clog2(Beats)-1:0]               beat_q;
    logic [InstructionBits-AxiDataBits-1:0] earlier_q;
    assign complete = r_valid_i && beat_q == ($clog2(Beats))'(Beats - 1);
    assign gathered = {r_data_i, earlier_q};
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) beat_q <= '0;
      else if (r_valid_i) beat_q <= beat_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      if (r_valid_i) earlier_q <= gathered[InstructionBits-1:AxiDataBits];
    end
  end

  logic fifo_ready;
  ram_fifo #(
    .Width(InstructionBits),
    .Depth(Depth)
  ) u_instructions (
    .clk_i,
    .rst_ni,
    .valid_i(complete),
    .ready_o(fifo_ready),
    .data_i (gathered),
    .valid_o,
    .ready_i,
    .data_o (instruction_o)
  );

  `ASSERT(RoomWasReserved, complete |-> fifo_ready)

endmodule
