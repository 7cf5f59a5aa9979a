#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every command of the tool that README.md and the pages of docs/ show; each must exit with 0.

    python3 scripts/run_docs.py [BUILD_DIR]     default: build

A command is an indented line, or a line of a fenced block, that begins with `systole` or `build/systole`. Lines with [options] are the
synopsis of a command and are left out. Words in capitals stand for the reader's own files: STAND_INS says what they are here. Numbers of
programs and seconds are made small: what is tried is the command, not the figure beside it. Needs python3-onnx for the networks.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMAND = re.compile(r"^(?:    )?((?:build/)?systole(?:_speed)? .+?)(?:\s+# .*)?$")
STAND_INS = {"NET.onnx": "net.onnx", "NET": "net.onnx", "CHIP": "tiny", "VIEW": "model", "DIR": "data", "DIR/NAME": "data/NAME",
             "topology.csv": "topology.csv"}
SMALL = {"--programs": "3", "--seconds": "2", "--requests": "1000"}

# The two networks: a convolution, a pooling and a classifier, once with an image whose size the file leaves open.
NETWORKS = """
import os
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

def write(file, shape):
    random = numpy.random.default_rng(1)
    weights = [numpy_helper.from_array(random.normal(size=size).astype(numpy.float32), name)
               for name, size in (("w", (8, 3, 3, 3)), ("m", (8, 10)))]
    nodes = [helper.make_node("Conv", ["image", "w"], ["c"], strides=[8, 8]), helper.make_node("Relu", ["c"], ["r"]),
             helper.make_node("GlobalAveragePool", ["r"], ["p"]), helper.make_node("Flatten", ["p"], ["f"]),
             helper.make_node("MatMul", ["f", "m"], ["y"])]
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, file)

write("net.onnx", [1, 3, 32, 32])
write("open.onnx", [1, 3, "height", "width"])
# An operator test in ONNX's layout.
os.makedirs("tests/relu/test_data_set_0")
values = numpy.array([-1, 0, 2], numpy.float32)
info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [3]) for name in "xy"]
relu = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", info[:1], info[1:])
model = helper.make_model(relu, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 8
onnx.save(model, "tests/relu/model.onnx")
for name, tensor in (("input_0", values), ("output_0", numpy.maximum(values, 0))):
    with open(f"tests/relu/test_data_set_0/{name}.pb", "wb") as file:
        file.write(numpy_helper.from_array(tensor).SerializeToString())
numpy.save("data/sample.npy", numpy.random.default_rng(2).normal(size=(1, 3, 32, 32)).astype(numpy.float32))
"""


def pages():
    return [ROOT / "README.md"] + sorted((ROOT / "docs").rglob("*.md"))


def commands():
    """(page, line, command) of all."""
    for page in pages():
        fenced = False
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if line.startswith("```"):
                fenced = not fenced
            found = COMMAND.match(line)
            if found and (fenced or line.startswith("    ")) and "[" not in found[1] and "..." not in found[1]:
                yield page.relative_to(ROOT), number, found[1]


def made_concrete(command, systole):
    words = [STAND_INS.get(word, word) for word in command.split()]
    if "conformance" in words:
        words = ["tests" if word == "data" else word for word in words]
    if "--shape" in words:
        words = ["open.onnx" if word == "net.onnx" else word for word in words]
    for i, word in enumerate(words[:-1]):
        if word in SMALL:
            words[i + 1] = SMALL[word]
    words[0] = str(systole.parent / words[0].removeprefix("build/"))
    return " ".join(words)


def prepare(folder):
    (folder / "data").mkdir()
    for name in ("testbenches", "sim", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "topology.csv").write_text("Layer, M, N, K,\nfirst, 16, 32, 48,\n")
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", NETWORKS], cwd=folder, capture_output=True).returncode == 0:
            return
    sys.exit("no Python here has onnx and numpy: install python3-onnx")


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] == ["--help"]:
        sys.exit(__doc__.strip())
    systole = (ROOT / (sys.argv[1] if len(sys.argv) == 2 else "build") / "systole").resolve()
    if not systole.is_file():
        sys.exit(f"{systole}: is not there; build it first")
    folder = pathlib.Path(tempfile.mkdtemp())
    failures = count = 0
    try:
        prepare(folder)
        for page, line, command in commands():
            concrete = made_concrete(command, systole)
            if "--replay" in concrete:  # of a failure that nobody has
                continue
            count += 1
            run = subprocess.run(concrete, shell=True, cwd=folder, capture_output=True, text=True)
            if run.returncode != 0:
                failures += 1
                print(f"{page}:{line}: {command}\n  ran as: {concrete}\n  exit code {run.returncode}: {run.stderr.strip()[-600:]}")
    finally:
        shutil.rmtree(folder)
    if count == 0:
        sys.exit("no command was found in README.md and docs/")
    print(f"{count} commands of the docs, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
