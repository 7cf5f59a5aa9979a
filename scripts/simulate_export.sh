#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Exports the digits network for the chip tiny and runs the exported testbench in Icarus Verilog and in Verilator: every byte of
# DRAM and the number of cycles must be those of the manifest. Also: the testbench fails in both if a byte or the number
# of cycles is another, and the images in words of the bus are those in bytes.
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

cat >words.sv <<'SV'
`include "testbench.svh"
module words;
  localparam int Bytes = `SYSTOLE_AXI_DATA_BITS / 8;
  localparam int Words = (`SYSTOLE_DRAM_BYTES + Bytes - 1) / Bytes;
  reg [7:0] bytes [0:Words*Bytes-1];
  reg [8*Bytes-1:0] words [0:Words-1];
  integer i, known;
  task compare;
    begin
      known = 0;
      for (i = 0; i < Words * Bytes; i = i + 1) begin
        if (bytes[i] !== words[i / Bytes][8*(i % Bytes) +: 8]) $fatal(1, "FAIL byte %0d", i);
        if (bytes[i] !== 8'hxx) known = known + 1;
      end
    end
  endtask
  initial begin
    for (i = 0; i < Words * Bytes; i = i + 1) bytes[i] = 8'h00;
    for (i = 0; i < Words; i = i + 1) words[i] = '0;
    $readmemh("step1_memory.hex", bytes);
    $readmemh("step1_memory_words.hex", words);
    compare();
    for (i = 0; i < Words * Bytes; i = i + 1) bytes[i] = 8'hxx;
    for (i = 0; i < Words; i = i + 1) words[i] = 'x;
    $readmemh("step1_expected.hex", bytes);
    $readmemh("step1_expected_words.hex", words);
    compare();
    if (known == 0) $fatal(1, "FAIL nothing is expected");
    $display("step 1 in words: %0d expected bytes", known);
    $display("PASS");
    $finish;
  end
endmodule
SV
iverilog -g2012 -Wno-timescale -s words -o words.vvp words.sv

run "words of the bus" vvp words.vvp
run "Icarus Verilog" vvp testbench.vvp
run Verilator obj_dir/Vtestbench
steps=$(cat testbench_steps.hex)
sed -i 's/.$/z/; y/z/0/' testbench_steps.hex # the last digit of the cycles, which is 9
[[ $(cat testbench_steps.hex) != "$steps" ]]
refuse "another number of cycles" 2>/dev/null
echo "$steps" >testbench_steps.hex
sed -i '2s/^\(.\)\(.\)/\2\1/' step1_expected.hex
refuse "another byte" 2>/dev/null
