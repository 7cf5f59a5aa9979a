// SPDX-License-Identifier: Apache-2.0
//
// Control and status registers, performance counters and the interrupt, behind AXI4-Lite (docs/reference/registers.md).
//
// Timing. A write is taken, address and data together, in the second cycle in which both are valid and no response
// waits; its response is valid in the next cycle. A read is taken in the second cycle in which its address is valid and
// no data waits; its data is valid in the next. Cycle 0 of a program is the cycle in which the write of the doorbell is
// taken; start_o is high in cycle 1.
module control_registers #(
  parameter int AxiAddressBits = 40,
  parameter int AxiBytes = 8
) (
  input  logic                                                               clk_i,
  input  logic                                                               rst_ni,
  // AXI4-Lite
  input  logic                                                               aw_valid_i,
  output logic                                                               aw_ready_o,
  input  logic [registers_pkg::AddressWidth-1:0]                             aw_addr_i,
  input  logic                                                               w_valid_i,
  output logic                                                               w_ready_o,
  input  logic [registers_pkg::DataWidth-1:0]                                w_data_i,
  output logic                                                               b_valid_o,
  input  logic                                                               b_ready_i,
  input  logic                                                               ar_valid_i,
  output logic                                                               ar_ready_o,
  input  logic [registers_pkg::AddressWidth-1:0]                             ar_addr_i,
  output logic                                                               r_valid_o,
  input  logic                                                               r_ready_i,
  output logic [registers_pkg::DataWidth-1:0]                                r_data_o,
  // program
  output logic                                                               start_o,
  output logic [AxiAddressBits-1:0]                                          program_base_o,
  output logic [isa_pkg::IndexWidth-1:0]                                     program_count_o,
  output logic [isa_pkg::Bases*AxiAddressBits-1:0]                           bases_o,
  input  logic                                                               done_i,
  input  logic                                                               error_i,
  input  logic [isa_pkg::ErrorWidth-1:0]                                     error_code_i,
  input  logic [isa_pkg::IndexWidth-1:0]                                     error_index_i,
  output logic                                                               irq_o,
  // what happens in this cycle, for the counters; each engine sets one bit of its own
  input  logic                                                               read_beat_i,
  input  logic                                                               write_beat_i,
  input  logic [isa_pkg::Engines-1:0]                                        retire_i,
  input  logic [registers_pkg::Counters-1:registers_pkg::FirstEngineCounter] engine_state_i
);

  localparam int AddressWidth = registers_pkg::AddressWidth;
  localparam int DataWidth = registers_pkg::DataWidth;
  localparam int LongWidth = 2 * DataWidth;  // of a register of two words, its low one first
  localparam int LongBytes = LongWidth / 8;
  localparam int IrqWidth = registers_pkg::IrqWidth;
  localparam int Bases = isa_pkg::Bases;
  localparam int Counters = registers_pkg::Counters;
  localparam int WordBytes = DataWidth / 8;
  localparam int LongLsb = $clog2(LongBytes);
  localparam int BaseIndexWidth = $clog2(Bases);
  localparam int CounterIndexWidth = $clog2(Counters);

  // Is this a word of one of `count` registers of two words? The offset is the address minus that of the first; below
  // it, the offset has wrapped to a large one.
  function automatic logic selects_one_of(input logic [AddressWidth-1:0] offset, input int count);
    selects_one_of = offset < AddressWidth'(count * LongBytes) && (offset & AddressWidth'(WordBytes - 1)) == '0;
  endfunction

  // ---- write channel
  logic write_ready_q, b_valid_q, write;
  assign aw_ready_o = write_ready_q;
  assign w_ready_o  = write_ready_q;
  assign b_valid_o  = b_valid_q;
  assign write      = write_ready_q && aw_valid_i && w_valid_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_ready_q <= 1'b0;
      b_valid_q     <= 1'b0;
    end else begin
      write_ready_q <= aw_valid_i && w_valid_i && !write_ready_q && !b_valid_q;
      if (write) b_valid_q <= 1'b1;
      else if (b_ready_i) b_valid_q <= 1'b0;
    end
  end

  // ---- registers
  logic                           busy_q, done_q, error_q, start_q, doorbell;
  logic [IrqWidth-1:0]            irq_enable_q, irq_status_q;
  logic [isa_pkg::ErrorWidth-1:0] error_code_q;
  logic [isa_pkg::IndexWidth-1:0] error_index_q, program_count_q;
  logic [LongWidth-1:0]           program_base_q;
  logic [LongWidth-1:0]           base_q [0:Bases-1];

  logic [AddressWidth-1:0]   write_base, write_program_base;  // offsets
  logic [BaseIndexWidth-1:0] write_base_index;
  logic                      write_high;
  assign write_base         = aw_addr_i - registers_pkg::AddressBase;
  assign write_program_base = aw_addr_i - registers_pkg::AddressProgramBase;
  assign write_base_index   = write_base[LongLsb +: BaseIndexWidth];
  assign write_high         = aw_addr_i[LongLsb-1];

  assign doorbell = write && aw_addr_i == registers_pkg::AddressControl && w_data_i[registers_pkg::ControlDoorbell]
                    && !busy_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q       <= 1'b0;
      done_q       <= 1'b0;
      error_q      <= 1'b0;
      start_q      <= 1'b0;
      irq_enable_q <= '0;
      irq_status_q <= '0;
      error_code_q    <= '0;
      error_index_q   <= '0;
      program_count_q <= '0;
      program_base_q  <= '0;
      for (int k = 0; k < Bases; k++) base_q[k] <= '0;
    end else begin
      start_q <= doorbell;
      if (doorbell) begin
        busy_q  <= 1'b1;
        done_q  <= 1'b0;
        error_q <= 1'b0;
      end else if (busy_q && (done_i || error_i)) begin
        busy_q       <= 1'b0;
        done_q       <= done_i;
        error_q      <= error_i;
        if (error_i) begin
          error_code_q  <= error_code_i;
          error_index_q <= error_index_i;
        end
      end
      if (write && aw_addr_i == registers_pkg::AddressIrqStatus) irq_status_q <= irq_status_q & ~w_data_i[IrqWidth-1:0];
      if (busy_q && done_i) irq_status_q[registers_pkg::IrqDone] <= 1'b1;
      if (busy_q && error_i) irq_status_q[registers_pkg::IrqError] <= 1'b1;
      if (write) begin
        if (aw_addr_i == registers_pkg::AddressIrqEnable) irq_enable_q <= w_data_i[IrqWidth-1:0];
        if (aw_addr_i == registers_pkg::AddressProgramCount) program_count_q <= w_data_i;
        if (selects_one_of(write_program_base, 1)) begin
          if (write_high) program_base_q[LongWidth-1:DataWidth] <= w_data_i;
          else program_base_q[DataWidth-1:0] <= w_data_i;
        end
        if (selects_one_of(write_base, Bases)) begin
          if (write_high) base_q[write_base_index][LongWidth-1:DataWidth] <= w_data_i;
          else base_q[write_base_index][DataWidth-1:0] <= w_data_i;
        end
      end
    end
  end

  assign start_o         = start_q;
  assign program_base_o  = program_base_q[AxiAddressBits-1:0];
  assign program_count_o = program_count_q;
  assign irq_o           = (irq_status_q & irq_enable_q) != '0;
  for (genvar k = 0; k < Bases; k++) begin : gen_base
    assign bases_o[k*AxiAddressBits +: AxiAddressBits] = base_q[k][AxiAddressBits-1:0];
  end

  // ---- counters: from the doorbell's cycle to the cycle before the interrupt
  logic [LongWidth-1:0] counter_q [0:Counters-1];
  logic [Counters-1:0]  count;
  assign count[registers_pkg::CounterCycles]       = 1'b1;
  assign count[registers_pkg::CounterInstructions] = retire_i != '0;
  assign count[registers_pkg::CounterReadBytes]    = read_beat_i;
  assign count[registers_pkg::CounterWriteBytes]   = write_beat_i;
  assign count[Counters-1:registers_pkg::FirstEngineCounter] = engine_state_i;

  logic [LongWidth-1:0] retired;
  always_comb begin
    retired = '0;
    for (int e = 0; e < isa_pkg::Engines; e++) retired = retired + LongWidth'(retire_i[e]);
  end

  for (genvar k = 0; k < Counters; k++) begin : gen_counter
    localparam bit IsInstructions = k == registers_pkg::CounterInstructions;
    localparam bit IsBytes = k == registers_pkg::CounterReadBytes || k == registers_pkg::CounterWriteBytes;
    logic [LongWidth-1:0] step;
    assign step = IsInstructions ? retired : IsBytes ? LongWidth'(AxiBytes) : LongWidth'(1);
    // The doorbell's own cycle counts as a cycle; nothing has been moved or retired in it.
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) counter_q[k] <= '0;
      else if (doorbell) counter_q[k] <= (IsInstructions || IsBytes) ? '0 : LongWidth'(count[k]);
      else if (busy_q && count[k]) counter_q[k] <= counter_q[k] + step;
    end
  end

  // ---- read channel
  logic read_ready_q, r_valid_q, read;
  logic [DataWidth-1:0] r_data_q, r_data_d, status;
  assign ar_ready_o = read_ready_q;
  assign r_valid_o  = r_valid_q;
  assign r_data_o   = r_data_q;
  assign read       = read_ready_q && ar_valid_i;

  assign status = DataWidth'(busy_q) << registers_pkg::StatusBusy | DataWidth'(done_q) << registers_pkg::StatusDone |
                  DataWidth'(error_q) << registers_pkg::StatusError;

  // Offsets, as in the write channel.
  logic [AddressWidth-1:0]      read_base, read_program_base, read_counter;
  logic [BaseIndexWidth-1:0]    read_base_index;
  logic [CounterIndexWidth-1:0] read_counter_index;
  logic [LongWidth-1:0]         long_data;
  assign read_base          = ar_addr_i - registers_pkg::AddressBase;
  assign read_program_base  = ar_addr_i - registers_pkg::AddressProgramBase;
  assign read_counter       = ar_addr_i - registers_pkg::AddressCounter;
  assign read_base_index    = read_base[LongLsb +: BaseIndexWidth];
  assign read_counter_index = read_counter[LongLsb +: CounterIndexWidth];

  always_comb begin
    r_data_d  = '0;
    long_data = '0;
    if (read) begin
      if (selects_one_of(read_program_base, 1)) long_data = program_base_q;
      if (selects_one_of(read_base, Bases)) long_data = base_q[read_base_index];
      if (selects_one_of(read_counter, Counters)) long_data = counter_q[read_counter_index];
      unique case (ar_addr_i)
        registers_pkg::AddressId:           r_data_d = registers_pkg::IdValue;
        registers_pkg::AddressIsaVersion:   r_data_d = DataWidth'(isa_pkg::Version);
        registers_pkg::AddressStatus:       r_data_d = status;
        registers_pkg::AddressIrqEnable:    r_data_d = DataWidth'(irq_enable_q);
        registers_pkg::AddressIrqStatus:    r_data_d = DataWidth'(irq_status_q);
        registers_pkg::AddressErrorCode:    r_data_d = DataWidth'(error_code_q);
        registers_pkg::AddressErrorIndex:   r_data_d = error_index_q;
        registers_pkg::AddressProgramCount: r_data_d = program_count_q;
        default: r_data_d = ar_addr_i[LongLsb-1] ? long_data[LongWidth-1:DataWidth] : long_data[DataWidth-1:0];
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_ready_q <= 1'b0;
      r_valid_q    <= 1'b0;
      r_data_q     <= '0;
    end else begin
      read_ready_q <= ar_valid_i && !read_ready_q && !r_valid_q;
      if (read) begin
        r_valid_q <= 1'b1;
        r_data_q  <= r_data_d;
      end else if (r_ready_i) begin
        r_valid_q <= 1'b0;
      end
    end
  end

endmodule
