// SPDX-License-Identifier: Apache-2.0
//
// The store engine: accumulators or activation buffer, through post-processing, to DRAM or back to the activation
// buffer.
//
//   store_issue --read--> (buffers) --> post_processing --+--> activation buffer
//       |                                                 |
//       +---- destination FIFO ---------------------------+--> group FIFO --> store_packer --> beat FIFO, burst FIFO
//                                                                                                      |
//                                                                                   AXI <-- store_writer
//
// Timing. A tap issued in cycle t enters post-processing in t + 1. The result of its window leaves PostLatency cycles
// later; in that cycle it is written to the activation buffer or pushed into the group FIFO. A store is complete with
// its last write to the activation buffer or with its last write response. It retires in the cycle after, in program
// order.
`include "common/assertions.svh"
`include "common/field.svh"

module store_engine #(
  parameter int Rows = 4,
  parameter int Cols = 4,
  parameter int Lanes = 2,
  parameter int ActivationAddrWidth = 10,
  parameter int ActivationBankWords = 256,
  parameter int AccumulatorAddrWidth = 7,
  parameter int ParameterAddrWidth = 6,
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int BurstBytes = 64,
  parameter int Outstanding = 4,
  parameter int FifoBeats = 16,
  parameter int FifoGroups = 16,
  localparam int GroupsPerWord = Rows / Lanes,
  localparam int GroupsPerRow = Cols / Lanes
) (
  input  logic                                       clk_i,
  input  logic                                       rst_ni,
  // instruction in, retirement out
  output logic                                       ready_o,
  input  logic                                       start_i,
  input  logic [isa_pkg::InstructionBits-1:0]        instruction_i,
  input  logic [isa_pkg::IndexWidth-1:0]             index_i,
  input  logic [isa_pkg::Bases*AxiAddressBits-1:0]   bases_i,
  output logic                                       retire_o,
  output logic [isa_pkg::IndexWidth-1:0]             retire_index_o,
  output logic [isa_pkg::PostMaskWidth-1:0]          retire_post_mask_o,
  output logic [isa_pkg::IndexWidth-1:0]             oldest_index_o,  // in flight
  output logic [isa_pkg::IndexWidth-1:0]             issue_index_o,   // being issued
  // buffers
  output logic                                       source_read_o,
  output logic [ActivationAddrWidth-1:0]             source_addr_o,
  input  logic                                       source_grant_i,
  input  logic [Rows*format_pkg::OperandBits-1:0]    source_data_i,
  output logic                                       residual_read_o,
  output logic [ActivationAddrWidth-1:0]             residual_addr_o,
  input  logic                                       residual_grant_i,
  input  logic [Rows*format_pkg::OperandBits-1:0]    residual_data_i,
  output logic                                       accumulator_read_o,
  output logic [AccumulatorAddrWidth-1:0]            accumulator_addr_o,
  input  logic                                       accumulator_grant_i,
  input  logic [Cols*format_pkg::SumBits-1:0]        accumulator_data_i,
  output logic                                       parameter_read_o,
  output logic [ParameterAddrWidth-1:0]              parameter_addr_o,
  input  logic [Lanes*format_pkg::ParameterBits-1:0] parameter_data_i,
  output logic                                       write_valid_o,
  output logic [ActivationAddrWidth-1:0]             write_addr_o,
  output logic [GroupsPerWord-1:0]                   write_mask_o,
  output logic [Rows*format_pkg::OperandBits-1:0]    write_data_o,
  // AXI write
  output logic                                       aw_valid_o,
  input  logic                                       aw_ready_i,
  output logic [AxiAddressBits-1:0]                  aw_addr_o,
  output logic [7:0]                                 aw_len_o,
  output logic                                       w_valid_o,
  input  logic                                       w_ready_i,
  output logic [AxiDataBits-1:0]                     w_data_o,
  output logic [AxiDataBits/8-1:0]                   w_strb_o,
  output logic                                       w_last_o,
  input  logic                                       b_valid_i,
  // errors and what the engine does in this cycle, for the counters
  output logic                                       bank_conflict_o,
  output logic                                       busy_o,
  output logic                                       wait_port_o,
  output logic                                       wait_memory_o,
  output logic                                       in_flight_o
);

  localparam int WordGroupWidth = $clog2(GroupsPerWord);
  localparam int RowGroupWidth = $clog2(GroupsPerRow);
  localparam int ActivationGroupWidth = ActivationAddrWidth + WordGroupWidth;
  localparam int AccumulatorGroupWidth = AccumulatorAddrWidth + RowGroupWidth;
  localparam int InFlight = 4;
  localparam int Pipeline = 16;  // destinations between issue and the end of post-processing
  localparam int InstructionBits = isa_pkg::InstructionBits;
  localparam int OperandBits = format_pkg::OperandBits;
  localparam int SumBits = format_pkg::SumBits;

  // ---- issue
  logic issue_ready, active, issue, no_room, no_port, from_activation, to_activation;
  logic window_first, window_last, last, group_taken;
  logic [ActivationGroupWidth-1:0] source_group, residual_group, destination_group;
  logic [AccumulatorGroupWidth-1:0] accumulator_group;
  logic [InstructionBits-1:0] instruction;

  store_issue #(
    .ActivationGroupWidth(ActivationGroupWidth),
    .AccumulatorGroupWidth(AccumulatorGroupWidth),
    .ParameterAddrWidth(ParameterAddrWidth),
    .BankLsb($clog2(ActivationBankWords) + WordGroupWidth),
    .FifoGroups(FifoGroups)
  ) u_issue (
    .clk_i,
    .rst_ni,
    .ready_o            (issue_ready),
    .start_i,
    .instruction_i,
    .active_o           (active),
    .issue_o            (issue),
    .no_room_o          (no_room),
    .no_port_o          (no_port),
    .bank_conflict_o,
    .from_activation_o  (from_activation),
    .source_read_o,
    .source_addr_o      (source_group),
    .source_grant_i,
    .accumulator_read_o,
    .accumulator_addr_o (accumulator_group),
    .accumulator_grant_i,
    .residual_read_o,
    .residual_addr_o    (residual_group),
    .residual_grant_i,
    .parameter_addr_o,
    .window_first_o     (window_first),
    .window_last_o      (window_last),
    .to_activation_o    (to_activation),
    .destination_addr_o (destination_group),
    .last_o             (last),
    .instruction_o      (instruction),
    .group_taken_i      (group_taken)
  );

  assign source_addr_o      = source_group[ActivationGroupWidth-1:WordGroupWidth];
  assign residual_addr_o    = residual_group[ActivationGroupWidth-1:WordGroupWidth];
  assign accumulator_addr_o = accumulator_group[AccumulatorGroupWidth-1:RowGroupWidth];
  assign parameter_read_o   = issue;

  always_ff @(posedge clk_i) begin
    if (start_i) issue_index_o <= index_i;
  end

  // ---- one cycle later: pick the groups out of words and rows
  logic issued_q, first_q, window_last_q, from_activation_q;
  logic [$clog2(Rows)-1:0] source_group_q, residual_group_q;  // group of the word
  logic [$clog2(Cols)-1:0] accumulator_group_q;               // group of the row
  logic [InstructionBits-1:0] configuration_q;
  // The configuration is copied with the first tap of an instruction only.
  logic first_issue_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_issue_q <= 1'b1;
    else if (start_i) first_issue_q <= 1'b1;
    else if (issue) first_issue_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) issued_q <= 1'b0;
    else issued_q <= issue;
  end
  always_ff @(posedge clk_i) begin
    if (issue) begin
      first_q             <= window_first;
      window_last_q       <= window_last;
      from_activation_q   <= from_activation;
      source_group_q      <= ($clog2(Rows))'(source_group) & ($clog2(Rows))'(GroupsPerWord - 1);
      residual_group_q    <= ($clog2(Rows))'(residual_group) & ($clog2(Rows))'(GroupsPerWord - 1);
      accumulator_group_q <= ($clog2(Cols))'(accumulator_group) & ($clog2(Cols))'(GroupsPerRow - 1);
      if (first_issue_q) configuration_q <= instruction;
    end
  end

  logic [Lanes*OperandBits-1:0] source_operands, residual_operands;
  logic [Lanes*SumBits-1:0]     accumulator_values, source_values;
  if (GroupsPerWord == 1) begin : gen_whole_word
    logic unused;
    assign unused = ^{source_group_q, residual_group_q};
    assign source_operands   = source_data_i;
    assign residual_operands = residual_data_i;
  end else begin : gen_word_group
    assign source_operands   = source_data_i[source_group_q*Lanes*OperandBits +: Lanes*OperandBits];
    assign residual_operands = residual_data_i[residual_group_q*Lanes*OperandBits +: Lanes*OperandBits];
  end
  if (GroupsPerRow == 1) begin : gen_whole_row
    logic unused;
    assign unused = ^accumulator_group_q;
    assign accumulator_values = accumulator_data_i;
  end else begin : gen_row_group
    assign accumulator_values = accumulator_data_i[accumulator_group_q*Lanes*SumBits +: Lanes*SumBits];
  end

  always_comb begin
    source_values = accumulator_values;
    if (from_activation_q) begin
      for (int l = 0; l < Lanes; l++) begin
        source_values[l*SumBits +: SumBits] = {
          {(SumBits - OperandBits){`FIELD(configuration_q, StoreSourceSigned) & source_operands[(l+1)*OperandBits-1]}},
          source_operands[l*OperandBits +: OperandBits]
        };
      end
    end
  end

  logic result_valid;
  logic [Lanes*SumBits-1:0] result;
  post_processing #(
    .Lanes(Lanes)
  ) u_post_processing (
    .clk_i,
    .rst_ni,
    .valid_i             (issued_q),
    .source_i            (source_values),
    .parameters_i        (parameter_data_i),
    .residual_i          (residual_operands),
    .window_first_i      (first_q),
    .window_last_i       (window_last_q),
    .raw_i               (`FIELD(configuration_q, StoreRaw)),
    .requantize_i        (`FIELD(configuration_q, StoreRequantize)),
    .mid_signed_i        (`FIELD(configuration_q, StoreMidSigned)),
    .mid_zero_point_i    (`FIELD(configuration_q, StoreMidZeroPoint)),
    .residual_enable_i   (`FIELD(configuration_q, StoreResidual)),
    .residual_signed_i   (`FIELD(configuration_q, StoreResidualSigned)),
    .output_signed_i     (`FIELD(configuration_q, StoreOutputSigned)),
    .clamp_low_i         (`FIELD(configuration_q, StoreClampLow)),
    .clamp_high_i        (`FIELD(configuration_q, StoreClampHigh)),
    .add_scale_source_i  (`FIELD(configuration_q, StoreAddScaleSource)),
    .add_scale_residual_i(`FIELD(configuration_q, StoreAddScaleResidual)),
    .add_offset_i        (`FIELD(configuration_q, StoreAddOffset)),
    .valid_o             (result_valid),
    .data_o              (result)
  );

  // ---- where the result of a window goes
  logic destination_ready, destination_valid, result_to_activation, result_last;
  logic [ActivationGroupWidth-1:0] result_group;
  fifo #(
    .Width(ActivationGroupWidth + 2),
    .Depth(Pipeline)
  ) u_destinations (
    .clk_i,
    .rst_ni,
    .valid_i(issue && window_last),
    .ready_o(destination_ready),
    .data_i ({destination_group, to_activation, last}),
    .valid_o(destination_valid),
    .ready_i(result_valid),
    .data_o ({result_group, result_to_activation, result_last})
  );

  logic [Lanes*OperandBits-1:0] result_operands;
  always_comb begin
    for (int l = 0; l < Lanes; l++) result_operands[l*OperandBits +: OperandBits] = result[l*SumBits +: OperandBits];
  end
  assign write_valid_o = result_valid && result_to_activation;
  assign write_addr_o  = result_group[ActivationGroupWidth-1:WordGroupWidth];
  assign write_data_o  = {GroupsPerWord{result_operands}};
  if (GroupsPerWord == 1) begin : gen_mask_whole
    assign write_mask_o = 1'b1;
  end else begin : gen_mask_group
    assign write_mask_o = GroupsPerWord'(1) << result_group[WordGroupWidth-1:0];
  end

  // ---- to DRAM
  logic group_fifo_ready, group_valid, group_ready;
  logic [Lanes*SumBits-1:0] group;
  fifo #(
    .Width(Lanes * SumBits),
    .Depth(FifoGroups)
  ) u_groups (
    .clk_i,
    .rst_ni,
    .valid_i(result_valid && !result_to_activation),
    .ready_o(group_fifo_ready),
    .data_i (result),
    .valid_o(group_valid),
    .ready_i(group_ready),
    .data_o (group)
  );
  assign group_taken = group_valid && group_ready;

  logic packer_pending_ready, packer_valid, packer_ready;
  logic [InstructionBits-1:0] packer_instruction;
  ram_fifo #(
    .Width(InstructionBits),
    .Depth(InFlight)
  ) u_packer_instructions (
    .clk_i,
    .rst_ni,
    .valid_i(start_i && `FIELD(instruction_i, StoreDestination) == 1'(isa_pkg::DestinationDram)),
    .ready_o(packer_pending_ready),
    .data_i (instruction_i),
    .valid_o(packer_valid),
    .ready_i(packer_ready),
    .data_o (packer_instruction)
  );

  logic                      beat_push, beat_fifo_ready, beat_last, burst_push, burst_fifo_ready, burst_last;
  logic [AxiDataBits-1:0]    beat_data;
  logic [AxiDataBits/8-1:0]  beat_strb;
  logic [AxiAddressBits-1:0] burst_addr;
  logic [7:0]                burst_len;
  store_packer #(
    .Lanes(Lanes),
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .BurstBytes(BurstBytes)
  ) u_packer (
    .clk_i,
    .rst_ni,
    .valid_i      (packer_valid),
    .ready_o      (packer_ready),
    .instruction_i(packer_instruction),
    .base_i       (bases_i[`FIELD(packer_instruction, StoreBase)*AxiAddressBits +: AxiAddressBits]),
    .group_valid_i(group_valid),
    .group_ready_o(group_ready),
    .group_data_i (group),
    .beat_valid_o (beat_push),
    .beat_ready_i (beat_fifo_ready),
    .beat_data_o  (beat_data),
    .beat_strb_o  (beat_strb),
    .beat_last_o  (beat_last),
    .burst_valid_o(burst_push),
    .burst_ready_i(burst_fifo_ready),
    .burst_addr_o (burst_addr),
    .burst_len_o  (burst_len),
    .burst_last_o (burst_last)
  );

  logic beat_valid, beat_ready;
  ram_fifo #(
    .Width(AxiDataBits + AxiDataBits / 8 + 1),
    .Depth(FifoBeats)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .valid_i(beat_push),
    .ready_o(beat_fifo_ready),
    .data_i ({beat_data, beat_strb, beat_last}),
    .valid_o(beat_valid),
    .ready_i(beat_ready),
    .data_o ({w_data_o, w_strb_o, w_last_o})
  );

  localparam int BurstDepth = 8;
  logic burst_valid, burst_ready, burst_is_last;
  logic [AxiAddressBits-1:0] burst_addr_out;
  logic [7:0] burst_len_out;
  fifo #(
    .Width(AxiAddressBits + 9),
    .Depth(BurstDepth)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .valid_i(burst_push),
    .ready_o(burst_fifo_ready),
    .data_i ({burst_addr, burst_len, burst_last}),
    .valid_o(burst_valid),
    .ready_i(burst_ready),
    .data_o ({burst_addr_out, burst_len_out, burst_is_last})
  );

  logic dram_complete;
  store_writer #(
    .AxiAddressBits(AxiAddressBits),
    .Outstanding(Outstanding)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .burst_valid_i(burst_valid),
    .burst_ready_o(burst_ready),
    .burst_addr_i (burst_addr_out),
    .burst_len_i  (burst_len_out),
    .burst_last_i (burst_is_last),
    .beat_valid_i (beat_valid),
    .beat_ready_o (beat_ready),
    .aw_valid_o,
    .aw_ready_i,
    .aw_addr_o,
    .aw_len_o,
    .w_valid_o,
    .w_ready_i,
    .b_valid_i,
    .complete_o   (dram_complete)
  );

  // ---- retirement in order: complete stores of either kind are counted until their turn comes
  logic in_flight_ready, in_flight, oldest_to_activation;
  logic [2:0] dram_done_q, activation_done_q;
  logic activation_complete, retire_dram, retire_activation;
  fifo #(
    .Width(isa_pkg::IndexWidth + isa_pkg::PostMaskWidth + 1),
    .Depth(InFlight)
  ) u_in_flight (
    .clk_i,
    .rst_ni,
    .valid_i(start_i),
    .ready_o(in_flight_ready),
    .data_i ({index_i, `FIELD(instruction_i, PostMask), `FIELD(instruction_i, StoreDestination)}),
    .valid_o(in_flight),
    .ready_i(retire_o),
    .data_o ({oldest_index_o, retire_post_mask_o, oldest_to_activation})
  );
  assign activation_complete = write_valid_o && result_last;
  assign retire_activation   = in_flight && oldest_to_activation && activation_done_q != '0;
  assign retire_dram         = in_flight && !oldest_to_activation && dram_done_q != '0;
  assign retire_o            = retire_activation || retire_dram;
  assign retire_index_o      = oldest_index_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      dram_done_q       <= '0;
      activation_done_q <= '0;
    end else begin
      dram_done_q       <= dram_done_q + 3'(dram_complete) - 3'(retire_dram);
      activation_done_q <= activation_done_q + 3'(activation_complete) - 3'(retire_activation);
    end
  end

  assign ready_o       = issue_ready && in_flight_ready && packer_pending_ready;
  assign busy_o        = issue;
  assign wait_port_o   = no_port;
  assign wait_memory_o = no_room;
  assign in_flight_o   = in_flight;

  logic unused;
  assign unused = active;

  `ASSERT(GroupFifoHasRoom, (result_valid && !result_to_activation) |-> group_fifo_ready)
  `ASSERT(DestinationFifoHasRoom, (issue && window_last) |-> destination_ready)
  `ASSERT(DestinationIsThere, result_valid |-> destination_valid)

endmodule
