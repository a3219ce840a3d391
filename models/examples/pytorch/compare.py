#!/usr/bin/env python3
"""Holds logits and gradients that the `pytorch` example wrote against those of PyTorch.

    cargo run --release -p cistron-models --example pytorch -- OUT
    python3 models/examples/pytorch/compare.py OUT

Prints max |a - b| / max |b| of each tensor, b in 64-bit floats, and fails where one is above 1e-5.
"""
import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F


def read(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            values = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
            tensors[name] = values.double().reshape(entry["shape"])
    return tensors


def cnn(ids, w, average):
    x = F.one_hot(ids, 4).double().mT  # (N, C, L)
    for layer, pool in ((0, 4), (3, 5), (6, None)):
        weight, bias = w[f"layers.{layer}.weight"], w[f"layers.{layer}.bias"]
        x = F.relu(F.conv1d(x, weight.permute(2, 1, 0), bias, padding=weight.shape[0] // 2))
        if pool is None:
            x = x.mean(2) if average else x.amax(2)
        else:
            x = F.avg_pool1d(x, pool) if average else F.max_pool1d(x, pool)
    return x @ w["layers.9.weight"] + w["layers.9.bias"]


def transformer(ids, w):
    x = w["layers.0.weight"][ids] + w["layers.1.weight"]
    n, t, d = x.shape

    def norm(x, path):
        return F.layer_norm(x, (d,), w[path + ".weight"], w[path + ".bias"])

    def linear(x, path):
        return x @ w[path + ".weight"] + w[path + ".bias"]

    for layer in (2, 4):
        qkv = linear(norm(x, f"layers.{layer}.0"), f"layers.{layer}.1.query_key_value")
        q, k, v = qkv.view(n, t, 3, 4, d // 4).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d)
        x = x + linear(a, f"layers.{layer}.1.output")
        h = F.relu(linear(norm(x, f"layers.{layer + 1}.0"), f"layers.{layer + 1}.1"))
        x = x + linear(h, f"layers.{layer + 1}.3")
    return linear(norm(x, "layers.6").mean(1), "layers.8")


def main():
    folder, worst = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."), 0.0
    networks = {
        "cnn": lambda ids, w: cnn(ids, w, False),
        "cnn-average": lambda ids, w: cnn(ids, w, True),
        "transformer": transformer,
    }
    for name, forward in networks.items():
        found = read(folder / f"{name}.safetensors")
        weights = {
            key.removeprefix("weight."): value.requires_grad_()
            for key, value in found.items()
            if key.startswith("weight.")
        }
        logits = forward(found["ids"].long(), weights)
        F.cross_entropy(logits, found["labels"].long()).backward()
        pairs = {"logits": (found["logits"], logits.detach())}
        for key, weight in weights.items():
            pairs[f"gradient of {key}"] = (found[f"gradient.{key}"], weight.grad)
        for key, (ours, theirs) in pairs.items():
            error = float((ours - theirs).abs().max() / theirs.abs().max())
            worst = max(worst, error)
            print(f"{name}\t{key}\t{error:.1e}")
    print(f"greatest\t{worst:.1e}")
    sys.exit(worst > 1e-5)


if __name__ == "__main__":
    main()
