// SPDX-License-Identifier: Apache-2.0
#include "report/scalesim/scalesim_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "report/table.hpp"

namespace systole::report {

namespace {

using LayerCells = std::vector<std::string>;

// A double has as many digits as it needs to be read back as the same one, as Python writes it.
template <class T>
std::string exact_text(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "";
}

// Nothing of nothing is not known.
std::optional<double> quotient(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> percentage(std::uint64_t part, std::uint64_t whole) {
  if (const std::optional<double> share = quotient(part, whole)) return 100 * *share;
  return std::nullopt;
}

// No blank before an empty cell: readers would take it for a text.
std::string layer_line(std::size_t id, const LayerCells& cells) {
  std::string text = std::to_string(id);
  for (const std::string& value : cells) text += (value.empty() ? "," : ", ") + value;
  return text + ",\n";
}

// `line_of` makes a line of a node and its place in the network.
template <class LineOf>
std::string layer_lines(const RunReport& run, std::string text, LineOf&& line_of) {
  for (std::size_t i = 0; i < run.nodes.size(); ++i)
    if (run.nodes[i].cycles.value_or(0) > 0) text += line_of(i, run.nodes[i]);
  return text;
}

// The work is that of a whole run, so it is not set against the cycles of a part.
bool has_whole_work(const RunReport& run) { return run.interrupted.empty(); }

}  // namespace

std::string scalesim_compute_report(const RunReport& run) {
  const std::string header =
      "LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, "
      "Compute Util %,\n";
  return layer_lines(run, header, [&](std::size_t id, const NodeReport& node) {
    const std::uint64_t cycles = *node.cycles, macs = node.macs, array = run.macs_per_cycle;
    LayerCells cells = {std::to_string(*node.last_retirement - *node.first_start), std::to_string(cycles)};
    if (has_whole_work(run)) {
      const std::uint64_t at_work = node.work.array_cycles + node.fill_cycles.value_or(0);
      cells.push_back(std::to_string(cycles - std::min(cycles, at_work)));
      cells.push_back(exact_text(percentage(macs, cycles * array)));
      cells.push_back(exact_text(percentage(macs, node.work.positions * array)));
      cells.push_back(exact_text(percentage(macs, at_work * array)));
    }
    cells.resize(6);
    return layer_line(id, cells);
  });
}

std::string scalesim_bandwidth_report(const RunReport& run) {
  const std::string header =
      "LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, Avg FILTER DRAM BW, "
      "Avg OFMAP DRAM BW,\n";
  return layer_lines(run, header, [&](std::size_t id, const NodeReport& node) {
    const NodeWork& work = node.work;
    LayerCells cells;
    if (has_whole_work(run))
      for (const std::uint64_t words :
           {work.array_activations, work.array_weights, work.array_sums, work.activation_load_bytes,
            work.weight_load_bytes + work.parameter_load_bytes, work.write_bytes})
        cells.push_back(exact_text(quotient(words, *node.cycles)));
    cells.resize(6);
    return layer_line(id, cells);
  });
}

std::string scalesim_layer_names(const RunReport& run) {
  return layer_lines(run, "LayerID,Layer name\n", [](std::size_t id, const NodeReport& node) {
    return fmt::format("{},{}\n", id, csv_field(node.name));
  });
}

}  // namespace systole::report
