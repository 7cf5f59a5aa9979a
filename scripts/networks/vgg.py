# SPDX-License-Identifier: Apache-2.0
"""VGG-16 (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", configuration D)."""

STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def vgg16(net):
    x = net.image
    for stage, (layers, width) in enumerate(STAGES):
        for layer in range(layers):
            x = net.convolution(f"conv{stage + 1}_{layer + 1}", x, width, 3, activation="relu")
        x = net.max_pool(f"pool{stage + 1}", x, 2, 2)
    x = net.flatten("flatten", x)
    for index in (6, 7):
        x = net.linear(f"fc{index}", x, 4096, activation="relu")
    return net.linear("logits", x, 1000)
