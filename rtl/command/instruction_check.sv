// SPDX-License-Identifier: Apache-2.0
//
// Which instructions the chip refuses (docs/reference/instruction_set.md, "What the chip refuses"). Combinational.
`include "common/field.svh"

module instruction_check (
  input  logic                                valid_i,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  output logic [2:0]                          engine_o,  // one bit: load, matrix, store
  output logic                                legal_o
);

  logic header_legal, load_legal, matrix_legal, store_legal, raw, from_accumulator, residual;

  always_comb begin
    engine_o     = '0;
    header_legal = 1'b0;
    load_legal   = 1'b0;
    matrix_legal = 1'b0;
    store_legal  = 1'b0;
    raw              = `FIELD(instruction_i, StoreRaw);
    residual         = `FIELD(instruction_i, StoreResidual);
    from_accumulator = `FIELD(instruction_i, StoreSource) == 1'(isa_pkg::SourceAccumulator);
    if (valid_i) begin
      engine_o[0]  = `FIELD(instruction_i, Opcode) == 8'(isa_pkg::OpcodeLoad);
      engine_o[1]  = `FIELD(instruction_i, Opcode) == 8'(isa_pkg::OpcodeMatrix);
      engine_o[2]  = `FIELD(instruction_i, Opcode) == 8'(isa_pkg::OpcodeStore);
      header_legal = `FIELD(instruction_i, Version) == 4'(isa_pkg::Version)
                     && `FIELD(instruction_i, Length) == 4'(isa_pkg::LengthUnits);
      load_legal = (instruction_i & isa_pkg::LoadReservedMask) == '0
                   && `FIELD(instruction_i, LoadBuffer) != 2'd3
                   && !`FIELD(instruction_i, LoadTranspose)
                   && !(`FIELD(instruction_i, LoadDiagonal)
                        && `FIELD(instruction_i, LoadBuffer) != 2'(isa_pkg::BufferWeight))
                   && `FIELD(instruction_i, LoadRunBytes) != '0
                   && `FIELD(instruction_i, LoadCount2) != '0
                   && `FIELD(instruction_i, LoadCount3) != '0
                   && (`FIELD(instruction_i, LoadCount1) | `FIELD(instruction_i, LoadPadTop)
                       | `FIELD(instruction_i, LoadPadBottom)) != '0;
      matrix_legal = (instruction_i & isa_pkg::MatrixReservedMask) == '0
                     && `FIELD(instruction_i, MatrixMY) != '0 && `FIELD(instruction_i, MatrixMX) != '0
                     && `FIELD(instruction_i, MatrixKY) != '0 && `FIELD(instruction_i, MatrixKX) != '0
                     && `FIELD(instruction_i, MatrixKC) != '0 && `FIELD(instruction_i, MatrixN) != '0;
      store_legal = (instruction_i & isa_pkg::StoreReservedMask) == '0
                    && `FIELD(instruction_i, StoreCount0) != '0 && `FIELD(instruction_i, StoreCount1) != '0
                    && `FIELD(instruction_i, StoreCount2) != '0 && `FIELD(instruction_i, StoreCount3) != '0
                    && `FIELD(instruction_i, StoreWindowY) != '0 && `FIELD(instruction_i, StoreWindowX) != '0
                    && `FIELD(instruction_i, StoreGroups) != '0
                    && !(from_accumulator && !raw && !`FIELD(instruction_i, StoreRequantize))
                    && !(raw && (!from_accumulator || residual || `FIELD(instruction_i, StoreRequantize)
                                 || `FIELD(instruction_i, StoreDestination) != 1'(isa_pkg::DestinationDram)
                                 || `FIELD(instruction_i, StoreWindowY) != 8'd1
                                 || `FIELD(instruction_i, StoreWindowX) != 8'd1));
    end
    legal_o = header_legal && ((engine_o[0] && load_legal) || (engine_o[1] && matrix_legal)
                               || (engine_o[2] && store_legal));
  end

endmodule
