#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what a newcomer can take in: a folder has at most 20 sources, a class at most 250 lines.

    python3 scripts/check_sizes.py      exit code 1, and a line for each folder and class that is larger

A class is what stands between `class` or `struct` with its brace and the closing brace of the same indentation: sources are formatted.
Also holds that no test's name has a semicolon: CTest would cut it into two names, of which neither selects the test.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOPS = ("models", "sim", "testbenches", "rtl")
MOST_SOURCES = 20
MOST_LINES = 250
CLASS = re.compile(r"^(\s*)(?:template\s*<.*>\s*)?(?:class|struct)\s+(?:\w+::)*(\w+)[^;]*\{\s*$")
TEST = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')


def sources(suffixes):
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in suffixes:
                yield path, path.relative_to(ROOT)


def large_folders():
    count = collections.Counter(name.parent for _, name in sources((".hpp", ".cpp", ".sv", ".svh")))
    for folder, files in sorted(count.items()):
        if files > MOST_SOURCES:
            yield f"{folder}: {files} sources, at most {MOST_SOURCES}"


def large_classes():
    for path, name in sources((".hpp", ".cpp")):
        lines = path.read_text().split("\n")
        for begin, line in enumerate(lines):
            match = CLASS.match(line)
            if not match:
                continue
            closing = match.group(1) + "}"
            end = next(i for i in range(begin + 1, len(lines)) if lines[i].startswith(closing))
            if end - begin + 1 > MOST_LINES:
                yield f"{name}:{begin + 1}: class {match.group(2)} has {end - begin + 1} lines, at most {MOST_LINES}"


def test_names_with_semicolons():
    for path, name in sources((".cpp",)):
        for match in TEST.finditer(path.read_text()):
            if ";" in match.group(1):
                yield f"{name}: the test {match.group(1).strip()} has a semicolon in its name"


def main():
    findings = [*large_folders(), *large_classes(), *test_names_with_semicolons()]
    print("\n".join(findings) if findings else "folders, classes and names of tests are in order")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
