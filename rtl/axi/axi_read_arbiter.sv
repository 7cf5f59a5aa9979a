// SPDX-License-Identifier: Apache-2.0
//
// The AXI read address channel: instruction fetch before load, through one register.
//
// Timing. A request is taken in a cycle in which the register is empty or its burst is accepted, and is on the pins in
// the next cycle, where it stays until accepted.
module axi_read_arbiter #(
  parameter int AxiAddressBits = 40
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           fetch_valid_i,
  output logic                           fetch_ready_o,
  input  logic [AxiAddressBits-1:0]      fetch_addr_i,
  input  logic [7:0]                     fetch_len_i,
  input  logic                           load_valid_i,
  output logic                           load_ready_o,
  input  logic [AxiAddressBits-1:0]      load_addr_i,
  input  logic [7:0]                     load_len_i,
  output logic                           ar_valid_o,
  input  logic                           ar_ready_i,
  output logic [isa_pkg::AxiIdWidth-1:0] ar_id_o,
  output logic [AxiAddressBits-1:0]      ar_addr_o,
  output logic [7:0]                     ar_len_o
);

  localparam int AxiIdWidth = isa_pkg::AxiIdWidth;

  logic                      valid_q, take;
  logic [AxiIdWidth-1:0]     id_q;
  logic [AxiAddressBits-1:0] addr_q;
  logic [7:0]                len_q;

  assign take          = !valid_q || ar_ready_i;
  assign fetch_ready_o = take;
  assign load_ready_o  = take && !fetch_valid_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (take) valid_q <= fetch_valid_i || load_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      id_q   <= fetch_valid_i ? AxiIdWidth'(isa_pkg::AxiIdFetch) : AxiIdWidth'(isa_pkg::AxiIdLoad);
      addr_q <= fetch_valid_i ? fetch_addr_i : load_addr_i;
      len_q  <= fetch_valid_i ? fetch_len_i : load_len_i;
    end
  end

  assign ar_valid_o = valid_q;
  assign ar_id_o    = id_q;
  assign ar_addr_o  = addr_q;
  assign ar_len_o   = len_q;

endmodule
