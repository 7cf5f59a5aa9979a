# SPDX-License-Identifier: Apache-2.0
"""MobileNetV2 of width 1 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", table 2). Batch norm is folded."""

# Expansion, output channels, blocks, stride of the first.
BOTTLENECKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet_v2(net):
    x = net.convolution("conv1", net.image, 32, 3, 2, activation="relu6")
    for stage, (expansion, outputs, blocks, first_stride) in enumerate(BOTTLENECKS):
        for index in range(blocks):
            name, stride = f"stage{stage + 1}_block{index + 1}", first_stride if index == 0 else 1
            y = x
            if expansion != 1:
                y = net.convolution(f"{name}_expand", y, expansion * x.channels, 1, activation="relu6")
            y = net.convolution(f"{name}_depthwise", y, y.channels, 3, stride, group=y.channels, activation="relu6")
            y = net.convolution(f"{name}_project", y, outputs, 1, gain=0.5)
            x = net.add(f"{name}_add", y, x) if stride == 1 and x.channels == outputs else y
    x = net.convolution("conv_last", x, 1280, 1, activation="relu6")
    return net.classifier(net.average_pool("pool_last", x), 1000)
