#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every C++ source has the form that .clang-format describes.
#
#   scripts/check_format.sh          exit code 1, and the names of the files that differ
#   scripts/check_format.sh --fix    formats them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp')
case "${1:-}" in
  "")
    clang-format --dry-run --Werror "${sources[@]}" 2>&1 | sed -n 's/^\(.*\):[0-9]*:[0-9]*: error: .*/\1: differs from .clang-format/p' | sort -u
    [[ ${PIPESTATUS[0]} -eq 0 ]] || { echo "scripts/check_format.sh --fix formats them"; exit 1; }
    echo "${#sources[@]} sources are formatted"
    ;;
  --fix) clang-format -i "${sources[@]}" ;;
  *)
    sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
