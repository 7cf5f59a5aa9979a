// SPDX-License-Identifier: Apache-2.0
//
// The command processor: fetch, check, an in-order queue for each engine, semaphores, the end of a program.
//
//   instruction_fetch --> instruction_check --> queue of load   --+
//                                          +--> queue of matrix --+--> semaphore_unit --> start
//                                          +--> queue of store  --+
//
// Timing. The instruction at the head of the fetch FIFO goes to its engine's queue in the first cycle in which this
// queue has room, in program order over all engines, one instruction a cycle. It can start two cycles later. The
// interrupt comes two cycles after the last retirement. An error stops the dispatch and every further start, and raises
// the interrupt.
module command_processor #(
  parameter int AxiDataBits = 64,
  parameter int AxiAddressBits = 40,
  parameter int FetchDepth = 4,
  parameter int QueueDepth = 4
) (
  input  logic                                                 clk_i,
  input  logic                                                 rst_ni,
  // from and to the registers
  input  logic                                                 start_i,
  input  logic [AxiAddressBits-1:0]                            program_base_i,
  input  logic [isa_pkg::IndexWidth-1:0]                       program_count_i,
  output logic                                                 running_o,
  output logic                                                 done_o,            // a pulse each
  output logic                                                 error_o,
  output logic [isa_pkg::ErrorWidth-1:0]                       error_code_o,
  output logic [isa_pkg::IndexWidth-1:0]                       error_index_o,
  // AXI read
  output logic                                                 ar_valid_o,
  input  logic                                                 ar_ready_i,
  output logic [AxiAddressBits-1:0]                            ar_addr_o,
  output logic [7:0]                                           ar_len_o,
  input  logic                                                 r_valid_i,
  input  logic [AxiDataBits-1:0]                               r_data_i,
  // by engine
  input  logic [isa_pkg::Engines-1:0]                          engine_ready_i,
  output logic [isa_pkg::Engines-1:0]                          engine_start_o,
  output logic [isa_pkg::Engines*isa_pkg::InstructionBits-1:0] engine_instruction_o,
  output logic [isa_pkg::Engines*isa_pkg::IndexWidth-1:0]      engine_index_o,
  output logic [isa_pkg::Engines-1:0]                          engine_blocked_o,  // ready, but a semaphore is missing
  input  logic [isa_pkg::Engines-1:0]                          retire_i,
  input  logic [isa_pkg::Engines*isa_pkg::IndexWidth-1:0]      retire_index_i,
  input  logic [isa_pkg::Engines*isa_pkg::PostMaskWidth-1:0]   retire_post_mask_i,
  // errors from elsewhere
  input  logic                                                 fetch_error_i,
  input  logic                                                 load_error_i,
  input  logic [isa_pkg::IndexWidth-1:0]                       load_error_index_i,
  input  logic                                                 store_error_i,
  input  logic [isa_pkg::IndexWidth-1:0]                       store_error_index_i,
  input  logic                                                 bank_conflict_i,
  input  logic [isa_pkg::IndexWidth-1:0]                       bank_conflict_index_i
);

  localparam int Engines = isa_pkg::Engines;
  localparam int InstructionBits = isa_pkg::InstructionBits;
  localparam int IndexWidth = isa_pkg::IndexWidth;
  localparam int ErrorWidth = isa_pkg::ErrorWidth;
  localparam int WaitMaskWidth = isa_pkg::WaitMaskWidth;

  // ---- fetch
  logic                       fetched_valid, dispatch;
  logic [InstructionBits-1:0] fetched;
  logic [IndexWidth-1:0]      fetched_count;
  instruction_fetch #(
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .Depth(FetchDepth)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .start_i,
    .program_base_i,
    .program_count_i,
    .ar_valid_o,
    .ar_ready_i,
    .ar_addr_o,
    .ar_len_o,
    .r_valid_i,
    .r_data_i,
    .valid_o      (fetched_valid),
    .ready_i      (dispatch),
    .instruction_o(fetched),
    .fetched_o    (fetched_count)
  );

  // ---- check and dispatch; what waits for its queue is checked once
  logic [Engines-1:0]    engine, engine_now, engine_q, queue_ready;
  logic                  legal, legal_now, checked_q, illegal, running_q, halted_q;
  logic [IndexWidth-1:0] dispatched_q, retired_q;
  instruction_check u_check (
    .valid_i      (fetched_valid && !checked_q),
    .instruction_i(fetched),
    .engine_o     (engine_now),
    .legal_o      (legal_now)
  );
  assign engine = checked_q ? engine_q : engine_now;
  assign legal  = checked_q || legal_now;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checked_q <= 1'b0;
      engine_q  <= '0;
    end else begin
      checked_q <= fetched_valid && legal && !dispatch;
      engine_q  <= engine;
    end
  end
  assign illegal  = fetched_valid && !halted_q && !legal;
  assign dispatch = fetched_valid && !halted_q && legal && (engine & ~queue_ready) == '0;

  // ---- queues
  logic [Engines-1:0]               queue_valid, request;
  logic [Engines*WaitMaskWidth-1:0] wait_mask;
  for (genvar e = 0; e < Engines; e++) begin : gen_queue
    ram_fifo #(
      .Width(InstructionBits + IndexWidth),
      .Depth(QueueDepth)
    ) u_queue (
      .clk_i,
      .rst_ni,
      .valid_i(dispatch && engine[e]),
      .ready_o(queue_ready[e]),
      .data_i ({dispatched_q, fetched}),
      .valid_o(queue_valid[e]),
      .ready_i(engine_start_o[e]),
      .data_o ({engine_index_o[e*IndexWidth +: IndexWidth], engine_instruction_o[e*InstructionBits +: InstructionBits]})
    );
    assign wait_mask[e*WaitMaskWidth +: WaitMaskWidth] =
        engine_instruction_o[e*InstructionBits + isa_pkg::WaitMaskLsb +: WaitMaskWidth];
  end
  assign request          = halted_q ? '0 : queue_valid & engine_ready_i;
  assign engine_blocked_o = request & ~engine_start_o;

  // ---- semaphores
  logic [Engines-1:0] overflow;
  semaphore_unit u_semaphores (
    .clk_i,
    .rst_ni,
    .clear_i    (start_i),
    .request_i  (request),
    .wait_mask_i(wait_mask),
    .start_o    (engine_start_o),
    .post_i     (retire_i),
    .post_mask_i(retire_post_mask_i),
    .overflow_o (overflow)
  );

  // ---- errors: the first one counts
  logic                  error_now;
  logic [ErrorWidth-1:0] code;
  logic [IndexWidth-1:0] index;
  always_comb begin
    error_now = running_q && !halted_q;
    code  = '0;
    index = '0;
    if (load_error_i) begin
      code  = ErrorWidth'(isa_pkg::ErrorRead);
      index = load_error_index_i;
    end else if (fetch_error_i) begin
      code  = ErrorWidth'(isa_pkg::ErrorRead);
      index = fetched_count;
    end else if (store_error_i) begin
      code  = ErrorWidth'(isa_pkg::ErrorWrite);
      index = store_error_index_i;
    end else if (bank_conflict_i) begin
      code  = ErrorWidth'(isa_pkg::ErrorBankConflict);
      index = bank_conflict_index_i;
    end else if (overflow != '0) begin
      code = ErrorWidth'(isa_pkg::ErrorSemaphore);
      for (int e = Engines - 1; e >= 0; e--) if (overflow[e]) index = retire_index_i[e*IndexWidth +: IndexWidth];
    end else if (illegal) begin
      code  = ErrorWidth'(isa_pkg::ErrorIllegal);
      index = dispatched_q;
    end else begin
      error_now = 1'b0;
    end
  end

  // ---- the end
  logic                  complete;
  logic [IndexWidth-1:0] retired_d;
  always_comb begin
    retired_d = retired_q;
    for (int e = 0; e < Engines; e++) retired_d = retired_d + IndexWidth'(retire_i[e]);
  end
  assign complete      = running_q && !halted_q && retired_q == program_count_i;
  assign running_o     = running_q;
  assign done_o        = complete && !error_now;
  assign error_o       = error_now;
  assign error_code_o  = code;
  assign error_index_o = index;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q    <= 1'b0;
      halted_q     <= 1'b0;
      dispatched_q <= '0;
      retired_q    <= '0;
    end else if (start_i) begin
      running_q    <= 1'b1;
      dispatched_q <= '0;
      retired_q    <= '0;
    end else begin
      if (dispatch) dispatched_q <= dispatched_q + 1'b1;
      retired_q <= retired_d;
      if (error_now) halted_q <= 1'b1;
      if (complete || error_now) running_q <= 1'b0;
    end
  end

endmodule
