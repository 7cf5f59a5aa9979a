// SPDX-License-Identifier: Apache-2.0
//
// The one memory of the chip: one read port, one write port, no reset.
//
// Read data is valid one cycle after the enable and then holds until the next read. A read and a write of the same
// address in the same cycle read the old contents. Each bit of the write mask covers Granule bits. A chip team puts its
// SRAM macro here; synthesis runs leave it as a black box.
module ram_1r1w #(
  parameter int Width = 32,
  parameter int Depth = 16,
  parameter int Granule = Width,
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic                     clk_i,
  input  logic                     read_enable_i,
  input  logic [AddrWidth-1:0]     read_addr_i,
  output logic [Width-1:0]         read_data_o,
  input  logic                     write_enable_i,
  input  logic [AddrWidth-1:0]     write_addr_i,
  input  logic [Width/Granule-1:0] write_mask_i,
  input  logic [Width-1:0]         write_data_i
);

  logic [Width-1:0] memory [0:Depth-1];
  logic [Width-1:0] read_data_q;

  assign read_data_o = read_data_q;

  always_ff @(posedge clk_i) begin
    if (read_enable_i) read_data_q <= memory[read_addr_i];
  end

  if (Granule == Width) begin : gen_whole_word
    always_ff @(posedge clk_i) begin
      if (write_enable_i && write_mask_i[0]) memory[write_addr_i] <= write_data_i;
    end
  end else begin : gen_masked
    always_ff @(posedge clk_i) begin
      if (write_enable_i) begin
        for (int g = 0; g < Width / Granule; g++) begin
          if (write_mask_i[g]) memory[write_addr_i][g*Granule +: Granule] <= write_data_i[g*Granule +: Granule];
        end
      end
    end
  end

endmodule
