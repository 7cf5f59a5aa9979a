// SPDX-License-Identifier: Apache-2.0
//
// data_o is data_i of Cycles cycles ago (Cycles 0: a wire). No reset: what it carries is qualified elsewhere.
module delay #(
  parameter int Width = 8,
  parameter int Cycles = 1
) (
  input  logic             clk_i,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);

  if (Cycles == 0) begin : gen_wire
    logic unused;
    assign unused = clk_i;
    assign data_o = data_i;
  end else if (Cycles == 1) begin : gen_register
    logic [Width-1:0] data_q;
    always_ff @(posedge clk_i) data_q <= data_i;
    assign data_o = data_q;
  end else begin : gen_shift
    logic [Cycles*Width-1:0] data_q;  // one packed vector: a single wide shift in simulation
    always_ff @(posedge clk_i) data_q <= {data_q[(Cycles-1)*Width-1:0], data_i};
    assign data_o = data_q[(Cycles-1)*Width +: Width];
  end

endmodule
