# SPDX-License-Identifier: Apache-2.0
"""An ONNX graph in the QDQ spelling in the making: what scripts/digits and scripts/networks build theirs with."""
import numpy as np
from onnx import helper, numpy_helper


class QdqGraph:
    """Nodes and initializers; a tensor is its name."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def quantize_dequantize(self, tensor, name, scale, zero_point):
        """QuantizeLinear, DequantizeLinear; returns the name of the dequantized tensor."""
        names = [self.constant(f"{name}_scale", scale), self.constant(f"{name}_zero_point", zero_point)]
        self.node("QuantizeLinear", [tensor, *names], f"{name}_quantized")
        return self.node("DequantizeLinear", [f"{name}_quantized", *names], f"{name}_dequantized")

    def dequantized_parameters(self, name, weight, weight_scale, bias, bias_scale):
        """Integer weight and bias as dequantized constants; scales by output channel, axis 0, zero points are 0."""
        dequantized = []
        for part, value, scales in (("weight", weight, weight_scale), ("bias", bias, bias_scale)):
            inputs = [
                self.constant(f"{name}_{part}", value),
                self.constant(f"{name}_{part}_scale", scales),
                self.constant(f"{name}_{part}_zero_point", np.zeros(len(scales), value.dtype)),
            ]
            dequantized.append(self.node("DequantizeLinear", inputs, f"{name}_{part}_dequantized", axis=0))
        return dequantized
