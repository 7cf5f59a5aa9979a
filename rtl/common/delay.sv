// SPDX-License-Identifier: Apache-2.0
//
// data_o is data_i of Cycles cycles ago (Cycles 0: a wire). Data has no reset: what it carries is qualified elsewhere.
module delay #(
  parameter int Width = 8,
  parameter int Cycles = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);

  if (Cycles == 0) begin : gen_wire
    logic unused;
    assign unused = clk_i ^ rst_ni;
    assign data_o = data_i;
  end else if (Cycles == 1) begin : gen_register
    logic unused;
    assign unused = rst_ni;
    logic [Width-1:0] data_q;
    always_ff @(posedge clk_i) data_q <= data_i;
    assign data_o = data_q;
  end else if (Cycles * Width <= 64) begin : gen_shift
    logic unused;
    assign unused = rst_ni;
    logic [Cycles*Width-1:0] data_q;
    always_ff @(posedge clk_i) data_q <= {data_q[(Cycles-1)*Width-1:0], data_i};
    assign data_o = data_q[(Cycles-1)*Width +: Width];
  end else begin : gen_ring
    // A ring of words that stand still: cheaper than moving them, in power and in simulation.
    localparam int PositionWidth = $clog2(Cycles);
    logic [Width-1:0]         ring [0:2**PositionWidth-1];
    logic [PositionWidth-1:0] position_q, oldest;  // the subtraction must wrap, so it has a wire of its own
    logic [Width-1:0]         data_q;
    assign oldest = position_q - PositionWidth'(Cycles - 1);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) position_q <= '0;
      else position_q <= position_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      ring[position_q] <= data_i;
      data_q <= ring[oldest];
    end
    assign data_o = data_q;
  end

endmodule
