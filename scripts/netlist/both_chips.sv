// SPDX-License-Identifier: Apache-2.0
//
// The RTL and its netlist side by side, with the same inputs: in place of systole_chip in the exported testbench. In every cycle every
// output must be the same, data where its valid (of write data: its strobe) says that it counts. Outputs are the RTL's.
`include "parameters.svh"
`include "testbench.svh"

module both_chips #(parameter int Unused = 0) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  input  logic                                  s_axil_aw_valid_i,
  output logic                                  s_axil_aw_ready_o,
  input  logic [11:0]                           s_axil_aw_addr_i,
  input  logic                                  s_axil_w_valid_i,
  output logic                                  s_axil_w_ready_o,
  input  logic [31:0]                           s_axil_w_data_i,
  input  logic [3:0]                            s_axil_w_strb_i,
  output logic                                  s_axil_b_valid_o,
  input  logic                                  s_axil_b_ready_i,
  output logic [1:0]                            s_axil_b_resp_o,
  input  logic                                  s_axil_ar_valid_i,
  output logic                                  s_axil_ar_ready_o,
  input  logic [11:0]                           s_axil_ar_addr_i,
  output logic                                  s_axil_r_valid_o,
  input  logic                                  s_axil_r_ready_i,
  output logic [31:0]                           s_axil_r_data_o,
  output logic [1:0]                            s_axil_r_resp_o,
  output logic                                  m_axi_ar_valid_o,
  input  logic                                  m_axi_ar_ready_i,
  output logic [1:0]                            m_axi_ar_id_o,
  output logic [`SYSTOLE_AXI_ADDRESS_BITS-1:0]  m_axi_ar_addr_o,
  output logic [7:0]                            m_axi_ar_len_o,
  output logic [2:0]                            m_axi_ar_size_o,
  output logic [1:0]                            m_axi_ar_burst_o,
  input  logic                                  m_axi_r_valid_i,
  output logic                                  m_axi_r_ready_o,
  input  logic [1:0]                            m_axi_r_id_i,
  input  logic [`SYSTOLE_AXI_DATA_BITS-1:0]     m_axi_r_data_i,
  input  logic [1:0]                            m_axi_r_resp_i,
  input  logic                                  m_axi_r_last_i,
  output logic                                  m_axi_aw_valid_o,
  input  logic                                  m_axi_aw_ready_i,
  output logic [1:0]                            m_axi_aw_id_o,
  output logic [`SYSTOLE_AXI_ADDRESS_BITS-1:0]  m_axi_aw_addr_o,
  output logic [7:0]                            m_axi_aw_len_o,
  output logic [2:0]                            m_axi_aw_size_o,
  output logic [1:0]                            m_axi_aw_burst_o,
  output logic                                  m_axi_w_valid_o,
  input  logic                                  m_axi_w_ready_i,
  output logic [`SYSTOLE_AXI_DATA_BITS-1:0]     m_axi_w_data_o,
  output logic [`SYSTOLE_AXI_DATA_BITS/8-1:0]   m_axi_w_strb_o,
  output logic                                  m_axi_w_last_o,
  input  logic                                  m_axi_b_valid_i,
  output logic                                  m_axi_b_ready_o,
  input  logic [1:0]                            m_axi_b_id_i,
  input  logic [1:0]                            m_axi_b_resp_i,
  output logic                                  irq_o,
  output logic [2:0]                            trace_start_valid_o,
  output logic [95:0]                           trace_start_index_o,
  output logic [2:0]                            trace_retire_valid_o,
  output logic [95:0]                           trace_retire_index_o
);

  systole_chip #(`SYSTOLE_PARAMETERS) u_rtl (.*);

  // The netlist's outputs.
  logic net_s_axil_aw_ready_o;
  logic net_s_axil_w_ready_o;
  logic net_s_axil_b_valid_o;
  logic [1:0] net_s_axil_b_resp_o;
  logic net_s_axil_ar_ready_o;
  logic net_s_axil_r_valid_o;
  logic [31:0] net_s_axil_r_data_o;
  logic [1:0] net_s_axil_r_resp_o;
  logic net_m_axi_ar_valid_o;
  logic [1:0] net_m_axi_ar_id_o;
  logic [`SYSTOLE_AXI_ADDRESS_BITS-1:0] net_m_axi_ar_addr_o;
  logic [7:0] net_m_axi_ar_len_o;
  logic [2:0] net_m_axi_ar_size_o;
  logic [1:0] net_m_axi_ar_burst_o;
  logic net_m_axi_r_ready_o;
  logic net_m_axi_aw_valid_o;
  logic [1:0] net_m_axi_aw_id_o;
  logic [`SYSTOLE_AXI_ADDRESS_BITS-1:0] net_m_axi_aw_addr_o;
  logic [7:0] net_m_axi_aw_len_o;
  logic [2:0] net_m_axi_aw_size_o;
  logic [1:0] net_m_axi_aw_burst_o;
  logic net_m_axi_w_valid_o;
  logic [`SYSTOLE_AXI_DATA_BITS-1:0] net_m_axi_w_data_o;
  logic [`SYSTOLE_AXI_DATA_BITS/8-1:0] net_m_axi_w_strb_o;
  logic net_m_axi_w_last_o;
  logic net_m_axi_b_ready_o;
  logic net_irq_o;
  logic [2:0] net_trace_start_valid_o;
  logic [95:0] net_trace_start_index_o;
  logic [2:0] net_trace_retire_valid_o;
  logic [95:0] net_trace_retire_index_o;
  netlist_chip u_netlist (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .s_axil_aw_valid_i(s_axil_aw_valid_i),
    .s_axil_aw_ready_o(net_s_axil_aw_ready_o),
    .s_axil_aw_addr_i(s_axil_aw_addr_i),
    .s_axil_w_valid_i(s_axil_w_valid_i),
    .s_axil_w_ready_o(net_s_axil_w_ready_o),
    .s_axil_w_data_i(s_axil_w_data_i),
    .s_axil_w_strb_i(s_axil_w_strb_i),
    .s_axil_b_valid_o(net_s_axil_b_valid_o),
    .s_axil_b_ready_i(s_axil_b_ready_i),
    .s_axil_b_resp_o(net_s_axil_b_resp_o),
    .s_axil_ar_valid_i(s_axil_ar_valid_i),
    .s_axil_ar_ready_o(net_s_axil_ar_ready_o),
    .s_axil_ar_addr_i(s_axil_ar_addr_i),
    .s_axil_r_valid_o(net_s_axil_r_valid_o),
    .s_axil_r_ready_i(s_axil_r_ready_i),
    .s_axil_r_data_o(net_s_axil_r_data_o),
    .s_axil_r_resp_o(net_s_axil_r_resp_o),
    .m_axi_ar_valid_o(net_m_axi_ar_valid_o),
    .m_axi_ar_ready_i(m_axi_ar_ready_i),
    .m_axi_ar_id_o(net_m_axi_ar_id_o),
    .m_axi_ar_addr_o(net_m_axi_ar_addr_o),
    .m_axi_ar_len_o(net_m_axi_ar_len_o),
    .m_axi_ar_size_o(net_m_axi_ar_size_o),
    .m_axi_ar_burst_o(net_m_axi_ar_burst_o),
    .m_axi_r_valid_i(m_axi_r_valid_i),
    .m_axi_r_ready_o(net_m_axi_r_ready_o),
    .m_axi_r_id_i(m_axi_r_id_i),
    .m_axi_r_data_i(m_axi_r_data_i),
    .m_axi_r_resp_i(m_axi_r_resp_i),
    .m_axi_r_last_i(m_axi_r_last_i),
    .m_axi_aw_valid_o(net_m_axi_aw_valid_o),
    .m_axi_aw_ready_i(m_axi_aw_ready_i),
    .m_axi_aw_id_o(net_m_axi_aw_id_o),
    .m_axi_aw_addr_o(net_m_axi_aw_addr_o),
    .m_axi_aw_len_o(net_m_axi_aw_len_o),
    .m_axi_aw_size_o(net_m_axi_aw_size_o),
    .m_axi_aw_burst_o(net_m_axi_aw_burst_o),
    .m_axi_w_valid_o(net_m_axi_w_valid_o),
    .m_axi_w_ready_i(m_axi_w_ready_i),
    .m_axi_w_data_o(net_m_axi_w_data_o),
    .m_axi_w_strb_o(net_m_axi_w_strb_o),
    .m_axi_w_last_o(net_m_axi_w_last_o),
    .m_axi_b_valid_i(m_axi_b_valid_i),
    .m_axi_b_ready_o(net_m_axi_b_ready_o),
    .m_axi_b_id_i(m_axi_b_id_i),
    .m_axi_b_resp_i(m_axi_b_resp_i),
    .irq_o(net_irq_o),
    .trace_start_valid_o(net_trace_start_valid_o),
    .trace_start_index_o(net_trace_start_index_o),
    .trace_retire_valid_o(net_trace_retire_valid_o),
    .trace_retire_index_o(net_trace_retire_index_o)
  );

  integer compared = 0;  // bits

  task automatic same(input logic [1023:0] rtl, input logic [1023:0] net, input integer bits, input [8*24-1:0] name);
    begin
      compared = compared + bits;
      if (rtl !== net) $fatal(1, "FAIL: %0s is %h in the RTL and %h in the netlist", name, rtl, net);
    end
  endtask

  always @(posedge clk_i) begin
    if (rst_ni) begin
      same(1024'(s_axil_aw_ready_o), 1024'(net_s_axil_aw_ready_o), $bits(s_axil_aw_ready_o), "s_axil_aw_ready_o");
      same(1024'(s_axil_w_ready_o), 1024'(net_s_axil_w_ready_o), $bits(s_axil_w_ready_o), "s_axil_w_ready_o");
      same(1024'(s_axil_b_valid_o), 1024'(net_s_axil_b_valid_o), $bits(s_axil_b_valid_o), "s_axil_b_valid_o");
      if (s_axil_b_valid_o) same(1024'(s_axil_b_resp_o), 1024'(net_s_axil_b_resp_o), $bits(s_axil_b_resp_o), "s_axil_b_resp_o");
      same(1024'(s_axil_ar_ready_o), 1024'(net_s_axil_ar_ready_o), $bits(s_axil_ar_ready_o), "s_axil_ar_ready_o");
      same(1024'(s_axil_r_valid_o), 1024'(net_s_axil_r_valid_o), $bits(s_axil_r_valid_o), "s_axil_r_valid_o");
      if (s_axil_r_valid_o) same(1024'(s_axil_r_data_o), 1024'(net_s_axil_r_data_o), $bits(s_axil_r_data_o), "s_axil_r_data_o");
      if (s_axil_r_valid_o) same(1024'(s_axil_r_resp_o), 1024'(net_s_axil_r_resp_o), $bits(s_axil_r_resp_o), "s_axil_r_resp_o");
      same(1024'(m_axi_ar_valid_o), 1024'(net_m_axi_ar_valid_o), $bits(m_axi_ar_valid_o), "m_axi_ar_valid_o");
      if (m_axi_ar_valid_o) same(1024'(m_axi_ar_id_o), 1024'(net_m_axi_ar_id_o), $bits(m_axi_ar_id_o), "m_axi_ar_id_o");
      if (m_axi_ar_valid_o) same(1024'(m_axi_ar_addr_o), 1024'(net_m_axi_ar_addr_o), $bits(m_axi_ar_addr_o), "m_axi_ar_addr_o");
      if (m_axi_ar_valid_o) same(1024'(m_axi_ar_len_o), 1024'(net_m_axi_ar_len_o), $bits(m_axi_ar_len_o), "m_axi_ar_len_o");
      if (m_axi_ar_valid_o) same(1024'(m_axi_ar_size_o), 1024'(net_m_axi_ar_size_o), $bits(m_axi_ar_size_o), "m_axi_ar_size_o");
      if (m_axi_ar_valid_o) same(1024'(m_axi_ar_burst_o), 1024'(net_m_axi_ar_burst_o), $bits(m_axi_ar_burst_o), "m_axi_ar_burst_o");
      same(1024'(m_axi_r_ready_o), 1024'(net_m_axi_r_ready_o), $bits(m_axi_r_ready_o), "m_axi_r_ready_o");
      same(1024'(m_axi_aw_valid_o), 1024'(net_m_axi_aw_valid_o), $bits(m_axi_aw_valid_o), "m_axi_aw_valid_o");
      if (m_axi_aw_valid_o) same(1024'(m_axi_aw_id_o), 1024'(net_m_axi_aw_id_o), $bits(m_axi_aw_id_o), "m_axi_aw_id_o");
      if (m_axi_aw_valid_o) same(1024'(m_axi_aw_addr_o), 1024'(net_m_axi_aw_addr_o), $bits(m_axi_aw_addr_o), "m_axi_aw_addr_o");
      if (m_axi_aw_valid_o) same(1024'(m_axi_aw_len_o), 1024'(net_m_axi_aw_len_o), $bits(m_axi_aw_len_o), "m_axi_aw_len_o");
      if (m_axi_aw_valid_o) same(1024'(m_axi_aw_size_o), 1024'(net_m_axi_aw_size_o), $bits(m_axi_aw_size_o), "m_axi_aw_size_o");
      if (m_axi_aw_valid_o) same(1024'(m_axi_aw_burst_o), 1024'(net_m_axi_aw_burst_o), $bits(m_axi_aw_burst_o), "m_axi_aw_burst_o");
      same(1024'(m_axi_w_valid_o), 1024'(net_m_axi_w_valid_o), $bits(m_axi_w_valid_o), "m_axi_w_valid_o");
      if (m_axi_w_valid_o) same(1024'(m_axi_w_strb_o), 1024'(net_m_axi_w_strb_o), $bits(m_axi_w_strb_o), "m_axi_w_strb_o");
      if (m_axi_w_valid_o) same(1024'(m_axi_w_last_o), 1024'(net_m_axi_w_last_o), $bits(m_axi_w_last_o), "m_axi_w_last_o");
      same(1024'(m_axi_b_ready_o), 1024'(net_m_axi_b_ready_o), $bits(m_axi_b_ready_o), "m_axi_b_ready_o");
      same(1024'(irq_o), 1024'(net_irq_o), $bits(irq_o), "irq_o");
      same(1024'(trace_start_valid_o), 1024'(net_trace_start_valid_o), $bits(trace_start_valid_o), "trace_start_valid_o");
      same(1024'(trace_retire_valid_o), 1024'(net_trace_retire_valid_o), $bits(trace_retire_valid_o), "trace_retire_valid_o");
      for (int lane = 0; lane < `SYSTOLE_AXI_DATA_BITS / 8; lane++) begin
        if (m_axi_w_valid_o && m_axi_w_strb_o[lane])
          same(1024'(m_axi_w_data_o[lane*8 +: 8]), 1024'(net_m_axi_w_data_o[lane*8 +: 8]), 8, "m_axi_w_data_o");
      end
      for (int e = 0; e < 3; e++) begin
        if (trace_start_valid_o[e])
          same(1024'(trace_start_index_o[e*32 +: 32]), 1024'(net_trace_start_index_o[e*32 +: 32]), 32, "trace_start_index_o");
        if (trace_retire_valid_o[e])
          same(1024'(trace_retire_index_o[e*32 +: 32]), 1024'(net_trace_retire_index_o[e*32 +: 32]), 32, "trace_retire_index_o");
      end
    end
  end

  final $display("netlist: %0d output bits equal", compared);
endmodule
