# SPDX-License-Identifier: Apache-2.0
"""Layers of a small convolutional network in float32 numpy, each with its forward and its backward pass.

A tensor is [image][channel][row][column]. `forward` keeps what `backward` needs; `backward` takes the gradient of the loss
with respect to the layer's output, fills `gradients` (same order as `parameters`) and returns the gradient of the input.
"""
import numpy as np


class Convolution:
    """3x3 convolution, stride 1, one pixel of zero padding: the image keeps its size."""

    def __init__(self, inputs, outputs, random):
        deviation = np.sqrt(2 / (inputs * 9))  # He et al. 2015, keeps the variance through a ReLU
        self.parameters = [
            random.normal(0, deviation, (outputs, inputs, 3, 3)).astype(np.float32),
            np.zeros(outputs, np.float32),
        ]

    def forward(self, x):
        weight, bias = self.parameters
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        # patches[n, c, y, x, ky, kx]: a view, nothing is copied
        self.patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        y = np.tensordot(self.patches, weight, axes=([1, 4, 5], [1, 2, 3]))  # [n, y, x, outputs]
        return np.moveaxis(y, 3, 1) + bias[:, None, None]

    def backward(self, gradient):
        weight, _ = self.parameters
        self.gradients = [
            np.tensordot(gradient, self.patches, axes=([0, 2, 3], [0, 2, 3])),
            gradient.sum(axis=(0, 2, 3)),
        ]
        # The transpose of a padded 3x3 convolution is a padded 3x3 convolution with the kernel turned by 180 degrees.
        padded = np.pad(gradient, ((0, 0), (0, 0), (1, 1), (1, 1)))
        patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        turned = weight[:, :, ::-1, ::-1]
        return np.moveaxis(np.tensordot(patches, turned, axes=([1, 4, 5], [0, 2, 3])), 3, 1)


class Relu:
    parameters = []
    gradients = []

    def forward(self, x):
        self.positive = x > 0
        return x * self.positive

    def backward(self, gradient):
        return gradient * self.positive


class MaxPool:
    """2x2 windows, stride 2."""

    parameters = []
    gradients = []

    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = x.shape
        windows = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
        self.winner = windows.argmax(axis=4)
        return windows.max(axis=4)

    def backward(self, gradient):
        n, c, h, w = self.shape
        spread = (self.winner[..., None] == np.arange(4)) * gradient[..., None]
        spread = spread.reshape(n, c, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        return spread.reshape(self.shape)


class FullyConnected:
    def __init__(self, inputs, outputs, random):
        self.parameters = [
            random.normal(0, np.sqrt(1 / inputs), (outputs, inputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        ]

    def forward(self, x):
        self.x = x
        return x @ self.parameters[0].T + self.parameters[1]

    def backward(self, gradient):
        self.gradients = [gradient.T @ self.x, gradient.sum(axis=0)]
        return gradient @ self.parameters[0]


class DigitsNetwork:
    """8x8 image -> conv, relu -> conv, + residual, relu -> pool -> conv, relu -> pool -> fully connected -> 10 logits."""

    def __init__(self, random):
        self.conv1 = Convolution(1, 16, random)
        self.conv2 = Convolution(16, 16, random)
        self.conv3 = Convolution(16, 32, random)
        self.fully_connected = FullyConnected(32 * 2 * 2, 10, random)
        self.relu1, self.relu2, self.relu3 = Relu(), Relu(), Relu()
        self.pool1, self.pool2 = MaxPool(), MaxPool()
        self.layers = [self.conv1, self.conv2, self.conv3, self.fully_connected]

    def forward(self, images):
        """Returns every tensor that will be quantized, by name; "logits" is the result."""
        tensors = {"image": images}
        tensors["relu1"] = self.relu1.forward(self.conv1.forward(images))
        tensors["conv2"] = self.conv2.forward(tensors["relu1"])
        tensors["residual"] = self.relu2.forward(tensors["relu1"] + tensors["conv2"])
        pooled = self.pool1.forward(tensors["residual"])
        tensors["relu3"] = self.relu3.forward(self.conv3.forward(pooled))
        pooled = self.pool2.forward(tensors["relu3"])
        self.pooled_shape = pooled.shape
        tensors["logits"] = self.fully_connected.forward(pooled.reshape(len(images), -1))
        return tensors

    def backward(self, gradient):
        gradient = self.fully_connected.backward(gradient).reshape(self.pooled_shape)
        gradient = self.conv3.backward(self.relu3.backward(self.pool2.backward(gradient)))
        gradient = self.relu2.backward(self.pool1.backward(gradient))
        self.conv1.backward(self.relu1.backward(gradient + self.conv2.backward(gradient)))


class Adam:
    """Kingma and Ba 2015, with their default constants."""

    def __init__(self, layers):
        self.layers = layers
        self.moments = [[(np.zeros_like(p), np.zeros_like(p)) for p in layer.parameters] for layer in layers]
        self.step_number = 0

    def step(self, rate):
        self.step_number += 1
        correction = np.sqrt(1 - 0.999**self.step_number) / (1 - 0.9**self.step_number)
        for layer, moments in zip(self.layers, self.moments):
            for parameter, gradient, (mean, square) in zip(layer.parameters, layer.gradients, moments):
                mean += 0.1 * (gradient - mean)
                square += 0.001 * (gradient**2 - square)
                parameter -= np.float32(rate * correction) * mean / (np.sqrt(square) + 1e-8)
