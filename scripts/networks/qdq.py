# SPDX-License-Identifier: Apache-2.0
"""Builds a quantized network as an ONNX graph in the QDQ spelling (opset 13), with seeded weights.

Nothing is trained. Weights are normal, symmetric int8 with a scale per output channel, and sized as in He's initialization (variance 2 over
the fan-in, 1 where no ReLU follows). Each tensor carries what is expected of its values, so that scales and zero points are as a calibration
would find them, without one: a Gaussian of variance v keeps E[x^2] = v/2 behind a ReLU, a sum adds variances.
"""
import pathlib
import sys
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, checker, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from qdq_graph import QdqGraph  # noqa: E402

# An activation's range in standard deviations: where percentile calibration of a normal distribution ends, about.
RANGE_SIGMAS = 4.0
# The standard deviation of a weight in steps of its scale, so that a channel's largest weights are near 127.
WEIGHT_SIGMA = 36.0


@dataclass
class Activation:
    """A dequantized tensor: its name, channels, height and width, E[x^2], and how it is quantized."""

    name: str
    channels: int
    height: int
    width: int
    mean_square: float
    scale: np.float32
    zero_point: np.uint8


class Network(QdqGraph):
    """An ONNX graph in the making: one image input, one output."""

    def __init__(self, name, seed, batch, size):
        super().__init__()
        self.name, self.batch = name, batch
        self.random = np.random.default_rng(seed)
        self.input = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, size, size])
        # Normalized images: most values within two standard deviations, both signs.
        self.image = self.quantize("image", "image", (3, size, size), 1.0, -2.2, 2.7)

    def quantize(self, tensor, name, shape, mean_square, low, high):
        """QuantizeLinear and DequantizeLinear to uint8 for values from low to high; shape is (channels, height, width)."""
        low, high = min(low, 0.0), max(high, 0.0)
        scale = np.float32((high - low) / 255)
        return self.requantize(tensor, name, shape, mean_square, scale, np.uint8(np.rint(-low / scale)))

    def requantize(self, tensor, name, shape, mean_square, scale, zero_point):
        return Activation(self.quantize_dequantize(tensor, name, scale, zero_point), *shape, mean_square, scale, zero_point)

    def parameters(self, name, x, shape, deviation):
        """Weights of `shape`, output channels first, and a bias, as dequantized constants."""
        outputs = shape[0]
        integers = np.clip(np.rint(self.random.normal(0, WEIGHT_SIGMA, shape)), -127, 127).astype(np.int8)
        spread = self.random.uniform(0.7, 1.3, outputs)
        scale = (spread / np.sqrt(np.mean(spread**2)) * deviation / WEIGHT_SIGMA).astype(np.float32)
        bias_scale = x.scale * scale  # float32 product
        bias = np.rint(self.random.normal(0, 0.05, outputs) / bias_scale).astype(np.int32)
        return self.dequantized_parameters(name, integers, scale, bias, bias_scale)

    def convolution(self, name, x, outputs, kernel, stride=1, group=1, activation=None, gain=None):
        """Conv with padding that keeps the size at stride 1; `activation` is None, "relu" or "relu6"."""
        fan_in = x.channels // group * kernel * kernel
        gain = gain if gain is not None else (1.0 if activation is None else 2.0)
        variance = gain * x.mean_square  # of the sums: fan_in * E[x^2] * variance of a weight
        parameters = self.parameters(name, x, (outputs, x.channels // group, kernel, kernel), np.sqrt(gain / fan_in))
        pad = kernel // 2
        y = self.node("Conv", [x.name, *parameters], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=group)
        height, width = ((n + 2 * pad - kernel) // stride + 1 for n in (x.height, x.width))
        return self.activate(name, y, (outputs, height, width), variance, activation)

    def activate(self, name, y, shape, variance, activation):
        sigma = np.sqrt(variance)
        if activation == "relu":
            y = self.node("Relu", [y], f"{name}_relu")
            return self.quantize(y, name, shape, variance / 2, 0.0, RANGE_SIGMAS * sigma)
        if activation == "relu6":
            limits = [self.constant(f"{name}_{side}", np.float32(value)) for side, value in (("low", 0), ("high", 6))]
            y = self.node("Clip", [y, *limits], f"{name}_relu6")
            return self.quantize(y, name, shape, variance / 2, 0.0, 6.0)
        return self.quantize(y, name, shape, variance, -RANGE_SIGMAS * sigma, RANGE_SIGMAS * sigma)

    def add(self, name, a, b, activation=None):
        y = self.node("Add", [a.name, b.name], name)
        return self.activate(name, y, (a.channels, a.height, a.width), a.mean_square + b.mean_square, activation)

    def max_pool(self, name, x, kernel, stride):
        pad = kernel // 2 if kernel % 2 else 0
        y = self.node("MaxPool", [x.name], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)
        height, width = ((n + 2 * pad - kernel) // stride + 1 for n in (x.height, x.width))
        return self.requantize(y, name, (x.channels, height, width), 2 * x.mean_square, x.scale, x.zero_point)

    def average_pool(self, name, x):
        y = self.node("GlobalAveragePool", [x.name], name)
        mean = np.sqrt(x.mean_square / 2)  # of values behind a ReLU, roughly
        return self.quantize(y, name, (x.channels, 1, 1), mean**2, 0.0, 4 * mean)

    def flatten(self, name, x):
        flat = self.node("Flatten", [x.name], name)
        return self.requantize(flat, name, (x.channels * x.height * x.width, 1, 1), x.mean_square, x.scale, x.zero_point)

    def linear(self, name, x, outputs, activation=None):
        """Gemm on a flat activation."""
        gain = 1.0 if activation is None else 2.0
        parameters = self.parameters(name, x, (outputs, x.channels), np.sqrt(gain / x.channels))
        y = self.node("Gemm", [x.name, *parameters], name, transB=1)
        return self.activate(name, y, (outputs, 1, 1), gain * x.mean_square, activation)

    def classifier(self, x, classes):
        """Flatten and Gemm; the output is dequantized."""
        return self.linear("logits", self.flatten("flatten", x), classes)

    def model(self, output):
        self.node("Identity", [output.name], "output")
        value = helper.make_tensor_value_info("output", TensorProto.FLOAT, [self.batch, output.channels])
        graph = helper.make_graph(self.nodes, self.name, [self.input], [value], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="systole")
        model.ir_version = 8
        checker.check_model(model)
        return model
