# SPDX-License-Identifier: Apache-2.0
"""Quantizes the trained digits network and writes it as an ONNX graph in the QDQ spelling (opset 13).

Every operator stands between DequantizeLinear and QuantizeLinear. Activations are uint8 with one scale and zero point each,
from the smallest and largest value seen on the training images; weights are symmetric int8 with a scale per output channel;
a bias is int32 with scale activation scale * weight scale. A ReLU stands between its operator and the QuantizeLinear, whose
zero point is then 0, so that the saturation of uint8 is the ReLU.
"""
import pathlib
import sys

import numpy as np
from onnx import TensorProto, checker, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from qdq_graph import QdqGraph  # noqa: E402


def activation_scale(values):
    """Scale (float32) and zero point (uint8) of the affine range that holds all values and zero."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = np.float32((high - low) / 255)
    return scale, np.uint8(np.rint(-low / scale))


class Graph(QdqGraph):
    """`scales` knows each quantized tensor's scale and zero point."""

    def __init__(self):
        super().__init__()
        self.scales = {}

    def quantize(self, tensor, name, scale, zero_point):
        dequantized = self.quantize_dequantize(tensor, name, scale, zero_point)
        self.scales[dequantized] = scale, zero_point
        return dequantized

    def same_scale(self, tensor, name, like):
        """The operators that only move or choose values (MaxPool, Flatten) keep the scale of their input."""
        return self.quantize(tensor, name, *self.scales[like])

    def parameters(self, name, layer, x):
        """Weights and bias of a layer whose input is x, as dequantized constants."""
        weight, bias = layer.parameters
        axes = tuple(range(1, weight.ndim))
        scale = (np.abs(weight).max(axis=axes) / 127).astype(np.float32)
        by_channel = scale.reshape(-1, *[1] * len(axes))
        integers = np.clip(np.rint(weight / by_channel), -127, 127).astype(np.int8)
        bias_scale = self.scales[x][0] * scale  # float32 product
        bias_integers = np.rint(bias.astype(np.float64) / bias_scale).astype(np.int32)
        return self.dequantized_parameters(name, integers, scale, bias_integers, bias_scale)


def digits_model(network, calibration, batch):
    """The ONNX model of a trained `DigitsNetwork`; `calibration` is what its forward() returned on training images."""
    graph = Graph()
    scale = {name: activation_scale(values) for name, values in calibration.items()}

    def convolution(name, layer, x):
        return graph.node("Conv", [x, *graph.parameters(name, layer, x)], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    def pool(name, x):
        return graph.same_scale(graph.node("MaxPool", [x], name, kernel_shape=[2, 2], strides=[2, 2]), name, like=x)

    image = graph.quantize("image", "image", *scale["image"])
    conv1 = graph.node("Relu", [convolution("conv1", network.conv1, image)], "relu1")
    conv1 = graph.quantize(conv1, "relu1", *scale["relu1"])
    conv2 = graph.quantize(convolution("conv2", network.conv2, conv1), "conv2", *scale["conv2"])
    residual = graph.node("Relu", [graph.node("Add", [conv1, conv2], "add")], "relu2")
    residual = graph.quantize(residual, "residual", *scale["residual"])
    pool1 = pool("pool1", residual)
    conv3 = graph.node("Relu", [convolution("conv3", network.conv3, pool1)], "relu3")
    conv3 = graph.quantize(conv3, "relu3", *scale["relu3"])
    pool2 = pool("pool2", conv3)
    flat = graph.same_scale(graph.node("Flatten", [pool2], "flatten"), "flatten", like=pool2)
    dense = [flat, *graph.parameters("dense", network.fully_connected, flat)]
    dense = graph.quantize(graph.node("Gemm", dense, "dense", transB=1), "dense", *scale["logits"])
    graph.nodes[-1].output[0] = "logits"

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "digits",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 1, 8, 8])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, 10])],
            graph.constants,
        ),
        producer_name="systole scripts/digits",
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )
    checker.check_model(model, full_check=True)
    return model
