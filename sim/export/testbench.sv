// SPDX-License-Identifier: Apache-2.0
//
// Runs every exported program on the chip, and checks every byte of its DRAM and the number of its cycles. Ends with
// "PASS", or with $fatal and the first differences. From the folder of the export, with SYSTOLE_RTL set to the RTL's:
//
//   $ iverilog -g2012 -Wno-timescale -s testbench -o testbench.vvp -f rtl.f testbench.sv && vvp testbench.vvp
//   $ verilator --binary --timing -Wno-fatal -Wno-lint --top-module testbench -f rtl.f testbench.sv && obj_dir/Vtestbench
//
// The memory is the chip file's, if that is of the ideal kind and without back-pressure: then cycles are compared. For
// other memories it is an ideal one of 16 bytes a cycle, and the cycles are shown only. Its rules are those of
// docs/reference/platform.md.
`timescale 1ns / 1ps
`include "parameters.svh"
`include "testbench.svh"

module testbench;
  localparam int DataBits = `SYSTOLE_AXI_DATA_BITS;
  localparam int AddressBits = `SYSTOLE_AXI_ADDRESS_BITS;
  localparam int BeatBytes = DataBits / 8;
  localparam int DramBytes = `SYSTOLE_DRAM_BYTES;
  localparam int Bursts = 512;             // in flight, of reads and of writes
  localparam int Beats = Bursts * 256;     // of write data whose address is not known yet
  localparam int Words = 8;                // of a step in testbench_steps.hex
  localparam int Shown = 5;                // differences

  logic clk = 1'b0, rst_n = 1'b0;
  always #0.5 clk = ~clk;

  // ---- the chip
  logic        aw_valid = 1'b0, aw_ready, w_valid = 1'b0, w_ready, b_valid, ar_valid = 1'b0, ar_ready, r_valid, irq;
  logic [11:0] aw_addr = '0, ar_addr = '0;
  logic [31:0] w_data = '0, r_data;

  logic                   m_ar_valid, m_aw_valid, m_w_valid, m_w_last;
  logic                   m_ar_ready = 1'b0, m_aw_ready = 1'b0, m_w_ready = 1'b0, m_r_valid = 1'b0, m_r_last = 1'b0,
                          m_b_valid = 1'b0;
  logic [1:0]             m_ar_id, m_aw_id, m_r_id = '0, m_b_id = '0;
  logic [AddressBits-1:0] m_ar_addr, m_aw_addr;
  logic [7:0]             m_ar_len, m_aw_len;
  logic [DataBits-1:0]    m_w_data, m_r_data = '0;
  logic [BeatBytes-1:0]   m_w_strb;

  systole_chip #(`SYSTOLE_PARAMETERS) u_chip (
    .clk_i(clk), .rst_ni(rst_n),
    .s_axil_aw_valid_i(aw_valid), .s_axil_aw_ready_o(aw_ready), .s_axil_aw_addr_i(aw_addr),
    .s_axil_w_valid_i(w_valid), .s_axil_w_ready_o(w_ready), .s_axil_w_data_i(w_data), .s_axil_w_strb_i(4'hf),
    .s_axil_b_valid_o(b_valid), .s_axil_b_ready_i(1'b1), .s_axil_b_resp_o(),
    .s_axil_ar_valid_i(ar_valid), .s_axil_ar_ready_o(ar_ready), .s_axil_ar_addr_i(ar_addr),
    .s_axil_r_valid_o(r_valid), .s_axil_r_ready_i(1'b1), .s_axil_r_data_o(r_data), .s_axil_r_resp_o(),
    .m_axi_ar_valid_o(m_ar_valid), .m_axi_ar_ready_i(m_ar_ready), .m_axi_ar_id_o(m_ar_id), .m_axi_ar_addr_o(m_ar_addr),
    .m_axi_ar_len_o(m_ar_len), .m_axi_ar_size_o(), .m_axi_ar_burst_o(),
    .m_axi_r_valid_i(m_r_valid), .m_axi_r_ready_o(), .m_axi_r_id_i(m_r_id), .m_axi_r_data_i(m_r_data),
    .m_axi_r_resp_i(2'b00), .m_axi_r_last_i(m_r_last),
    .m_axi_aw_valid_o(m_aw_valid), .m_axi_aw_ready_i(m_aw_ready), .m_axi_aw_id_o(m_aw_id), .m_axi_aw_addr_o(m_aw_addr),
    .m_axi_aw_len_o(m_aw_len), .m_axi_aw_size_o(), .m_axi_aw_burst_o(),
    .m_axi_w_valid_o(m_w_valid), .m_axi_w_ready_i(m_w_ready), .m_axi_w_data_o(m_w_data), .m_axi_w_strb_o(m_w_strb),
    .m_axi_w_last_o(m_w_last),
    .m_axi_b_valid_i(m_b_valid), .m_axi_b_ready_o(), .m_axi_b_id_i(m_b_id), .m_axi_b_resp_i(2'b00),
    .irq_o(irq),
    .trace_start_valid_o(), .trace_start_index_o(), .trace_retire_valid_o(), .trace_retire_index_o());

  // ---- the memory: a latency and a bandwidth. At a clock edge it takes what crossed in the cycle that ends, then drives
  // the next one.
  logic [7:0] dram [0:DramBytes-1];

  // Queues: an entry at the index of its number modulo the length; `_in` entries came, `_out` left.
  logic [63:0]            read_cycle [0:Bursts-1];      // of the first beat, at the earliest
  logic [AddressBits-1:0] read_addr [0:Bursts-1], write_addr [0:Bursts-1];
  integer                 read_beats [0:Bursts-1];      // left
  logic [1:0]             read_id [0:Bursts-1], write_id [0:Bursts-1], response_id [0:Bursts-1];
  logic [63:0]            write_cycle [0:Bursts-1], last_beat_cycle [0:Bursts-1], response_cycle [0:Bursts-1];
  integer                 burst_beats [0:Bursts-1];     // of write data that is complete
  logic [DataBits-1:0]    beat_data [0:Beats-1];
  logic [BeatBytes-1:0]   beat_strb [0:Beats-1];
  integer reads_in, reads_out, writes_in, writes_out, bursts_in, bursts_out, responses_in, responses_out;
  integer beats_in, beats_out, open_beats, beats_owed, credits;
  logic        write_turn, read_waits, write_waits, write_first, shows_read, accepts_write, outside;
  logic [63:0] cycle, complete;
  integer      at, i;

  task automatic clear_memory_state;
    begin
      reads_in = 0; reads_out = 0; writes_in = 0; writes_out = 0; bursts_in = 0; bursts_out = 0;
      responses_in = 0; responses_out = 0; beats_in = 0; beats_out = 0; open_beats = 0; beats_owed = 0;
      write_turn = 1'b0;
      cycle = 0;
      credits = `SYSTOLE_BYTES_PER_CYCLE;
    end
  endtask

  task automatic check_inside(input logic [AddressBits-1:0] address, input integer beats);
    if (64'(address) + 64'(beats) * BeatBytes > 64'(DramBytes))
      $fatal(1, "FAIL: a burst at %h of %0d beats leaves the memory", address, beats);
  endtask

  task automatic observe;
    begin
      if (m_ar_valid && m_ar_ready) begin
        check_inside(m_ar_addr, int'(m_ar_len) + 1);
        at = reads_in % Bursts;
        read_cycle[at] = cycle + `SYSTOLE_LATENCY_CYCLES;
        read_addr[at]  = m_ar_addr;
        read_beats[at] = int'(m_ar_len) + 1;
        read_id[at]    = m_ar_id;
        reads_in       = reads_in + 1;
      end
      if (m_aw_valid && m_aw_ready) begin
        check_inside(m_aw_addr, int'(m_aw_len) + 1);
        at = writes_in % Bursts;
        write_cycle[at] = cycle;
        write_addr[at]  = m_aw_addr;
        write_id[at]    = m_aw_id;
        writes_in       = writes_in + 1;
        beats_owed      = beats_owed + int'(m_aw_len) + 1;
      end
      if (m_w_valid && m_w_ready) begin
        beat_data[beats_in % Beats] = m_w_data;
        beat_strb[beats_in % Beats] = m_w_strb;
        beats_in   = beats_in + 1;
        open_beats = open_beats + 1;
        beats_owed = beats_owed - 1;
        credits    = credits - BeatBytes;
        if (m_w_last) begin
          at = bursts_in % Bursts;
          last_beat_cycle[at] = cycle;
          burst_beats[at]     = open_beats;
          open_beats          = 0;
          bursts_in           = bursts_in + 1;
        end
      end
      while (writes_in != writes_out && bursts_in != bursts_out) finish_write;
    end
  endtask

  // The oldest write has its address and all its data.
  task automatic finish_write;
    begin
      for (int beat = 0; beat < burst_beats[bursts_out % Bursts]; beat++) begin
        for (int lane = 0; lane < BeatBytes; lane++) begin
          if (beat_strb[beats_out % Beats][lane])
            dram[int'(write_addr[writes_out % Bursts]) + beat * BeatBytes + lane] = beat_data[beats_out % Beats][lane*8 +: 8];
        end
        beats_out = beats_out + 1;
      end
      complete = write_cycle[writes_out % Bursts];
      if (last_beat_cycle[bursts_out % Bursts] > complete) complete = last_beat_cycle[bursts_out % Bursts];
      response_cycle[responses_in % Bursts] = complete + `SYSTOLE_LATENCY_CYCLES;
      response_id[responses_in % Bursts]    = write_id[writes_out % Bursts];
      responses_in = responses_in + 1;
      writes_out   = writes_out + 1;
      bursts_out   = bursts_out + 1;
    end
  endtask

  task automatic drive;
    begin
      if (credits > BeatBytes - 1) credits = BeatBytes - 1;
      credits     = credits + `SYSTOLE_BYTES_PER_CYCLE;
      m_ar_ready <= reads_in - reads_out < Bursts;
      m_aw_ready <= (writes_in - writes_out) + (responses_in - responses_out) < Bursts;
      read_waits    = reads_in != reads_out && read_cycle[reads_out % Bursts] <= cycle;
      write_waits   = beats_owed > 0;
      accepts_write = bursts_in - bursts_out < Bursts;
      write_first   = 1'b0;
      if (read_waits && write_waits && accepts_write && credits >= BeatBytes && credits < 2 * BeatBytes) begin
        write_first = write_turn;
        write_turn  = !write_turn;
      end
      shows_read = read_waits && !write_first && credits >= BeatBytes;
      m_r_valid <= shows_read;
      if (shows_read) begin
        at = reads_out % Bursts;
        credits = credits - BeatBytes;
        for (int lane = 0; lane < BeatBytes; lane++) m_r_data[lane*8 +: 8] <= dram[int'(read_addr[at]) + lane];
        m_r_id        <= read_id[at];
        m_r_last      <= read_beats[at] == 1;
        read_addr[at]  = read_addr[at] + AddressBits'(BeatBytes);
        read_beats[at] = read_beats[at] - 1;
        if (read_beats[at] == 0) reads_out = reads_out + 1;
      end
      m_w_ready <= accepts_write && credits >= BeatBytes;
      m_b_valid <= responses_in != responses_out && response_cycle[responses_out % Bursts] <= cycle;
      if (responses_in != responses_out && response_cycle[responses_out % Bursts] <= cycle) begin
        m_b_id       <= response_id[responses_out % Bursts];
        responses_out = responses_out + 1;
      end
    end
  endtask

  // The doorbell's cycle is cycle 0, with a memory at rest.
  logic doorbell;
  assign doorbell = aw_valid && aw_ready && aw_addr == registers_pkg::AddressControl;

  always @(posedge clk) begin
    if (!rst_n || doorbell) clear_memory_state;
    else observe;
    cycle = cycle + 1;
    drive;
  end

  // ---- the host
  // The chip takes address and data of a write in one cycle.
  task automatic write_register(input logic [11:0] address, input logic [31:0] data);
    begin
      @(negedge clk);
      aw_valid = 1'b1;
      w_valid  = 1'b1;
      aw_addr  = address;
      w_data   = data;
      do @(posedge clk); while (!(aw_ready && w_ready));
      @(negedge clk);
      aw_valid = 1'b0;
      w_valid  = 1'b0;
      while (!b_valid) @(negedge clk);
      @(negedge clk);
    end
  endtask

  task automatic write_pair(input logic [11:0] address, input logic [63:0] data);
    begin
      write_register(address, data[31:0]);
      write_register(address + 12'd4, data[63:32]);
    end
  endtask

  task automatic read_register(input logic [11:0] address, output logic [31:0] data);
    begin
      @(negedge clk);
      ar_valid = 1'b1;
      ar_addr  = address;
      do @(posedge clk); while (!ar_ready);
      @(negedge clk);
      ar_valid = 1'b0;
      while (!r_valid) @(negedge clk);
      data = r_data;
      @(negedge clk);
    end
  endtask

  logic [63:0] steps [0:`SYSTOLE_STEPS*Words-1];
  logic [7:0]  expected [0:DramBytes-1];
  reg [8*64-1:0] name;
  logic [31:0] value, low, high;
  logic [63:0] cycles, waited, wanted;
  integer      entry, step, base, differences;  // entry: of testbench_steps.hex; step: its number in the manifest

  task automatic load_step;
    begin
      for (i = 0; i < DramBytes; i = i + 1) dram[i] = 8'h00;
      $sformat(name, "step%0d_memory.hex", step);
      $readmemh(name, dram);
      for (i = 0; i < DramBytes; i = i + 1) expected[i] = dram[i];
      $sformat(name, "step%0d_expected.hex", step);
      $readmemh(name, expected);
    end
  endtask

  task automatic run_step;
    begin
      write_pair(registers_pkg::AddressProgramBase, steps[base+1]);
      write_register(registers_pkg::AddressProgramCount, steps[base+2][31:0]);
      for (int k = 0; k < 4; k++) write_pair(registers_pkg::AddressBase + 12'(8 * k), steps[base+3+k]);
      write_register(registers_pkg::AddressIrqEnable, 32'd3);
      wanted = steps[base+7];
      write_register(registers_pkg::AddressControl, 32'd1);
      waited = 0;
      while (!irq) begin
        @(negedge clk);
        waited = waited + 1;
        if (waited > 64'd100000 + 64'd10 * wanted) $fatal(1, "FAIL: step %0d: no interrupt after %0d cycles", step, waited);
      end
      read_register(registers_pkg::AddressStatus, value);
      if (value != 32'd1 << registers_pkg::StatusDone) begin
        read_register(registers_pkg::AddressErrorCode, low);
        read_register(registers_pkg::AddressErrorIndex, high);
        $fatal(1, "FAIL: step %0d: status %h, error %0d of instruction %0d", step, value, low, high);
      end
      write_register(registers_pkg::AddressIrqStatus, 32'd3);
      read_register(registers_pkg::AddressCounter, low);
      read_register(registers_pkg::AddressCounter + 12'd4, high);
      cycles = {high, low};
    end
  endtask

  task automatic check_step;
    begin
      differences = 0;
      for (i = 0; i < DramBytes; i = i + 1) begin
        if (dram[i] !== expected[i]) begin
          differences = differences + 1;
          if (differences <= Shown) $display("step %0d: byte %h is %h, expected %h", step, i, dram[i], expected[i]);
        end
      end
      if (differences != 0) $fatal(1, "FAIL: step %0d: %0d of %0d bytes differ", step, differences, DramBytes);
      if (`SYSTOLE_EXPECT_CYCLES != 0 && cycles != wanted)
        $fatal(1, "FAIL: step %0d: %0d cycles, expected %0d", step, cycles, wanted);
      $display("step %0d: %0d cycles, %0d bytes of DRAM equal", step, cycles, DramBytes);
    end
  endtask

  initial begin
    $readmemh("testbench_steps.hex", steps);
    repeat (5) @(negedge clk);
    rst_n = 1'b1;
    repeat (3) @(negedge clk);
    for (entry = 0; entry < `SYSTOLE_STEPS; entry = entry + 1) begin
      base = entry * Words;
      step = int'(steps[base]);
      load_step;
      run_step;
      check_step;
    end
    $display("PASS");
    $finish;
  end
endmodule
