// SPDX-License-Identifier: Apache-2.0
//
// One row of the array: Cols processing elements. Activations and the load bit travel right, one column a cycle;
// partial sums enter from the row above and leave to the row below; the weights of all columns come from above, already
// skewed.
module systolic_row #(
  parameter int Cols = 4,
  parameter int PeLatency = 1
) (
  input  logic                                     clk_i,
  input  logic                                     load_i,
  input  logic [format_pkg::CenteredBits-1:0]      activation_i,
  input  logic [Cols*format_pkg::CenteredBits-1:0] weight_i,
  input  logic [Cols*format_pkg::SumBits-1:0]      psum_i,
  output logic [Cols*format_pkg::SumBits-1:0]      psum_o
);
  /*verilator no_inline_module*/  // one small function per row: builds fastest and runs as fast as any other style

  localparam int CenteredBits = format_pkg::CenteredBits;
  localparam int SumBits = format_pkg::SumBits;

  logic        [Cols:0]      load;
  logic signed [SumBits-1:0] activation [0:Cols];

  assign load[0]       = load_i;
  assign activation[0] = SumBits'($signed(activation_i));

  for (genvar c = 0; c < Cols; c++) begin : gen_column
    processing_element #(
      .PeLatency(PeLatency)
    ) u_pe (
      .clk_i,
      .load_i      (load[c]),
      .weight_i    (weight_i[c*CenteredBits +: CenteredBits]),
      .activation_i(activation[c]),
      .psum_i      (psum_i[c*SumBits +: SumBits]),
      .load_o      (load[c+1]),
      .activation_o(activation[c+1]),
      .psum_o      (psum_o[c*SumBits +: SumBits])
    );
  end

  logic unused;
  assign unused = ^{load[Cols], activation[Cols]};

endmodule
