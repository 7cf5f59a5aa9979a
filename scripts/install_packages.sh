#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that Systole is built from; nothing else is downloaded. Tried on Debian 12 and 13. Ubuntu 24.04 has
# packages of the same names, but was not tried.
#
#   scripts/install_packages.sh           what building and using the tool needs
#   scripts/install_packages.sh --check   and what scripts/check.sh needs: the other RTL tools and linters
#
# As root, or with sudo. Does nothing, and needs neither, when all packages are there.
set -euo pipefail

packages_to_build=(
  cmake ninja-build g++ # the build
  ccache                # a second build folder costs no second compilation
  verilator             # the chip's RTL becomes C++; also used at run time for chips that are not prebuilt
  make perl             # what verilator calls
  libsystemc-dev        # the platform around the chip
  libboost-dev          # CRC, random numbers, Graph; headers
  libboost-filesystem-dev # Boost.Process finds programs with it
  libonnx-dev           # network files
  libprotobuf-dev protobuf-compiler # what they are written in
  libdnnl-dev           # oneDNN: operators that run on the host
  ocl-icd-opencl-dev    # Debian's CMake package of oneDNN asks for it
  libssl-dev            # SHA-256 of files
  libtomlplusplus-dev   # chip files
  nlohmann-json3-dev    # reports
  libfmt-dev # text and messages
  libcli11-dev          # the command line
  catch2                # tests
  python3               # prints what the quickstart found; standard library only
)
packages_to_check=(
  yosys iverilog # the RTL must pass in three tools
  shellcheck     # these scripts
  clang-format clang-tidy # the form of the C++ sources
  clang libclang-rt-dev # the build with sanitizers: their libraries, and libFuzzer
  python3-onnx   # the benchmark networks, from their generators
  libonnx-testdata # the ONNX project's operator tests, and files for the fuzzer to start from
)

packages=("${packages_to_build[@]}")
case "${1:-}" in
  "") ;;
  --check) packages+=("${packages_to_check[@]}") ;;
  *)
    echo "usage: scripts/install_packages.sh [--check]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian or Ubuntu. Install what these packages are called here: ${packages[*]}" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "All ${#packages[@]} packages are installed."
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "Installing needs root, and there is no sudo. As root: apt-get update && apt-get install ${missing[*]}" >&2
    exit 2
  fi
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}"
apt() {
  local log
  log=$(mktemp)
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
    echo "apt-get $1 failed:" >&2
    tail -n 20 "$log" >&2
    rm -f "$log"
    exit 2
  fi
  rm -f "$log"
}
apt update
apt install -y --no-install-recommends "${missing[@]}"
