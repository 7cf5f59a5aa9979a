// SPDX-License-Identifier: Apache-2.0
//
// The chip: control registers, command processor, engines, four buffers, one AXI4 master. See rtl/README.md.
//
// Every output comes from registers: none depends on an input of the same cycle. The parameters are those of the chip
// file (array_rows is ArrayRows), with the same defaults; where a chip file must give a value, the default is that of
// the smallest chip. The trace port shows each start and retirement in its cycle; a chip may leave it open.
`include "common/assertions.svh"

module systole_chip #(
  parameter int ArrayRows = 4,
  parameter int ArrayCols = 4,
  parameter int PeLatency = 1,
  parameter int AccLatency = 1,
  parameter int ActivationBanks = 4,
  parameter int ActivationBankWords = 256,
  parameter int WeightWords = 1024,
  parameter int AccumulatorRows = 64,
  parameter int ParameterWords = 64,
  parameter int PostLanes = 2,
  parameter int FetchDepth = 4,
  parameter int QueueDepth = 4,
  parameter int AxiDataBits = 128,
  parameter int AxiAddressBits = 40,
  parameter int AxiBurstBytes = 256,
  parameter int LoadOutstanding = 8,
  parameter int LoadFifoBeats = 128,
  parameter int StoreOutstanding = 8,
  parameter int StoreFifoBeats = 64,
  parameter int StoreFifoGroups = 16
) (
  input  logic                                            clk_i,
  input  logic                                            rst_ni,
  // AXI4-Lite slave
  input  logic                                            s_axil_aw_valid_i,
  output logic                                            s_axil_aw_ready_o,
  input  logic [registers_pkg::AddressWidth-1:0]          s_axil_aw_addr_i,
  input  logic                                            s_axil_w_valid_i,
  output logic                                            s_axil_w_ready_o,
  input  logic [registers_pkg::DataWidth-1:0]             s_axil_w_data_i,
  input  logic [registers_pkg::DataWidth/8-1:0]           s_axil_w_strb_i,
  output logic                                            s_axil_b_valid_o,
  input  logic                                            s_axil_b_ready_i,
  output logic [1:0]                                      s_axil_b_resp_o,
  input  logic                                            s_axil_ar_valid_i,
  output logic                                            s_axil_ar_ready_o,
  input  logic [registers_pkg::AddressWidth-1:0]          s_axil_ar_addr_i,
  output logic                                            s_axil_r_valid_o,
  input  logic                                            s_axil_r_ready_i,
  output logic [registers_pkg::DataWidth-1:0]             s_axil_r_data_o,
  output logic [1:0]                                      s_axil_r_resp_o,
  // AXI4 master; its IDs are in isa_pkg
  output logic                                            m_axi_ar_valid_o,
  input  logic                                            m_axi_ar_ready_i,
  output logic [isa_pkg::AxiIdWidth-1:0]                  m_axi_ar_id_o,
  output logic [AxiAddressBits-1:0]                       m_axi_ar_addr_o,
  output logic [7:0]                                      m_axi_ar_len_o,
  output logic [2:0]                                      m_axi_ar_size_o,
  output logic [1:0]                                      m_axi_ar_burst_o,
  input  logic                                            m_axi_r_valid_i,
  output logic                                            m_axi_r_ready_o,
  input  logic [isa_pkg::AxiIdWidth-1:0]                  m_axi_r_id_i,
  input  logic [AxiDataBits-1:0]                          m_axi_r_data_i,
  input  logic [1:0]                                      m_axi_r_resp_i,
  input  logic                                            m_axi_r_last_i,
  output logic                                            m_axi_aw_valid_o,
  input  logic                                            m_axi_aw_ready_i,
  output logic [isa_pkg::AxiIdWidth-1:0]                  m_axi_aw_id_o,
  output logic [AxiAddressBits-1:0]                       m_axi_aw_addr_o,
  output logic [7:0]                                      m_axi_aw_len_o,
  output logic [2:0]                                      m_axi_aw_size_o,
  output logic [1:0]                                      m_axi_aw_burst_o,
  output logic                                            m_axi_w_valid_o,
  input  logic                                            m_axi_w_ready_i,
  output logic [AxiDataBits-1:0]                          m_axi_w_data_o,
  output logic [AxiDataBits/8-1:0]                        m_axi_w_strb_o,
  output logic                                            m_axi_w_last_o,
  input  logic                                            m_axi_b_valid_i,
  output logic                                            m_axi_b_ready_o,
  input  logic [isa_pkg::AxiIdWidth-1:0]                  m_axi_b_id_i,
  input  logic [1:0]                                      m_axi_b_resp_i,
  output logic                                            irq_o,
  // trace, by engine
  output logic [isa_pkg::Engines-1:0]                     trace_start_valid_o,
  output logic [isa_pkg::Engines*isa_pkg::IndexWidth-1:0] trace_start_index_o,
  output logic [isa_pkg::Engines-1:0]                     trace_retire_valid_o,
  output logic [isa_pkg::Engines*isa_pkg::IndexWidth-1:0] trace_retire_index_o
);

  localparam int Engines = isa_pkg::Engines;
  localparam int Load = isa_pkg::EngineLoad;
  localparam int Matrix = isa_pkg::EngineMatrix;
  localparam int Store = isa_pkg::EngineStore;
  localparam int InstructionBits = isa_pkg::InstructionBits;
  localparam int IndexWidth = isa_pkg::IndexWidth;
  localparam int PostMaskWidth = isa_pkg::PostMaskWidth;
  localparam int AxiIdWidth = isa_pkg::AxiIdWidth;
  localparam int States = registers_pkg::States;
  localparam int Counters = registers_pkg::Counters;
  localparam int FirstEngineCounter = registers_pkg::FirstEngineCounter;

  localparam int AxiBytes = AxiDataBits / 8;
  localparam int ActivationAddrWidth = $clog2(ActivationBanks * ActivationBankWords);
  localparam int WeightAddrWidth = $clog2(WeightWords);
  localparam int AccumulatorAddrWidth = $clog2(2 * AccumulatorRows);
  localparam int ParameterAddrWidth = $clog2(ParameterWords);
  localparam int ActivationWordBits = ArrayRows * format_pkg::OperandBits;
  localparam int WeightWordBits = ArrayCols * format_pkg::OperandBits;
  localparam int AccumulatorRowBits = ArrayCols * format_pkg::SumBits;
  localparam int ParameterWordBits = PostLanes * format_pkg::ParameterBits;
  localparam int GroupBits = PostLanes * format_pkg::OperandBits;
  localparam int WidestArrayWord = ActivationWordBits > WeightWordBits ? ActivationWordBits : WeightWordBits;
  localparam int LoadWordBits = ParameterWordBits > WidestArrayWord ? ParameterWordBits : WidestArrayWord;
  localparam int WidestOfTwo = ActivationAddrWidth > WeightAddrWidth ? ActivationAddrWidth : WeightAddrWidth;
  localparam int LoadAddrWidth = ParameterAddrWidth > WidestOfTwo ? ParameterAddrWidth : WidestOfTwo;
  localparam int GroupsPerWord = ArrayRows / PostLanes;

  // ---- registers
  logic                                     program_start, running, done, error;
  logic [isa_pkg::ErrorWidth-1:0]           error_code;
  logic [IndexWidth-1:0]                    error_index, program_count;
  logic [AxiAddressBits-1:0]                program_base;
  logic [isa_pkg::Bases*AxiAddressBits-1:0] bases;
  logic [Engines-1:0]                       start, blocked, retire, busy, wait_port, wait_memory, in_flight;
  logic [Counters-1:FirstEngineCounter]     engine_count;

  control_registers #(
    .AxiAddressBits(AxiAddressBits),
    .AxiBytes(AxiBytes)
  ) u_registers (
    .clk_i,
    .rst_ni,
    .aw_valid_i     (s_axil_aw_valid_i),
    .aw_ready_o     (s_axil_aw_ready_o),
    .aw_addr_i      (s_axil_aw_addr_i),
    .w_valid_i      (s_axil_w_valid_i),
    .w_ready_o      (s_axil_w_ready_o),
    .w_data_i       (s_axil_w_data_i),
    .b_valid_o      (s_axil_b_valid_o),
    .b_ready_i      (s_axil_b_ready_i),
    .ar_valid_i     (s_axil_ar_valid_i),
    .ar_ready_o     (s_axil_ar_ready_o),
    .ar_addr_i      (s_axil_ar_addr_i),
    .r_valid_o      (s_axil_r_valid_o),
    .r_ready_i      (s_axil_r_ready_i),
    .r_data_o       (s_axil_r_data_o),
    .start_o        (program_start),
    .program_base_o (program_base),
    .program_count_o(program_count),
    .bases_o        (bases),
    .done_i         (done),
    .error_i        (error),
    .error_code_i   (error_code),
    .error_index_i  (error_index),
    .irq_o,
    .read_beat_i    (m_axi_r_valid_i),
    .write_beat_i   (m_axi_w_valid_o && m_axi_w_ready_i),
    .retire_i       (retire),
    .engine_state_i (engine_count)
  );
  assign s_axil_b_resp_o = 2'b00;
  assign s_axil_r_resp_o = 2'b00;

  // ---- command processor
  logic                               fetch_ar_valid, fetch_ar_ready, fetch_r_valid, load_r_valid, response_error;
  logic [AxiAddressBits-1:0]          fetch_ar_addr;
  logic [7:0]                         fetch_ar_len;
  logic                               bank_conflict;
  logic [Engines-1:0]                 engine_ready;
  logic [Engines*InstructionBits-1:0] instruction;
  logic [Engines*IndexWidth-1:0]      index, retire_index;
  logic [Engines*PostMaskWidth-1:0]   retire_post_mask;
  logic [IndexWidth-1:0]              store_oldest_index, store_issue_index;

  assign fetch_r_valid  = m_axi_r_valid_i && m_axi_r_id_i == AxiIdWidth'(isa_pkg::AxiIdFetch);
  assign load_r_valid   = m_axi_r_valid_i && m_axi_r_id_i == AxiIdWidth'(isa_pkg::AxiIdLoad);
  assign response_error = m_axi_r_valid_i && m_axi_r_resp_i[1];

  command_processor #(
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .FetchDepth(FetchDepth),
    .QueueDepth(QueueDepth)
  ) u_command (
    .clk_i,
    .rst_ni,
    .start_i             (program_start),
    .program_base_i      (program_base),
    .program_count_i     (program_count),
    .running_o           (running),
    .done_o              (done),
    .error_o             (error),
    .error_code_o        (error_code),
    .error_index_o       (error_index),
    .ar_valid_o          (fetch_ar_valid),
    .ar_ready_i          (fetch_ar_ready),
    .ar_addr_o           (fetch_ar_addr),
    .ar_len_o            (fetch_ar_len),
    .r_valid_i           (fetch_r_valid),
    .r_data_i            (m_axi_r_data_i),
    .engine_ready_i      (engine_ready),
    .engine_start_o      (start),
    .engine_instruction_o(instruction),
    .engine_index_o      (index),
    .engine_blocked_o    (blocked),
    .retire_i            (retire),
    .retire_index_i      (retire_index),
    .retire_post_mask_i  (retire_post_mask),
    .fetch_error_i       (response_error && fetch_r_valid),
    .load_error_i        (response_error && load_r_valid),
    .load_error_index_i  (retire_index[Load*IndexWidth +: IndexWidth]),
    .store_error_i       (m_axi_b_valid_i && m_axi_b_resp_i[1]),
    .store_error_index_i (store_oldest_index),
    .bank_conflict_i     (bank_conflict),
    .bank_conflict_index_i(store_issue_index)
  );

  assign trace_start_valid_o  = start;
  assign trace_start_index_o  = index;
  assign trace_retire_valid_o = retire;
  assign trace_retire_index_o = retire_index;

  // ---- AXI read address
  logic                      load_ar_valid, load_ar_ready;
  logic [AxiAddressBits-1:0] load_ar_addr;
  logic [7:0]                load_ar_len;
  axi_read_arbiter #(
    .AxiAddressBits(AxiAddressBits)
  ) u_read_arbiter (
    .clk_i,
    .rst_ni,
    .fetch_valid_i(fetch_ar_valid),
    .fetch_ready_o(fetch_ar_ready),
    .fetch_addr_i (fetch_ar_addr),
    .fetch_len_i  (fetch_ar_len),
    .load_valid_i (load_ar_valid),
    .load_ready_o (load_ar_ready),
    .load_addr_i  (load_ar_addr),
    .load_len_i   (load_ar_len),
    .ar_valid_o   (m_axi_ar_valid_o),
    .ar_ready_i   (m_axi_ar_ready_i),
    .ar_id_o      (m_axi_ar_id_o),
    .ar_addr_o    (m_axi_ar_addr_o),
    .ar_len_o     (m_axi_ar_len_o)
  );
  assign m_axi_ar_size_o  = 3'($clog2(AxiBytes));
  assign m_axi_ar_burst_o = 2'b01;
  assign m_axi_r_ready_o  = 1'b1;
  assign m_axi_aw_id_o    = AxiIdWidth'(isa_pkg::AxiIdStore);
  assign m_axi_aw_size_o  = 3'($clog2(AxiBytes));
  assign m_axi_aw_burst_o = 2'b01;
  assign m_axi_b_ready_o  = 1'b1;

  // ---- load engine
  logic                                load_write, load_grant;
  logic [isa_pkg::LoadBufferWidth-1:0] load_buffer;
  logic [LoadAddrWidth-1:0]            load_addr;
  logic [LoadWordBits-1:0]             load_data;
  logic [isa_pkg::LoadBaseWidth-1:0]   load_base_select;
  logic [AxiAddressBits-1:0]           load_base;
  assign load_base_select = instruction[Load*InstructionBits + isa_pkg::LoadBaseLsb +: isa_pkg::LoadBaseWidth];
  assign load_base        = bases[load_base_select*AxiAddressBits +: AxiAddressBits];
  load_engine #(
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .BurstBytes(AxiBurstBytes),
    .Outstanding(LoadOutstanding),
    .FifoBeats(LoadFifoBeats),
    .ActivationWordBytes(ActivationWordBits / 8),
    .WeightWordBytes(WeightWordBits / 8),
    .ParameterWordBytes(ParameterWordBits / 8),
    .WordBytes(LoadWordBits / 8),
    .AddrWidth(LoadAddrWidth)
  ) u_load (
    .clk_i,
    .rst_ni,
    .ready_o           (engine_ready[Load]),
    .start_i           (start[Load]),
    .instruction_i     (instruction[Load*InstructionBits +: InstructionBits]),
    .index_i           (index[Load*IndexWidth +: IndexWidth]),
    .base_i            (load_base),
    .retire_o          (retire[Load]),
    .retire_index_o    (retire_index[Load*IndexWidth +: IndexWidth]),
    .retire_post_mask_o(retire_post_mask[Load*PostMaskWidth +: PostMaskWidth]),
    .ar_valid_o        (load_ar_valid),
    .ar_ready_i        (load_ar_ready),
    .ar_addr_o         (load_ar_addr),
    .ar_len_o          (load_ar_len),
    .r_valid_i         (load_r_valid),
    .r_last_i          (m_axi_r_last_i),
    .r_data_i          (m_axi_r_data_i),
    .write_valid_o     (load_write),
    .write_buffer_o    (load_buffer),
    .write_addr_o      (load_addr),
    .write_data_o      (load_data),
    .activation_grant_i(load_grant),
    .busy_o            (busy[Load]),
    .wait_port_o       (wait_port[Load]),
    .wait_memory_o     (wait_memory[Load]),
    .in_flight_o       (in_flight[Load])
  );

  // ---- matrix engine
  logic                            weight_read, matrix_read, accumulate_read, accumulate_write, store_accumulator_read;
  logic                            accumulator_grant;
  logic [WeightAddrWidth-1:0]      weight_addr;
  logic [ActivationAddrWidth-1:0]  matrix_addr;
  logic [AccumulatorAddrWidth-1:0] accumulate_read_addr, accumulate_write_addr, store_accumulator_addr;
  logic [WeightWordBits-1:0]       weight_data;
  logic [ActivationWordBits-1:0]   matrix_data;
  logic [AccumulatorRowBits-1:0]   accumulate_read_data, accumulate_write_data, store_accumulator_data;
  matrix_engine #(
    .Rows(ArrayRows),
    .Cols(ArrayCols),
    .PeLatency(PeLatency),
    .AccLatency(AccLatency),
    .ActivationAddrWidth(ActivationAddrWidth),
    .WeightAddrWidth(WeightAddrWidth),
    .AccumulatorAddrWidth(AccumulatorAddrWidth)
  ) u_matrix (
    .clk_i,
    .rst_ni,
    .ready_o                 (engine_ready[Matrix]),
    .start_i                 (start[Matrix]),
    .instruction_i           (instruction[Matrix*InstructionBits +: InstructionBits]),
    .index_i                 (index[Matrix*IndexWidth +: IndexWidth]),
    .active_o                (busy[Matrix]),
    .retire_o                (retire[Matrix]),
    .retire_index_o          (retire_index[Matrix*IndexWidth +: IndexWidth]),
    .retire_post_mask_o      (retire_post_mask[Matrix*PostMaskWidth +: PostMaskWidth]),
    .weight_read_o           (weight_read),
    .weight_addr_o           (weight_addr),
    .weight_data_i           (weight_data),
    .activation_read_o       (matrix_read),
    .activation_addr_o       (matrix_addr),
    .activation_data_i       (matrix_data),
    .accumulator_read_o      (accumulate_read),
    .accumulator_read_addr_o (accumulate_read_addr),
    .accumulator_read_data_i (accumulate_read_data),
    .accumulator_write_o     (accumulate_write),
    .accumulator_write_addr_o(accumulate_write_addr),
    .accumulator_write_data_o(accumulate_write_data)
  );
  // Its reads and writes come first everywhere, and it has no memory outside: it never waits for either.
  assign wait_port[Matrix]   = 1'b0;
  assign wait_memory[Matrix] = 1'b0;
  assign in_flight[Matrix]   = 1'b0;

  // ---- store engine
  logic                           source_read, source_grant, residual_read, residual_grant, parameter_read, store_write;
  logic [ActivationAddrWidth-1:0] source_addr, residual_addr, store_addr;
  logic [ParameterAddrWidth-1:0]  parameter_addr;
  logic [ActivationWordBits-1:0]  source_data, residual_data, store_data;
  logic [GroupsPerWord-1:0]       store_mask;
  logic [ParameterWordBits-1:0]   parameter_data;
  store_engine #(
    .Rows(ArrayRows),
    .Cols(ArrayCols),
    .Lanes(PostLanes),
    .ActivationAddrWidth(ActivationAddrWidth),
    .ActivationBankWords(ActivationBankWords),
    .AccumulatorAddrWidth(AccumulatorAddrWidth),
    .ParameterAddrWidth(ParameterAddrWidth),
    .AxiDataBits(AxiDataBits),
    .AxiAddressBits(AxiAddressBits),
    .BurstBytes(AxiBurstBytes),
    .Outstanding(StoreOutstanding),
    .FifoBeats(StoreFifoBeats),
    .FifoGroups(StoreFifoGroups)
  ) u_store (
    .clk_i,
    .rst_ni,
    .ready_o            (engine_ready[Store]),
    .start_i            (start[Store]),
    .instruction_i      (instruction[Store*InstructionBits +: InstructionBits]),
    .index_i            (index[Store*IndexWidth +: IndexWidth]),
    .bases_i            (bases),
    .retire_o           (retire[Store]),
    .retire_index_o     (retire_index[Store*IndexWidth +: IndexWidth]),
    .retire_post_mask_o (retire_post_mask[Store*PostMaskWidth +: PostMaskWidth]),
    .oldest_index_o     (store_oldest_index),
    .issue_index_o      (store_issue_index),
    .source_read_o      (source_read),
    .source_addr_o      (source_addr),
    .source_grant_i     (source_grant),
    .source_data_i      (source_data),
    .residual_read_o    (residual_read),
    .residual_addr_o    (residual_addr),
    .residual_grant_i   (residual_grant),
    .residual_data_i    (residual_data),
    .accumulator_read_o (store_accumulator_read),
    .accumulator_addr_o (store_accumulator_addr),
    .accumulator_grant_i(accumulator_grant),
    .accumulator_data_i (store_accumulator_data),
    .parameter_read_o   (parameter_read),
    .parameter_addr_o   (parameter_addr),
    .parameter_data_i   (parameter_data),
    .write_valid_o      (store_write),
    .write_addr_o       (store_addr),
    .write_mask_o       (store_mask),
    .write_data_o       (store_data),
    .aw_valid_o         (m_axi_aw_valid_o),
    .aw_ready_i         (m_axi_aw_ready_i),
    .aw_addr_o          (m_axi_aw_addr_o),
    .aw_len_o           (m_axi_aw_len_o),
    .w_valid_o          (m_axi_w_valid_o),
    .w_ready_i          (m_axi_w_ready_i),
    .w_data_o           (m_axi_w_data_o),
    .w_strb_o           (m_axi_w_strb_o),
    .w_last_o           (m_axi_w_last_o),
    .b_valid_i          (m_axi_b_valid_i),
    .bank_conflict_o    (bank_conflict),
    .busy_o             (busy[Store]),
    .wait_port_o        (wait_port[Store]),
    .wait_memory_o      (wait_memory[Store]),
    .in_flight_o        (in_flight[Store])
  );

  // ---- buffers
  activation_buffer #(
    .Banks(ActivationBanks),
    .BankWords(ActivationBankWords),
    .WordBits(ActivationWordBits),
    .GroupBits(GroupBits)
  ) u_activation_buffer (
    .clk_i,
    .matrix_read_i   (matrix_read),
    .matrix_addr_i   (matrix_addr),
    .matrix_data_o   (matrix_data),
    .source_read_i   (source_read),
    .source_addr_i   (source_addr),
    .source_grant_o  (source_grant),
    .source_data_o   (source_data),
    .residual_read_i (residual_read),
    .residual_addr_i (residual_addr),
    .residual_grant_o(residual_grant),
    .residual_data_o (residual_data),
    .store_write_i   (store_write),
    .store_addr_i    (store_addr),
    .store_mask_i    (store_mask),
    .store_data_i    (store_data),
    .load_write_i    (load_write && load_buffer == (isa_pkg::LoadBufferWidth)'(isa_pkg::BufferActivation)),
    .load_addr_i     (load_addr[ActivationAddrWidth-1:0]),
    .load_grant_o    (load_grant),
    .load_data_i     (load_data[ActivationWordBits-1:0])
  );

  accumulator_buffer #(
    .BankRows(AccumulatorRows),
    .RowBits(AccumulatorRowBits)
  ) u_accumulators (
    .clk_i,
    .matrix_read_i      (accumulate_read),
    .matrix_read_addr_i (accumulate_read_addr),
    .matrix_read_data_o (accumulate_read_data),
    .matrix_write_i     (accumulate_write),
    .matrix_write_addr_i(accumulate_write_addr),
    .matrix_write_data_i(accumulate_write_data),
    .store_read_i       (store_accumulator_read),
    .store_addr_i       (store_accumulator_addr),
    .store_grant_o      (accumulator_grant),
    .store_data_o       (store_accumulator_data)
  );

  ram_1r1w #(
    .Width(WeightWordBits),
    .Depth(WeightWords)
  ) u_weight_buffer (
    .clk_i,
    .read_enable_i (weight_read),
    .read_addr_i   (weight_addr),
    .read_data_o   (weight_data),
    .write_enable_i(load_write && load_buffer == (isa_pkg::LoadBufferWidth)'(isa_pkg::BufferWeight)),
    .write_addr_i  (load_addr[WeightAddrWidth-1:0]),
    .write_mask_i  (1'b1),
    .write_data_i  (load_data[WeightWordBits-1:0])
  );

  ram_1r1w #(
    .Width(ParameterWordBits),
    .Depth(ParameterWords)
  ) u_parameter_buffer (
    .clk_i,
    .read_enable_i (parameter_read),
    .read_addr_i   (parameter_addr),
    .read_data_o   (parameter_data),
    .write_enable_i(load_write && load_buffer == (isa_pkg::LoadBufferWidth)'(isa_pkg::BufferParameter)),
    .write_addr_i  (load_addr[ParameterAddrWidth-1:0]),
    .write_mask_i  (1'b1),
    .write_data_i  (load_data[ParameterWordBits-1:0])
  );

  // ---- what each engine does in this cycle: exactly one of its states
  localparam logic [States-1:0] Busy = States'(1) << registers_pkg::StateBusy;
  localparam logic [States-1:0] WaitInstruction = States'(1) << registers_pkg::StateWaitInstruction;
  localparam logic [States-1:0] WaitSemaphore = States'(1) << registers_pkg::StateWaitSemaphore;
  localparam logic [States-1:0] WaitMemory = States'(1) << registers_pkg::StateWaitMemory;
  localparam logic [States-1:0] WaitPort = States'(1) << registers_pkg::StateWaitPort;

  logic [Engines*States-1:0] state;
  for (genvar e = 0; e < Engines; e++) begin : gen_state
    assign state[e*States +: States] = busy[e] ? Busy : wait_port[e] ? WaitPort : wait_memory[e] ? WaitMemory :
                                       start[e] ? Busy : blocked[e] ? WaitSemaphore :
                                       in_flight[e] ? WaitMemory : WaitInstruction;
    `ASSERT(EngineStateIsOneHot, $onehot(state[e*States +: States]))
  end
  assign engine_count[registers_pkg::CounterLoadBusy +: registers_pkg::LoadStates] =
      state[Load*States +: registers_pkg::LoadStates];
  assign engine_count[registers_pkg::CounterMatrixBusy +: registers_pkg::MatrixStates] =
      state[Matrix*States +: registers_pkg::MatrixStates];
  assign engine_count[registers_pkg::CounterStoreBusy +: registers_pkg::StoreStates] =
      state[Store*States +: registers_pkg::StoreStates];

  logic unused;
  assign unused = ^{s_axil_w_strb_i, running, state, m_axi_b_id_i, m_axi_b_resp_i[0], m_axi_r_resp_i[0]};

`ifndef SYNTHESIS
  function automatic bit power_of_two(input int value);
    power_of_two = value > 0 && (value & (value - 1)) == 0;
  endfunction
  initial begin
    if (!power_of_two(ArrayRows) || ArrayRows < 4)
      $fatal(1, "ArrayRows is %0d, must be a power of two, 4 or more", ArrayRows);
    if (!power_of_two(ArrayCols) || ArrayCols < 4)
      $fatal(1, "ArrayCols is %0d, must be a power of two, 4 or more", ArrayCols);
    if (!power_of_two(PostLanes) || PostLanes > ArrayRows || PostLanes > ArrayCols || PostLanes > AxiBytes)
      $fatal(1, "PostLanes is %0d, must be a power of two, at most ArrayRows, ArrayCols, AxiDataBits / 8", PostLanes);
    if (!power_of_two(ActivationBanks) || ActivationBanks < 4)
      $fatal(1, "ActivationBanks is %0d, must be a power of two, 4 or more", ActivationBanks);
    if (StoreFifoGroups < 16) $fatal(1, "StoreFifoGroups is %0d, must be 16 or more", StoreFifoGroups);
    if (LoadFifoBeats * AxiBytes < 2 * AxiBurstBytes)
      $fatal(1, "LoadFifoBeats is %0d, must hold two bursts", LoadFifoBeats);
    if (StoreFifoBeats * AxiBytes < 2 * AxiBurstBytes)
      $fatal(1, "StoreFifoBeats is %0d, must hold two bursts", StoreFifoBeats);
    if (PeLatency < 1 || AccLatency < 1)
      $fatal(1, "PeLatency and AccLatency are %0d and %0d, must be 1 or more", PeLatency, AccLatency);
  end
`endif

endmodule
