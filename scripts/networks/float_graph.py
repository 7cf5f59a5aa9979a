# SPDX-License-Identifier: Apache-2.0
"""Builds a float network as an ONNX graph (opset 17), with seeded weights: what training tools export. Nothing is trained."""
import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


class FloatGraph:
    """Nodes and initializers; a tensor is its name, and a node's output is named like the node unless it has several."""

    def __init__(self, name, seed):
        self.name, self.random = name, np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def input(self, name, element, shape):
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def output(self, tensor, name, element, shape):
        self.nodes.append(helper.make_node("Identity", [tensor], [name], name=name))
        self.outputs.append(helper.make_tensor_value_info(name, element, shape))

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name, shape, deviation):
        return self.constant(name, self.random.normal(0, deviation, shape).astype(np.float32))

    def node(self, operator, inputs, name, outputs=None, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, outputs or [name], name=name, **attributes))
        return name

    # Layers. Deviations keep the variance of what flows through about 1.

    def linear(self, name, x, inputs, outputs, gain=1.0):
        """MatMul and Add, as exporters write a fully connected layer on tensors of rank 3."""
        weight = self.weight(f"{name}_weight", (inputs, outputs), np.sqrt(gain / inputs))
        y = self.node("MatMul", [x, weight], f"{name}_matmul")
        return self.node("Add", [y, self.weight(f"{name}_bias", (outputs,), 0.02)], name)

    def layer_norm(self, name, x, size):
        scale = self.constant(f"{name}_scale", self.random.normal(1, 0.1, size).astype(np.float32))
        return self.node("LayerNormalization", [x, scale, self.weight(f"{name}_bias", (size,), 0.1)], name, axis=-1, epsilon=1e-5)

    def scalar(self, name, value):
        return self.constant(name, np.float32(value))

    def gelu(self, name, x):
        """x / 2 * (1 + erf(x / sqrt(2))), the form of exporters before opset 20."""
        y = self.node("Div", [x, self.scalar(f"{name}_sqrt2", np.sqrt(2))], f"{name}_div")
        y = self.node("Add", [self.node("Erf", [y], f"{name}_erf"), self.scalar(f"{name}_one", 1)], f"{name}_add")
        return self.node("Mul", [self.node("Mul", [x, y], f"{name}_mul"), self.scalar(f"{name}_half", 0.5)], name)

    def reshape(self, name, x, shape):
        return self.node("Reshape", [x, self.constant(f"{name}_shape", np.array(shape, np.int64))], name)

    def convolution(self, name, x, inputs, outputs, kernel, stride=1, gain=1.0):
        weight = self.weight(f"{name}_weight", (outputs, inputs, kernel, kernel), np.sqrt(gain / (inputs * kernel * kernel)))
        bias = self.weight(f"{name}_bias", (outputs,), 0.02)
        return self.node("Conv", [x, weight, bias], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="systole")
        model.ir_version = 8
        checker.check_model(model)
        return model
