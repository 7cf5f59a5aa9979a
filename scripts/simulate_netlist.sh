#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Simulates the netlist that Yosys makes of the chip tiny beside the RTL, in Icarus Verilog, on two small convolutions. In every cycle
# every output bit that its valid qualifies must be equal; every byte and the cycles must be those of the manifest; and the netlist
# must have as many memories as the RTL.
#
#   scripts/simulate_netlist.sh       uses build/systole; writes into a temporary folder only
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SYSTOLE_RTL=$root/rtl
cd "$folder"
cat >layers.csv <<'LAYERS'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
first, 5, 5, 3, 3, 8, 8, 1,
second, 5, 4, 1, 1, 13, 10, 2,
LAYERS
"${SYSTOLE:-$root/build/systole}" export layers.csv --chip tiny -o . >/dev/null 2>&1
"$root/scripts/netlist/synthesize.sh" tiny netlist.v >yosys.log 2>&1 || { tail -n 20 yosys.log; exit 1; }

# A module without parameters has the RTL's name in the netlist, too.
mapfile -t modules < <(sed -n 's/^module \([a-z_0-9]*\)(.*/\1/p' netlist.v)
for module in "${modules[@]}"; do
  [[ $module == netlist_chip ]] || sed -i "s/\b$module\b/netlist_$module/g" netlist.v
done

check=$root/scripts/netlist/netlist_check.sv
# Every output of the chip is compared.
mapfile -t outputs < <(sed -n 's/^  output .* \([a-z_]*_o\),\{0,1\}$/\1/p' "$SYSTOLE_RTL/systole_chip.sv")
[[ ${#outputs[@]} -gt 20 ]]
for output in "${outputs[@]}"; do
  grep -qE "SAME\\(.*, ${output}(\\)|\\[)" "$check" || { echo "FAILED: $check does not compare $output"; exit 1; }
done
iverilog -g2012 -Wno-timescale -s testbench -s netlist_check -o both.vvp -f rtl.f testbench.sv netlist.v "$check" >build.log 2>&1 ||
  { grep -v sorry build.log | tail -n 20; exit 1; }

# Instances of the memory below the RTL and below the netlist, as elaborated.
memories() { grep -c "^S_.*\.scope module, \"[^\"]*\" \"ram_1r1w\"" "$1"; }
total=$(memories both.vvp)
iverilog -g2012 -Wno-timescale -s testbench -o rtl.vvp -f rtl.f testbench.sv >/dev/null 2>&1
rtl=$(memories rtl.vvp)
if [[ $rtl -eq 0 || $total -ne $((2 * rtl)) ]]; then
  echo "FAILED: the RTL has $rtl memories, the netlist $((total - rtl))"
  exit 1
fi
echo "memories: $rtl in the RTL, $((total - rtl)) in the netlist"

if ! timeout 1800 vvp both.vvp >run.log 2>&1 || ! grep -q '^PASS$' run.log; then
  echo "FAILED: RTL and netlist"
  tail -n 10 run.log
  exit 1
fi
grep '^step' run.log
grep -E '^netlist: [0-9]{5,} output bits equal' run.log
