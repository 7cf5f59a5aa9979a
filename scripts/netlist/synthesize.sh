#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Yosys synthesis of a chip with `check -assert`: hierarchy kept, ram_1r1w a black box, as a chip team with SRAM macros would have it.
#
#   scripts/netlist/synthesize.sh CHIP [NETLIST.v]     a shipped chip or a chip file; with the netlist as Verilog, its top
#                                                      module netlist_chip
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[[ $# -ge 1 ]] || { sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
chip=$1
[[ ! -e $chip ]] || chip=$(realpath "$chip")
write=""
if [[ $# -ge 2 ]]; then
  write="
  rename -top netlist_chip
  write_verilog -noattr $(realpath -m "$2")"
fi
parameters=()
while read -r key value; do parameters+=(-chparam "$key" "$value"); done < <("$root/build/systole_chip_parameters" "$chip")
[[ ${#parameters[@]} -gt 0 ]] # a chip that cannot be read has said why
cd "$root/rtl"
mapfile -t files < <(grep -E '\.sv$' files.f)
mapfile -t includes < <(sed -n 's/^+incdir+/-I/p' files.f)
others=()
for file in "${files[@]}"; do [[ $file == common/ram_1r1w.sv ]] || others+=("$file"); done
yosys -Q -p "
  read_verilog -sv ${includes[*]} -lib common/ram_1r1w.sv
  read_verilog -sv ${includes[*]} -defer ${others[*]}
  hierarchy -check -top systole_chip ${parameters[*]}
  synth -top systole_chip -run coarse:
  check -assert$write"
