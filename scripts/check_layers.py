#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the arrows between the folders: who may include whom.

    python3 scripts/check_layers.py            exit code 1, and a line for each include that goes the wrong way
    python3 scripts/check_layers.py --print    the arrows as they are, a line a folder

ROOMS lists the folders of models/ and sim/ and, for each, the folders that it may include. A folder that is not listed, an include
that is not allowed, an allowance that nobody uses, and a circle of folders are errors. Tests may include everything.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)

# Models know nothing of the tool; the reference and the cycle model share the chip, the formats and the instructions, nothing else.
# Of the tool's rooms, only sim/verilated, sim/platform, sim/rtl_view and what stands on them need Verilator or SystemC.
ROOMS = {
    "models/chip": {"models/formats", "models/memory", "models/support"},
    "models/cycle": {"models/chip", "models/events", "models/isa", "models/memory", "models/support"},
    "models/events": {"models/isa"},
    "models/formats": set(),
    "models/isa": {"models/chip", "models/formats", "models/support"},
    "models/memory": {"models/support"},
    "models/ordering": {"models/chip", "models/events", "models/isa"},
    "models/reference": {"models/chip", "models/formats", "models/isa", "models/support"},
    "models/support": set(),
    "sim/cli": {"models/chip", "models/isa", "models/memory", "models/support", "sim/conformance", "sim/export", "sim/fuzz", "sim/network",
        "sim/onnx", "sim/quantize", "sim/report", "sim/rtl_view", "sim/session", "sim/verilated"},
    "sim/compiler": {"models/chip", "models/cycle", "models/formats", "models/isa",
        "models/support", "sim/network"},
    "sim/conformance": {"models/chip", "models/support", "sim/compiler", "sim/network", "sim/normalize", "sim/session"},
    "sim/export": {"models/support", "sim/compiler", "sim/network", "sim/platform", "sim/runtime", "sim/verilated", "sim/views"},
    "sim/fuzz": {"models/chip", "models/cycle", "models/isa", "models/memory", "models/support", "sim/rtl_view", "sim/verilated",
        "sim/views"},
    "sim/host": {"models/support", "sim/network"},
    "sim/network": {"models/support"},
    "sim/normalize": {"models/support", "sim/host", "sim/network", "sim/onnx"},
    "sim/onnx": {"models/support", "sim/host", "sim/network"},
    "sim/platform": {"models/chip", "models/events", "models/isa", "models/memory", "models/support", "sim/verilated"},
    "sim/quantize": {"models/support", "sim/network", "sim/normalize", "sim/onnx"},
    "sim/report": {"models/chip", "models/events", "models/isa", "models/support", "sim/compiler", "sim/views"},
    "sim/rtl_view": {"models/chip", "models/events", "models/isa", "models/memory", "models/support",
        "sim/platform", "sim/verilated", "sim/views"},
    "sim/runtime": {"models/isa", "models/support", "sim/compiler", "sim/host", "sim/network"},
    "sim/scalesim": {"models/support", "sim/network"},
    "sim/session": {"models/chip", "models/support", "sim/compiler", "sim/network", "sim/quantize",
        "sim/report", "sim/runtime", "sim/scalesim", "sim/views"},
    "sim/verilated": {"models/chip", "models/isa", "models/support"},
    "sim/views": {"models/chip", "models/cycle", "models/events", "models/isa", "models/ordering", "models/reference",
        "models/support", "sim/compiler", "sim/host", "sim/network", "sim/runtime"},
}


def sources(top):
    for path in sorted((ROOT / top).rglob("*")):
        if path.suffix in (".hpp", ".cpp"):
            yield path


def room_of(path):
    """models/isa/fields.hpp -> models/isa; sim/compiler/plan/views.hpp -> sim/compiler."""
    return "/".join(path.relative_to(ROOT).parts[:2])


def arrows():
    """{room: {included room: [where it is included]}}"""
    found = {}
    for top in ("models", "sim"):
        for source in sources(top):
            room = room_of(source)
            uses = found.setdefault(room, {})
            for name in INCLUDE.findall(source.read_text()):
                for base in ("models", "sim"):
                    target = ROOT / base / name
                    if target.is_file():
                        if room_of(target) != room:
                            uses.setdefault(room_of(target), []).append(f"{source.relative_to(ROOT)} includes {name}")
                        break
    return found


def circle(found):
    """A circle of rooms as a list, or nothing."""
    done, path = set(), []

    def visit(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return None
        path.append(room)
        for next_room in found.get(room, {}):
            if ring := visit(next_room):
                return ring
        done.add(path.pop())
        return None

    for room in found:
        if ring := visit(room):
            return ring
    return None


def main():
    if sys.argv[1:] not in ([], ["--print"]):
        sys.exit(__doc__.strip())
    found = arrows()
    if sys.argv[1:] == ["--print"]:
        for room, uses in found.items():
            print(f"{room}: {' '.join(sorted(uses))}")
        return
    errors = []
    for room, uses in found.items():
        if room not in ROOMS:
            errors.append(f"{room}: not in ROOMS of scripts/check_layers.py")
            continue
        for target, places in uses.items():
            if target not in ROOMS[room]:
                errors += [f"{place}: {room} may not include {target}" for place in places]
        errors += [f"{room} includes nothing of {unused}: take it out of ROOMS" for unused in sorted(ROOMS[room] - set(uses))]
    errors += [f"{room}: in ROOMS, but there is no such folder" for room in ROOMS if room not in found]
    if ring := circle(found):
        errors.append("a circle of folders: " + " -> ".join(ring))
    print("\n".join(errors) if errors else f"{len(found)} folders, {sum(map(len, found.values()))} arrows, all of them allowed")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
