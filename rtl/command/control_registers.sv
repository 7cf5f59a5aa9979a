// SPDX-License-Identifier: Apache-2.0
//
// Control and status registers, performance counters and the interrupt, behind AXI4-Lite (docs/reference/registers.md).
//
// Timing. A write is taken, address and data together, in the second cycle in which both are valid and no response waits; its
// response is valid in the next cycle. A read is taken in the second cycle in which its address is valid and no data waits; its data
// is valid in the next. Cycle 0 of a program is the cycle in which the write of the doorbell is taken; start_o is high in cycle 1.
module control_registers #(
  parameter int AxiAddressBits = 40,
  parameter int AxiBytes = 8
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  // AXI4-Lite
  input  logic                        aw_valid_i,
  output logic                        aw_ready_o,
  input  logic [11:0]                 aw_addr_i,
  input  logic                        w_valid_i,
  output logic                        w_ready_o,
  input  logic [31:0]                 w_data_i,
  output logic                        b_valid_o,
  input  logic                        b_ready_i,
  input  logic                        ar_valid_i,
  output logic                        ar_ready_o,
  input  logic [11:0]                 ar_addr_i,
  output logic                        r_valid_o,
  input  logic                        r_ready_i,
  output logic [31:0]                 r_data_o,
  // program
  output logic                        start_o,
  output logic [AxiAddressBits-1:0]   program_base_o,
  output logic [31:0]                 program_count_o,
  output logic [4*AxiAddressBits-1:0] bases_o,
  input  logic                        done_i,
  input  logic                        error_i,
  input  logic [3:0]                  error_code_i,
  input  logic [31:0]                 error_index_i,
  output logic                        irq_o,
  // what happens in this cycle, for the counters
  input  logic                        read_beat_i,
  input  logic                        write_beat_i,
  input  logic [2:0]                  retire_i,
  input  logic [4:0]                  load_state_i,    // one bit: busy, wait_instruction, wait_semaphore, wait_memory, wait_port
  input  logic [2:0]                  matrix_state_i,  // busy, wait_instruction, wait_semaphore
  input  logic [4:0]                  store_state_i
);

  localparam int Counters = 17;
  localparam int A = AxiAddressBits;

  // ---- write channel
  logic write_ready_q, b_valid_q, write;
  assign aw_ready_o = write_ready_q;
  assign w_ready_o  = write_ready_q;
  assign b_valid_o  = b_valid_q;
  assign write      = write_ready_q && aw_valid_i && w_valid_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_ready_q <= 1'b0;
      b_valid_q     <= 1'b0;
    end else begin
      write_ready_q <= aw_valid_i && w_valid_i && !write_ready_q && !b_valid_q;
      if (write) b_valid_q <= 1'b1;
      else if (b_ready_i) b_valid_q <= 1'b0;
    end
  end

  // ---- registers
  logic        busy_q, done_q, error_q, start_q, doorbell;
  logic [1:0]  irq_enable_q, irq_status_q;
  logic [3:0]  error_code_q;
  logic [31:0] error_index_q, program_count_q;
  logic [63:0] program_base_q;
  logic [63:0] base_q [0:3];

  assign doorbell = write && aw_addr_i == 12'h008 && w_data_i[0] && !busy_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q       <= 1'b0;
      done_q       <= 1'b0;
      error_q      <= 1'b0;
      start_q      <= 1'b0;
      irq_enable_q <= '0;
      irq_status_q <= '0;
      error_code_q    <= '0;
      error_index_q   <= '0;
      program_count_q <= '0;
      program_base_q  <= '0;
      for (int k = 0; k < 4; k++) base_q[k] <= '0;
    end else begin
      start_q <= doorbell;
      if (doorbell) begin
        busy_q  <= 1'b1;
        done_q  <= 1'b0;
        error_q <= 1'b0;
      end else if (busy_q && (done_i || error_i)) begin
        busy_q       <= 1'b0;
        done_q       <= done_i;
        error_q      <= error_i;
        if (error_i) begin
          error_code_q  <= error_code_i;
          error_index_q <= error_index_i;
        end
      end
      if (write && aw_addr_i == 12'h014) irq_status_q <= irq_status_q & ~w_data_i[1:0];
      if (busy_q && done_i) irq_status_q[0] <= 1'b1;
      if (busy_q && error_i) irq_status_q[1] <= 1'b1;
      if (write) begin
        unique case (aw_addr_i)
          12'h010: irq_enable_q          <= w_data_i[1:0];
          12'h020: program_base_q[31:0]  <= w_data_i;
          12'h024: program_base_q[63:32] <= w_data_i;
          12'h028: program_count_q       <= w_data_i;
          12'h030, 12'h038, 12'h040, 12'h048: base_q[aw_addr_i[4:3] - 2'd2][31:0]  <= w_data_i;
          12'h034, 12'h03C, 12'h044, 12'h04C: base_q[aw_addr_i[4:3] - 2'd2][63:32] <= w_data_i;
          default: ;
        endcase
      end
    end
  end

  assign start_o         = start_q;
  assign program_base_o  = program_base_q[A-1:0];
  assign program_count_o = program_count_q;
  assign irq_o           = (irq_status_q & irq_enable_q) != '0;
  for (genvar k = 0; k < 4; k++) begin : gen_base
    assign bases_o[k*A +: A] = base_q[k][A-1:0];
  end

  // ---- counters: from the doorbell's cycle to the cycle before the interrupt
  logic [63:0]         counter_q [0:Counters-1];
  logic [Counters-1:0] count;
  assign count    = {store_state_i, matrix_state_i, load_state_i, write_beat_i, read_beat_i, retire_i != '0, 1'b1};

  for (genvar k = 0; k < Counters; k++) begin : gen_counter
    logic [63:0] step;
    assign step = (k == 1) ? 64'(retire_i[0]) + 64'(retire_i[1]) + 64'(retire_i[2]) :
                  (k == 2 || k == 3) ? 64'(AxiBytes) : 64'd1;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) counter_q[k] <= '0;
      else if (doorbell) counter_q[k] <= (k == 1 || k == 2 || k == 3) ? '0 : 64'(count[k]);
      else if (busy_q && count[k]) counter_q[k] <= counter_q[k] + step;
    end
  end

  // ---- read channel
  logic read_ready_q, r_valid_q, read;
  logic [31:0] r_data_q, r_data_d;
  assign ar_ready_o = read_ready_q;
  assign r_valid_o  = r_valid_q;
  assign r_data_o   = r_data_q;
  assign read       = read_ready_q && ar_valid_i;

  always_comb begin
    r_data_d = '0;
    if (read) begin
      unique case (ar_addr_i)
        12'h000: r_data_d = 32'h53595354;
        12'h004: r_data_d = 32'(isa_pkg::Version);
        12'h00C: r_data_d = {29'd0, error_q, done_q, busy_q};
        12'h010: r_data_d = {30'd0, irq_enable_q};
        12'h014: r_data_d = {30'd0, irq_status_q};
        12'h018: r_data_d = {28'd0, error_code_q};
        12'h01C: r_data_d = error_index_q;
        12'h020: r_data_d = program_base_q[31:0];
        12'h024: r_data_d = program_base_q[63:32];
        12'h028: r_data_d = program_count_q;
        12'h030, 12'h038, 12'h040, 12'h048: r_data_d = base_q[ar_addr_i[4:3] - 2'd2][31:0];
        12'h034, 12'h03C, 12'h044, 12'h04C: r_data_d = base_q[ar_addr_i[4:3] - 2'd2][63:32];
        default: begin
          for (int k = 0; k < Counters; k++) begin
            if (ar_addr_i == 12'h100 + 12'(8 * k)) r_data_d = counter_q[k][31:0];
            if (ar_addr_i == 12'h104 + 12'(8 * k)) r_data_d = counter_q[k][63:32];
          end
        end
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_ready_q <= 1'b0;
      r_valid_q    <= 1'b0;
      r_data_q     <= '0;
    end else begin
      read_ready_q <= ar_valid_i && !read_ready_q && !r_valid_q;
      if (read) begin
        r_valid_q <= 1'b1;
        r_data_q  <= r_data_d;
      end else if (r_ready_i) begin
        r_valid_q <= 1'b0;
      end
    end
  end

endmodule
