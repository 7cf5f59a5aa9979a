#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Reads the RTL in three tools for every shipped chip: Verilator -Wall, Icarus Verilog, and Yosys synthesis with `check -assert`
# (hierarchy kept, ram_1r1w a black box, as a chip team with SRAM macros would have it). Any warning of Verilator, and any
# error, fails.
#
#   scripts/lint_rtl.sh [CHIP.toml...]        default: all of sim/chips
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chips=("$@")
[[ ${#chips[@]} -gt 0 ]] || chips=("$root"/sim/chips/*.toml)
for i in "${!chips[@]}"; do chips[i]=$(realpath -e "${chips[i]}"); done
cd "$root/rtl"
mapfile -t files < <(grep -Ev '^[[:space:]]*(#|//|$)' files.f)

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# "ArrayRows 16" for every numeric key of the [chip] section: array_rows = 16. A key that the file leaves out has the same default in
# the RTL as in the tool.
parameters_of() {
  awk '/^\[/ { in_chip = /^\[chip\]/ } in_chip && /^[a-z_]+ *= *[0-9]/ {
    count = split($1, word, "_"); name = ""
    for (i = 1; i <= count; i++) name = name toupper(substr(word[i], 1, 1)) substr(word[i], 2)
    value = $0; sub(/^[^=]*= */, "", value); sub(/ *#.*/, "", value); gsub(/_/, "", value)
    print name, value }' "$1"
}

failures=0
# step NAME COMMAND...: the command's output is shown only if it fails.
step() {
  local name=$1 begin=$SECONDS
  shift
  if ! "$@" >"$log" 2>&1; then
    echo "FAILED: $name"
    grep -E -A6 'ERROR|%Error|%Warning|error:|Warning:' "$log" | head -60 || tail -n 20 "$log"
    failures=$((failures + 1))
    return
  fi
  echo "$name: clean ($((SECONDS - begin)) s)"
}

for chip in "${chips[@]}"; do
  name=$(basename "$chip" .toml)
  verilator_parameters=() icarus_parameters=() yosys_parameters=()
  while read -r key value; do
    verilator_parameters+=("-G$key=$value")
    icarus_parameters+=("-Psystole_chip.$key=$value")
    yosys_parameters+=(-chparam "$key" "$value")
  done < <(parameters_of "$chip")
  [[ ${#verilator_parameters[@]} -gt 0 ]] || { echo "$chip: no parameters in a section [chip]"; exit 1; }

  step "$name: verilator --lint-only -Wall" \
    verilator --lint-only -Wall -I. -Icommon --top-module systole_chip "${verilator_parameters[@]}" lint.vlt "${files[@]}"
  step "$name: iverilog -g2012" \
    iverilog -g2012 -Wall -Wno-timescale -I. -Icommon -s systole_chip "${icarus_parameters[@]}" -o /dev/null "${files[@]}"
  others=()
  for file in "${files[@]}"; do [[ $file == common/ram_1r1w.sv ]] || others+=("$file"); done
  step "$name: yosys synth, check -assert" yosys -Q -p "
    read_verilog -sv -I. -Icommon -lib common/ram_1r1w.sv
    read_verilog -sv -I. -Icommon -defer ${others[*]}
    hierarchy -check -top systole_chip ${yosys_parameters[*]}
    synth -top systole_chip -run coarse:
    check -assert"
done
[[ $failures -eq 0 ]] || { echo "$failures of the RTL checks failed"; exit 1; }
