// SPDX-License-Identifier: Apache-2.0
//
// Which instructions the chip refuses (docs/reference/instruction_set.md, "What the chip refuses"). Combinational.
`include "common/field.svh"

module instruction_check (
  input  logic                                valid_i,
  input  logic [isa_pkg::InstructionBits-1:0] instruction_i,
  output logic [isa_pkg::Engines-1:0]         engine_o,  // one bit
  output logic                                legal_o
);

  localparam int Engines = isa_pkg::Engines;
  localparam int InstructionBits = isa_pkg::InstructionBits;
  localparam int OpcodeWidth = isa_pkg::OpcodeWidth;
  localparam int Load = isa_pkg::EngineLoad;
  localparam int Matrix = isa_pkg::EngineMatrix;
  localparam int Store = isa_pkg::EngineStore;

  logic               header_legal, raw, from_accumulator, residual;
  logic [Engines-1:0] legal;  // if the engine is that of the opcode

  always_comb begin
    engine_o     = '0;
    legal        = '0;
    header_legal = 1'b0;
    raw              = `FIELD(instruction_i, StoreRaw);
    residual         = `FIELD(instruction_i, StoreResidual);
    from_accumulator = `FIELD(instruction_i, StoreSource) == 1'(isa_pkg::SourceAccumulator);
    if (valid_i) begin
      header_legal = `FIELD(instruction_i, Version) == 4'(isa_pkg::Version)
                     && `FIELD(instruction_i, Length) == 4'(isa_pkg::LengthUnits);
      for (int e = 0; e < Engines; e++) begin
        engine_o[e] = `FIELD(instruction_i, Opcode) == isa_pkg::EngineOpcodes[e*OpcodeWidth +: OpcodeWidth];
        legal[e]    = (instruction_i & isa_pkg::EngineReservedMasks[e*InstructionBits +: InstructionBits]) == '0;
      end
      legal[Load] = legal[Load]
                    && `FIELD(instruction_i, LoadBuffer) != 2'd3
                    && !`FIELD(instruction_i, LoadTranspose)
                    && !(`FIELD(instruction_i, LoadDiagonal)
                         && `FIELD(instruction_i, LoadBuffer) != 2'(isa_pkg::BufferWeight))
                    && `FIELD(instruction_i, LoadRunBytes) != '0
                    && `FIELD(instruction_i, LoadCount2) != '0
                    && `FIELD(instruction_i, LoadCount3) != '0
                    && `FIELD(instruction_i, LoadCount4) != '0
                    && (`FIELD(instruction_i, LoadCount1) | `FIELD(instruction_i, LoadPadTop)
                        | `FIELD(instruction_i, LoadPadBottom)) != '0;
      legal[Matrix] = legal[Matrix]
                      && `FIELD(instruction_i, MatrixMY) != '0 && `FIELD(instruction_i, MatrixMX) != '0
                      && `FIELD(instruction_i, MatrixKY) != '0 && `FIELD(instruction_i, MatrixKX) != '0
                      && `FIELD(instruction_i, MatrixKC) != '0 && `FIELD(instruction_i, MatrixN) != '0
                      && `FIELD(instruction_i, MatrixMB) != '0 && `FIELD(instruction_i, MatrixNB) != '0;
      legal[Store] = legal[Store]
                     && `FIELD(instruction_i, StoreCount0) != '0 && `FIELD(instruction_i, StoreCount1) != '0
                     && `FIELD(instruction_i, StoreCount2) != '0 && `FIELD(instruction_i, StoreCount3) != '0
                     && `FIELD(instruction_i, StoreCount4) != '0
                     && !(`FIELD(instruction_i, StoreDestination) == 1'(isa_pkg::DestinationActivation)
                          && `FIELD(instruction_i, StoreDstBaseHigh) != '0)
                     && `FIELD(instruction_i, StoreWindowY) != '0 && `FIELD(instruction_i, StoreWindowX) != '0
                     && `FIELD(instruction_i, StoreGroups) != '0
                     && !(from_accumulator && !raw && !`FIELD(instruction_i, StoreRequantize))
                     && !(raw && (!from_accumulator || residual || `FIELD(instruction_i, StoreRequantize)
                                  || `FIELD(instruction_i, StoreDestination) != 1'(isa_pkg::DestinationDram)
                                  || `FIELD(instruction_i, StoreWindowY) != 8'd1
                                  || `FIELD(instruction_i, StoreWindowX) != 8'd1));
    end
    legal_o = header_legal && (engine_o & legal) != '0;
  end

endmodule
