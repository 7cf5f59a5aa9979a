// SPDX-License-Identifier: Apache-2.0
//
// Walks the loop nest of a matrix instruction and issues its reads: a weight word and an activation word a cycle.
//
// Timing. An instruction taken in cycle s runs its first pass from cycle s + 1. A pass takes
//   max(m_b * m_y * m_x, Rows, AccLatency + 1) cycles, one more with per-column zero points:
// in its cycle c it reads weight word c (the zero points first) and activation row c (c - 1 with per-column zero
// points). Passes follow each other without a gap. After the last one the sequencer rests for AccLatency cycles, so
// that the next instruction may accumulate on any row; in the last of these it takes the next instruction.
`include "common/assertions.svh"
`include "common/field.svh"

module matrix_sequencer #(
  parameter int Rows = 4,
  parameter int AccLatency = 1,
  parameter int ActivationAddrWidth = 10,
  parameter int WeightAddrWidth = 10,
  parameter int AccumulatorAddrWidth = 7
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  // instruction
  output logic                                ready_o,
  input  logic                                start_i,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  output logic                                active_o,
  // weight read; `is_zero_point` marks the word in front of a tile, `first` row 0 of a tile
  output logic                                weight_read_o,
  output logic                                weight_is_zero_point_o,
  output logic                                weight_first_o,
  output logic [WeightAddrWidth-1:0]          weight_addr_o,
  // activation read and the accumulator row that its sums go to
  output logic                                activation_read_o,
  output logic [ActivationAddrWidth-1:0]      activation_addr_o,
  output logic [AccumulatorAddrWidth-1:0]     accumulator_addr_o,
  output logic                                accumulate_o,
  output logic                                last_o,
  // operand formats of the running instruction
  output logic                                activation_signed_o,
  output logic                                weight_signed_o,
  output logic                                per_column_zero_point_o,
  output logic [format_pkg::OperandBits-1:0]  activation_zero_point_o,
  output logic [format_pkg::OperandBits-1:0]  weight_zero_point_o
);

  localparam int MinimumPass = (Rows > AccLatency + 1) ? Rows : AccLatency + 1;
  localparam int CycleWidth = $clog2(MinimumPass + 2);
  localparam int TailWidth = $clog2(AccLatency + 1);

  typedef enum logic [1:0] {StIdle, StPass, StTail} state_e;
  state_e state_q;

  // The instruction.
  logic [15:0]                        m_b_q, m_y_q, m_x_q, k_y_q, k_x_q, k_c_q, n_q, n_b_q;
  logic [ActivationAddrWidth-1:0]     stride_b_q, stride_y_q, stride_x_q, stride_ky_q, stride_kx_q, stride_kc_q;
  logic [ActivationAddrWidth-1:0]     stride_n_q, stride_nb_q;
  logic [AccumulatorAddrWidth-1:0]    accumulator_stride_n_q;
  logic                               accumulate_q, activation_signed_q, weight_signed_q, per_column_q;
  logic [format_pkg::OperandBits-1:0] activation_zero_point_q, weight_zero_point_q;

  // Loop counters, and the activation address at the start of each loop level.
  logic [15:0]                     b_q, y_q, x_q, ky_q, kx_q, kc_q, block_q, set_q;
  logic [ActivationAddrWidth-1:0]  address_q, address_y_q, address_b_q, address_pass_q, address_kx_q, address_ky_q;
  logic [ActivationAddrWidth-1:0]  address_n_q, address_nb_q;
  logic [WeightAddrWidth-1:0]      weight_addr_q;
  logic [AccumulatorAddrWidth-1:0] accumulator_addr_q, accumulator_block_q;
  logic [CycleWidth-1:0]           cycle_q;                      // of the pass; stops at its minimum
  logic                            rows_done_q, weights_done_q;  // all of the pass are read
  logic [TailWidth-1:0]            tail_q;

  // A pass.
  logic [CycleWidth-1:0] last_minimum_cycle, last_weight_cycle;
  logic read_row, last_x, last_y, last_row, pass_end;
  assign last_minimum_cycle = CycleWidth'(MinimumPass - 1) + CycleWidth'(per_column_q);
  assign last_weight_cycle  = CycleWidth'(Rows - 1) + CycleWidth'(per_column_q);
  assign read_row = state_q == StPass && !rows_done_q && !(per_column_q && cycle_q == '0);
  assign last_x   = x_q == m_x_q - 16'd1;
  assign last_y   = y_q == m_y_q - 16'd1;
  assign last_row = last_x && last_y && b_q == m_b_q - 16'd1;
  assign pass_end = state_q == StPass && cycle_q == last_minimum_cycle && (rows_done_q || (read_row && last_row));

  // The line of words after this one, of this image or the next.
  logic [ActivationAddrWidth-1:0] next_line;
  assign next_line = last_y ? address_b_q + stride_b_q : address_y_q + stride_y_q;

  // The passes.
  logic last_kc, last_kx, last_ky, last_n, last_k, last_pass;
  assign last_kc   = kc_q == k_c_q - 16'd1;
  assign last_kx   = kx_q == k_x_q - 16'd1;
  assign last_ky   = ky_q == k_y_q - 16'd1;
  assign last_k    = last_kc && last_kx && last_ky;
  assign last_n    = block_q == n_q - 16'd1;
  assign last_pass = last_k && last_n && set_q == n_b_q - 16'd1;

  logic [ActivationAddrWidth-1:0] next_pass;
  always_comb begin
    if (last_kc && last_kx) begin
      if (!last_ky) next_pass = address_ky_q + stride_ky_q;
      else next_pass = last_n ? address_nb_q + stride_nb_q : address_n_q + stride_n_q;
    end else begin
      next_pass = last_kc ? address_kx_q + stride_kx_q : address_pass_q + stride_kc_q;
    end
  end

  assign ready_o  = state_q == StIdle || (state_q == StTail && tail_q == TailWidth'(1));
  assign active_o = state_q != StIdle;

  assign weight_read_o       = state_q == StPass && !weights_done_q;
  assign weight_is_zero_point_o = weight_read_o && per_column_q && cycle_q == '0;
  assign weight_first_o      = weight_read_o && cycle_q == CycleWidth'(per_column_q);
  assign weight_addr_o       = weight_addr_q;
  assign activation_read_o   = read_row;
  assign activation_addr_o   = address_q;
  assign accumulator_addr_o  = accumulator_addr_q;
  assign accumulate_o        = accumulate_q || kc_q != '0 || kx_q != '0 || ky_q != '0;
  assign last_o              = last_row && last_pass;
  assign activation_signed_o     = activation_signed_q;
  assign weight_signed_o         = weight_signed_q;
  assign per_column_zero_point_o = per_column_q;
  assign activation_zero_point_o = activation_zero_point_q;
  assign weight_zero_point_o     = weight_zero_point_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      tail_q  <= '0;
    end else if (start_i) begin
      state_q <= StPass;
    end else if (pass_end && last_pass) begin
      state_q <= StTail;
      tail_q  <= TailWidth'(AccLatency);
    end else if (state_q == StTail) begin
      tail_q <= tail_q - 1'b1;
      if (tail_q == TailWidth'(1)) state_q <= StIdle;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      m_b_q <= `FIELD(instruction_i, MatrixMB);
      m_y_q <= `FIELD(instruction_i, MatrixMY);
      m_x_q <= `FIELD(instruction_i, MatrixMX);
      k_y_q <= `FIELD(instruction_i, MatrixKY);
      k_x_q <= `FIELD(instruction_i, MatrixKX);
      k_c_q <= `FIELD(instruction_i, MatrixKC);
      n_q   <= `FIELD(instruction_i, MatrixN);
      n_b_q <= `FIELD(instruction_i, MatrixNB);
      stride_b_q  <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideB));
      stride_y_q  <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideY));
      stride_x_q  <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideX));
      stride_ky_q <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideKy));
      stride_kx_q <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideKx));
      stride_kc_q <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideKc));
      stride_n_q  <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideN));
      stride_nb_q <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationStrideNb));
      accumulator_stride_n_q  <= AccumulatorAddrWidth'(`FIELD(instruction_i, MatrixAccumulatorStrideN));
      accumulate_q            <= `FIELD(instruction_i, MatrixAccumulate);
      activation_signed_q     <= `FIELD(instruction_i, MatrixActivationSigned);
      weight_signed_q         <= `FIELD(instruction_i, MatrixWeightSigned);
      per_column_q            <= `FIELD(instruction_i, MatrixPerColumnZeroPoint);
      activation_zero_point_q <= `FIELD(instruction_i, MatrixActivationZeroPoint);
      weight_zero_point_q     <= `FIELD(instruction_i, MatrixWeightZeroPoint);
      {b_q, y_q, x_q, ky_q, kx_q, kc_q, block_q, set_q} <= '0;
      cycle_q        <= '0;
      rows_done_q    <= 1'b0;
      weights_done_q <= 1'b0;
      address_q      <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_y_q    <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_b_q    <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_pass_q <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_kx_q   <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_ky_q   <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_n_q    <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      address_nb_q   <= ActivationAddrWidth'(`FIELD(instruction_i, MatrixActivationBase));
      weight_addr_q  <= WeightAddrWidth'(`FIELD(instruction_i, MatrixWeightBase));
      accumulator_addr_q  <= AccumulatorAddrWidth'(`FIELD(instruction_i, MatrixAccumulatorBase));
      accumulator_block_q <= AccumulatorAddrWidth'(`FIELD(instruction_i, MatrixAccumulatorBase));
    end else if (state_q == StPass) begin
      if (cycle_q != last_minimum_cycle) cycle_q <= cycle_q + 1'b1;
      if (weight_read_o) begin
        weight_addr_q <= weight_addr_q + 1'b1;
        if (cycle_q == last_weight_cycle) weights_done_q <= 1'b1;
      end
      if (read_row) begin
        accumulator_addr_q <= accumulator_addr_q + 1'b1;
        if (!last_x) begin
          x_q       <= x_q + 16'd1;
          address_q <= address_q + stride_x_q;
        end else begin
          x_q         <= '0;
          y_q         <= last_y ? '0 : y_q + 16'd1;
          address_q   <= next_line;
          address_y_q <= next_line;
          if (last_y) begin
            b_q         <= b_q + 16'd1;
            address_b_q <= next_line;
          end
        end
        if (last_row) rows_done_q <= 1'b1;
      end
      if (pass_end) begin
        cycle_q        <= '0;
        rows_done_q    <= 1'b0;
        weights_done_q <= 1'b0;
        x_q <= '0;
        y_q <= '0;
        b_q <= '0;
        address_q      <= next_pass;
        address_y_q    <= next_pass;
        address_b_q    <= next_pass;
        address_pass_q <= next_pass;
        accumulator_addr_q <= accumulator_block_q;
        kc_q <= kc_q + 16'd1;
        if (last_kc) begin
          kc_q         <= '0;
          kx_q         <= kx_q + 16'd1;
          address_kx_q <= next_pass;
          if (last_kx) begin
            kx_q         <= '0;
            ky_q         <= ky_q + 16'd1;
            address_ky_q <= next_pass;
            if (last_ky) begin
              ky_q        <= '0;
              block_q     <= last_n ? '0 : block_q + 16'd1;
              address_n_q <= next_pass;
              if (last_n) begin
                set_q        <= set_q + 16'd1;
                address_nb_q <= next_pass;
              end
              accumulator_addr_q  <= accumulator_block_q + accumulator_stride_n_q;
              accumulator_block_q <= accumulator_block_q + accumulator_stride_n_q;
            end
          end
        end
      end
    end
  end

  `ASSERT(StartOnlyWhenReady, start_i |-> ready_o)

endmodule
