# SPDX-License-Identifier: Apache-2.0
"""ResNet-18 and ResNet-50 (He et al., "Deep Residual Learning for Image Recognition", table 1), with the stride of a bottleneck in its 3x3
convolution as in torchvision and MLPerf ("v1.5"). Batch norm is folded into the convolutions."""

STAGES = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}


def basic_block(net, name, x, width, stride):
    y = net.convolution(f"{name}_conv1", x, width, 3, stride, activation="relu")
    return net.convolution(f"{name}_conv2", y, width, 3, gain=0.5)


def bottleneck(net, name, x, width, stride):
    y = net.convolution(f"{name}_conv1", x, width, 1, activation="relu")
    y = net.convolution(f"{name}_conv2", y, width, 3, stride, activation="relu")
    return net.convolution(f"{name}_conv3", y, 4 * width, 1, gain=0.5)


def resnet(net, depth):
    block, expansion = (bottleneck, 4) if depth >= 50 else (basic_block, 1)
    x = net.convolution("conv1", net.image, 64, 7, 2, activation="relu")
    x = net.max_pool("pool1", x, 3, 2)
    for stage, blocks in enumerate(STAGES[depth]):
        width = 64 << stage
        for index in range(blocks):
            name, stride = f"stage{stage + 2}_block{index + 1}", 2 if stage > 0 and index == 0 else 1
            y = block(net, name, x, width, stride)
            if index == 0 and (stride != 1 or x.channels != width * expansion):
                x = net.convolution(f"{name}_shortcut", x, width * expansion, 1, stride, gain=0.5)
            x = net.add(f"{name}_add", y, x, activation="relu")
    return net.classifier(net.average_pool("pool5", x), 1000)
