// SPDX-License-Identifier: Apache-2.0
//
// Sixteen counting semaphores of 8 bits, and the decision which engine may start its next instruction.
//
// Timing. An instruction that waits in cycle t starts in cycle t if each semaphore of its mask is above zero, where what an
// engine with a higher priority (load, matrix, store) takes in the same cycle is gone already. A post of cycle t counts from cycle t + 1.
module semaphore_unit (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,
  // engine e in bits 16e (0 load, 1 matrix, 2 store)
  input  logic [2:0]   request_i,  // an instruction wants to start and its engine is ready
  input  logic [47:0]  wait_mask_i,
  output logic [2:0]   start_o,
  input  logic [2:0]   post_i,
  input  logic [47:0]  post_mask_i,
  output logic [2:0]   overflow_o  // by engine, in the cycle of the post
);

  localparam int N = isa_pkg::Semaphores;

  logic [7:0]   count_q [0:N-1];
  logic [N-1:0] any, more_than_one, more_than_two;
  logic [N-1:0] take_load, take_matrix, take_store, left_matrix, left_store;

  for (genvar i = 0; i < N; i++) begin : gen_level
    assign any[i]           = count_q[i] != 8'd0;
    assign more_than_one[i] = count_q[i] > 8'd1;
    assign more_than_two[i] = count_q[i] > 8'd2;
  end

  logic start_load, start_matrix, start_store;
  assign start_o      = {start_store, start_matrix, start_load};
  assign start_load   = request_i[0] && (wait_mask_i[0 +: N] & ~any) == '0;
  assign take_load   = start_load ? wait_mask_i[0 +: N] : '0;
  assign left_matrix = (take_load & more_than_one) | (~take_load & any);
  assign start_matrix = request_i[1] && (wait_mask_i[N +: N] & ~left_matrix) == '0;
  assign take_matrix = start_matrix ? wait_mask_i[N +: N] : '0;
  assign left_store  = (take_load & take_matrix & more_than_two) | ((take_load ^ take_matrix) & more_than_one)
                       | (~take_load & ~take_matrix & any);
  assign start_store  = request_i[2] && (wait_mask_i[2*N +: N] & ~left_store) == '0;
  assign take_store  = start_store ? wait_mask_i[2*N +: N] : '0;

  logic         event_now;
  logic [N-1:0] post_load, post_matrix, post_store;
  assign event_now   = start_o != '0 || post_i != '0;
  assign post_load   = post_i[0] ? post_mask_i[0 +: N] : '0;
  assign post_matrix = post_i[1] ? post_mask_i[N +: N] : '0;
  assign post_store  = post_i[2] ? post_mask_i[2*N +: N] : '0;

  logic [9:0] count_d [0:N-1];
  always_comb begin
    overflow_o = '0;
    for (int i = 0; i < N; i++) count_d[i] = {2'b00, count_q[i]};
    if (event_now) begin
      for (int i = 0; i < N; i++) begin
        count_d[i] = {2'b00, count_q[i]} - 10'(take_load[i]) - 10'(take_matrix[i]) - 10'(take_store[i])
                     + 10'(post_load[i]) + 10'(post_matrix[i]) + 10'(post_store[i]);
        if (count_d[i] > 10'(isa_pkg::SemaphoreMax)) begin
          overflow_o = overflow_o | {post_store[i], post_matrix[i], post_load[i]};
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int i = 0; i < N; i++) count_q[i] <= '0;
    end else if (clear_i) begin
      for (int i = 0; i < N; i++) count_q[i] <= '0;
    end else if (event_now) begin
      for (int i = 0; i < N; i++) count_q[i] <= count_d[i][7:0];
    end
  end

endmodule
