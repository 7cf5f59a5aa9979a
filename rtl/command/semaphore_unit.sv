// SPDX-License-Identifier: Apache-2.0
//
// Counting semaphores, and the decision which engine may start its next instruction.
//
// Timing. An instruction that waits in cycle t starts in cycle t if each semaphore of its mask is above zero. What an
// engine with a higher priority (a lower number) takes in the same cycle is subtracted first. A post of cycle t counts
// from cycle t + 1.
module semaphore_unit (
  input  logic                                            clk_i,
  input  logic                                            rst_ni,
  input  logic                                            clear_i,
  // by engine
  input  logic [isa_pkg::Engines-1:0]                     request_i,  // one wants to start, the engine is ready
  input  logic [isa_pkg::Engines*isa_pkg::Semaphores-1:0] wait_mask_i,
  output logic [isa_pkg::Engines-1:0]                     start_o,
  input  logic [isa_pkg::Engines-1:0]                     post_i,
  input  logic [isa_pkg::Engines*isa_pkg::Semaphores-1:0] post_mask_i,
  output logic [isa_pkg::Engines-1:0]                     overflow_o  // in the cycle of the post
);

  localparam int N = isa_pkg::Semaphores;
  localparam int Engines = isa_pkg::Engines;
  localparam int CountWidth = $clog2(isa_pkg::SemaphoreMax + 1);
  localparam int SumWidth = CountWidth + $clog2(Engines + 1);  // a count and a post of every engine

  logic [CountWidth-1:0] count_q [0:N-1];

  // Each count as a thermometer with a step per engine: bit k*N + i is set if semaphore i is above k. A register, so
  // that the decision does not begin with comparisons.
  logic [Engines*N-1:0] above_q, above_d;

  // From the engine with the highest priority down: who takes a semaphore lowers its thermometer by a step for those
  // behind.
  logic [Engines*N-1:0] left, take;
  always_comb begin
    left = above_q;
    for (int e = 0; e < Engines; e++) begin
      start_o[e]     = request_i[e] && (wait_mask_i[e*N +: N] & ~left[N-1:0]) == '0;
      take[e*N +: N] = start_o[e] ? wait_mask_i[e*N +: N] : '0;  // no default before: the next process reads it
      left = (left & ~{Engines{take[e*N +: N]}}) | ((left >> N) & {Engines{take[e*N +: N]}});
    end
  end

  logic                 event_now;
  logic [Engines*N-1:0] post;
  assign event_now = start_o != '0 || post_i != '0;
  for (genvar e = 0; e < Engines; e++) begin : gen_post
    assign post[e*N +: N] = post_i[e] ? post_mask_i[e*N +: N] : '0;
  end

  logic [SumWidth-1:0] count_d [0:N-1];
  logic [N-1:0]        too_high;
  always_comb begin
    above_d = above_q;
    for (int i = 0; i < N; i++) count_d[i] = SumWidth'(count_q[i]);
    if (event_now) begin
      for (int i = 0; i < N; i++) begin
        for (int e = 0; e < Engines; e++) begin
          count_d[i] = count_d[i] - SumWidth'(take[e*N+i]) + SumWidth'(post[e*N+i]);
        end
        for (int k = 0; k < Engines; k++) above_d[k*N+i] = count_d[i][CountWidth-1:0] > CountWidth'(k);
      end
    end
  end

  for (genvar i = 0; i < N; i++) begin : gen_too_high
    assign too_high[i] = count_d[i] > SumWidth'(isa_pkg::SemaphoreMax);
  end
  for (genvar e = 0; e < Engines; e++) begin : gen_overflow
    assign overflow_o[e] = (post[e*N +: N] & too_high) != '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      above_q <= '0;
      for (int i = 0; i < N; i++) count_q[i] <= '0;
    end else if (clear_i) begin
      above_q <= '0;
      for (int i = 0; i < N; i++) count_q[i] <= '0;
    end else if (event_now) begin
      above_q <= above_d;
      for (int i = 0; i < N; i++) count_q[i] <= count_d[i][CountWidth-1:0];
    end
  end

endmodule
