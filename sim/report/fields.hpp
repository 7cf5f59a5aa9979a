// SPDX-License-Identifier: Apache-2.0
//
// The one table of a report's values: key, unit, meaning, and where and how each value is shown.
//
// `visit_fields(report, visitor)` calls `visitor(Field, value)` in the order of the rows. JSON, CSV, the terminal's
// table and summary, `systole compare` and the tables of docs/user/command_line.md are its visitors. A new value is a
// member of run_report.hpp, its computation in run_report.cpp and one row here. A test compares the page with these
// rows.
//
//   JSON       every row in order, unless it says otherwise
//   CSV        the rows of a node with in_csv(), in order
//   terminal   the rows of a node with in_table(): texts to the left, numbers to the right; kSummary for the run
//   compare    the rows with in_compare(), by their position there
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "report/numbers.hpp"
#include "report/run_report.hpp"

namespace systole::report {

// A value is unknown if it is an empty text or an empty std::optional.
enum class InJson {
  kNullIfUnknown,     // always there; an empty text is ""
  kLeftOutIfUnknown,  // in its place
  kLastIfKnown,       // behind the other keys of its object
  kNo
};

struct Field {
  std::string_view key;   // in JSON, and in the templates of kSummary
  std::string_view unit;  // in JSON and CSV; empty: a name, a pure number or an object
  std::string_view help;  // as the page has it
  InJson json = InJson::kNullIfUnknown;
  std::string_view csv = {};      // its column; empty: none
  std::string_view heading = {};  // its column in the terminal's table
  int priority = 0;               // of the column: where the terminal is narrow, those with high numbers are left out
  Format text = Format::kNone;    // in the terminal; kNone: not there
  int position = 0;               // in `compare`, from 1; 0: not there
  std::string_view title = {};    // its row or column in `compare`
  Format compared = Format::kNone;

  constexpr Field in_json(InJson how) const {
    Field field = *this;
    field.json = how;
    return field;
  }
  constexpr Field in_csv(std::string_view column) const {
    Field field = *this;
    field.csv = column;
    return field;
  }
  constexpr Field in_csv() const { return in_csv(key); }
  constexpr Field in_text(Format format) const {
    Field field = *this;
    field.text = format;
    return field;
  }
  constexpr Field in_table(int its_priority, std::string_view its_heading, Format format) const {
    Field field = in_text(format);
    field.heading = its_heading;
    field.priority = its_priority;
    return field;
  }
  constexpr Field in_compare(int its_position, std::string_view its_title, Format format) const {
    Field field = *this;
    field.position = its_position;
    field.title = its_title;
    field.compared = format;
    return field;
  }
};

// Whether T is a single text, number or truth, known or not: the others are objects and lists with fields of their own.
template <class T>
inline constexpr bool kIsValue = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool kIsValue<std::optional<T>> = kIsValue<T>;

template <class Visitor>
void visit_fields(const RunReport& run, Visitor&& visit) {
  visit(Field{"format_version", "", "of this list of keys"}, kFormatVersion);
  visit(Field{"chip", "", "name of the chip"}, run.chip);
  visit(Field{"network", "", "name of the network"}, run.network);
  visit(Field{"view", "", "`rtl`, `reference`, `model` or `all`"}, run.view);
  visit(Field{"cycles", "cycles", "from doorbell to interrupt, all programs together"}
            .in_text(Format::kGrouped)
            .in_compare(1, "cycles", Format::kGrouped),
        run.cycles);
  visit(Field{"macs", "MACs", "multiplications of the ONNX graph, padding taps included"}.in_text(Format::kGrouped),
        run.macs);
  visit(Field{"macs_on_chip", "MACs", "those of nodes on the chip"}
            .in_text(Format::kGrouped)
            .in_compare(6, "MACs on the chip", Format::kGrouped),
        run.macs_on_chip);
  visit(Field{"utilization", "0 to 1", "`macs_on_chip` / (`cycles` x `macs_per_cycle`)"}
            .in_text(Format::kShare)
            .in_compare(4, "utilization", Format::kShare),
        run.utilization);
  visit(Field{"latency_seconds", "s", "`cycles` at the chip's clock"}
            .in_text(Format::kTime)
            .in_compare(2, "latency", Format::kTime),
        run.latency_seconds);
  visit(Field{"inferences_per_second", "1/s",
              "at the chip's clock; a run is as many inferences as the first input's first dimension"}
            .in_text(Format::kRate)
            .in_compare(3, "inferences/s", Format::kRate),
        run.inferences_per_second);
  visit(Field{"tops", "10^12/s", "operations: two for each of `macs_on_chip`"}
            .in_text(Format::kSignificant)
            .in_compare(5, "effective TOP/s", Format::kSignificant),
        run.tops);
  visit(Field{"peak_tops", "10^12/s", "with every MAC of the array in use"}
            .in_json(InJson::kNo)
            .in_text(Format::kSignificant),
        run.peak_tops);
  visit(Field{"dram_bytes_per_second", "bytes/s", "read and written together"}.in_text(Format::kGiga),
        run.dram_bytes_per_second);
  visit(Field{"dram_peak_bytes_per_second", "bytes/s", "what the memory moves at its peak"}, run.dram_peak);
  visit(Field{"dram_share", "0 to 1", "`dram_bytes_per_second` / `dram_peak_bytes_per_second`"}
            .in_json(InJson::kNo)
            .in_text(Format::kShare),
        run.dram_share);
  visit(Field{"dram_read_bytes", "bytes", "whole beats on the AXI bus, instruction fetch included"}
            .in_text(Format::kBytes)
            .in_compare(8, "DRAM read, bytes", Format::kGrouped),
        run.dram_read_bytes);
  visit(Field{"dram_write_bytes", "bytes", "whole beats on the AXI bus"}
            .in_text(Format::kBytes)
            .in_compare(9, "DRAM written, bytes", Format::kGrouped),
        run.dram_write_bytes);
  visit(Field{"instructions", "", "of all programs"}
            .in_text(Format::kGrouped)
            .in_compare(7, "instructions", Format::kGrouped),
        run.instructions);
  visit(Field{"wall_seconds", "s", "time from doorbell to interrupt on this machine, all programs together"}.in_text(
            Format::kDuration),
        run.wall_seconds);
  visit(Field{"stages", "", "list of the parts of the command, below; together its time"}, run.stages);
  visit(Field{"simulated_cycles_per_second", "1/s", "`cycles` / `wall_seconds`"}.in_text(Format::kRate),
        run.simulated_cycles_per_second);
  visit(Field{"outputs_match", "", "true: all comparisons above held; false: one did not; null: outputs not compared"}
            .in_text(Format::kPlain),
        run.outputs_match);
  visit(Field{"difference", "", "in words, when `outputs_match` is false"}.in_json(InJson::kLeftOutIfUnknown),
        run.difference);
  visit(Field{"interrupted", "", "in words, if a signal ended the run: all figures are of what ran until then"}
            .in_json(InJson::kLeftOutIfUnknown)
            .in_text(Format::kPlain),
        run.interrupted);
  visit(Field{"values", "",
              "in words: what the inputs are, what a float network was calibrated on, which weights are random"}
            .in_json(InJson::kLeftOutIfUnknown)
            .in_text(Format::kPlain),
        run.values);
  visit(Field{"note", "", "in words: what is to be known before the figures are read"}
            .in_json(InJson::kLeftOutIfUnknown)
            .in_text(Format::kPlain),
        run.note);
  visit(Field{"inputs", "", "list of the network's inputs, below"}, run.inputs);
  visit(Field{"clock_mhz", "MHz", "the chip's clock"}.in_text(Format::kPlain), run.clock_mhz);
  visit(Field{"macs_per_cycle", "MACs", "of the chip's array: rows x columns"}.in_text(Format::kGrouped),
        run.macs_per_cycle);
  visit(Field{"array", "", "where the array's cycles went, below; null: no cycles"}, run.array);
  visit(Field{"accounts", "", "by the cycle model: for each engine, what its cycles were spent on, below"},
        run.accounts);
  visit(Field{"on_chip", "", "shares of the nodes on the chip, below"}, run.shares[0].second);
  visit(Field{"shares", "", "the same for each place: the view of the chip (`rtl`, `model` or `reference`) and `host`"},
        run.shares);
  visit(Field{"counters", "", "the chip's performance counters ([registers](../reference/registers.md))"}.in_json(
            InJson::kLeftOutIfUnknown),
        run.counters);
  visit(Field{"views", "", "list of the views that ran, below"}, run.views);
  visit(Field{"steps", "", "list of programs and host operators, below"}, run.steps);
  visit(Field{"nodes", "", "list of the network's nodes, below"}, run.nodes);
  visit(Field{"made_by", "", "what made the report, below"}, run.made_by);
}

template <class Visitor>
void visit_fields(const Provenance& made_by, Visitor&& visit) {
  visit(Field{"tool_version", "", "as `systole --version`"}, made_by.tool_version);
  visit(Field{"tool_commit", "", "of the clone that the tool was built in; `-dirty`: with changes"},
        made_by.tool_commit);
  visit(Field{"command", "", "list of the words of the command line"}, made_by.command);
  visit(Field{"seed", "", "of everything random"}, made_by.seed);
  visit(Field{"network_file", "", "as it was given"}, made_by.network_file);
  visit(Field{"network_sha256", "", "of this file; what it keeps in other files is not in it"}, made_by.network_sha256);
  visit(Field{"chip_keys", "", "every key of the chip file with its value, as `--set` takes them"}, made_by.chip_keys);
  visit(Field{"search", "", "how tilings were chosen"}, made_by.search);
  visit(Field{"calibration", "", "in words; empty if the file was quantized already"}, made_by.calibration);
  visit(Field{"random_weight_tensors", "",
              "constants drawn at random, as their own files were missing; left out for none"}
            .in_json(InJson::kLeftOutIfUnknown),
        made_by.random_weight_tensors);
  visit(Field{"random_weight_bytes", "bytes", "that they would have had in these files"}.in_json(
            InJson::kLeftOutIfUnknown),
        made_by.random_weight_bytes);
}

template <class Visitor>
void visit_fields(const Stage& stage, Visitor&& visit) {
  visit(Field{"name", "",
              "`read` (a float network is quantized there), `compile`, `build` (of the chip's RTL), `run`, "
              "`check` (on the host), `other`"},
        stage.name);
  visit(Field{"seconds", "s", "on this machine"}, stage.seconds);
}

template <class Visitor>
void visit_fields(const ArrayShares& array, Visitor&& visit) {
  visit(Field{"useful", "0 to 1", "multiplications of the network, as if nothing else were in their cycles"},
        array.useful);
  visit(Field{"short_passes", "0 to 1", "of passes that are longer than they have activation words"},
        array.short_passes);
  visit(Field{"padding", "0 to 1", "rows and columns without a weight"}, array.padding);
  visit(Field{"fill", "0 to 1", "the matrix engine at work, outside of passes"}, array.fill);
}

template <class Visitor>
void visit_fields(const InputReport& input, Visitor&& visit) {
  visit(Field{"name", "", "of the tensor"}, input.name);
  visit(Field{"source", "", "a file, `random`, or `given` by a program"}, input.source);
  visit(Field{"sha256", "", "of the file"}.in_json(InJson::kLeftOutIfUnknown), input.sha256);
  visit(Field{"outside_range", "0 to 1",
              "share of its values beyond the range that its QuantizeLinear can express; null: it is not quantized"},
        input.outside_range);
}

template <class Visitor>
void visit_fields(const Shares& shares, Visitor&& visit) {
  visit(Field{"operators", "0 to 1", "share of the nodes that do something"}.in_text(Format::kShare), shares.operators);
  visit(Field{"macs", "0 to 1", "share of the MACs"}.in_text(Format::kShare), shares.macs);
  visit(Field{"bytes", "0 to 1", "share of the bytes of the nodes' outputs"}.in_text(Format::kShare), shares.bytes);
}

// "wait_load" and so on.
inline std::string_view wait_name(isa::Engine engine) {
  static const std::array<std::string, isa::kEngines> titles = [] {
    std::array<std::string, isa::kEngines> names;
    for (const isa::Engine other : isa::kAllEngines)
      names[isa::index_of(other)] = std::string("wait_") + isa::engine_name(other);
    return names;
  }();
  return titles[isa::index_of(engine)];
}

// The parts of an account add up to the cycles of the run.
template <class Visitor>
void visit_fields(const cycle::Account& account, Visitor&& visit) {
  visit(Field{"busy", "cycles", "an instruction of the engine was at work"}, account.busy);
  for (const isa::Engine engine : isa::kAllEngines)
    visit(Field{wait_name(engine), "cycles", "waited for a semaphore that this engine posted"},
          account.semaphore[isa::index_of(engine)]);
  visit(Field{"wait_memory", "cycles", "waited for data from memory, or for room on the way there"}, account.memory);
  visit(Field{"wait_port", "cycles", "waited for a port of a buffer that another engine used"}, account.port);
  visit(Field{"wait_instruction", "cycles", "had no instruction"}, account.instruction);
}

template <class Visitor>
void visit_fields(const ViewReport& view, Visitor&& visit) {
  visit(Field{"name", "", "`rtl`, `reference` or `model`"}, view.name);
  visit(Field{"cycles", "cycles", "of all programs; null for the reference"}, view.cycles);
  visit(Field{"wall_seconds", "s", "of all programs on this machine"}, view.wall_seconds);
}

template <class Visitor>
void visit_fields(const StepReport& step, Visitor&& visit) {
  visit(Field{"step", "", "number of the step, from 0"}, step.step);
  visit(Field{"where", "", "as of a node"}, step.where);
  visit(Field{"instructions", "", "of a program; 0 on the host"}, step.instructions);
  visit(Field{"cycles", "cycles", "of a program, from doorbell to interrupt"}, step.cycles);
  visit(Field{"wall_seconds", "s", "of a program on this machine"}, step.wall_seconds);
}

template <class Visitor>
void visit_fields(const NodeReport& node, Visitor&& visit) {
  visit(Field{"name", "", "of the node"}.in_csv("node").in_table(1, "node", Format::kPlain), node.name);
  visit(Field{"operator", "", "ONNX operator, with an activation that is part of it: `Conv+Relu`"}.in_csv().in_table(
            7, "operator", Format::kPlain),
        node.operator_name);
  visit(Field{"where", "", "`rtl`, `reference`, `model`, `host`, or `none` for a reshape that moves nothing"}
            .in_csv()
            .in_table(10, "on", Format::kPlain),
        node.where);
  visit(Field{"fused_into", "", "the node whose instructions compute this one, too; below it in the terminal"}
            .in_json(InJson::kLastIfKnown)
            .in_csv(),
        node.fused_into);
  visit(Field{"shape", "", "of its first output: `1x64x112x112`"}.in_csv().in_table(11, "output", Format::kPlain),
        node.shape);
  visit(Field{"macs", "MACs", "multiplications, padding taps included"}.in_csv().in_table(9, "MACs", Format::kGrouped),
        node.macs);
  visit(Field{"cycles", "cycles", "in which an instruction of the node was at work; 0 on the host"}
            .in_csv()
            .in_table(2, "cycles", Format::kGrouped)
            .in_compare(1, "cycles", Format::kGrouped),
        node.cycles);
  visit(Field{"lower_bound_cycles", "cycles", "no schedule that moves its `dram_bytes` takes fewer, see below"}
            .in_csv()
            .in_table(6, "at least", Format::kGrouped),
        node.lower_bound);
  visit(
      Field{"own_cycles", "cycles", "those in which it was the next node to finish; they add up to the run's"}.in_csv(),
      node.own_cycles);
  visit(Field{"share", "0 to 1", "`own_cycles` / `cycles` of the run"}
            .in_json(InJson::kNo)
            .in_table(3, "of all", Format::kShare),
        node.share);
  visit(Field{"first_start_cycle", "cycles", "start of its first instruction, from the first doorbell"}.in_csv(),
        node.first_start);
  visit(Field{"last_retire_cycle", "cycles", "retirement of its last instruction"}.in_csv(), node.last_retirement);
  visit(Field{"overlaps", "", "the node with which it shares most of its cycles"}
            .in_json(InJson::kLeftOutIfUnknown)
            .in_csv(),
        node.overlaps);
  visit(Field{"overlap_cycles", "cycles", "that it shares with this one"}.in_csv(), node.overlap_cycles);
  visit(Field{"utilization", "0 to 1", "`macs` / (`cycles` x `macs_per_cycle`)"}.in_csv().in_table(4, "of peak",
                                                                                                   Format::kShare),
        node.utilization);
  visit(
      Field{"dram_bytes", "bytes", "what its loads and stores move, without instruction fetch and what fills up beats"}
          .in_csv()
          .in_table(8, "DRAM", Format::kBytes)
          .in_compare(2, "DRAM bytes", Format::kGrouped),
      node.dram_bytes);
  visit(Field{"dram_read_bytes", "bytes", "those of its loads"}, node.work.read_bytes);
  visit(Field{"weight_read_bytes", "bytes", "of them, weights"}, node.work.weight_read_bytes);
  visit(Field{"weight_bytes", "bytes", "the same, each byte once"}, node.work.weight_bytes);
  visit(Field{"load_instructions", "", "of the node"}, node.work.load_instructions);
  visit(Field{"matrix_instructions", "", "of the node"}, node.work.matrix_instructions);
  visit(Field{"store_instructions", "", "of the node"}, node.work.store_instructions);
  visit(Field{"tile", "", "the loops of its largest matrix instruction"}.in_json(InJson::kLeftOutIfUnknown),
        node.work.largest_matrix);
  visit(Field{"passes", "", "weight tiles that went through the array"}.in_csv(), node.work.passes);
  visit(Field{"array_cycles", "cycles", "what its passes take on the array"}.in_csv(), node.work.array_cycles);
  visit(Field{"short_pass_cycles", "cycles", "of them, without an activation word: passes have a shortest length"}
            .in_csv(),
        node.work.short_pass_cycles);
  visit(Field{"padding_cycles", "cycles", "of them, lost to rows and columns without a weight"}.in_csv(),
        node.work.padding_cycles);
  visit(Field{"fill_cycles", "cycles", "of the matrix engine at work, outside of passes"}.in_csv(), node.fill_cycles);
  visit(Field{"dram_cycles", "cycles", "what its bytes take at the peak of bus and memory"}.in_csv(),
        node.work.dram_cycles);
  visit(Field{"store_cycles", "cycles", "what its stores take in post-processing"}.in_csv(), node.work.store_cycles);
  visit(Field{"accounts", "", "as the run's, of the cycles in which an engine waited for or worked on its instructions"}
            .in_json(InJson::kLeftOutIfUnknown),
        node.accounts);
  visit(Field{"bound", "", "what limits it, see below"}
            .in_json(InJson::kLastIfKnown)
            .in_csv()
            .in_table(5, "bound by", Format::kOrDash),
        node.bound);
  visit(Field{"reason", "", "of a node on the host: why the chip does not run it"}.in_json(InJson::kLastIfKnown),
        node.reason);
}

// A line of the terminal's summary. `{key}` stands for the text of a field of the run, or for lines of their own if the
// title is empty. A line with an unknown value is left out, and so is a tail.
struct SummaryLine {
  std::string_view title, text, tail = {};
};
inline constexpr SummaryLine kSummary[] = {
    {"note", "{note}"},
    {"cycles", "{cycles} doorbell to interrupt", ", {latency_seconds} at {clock_mhz} MHz"},
    {"speed", "{inferences_per_second} inferences/s, {tops} TOP/s of {peak_tops}"},
    {"MACs", "{macs}, {macs_on_chip} of them on the chip"},
    {"utilization", "{utilization} of {macs_per_cycle} MACs a cycle"},
    {"", "{shares}"},  // "on WHERE", kShareSummary
    {"instructions", "{instructions}"},
    {"DRAM", "{dram_read_bytes} read, {dram_write_bytes} written",
     ", {dram_bytes_per_second} GB/s, {dram_share} of the peak"},
    {"busy", "{counters}"},
    {"array", "{array}"},
    {"", "{accounts}"},  // "ENGINE waits"
    {"time", "{stages}"},
    {"simulation", "{wall_seconds}", ", {simulated_cycles_per_second} cycles/s"},
    {"stopped", "{interrupted}: all figures are of what ran until then"},
    {"outputs", "{outputs_match}"},
    {"", "{inputs}"},  // "input NAME", of those with values outside the range
    {"values", "{values}"},
};
inline constexpr std::string_view kShareSummary =
    "{operators} of the operators, {macs} of the MACs, {bytes} of the output bytes";

}  // namespace systole::report
