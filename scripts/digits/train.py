#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the digits network, quantizes it to int8 and writes the files of sim/networks/digits.

    python3 scripts/digits/train.py          needs Debian's python3-sklearn, python3-numpy and python3-onnx; about a minute

The committed files are the result of one run. The seed is fixed, but another numpy may sum in another order, so a second run
on another machine gives an equally good network, not the same bits. Nobody needs to run this to use the network.

Data: the 1797 handwritten digits of scikit-learn (8x8 pixels, 17 gray levels). 200 images are held out: neither training,
nor the choice of the learning rate schedule, nor the calibration of the scales sees them.
"""
import argparse
import pathlib
import sys

try:
    import numpy as np
    import onnx
    from sklearn.datasets import load_digits
except ModuleNotFoundError as missing:
    sys.exit(f"train.py: no Python module '{missing.name}': apt-get install python3-sklearn python3-onnx python3-numpy")

from export import digits_model
from layers import Adam, DigitsNetwork
from simulate import simulate

SEED = 2
TEST_IMAGES = 200
EPOCHS = 60
BATCH = 50


def shifted(images, random):
    """Every image moved by up to one pixel in both directions: the training set is small."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (8, 8), axis=(2, 3))  # [n, 1, 3, 3, 8, 8]
    dy, dx = random.integers(0, 3, (2, len(images)))
    return windows[np.arange(len(images)), :, dy, dx]


def softmax_gradient(logits, labels):
    """Of the mean cross entropy."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / np.float32(len(labels))


def train(images, labels, random):
    network = DigitsNetwork(random)
    optimizer = Adam(network.layers)
    for epoch in range(EPOCHS):
        rate = 0.002 * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
        order = random.permutation(len(images))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            logits = network.forward(shifted(images[chosen], random))["logits"]
            network.backward(softmax_gradient(logits, labels[chosen]))
            optimizer.step(rate)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:3d}: {100 * accuracy(network.forward(images)['logits'], labels):.2f} % of the training set")
    return network


def accuracy(logits, labels):
    return (logits.argmax(axis=1) == labels).mean()


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=here.parents[1] / "sim/networks/digits")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    random = np.random.default_rng(SEED)
    data = load_digits()
    images = (data.images / 16).astype(np.float32)[:, None]  # 0 .. 1
    order = random.permutation(len(images))
    test, rest = order[:TEST_IMAGES], order[TEST_IMAGES:]
    network = train(images[rest], data.target[rest], random)
    print(f"float32, held-out images: {100 * accuracy(network.forward(images[test])['logits'], data.target[test]):.1f} %")

    calibration = network.forward(images[rest])
    for name, batch in (("digits.onnx", TEST_IMAGES), ("digits_single.onnx", 1)):
        onnx.save(digits_model(network, calibration, batch), str(arguments.output / name))
    np.save(arguments.output / "images.npy", images[test])
    np.save(arguments.output / "labels.npy", data.target[test].astype(np.uint8))
    logits = simulate(arguments.output / "digits.onnx", images[test])
    np.save(arguments.output / "expected.npy", logits)
    print(f"int8, held-out images: {100 * accuracy(logits, data.target[test]):.1f} %")


if __name__ == "__main__":
    main()
