// SPDX-License-Identifier: Apache-2.0
//
// The buffer side of the load engine: walks the rows of an instruction and writes a word a cycle, padding or data.
//
// Timing. A padding word is written at once, a data word when the packer shows it. A write to the activation buffer
// that loses its bank to the store engine is tried again in the next cycle. The instruction retires in the cycle of its
// last write. The next one, if it waits here, writes from the cycle after.
`include "common/field.svh"

module load_writer #(
  parameter int ActivationWordBytes = 4,
  parameter int WeightWordBytes = 4,
  parameter int ParameterWordBytes = 16,
  parameter int WordBytes = 16,
  parameter int AddrWidth = 10  // of the largest of the three buffers
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  // instruction
  input  logic                                valid_i,
  output logic                                ready_o,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  input  logic [isa_pkg::IndexWidth-1:0]      index_i,
  output logic                                active_o,
  output logic [isa_pkg::IndexWidth-1:0]      index_o,
  // words of data
  input  logic                                word_valid_i,
  output logic                                word_ready_o,
  input  logic [WordBytes*8-1:0]              word_data_i,
  // write port, by buffer; only the activation buffer may refuse
  output logic                                write_valid_o,
  output logic [isa_pkg::LoadBufferWidth-1:0] write_buffer_o,
  output logic [AddrWidth-1:0]                write_addr_o,
  output logic [WordBytes*8-1:0]              write_data_o,
  input  logic                                activation_grant_i,
  // a write that was wanted and refused, for the counters
  output logic                                refused_o,
  output logic                                retire_o,
  output logic [isa_pkg::PostMaskWidth-1:0]   retire_post_mask_o
);

  localparam int BufferWidth = isa_pkg::LoadBufferWidth;
  localparam int OperandBits = format_pkg::OperandBits;
  localparam int OperandBytes = format_pkg::OperandBytes;

  logic                              active_q;
  logic [isa_pkg::IndexWidth-1:0]    index_q;
  logic [isa_pkg::PostMaskWidth-1:0] post_mask_q;
  logic [BufferWidth-1:0]            buffer_q;
  logic [OperandBits-1:0]            pad_value_q;
  logic [15:0]                       count_2_q, count_3_q, count_4_q, i2_q, i3_q, i4_q;
  logic [17:0]                       row_count_q, i1_q, first_data_row_q, end_data_row_q;
  logic [24:0]                       row_words_q, first_data_word_q, end_data_word_q, word_q;
  logic [AddrWidth-1:0]              stride_1_q, stride_2_q, stride_3_q, stride_4_q;
  logic [AddrWidth-1:0]              address_q, address_1_q, address_2_q, address_3_q, address_4_q;

  logic is_data;
  assign is_data = i1_q >= first_data_row_q && i1_q < end_data_row_q
                   && word_q >= first_data_word_q && word_q < end_data_word_q;

  logic granted, wanted, written;
  assign granted        = buffer_q != BufferWidth'(isa_pkg::BufferActivation) || activation_grant_i;
  assign wanted         = active_q && (!is_data || word_valid_i);
  assign written        = wanted && granted;
  assign refused_o      = wanted && !granted;
  assign word_ready_o   = active_q && is_data && granted;
  assign write_valid_o  = wanted;
  assign write_buffer_o = buffer_q;
  assign write_addr_o   = address_q;
  assign write_data_o   = is_data ? word_data_i : {(WordBytes / OperandBytes){pad_value_q}};

  logic last_word, last_1, last_2, last_3, last_4, finish;
  assign last_word = word_q == row_words_q - 25'd1;
  assign last_1    = i1_q == row_count_q - 18'd1;
  assign last_2    = i2_q == count_2_q - 16'd1;
  assign last_3    = i3_q == count_3_q - 16'd1;
  assign last_4    = i4_q == count_4_q - 16'd1;
  assign finish    = written && last_word && last_1 && last_2 && last_3 && last_4;

  logic [AddrWidth-1:0] next_row;
  assign next_row = last_1 && last_2 ? (last_3 ? address_4_q + stride_4_q : address_3_q + stride_3_q)
                                     : (last_1 ? address_2_q + stride_2_q : address_1_q + stride_1_q);

  assign ready_o  = !active_q || finish;
  assign active_o = active_q;
  assign index_o  = index_q;
  assign retire_o = finish;
  assign retire_post_mask_o = post_mask_q;

  logic take;
  assign take = valid_i && ready_o;

  // ceil(run_bytes / bytes of a word); a word for each operand of a diagonal run
  logic [24:0] run_bytes, run_words;
  assign run_bytes = 25'(`FIELD(instruction_i, LoadRunBytes));
  always_comb begin
    unique case (`FIELD(instruction_i, LoadBuffer))
      BufferWidth'(isa_pkg::BufferActivation):
        run_words = (run_bytes + 25'(ActivationWordBytes - 1)) >> $clog2(ActivationWordBytes);
      BufferWidth'(isa_pkg::BufferWeight):
        run_words = (run_bytes + 25'(WeightWordBytes - 1)) >> $clog2(WeightWordBytes);
      default:
        run_words = (run_bytes + 25'(ParameterWordBytes - 1)) >> $clog2(ParameterWordBytes);
    endcase
    if (`FIELD(instruction_i, LoadDiagonal)) run_words = run_bytes >> $clog2(OperandBytes);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (ready_o) active_q <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      index_q     <= index_i;
      post_mask_q <= `FIELD(instruction_i, PostMask);
      buffer_q    <= `FIELD(instruction_i, LoadBuffer);
      pad_value_q <= `FIELD(instruction_i, LoadPadValue);
      count_2_q   <= `FIELD(instruction_i, LoadCount2);
      count_3_q   <= `FIELD(instruction_i, LoadCount3);
      count_4_q   <= `FIELD(instruction_i, LoadCount4);
      first_data_row_q  <= 18'(`FIELD(instruction_i, LoadPadTop));
      end_data_row_q    <= 18'(`FIELD(instruction_i, LoadPadTop)) + 18'(`FIELD(instruction_i, LoadCount1));
      row_count_q       <= 18'(`FIELD(instruction_i, LoadPadTop)) + 18'(`FIELD(instruction_i, LoadCount1))
                           + 18'(`FIELD(instruction_i, LoadPadBottom));
      first_data_word_q <= 25'(`FIELD(instruction_i, LoadPadLeft));
      end_data_word_q   <= 25'(`FIELD(instruction_i, LoadPadLeft)) + run_words;
      row_words_q       <= 25'(`FIELD(instruction_i, LoadPadLeft)) + run_words
                           + 25'(`FIELD(instruction_i, LoadPadRight));
      stride_1_q  <= AddrWidth'(`FIELD(instruction_i, LoadDstStride1));
      stride_2_q  <= AddrWidth'(`FIELD(instruction_i, LoadDstStride2));
      stride_3_q  <= AddrWidth'(`FIELD(instruction_i, LoadDstStride3));
      stride_4_q  <= AddrWidth'(`FIELD(instruction_i, LoadDstStride4));
      address_q   <= AddrWidth'(`FIELD(instruction_i, LoadDstBase));
      address_1_q <= AddrWidth'(`FIELD(instruction_i, LoadDstBase));
      address_2_q <= AddrWidth'(`FIELD(instruction_i, LoadDstBase));
      address_3_q <= AddrWidth'(`FIELD(instruction_i, LoadDstBase));
      address_4_q <= AddrWidth'(`FIELD(instruction_i, LoadDstBase));
      {i1_q, i2_q, i3_q, i4_q, word_q} <= '0;
    end else if (written) begin
      if (!last_word) begin
        word_q    <= word_q + 25'd1;
        address_q <= address_q + 1'b1;
      end else begin
        word_q      <= '0;
        address_q   <= next_row;
        address_1_q <= next_row;
        i1_q        <= last_1 ? '0 : i1_q + 18'd1;
        if (last_1) begin
          address_2_q <= next_row;
          i2_q        <= last_2 ? '0 : i2_q + 16'd1;
          if (last_2) begin
            address_3_q <= next_row;
            i3_q        <= last_3 ? '0 : i3_q + 16'd1;
            if (last_3) begin
              address_4_q <= next_row;
              i4_q        <= i4_q + 16'd1;
            end
          end
        end
      end
    end
  end

endmodule
