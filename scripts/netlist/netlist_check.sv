// SPDX-License-Identifier: Apache-2.0
//
// The netlist beside the RTL of the exported testbench, with the same inputs. In every cycle every output must be the same, data
// where its valid (of write data: its strobe) says that it counts.
`include "testbench.svh"

// The output is the same in both, if it counts.
`define SAME(counts, port) \
  if (counts) check(testbench.u_chip.port === u_netlist.port, $bits(testbench.u_chip.port), `"port`");

module netlist_check;
  netlist_chip u_netlist (
    .clk_i(testbench.u_chip.clk_i),
    .rst_ni(testbench.u_chip.rst_ni),
    .s_axil_aw_valid_i(testbench.u_chip.s_axil_aw_valid_i),
    .s_axil_aw_addr_i(testbench.u_chip.s_axil_aw_addr_i),
    .s_axil_w_valid_i(testbench.u_chip.s_axil_w_valid_i),
    .s_axil_w_data_i(testbench.u_chip.s_axil_w_data_i),
    .s_axil_w_strb_i(testbench.u_chip.s_axil_w_strb_i),
    .s_axil_b_ready_i(testbench.u_chip.s_axil_b_ready_i),
    .s_axil_ar_valid_i(testbench.u_chip.s_axil_ar_valid_i),
    .s_axil_ar_addr_i(testbench.u_chip.s_axil_ar_addr_i),
    .s_axil_r_ready_i(testbench.u_chip.s_axil_r_ready_i),
    .m_axi_ar_ready_i(testbench.u_chip.m_axi_ar_ready_i),
    .m_axi_r_valid_i(testbench.u_chip.m_axi_r_valid_i),
    .m_axi_r_id_i(testbench.u_chip.m_axi_r_id_i),
    .m_axi_r_data_i(testbench.u_chip.m_axi_r_data_i),
    .m_axi_r_resp_i(testbench.u_chip.m_axi_r_resp_i),
    .m_axi_r_last_i(testbench.u_chip.m_axi_r_last_i),
    .m_axi_aw_ready_i(testbench.u_chip.m_axi_aw_ready_i),
    .m_axi_w_ready_i(testbench.u_chip.m_axi_w_ready_i),
    .m_axi_b_valid_i(testbench.u_chip.m_axi_b_valid_i),
    .m_axi_b_id_i(testbench.u_chip.m_axi_b_id_i),
    .m_axi_b_resp_i(testbench.u_chip.m_axi_b_resp_i)
  );

  integer compared = 0;  // bits

  task automatic check(input logic same, input integer bits, input [8*32-1:0] name);
    begin
      compared = compared + bits;
      if (!same) $fatal(1, "FAIL: RTL and netlist differ in %0s", name);
    end
  endtask

  always @(posedge testbench.clk) begin
    if (testbench.rst_n) begin
      `SAME(1'b1, s_axil_aw_ready_o)
      `SAME(1'b1, s_axil_w_ready_o)
      `SAME(1'b1, s_axil_b_valid_o)
      `SAME(1'b1, s_axil_ar_ready_o)
      `SAME(1'b1, s_axil_r_valid_o)
      `SAME(1'b1, m_axi_ar_valid_o)
      `SAME(1'b1, m_axi_r_ready_o)
      `SAME(1'b1, m_axi_aw_valid_o)
      `SAME(1'b1, m_axi_w_valid_o)
      `SAME(1'b1, m_axi_b_ready_o)
      `SAME(1'b1, irq_o)
      `SAME(1'b1, trace_start_valid_o)
      `SAME(1'b1, trace_retire_valid_o)
      `SAME(testbench.u_chip.s_axil_b_valid_o, s_axil_b_resp_o)
      `SAME(testbench.u_chip.s_axil_r_valid_o, s_axil_r_data_o)
      `SAME(testbench.u_chip.s_axil_r_valid_o, s_axil_r_resp_o)
      `SAME(testbench.u_chip.m_axi_ar_valid_o, m_axi_ar_id_o)
      `SAME(testbench.u_chip.m_axi_ar_valid_o, m_axi_ar_addr_o)
      `SAME(testbench.u_chip.m_axi_ar_valid_o, m_axi_ar_len_o)
      `SAME(testbench.u_chip.m_axi_ar_valid_o, m_axi_ar_size_o)
      `SAME(testbench.u_chip.m_axi_ar_valid_o, m_axi_ar_burst_o)
      `SAME(testbench.u_chip.m_axi_aw_valid_o, m_axi_aw_id_o)
      `SAME(testbench.u_chip.m_axi_aw_valid_o, m_axi_aw_addr_o)
      `SAME(testbench.u_chip.m_axi_aw_valid_o, m_axi_aw_len_o)
      `SAME(testbench.u_chip.m_axi_aw_valid_o, m_axi_aw_size_o)
      `SAME(testbench.u_chip.m_axi_aw_valid_o, m_axi_aw_burst_o)
      `SAME(testbench.u_chip.m_axi_w_valid_o, m_axi_w_strb_o)
      `SAME(testbench.u_chip.m_axi_w_valid_o, m_axi_w_last_o)
      for (int lane = 0; lane < `SYSTOLE_AXI_DATA_BITS / 8; lane++)
        `SAME(testbench.u_chip.m_axi_w_valid_o && testbench.u_chip.m_axi_w_strb_o[lane], m_axi_w_data_o[lane*8 +: 8])
      for (int e = 0; e < isa_pkg::Engines; e++) begin
        `SAME(testbench.u_chip.trace_start_valid_o[e], trace_start_index_o[e*isa_pkg::IndexWidth +: isa_pkg::IndexWidth])
        `SAME(testbench.u_chip.trace_retire_valid_o[e], trace_retire_index_o[e*isa_pkg::IndexWidth +: isa_pkg::IndexWidth])
      end
    end
  end

  final $display("netlist: %0d output bits equal", compared);
endmodule
