#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs libFuzzer on the readers of files, with clang's address and undefined-behavior sanitizers, a program for each reader:
#
#   cmake --preset sanitize && cmake --build --preset fuzz
#   scripts/fuzz_readers.sh                          two minutes in sum over all readers, two at a time on two cores
#   scripts/fuzz_readers.sh --seconds 3600 network   an hour for one of them
#
#   --seconds N     for each reader
#   --corpus DIR    inputs that reached new code are kept there, a folder for each reader, and are where the next run starts
#                   (build-sanitize/corpus)
#   --keep DIR      files that failed, and the fuzzer's output (build-sanitize/fuzz-failures)
#
# As many readers run at a time as there are cores. Prints executions and findings of each. Exit code 1 if there is a finding: a
# crash, a sanitizer's report, an exception that is no message for the user, half a minute or 4 GiB for one file.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build-sanitize

seconds=
corpus=$build/corpus
keep=$build/fuzz-failures
chosen=()
usage() {
  echo "$1; usage: scripts/fuzz_readers.sh [--seconds N] [--corpus DIR] [--keep DIR] [READER...]" >&2
  exit 2
}
while [[ $# -gt 0 ]]; do
  case $1 in
    --seconds | --corpus | --keep)
      [[ $# -ge 2 ]] || usage "$1 needs a value"
      case $1 in
        --seconds) seconds=$2 ;;
        --corpus) corpus=$2 ;;
        --keep) keep=$2 ;;
      esac
      shift 2
      ;;
    -*) usage "$1: unknown option" ;;
    *)
      chosen+=("$1")
      shift
      ;;
  esac
done

shopt -s nullglob
readers=("$build"/libfuzzer/fuzz_reader_*)
readers=("${readers[@]##*/fuzz_reader_}")
if [[ ${#readers[@]} -eq 0 ]]; then
  echo "No fuzzers are built: cmake --preset sanitize && cmake --build --preset fuzz" >&2
  exit 2
fi
for reader in "${chosen[@]}"; do
  [[ " ${readers[*]} " == *" $reader "* ]] || usage "$reader: must be one of ${readers[*]}"
done
[[ ${#chosen[@]} -gt 0 ]] || chosen=("${readers[@]}")
seconds=${seconds:-$((120 / ${#chosen[@]}))}
[[ $seconds =~ ^[1-9][0-9]{0,6}$ ]] || usage "--seconds $seconds: must be a number of seconds, 1 to 9999999"

mkdir -p "$corpus" "$keep"
seeds=$build/fuzz-seeds
"$build/fuzz_readers" --seeds "$seeds" --keep "$seeds" >/dev/null

# One reader, in the background. Its output is kept beside the file that failed.
fuzz() {
  local reader=$1 log=$keep/$1.log
  mkdir -p "$corpus/$reader"
  "$build/libfuzzer/fuzz_reader_$reader" -max_total_time="$seconds" -max_len=65536 -timeout=30 -rss_limit_mb=4096 \
    -dict="$seeds/$reader.dict" -artifact_prefix="$keep/$reader-" -print_final_stats=1 \
    "$corpus/$reader" "$seeds/$reader" >"$log" 2>&1
}

# The line of a log that says most of a finding.
reason() {
  grep -m1 -E 'runtime error|ERROR: |^ *what\(\)|SUMMARY' "$1" || tail -n1 "$1"
}

cores=$(nproc)
findings=0
for ((first = 0; first < ${#chosen[@]}; first += cores)); do
  batch=("${chosen[@]:first:cores}")
  pids=()
  for reader in "${batch[@]}"; do
    fuzz "$reader" &
    pids+=($!)
  done
  for i in "${!batch[@]}"; do
    reader=${batch[i]} log=$keep/${batch[i]}.log
    if wait "${pids[i]}"; then
      executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
      printf '%-10s %9d executions, no finding\n' "$reader" "$executions"
      rm -f "$log"
    else
      findings=$((findings + 1))
      printf '%-10s FINDING: %s\n' "$reader" "$(reason "$log")"
      sed -n 's/^.*Test unit written to /           file: /p' "$log"
      echo "           log:  $log"
    fi
  done
done
echo "${#chosen[@]} readers, $seconds s each, $findings with a finding"
[[ $findings -eq 0 ]]
