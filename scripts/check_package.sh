#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the Debian package, unpacks it with dpkg -x, moves the tree, and runs the digits on all views of tiny: with no program on the
# path, so without Verilator and without a compiler, and with an empty cache. Then a chip that is not prebuilt must ask for Verilator.
#
#   scripts/check_package.sh          packs build/, which holds the prebuilt chips (target chips); writes into a temporary folder only
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$root/build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cpack --config "$build/CPackConfig.cmake" -B "$folder/pack" >"$folder/cpack.log" 2>&1 || { cat "$folder/cpack.log"; exit 1; }
packages=("$folder"/pack/*.deb)
[[ ${#packages[@]} -eq 1 ]]
dpkg -x "${packages[0]}" "$folder/unpacked"
mv "$folder/unpacked/usr" "$folder/moved"
dpkg-deb --field "${packages[0]}" Package Version Depends

mkdir "$folder/empty"
# tool ARGUMENT...: the moved tool, in a folder of its own, with nothing on its path.
tool() {
  (cd "$folder/empty" && env -i PATH="$folder/empty" XDG_CACHE_HOME="$folder/empty/cache" "$folder/moved/bin/systole" "$@")
}
digits=$folder/moved/share/systole/networks/digits/digits_single.onnx
tool run "$digits" --chip tiny --on all >"$folder/run.log" 2>&1 || { cat "$folder/run.log"; exit 1; }
if [[ -e $folder/empty/cache ]]; then
  echo "FAILED: the prebuilt chip was built anew"
  exit 1
fi
echo "unpacked and moved: the digits run on all views of tiny, without Verilator"
status=0
tool run "$digits" --chip edge32 --on rtl >"$folder/run.log" 2>&1 || status=$?
if [[ $status -ne 2 ]] || ! grep -q '^systole: verilator: not found on PATH' "$folder/run.log"; then
  echo "FAILED: another chip than the prebuilt ones does not ask for Verilator"
  cat "$folder/run.log"
  exit 1
fi
echo "another chip asks for Verilator"
