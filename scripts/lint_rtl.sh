#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Reads the RTL in three tools for shipped chips: Verilator -Wall, Icarus Verilog, and Yosys synthesis with
# `check -assert` (netlist/synthesize.sh). Any warning of Verilator, and any error, fails. The parameters of a chip come from build/systole_chip_parameters.
#
#   scripts/lint_rtl.sh [CHIP...]        names of shipped chips or chip files; default: those of sim/chips but npu128,
#                                        which is the same source and takes Yosys many minutes
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chips=("$@")
[[ ${#chips[@]} -gt 0 ]] || chips=(tiny edge16 edge32)
for i in "${!chips[@]}"; do [[ ! -e ${chips[i]} ]] || chips[i]=$(realpath "${chips[i]}"); done
parameters_of=$root/build/systole_chip_parameters
if [[ ! -x $parameters_of ]]; then
  echo "$parameters_of is missing: cmake --preset release && cmake --build build --target systole_chip_parameters" >&2
  exit 1
fi
cd "$root/rtl"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# step NAME COMMAND...: the command's output is shown only if it fails.
step() {
  local name=$1 begin=$SECONDS log
  shift
  log=$(mktemp -p "$folder")
  if "$@" >"$log" 2>&1; then
    echo "$name: clean ($((SECONDS - begin)) s)"
    return
  fi
  echo "FAILED: $name"
  grep -E -A6 'ERROR|%Error|%Warning|error:|Warning:' "$log" | head -60 || tail -n 20 "$log"
}

# check NUMBER: one chip of the list, in all tools.
check() {
  local chip=${chips[$1]} name parameters key value verilator_parameters=() icarus_parameters=()
  name=$(basename "$chip" .toml)
  parameters=$("$parameters_of" "$chip") || { echo "FAILED: $name: has no parameters"; return; }
  while read -r key value; do
    verilator_parameters+=("-G$key=$value")
    icarus_parameters+=("-Psystole_chip.$key=$value")
  done <<<"$parameters"

  step "$name: verilator --lint-only -Wall" \
    verilator --lint-only -Wall --top-module systole_chip "${verilator_parameters[@]}" lint.vlt -f files.f
  step "$name: iverilog -g2012" \
    iverilog -g2012 -Wall -Wno-timescale -s systole_chip "${icarus_parameters[@]}" -t null -f files.f
  step "$name: yosys synth, check -assert" "$root/scripts/netlist/synthesize.sh" "$chip"
}

# As many chips at once as there are cores. The outputs are shown in the order of the chips.
cores=$(nproc)
for ((first = 0; first < ${#chips[@]}; first += cores)); do
  for ((i = first; i < first + cores && i < ${#chips[@]}; ++i)); do check "$i" >"$folder/$i.txt" & done
  wait
  for ((i = first; i < first + cores && i < ${#chips[@]}; ++i)); do cat "$folder/$i.txt"; done
done
failures=$(cat "$folder"/*.txt | grep -c '^FAILED:' || true)
steps=$(cat "$folder"/*.txt | grep -c -e ': clean (' -e '^FAILED:' || true)
[[ $failures -eq 0 ]] || { echo "$failures of the RTL checks failed"; exit 1; }
# A chip that was not read in all three tools is no success.
[[ $steps -eq $((3 * ${#chips[@]})) ]] || { echo "FAILED: $steps steps for ${#chips[@]} chips, three tools each"; exit 1; }
