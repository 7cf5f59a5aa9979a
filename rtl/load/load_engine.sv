// SPDX-License-Identifier: Apache-2.0
//
// The load engine: DRAM to the activation, weight or parameter buffer.
//
//   instruction --> load_request --AR--> (memory) --R--> beat FIFO --> load_packer --> load_writer --> buffers
//                        |                                                 ^              ^
//                        +---- runs (offset, bytes) -----------------------+              |
//                        +---- instructions in flight ------------------------------------+
//
// The address side runs ahead of the buffer side by up to InFlight instructions, so that the memory's latency is hidden
// between instructions too. A beat that arrives in cycle t can be packed from cycle t + 2.
`include "common/assertions.svh"

module load_engine #(
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int BurstBytes = 64,
  parameter int Outstanding = 4,
  parameter int FifoBeats = 32,
  parameter int ActivationWordBytes = 4,
  parameter int WeightWordBytes = 4,
  parameter int ParameterWordBytes = 16,
  parameter int WordBytes = 16,
  parameter int AddrWidth = 10
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  // instruction in, retirement out
  output logic                                ready_o,
  input  logic                                start_i,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  input  logic [isa_pkg::IndexWidth-1:0]      index_i,
  input  logic [AxiAddressBits-1:0]           base_i,
  output logic                                retire_o,
  output logic [isa_pkg::IndexWidth-1:0]      retire_index_o,
  output logic [isa_pkg::PostMaskWidth-1:0]   retire_post_mask_o,
  // AXI read
  output logic                                ar_valid_o,
  input  logic                                ar_ready_i,
  output logic [AxiAddressBits-1:0]           ar_addr_o,
  output logic [7:0]                          ar_len_o,
  input  logic                                r_valid_i,
  input  logic                                r_last_i,
  input  logic [AxiDataBits-1:0]              r_data_i,
  // buffers
  output logic                                write_valid_o,
  output logic [isa_pkg::LoadBufferWidth-1:0] write_buffer_o,
  output logic [AddrWidth-1:0]                write_addr_o,
  output logic [WordBytes*8-1:0]              write_data_o,
  input  logic                                activation_grant_i,
  // what the engine does in this cycle, for the counters
  output logic                                busy_o,
  output logic                                wait_port_o,
  output logic                                wait_memory_o,
  output logic                                in_flight_o
);

  localparam int OffsetWidth = $clog2(AxiDataBits / 8);
  localparam int BytesWidth = isa_pkg::LoadRunBytesWidth;
  localparam int BufferWidth = isa_pkg::LoadBufferWidth;
  localparam int OperandBits = format_pkg::OperandBits;
  localparam int RunWidth = OffsetWidth + BytesWidth + BufferWidth + 1 + OperandBits;
  localparam int IndexWidth = isa_pkg::IndexWidth;
  localparam int InFlight = 4;

  logic request_ready, pending_ready, beat_taken;
  // A run on its way from the address side to the packer.
  logic                   run_push, pushed_diagonal;
  logic [OffsetWidth-1:0] pushed_offset;
  logic [BytesWidth-1:0]  pushed_bytes;
  logic [BufferWidth-1:0] pushed_buffer;
  logic [OperandBits-1:0] pushed_pad_value;

  assign ready_o = request_ready && pending_ready;

  load_request #(
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .BurstBytes(BurstBytes),
    .Outstanding(Outstanding),
    .FifoBeats(FifoBeats)
  ) u_request (
    .clk_i,
    .rst_ni,
    .ready_o        (request_ready),
    .start_i,
    .instruction_i,
    .base_i,
    .ar_valid_o,
    .ar_ready_i,
    .ar_addr_o,
    .ar_len_o,
    .run_valid_o    (run_push),
    .run_offset_o   (pushed_offset),
    .run_bytes_o    (pushed_bytes),
    .run_buffer_o   (pushed_buffer),
    .run_diagonal_o (pushed_diagonal),
    .run_pad_value_o(pushed_pad_value),
    .r_last_i       (r_valid_i && r_last_i),
    .beat_taken_i   (beat_taken)
  );

  // Every run in this FIFO has at least one beat reserved in the beat FIFO, so it cannot overflow.
  logic                   run_fifo_ready, run_valid, run_ready, run_diagonal;
  logic [OffsetWidth-1:0] run_offset;
  logic [BytesWidth-1:0]  run_bytes;
  logic [BufferWidth-1:0] run_buffer;
  logic [OperandBits-1:0] run_pad_value;
  fifo #(
    .Width(RunWidth),
    .Depth(FifoBeats)
  ) u_runs (
    .clk_i,
    .rst_ni,
    .valid_i(run_push),
    .ready_o(run_fifo_ready),
    .data_i ({pushed_offset, pushed_diagonal, pushed_pad_value, pushed_buffer, pushed_bytes}),
    .valid_o(run_valid),
    .ready_i(run_ready),
    .data_o ({run_offset, run_diagonal, run_pad_value, run_buffer, run_bytes})
  );

  // Room for a beat is reserved before its burst goes out: R is always accepted.
  logic beat_fifo_ready, beat_valid, beat_ready;
  logic [AxiDataBits-1:0] beat;
  ram_fifo #(
    .Width(AxiDataBits),
    .Depth(FifoBeats)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .valid_i(r_valid_i),
    .ready_o(beat_fifo_ready),
    .data_i (r_data_i),
    .valid_o(beat_valid),
    .ready_i(beat_ready),
    .data_o (beat)
  );
  assign beat_taken = beat_valid && beat_ready;

  logic word_valid, word_ready;
  logic [WordBytes*8-1:0] word;
  load_packer #(
    .AxiDataBits(AxiDataBits),
    .ActivationWordBytes(ActivationWordBytes),
    .WeightWordBytes(WeightWordBytes),
    .ParameterWordBytes(ParameterWordBytes),
    .WordBytes(WordBytes)
  ) u_packer (
    .clk_i,
    .rst_ni,
    .run_valid_i    (run_valid),
    .run_ready_o    (run_ready),
    .run_offset_i   (run_offset),
    .run_bytes_i    (run_bytes),
    .run_buffer_i   (run_buffer),
    .run_diagonal_i (run_diagonal),
    .run_pad_value_i(run_pad_value),
    .beat_valid_i   (beat_valid),
    .beat_ready_o   (beat_ready),
    .beat_data_i    (beat),
    .word_valid_o   (word_valid),
    .word_ready_i   (word_ready),
    .word_data_o    (word)
  );

  logic pending_valid, writer_ready, writer_active;
  logic [isa_pkg::InstructionBits-1:0] pending;
  logic [IndexWidth-1:0]               pending_index;
  ram_fifo #(
    .Width(isa_pkg::InstructionBits + IndexWidth),
    .Depth(InFlight)
  ) u_pending (
    .clk_i,
    .rst_ni,
    .valid_i(start_i),
    .ready_o(pending_ready),
    .data_i ({index_i, instruction_i}),
    .valid_o(pending_valid),
    .ready_i(writer_ready),
    .data_o ({pending_index, pending})
  );

  load_writer #(
    .ActivationWordBytes(ActivationWordBytes),
    .WeightWordBytes(WeightWordBytes),
    .ParameterWordBytes(ParameterWordBytes),
    .WordBytes(WordBytes),
    .AddrWidth(AddrWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .valid_i           (pending_valid),
    .ready_o           (writer_ready),
    .instruction_i     (pending),
    .index_i           (pending_index),
    .active_o          (writer_active),
    .index_o           (retire_index_o),
    .word_valid_i      (word_valid),
    .word_ready_o      (word_ready),
    .word_data_i       (word),
    .write_valid_o,
    .write_buffer_o,
    .write_addr_o,
    .write_data_o,
    .activation_grant_i,
    .refused_o         (wait_port_o),
    .retire_o,
    .retire_post_mask_o
  );

  // Instructions started and not retired.
  logic [$clog2(InFlight + 2):0] in_flight_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) in_flight_q <= '0;
    else in_flight_q <= in_flight_q + ($clog2(InFlight + 2) + 1)'(start_i) - ($clog2(InFlight + 2) + 1)'(retire_o);
  end

  assign busy_o        = write_valid_o && !wait_port_o;
  assign wait_memory_o = writer_active && !write_valid_o;
  assign in_flight_o   = in_flight_q != '0;

  `ASSERT(RunFifoHasRoom, run_push |-> run_fifo_ready)
  `ASSERT(BeatFifoHasRoom, r_valid_i |-> beat_fifo_ready)

endmodule
