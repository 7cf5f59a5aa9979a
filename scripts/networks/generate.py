#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a network as ONNX, with seeded weights: the benchmarks of docs/reference/performance.md.

    scripts/networks/generate.py resnet50 -o resnet50.onnx
    build/systole run resnet50.onnx --chip edge16 --on model

ResNet, MobileNetV2 and VGG are quantized (int8, QDQ); the others are float, as training tools export them, the transformers of several
hundred megabytes. Needs the packages python3-onnx and python3-numpy. The same name, seed and sizes give the same file.
"""
import argparse
import os
import sys

try:
    import onnx

    import classic
    from float_graph import FloatGraph
    from mobilenet import mobilenet_v2
    from qdq import Network
    from resnet import resnet
    from transformer import bert_base, gpt2_small, vit_b16
    from unet import unet
    from vgg import vgg16
except ModuleNotFoundError as error:
    # The distribution's packages belong to its own Python; another one may come first on the path, or a virtual environment, whose
    # python3 is a link to the distribution's: so names are compared, not what they lead to.
    system = "/usr/bin/python3"
    if os.path.exists(system) and sys.executable != system:
        os.execv(system, [system, *sys.argv])
    sys.exit(f"generate.py: no Python module '{error.name}': apt-get install python3-onnx python3-numpy")

QUANTIZED = {
    "mobilenet_v2": mobilenet_v2,
    "resnet18": lambda net: resnet(net, 18),
    "resnet50": lambda net: resnet(net, 50),
    "vgg16": vgg16,
}
CLASSIC = ("alexnet", "densenet121", "googlenet", "inception_v2", "mobilenet_v1", "shufflenet", "shufflenet_v2", "squeezenet")
FLOAT = {
    **{name: lambda net, arguments, build=getattr(classic, name): build(net, arguments.size or 224) for name in CLASSIC},
    "bert_base": lambda net, arguments: bert_base(net, arguments.tokens or 384),
    "gpt2_small": lambda net, arguments: gpt2_small(net, arguments.tokens or 512, 0),
    "gpt2_small_decode": lambda net, arguments: gpt2_small(net, 1, arguments.tokens or 512),
    "unet": lambda net, arguments: unet(net, arguments.size or 64),
    "vit_b16": lambda net, arguments: vit_b16(net, arguments.size or 224),
}


def positive(text):
    value = int(text)
    if not 1 <= value <= 4096:
        raise argparse.ArgumentTypeError(f"{value}: allowed are 1 to 4096")
    return value


def main():
    parser = argparse.ArgumentParser(description="Writes a network as ONNX, with seeded weights.")
    parser.add_argument("network", choices=sorted({**QUANTIZED, **FLOAT}))
    parser.add_argument("-o", "--output", help="the file to write; NETWORK.onnx by default")
    parser.add_argument("--seed", type=int, default=1, help="of the weights (default: 1)")
    parser.add_argument("--batch", type=positive, default=1, help="images at a time, of the quantized networks (default: 1)")
    parser.add_argument("--size", type=positive, help="height and width of the image in pixels, from 32 (alexnet: 64) on (default: 224, unet: 64)")
    parser.add_argument("--tokens", type=positive, help="of the transformers (default: 384, GPT-2: 512; decode: those in the cache)")
    arguments = parser.parse_args()
    if arguments.network == "alexnet" and (arguments.size or 224) < 64:
        parser.error("--size: at least 64 for alexnet, whose poolings have no padding")
    output = arguments.output or f"{arguments.network}.onnx"
    if arguments.size is not None and (arguments.size < 32 or arguments.size % 16 != 0 and arguments.network in FLOAT):
        parser.error("--size: at least 32, as the networks halve their images five times; of the float ones a multiple of 16")
    if arguments.network in QUANTIZED:
        net = Network(arguments.network, arguments.seed, arguments.batch, arguments.size or 224)
        model = net.model(QUANTIZED[arguments.network](net))
    else:
        net = FloatGraph(arguments.network, arguments.seed)
        FLOAT[arguments.network](net, arguments)
        model = net.model()
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
