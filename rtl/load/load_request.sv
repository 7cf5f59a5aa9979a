// SPDX-License-Identifier: Apache-2.0
//
// The address side of the load engine: cuts the runs of an instruction into read bursts.
//
// Timing. An instruction taken in cycle s offers its first burst in cycle s + 1, and one burst every cycle after that.
// A run is cut at every multiple of BurstBytes, which also keeps AXI's 4 KiB rule. A burst is offered while fewer than
// Outstanding bursts are in flight and the beat FIFO has room for all of its beats besides those already asked for. The
// next instruction is taken from the cycle after the last burst was accepted. Rows of padding ask for nothing.
`include "common/assertions.svh"
`include "common/field.svh"

module load_request #(
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int BurstBytes = 64,
  parameter int Outstanding = 4,
  parameter int FifoBeats = 32,
  localparam int OffsetWidth = $clog2(AxiDataBits / 8)
) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  // instruction; base_i is the base register that it names
  output logic                                  ready_o,
  input  logic                                  start_i,
  input  logic [isa_pkg::InstructionBits-1:0]   instruction_i,
  input  logic [AxiAddressBits-1:0]             base_i,
  // burst to the read arbiter, aligned to a beat
  output logic                                  ar_valid_o,
  input  logic                                  ar_ready_i,
  output logic [AxiAddressBits-1:0]             ar_addr_o,
  output logic [7:0]                            ar_len_o,
  // with the first burst of a run: what the packer must know of the run
  output logic                                  run_valid_o,
  output logic [OffsetWidth-1:0]                run_offset_o,
  output logic [isa_pkg::LoadRunBytesWidth-1:0] run_bytes_o,
  output logic [isa_pkg::LoadBufferWidth-1:0]   run_buffer_o,
  output logic                                  run_diagonal_o,
  output logic [format_pkg::OperandBits-1:0]    run_pad_value_o,
  // what returns: the last beat of a burst, a beat taken from the FIFO
  input  logic                                  r_last_i,
  input  logic                                  beat_taken_i
);

  localparam int AxiBytes = AxiDataBits / 8;
  localparam int BytesWidth = isa_pkg::LoadRunBytesWidth;
  localparam int BurstWidth = $clog2(BurstBytes);
  localparam int BeatsWidth = $clog2(BurstBytes / AxiBytes + 1);
  localparam int RoomWidth = $clog2(FifoBeats + 1);
  localparam int CountWidth = $clog2(Outstanding + 1);

  logic                                active_q, run_start_q, diagonal_q;
  logic [BytesWidth-1:0]               run_bytes_q, left_q;  // of a run, and still to ask for
  logic [isa_pkg::LoadBufferWidth-1:0] buffer_q;
  logic [format_pkg::OperandBits-1:0]  pad_value_q;
  logic [15:0]                         count_1_q, count_2_q, count_3_q, count_4_q, i1_q, i2_q, i3_q, i4_q;
  logic [AxiAddressBits-1:0]           stride_1_q, stride_2_q, stride_3_q, stride_4_q;
  logic [AxiAddressBits-1:0]           address_q, address_1_q, address_2_q, address_3_q, address_4_q;
  logic [RoomWidth-1:0]                room_q;               // beats of the FIFO that nobody has asked for
  logic [CountWidth-1:0]               in_flight_q;

  // The burst at address_q: up to the next multiple of BurstBytes or the end of the run.
  logic [BurstWidth:0]   to_boundary, bytes;
  logic [BeatsWidth-1:0] beats;
  logic                  ends_run;
  assign to_boundary = (BurstWidth + 1)'(BurstBytes) - (BurstWidth + 1)'(address_q[BurstWidth-1:0]);
  assign ends_run    = left_q <= BytesWidth'(to_boundary);
  assign bytes       = ends_run ? (BurstWidth + 1)'(left_q) : to_boundary;
  assign beats       = BeatsWidth'(((BurstWidth + 1)'(address_q[OffsetWidth-1:0]) + bytes
                                    + (BurstWidth + 1)'(AxiBytes - 1)) >> OffsetWidth);

  logic accept;
  assign ar_valid_o = active_q && in_flight_q != CountWidth'(Outstanding) && RoomWidth'(beats) <= room_q;
  assign ar_addr_o  = {address_q[AxiAddressBits-1:OffsetWidth], OffsetWidth'(0)};
  assign ar_len_o   = 8'(beats) - 8'd1;
  assign accept     = ar_valid_o && ar_ready_i;
  assign ready_o    = !active_q;

  assign run_valid_o     = accept && run_start_q;
  assign run_offset_o    = address_q[OffsetWidth-1:0];
  assign run_bytes_o     = run_bytes_q;
  assign run_buffer_o    = buffer_q;
  assign run_diagonal_o  = diagonal_q;
  assign run_pad_value_o = pad_value_q;

  logic last_1, last_2, last_3, last_4;
  logic [AxiAddressBits-1:0] next_run;
  assign last_1 = i1_q == count_1_q - 16'd1;
  assign last_2 = i2_q == count_2_q - 16'd1;
  assign last_3 = i3_q == count_3_q - 16'd1;
  assign last_4 = i4_q == count_4_q - 16'd1;
  assign next_run = last_1 && last_2 ? (last_3 ? address_4_q + stride_4_q : address_3_q + stride_3_q)
                                     : (last_1 ? address_2_q + stride_2_q : address_1_q + stride_1_q);

  logic [AxiAddressBits-1:0] first_address;
  assign first_address = base_i
      + AxiAddressBits'({`FIELD(instruction_i, LoadDramOffsetHigh), `FIELD(instruction_i, LoadDramOffset)});

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (start_i) active_q <= `FIELD(instruction_i, LoadCount1) != '0;
    else if (accept && ends_run && last_1 && last_2 && last_3 && last_4) active_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      run_bytes_q <= `FIELD(instruction_i, LoadRunBytes);
      left_q      <= `FIELD(instruction_i, LoadRunBytes);
      buffer_q    <= `FIELD(instruction_i, LoadBuffer);
      diagonal_q  <= `FIELD(instruction_i, LoadDiagonal);
      pad_value_q <= `FIELD(instruction_i, LoadPadValue);
      count_1_q   <= `FIELD(instruction_i, LoadCount1);
      count_2_q   <= `FIELD(instruction_i, LoadCount2);
      count_3_q   <= `FIELD(instruction_i, LoadCount3);
      count_4_q   <= `FIELD(instruction_i, LoadCount4);
      stride_1_q  <= AxiAddressBits'($signed(`FIELD(instruction_i, LoadDramStride1)));
      stride_2_q  <= AxiAddressBits'($signed(`FIELD(instruction_i, LoadDramStride2)));
      stride_3_q  <= AxiAddressBits'($signed(`FIELD(instruction_i, LoadDramStride3)));
      stride_4_q  <= AxiAddressBits'($signed(`FIELD(instruction_i, LoadDramStride4)));
      address_q   <= first_address;
      address_1_q <= first_address;
      address_2_q <= first_address;
      address_3_q <= first_address;
      address_4_q <= first_address;
      {i1_q, i2_q, i3_q, i4_q} <= '0;
      run_start_q <= 1'b1;
    end else if (accept) begin
      run_start_q <= ends_run;
      if (!ends_run) begin
        address_q <= address_q + AxiAddressBits'(bytes);
        left_q    <= left_q - BytesWidth'(bytes);
      end else begin
        address_q   <= next_run;
        address_1_q <= next_run;
        left_q      <= run_bytes_q;
        i1_q        <= last_1 ? '0 : i1_q + 16'd1;
        if (last_1) begin
          address_2_q <= next_run;
          i2_q        <= last_2 ? '0 : i2_q + 16'd1;
          if (last_2) begin
            address_3_q <= next_run;
            i3_q        <= last_3 ? '0 : i3_q + 16'd1;
            if (last_3) begin
              address_4_q <= next_run;
              i4_q        <= i4_q + 16'd1;
            end
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      room_q      <= RoomWidth'(FifoBeats);
      in_flight_q <= '0;
    end else begin
      room_q      <= room_q - (accept ? RoomWidth'(beats) : '0) + RoomWidth'(beat_taken_i);
      in_flight_q <= in_flight_q + CountWidth'(accept) - CountWidth'(r_last_i);
    end
  end

  `ASSERT(StartOnlyWhenReady, start_i |-> ready_o)

endmodule
