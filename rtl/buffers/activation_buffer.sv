// SPDX-License-Identifier: Apache-2.0
//
// The activation buffer: Banks memories, bank = top bits of the address, one read and one write port each.
//
// Reads, per bank and cycle: matrix, then the store engine's source, then its residual operand. Writes: store, then
// load. Who loses sees its grant at 0 and asks again. Matrix reads and store writes never lose. Read data is valid one
// cycle after the granted read.
module activation_buffer #(
  parameter int Banks = 4,
  parameter int BankWords = 256,
  parameter int WordBits = 32,
  parameter int GroupBits = 16,  // granule of a store write
  localparam int AddrWidth = $clog2(Banks * BankWords),
  localparam int GroupsPerWord = WordBits / GroupBits
) (
  input  logic                     clk_i,
  input  logic                     matrix_read_i,
  input  logic [AddrWidth-1:0]     matrix_addr_i,
  output logic [WordBits-1:0]      matrix_data_o,
  input  logic                     source_read_i,
  input  logic [AddrWidth-1:0]     source_addr_i,
  output logic                     source_grant_o,
  output logic [WordBits-1:0]      source_data_o,
  input  logic                     residual_read_i,
  input  logic [AddrWidth-1:0]     residual_addr_i,
  output logic                     residual_grant_o,
  output logic [WordBits-1:0]      residual_data_o,
  input  logic                     store_write_i,
  input  logic [AddrWidth-1:0]     store_addr_i,
  input  logic [GroupsPerWord-1:0] store_mask_i,
  input  logic [WordBits-1:0]      store_data_i,
  input  logic                     load_write_i,
  input  logic [AddrWidth-1:0]     load_addr_i,
  output logic                     load_grant_o,
  input  logic [WordBits-1:0]      load_data_i
);

  localparam int BankWidth = $clog2(Banks);
  localparam int WordWidth = $clog2(BankWords);

  logic [BankWidth-1:0] matrix_bank, source_bank, residual_bank, store_bank, load_bank;
  logic [BankWidth-1:0] matrix_bank_q, source_bank_q, residual_bank_q;
  assign matrix_bank   = matrix_addr_i[WordWidth +: BankWidth];
  assign source_bank   = source_addr_i[WordWidth +: BankWidth];
  assign residual_bank = residual_addr_i[WordWidth +: BankWidth];
  assign store_bank    = store_addr_i[WordWidth +: BankWidth];
  assign load_bank     = load_addr_i[WordWidth +: BankWidth];

  logic source_read, residual_read, load_write;
  assign source_grant_o   = !(matrix_read_i && matrix_bank == source_bank);
  assign residual_grant_o = !(matrix_read_i && matrix_bank == residual_bank)
                            && !(source_read_i && source_bank == residual_bank);
  assign load_grant_o     = !(store_write_i && store_bank == load_bank);
  assign source_read      = source_read_i && source_grant_o;
  assign residual_read    = residual_read_i && residual_grant_o;
  assign load_write       = load_write_i && load_grant_o;

  always_ff @(posedge clk_i) begin
    if (matrix_read_i) matrix_bank_q <= matrix_bank;
    if (source_read) source_bank_q <= source_bank;
    if (residual_read) residual_bank_q <= residual_bank;
  end

  // Only ports of instances drive the elements: without the attribute Yosys takes the array for a memory that nobody
  // writes.
  (* mem2reg *) logic [WordBits-1:0] bank_data [0:Banks-1];

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic matrix_here, source_here, residual_here, store_here, load_here;
    assign matrix_here   = matrix_read_i && matrix_bank == BankWidth'(b);
    assign source_here   = source_read && source_bank == BankWidth'(b);
    assign residual_here = residual_read && residual_bank == BankWidth'(b);
    assign store_here    = store_write_i && store_bank == BankWidth'(b);
    assign load_here     = load_write && load_bank == BankWidth'(b);

    ram_1r1w #(
      .Width  (WordBits),
      .Depth  (BankWords),
      .Granule(GroupBits)
    ) u_ram (
      .clk_i,
      .read_enable_i (matrix_here || source_here || residual_here),
      .read_addr_i   (matrix_here ? matrix_addr_i[WordWidth-1:0] :
                      source_here ? source_addr_i[WordWidth-1:0] : residual_addr_i[WordWidth-1:0]),
      .read_data_o   (bank_data[b]),
      .write_enable_i(store_here || load_here),
      .write_addr_i  (store_here ? store_addr_i[WordWidth-1:0] : load_addr_i[WordWidth-1:0]),
      .write_mask_i  (store_here ? store_mask_i : '1),
      .write_data_i  (store_here ? store_data_i : load_data_i)
    );
  end

  assign matrix_data_o   = bank_data[matrix_bank_q];
  assign source_data_o   = bank_data[source_bank_q];
  assign residual_data_o = bank_data[residual_bank_q];

endmodule
