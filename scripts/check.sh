#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that continuous integration runs: holds the form of the sources, builds all, runs all tests, reads the RTL in three tools,
# runs the fast tests and the readers' fuzzers with clang's sanitizers, and every command of the docs. Every step is announced with its
# time; the first failure ends it.
#
#   scripts/check.sh            fresh clone included; as root or with sudo if packages are missing
#   FUZZ_SECONDS=600 scripts/check.sh    more fuzzing than ten seconds for each reader
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cores=$(nproc)

step() {
  local name=$1 begin=$SECONDS
  shift
  echo "== $name"
  if ! "$@"; then
    echo "== $name: FAILED after $((SECONDS - begin)) s"
    exit 1
  fi
  echo "== $name: $((SECONDS - begin)) s"
}

# Shows a build's output only if the build fails: it is long, and ninja's progress is for terminals.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    grep -E -A8 'error|FAILED|Error' "$log" | head -150 || true
    tail -n 30 "$log"
    rm -f "$log"
    return 1
  fi
}

step "Debian packages" scripts/install_packages.sh --check
step "scripts: shellcheck" shellcheck scripts/*.sh scripts/*/*.sh .ci/run
step "format" scripts/check_format.sh
step "arrows between folders" python3 scripts/check_layers.py
step "sizes of folders and classes" python3 scripts/check_sizes.py
step "docs" python3 scripts/check_docs.py
step "scripts say which module they lack" scripts/check_missing_modules.sh
step "configure" quietly cmake --preset check
step "build" quietly cmake --build build -j "$cores"
step "quickstart" scripts/quickstart.sh
step "README shows its output" python3 scripts/readme_output.py --check
step "clang-tidy" scripts/check_tidy.sh
step "RTL of the shipped chips, prebuilt" quietly cmake --build build --target chips
step "RTL in Verilator, Icarus and Yosys" scripts/lint_rtl.sh
step "Debian package, unpacked, moved and run without Verilator" scripts/check_package.sh
step "exported testbench in Icarus and Verilator" scripts/simulate_export.sh
step "netlist of Yosys against the RTL" scripts/simulate_netlist.sh
step "commands of the docs" python3 scripts/run_docs.py
step "benchmark networks" scripts/networks/check.sh
step "configure with sanitizers" quietly cmake --preset sanitize
step "build with sanitizers" quietly cmake --build build-sanitize -j "$cores"
step "fast tests with sanitizers" quietly ctest --test-dir build-sanitize -L fast -j "$cores" --output-on-failure --no-tests=error
step "fuzz the readers" scripts/fuzz_readers.sh --seconds "${FUZZ_SECONDS:-10}"
# Last, so that its summary closes the output.
step "tests" ctest --test-dir build -j "$cores" --output-on-failure --no-tests=error
