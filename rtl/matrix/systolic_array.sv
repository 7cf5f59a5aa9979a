// SPDX-License-Identifier: Apache-2.0
//
// The weight-stationary array: Rows x Cols processing elements with the skew on every side.
//
//   cycle t      weight word of row 0 (load_first_i set), in t+1 of row 1, ...: a word a cycle without a gap
//   cycle t + 1  first activation word of the pass (a word a cycle; nothing depends on gaps)
//
// An activation word of cycle t gives its row of Cols sums in cycle t + Rows + Cols - 2 + PeLatency.
//
// A weight word goes to all rows at once, column c delayed by c cycles; the load bit, one row further down every cycle,
// picks the row. So the weights of a pass follow the last activation of the pass before as a wavefront, and each weight
// is in its place one cycle before the first activation that meets it.
module systolic_array #(
  parameter int Rows = 4,
  parameter int Cols = 4,
  parameter int PeLatency = 1
) (
  input  logic                                     clk_i,
  input  logic                                     rst_ni,
  input  logic                                     load_first_i,
  input  logic [Cols*format_pkg::CenteredBits-1:0] weight_i,      // column 0 in the low bits
  input  logic [Rows*format_pkg::CenteredBits-1:0] activation_i,  // row 0 in the low bits
  output logic [Cols*format_pkg::SumBits-1:0]      sum_o          // column 0 in the low bits
);

  localparam int CenteredBits = format_pkg::CenteredBits;
  localparam int SumBits = format_pkg::SumBits;

  logic [Rows-1:0]              load;
  logic [Cols*CenteredBits-1:0] weight_skewed;
  logic [Cols*SumBits-1:0]      psum [0:Rows];

  assign psum[0] = '0;
  assign load[0] = load_first_i;

  for (genvar c = 0; c < Cols; c++) begin : gen_column_skew
    delay #(.Width(CenteredBits), .Cycles(c)) u_weight_skew (
      .clk_i,
      .rst_ni,
      .data_i(weight_i[c*CenteredBits +: CenteredBits]),
      .data_o(weight_skewed[c*CenteredBits +: CenteredBits])
    );
    delay #(.Width(SumBits), .Cycles(Cols-1-c)) u_sum_deskew (
      .clk_i,
      .rst_ni,
      .data_i(psum[Rows][c*SumBits +: SumBits]),
      .data_o(sum_o[c*SumBits +: SumBits])
    );
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    logic [CenteredBits-1:0] activation_skewed;
    delay #(.Width(CenteredBits), .Cycles(r)) u_activation_skew (
      .clk_i,
      .rst_ni,
      .data_i(activation_i[r*CenteredBits +: CenteredBits]),
      .data_o(activation_skewed)
    );
    if (r > 0) begin : gen_load
      delay #(.Width(1), .Cycles(1)) u_load (.clk_i, .rst_ni, .data_i(load[r-1]), .data_o(load[r]));
    end
    systolic_row #(.Cols(Cols), .PeLatency(PeLatency)) u_row (
      .clk_i,
      .load_i      (load[r]),
      .activation_i(activation_skewed),
      .weight_i    (weight_skewed),
      .psum_i      (psum[r]),
      .psum_o      (psum[r+1])
    );
  end

endmodule
