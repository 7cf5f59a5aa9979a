// SPDX-License-Identifier: Apache-2.0
//
// The accumulators: two banks of int32 rows, bank = top bit of the address, one read and one write port each.
//
// The matrix engine writes, and reads where it accumulates; the store engine reads. The matrix engine's read comes
// first: store_grant_o is 0 while it reads the same bank. Programs keep the engines in different banks with semaphores.
// Read data is valid one cycle after the granted read.
module accumulator_buffer #(
  parameter int BankRows = 64,
  parameter int RowBits = 128,
  localparam int AddrWidth = $clog2(2 * BankRows)
) (
  input  logic                 clk_i,
  input  logic                 matrix_read_i,
  input  logic [AddrWidth-1:0] matrix_read_addr_i,
  output logic [RowBits-1:0]   matrix_read_data_o,
  input  logic                 matrix_write_i,
  input  logic [AddrWidth-1:0] matrix_write_addr_i,
  input  logic [RowBits-1:0]   matrix_write_data_i,
  input  logic                 store_read_i,
  input  logic [AddrWidth-1:0] store_addr_i,
  output logic                 store_grant_o,
  output logic [RowBits-1:0]   store_data_o
);

  localparam int RowWidth = AddrWidth - 1;

  logic matrix_bank, store_bank, matrix_bank_q, store_bank_q, store_read;
  assign matrix_bank   = matrix_read_addr_i[RowWidth];
  assign store_bank    = store_addr_i[RowWidth];
  assign store_grant_o = !(matrix_read_i && matrix_bank == store_bank);
  assign store_read    = store_read_i && store_grant_o;

  always_ff @(posedge clk_i) begin
    if (matrix_read_i) matrix_bank_q <= matrix_bank;
    if (store_read) store_bank_q <= store_bank;
  end

  // Only ports of instances drive the elements: without the attribute Yosys takes the array for a memory that nobody
  // writes.
  (* mem2reg *) logic [RowBits-1:0] bank_data [0:1];

  for (genvar b = 0; b < 2; b++) begin : gen_bank
    logic matrix_here, store_here;
    assign matrix_here = matrix_read_i && matrix_bank == 1'(b);
    assign store_here  = store_read && store_bank == 1'(b);
    ram_1r1w #(
      .Width(RowBits),
      .Depth(BankRows)
    ) u_ram (
      .clk_i,
      .read_enable_i (matrix_here || store_here),
      .read_addr_i   (matrix_here ? matrix_read_addr_i[RowWidth-1:0] : store_addr_i[RowWidth-1:0]),
      .read_data_o   (bank_data[b]),
      .write_enable_i(matrix_write_i && matrix_write_addr_i[RowWidth] == 1'(b)),
      .write_addr_i  (matrix_write_addr_i[RowWidth-1:0]),
      .write_mask_i  (1'b1),
      .write_data_i  (matrix_write_data_i)
    );
  end

  assign matrix_read_data_o = bank_data[matrix_bank_q];
  assign store_data_o       = bank_data[store_bank_q];

endmodule
