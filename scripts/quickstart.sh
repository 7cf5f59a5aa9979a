#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone on Debian 12 or 13 to a first result: installs the packages, builds the tool and one chip, and lets the chip's
# RTL read 200 handwritten digits while the reference model checks every bit.
#
#   scripts/quickstart.sh        as root, or with sudo if packages are missing; a few minutes the first time
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
chip=edge16
network=sim/networks/digits
output=build/digits

log=build/quickstart.log
step() {
  local name=$1 begin=$SECONDS
  shift
  echo "$name ..."
  if ! "$@" >"$log" 2>&1; then
    echo "failed; the end of $log:" >&2
    tail -n 40 "$log" >&2
    exit 1
  fi
  echo "    $((SECONDS - begin)) s"
}

echo "1. Packages"
scripts/install_packages.sh
mkdir -p build
step "2. Configuring build/" cmake --preset release
step "3. Building the tool, build/systole" cmake --build build -j "$(nproc)" --target systole systole_build_chips
step "4. Building the RTL of the chip $chip with Verilator" build/systole_build_chips build/chips "$chip"
echo "5. Classifying 200 handwritten digits on the RTL of $chip and on the reference model"
echo "   build/systole run $network/digits.onnx --chip $chip --on all --input $network/images.npy --output $output --json $output/report.json"
mkdir -p "$output"
build/systole run "$network/digits.onnx" --chip "$chip" --on all --input "$network/images.npy" --output "$output" \
  --json "$output/report.json"
echo
{
  python3 scripts/digits/show.py "$output/logits.npy" "$output/report.json"
  echo "  all in all        $SECONDS s since the start of this script"
} | tee "$output/summary.txt"
