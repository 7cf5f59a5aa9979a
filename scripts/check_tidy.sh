#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs clang-tidy, with the checks of .clang-tidy, on the sources of models/ and sim/ and the headers that they include.
#
#   scripts/check_tidy.sh                   all of them, as many at a time as there are cores
#   scripts/check_tidy.sh --changed [REV]   those that differ from REV (HEAD)
#
# All are read as preset check compiles them, several sources together (configures build/): their headers are read
# once. Changed ones are read each for itself (configures build-develop/). Nothing is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The sources that a compilation unit is made of: itself, or those that CMake put together.
sources_of() {
  case "$1" in
    */Unity/*) sed -n 's/^#include "\(.*\)"$/\1/p' "$1" ;;
    *) echo "$1" ;;
  esac
}

case "${1:-}" in
  "")
    preset=check
    folder=build
    ;;
  --changed)
    preset=develop
    folder=build-develop
    ;;
  *)
    sed -n '4,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
cmake --preset "$preset" >/dev/null
mapfile -t units < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$folder/compile_commands.json" |
  grep -E "^$PWD/(($folder/)?(models|sim)/)" | sort -u)
if [[ $folder == build ]]; then
  # Nobody is left out. verilated_chip.cpp is compiled with a chip's Verilog only, which is not there before a chip is built.
  missing=$(comm -23 <(git ls-files 'models/*.cpp' 'sim/*.cpp' | grep -v '^sim/verilated/verilated_chip.cpp$' | sort) \
    <(for unit in "${units[@]}"; do sources_of "$unit"; done | sed "s#^$PWD/##" | sort))
  [[ -z $missing ]] || { printf 'compiled by nobody:\n%s\n' "$missing"; exit 1; }
else
  mapfile -t changed < <(git diff --name-only --diff-filter=d "${2:-HEAD}" -- 'models/*.cpp' 'sim/*.cpp' | sed "s#^#$PWD/#")
  mapfile -t units < <(comm -12 <(printf '%s\n' "${units[@]}" | sort) <(printf '%s\n' "${changed[@]}" | sort))
fi
[[ ${#units[@]} -gt 0 ]] || { echo "no source to look at"; exit 0; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! printf '%s\0' "${units[@]}" | xargs -0 -P "$(nproc)" -n 1 clang-tidy -p "$folder" --quiet \
  --header-filter='(models|sim|testbenches)/.*\.(hpp|cpp)$' >"$log" 2>/dev/null; then
  grep -E 'error:|warning:' "$log" | sort -u | sed "s#^$PWD/##"
  exit 1
fi
count=$(for unit in "${units[@]}"; do sources_of "$unit"; done | grep -c .)
echo "$count sources are clean"
