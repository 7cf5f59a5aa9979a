#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Exports the digits network for the chip tiny and runs the exported testbench in Icarus Verilog and in Verilator: every byte of
# DRAM and the number of cycles must be those of the manifest. Also: the testbench fails in both if a byte or the number
# of cycles is another.
#
#   scripts/simulate_export.sh        uses build/systole; writes into a temporary folder only
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SYSTOLE_RTL=$root/rtl
"${SYSTOLE:-$root/build/systole}" export "$root/sim/networks/digits/digits_single.onnx" --chip tiny -o "$folder" >/dev/null 2>&1
cd "$folder"

iverilog -g2012 -Wno-timescale -s testbench -o testbench.vvp -f rtl.f testbench.sv >build.log 2>&1 || { cat build.log; exit 1; }
verilator --binary --timing -Wno-fatal -Wno-lint --top-module testbench -f rtl.f testbench.sv >build.log 2>&1 ||
  { tail -n 20 build.log; exit 1; }

# run NAME COMMAND...: the testbench passes.
run() {
  local name=$1
  shift
  if ! timeout 600 "$@" >"$name.log" 2>&1 || ! grep -q '^PASS$' "$name.log"; then
    echo "FAILED: $name"
    tail -n 10 "$name.log"
    exit 1
  fi
  echo "$name: $(grep '^step' "$name.log")"
}
# refuse WHAT: the testbench finds it in both.
refuse() {
  for command in "vvp testbench.vvp" obj_dir/Vtestbench; do
    # shellcheck disable=SC2086 # a command with its argument
    if (timeout 600 $command) >wrong.log 2>&1 || ! grep -q FAIL wrong.log; then
      echo "FAILED: $command did not find $1"
      exit 1
    fi
  done
  echo "found in both: $1"
}

run "Icarus Verilog" vvp testbench.vvp
run Verilator obj_dir/Vtestbench
steps=$(cat testbench_steps.hex)
sed -i 's/.$/z/; y/z/0/' testbench_steps.hex # the last digit of the cycles, which is 9
[[ $(cat testbench_steps.hex) != "$steps" ]]
refuse "another number of cycles" 2>/dev/null
echo "$steps" >testbench_steps.hex
sed -i '2s/^\(.\)\(.\)/\2\1/' step1_expected.hex
refuse "another byte" 2>/dev/null
