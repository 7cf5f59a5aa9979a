// SPDX-License-Identifier: Apache-2.0
//
// The inside of a systole_chip that is almost nothing, for the tests of RtlLibrary: a build takes seconds. They put it
// behind the parameters and ports of rtl/systole_chip.sv. Register 0 reads as the parameter ArrayRows, register 4 as what
// powered up in a register without reset. A write of 1 to any address raises the interrupt; a write of 2 breaks an
// assertion.

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
