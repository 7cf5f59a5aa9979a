#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs clang-tidy, with the checks of .clang-tidy, on the sources of models/ and sim/ and the headers that they include.
#
#   scripts/check_tidy.sh                   all of them, as many at a time as there are cores
#   scripts/check_tidy.sh --changed [REV]   those that differ from REV (HEAD)
#
# Configures build-develop/ for its compile_commands.json, which has each source for itself; nothing is built there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case "${1:-}" in
  "") mapfile -t sources < <(git ls-files 'models/*.cpp' 'sim/*.cpp') ;;
  --changed) mapfile -t sources < <(git diff --name-only --diff-filter=d "${2:-HEAD}" -- 'models/*.cpp' 'sim/*.cpp') ;;
  *)
    sed -n '4,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
cmake --preset develop >/dev/null
# What Verilator generates is not there before a chip is built.
kept=()
for source in "${sources[@]}"; do
  grep -qF "/$source\"" build-develop/compile_commands.json && kept+=("$source")
done
[[ ${#kept[@]} -gt 0 ]] || { echo "no source to look at"; exit 0; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! printf '%s\0' "${kept[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build-develop --quiet >"$log" 2>/dev/null; then
  grep -E 'error:|warning:' "$log" | sort -u | sed "s#^$PWD/##"
  exit 1
fi
echo "${#kept[@]} sources are clean"
