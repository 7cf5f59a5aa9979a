// SPDX-License-Identifier: Apache-2.0
//
// One multiply-accumulate of the weight-stationary array: the arithmetic of the format in format_pkg, integers whose
// zero point has been taken away. Another format of operands or sums needs another one of these, besides what
// format_pkg lists.
//
//           psum_i
//             |
//   act_i --> x w --> act_o          act_o, load_o: one cycle after act_i, load_i
//             |                      psum_o: activation and weight of cycle t are in the sum of cycle t + PeLatency
//           psum_o
//
// Activations travel sign-extended to the width of a sum: simulation multiplies them without extending them again, and
// synthesis merges the copies of the sign bit into one flip-flop. The product of two centered operands fits into a sum;
// the sum wraps.
//
// The weight register takes weight_i when load_i is set. Its new value is used from the next cycle on, so a weight that
// arrives one cycle ahead of the first activation of its pass needs no second register
// (docs/design/weight_wavefront.md).
module processing_element #(
  parameter int PeLatency = 1
) (
  input  logic                                       clk_i,
  input  logic                                       load_i,
  input  logic signed [format_pkg::CenteredBits-1:0] weight_i,
  input  logic signed [format_pkg::SumBits-1:0]      activation_i,  // sign-extended from CenteredBits
  input  logic        [format_pkg::SumBits-1:0]      psum_i,
  output logic                                       load_o,
  output logic signed [format_pkg::SumBits-1:0]      activation_o,
  output logic        [format_pkg::SumBits-1:0]      psum_o
);

  localparam int SumBits = format_pkg::SumBits;

  logic                      load_q;
  logic signed [SumBits-1:0] activation_q, weight_q;
  logic        [SumBits-1:0] psum_q, product, product_late;

  assign product = activation_i * weight_q;

  always_ff @(posedge clk_i) begin
    load_q       <= load_i;
    activation_q <= activation_i;
    if (load_i) weight_q <= SumBits'(weight_i);
    psum_q       <= psum_i + product_late;
  end

  if (PeLatency == 1) begin : gen_single_cycle
    assign product_late = product;
  end else begin : gen_pipelined
    logic [SumBits-1:0] product_q [0:PeLatency-2];
    always_ff @(posedge clk_i) begin
      product_q[0] <= product;
      for (int i = 1; i < PeLatency - 1; i++) product_q[i] <= product_q[i-1];
    end
    assign product_late = product_q[PeLatency-2];
  end

  assign load_o       = load_q;
  assign activation_o = activation_q;
  assign psum_o       = psum_q;

endmodule
