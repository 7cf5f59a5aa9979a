// SPDX-License-Identifier: Apache-2.0
//
// A deep or wide first-in first-out queue whose contents live in a ram_1r1w: an entry pushed in cycle t is at the
// output in cycle t + 2. It passes an entry every cycle.
//
// Depth is a power of two. ready_o counts what is stored; a push while it is 0 is the caller's error (asserted).
`include "common/assertions.svh"

module ram_fifo #(
  parameter int Width = 64,
  parameter int Depth = 16
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

  logic [PointerWidth:0] write_pointer_q, read_pointer_q, read_pointer_d;
  logic                  valid_q;

  logic pop, entry_behind;
  assign ready_o        = (write_pointer_q - read_pointer_q) != (PointerWidth + 1)'(Depth);
  assign valid_o        = valid_q;
  assign pop            = valid_q && ready_i;
  assign read_pointer_d = read_pointer_q + (PointerWidth + 1)'(pop);
  assign entry_behind   = write_pointer_q != read_pointer_d;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_pointer_q <= '0;
      read_pointer_q  <= '0;
      valid_q         <= 1'b0;
    end else begin
      if (valid_i) write_pointer_q <= write_pointer_q + 1'b1;
      read_pointer_q <= read_pointer_d;
      valid_q        <= entry_behind;
    end
  end

  ram_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_ram (
    .clk_i,
    .read_enable_i (entry_behind && (pop || !valid_q)),
    .read_addr_i   (read_pointer_d[PointerWidth-1:0]),
    .read_data_o   (data_o),
    .write_enable_i(valid_i),
    .write_addr_i  (write_pointer_q[PointerWidth-1:0]),
    .write_mask_i  (1'b1),
    .write_data_i  (data_i)
  );

  `ASSERT(NoPushWhenFull, valid_i |-> ready_o)

endmodule
