#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the bits of the digits network must be: its quantized graph in integers, written from the formulas alone.

    python3 scripts/digits/simulate.py       computes sim/networks/digits/expected.npy again and compares every bit
                                             (needs python3-numpy and python3-onnx)

It shares nothing with Systole's compiler, reference model or RTL. `fl` is rounding to float32, `rne` to an integer, both half
to even; float32 operations of numpy are IEEE-754, and the fused multiply-add is the C library's fmaf, which is exact.

    convolution, Gemm  s = fl(fl(xs*ws)/ys); v = int32(acc + bias), wrapping; y = saturate(rne(fl(fl(v)*s)) + zero point)
    addition           ra = fl(sa/sy), rb = fl(sb/sy), F = fl(zy - fma(ra, za, fl(rb*zb)))
                       y = saturate(rne(fma(a, ra, fma(b, rb, F)))) on the raw a, b
"""
import ctypes
import ctypes.util
import pathlib
import sys

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ModuleNotFoundError as missing:
    sys.exit(f"simulate.py: no Python module '{missing.name}': apt-get install python3-onnx python3-numpy")

_fmaf = ctypes.CDLL(ctypes.util.find_library("m")).fmaf
_fmaf.restype = ctypes.c_float
_fmaf.argtypes = [ctypes.c_float] * 3


def fma(a, b, c):
    """a * b + c in float32 with one rounding."""
    return np.float32(_fmaf(float(a), float(b), float(c)))


def saturate(integers):
    return np.clip(integers, 0, 255).astype(np.uint8)


class Constants:
    """The initializers of the model by name."""

    def __init__(self, model):
        self.by_name = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}

    def __getitem__(self, name):
        return self.by_name[name]

    def quantization(self, tensor):
        return self[f"{tensor}_scale"], self[f"{tensor}_zero_point"]


def quantize(x, scale, zero_point):
    return saturate(np.rint(x / scale).astype(np.int64) + int(zero_point))


def requantize(accumulator, constants, layer, xs, ys, zero_point):
    """`accumulator`: int64, output channels last."""
    v = (accumulator + constants[f"{layer}_bias"]).astype(np.int32)  # a cast to int32 wraps
    scale = (xs * constants[f"{layer}_weight_scale"]) / ys
    assert scale.dtype == np.float32
    return saturate(np.rint(v.astype(np.float32) * scale).astype(np.int64) + int(zero_point))


def convolution(x, constants, layer, source, result):
    """3x3, one pixel of padding (the zero point), tensors [image][channel][row][column]."""
    xs, xz = constants.quantization(source)
    centered = np.pad(x.astype(np.int64) - int(xz), ((0, 0), (0, 0), (1, 1), (1, 1)))
    patches = np.lib.stride_tricks.sliding_window_view(centered, (3, 3), axis=(2, 3))
    weight = constants[f"{layer}_weight"].astype(np.int64)
    accumulator = np.einsum("ncyxab,mcab->nyxm", patches, weight, optimize=True)
    return np.moveaxis(requantize(accumulator, constants, layer, xs, *constants.quantization(result)), 3, 1)


def addition(a, b, constants, name_a, name_b, result):
    (sa, za), (sb, zb), (sy, zy) = (constants.quantization(name) for name in (name_a, name_b, result))
    ra, rb = sa / sy, sb / sy
    offset = np.float32(zy) - fma(ra, za, rb * np.float32(zb))
    inner = [fma(value, rb, offset) for value in range(256)]
    table = np.array([[np.rint(fma(value, ra, other)) for other in inner] for value in range(256)])
    return saturate(table[a, b].astype(np.int64))


def max_pool(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def simulate(file, images):
    """Logits [image][10] in float32 of images [image][1][8][8]."""
    constants = Constants(onnx.load(str(file)))
    x = quantize(images, *constants.quantization("image"))
    conv1 = convolution(x, constants, "conv1", "image", "relu1")
    conv2 = convolution(conv1, constants, "conv2", "relu1", "conv2")
    residual = addition(conv1, conv2, constants, "relu1", "conv2", "residual")
    conv3 = convolution(max_pool(residual), constants, "conv3", "residual", "relu3")
    flat = max_pool(conv3).reshape(len(images), -1)
    xs, xz = constants.quantization("flatten")
    ys, yz = constants.quantization("dense")
    accumulator = (flat.astype(np.int64) - int(xz)) @ constants["dense_weight"].astype(np.int64).T
    dense = requantize(accumulator, constants, "dense", xs, ys, yz)
    return (dense.astype(np.int32) - int(yz)).astype(np.float32) * ys


def main():
    folder = pathlib.Path(__file__).resolve().parents[2] / "sim/networks/digits"
    logits = simulate(folder / "digits.onnx", np.load(folder / "images.npy"))
    expected = np.load(folder / "expected.npy")
    different = int((logits.view(np.uint32) != expected.view(np.uint32)).sum())
    labels = np.load(folder / "labels.npy")
    print(f"{logits.size} logits, {different} differ; {(logits.argmax(axis=1) == labels).sum()} of {len(labels)} images are right")
    raise SystemExit(different != 0)


if __name__ == "__main__":
    main()
