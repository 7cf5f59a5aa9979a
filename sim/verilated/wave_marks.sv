// SPDX-License-Identifier: Apache-2.0
//
// What a waveform shows beside the chip's own signals: part of libraries with waves only. The simulation's C++ writes them
// (verilated_chip.cpp); nothing in the chip reads them.
module systole_wave_marks;
  logic [63:0]  cycle  /* verilator public_flat_rw */;  // since the doorbell
  // Name of the node whose instruction the engine started last, in ASCII, the last character in the lowest byte.
  logic [255:0] load_node  /* verilator public_flat_rw */;
  logic [255:0] matrix_node  /* verilator public_flat_rw */;
  logic [255:0] store_node  /* verilator public_flat_rw */;
endmodule

bind systole_chip systole_wave_marks wave ();
