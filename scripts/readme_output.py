#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the quickstart's output in the README true.

    python3 scripts/readme_output.py            copies build/digits/summary.txt, which scripts/quickstart.sh wrote, into README.md
    python3 scripts/readme_output.py --check    exit code 1 if they differ in more than the times of the machine
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
README, SUMMARY = ROOT / "README.md", ROOT / "build/digits/summary.txt"
BEGIN, END = "<!-- quickstart output: begin -->\n", "<!-- quickstart output: end -->\n"
OF_THE_MACHINE = ("  simulation ", "  all in all ")


def without_times(text):
    return [line for line in text.splitlines() if not line.startswith(OF_THE_MACHINE)]


def main():
    readme, summary = README.read_text(), SUMMARY.read_text()
    before, rest = readme.split(BEGIN)
    shown, after = rest.split(END)
    if sys.argv[1:] == ["--check"]:
        shown = shown.removeprefix("```\n").removesuffix("```\n")
        if without_times(shown) != without_times(summary):
            sys.exit("README.md does not show what the quickstart prints; scripts/readme_output.py copies it there, then review the change")
        return
    if sys.argv[1:]:
        sys.exit(__doc__.strip())
    README.write_text(f"{before}{BEGIN}```\n{summary}```\n{END}{after}")


if __name__ == "__main__":
    main()
