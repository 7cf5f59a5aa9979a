// SPDX-License-Identifier: Apache-2.0
//
// A small first-in first-out queue in registers: an entry pushed in cycle t is at the output in cycle t + 1.
//
// Depth is a power of two. A push into a full queue is the caller's error (asserted), even when an entry leaves in the
// same cycle.
`include "common/assertions.svh"

module fifo #(
  parameter int Width = 8,
  parameter int Depth = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);

  localparam int PointerWidth = $clog2(Depth);

  logic [Width-1:0]      memory [0:Depth-1];
  logic [PointerWidth:0] write_pointer_q, read_pointer_q;  // one bit more than the index: full is not empty

  logic push, pop;
  assign valid_o = write_pointer_q != read_pointer_q;
  assign ready_o = (write_pointer_q - read_pointer_q) != (PointerWidth + 1)'(Depth);
  assign data_o  = memory[read_pointer_q[PointerWidth-1:0]];
  assign push    = valid_i && ready_o;
  assign pop     = valid_o && ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_pointer_q <= '0;
      read_pointer_q  <= '0;
    end else begin
      if (push) write_pointer_q <= write_pointer_q + 1'b1;
      if (pop) read_pointer_q <= read_pointer_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) memory[write_pointer_q[PointerWidth-1:0]] <= data_i;
  end

  `ASSERT(NoPushWhenFull, valid_i |-> ready_o)

endmodule
