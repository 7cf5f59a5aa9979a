# SPDX-License-Identifier: Apache-2.0
"""Layers of image networks on a FloatGraph, one applied to the result of the other."""
import numpy as np
from float_graph import FLOAT


class Image:
    """A tensor [1][channels][extent][extent]; behind `dense` [1][channels]. Every layer returns a new one."""

    def __init__(self, net, tensor, channels, extent):
        self.net, self.tensor, self.channels, self.extent = net, tensor, channels, extent

    @classmethod
    def input(cls, net, extent):
        return cls(net, net.input("image", FLOAT, [1, 3, extent, extent]), 3, extent)

    def apply(self, operator, name, *constants, channels=None, extent=None, **attributes):
        tensor = self.net.node(operator, [self.tensor, *constants], name, **attributes)
        return Image(self.net, tensor, channels or self.channels, extent or self.extent)

    def conv(self, name, channels, kernel=1, stride=1, pad=None, groups=1, bias=True):
        pad = kernel // 2 if pad is None else pad
        fan_in = self.channels // groups * kernel * kernel
        weight = self.net.weight(f"{name}_weight", (channels, self.channels // groups, kernel, kernel), np.sqrt(2 / fan_in))
        constants = [weight, self.net.weight(f"{name}_bias", (channels,), 0.02)] if bias else [weight]
        window = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [pad] * 4}
        extent = (self.extent + 2 * pad - kernel) // stride + 1
        return self.apply("Conv", name, *constants, channels=channels, extent=extent, group=groups, **window)

    def relu(self):
        return self.apply("Relu", f"{self.tensor}_relu")

    def norm(self):
        """A BatchNormalization that is not folded."""
        name, random = f"{self.tensor}_norm", self.net.random
        parameters = ((1, 0.1, "scale"), (0, 0.1, "shift"), (0, 0.1, "mean"), (1, 0.1, "variance"))
        values = {part: random.normal(mean, deviation, self.channels) for mean, deviation, part in parameters}
        values["variance"] = np.abs(values["variance"]) + 0.1
        constants = [self.net.constant(f"{name}_{part}", v.astype(np.float32)) for part, v in values.items()]
        return self.apply("BatchNormalization", name, *constants, epsilon=1e-5)

    def scale(self):
        """The scale layer that Caffe has behind a batch norm: a factor and an offset for each channel."""
        name, shape = self.tensor, (self.channels, 1, 1)
        factor = self.net.constant(f"{name}_factor", self.net.random.normal(1, 0.1, shape).astype(np.float32))
        return self.apply("Mul", f"{name}_scaled", factor).apply("Add", f"{name}_shifted", self.net.weight(f"{name}_offset", shape, 0.1))

    def pool(self, name, kernel=3, stride=2, pad=0, operator="MaxPool"):
        extent = (self.extent + 2 * pad - kernel) // stride + 1
        return self.apply(operator, name, extent=extent, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)

    def concat(self, name, *others):
        images = (self, *others)
        tensor = self.net.node("Concat", [image.tensor for image in images], name, axis=1)
        return Image(self.net, tensor, sum(image.channels for image in images), self.extent)

    def add(self, name, other):
        return self.apply("Add", name, other.tensor)

    def split(self, name):
        """Two halves of the channels."""
        half, names = self.channels // 2, [f"{name}_left", f"{name}_right"]
        sizes = self.net.constant(f"{name}_sizes", np.array([half, half], np.int64))
        self.net.node("Split", [self.tensor, sizes], name, outputs=names, axis=1)
        return (Image(self.net, part, half, self.extent) for part in names)

    def shuffle(self, name, groups):
        """Channel i of group g becomes channel i * groups + g."""
        extent, per_group = self.extent, self.channels // groups
        y = self.net.reshape(f"{name}_groups", self.tensor, (1, groups, per_group, extent, extent))
        y = self.net.node("Transpose", [y], f"{name}_turned", perm=[0, 2, 1, 3, 4])
        return Image(self.net, self.net.reshape(name, y, (1, self.channels, extent, extent)), self.channels, extent)

    def average(self):
        return self.apply("GlobalAveragePool", "average", extent=1)

    def dense(self, name, outputs):
        inputs = self.channels * self.extent * self.extent
        flat = self.net.node("Flatten", [self.tensor], f"{name}_flat")
        weight, bias = self.net.weight(f"{name}_weight", (outputs, inputs), np.sqrt(2 / inputs)), self.net.weight(f"{name}_bias", (outputs,), 0.02)
        return Image(self.net, self.net.node("Gemm", [flat, weight, bias], name, transB=1), outputs, 1)

    def output(self):
        """The logits of 1000 classes: a tensor of rank 2, or of rank 4 behind a pooling."""
        self.net.output(self.tensor, "logits", FLOAT, [1, self.channels] if "dense" in self.tensor else [1, self.channels, 1, 1])
