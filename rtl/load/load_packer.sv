// SPDX-License-Identifier: Apache-2.0
//
// Turns the beats of a run, which may start and end at any byte, into buffer words.
//
// Timing. A run taken in cycle t takes its first beat in cycle t + 1 at the earliest and shows its first word the cycle
// after the beat that completes it. It takes a beat in every cycle in which less than one word is left after the word
// that leaves in this cycle. So one word or one beat a cycle passes, whichever has fewer bytes. The next run is taken
// in the cycle in which the last word leaves: one cycle without a word between runs, besides the wait for data.
//
// A diagonal run is made of words of one operand: operand k becomes a weight word with that operand in column k modulo
// the number of columns, and the pad value in every other one.
`include "common/assertions.svh"

module load_packer #(
  parameter int AxiDataBits = 64,
  parameter int ActivationWordBytes = 4,
  parameter int WeightWordBytes = 4,
  parameter int ParameterWordBytes = 16,
  parameter int WordBytes = 16,  // the widest of the three
  localparam int OffsetWidth = $clog2(AxiDataBits / 8)
) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  // run
  input  logic                                  run_valid_i,
  output logic                                  run_ready_o,
  input  logic [OffsetWidth-1:0]                run_offset_i,
  input  logic [isa_pkg::LoadRunBytesWidth-1:0] run_bytes_i,
  input  logic [isa_pkg::LoadBufferWidth-1:0]   run_buffer_i,
  input  logic                                  run_diagonal_i,
  input  logic [format_pkg::OperandBits-1:0]    run_pad_value_i,
  // beats
  input  logic                                  beat_valid_i,
  output logic                                  beat_ready_o,
  input  logic [AxiDataBits-1:0]                beat_data_i,
  // words; only the bytes of the run's buffer count, the last word is filled up with the pad value
  output logic                                  word_valid_o,
  input  logic                                  word_ready_i,
  output logic [WordBytes*8-1:0]                word_data_o
);

  localparam int AxiBytes = AxiDataBits / 8;
  localparam int HoldBytes = WordBytes + AxiBytes;
  localparam int HeldWidth = $clog2(HoldBytes + 1);
  localparam int OperandBits = format_pkg::OperandBits;
  localparam int OperandBytes = format_pkg::OperandBytes;
  localparam int Columns = WeightWordBytes / OperandBytes;
  localparam int ColumnWidth = $clog2(Columns);
  localparam int BytesWidth = isa_pkg::LoadRunBytesWidth;
  localparam int BufferWidth = isa_pkg::LoadBufferWidth;

  logic                   active_q;
  logic [OffsetWidth-1:0] offset_q;              // of the run's next byte in the next beat
  logic [BytesWidth-1:0]  to_take_q, to_emit_q;  // bytes
  logic [BufferWidth-1:0] buffer_q;
  logic                   diagonal_q;
  logic [ColumnWidth-1:0] column_q;              // of the next word of a diagonal run
  logic [OperandBits-1:0] pad_value_q;
  logic [HeldWidth-1:0]   held_q;                // bytes in hold_q
  logic [HoldBytes*8-1:0] hold_q;                // bytes past held_q are zero

  logic [HeldWidth-1:0] word_bytes;
  always_comb begin
    unique case (buffer_q)
      BufferWidth'(isa_pkg::BufferActivation): word_bytes = HeldWidth'(ActivationWordBytes);
      BufferWidth'(isa_pkg::BufferWeight):     word_bytes = HeldWidth'(WeightWordBytes);
      default:                                 word_bytes = HeldWidth'(ParameterWordBytes);
    endcase
    if (diagonal_q) word_bytes = HeldWidth'(OperandBytes);
  end

  // Word out.
  logic emit, last_word;
  logic [HeldWidth-1:0] emit_bytes, remaining;
  assign last_word    = to_emit_q <= BytesWidth'(word_bytes);
  assign emit_bytes   = last_word ? HeldWidth'(to_emit_q) : word_bytes;
  assign word_valid_o = active_q && held_q >= emit_bytes;
  assign emit         = word_valid_o && word_ready_i;
  assign remaining    = emit ? held_q - emit_bytes : held_q;

  always_comb begin
    word_data_o = hold_q[WordBytes*8-1:0];
    if (diagonal_q) begin
      word_data_o = {(WordBytes / OperandBytes){pad_value_q}};
      for (int c = 0; c < Columns; c++) begin
        if (column_q == ColumnWidth'(c)) word_data_o[c*OperandBits +: OperandBits] = hold_q[OperandBits-1:0];
      end
    end else if (word_valid_o && last_word) begin
      for (int k = 0; k < WordBytes / OperandBytes; k++) begin
        if (HeldWidth'(k * OperandBytes) >= emit_bytes) word_data_o[k*OperandBits +: OperandBits] = pad_value_q;
      end
    end
  end

  // Beat in.
  logic take;
  logic [HeldWidth-1:0] take_bytes;
  assign beat_ready_o = active_q && to_take_q != '0 && remaining < word_bytes;
  assign take         = beat_ready_o && beat_valid_i;
  assign take_bytes   = (BytesWidth'(AxiBytes) - BytesWidth'(offset_q) < to_take_q)
                        ? HeldWidth'(AxiBytes) - HeldWidth'(offset_q) : HeldWidth'(to_take_q);

  logic [HoldBytes*8-1:0] hold_d;
  logic [AxiDataBits-1:0] beat_bytes;
  always_comb begin
    hold_d     = hold_q;
    beat_bytes = '0;
    if (emit) begin
      unique case (buffer_q)
        BufferWidth'(isa_pkg::BufferActivation): hold_d = hold_q >> (ActivationWordBytes * 8);
        BufferWidth'(isa_pkg::BufferWeight):     hold_d = hold_q >> (WeightWordBytes * 8);
        default:                                 hold_d = hold_q >> (ParameterWordBytes * 8);
      endcase
      if (diagonal_q) hold_d = hold_q >> OperandBits;
    end
    if (take) begin
      beat_bytes = (beat_data_i >> {offset_q, 3'b000})
                   & ~({AxiDataBits{1'b1}} << {take_bytes, 3'b000});
      hold_d     = hold_d | ((HoldBytes*8)'(beat_bytes) << {remaining, 3'b000});
    end
  end

  logic run_take;
  assign run_ready_o = !active_q || (emit && last_word);
  assign run_take    = run_valid_i && run_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (run_ready_o) active_q <= run_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (run_take) begin
      offset_q    <= run_offset_i;
      to_take_q   <= run_bytes_i;
      to_emit_q   <= run_bytes_i;
      buffer_q    <= run_buffer_i;
      diagonal_q  <= run_diagonal_i;
      column_q    <= '0;
      pad_value_q <= run_pad_value_i;
      held_q      <= '0;
      hold_q      <= '0;
    end else begin
      if (emit) begin
        to_emit_q <= to_emit_q - BytesWidth'(emit_bytes);
        column_q  <= column_q + 1'b1;
      end
      if (take) begin
        offset_q  <= '0;
        to_take_q <= to_take_q - BytesWidth'(take_bytes);
      end
      if (emit || take) begin
        held_q <= remaining + (take ? take_bytes : '0);
        hold_q <= hold_d;
      end
    end
  end

  `ASSERT(HoldNeverOverflows, active_q |-> held_q <= HeldWidth'(HoldBytes))

endmodule
