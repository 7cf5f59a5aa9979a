# SPDX-License-Identifier: Apache-2.0
"""Transformers: BERT-base (Devlin et al. 2018), GPT-2 small (Radford et al. 2019) for a prompt and for one token with a cache, ViT-B/16
(Dosovitskiy et al. 2020). All have 12 layers of 768 channels, 12 heads and a hidden layer of 3072; batch 1."""
import numpy as np
from float_graph import FLOAT, INT64

LAYERS, CHANNELS, HEADS, HIDDEN = 12, 768, 12, 3072
HEAD = CHANNELS // HEADS


def heads(net, name, x, tokens, transposed=False):
    """[1][tokens][768] to [1][12][tokens][64], or to [1][12][64][tokens]."""
    y = net.reshape(f"{name}_heads", x, (1, tokens, HEADS, HEAD))
    return net.node("Transpose", [y], f"{name}_transposed", perm=[0, 2, 3, 1] if transposed else [0, 2, 1, 3])


def attention(net, name, x, tokens, mask=None, cache=None):
    """Attention of `tokens` on themselves, and with `cache` = (keys, values) on [1][12][past][64] before them. Returns the output and
    the keys and values of all."""
    q, k, v = (net.linear(f"{name}_{part}", x, CHANNELS, CHANNELS) for part in ("query", "key", "value"))
    q, k, v = heads(net, f"{name}_query", q, tokens), heads(net, f"{name}_key", k, tokens), heads(net, f"{name}_value", v, tokens)
    if cache:
        k = net.node("Concat", [cache[0], k], f"{name}_keys", axis=2)
        v = net.node("Concat", [cache[1], v], f"{name}_values", axis=2)
    transposed = net.node("Transpose", [k], f"{name}_key_columns", perm=[0, 1, 3, 2])
    scores = net.node("MatMul", [q, transposed], f"{name}_scores")
    scores = net.node("Div", [scores, net.scalar(f"{name}_root", np.sqrt(HEAD))], f"{name}_scaled")
    if mask:
        scores = net.node("Add", [scores, mask], f"{name}_masked")
    y = net.node("MatMul", [net.node("Softmax", [scores], f"{name}_softmax", axis=-1), v], f"{name}_mixed")
    y = net.node("Transpose", [y], f"{name}_merged", perm=[0, 2, 1, 3])
    y = net.reshape(f"{name}_joined", y, (1, tokens, CHANNELS))
    return net.linear(f"{name}_output", y, CHANNELS, CHANNELS), k, v


def feed_forward(net, name, x):
    y = net.gelu(f"{name}_gelu", net.linear(f"{name}_up", x, CHANNELS, HIDDEN))
    return net.linear(f"{name}_down", y, HIDDEN, CHANNELS, gain=2.0)


def norm_first(net, name, x, tokens, mask=None, cache=None):
    """A layer of GPT-2 and ViT."""
    y, k, v = attention(net, f"{name}_attention", net.layer_norm(f"{name}_norm1", x, CHANNELS), tokens, mask, cache)
    x = net.node("Add", [x, y], f"{name}_residual1")
    y = feed_forward(net, name, net.layer_norm(f"{name}_norm2", x, CHANNELS))
    return net.node("Add", [x, y], f"{name}_residual2"), k, v


def embed(net, name, ids, rows):
    return net.node("Gather", [net.weight(f"{name}_table", (rows, CHANNELS), 0.7), ids], name, axis=0)


def bert_base(net, tokens):
    ids = net.input("input_ids", INT64, [1, tokens])
    x = embed(net, "words", ids, 30522)
    x = net.node("Add", [x, net.weight("positions", (1, tokens, CHANNELS), 0.7)], "embedded")
    x = net.layer_norm("embedding_norm", x, CHANNELS)
    for layer in range(LAYERS):
        name = f"layer{layer + 1}"
        y, _, _ = attention(net, f"{name}_attention", x, tokens)
        x = net.layer_norm(f"{name}_norm1", net.node("Add", [x, y], f"{name}_residual1"), CHANNELS)
        x = net.layer_norm(f"{name}_norm2", net.node("Add", [x, feed_forward(net, name, x)], f"{name}_residual2"), CHANNELS)
    net.output(x, "last_hidden_state", FLOAT, [1, tokens, CHANNELS])


def gpt2_small(net, tokens, past):
    """`past` tokens lie in the cache; 0 is a prompt without one. The logits are those of the last token."""
    x = embed(net, "words", net.input("input_ids", INT64, [1, tokens]), 50257)
    x = net.node("Add", [x, net.weight("positions", (1, tokens, CHANNELS), 0.7)], "embedded")
    mask = None
    if tokens > 1:
        mask = net.constant("mask", np.triu(np.full((tokens, tokens), -1e4, np.float32), 1))
    for layer in range(LAYERS):
        name = f"layer{layer + 1}"
        cache = [net.input(f"past_{part}_{layer + 1}", FLOAT, [1, HEADS, past, HEAD]) for part in ("keys", "values")] if past else None
        x, k, v = norm_first(net, name, x, tokens, mask, cache)
        for part, tensor in (("keys", k), ("values", v)):
            net.output(tensor, f"{part}_{layer + 1}", FLOAT, [1, HEADS, past + tokens, HEAD])
    x = net.layer_norm("final_norm", x, CHANNELS)
    if tokens > 1:
        last = net.constant("last_index", np.array([tokens - 1], np.int64))
        x = net.node("Gather", [x, last], "last_token", axis=1)
    weight = net.weight("vocabulary_weight", (CHANNELS, 50257), np.sqrt(1 / CHANNELS))
    net.output(net.node("MatMul", [x, weight], "vocabulary"), "logits", FLOAT, [1, 1, 50257])


def vit_b16(net, size):
    patches = (size // 16) ** 2
    image = net.input("image", FLOAT, [1, 3, size, size])
    weight, bias = net.weight("patch_weight", (CHANNELS, 3, 16, 16), np.sqrt(1 / 768)), net.weight("patch_bias", (CHANNELS,), 0.02)
    x = net.node("Conv", [image, weight, bias], "patches", kernel_shape=[16, 16], strides=[16, 16])
    x = net.node("Transpose", [net.reshape("patch_rows", x, (1, CHANNELS, patches))], "patch_tokens", perm=[0, 2, 1])
    x = net.node("Concat", [net.weight("class_token", (1, 1, CHANNELS), 0.7), x], "tokens", axis=1)
    x = net.node("Add", [x, net.weight("positions", (1, patches + 1, CHANNELS), 0.3)], "embedded")
    for layer in range(LAYERS):
        x, _, _ = norm_first(net, f"layer{layer + 1}", x, patches + 1)
    x = net.layer_norm("final_norm", x, CHANNELS)
    x = net.node("Gather", [x, net.constant("class_index", np.array(0, np.int64))], "class", axis=1)
    weight, bias = net.weight("head_weight", (1000, CHANNELS), np.sqrt(1 / CHANNELS)), net.weight("head_bias", (1000,), 0.02)
    net.output(net.node("Gemm", [x, weight, bias], "head", transB=1), "logits", FLOAT, [1, 1000])
