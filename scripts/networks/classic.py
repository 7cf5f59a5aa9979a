# SPDX-License-Identifier: Apache-2.0
"""Image networks in float as training tools and converters write them, batch norms unfolded: AlexNet (Krizhevsky et al. 2012), GoogLeNet
(Szegedy et al. 2014), its batch-normalized form Inception v2 (Ioffe and Szegedy 2015), SqueezeNet 1.1 (Iandola et al. 2016), DenseNet-121
(Huang et al. 2016), MobileNetV1 (Howard et al. 2017), ShuffleNet with three groups (Zhang et al. 2017) and ShuffleNet v2 (Ma et al. 2018)."""
from image_layers import Image

# Inception modules: 1x1; 1x1 and 3x3; 1x1 and 5x5 (or two 3x3); channels behind the pooling.
GOOGLENET = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64), "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64), "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip
INCEPTION_V2 = {
    "3a": (64, 64, 64, 64, 96, 32), "3b": (64, 64, 96, 64, 96, 64),
    "4a": (224, 64, 96, 96, 128, 128), "4b": (192, 96, 128, 96, 128, 128), "4c": (160, 128, 160, 128, 160, 96), "4d": (96, 128, 192, 160, 192, 96),
    "5a": (352, 192, 320, 160, 224, 128), "5b": (352, 192, 320, 192, 224, 128),
}  # fmt: skip
INCEPTION_V2_HALVES = {"3c": (128, 160, 64, 96), "4e": (128, 192, 192, 256)}  # stride 2: 1x1 and 3x3; 1x1 and two 3x3


def alexnet(net, size):
    """With the padding of two that later versions have, 224 pixels become the 6 x 6 of the paper behind the last pooling."""
    x = Image.input(net, size).conv("conv1", 96, 11, stride=4, pad=2).relu().apply("LRN", "norm1", size=5).pool("pool1")
    x = x.conv("conv2", 256, 5, groups=2).relu().apply("LRN", "norm2", size=5).pool("pool2")
    for layer, channels, groups in ((3, 384, 1), (4, 384, 2), (5, 256, 2)):
        x = x.conv(f"conv{layer}", channels, 3, groups=groups).relu()
    x = x.pool("pool5")
    for layer in (6, 7):
        x = x.dense(f"dense{layer}", 4096).relu().apply("Dropout", f"dropout{layer}")
    x.dense("dense8", 1000).output()


def inception(x, name, channels, layer, two_threes=False):
    one, three_in, three, five_in, five, pooled = channels
    a = layer(x, f"{name}_1x1", one, 1)
    b = layer(layer(x, f"{name}_3x3_reduce", three_in, 1), f"{name}_3x3", three, 3)
    c = layer(x, f"{name}_5x5_reduce", five_in, 1)
    c = layer(layer(c, f"{name}_3x3a", five, 3), f"{name}_3x3b", five, 3) if two_threes else layer(c, f"{name}_5x5", five, 5)
    d = layer(x.pool(f"{name}_pool", stride=1, pad=1), f"{name}_pool_1x1", pooled, 1)
    return a.concat(f"{name}_joined", b, c, d)


def googlenet(net, size):
    def layer(x, name, channels, kernel, stride=1):
        return x.conv(name, channels, kernel, stride).relu()

    x = layer(Image.input(net, size), "conv1", 64, 7, 2).pool("pool1", pad=1).apply("LRN", "norm1", size=5)
    x = layer(layer(x, "conv2_reduce", 64, 1), "conv2", 192, 3).apply("LRN", "norm2", size=5).pool("pool2", pad=1)
    for name, channels in GOOGLENET.items():
        x = x.pool(f"pool{int(name[0]) - 1}", pad=1) if name in ("4a", "5a") else x
        x = inception(x, name, channels, layer)
    x.average().apply("Dropout", "dropout").dense("dense", 1000).output()


def inception_v2(net, size):
    def layer(x, name, channels, kernel, stride=1):
        return x.conv(name, channels, kernel, stride, bias=False).norm().scale().relu()

    x = layer(Image.input(net, size), "conv1", 64, 7, 2).pool("pool1", pad=1)
    x = layer(layer(x, "conv2_reduce", 64, 1), "conv2", 192, 3).pool("pool2", pad=1)
    for name, channels in INCEPTION_V2.items():
        if name in ("4a", "5a"):
            half = {"4a": "3c", "5a": "4e"}[name]
            one, three, two_in, two = INCEPTION_V2_HALVES[half]
            a = layer(layer(x, f"{half}_3x3_reduce", one, 1), f"{half}_3x3", three, 3, 2)
            b = layer(layer(layer(x, f"{half}_double_reduce", two_in, 1), f"{half}_3x3a", two, 3), f"{half}_3x3b", two, 3, 2)
            x = a.concat(f"{half}_joined", b, x.pool(f"{half}_pool", pad=1))
        x = inception(x, name, channels, layer, two_threes=True)
    x.average().dense("dense", 1000).output()


def squeezenet(net, size):
    x = Image.input(net, size).conv("conv1", 64, 3, stride=2, pad=0).relu().pool("pool1")
    for fire, (squeeze, expand) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)), 2):
        x = x.conv(f"fire{fire}_squeeze", squeeze).relu()
        x = x.conv(f"fire{fire}_1x1", expand).relu().concat(f"fire{fire}", x.conv(f"fire{fire}_3x3", expand, 3).relu())
        x = x.pool(f"pool{fire}") if fire in (3, 5) else x
    x.apply("Dropout", "dropout").conv("classes", 1000).relu().average().output()


def densenet121(net, size):
    def layer(x, name, channels, kernel):
        return x.norm().scale().relu().conv(name, channels, kernel, bias=False)

    x = Image.input(net, size).conv("conv1", 64, 7, stride=2, bias=False).norm().scale().relu().pool("pool1", pad=1)
    for block, layers in enumerate((6, 12, 24, 16), 1):
        for index in range(1, layers + 1):
            name = f"block{block}_layer{index}"
            x = x.concat(f"{name}_joined", layer(layer(x, f"{name}_1x1", 128, 1), f"{name}_3x3", 32, 3))
        if block < 4:
            x = layer(x, f"transition{block}", x.channels // 2, 1).pool(f"transition{block}_pool", 2, 2, operator="AveragePool")
    x.norm().scale().relu().average().dense("dense", 1000).output()


def mobilenet_v1(net, size):
    x = Image.input(net, size).conv("conv1", 32, 3, stride=2, bias=False).norm().relu()
    for block, (channels, stride) in enumerate(((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)), 2):
        x = x.conv(f"depthwise{block}", x.channels, 3, stride, groups=x.channels, bias=False).norm().relu()
        x = x.conv(f"pointwise{block}", channels, bias=False).norm().relu()
    x.average().dense("dense", 1000).output()


def shufflenet(net, size, groups=3):
    x = Image.input(net, size).conv("conv1", 24, 3, stride=2, bias=False).norm().relu().pool("pool1", pad=1)
    for stage, (channels, units) in enumerate(((240, 4), (480, 8), (960, 4)), 2):
        for unit in range(1, units + 1):
            name, stride = f"stage{stage}_unit{unit}", 2 if unit == 1 else 1
            first = 1 if stage == 2 and unit == 1 else groups
            y = x.conv(f"{name}_reduce", channels // 4, groups=first, bias=False).norm().relu().shuffle(f"{name}_shuffle", groups)
            y = y.conv(f"{name}_depthwise", y.channels, 3, stride, groups=y.channels, bias=False).norm()
            y = y.conv(f"{name}_expand", channels - x.channels if stride == 2 else channels, groups=groups, bias=False).norm()
            short = x.pool(f"{name}_pool", 3, 2, 1, operator="AveragePool") if stride == 2 else x
            x = (short.concat(f"{name}_joined", y) if stride == 2 else short.add(f"{name}_sum", y)).relu()
    x.average().dense("dense", 1000).output()


def shufflenet_v2(net, size):
    def branch(x, name, channels, stride):
        y = x.conv(f"{name}_1x1a", channels, bias=False).norm().relu()
        y = y.conv(f"{name}_depthwise", channels, 3, stride, groups=channels, bias=False).norm()
        return y.conv(f"{name}_1x1b", channels, bias=False).norm().relu()

    x = Image.input(net, size).conv("conv1", 24, 3, stride=2, bias=False).norm().relu().pool("pool1", pad=1)
    for stage, (channels, units) in enumerate(((116, 4), (232, 8), (464, 4)), 2):
        for unit in range(1, units + 1):
            name, half = f"stage{stage}_unit{unit}", channels // 2
            if unit == 1:
                left = x.conv(f"{name}_left_depthwise", x.channels, 3, 2, groups=x.channels, bias=False).norm().conv(f"{name}_left_1x1", half, bias=False).norm().relu()
                right = branch(x, name, half, 2)
            else:
                left, right = x.split(f"{name}_split")
                right = branch(right, name, half, 1)
            x = left.concat(f"{name}_joined", right).shuffle(f"{name}_shuffle", 2)
    x.conv("conv5", 1024, bias=False).norm().relu().average().dense("dense", 1000).output()
