// SPDX-License-Identifier: Apache-2.0
//
// The encoding of the instructions, as constants. The meaning of every field is in docs/reference/instruction_set.md;
// the same tables in C++ are models/isa/load.hpp, matrix.hpp, store.hpp and engines.hpp. testbenches/models/isa fails if
// they differ, in either direction.
//
// `XxxLsb` is the position of a field's lowest bit in the 1024-bit instruction (word * 32 + bit of the word),
// `XxxWidth` its width in bits; `instruction[XxxLsb +: XxxWidth]` is the field. Fields of one opcode carry its name in
// front. Constants are used by scope, `isa_pkg::OpcodeLoad`.
package isa_pkg;

  localparam int InstructionBits = 1024;
  localparam int InstructionBytes = 128;

  // The engines, in the order of their priority where they meet. The number of an engine is that of its queue, and its
  // bit or slice in every vector of engines.
  localparam int EngineLoad = 0;
  localparam int EngineMatrix = 1;
  localparam int EngineStore = 2;
  localparam int Engines = 3;

  localparam int IndexWidth = 32;  // of an instruction's index in its program

  // Who sends a burst.
  localparam int AxiIdFetch = 0;
  localparam int AxiIdLoad = 1;
  localparam int AxiIdStore = 2;
  localparam int AxiIdWidth = 2;

  // Values of the opcode, version and length fields.
  localparam int OpcodeLoad = 1;
  localparam int OpcodeMatrix = 2;
  localparam int OpcodeStore = 3;
  localparam int Version = 2;
  localparam int LengthUnits = 4;

  // Values of the load's buffer and of the base fields.
  localparam int BufferActivation = 0;
  localparam int BufferWeight = 1;
  localparam int BufferParameter = 2;
  localparam int BaseTensor = 0;
  localparam int BaseWeight = 1;
  localparam int BaseParameter = 2;
  localparam int BaseScratch = 3;
  localparam int Bases = 4;

  // Values of the store's source and destination.
  localparam int SourceAccumulator = 0;
  localparam int SourceActivation = 1;
  localparam int DestinationDram = 0;
  localparam int DestinationActivation = 1;

  localparam int Semaphores = 16;
  localparam int SemaphoreMax = 255;

  // Error codes.
  localparam int ErrorWidth = 4;
  localparam int ErrorIllegal = 1;
  localparam int ErrorRead = 2;
  localparam int ErrorWrite = 3;
  localparam int ErrorSemaphore = 4;
  localparam int ErrorBankConflict = 5;

  // Every instruction.
  localparam int OpcodeLsb = 0;
  localparam int OpcodeWidth = 8;
  localparam int VersionLsb = 8;
  localparam int VersionWidth = 4;
  localparam int LengthLsb = 12;
  localparam int LengthWidth = 4;
  localparam int WaitMaskLsb = 32;
  localparam int WaitMaskWidth = 16;
  localparam int PostMaskLsb = 48;
  localparam int PostMaskWidth = 16;
  localparam int TagLsb = 96;
  localparam int TagWidth = 32;

  // load: DRAM to a buffer.
  localparam int LoadBufferLsb = 16;
  localparam int LoadBufferWidth = 2;
  localparam int LoadBaseLsb = 18;
  localparam int LoadBaseWidth = 2;
  localparam int LoadTransposeLsb = 20;
  localparam int LoadTransposeWidth = 1;
  localparam int LoadDiagonalLsb = 21;
  localparam int LoadDiagonalWidth = 1;
  localparam int LoadDramOffsetLsb = 128;
  localparam int LoadDramOffsetWidth = 32;
  localparam int LoadRunBytesLsb = 160;
  localparam int LoadRunBytesWidth = 24;
  localparam int LoadDramStride1Lsb = 192;
  localparam int LoadDramStride1Width = 32;
  localparam int LoadDramStride2Lsb = 224;
  localparam int LoadDramStride2Width = 32;
  localparam int LoadDramStride3Lsb = 256;
  localparam int LoadDramStride3Width = 32;
  localparam int LoadCount1Lsb = 288;
  localparam int LoadCount1Width = 16;
  localparam int LoadCount2Lsb = 304;
  localparam int LoadCount2Width = 16;
  localparam int LoadCount3Lsb = 320;
  localparam int LoadCount3Width = 16;
  localparam int LoadPadValueLsb = 336;
  localparam int LoadPadValueWidth = 8;
  localparam int LoadPadTopLsb = 352;
  localparam int LoadPadTopWidth = 16;
  localparam int LoadPadBottomLsb = 368;
  localparam int LoadPadBottomWidth = 16;
  localparam int LoadPadLeftLsb = 384;
  localparam int LoadPadLeftWidth = 16;
  localparam int LoadPadRightLsb = 400;
  localparam int LoadPadRightWidth = 16;
  localparam int LoadDstBaseLsb = 416;
  localparam int LoadDstBaseWidth = 32;
  localparam int LoadDstStride1Lsb = 448;
  localparam int LoadDstStride1Width = 32;
  localparam int LoadDstStride2Lsb = 480;
  localparam int LoadDstStride2Width = 32;
  localparam int LoadDstStride3Lsb = 512;
  localparam int LoadDstStride3Width = 32;
  localparam int LoadCount4Lsb = 544;
  localparam int LoadCount4Width = 16;
  localparam int LoadDramOffsetHighLsb = 560;
  localparam int LoadDramOffsetHighWidth = 16;
  localparam int LoadDramStride4Lsb = 576;
  localparam int LoadDramStride4Width = 32;
  localparam int LoadDstStride4Lsb = 608;
  localparam int LoadDstStride4Width = 32;

  // matrix: the loop nest.
  localparam int MatrixAccumulateLsb = 16;
  localparam int MatrixAccumulateWidth = 1;
  localparam int MatrixActivationSignedLsb = 17;
  localparam int MatrixActivationSignedWidth = 1;
  localparam int MatrixWeightSignedLsb = 18;
  localparam int MatrixWeightSignedWidth = 1;
  localparam int MatrixPerColumnZeroPointLsb = 19;
  localparam int MatrixPerColumnZeroPointWidth = 1;
  localparam int MatrixActivationZeroPointLsb = 128;
  localparam int MatrixActivationZeroPointWidth = 8;
  localparam int MatrixWeightZeroPointLsb = 136;
  localparam int MatrixWeightZeroPointWidth = 8;
  localparam int MatrixMYLsb = 160;
  localparam int MatrixMYWidth = 16;
  localparam int MatrixMXLsb = 176;
  localparam int MatrixMXWidth = 16;
  localparam int MatrixKYLsb = 192;
  localparam int MatrixKYWidth = 16;
  localparam int MatrixKXLsb = 208;
  localparam int MatrixKXWidth = 16;
  localparam int MatrixKCLsb = 224;
  localparam int MatrixKCWidth = 16;
  localparam int MatrixNLsb = 240;
  localparam int MatrixNWidth = 16;
  localparam int MatrixActivationBaseLsb = 256;
  localparam int MatrixActivationBaseWidth = 32;
  localparam int MatrixActivationStrideYLsb = 288;
  localparam int MatrixActivationStrideYWidth = 32;
  localparam int MatrixActivationStrideXLsb = 320;
  localparam int MatrixActivationStrideXWidth = 32;
  localparam int MatrixActivationStrideKyLsb = 352;
  localparam int MatrixActivationStrideKyWidth = 32;
  localparam int MatrixActivationStrideKxLsb = 384;
  localparam int MatrixActivationStrideKxWidth = 32;
  localparam int MatrixActivationStrideKcLsb = 416;
  localparam int MatrixActivationStrideKcWidth = 32;
  localparam int MatrixActivationStrideNLsb = 448;
  localparam int MatrixActivationStrideNWidth = 32;
  localparam int MatrixWeightBaseLsb = 480;
  localparam int MatrixWeightBaseWidth = 32;
  localparam int MatrixAccumulatorBaseLsb = 512;
  localparam int MatrixAccumulatorBaseWidth = 32;
  localparam int MatrixAccumulatorStrideNLsb = 544;
  localparam int MatrixAccumulatorStrideNWidth = 32;
  localparam int MatrixMBLsb = 576;
  localparam int MatrixMBWidth = 16;
  localparam int MatrixNBLsb = 592;
  localparam int MatrixNBWidth = 16;
  localparam int MatrixActivationStrideBLsb = 608;
  localparam int MatrixActivationStrideBWidth = 32;
  localparam int MatrixActivationStrideNbLsb = 640;
  localparam int MatrixActivationStrideNbWidth = 32;

  // store: post-processing.
  localparam int StoreSourceLsb = 16;
  localparam int StoreSourceWidth = 1;
  localparam int StoreDestinationLsb = 17;
  localparam int StoreDestinationWidth = 1;
  localparam int StoreBaseLsb = 18;
  localparam int StoreBaseWidth = 2;
  localparam int StoreRawLsb = 20;
  localparam int StoreRawWidth = 1;
  localparam int StoreRequantizeLsb = 21;
  localparam int StoreRequantizeWidth = 1;
  localparam int StoreSourceSignedLsb = 22;
  localparam int StoreSourceSignedWidth = 1;
  localparam int StoreMidSignedLsb = 23;
  localparam int StoreMidSignedWidth = 1;
  localparam int StoreResidualLsb = 24;
  localparam int StoreResidualWidth = 1;
  localparam int StoreResidualSignedLsb = 25;
  localparam int StoreResidualSignedWidth = 1;
  localparam int StoreOutputSignedLsb = 26;
  localparam int StoreOutputSignedWidth = 1;
  localparam int StoreParameterPerTensorLsb = 27;
  localparam int StoreParameterPerTensorWidth = 1;
  localparam int StoreDstBaseLsb = 128;
  localparam int StoreDstBaseWidth = 32;
  localparam int StoreDstStride1Lsb = 160;
  localparam int StoreDstStride1Width = 32;
  localparam int StoreDstStride2Lsb = 192;
  localparam int StoreDstStride2Width = 32;
  localparam int StoreDstStride3Lsb = 224;
  localparam int StoreDstStride3Width = 32;
  localparam int StoreCount0Lsb = 256;
  localparam int StoreCount0Width = 16;
  localparam int StoreCount1Lsb = 272;
  localparam int StoreCount1Width = 16;
  localparam int StoreCount2Lsb = 288;
  localparam int StoreCount2Width = 16;
  localparam int StoreCount3Lsb = 304;
  localparam int StoreCount3Width = 16;
  localparam int StoreWindowYLsb = 320;
  localparam int StoreWindowYWidth = 8;
  localparam int StoreWindowXLsb = 328;
  localparam int StoreWindowXWidth = 8;
  localparam int StoreGroupsLsb = 336;
  localparam int StoreGroupsWidth = 16;
  localparam int StoreSourceBaseLsb = 352;
  localparam int StoreSourceBaseWidth = 32;
  localparam int StoreSourceStride0Lsb = 384;
  localparam int StoreSourceStride0Width = 32;
  localparam int StoreSourceStride1Lsb = 416;
  localparam int StoreSourceStride1Width = 32;
  localparam int StoreSourceStride2Lsb = 448;
  localparam int StoreSourceStride2Width = 32;
  localparam int StoreSourceStride3Lsb = 480;
  localparam int StoreSourceStride3Width = 32;
  localparam int StoreSourceStrideWyLsb = 512;
  localparam int StoreSourceStrideWyWidth = 32;
  localparam int StoreSourceStrideWxLsb = 544;
  localparam int StoreSourceStrideWxWidth = 32;
  localparam int StoreResidualBaseLsb = 576;
  localparam int StoreResidualBaseWidth = 32;
  localparam int StoreResidualStride1Lsb = 608;
  localparam int StoreResidualStride1Width = 32;
  localparam int StoreResidualStride2Lsb = 640;
  localparam int StoreResidualStride2Width = 32;
  localparam int StoreResidualStride3Lsb = 672;
  localparam int StoreResidualStride3Width = 32;
  localparam int StoreParameterBaseLsb = 704;
  localparam int StoreParameterBaseWidth = 16;
  localparam int StoreParameterStride2Lsb = 720;
  localparam int StoreParameterStride2Width = 16;
  localparam int StoreParameterStride3Lsb = 736;
  localparam int StoreParameterStride3Width = 16;
  localparam int StoreMidZeroPointLsb = 752;
  localparam int StoreMidZeroPointWidth = 8;
  localparam int StoreClampLowLsb = 768;
  localparam int StoreClampLowWidth = 16;
  localparam int StoreClampHighLsb = 784;
  localparam int StoreClampHighWidth = 16;
  localparam int StoreAddScaleSourceLsb = 800;
  localparam int StoreAddScaleSourceWidth = 32;
  localparam int StoreAddScaleResidualLsb = 832;
  localparam int StoreAddScaleResidualWidth = 32;
  localparam int StoreAddOffsetLsb = 864;
  localparam int StoreAddOffsetWidth = 32;
  localparam int StoreCount4Lsb = 896;
  localparam int StoreCount4Width = 16;
  localparam int StoreDstBaseHighLsb = 912;
  localparam int StoreDstBaseHighWidth = 16;
  localparam int StoreDstStride4Lsb = 928;
  localparam int StoreDstStride4Width = 32;
  localparam int StoreSourceStride4Lsb = 960;
  localparam int StoreSourceStride4Width = 32;
  localparam int StoreResidualStride4Lsb = 992;
  localparam int StoreResidualStride4Width = 32;

  // Bits that must be zero: those without a field, and the load's transpose flag, whose unit does not exist yet. Words
  // from 31 down to 0, four a line.
  localparam logic [1023:0] LoadReservedMask = {
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff,
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff,
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'hff00_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'hff00_0000, 32'h0000_0000,
    32'h0000_0000, 32'hffff_ffff, 32'h0000_0000, 32'hffd0_0000
  };
  localparam logic [1023:0] MatrixReservedMask = {
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff,
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff,
    32'hffff_ffff, 32'hffff_ffff, 32'hffff_ffff, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'hffff_0000,
    32'h0000_0000, 32'hffff_ffff, 32'h0000_0000, 32'hfff0_0000
  };
  localparam logic [1023:0] StoreReservedMask = {
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'hff00_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'h0000_0000, 32'h0000_0000, 32'h0000_0000,
    32'h0000_0000, 32'hffff_ffff, 32'h0000_0000, 32'hf000_0000
  };

  // By engine, the first one in the low bits.
  localparam logic [Engines*OpcodeWidth-1:0] EngineOpcodes = {8'(OpcodeStore), 8'(OpcodeMatrix), 8'(OpcodeLoad)};
  localparam logic [Engines*InstructionBits-1:0] EngineReservedMasks = {
    StoreReservedMask, MatrixReservedMask, LoadReservedMask
  };

endpackage
