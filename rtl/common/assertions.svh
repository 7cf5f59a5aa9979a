// SPDX-License-Identifier: Apache-2.0
//
// Assertions, each named after the property that it keeps. Yosys 0.23 and Icarus 11 cannot parse them and see nothing.
`ifndef SYSTOLE_ASSERTIONS_SVH
`define SYSTOLE_ASSERTIONS_SVH
`ifdef VERILATOR
`define ASSERT(__name, __prop) /* verilator lint_off SYNCASYNCNET */ \
  __name : assert property (@(posedge clk_i) disable iff (!rst_ni) (__prop)) \
    else $error("[%m] assertion failed"); /* verilator lint_on SYNCASYNCNET */
`else
`define ASSERT(__name, __prop)
`endif
`endif
