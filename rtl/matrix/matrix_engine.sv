// SPDX-License-Identifier: Apache-2.0
//
// The matrix engine: sequencer, zero-point subtraction at the array's edge, systolic array, accumulation.
//
//   cycle t                      sequencer reads an activation word (and a weight word)
//   cycle t + 1                  words are there, zero points are subtracted
//   cycle t + 2                  activation enters row 0
//   cycle t + Latency - 1        accumulators are read (if the row accumulates)
//   cycle t + Latency            sums are there: Latency = Rows + Cols + PeLatency
//   cycle t + Latency + AccLatency - 1   accumulators are written; for the last row of an instruction: it retires
//
// Nothing ever stalls the engine: weights and activations are read with the highest priority. A pass may use a row
// again AccLatency + 1 cycles later at the earliest, which the sequencer keeps; column blocks of one instruction must
// not overlap.
`include "common/assertions.svh"

module matrix_engine #(
  parameter int Rows = 4,
  parameter int Cols = 4,
  parameter int PeLatency = 1,
  parameter int AccLatency = 1,
  parameter int ActivationAddrWidth = 10,
  parameter int WeightAddrWidth = 10,
  parameter int AccumulatorAddrWidth = 7
) (
  input  logic                                    clk_i,
  input  logic                                    rst_ni,
  // instruction in, retirement out
  output logic                                    ready_o,
  input  logic                                    start_i,
  input  logic [isa_pkg::InstructionBits-1:0]     instruction_i,
  input  logic [isa_pkg::IndexWidth-1:0]          index_i,
  output logic                                    active_o,
  output logic                                    retire_o,
  output logic [isa_pkg::IndexWidth-1:0]          retire_index_o,
  output logic [isa_pkg::PostMaskWidth-1:0]       retire_post_mask_o,
  // weight buffer
  output logic                                    weight_read_o,
  output logic [WeightAddrWidth-1:0]              weight_addr_o,
  input  logic [Cols*format_pkg::OperandBits-1:0] weight_data_i,
  // activation buffer
  output logic                                    activation_read_o,
  output logic [ActivationAddrWidth-1:0]          activation_addr_o,
  input  logic [Rows*format_pkg::OperandBits-1:0] activation_data_i,
  // accumulators
  output logic                                    accumulator_read_o,
  output logic [AccumulatorAddrWidth-1:0]         accumulator_read_addr_o,
  input  logic [Cols*format_pkg::SumBits-1:0]     accumulator_read_data_i,
  output logic                                    accumulator_write_o,
  output logic [AccumulatorAddrWidth-1:0]         accumulator_write_addr_o,
  output logic [Cols*format_pkg::SumBits-1:0]     accumulator_write_data_o
);

  localparam int OperandBits = format_pkg::OperandBits;
  localparam int CenteredBits = format_pkg::CenteredBits;
  localparam int SumBits = format_pkg::SumBits;
  localparam int Latency = Rows + Cols + PeLatency;

  // Instructions between their start and their retirement: each holds the sequencer for Rows + AccLatency cycles or
  // more.
  localparam int InFlight = 2 ** $clog2((Latency + AccLatency) / Rows + 2);

  // ---- sequencer
  logic weight_is_zero_point, weight_first, accumulate, last;
  logic activation_signed, weight_signed, per_column_zero_point;
  logic [OperandBits-1:0] activation_zero_point, weight_zero_point;
  logic [AccumulatorAddrWidth-1:0] accumulator_addr;

  matrix_sequencer #(
    .Rows(Rows),
    .AccLatency(AccLatency),
    .ActivationAddrWidth(ActivationAddrWidth),
    .WeightAddrWidth(WeightAddrWidth),
    .AccumulatorAddrWidth(AccumulatorAddrWidth)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .ready_o,
    .start_i,
    .instruction_i,
    .active_o,
    .weight_read_o,
    .weight_is_zero_point_o (weight_is_zero_point),
    .weight_first_o         (weight_first),
    .weight_addr_o,
    .activation_read_o,
    .activation_addr_o,
    .accumulator_addr_o     (accumulator_addr),
    .accumulate_o           (accumulate),
    .last_o                 (last),
    .activation_signed_o    (activation_signed),
    .weight_signed_o        (weight_signed),
    .per_column_zero_point_o(per_column_zero_point),
    .activation_zero_point_o(activation_zero_point),
    .weight_zero_point_o    (weight_zero_point)
  );

  // ---- cycle t + 1: subtract zero points; formats as they were when the words were read
  logic weight_is_zero_point_q, weight_first_q, weight_signed_q, activation_signed_q, per_column_q;
  logic [OperandBits-1:0]      activation_zero_point_q, weight_zero_point_q;
  logic [Cols*OperandBits-1:0] column_zero_point_q;

  always_ff @(posedge clk_i) begin
    weight_is_zero_point_q    <= weight_is_zero_point;
    weight_first_q            <= weight_first;
    weight_signed_q           <= weight_signed;
    activation_signed_q       <= activation_signed;
    per_column_q              <= per_column_zero_point;
    activation_zero_point_q   <= activation_zero_point;
    weight_zero_point_q       <= weight_zero_point;
    if (weight_is_zero_point_q) column_zero_point_q <= weight_data_i;
  end

  // An operand of either type with one more bit, so that the difference of two fits.
  function automatic logic [CenteredBits-1:0] extend(input logic is_signed, input logic [OperandBits-1:0] operand);
    extend = {is_signed & operand[OperandBits-1], operand};
  endfunction

  logic [Rows*CenteredBits-1:0] activation_operand, activation_operand_q;
  logic [Cols*CenteredBits-1:0] weight_operand;
  logic [CenteredBits-1:0]      activation_zero_point_wide;
  assign activation_zero_point_wide = extend(activation_signed_q, activation_zero_point_q);

  for (genvar r = 0; r < Rows; r++) begin : gen_activation
    assign activation_operand[r*CenteredBits +: CenteredBits] =
        extend(activation_signed_q, activation_data_i[r*OperandBits +: OperandBits]) - activation_zero_point_wide;
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_weight
    logic [OperandBits-1:0] zero_point;
    assign zero_point = per_column_q ? column_zero_point_q[c*OperandBits +: OperandBits] : weight_zero_point_q;
    assign weight_operand[c*CenteredBits +: CenteredBits] =
        extend(weight_signed_q, weight_data_i[c*OperandBits +: OperandBits]) - extend(weight_signed_q, zero_point);
  end

  always_ff @(posedge clk_i) activation_operand_q <= activation_operand;

  // ---- the array: weights enter in t + 1, activations in t + 2
  logic [Cols*SumBits-1:0] sum;
  systolic_array #(
    .Rows(Rows),
    .Cols(Cols),
    .PeLatency(PeLatency)
  ) u_array (
    .clk_i,
    .rst_ni,
    .load_first_i(weight_first_q),
    .weight_i    (weight_operand),
    .activation_i(activation_operand_q),
    .sum_o       (sum)
  );

  // ---- what goes along with an activation row, until cycle t + Latency - 1
  logic [Latency-2:0]              valid_q;
  logic                            accumulate_late, last_late;
  logic [AccumulatorAddrWidth-1:0] addr_late;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-3:0], activation_read_o};
  end

  delay #(
    .Width (AccumulatorAddrWidth + 2),
    .Cycles(Latency - 1)
  ) u_row_delay (
    .clk_i,
    .rst_ni,
    .data_i({accumulator_addr, accumulate, last}),
    .data_o({addr_late, accumulate_late, last_late})
  );

  assign accumulator_read_o      = valid_q[Latency-2] && accumulate_late;
  assign accumulator_read_addr_o = addr_late;

  // ---- cycle t + Latency: add
  logic add_valid_q, add_accumulate_q, add_last_q;
  logic [AccumulatorAddrWidth-1:0] add_addr_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) add_valid_q <= 1'b0;
    else add_valid_q <= valid_q[Latency-2];
  end
  always_ff @(posedge clk_i) begin
    add_accumulate_q <= accumulate_late;
    add_last_q       <= last_late;
    add_addr_q       <= addr_late;
  end

  logic [Cols*SumBits-1:0] total;
  for (genvar c = 0; c < Cols; c++) begin : gen_accumulate
    assign total[c*SumBits +: SumBits] =
        sum[c*SumBits +: SumBits] + (add_accumulate_q ? accumulator_read_data_i[c*SumBits +: SumBits] : '0);
  end

  // ---- write, AccLatency - 1 cycles later
  logic write_last;
  delay #(
    .Width (Cols * SumBits + AccumulatorAddrWidth + 1),
    .Cycles(AccLatency - 1)
  ) u_write_delay (
    .clk_i,
    .rst_ni,
    .data_i({total, add_addr_q, add_last_q}),
    .data_o({accumulator_write_data_o, accumulator_write_addr_o, write_last})
  );
  if (AccLatency == 1) begin : gen_write_now
    assign accumulator_write_o = add_valid_q;
  end else begin : gen_write_late
    logic [AccLatency-2:0] write_valid_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) write_valid_q <= '0;
      else write_valid_q <= (AccLatency-1)'({write_valid_q, add_valid_q});
    end
    assign accumulator_write_o = write_valid_q[AccLatency-2];
  end

  // ---- retirement, in order: what was started waits here for its last row
  logic retire_pending, in_flight_ready;
  fifo #(
    .Width(isa_pkg::IndexWidth + isa_pkg::PostMaskWidth),
    .Depth(InFlight)
  ) u_in_flight (
    .clk_i,
    .rst_ni,
    .valid_i(start_i),
    .ready_o(in_flight_ready),
    .data_i ({index_i, instruction_i[isa_pkg::PostMaskLsb +: isa_pkg::PostMaskWidth]}),
    .valid_o(retire_pending),
    .ready_i(retire_o),
    .data_o ({retire_index_o, retire_post_mask_o})
  );
  assign retire_o = accumulator_write_o && write_last;

  `ASSERT(RetiresWhatWasStarted, retire_o |-> retire_pending)
  `ASSERT(InFlightIsBounded, start_i |-> in_flight_ready)

endmodule
