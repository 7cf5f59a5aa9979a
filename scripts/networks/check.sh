#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The benchmark networks, end to end: generates each, runs it on chips that differ and holds the results against the figures that
# docs/reference/performance.md promises. ResNet-50 and MobileNetV2 go through the RTL, where every bit and every cycle must be equal
# in all views. The float networks follow, on small images: a U-Net with attention through the RTL, the classical ones on the models.
#
#   scripts/networks/check.sh [BUILD_DIR]     default: build
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
systole=$(cd "$root" && realpath "${1:-build}")/systole
chips=$root/testbenches/speed/chips
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# NETWORK [OPTION..]: writes it.
generate() {
  python3 "$root/scripts/networks/generate.py" "$@" -o "$work/$1.onnx" >"$work/log" || { cat "$work/log"; exit 1; }
}

# NETWORK CHIP VIEW KEY AT_LEAST: runs, and demands that outputs match, that the report's KEY is not below AT_LEAST, that no node is
# faster than its lower bound, and that what the nodes took adds up.
demand() {
  local network=$1 chip=$2 view=$3 key=$4 least=$5
  "$systole" run "$work/$network.onnx" --chip "$chip" --on "$view" --json "$work/report.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  python3 - "$work/report.json" "$key" "$least" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
key, least = sys.argv[2], float(sys.argv[3])
value = report
for part in key.split('.'):
    value = value[part]
print(f'{report["network"]} on {report["chip"]}, {report["view"]}: {report["cycles"]:,} cycles, {key} {value:.3f}, '
      f'at least {least:g}; outputs match: {report["outputs_match"]}')
for node in report["nodes"]:
    if (node["lower_bound_cycles"] or 0) > (node["cycles"] or 0) or (node["utilization"] or 0) > 1:
        sys.exit(f'node {node["name"]}: {node["cycles"]} cycles, at least {node["lower_bound_cycles"]}, of peak {node["utilization"]}')
if sum(node["own_cycles"] or 0 for node in report["nodes"]) != report["cycles"]:
    sys.exit("the cycles of the nodes do not add up")
sys.exit(0 if report['outputs_match'] is True and value >= least else 1)
PYTHON
}

generate resnet50
generate mobilenet_v2
demand resnet50 edge16 all utilization 0.9
demand resnet50 "$chips/edge16_lpddr4.toml" model utilization 0.85
demand resnet50 "$chips/npu2048.toml" model utilization 0.7
demand mobilenet_v2 edge16 all inferences_per_second 250

generate unet --size 32
demand unet edge16 all utilization 0.9
for network in densenet121 googlenet inception_v2 mobilenet_v1 shufflenet shufflenet_v2 squeezenet; do
  generate "$network" --size 64
  demand "$network" edge16 model on_chip.macs 1
done
generate alexnet --size 96
demand alexnet "$chips/npu2048.toml" model on_chip.macs 1
