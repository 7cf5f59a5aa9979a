// SPDX-License-Identifier: Apache-2.0
//
// Turns groups into the beats and bursts of runs that may start and end at any byte.
//
// Timing. An instruction is taken when the packer is idle or finishes the one before; its first group is taken from the
// cycle after. A group is taken every cycle (a group of raw sums every four) while the beat FIFO and the burst FIFO
// have room. A beat leaves in the cycle of the group that fills it or ends the run. If the last group of a run needs
// one more beat, that beat leaves in the next cycle, in which no group is taken. A burst ends at every multiple of
// BurstBytes and at the end of a run.
`include "common/assertions.svh"
`include "common/field.svh"

module store_packer #(
  parameter int Lanes = 2,
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int BurstBytes = 64
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  // instruction; base_i is the base register that it names
  input  logic                                 valid_i,
  output logic                                 ready_o,
  input  logic [isa_pkg::InstructionBits-1:0]  instruction_i,
  input  logic [AxiAddressBits-1:0]            base_i,
  // groups
  input  logic                                 group_valid_i,
  output logic                                 group_ready_o,
  input  logic [Lanes*format_pkg::SumBits-1:0] group_data_i,
  // beats
  output logic                                 beat_valid_o,
  input  logic                                 beat_ready_i,
  output logic [AxiDataBits-1:0]               beat_data_o,
  output logic [AxiDataBits/8-1:0]             beat_strb_o,
  output logic                                 beat_last_o,  // of its burst
  // bursts, with their last beat
  output logic                                 burst_valid_o,
  input  logic                                 burst_ready_i,
  output logic [AxiAddressBits-1:0]            burst_addr_o,
  output logic [7:0]                           burst_len_o,
  output logic                                 burst_last_o  // of its instruction
);

  localparam int AxiBytes = AxiDataBits / 8;
  localparam int OffsetWidth = $clog2(AxiBytes);
  localparam int OperandBits = format_pkg::OperandBits;
  localparam int SumBits = format_pkg::SumBits;
  localparam int ChunkBits = Lanes * OperandBits;  // of what is appended in a cycle
  localparam int ChunkBytes = ChunkBits / 8;
  localparam int Parts = SumBits / OperandBits;    // chunks of a raw group
  localparam int PartWidth = $clog2(Parts);
  localparam int BurstBeats = BurstBytes / AxiBytes;

  logic                      active_q, raw_q, flush_q;
  logic [31:0]               run_groups_q, groups_left_q;  // count_0 * groups
  logic [15:0]               count_1_q, count_2_q, count_3_q, count_4_q, i1_q, i2_q, i3_q, i4_q;
  logic [AxiAddressBits-1:0] stride_1_q, stride_2_q, stride_3_q, stride_4_q, run_1_q, run_2_q, run_3_q, run_4_q;
  logic [AxiAddressBits-1:0] beat_addr_q;                  // of the beat being filled, aligned
  logic [OffsetWidth-1:0]    position_q;                   // of the next byte in it
  logic [AxiDataBits-1:0]    data_q;
  logic [AxiBytes-1:0]       strb_q;
  logic [7:0]                burst_beats_q;                // beats of the open burst that have left
  logic [PartWidth-1:0]      part_q;                       // of a raw group

  // A chunk of the group: the operand of every lane, or a part of the raw sums.
  logic [ChunkBits-1:0] chunk, sums_part;
  assign sums_part = group_data_i[part_q*ChunkBits +: ChunkBits];
  for (genvar l = 0; l < Lanes; l++) begin : gen_chunk
    assign chunk[l*OperandBits +: OperandBits] =
        raw_q ? sums_part[l*OperandBits +: OperandBits] : group_data_i[l*SumBits +: OperandBits];
  end

  // The beat being filled with the chunk in its place, and what spills into the beat after it.
  logic [2*AxiDataBits-1:0] wide_data;
  logic [2*AxiBytes-1:0]    wide_strb;
  logic [OffsetWidth:0]     end_position;
  logic                     append, room, fills, spills, last_chunk, push;
  assign room         = beat_ready_i && burst_ready_i;
  assign append       = active_q && !flush_q && group_valid_i && room;
  assign end_position = (OffsetWidth + 1)'(position_q) + (OffsetWidth + 1)'(ChunkBytes);
  assign fills        = end_position >= (OffsetWidth + 1)'(AxiBytes);
  assign spills       = end_position > (OffsetWidth + 1)'(AxiBytes);
  assign last_chunk   = groups_left_q == 32'd1 && (!raw_q || part_q == PartWidth'(Parts - 1));
  assign push         = (append && (fills || last_chunk)) || (flush_q && room);

  always_comb begin
    wide_data = {AxiDataBits'(0), data_q};
    wide_strb = {AxiBytes'(0), strb_q};
    if (append) begin
      wide_data = wide_data | ((2*AxiDataBits)'(chunk) << {position_q, 3'b000});
      wide_strb = wide_strb | ((2*AxiBytes)'({ChunkBytes{1'b1}}) << position_q);
    end
  end

  logic run_end, instruction_end, last_1, last_2, last_3, last_4, burst_end;
  logic [AxiAddressBits-1:0] next_beat, next_run;
  assign run_end   = (append && last_chunk && !spills) || (flush_q && room);
  assign last_1    = i1_q == count_1_q - 16'd1;
  assign last_2    = i2_q == count_2_q - 16'd1;
  assign last_3    = i3_q == count_3_q - 16'd1;
  assign last_4    = i4_q == count_4_q - 16'd1;
  assign instruction_end = run_end && last_1 && last_2 && last_3 && last_4;
  assign next_beat = beat_addr_q + AxiAddressBits'(AxiBytes);
  assign next_run  = last_1 && last_2 ? (last_3 ? run_4_q + stride_4_q : run_3_q + stride_3_q)
                                      : (last_1 ? run_2_q + stride_2_q : run_1_q + stride_1_q);
  assign burst_end = run_end || next_beat[$clog2(BurstBytes)-1:0] == '0;

  assign group_ready_o = active_q && !flush_q && room && (!raw_q || part_q == PartWidth'(Parts - 1));
  assign beat_valid_o  = push;
  assign beat_data_o   = wide_data[AxiDataBits-1:0];
  assign beat_strb_o   = wide_strb[AxiBytes-1:0];
  assign beat_last_o   = burst_end;
  assign burst_valid_o = push && burst_end;
  assign burst_addr_o  = beat_addr_q - AxiAddressBits'({burst_beats_q, OffsetWidth'(0)});
  assign burst_len_o   = burst_beats_q;
  assign burst_last_o  = instruction_end;

  assign ready_o = !active_q || instruction_end;

  logic [AxiAddressBits-1:0] first_run, new_run;
  assign first_run = base_i
      + AxiAddressBits'({`FIELD(instruction_i, StoreDstBaseHigh), `FIELD(instruction_i, StoreDstBase)});
  assign new_run   = (valid_i && ready_o) ? first_run : next_run;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      flush_q  <= 1'b0;
    end else begin
      if (ready_o) active_q <= valid_i;
      if (append) flush_q <= last_chunk && spills;
      else if (flush_q && room) flush_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      raw_q        <= `FIELD(instruction_i, StoreRaw);
      run_groups_q <= `FIELD(instruction_i, StoreCount0) * `FIELD(instruction_i, StoreGroups);
      count_1_q    <= `FIELD(instruction_i, StoreCount1);
      count_2_q    <= `FIELD(instruction_i, StoreCount2);
      count_3_q    <= `FIELD(instruction_i, StoreCount3);
      count_4_q    <= `FIELD(instruction_i, StoreCount4);
      stride_1_q   <= AxiAddressBits'($signed(`FIELD(instruction_i, StoreDstStride1)));
      stride_2_q   <= AxiAddressBits'($signed(`FIELD(instruction_i, StoreDstStride2)));
      stride_3_q   <= AxiAddressBits'($signed(`FIELD(instruction_i, StoreDstStride3)));
      stride_4_q   <= AxiAddressBits'($signed(`FIELD(instruction_i, StoreDstStride4)));
      run_1_q      <= first_run;
      run_2_q      <= first_run;
      run_3_q      <= first_run;
      run_4_q      <= first_run;
      {i1_q, i2_q, i3_q, i4_q} <= '0;
      groups_left_q <= `FIELD(instruction_i, StoreCount0) * `FIELD(instruction_i, StoreGroups);
      part_q        <= '0;
    end else begin
      if (append) begin
        part_q <= raw_q ? part_q + 1'b1 : '0;
        if (group_ready_o) groups_left_q <= groups_left_q - 32'd1;
      end
      if (run_end) begin
        groups_left_q <= run_groups_q;
        run_1_q       <= next_run;
        i1_q          <= last_1 ? '0 : i1_q + 16'd1;
        if (last_1) begin
          run_2_q <= next_run;
          i2_q    <= last_2 ? '0 : i2_q + 16'd1;
          if (last_2) begin
            run_3_q <= next_run;
            i3_q    <= last_3 ? '0 : i3_q + 16'd1;
            if (last_3) begin
              run_4_q <= next_run;
              i4_q    <= i4_q + 16'd1;
            end
          end
        end
      end
    end
    // The beat being filled.
    if ((valid_i && ready_o) || run_end) begin
      beat_addr_q   <= {new_run[AxiAddressBits-1:OffsetWidth], OffsetWidth'(0)};
      position_q    <= new_run[OffsetWidth-1:0];
      data_q        <= '0;
      strb_q        <= '0;
      burst_beats_q <= '0;
    end else if (append) begin
      position_q <= end_position[OffsetWidth-1:0];
      data_q     <= fills ? wide_data[AxiDataBits +: AxiDataBits] : wide_data[AxiDataBits-1:0];
      strb_q     <= fills ? wide_strb[AxiBytes +: AxiBytes] : wide_strb[AxiBytes-1:0];
      if (push) begin
        beat_addr_q   <= next_beat;
        burst_beats_q <= burst_end ? 8'd0 : burst_beats_q + 8'd1;
      end
    end
  end

  `ASSERT(BurstIsNotTooLong, burst_valid_o |-> 32'(burst_len_o) < BurstBeats)

endmodule
