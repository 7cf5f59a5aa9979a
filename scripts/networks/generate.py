#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a quantised network as ONNX, with seeded weights: the benchmarks of docs/reference/performance.md.

    scripts/networks/generate.py resnet50 -o resnet50.onnx
    build/systole run resnet50.onnx --chip edge16 --on model

Needs the packages python3-onnx and python3-numpy. The same name, seed and size give the same file.
"""
import argparse
import os
import sys

try:
    import onnx

    from mobilenet import mobilenet_v2
    from qdq import Network
    from resnet import resnet
except ModuleNotFoundError as error:
    sys.exit(f"generate.py: no Python module '{error.name}': apt-get install python3-onnx python3-numpy")

NETWORKS = {
    "mobilenet_v2": mobilenet_v2,
    "resnet18": lambda net: resnet(net, 18),
    "resnet50": lambda net: resnet(net, 50),
}


def positive(text):
    value = int(text)
    if not 1 <= value <= 4096:
        raise argparse.ArgumentTypeError(f"{value}: allowed are 1 to 4096")
    return value


def main():
    parser = argparse.ArgumentParser(description="Writes a quantised network (int8, QDQ, opset 13) as ONNX, with seeded weights.")
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("-o", "--output", help="the file to write; NETWORK.onnx by default")
    parser.add_argument("--seed", type=int, default=1, help="of the weights (default: 1)")
    parser.add_argument("--batch", type=positive, default=1, help="images at a time (default: 1)")
    parser.add_argument("--size", type=positive, default=224, help="height and width of the image in pixels (default: 224)")
    arguments = parser.parse_args()
    output = arguments.output or f"{arguments.network}.onnx"
    if arguments.size < 32:
        parser.error("--size: at least 32, as the networks halve their images five times")
    net = Network(arguments.network, arguments.seed, arguments.batch, arguments.size)
    model = net.model(NETWORKS[arguments.network](net))
    temporary = f"{output}.tmp{os.getpid()}"
    try:
        onnx.save(model, temporary)
        os.replace(temporary, output)
    except OSError as error:
        if os.path.exists(temporary):
            os.remove(temporary)
        sys.exit(f"generate.py: {output}: cannot be written: {error.strerror}")
    print(f"{output}: {len(net.nodes)} nodes, {os.path.getsize(output):,} bytes")


if __name__ == "__main__":
    main()
