# SPDX-License-Identifier: Apache-2.0
"""A small U-Net of a diffusion model: residual blocks with group norm and SiLU, attention at the lowest resolution, skip connections
(Ho et al., "Denoising Diffusion Probabilistic Models", appendix B, smaller). Batch 1, latents of 4 channels."""
import numpy as np
from float_graph import FLOAT

WIDTHS, GROUPS = (64, 128, 256), 8


def group_norm(net, name, x, channels, size):
    """As exporters write it: groups become the channels of an InstanceNormalization."""
    y = net.reshape(f"{name}_groups", x, (1, GROUPS, channels // GROUPS * size * size))
    ones, zeros = (net.constant(f"{name}_{part}", np.full(GROUPS, v, np.float32)) for part, v in (("ones", 1), ("zeros", 0)))
    y = net.reshape(f"{name}_image", net.node("InstanceNormalization", [y, ones, zeros], f"{name}_instance"), (1, channels, size, size))
    scale = net.constant(f"{name}_scale", net.random.normal(1, 0.1, (1, channels, 1, 1)).astype(np.float32))
    return net.node("Add", [net.node("Mul", [y, scale], f"{name}_mul"), net.weight(f"{name}_bias", (1, channels, 1, 1), 0.1)], name)


def silu(net, name, x):
    return net.node("Mul", [x, net.node("Sigmoid", [x], f"{name}_sigmoid")], name)


def block(net, name, x, inputs, outputs, size, time):
    y = net.convolution(f"{name}_conv1", silu(net, f"{name}_silu1", group_norm(net, f"{name}_norm1", x, inputs, size)), inputs, outputs, 3, gain=2.0)
    weight = net.weight(f"{name}_time_weight", (256, outputs), np.sqrt(1 / 256))
    t = net.node("MatMul", [time, weight], f"{name}_time")
    y = net.node("Add", [y, net.reshape(f"{name}_time_image", t, (1, outputs, 1, 1))], f"{name}_timed")
    y = net.convolution(f"{name}_conv2", silu(net, f"{name}_silu2", group_norm(net, f"{name}_norm2", y, outputs, size)), outputs, outputs, 3, gain=2.0)
    if inputs != outputs:
        x = net.convolution(f"{name}_shortcut", x, inputs, outputs, 1)
    return net.node("Add", [x, y], f"{name}_sum")


def attention(net, name, x, channels, size):
    y = net.reshape(f"{name}_rows", group_norm(net, f"{name}_norm", x, channels, size), (1, channels, size * size))
    y = net.node("Transpose", [y], f"{name}_tokens", perm=[0, 2, 1])
    q, k, v = (net.linear(f"{name}_{part}", y, channels, channels) for part in ("query", "key", "value"))
    scores = net.node("MatMul", [q, net.node("Transpose", [k], f"{name}_key_columns", perm=[0, 2, 1])], f"{name}_scores")
    scores = net.node("Mul", [scores, net.scalar(f"{name}_root", 1 / np.sqrt(channels))], f"{name}_scaled")
    y = net.node("MatMul", [net.node("Softmax", [scores], f"{name}_softmax", axis=-1), v], f"{name}_mixed")
    y = net.linear(f"{name}_output", y, channels, channels)
    y = net.reshape(f"{name}_image", net.node("Transpose", [y], f"{name}_channels", perm=[0, 2, 1]), (1, channels, size, size))
    return net.node("Add", [x, y], f"{name}_sum")


def unet(net, size):
    x = net.convolution("conv_in", net.input("latents", FLOAT, [1, 4, size, size]), 4, WIDTHS[0], 3)
    time = net.input("time", FLOAT, [1, 256])
    skips, inputs = [], WIDTHS[0]
    for level, width in enumerate(WIDTHS):
        x = block(net, f"down{level + 1}", x, inputs, width, size, time)
        skips.append((x, width, size))
        inputs = width
        if level + 1 < len(WIDTHS):
            x = net.convolution(f"down{level + 1}_half", x, width, width, 3, stride=2)
            size //= 2
    x = block(net, "middle1", x, inputs, inputs, size, time)
    x = attention(net, "attention", x, inputs, size)
    x = block(net, "middle2", x, inputs, inputs, size, time)
    for level in reversed(range(len(WIDTHS))):
        skip, width, skip_size = skips[level]
        if skip_size != size:
            scales = net.constant(f"up{level + 1}_scales", np.array([1, 1, 2, 2], np.float32))
            x = net.node("Resize", [x, "", scales], f"up{level + 1}_double", mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
            size = skip_size
        x = net.node("Concat", [x, skip], f"up{level + 1}_joined", axis=1)
        x = block(net, f"up{level + 1}", x, inputs + width, width, size, time)
        inputs = width
    x = net.convolution("conv_out", silu(net, "silu_out", group_norm(net, "norm_out", x, inputs, size)), inputs, 4, 3)
    net.output(x, "noise", FLOAT, [1, 4, size, size])
