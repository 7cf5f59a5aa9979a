// SPDX-License-Identifier: Apache-2.0
//
// The pins of systole_chip around almost nothing, for the tests of RtlLibrary: a build takes seconds. Register 0 reads as
// the parameter ArrayRows, register 4 as what powered up in a register without reset. A write of 1 to any address raises
// the interrupt; a write of 2 breaks an assertion.
module systole_chip #(
  parameter int ArrayRows = 4,
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      s_axil_aw_valid_i,
  output logic                      s_axil_aw_ready_o,
  input  logic [11:0]               s_axil_aw_addr_i,
  input  logic                      s_axil_w_valid_i,
  output logic                      s_axil_w_ready_o,
  input  logic [31:0]               s_axil_w_data_i,
  input  logic [3:0]                s_axil_w_strb_i,
  output logic                      s_axil_b_valid_o,
  input  logic                      s_axil_b_ready_i,
  output logic [1:0]                s_axil_b_resp_o,
  input  logic                      s_axil_ar_valid_i,
  output logic                      s_axil_ar_ready_o,
  input  logic [11:0]               s_axil_ar_addr_i,
  output logic                      s_axil_r_valid_o,
  input  logic                      s_axil_r_ready_i,
  output logic [31:0]               s_axil_r_data_o,
  output logic [1:0]                s_axil_r_resp_o,
  output logic                      m_axi_ar_valid_o,
  input  logic                      m_axi_ar_ready_i,
  output logic [1:0]                m_axi_ar_id_o,
  output logic [AxiAddressBits-1:0] m_axi_ar_addr_o,
  output logic [7:0]                m_axi_ar_len_o,
  output logic [2:0]                m_axi_ar_size_o,
  output logic [1:0]                m_axi_ar_burst_o,
  input  logic                      m_axi_r_valid_i,
  output logic                      m_axi_r_ready_o,
  input  logic [1:0]                m_axi_r_id_i,
  input  logic [AxiDataBits-1:0]    m_axi_r_data_i,
  input  logic [1:0]                m_axi_r_resp_i,
  input  logic                      m_axi_r_last_i,
  output logic                      m_axi_aw_valid_o,
  input  logic                      m_axi_aw_ready_i,
  output logic [1:0]                m_axi_aw_id_o,
  output logic [AxiAddressBits-1:0] m_axi_aw_addr_o,
  output logic [7:0]                m_axi_aw_len_o,
  output logic [2:0]                m_axi_aw_size_o,
  output logic [1:0]                m_axi_aw_burst_o,
  output logic                      m_axi_w_valid_o,
  input  logic                      m_axi_w_ready_i,
  output logic [AxiDataBits-1:0]    m_axi_w_data_o,
  output logic [AxiDataBits/8-1:0]  m_axi_w_strb_o,
  output logic                      m_axi_w_last_o,
  input  logic                      m_axi_b_valid_i,
  output logic                      m_axi_b_ready_o,
  input  logic [1:0]                m_axi_b_id_i,
  input  logic [1:0]                m_axi_b_resp_i,
  output logic                      irq_o,
  output logic [2:0]                trace_start_valid_o,
  output logic [95:0]               trace_start_index_o,
  output logic [2:0]                trace_retire_valid_o,
  output logic [95:0]               trace_retire_index_o
);

  logic [31:0] power_up_q;  // never written: what the simulator puts there
  always_ff @(posedge clk_i) power_up_q <= power_up_q;

  // The write data of the AXI master shows what came in on its read data, so a test sees every bit of the bus.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s_axil_b_valid_o <= 1'b0;
      s_axil_r_valid_o <= 1'b0;
      s_axil_r_data_o <= '0;
      m_axi_w_valid_o <= 1'b0;
      m_axi_w_data_o <= '0;
      irq_o <= 1'b0;
    end else begin
      s_axil_b_valid_o <= s_axil_aw_valid_i && s_axil_w_valid_i;
      if (s_axil_aw_valid_i && s_axil_w_valid_i && s_axil_w_data_i == 1) irq_o <= 1'b1;
      s_axil_r_valid_o <= s_axil_ar_valid_i;
      s_axil_r_data_o <= s_axil_ar_addr_i == 0 ? ArrayRows : power_up_q;
      m_axi_w_valid_o <= m_axi_r_valid_i;
      if (m_axi_r_valid_i) m_axi_w_data_o <= m_axi_r_data_i;
    end
  end

  assign s_axil_aw_ready_o = 1'b1;
  assign s_axil_w_ready_o = 1'b1;
  assign s_axil_b_resp_o = '0;
  assign s_axil_ar_ready_o = 1'b1;
  assign s_axil_r_resp_o = '0;
  assign {m_axi_ar_valid_o, m_axi_ar_id_o, m_axi_ar_addr_o, m_axi_ar_len_o, m_axi_ar_size_o, m_axi_ar_burst_o} = '0;
  assign {m_axi_aw_valid_o, m_axi_aw_id_o, m_axi_aw_addr_o, m_axi_aw_len_o, m_axi_aw_size_o, m_axi_aw_burst_o} = '0;
  assign m_axi_r_ready_o = 1'b1;
  assign m_axi_b_ready_o = 1'b1;
  assign m_axi_w_strb_o = '1;
  assign m_axi_w_last_o = 1'b1;
  assign trace_start_valid_o = '0;
  assign trace_start_index_o = '0;
  assign trace_retire_valid_o = '0;
  assign trace_retire_index_o = '0;

`ifdef VERILATOR
  NobodyWritesTwo : assert property (@(posedge clk_i) !(s_axil_w_valid_i && s_axil_w_data_i == 2))
    else $error("[%m] somebody wrote 2");
`endif

endmodule
