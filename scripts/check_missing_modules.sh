#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Scripts that need modules which are not Python's or node's own, run without them: each must end with exit code 1 and one line that
# says what to install.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for module in numpy onnx sklearn; do
  echo "raise ModuleNotFoundError('hidden', name='$module')" >"$folder/$module.py"
done

# expect TEXT COMMAND...
expect() {
  local text=$1 status=0
  shift
  (cd "$folder" && "$@") >"$folder/log" 2>&1 || status=$?
  if [[ $status -ne 1 || $(wc -l <"$folder/log") -ne 1 ]] || ! grep -q "$text" "$folder/log"; then
    echo "FAILED: $* ended with $status and says:"
    cat "$folder/log"
    exit 1
  fi
  cat "$folder/log"
}
for script in networks/generate.py digits/simulate.py digits/train.py; do
  expect "apt-get install python3-" env PYTHONPATH="$folder" PYTHONDONTWRITEBYTECODE=1 python3 "$root/scripts/$script"
done
if command -v node >/dev/null; then
  for script in networks/compare_onnxruntime.mjs digits/compare_onnxruntime.mjs torture_onnxruntime.mjs; do
    expect "npm install .*onnxruntime-node" env -u NODE_MODULES -u NODE_PATH node "$root/scripts/$script"
  done
fi
