// SPDX-License-Identifier: Apache-2.0
//
// The registers of the chip, as constants. Their meaning is in docs/reference/registers.md; the same table in C++ is
// sim/platform/registers.hpp, and testbenches/sim/platform/registers_package_test.cpp fails if the two differ, in
// either direction.
package registers_pkg;

  localparam int AddressWidth = 12;
  localparam int DataWidth = 32;

  // Bytes. A register of 64 bits has its high word behind its low word.
  localparam logic [11:0] AddressId = 12'h000;
  localparam logic [11:0] AddressIsaVersion = 12'h004;
  localparam logic [11:0] AddressControl = 12'h008;
  localparam logic [11:0] AddressStatus = 12'h00C;
  localparam logic [11:0] AddressIrqEnable = 12'h010;
  localparam logic [11:0] AddressIrqStatus = 12'h014;
  localparam logic [11:0] AddressErrorCode = 12'h018;
  localparam logic [11:0] AddressErrorIndex = 12'h01C;
  localparam logic [11:0] AddressProgramBase = 12'h020;
  localparam logic [11:0] AddressProgramCount = 12'h028;
  localparam logic [11:0] AddressBase = 12'h030;      // of the first base register
  localparam logic [11:0] AddressCounter = 12'h100;   // of the first counter

  localparam logic [31:0] IdValue = 32'h5359_5354;  // "SYST"

  // Bits.
  localparam int ControlDoorbell = 0;
  localparam int StatusBusy = 0;
  localparam int StatusDone = 1;
  localparam int StatusError = 2;
  localparam int IrqDone = 0;
  localparam int IrqError = 1;
  localparam int IrqWidth = 2;

  // The counters, in the order of their registers: those of the chip, then those of each engine.
  localparam int CounterCycles = 0;
  localparam int CounterInstructions = 1;
  localparam int CounterReadBytes = 2;
  localparam int CounterWriteBytes = 3;
  localparam int CounterLoadBusy = 4;
  localparam int CounterLoadWaitInstruction = 5;
  localparam int CounterLoadWaitSemaphore = 6;
  localparam int CounterLoadWaitMemory = 7;
  localparam int CounterLoadWaitPort = 8;
  localparam int CounterMatrixBusy = 9;
  localparam int CounterMatrixWaitInstruction = 10;
  localparam int CounterMatrixWaitSemaphore = 11;
  localparam int CounterStoreBusy = 12;
  localparam int CounterStoreWaitInstruction = 13;
  localparam int CounterStoreWaitSemaphore = 14;
  localparam int CounterStoreWaitMemory = 15;
  localparam int CounterStoreWaitPort = 16;
  localparam int Counters = 17;

  // What an engine does in a cycle, one bit each, in the order of its counters. An engine that waits for neither memory
  // nor a port has the first three only.
  localparam int StateBusy = 0;
  localparam int StateWaitInstruction = 1;
  localparam int StateWaitSemaphore = 2;
  localparam int StateWaitMemory = 3;
  localparam int StateWaitPort = 4;
  localparam int States = 5;

  // The counters that engines drive: those from here on, so many for each engine.
  localparam int FirstEngineCounter = 4;
  localparam int LoadStates = 5;
  localparam int MatrixStates = 3;
  localparam int StoreStates = 5;

endpackage
