// SPDX-License-Identifier: Apache-2.0
//
// The read side of the store engine: walks the loop nest of a store and issues one group, one tap of its window, a
// cycle.
//
// Timing. An instruction taken in cycle s issues its first tap in cycle s + 1 and one tap every cycle after that. If a
// read port is refused, nothing is issued and the same tap is tried again. The same holds if the tap completes a window
// for DRAM and the group FIFO has no room left. The next instruction is taken from the cycle after the last tap.
// Nothing can stop an issued tap: it enters a pipeline of fixed length.
`include "common/assertions.svh"
`include "common/field.svh"

module store_issue #(
  parameter int ActivationGroupWidth = 11,  // address width in groups
  parameter int AccumulatorGroupWidth = 8,
  parameter int ParameterAddrWidth = 6,
  parameter int BankLsb = 9,              // of a group address in the activation buffer
  parameter int FifoGroups = 16
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  // instruction
  output logic                                ready_o,
  input  logic                                start_i,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  output logic                                active_o,
  // what this cycle does
  output logic                                issue_o,
  output logic                                no_room_o,
  output logic                                no_port_o,
  output logic                                bank_conflict_o,
  // reads, in group addresses; grants for the activation buffer's two and the accumulators' one
  output logic                                from_activation_o,
  output logic                                source_read_o,
  output logic [ActivationGroupWidth-1:0]     source_addr_o,
  input  logic                                source_grant_i,
  output logic                                accumulator_read_o,
  output logic [AccumulatorGroupWidth-1:0]    accumulator_addr_o,
  input  logic                                accumulator_grant_i,
  output logic                                residual_read_o,
  output logic [ActivationGroupWidth-1:0]     residual_addr_o,
  input  logic                                residual_grant_i,
  output logic [ParameterAddrWidth-1:0]       parameter_addr_o,
  // what goes along with an issued tap
  output logic                                window_first_o,
  output logic                                window_last_o,
  output logic                                to_activation_o,
  output logic [ActivationGroupWidth-1:0]     destination_addr_o,
  output logic                                last_o,
  output logic [isa_pkg::InstructionBits-1:0] instruction_o,
  // a group left the FIFO, on its way to DRAM
  input  logic                                group_taken_i
);

  localparam int SourceWidth =
      ActivationGroupWidth > AccumulatorGroupWidth ? ActivationGroupWidth : AccumulatorGroupWidth;
  localparam int RoomWidth = $clog2(FifoGroups + 1);

  logic                                active_q;
  logic [isa_pkg::InstructionBits-1:0] instruction_q;
  logic [15:0]                         i0_q, i1_q, i2_q, i3_q, i4_q, group_q;
  logic [7:0]                          wy_q, wx_q;
  // Source addresses: of the tap and of its window row; of the position at each loop level, without the group.
  logic [SourceWidth-1:0]              tap_q, window_row_q;
  logic [SourceWidth-1:0]              source_0_q, source_1_q, source_2_q, source_3_q, source_4_q;
  logic [ActivationGroupWidth-1:0]     residual_q, residual_1_q, residual_2_q, residual_3_q, residual_4_q;
  logic [ActivationGroupWidth-1:0]     destination_q, destination_1_q, destination_2_q, destination_3_q, destination_4_q;
  logic [ParameterAddrWidth-1:0]       parameter_q, parameter_2_q, parameter_3_q;  // parameter_q without the group
  logic [RoomWidth-1:0]                room_q;

  assign instruction_o = instruction_q;

  // Where the walk stands.
  logic last_wx, last_wy, last_group, last_0, last_1, last_2, last_3, last_4;
  assign last_wx    = wx_q == `FIELD(instruction_q, StoreWindowX) - 8'd1;
  assign last_wy    = wy_q == `FIELD(instruction_q, StoreWindowY) - 8'd1;
  assign last_group = group_q == `FIELD(instruction_q, StoreGroups) - 16'd1;
  assign last_0     = i0_q == `FIELD(instruction_q, StoreCount0) - 16'd1;
  assign last_1     = i1_q == `FIELD(instruction_q, StoreCount1) - 16'd1;
  assign last_2     = i2_q == `FIELD(instruction_q, StoreCount2) - 16'd1;
  assign last_3     = i3_q == `FIELD(instruction_q, StoreCount3) - 16'd1;
  assign last_4     = i4_q == `FIELD(instruction_q, StoreCount4) - 16'd1;

  assign window_first_o     = wx_q == '0 && wy_q == '0;
  assign window_last_o      = last_wx && last_wy;
  assign last_o             = window_last_o && last_group && last_0 && last_1 && last_2 && last_3 && last_4;
  assign to_activation_o    = `FIELD(instruction_q, StoreDestination) == 1'(isa_pkg::DestinationActivation);
  assign from_activation_o  = `FIELD(instruction_q, StoreSource) == 1'(isa_pkg::SourceActivation);
  assign destination_addr_o = destination_q;
  assign source_addr_o      = tap_q[ActivationGroupWidth-1:0];
  assign accumulator_addr_o = tap_q[AccumulatorGroupWidth-1:0];
  assign residual_addr_o    = residual_q;
  assign parameter_addr_o   = `FIELD(instruction_q, StoreParameterPerTensor)
                              ? ParameterAddrWidth'(`FIELD(instruction_q, StoreParameterBase))
                              : parameter_q + ParameterAddrWidth'(group_q);

  // May the tap be issued?
  logic room, residual_enable;
  assign residual_enable    = `FIELD(instruction_q, StoreResidual);
  assign room               = to_activation_o || !window_last_o || room_q != '0;
  assign source_read_o      = active_q && room && from_activation_o;
  assign accumulator_read_o = active_q && room && !from_activation_o;
  assign residual_read_o    = active_q && room && residual_enable;
  assign no_room_o          = active_q && !room;
  assign issue_o            = active_q && room && (from_activation_o ? source_grant_i : accumulator_grant_i)
                              && (!residual_enable || residual_grant_i);
  assign no_port_o          = active_q && room && !issue_o;
  assign bank_conflict_o    = source_read_o && residual_read_o
                              && source_addr_o[ActivationGroupWidth-1:BankLsb]
                                 == residual_addr_o[ActivationGroupWidth-1:BankLsb];

  assign ready_o  = !active_q;
  assign active_o = active_q;

  // The position after this one.
  logic [SourceWidth-1:0] next_source;
  logic [ActivationGroupWidth-1:0] next_residual, next_destination;
  logic [ParameterAddrWidth-1:0] next_parameter;
  always_comb begin
    next_source      = source_0_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStride0));
    next_residual    = residual_q + 1'b1;
    next_destination = destination_q + 1'b1;
    next_parameter   = parameter_q;
    if (last_0) begin
      next_source      = source_1_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStride1));
      next_residual    = residual_1_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreResidualStride1));
      next_destination = destination_1_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreDstStride1));
      if (last_1) begin
        next_source      = source_2_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStride2));
        next_residual    = residual_2_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreResidualStride2));
        next_destination = destination_2_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreDstStride2));
        next_parameter   = parameter_2_q + ParameterAddrWidth'(`FIELD(instruction_q, StoreParameterStride2));
        if (last_2) begin
          next_source      = source_3_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStride3));
          next_residual    = residual_3_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreResidualStride3));
          next_destination = destination_3_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreDstStride3));
          next_parameter   = parameter_3_q + ParameterAddrWidth'(`FIELD(instruction_q, StoreParameterStride3));
          if (last_3) begin
            next_source      = source_4_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStride4));
            next_residual    = residual_4_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreResidualStride4));
            next_destination = destination_4_q + ActivationGroupWidth'(`FIELD(instruction_q, StoreDstStride4));
            next_parameter   = ParameterAddrWidth'(`FIELD(instruction_q, StoreParameterBase));
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (issue_o && last_o) active_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      instruction_q <= instruction_i;
      {i0_q, i1_q, i2_q, i3_q, i4_q, group_q, wy_q, wx_q} <= '0;
      tap_q        <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      window_row_q <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      source_0_q   <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      source_1_q   <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      source_2_q   <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      source_3_q   <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      source_4_q   <= SourceWidth'(`FIELD(instruction_i, StoreSourceBase));
      residual_q   <= ActivationGroupWidth'(`FIELD(instruction_i, StoreResidualBase));
      residual_1_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreResidualBase));
      residual_2_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreResidualBase));
      residual_3_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreResidualBase));
      residual_4_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreResidualBase));
      destination_q   <= ActivationGroupWidth'(`FIELD(instruction_i, StoreDstBase));
      destination_1_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreDstBase));
      destination_2_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreDstBase));
      destination_3_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreDstBase));
      destination_4_q <= ActivationGroupWidth'(`FIELD(instruction_i, StoreDstBase));
      parameter_q   <= ParameterAddrWidth'(`FIELD(instruction_i, StoreParameterBase));
      parameter_2_q <= ParameterAddrWidth'(`FIELD(instruction_i, StoreParameterBase));
      parameter_3_q <= ParameterAddrWidth'(`FIELD(instruction_i, StoreParameterBase));
    end else if (issue_o) begin
      if (!last_wx) begin
        wx_q  <= wx_q + 8'd1;
        tap_q <= tap_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStrideWx));
      end else begin
        wx_q <= '0;
        if (!last_wy) begin
          wy_q         <= wy_q + 8'd1;
          tap_q        <= window_row_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStrideWy));
          window_row_q <= window_row_q + SourceWidth'(`FIELD(instruction_q, StoreSourceStrideWy));
        end else begin
          wy_q <= '0;
          if (!last_group) begin
            group_q       <= group_q + 16'd1;
            tap_q         <= source_0_q + SourceWidth'(group_q) + 1'b1;
            window_row_q  <= source_0_q + SourceWidth'(group_q) + 1'b1;
            residual_q    <= residual_q + 1'b1;
            destination_q <= destination_q + 1'b1;
          end else begin
            group_q       <= '0;
            tap_q         <= next_source;
            window_row_q  <= next_source;
            source_0_q    <= next_source;
            residual_q    <= next_residual;
            destination_q <= next_destination;
            parameter_q   <= next_parameter;
            i0_q          <= last_0 ? '0 : i0_q + 16'd1;
            if (last_0) begin
              source_1_q      <= next_source;
              residual_1_q    <= next_residual;
              destination_1_q <= next_destination;
              i1_q            <= last_1 ? '0 : i1_q + 16'd1;
              if (last_1) begin
                source_2_q      <= next_source;
                residual_2_q    <= next_residual;
                destination_2_q <= next_destination;
                parameter_2_q   <= next_parameter;
                i2_q            <= last_2 ? '0 : i2_q + 16'd1;
                if (last_2) begin
                  source_3_q      <= next_source;
                  residual_3_q    <= next_residual;
                  destination_3_q <= next_destination;
                  parameter_3_q   <= next_parameter;
                  i3_q            <= last_3 ? '0 : i3_q + 16'd1;
                  if (last_3) begin
                    source_4_q      <= next_source;
                    residual_4_q    <= next_residual;
                    destination_4_q <= next_destination;
                    i4_q            <= i4_q + 16'd1;
                  end
                end
              end
            end
          end
        end
      end
    end
  end

  // Room for a group is taken when the tap that completes its window is issued.
  logic reserve;
  assign reserve = issue_o && window_last_o && !to_activation_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) room_q <= RoomWidth'(FifoGroups);
    else room_q <= room_q - RoomWidth'(reserve) + RoomWidth'(group_taken_i);
  end

  `ASSERT(StartOnlyWhenReady, start_i |-> ready_o)

endmodule
