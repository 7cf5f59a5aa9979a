#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows what a run of the digits network found: a few images, all predictions, and the figures of the run.

    python3 scripts/digits/show.py LOGITS.npy REPORT.json        standard library only

Exit code 1 if a prediction is missing, the views differ, or the logits are not those of sim/networks/digits/expected.npy.
"""
import array
import ast
import json
import pathlib
import sys

DATA = pathlib.Path(__file__).resolve().parents[2] / "sim/networks/digits"
TYPES = {"<f4": "f", "|u1": "B"}
SHADES = " .:-=+*#%@"
CLASSES = 10
DRAWN = 5
PER_LINE = 40


def read_npy(file):
    """The values of a .npy file (float32 or uint8) in row-major order. The file format is NumPy's, versions 1 to 3."""
    content = pathlib.Path(file).read_bytes()
    long_header = content[6] > 1
    begin = 12 if long_header else 10
    length = int.from_bytes(content[8:begin], "little")
    header = ast.literal_eval(content[begin : begin + length].decode())
    return array.array(TYPES[header["descr"]], content[begin + length :])


def draw(images, predictions):
    for row in range(8):
        lines = []
        for i in range(DRAWN):
            pixels = images[64 * i + 8 * row : 64 * i + 8 * row + 8]
            lines.append("".join(2 * SHADES[round(9 * pixel)] for pixel in pixels))
        print(" ", "".join(lines).rstrip())
    print(" ", "".join(f"image {i}: {predictions[i]}".ljust(16) for i in range(DRAWN)).rstrip())


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    logits = read_npy(sys.argv[1])
    report = json.loads(pathlib.Path(sys.argv[2]).read_text())
    images, labels = read_npy(DATA / "images.npy"), read_npy(DATA / "labels.npy")
    expected = read_npy(DATA / "expected.npy")

    predictions = []
    for begin in range(0, len(logits), CLASSES):
        image_logits = logits[begin : begin + CLASSES]
        predictions.append(image_logits.index(max(image_logits)))
    if len(predictions) != len(labels):
        sys.exit(f"{len(predictions)} predictions for {len(labels)} images")

    draw(images, predictions)
    print("\nPredictions, in the order of the images:")
    for begin in range(0, len(predictions), PER_LINE):
        print(" ", " ".join(str(digit) for digit in predictions[begin : begin + PER_LINE]))
    wrong = [i for i, label in enumerate(labels) if predictions[i] != label]
    right = len(labels) - len(wrong)
    mistakes = "".join(f"; image {i} is a {labels[i]}, taken for a {predictions[i]}" for i in wrong)
    print(f"\n  accuracy          {right} of {len(labels)}, {100 * right / len(labels):.1f} %{mistakes}")

    simulated = logits.tobytes() == expected.tobytes()
    print(f"  cycles            {report['cycles']:,} (doorbell to interrupt), {report['cycles'] / len(labels):,.0f} an image")
    print(f"  utilization       {100 * report['utilization']:.1f} % of the array's multipliers, {report['macs']:,} MACs")
    matched = "every bit equal" if report["outputs_match"] else "DIFFERENT"
    print(f"  RTL = reference   {matched}")
    print(f"  logits            {'equal' if simulated else 'NOT equal'} to sim/networks/digits/expected.npy, bit for bit")
    speed = report["simulated_cycles_per_second"]
    print(f"  simulation        {speed:,.0f} cycles a second, {report['wall_seconds']:.1f} s")
    sys.exit(0 if simulated and report["outputs_match"] else 1)


if __name__ == "__main__":
    main()
