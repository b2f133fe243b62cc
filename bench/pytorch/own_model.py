"""ODIN of a classifier in PyTorch, on the CPU, as who trained the classifier in PyTorch would write it: the peer of
`bench/own-model`. Weights and images come from a safetensors file. Prints one line of JSON. Needs torch 1.13 or later.

    python3 own_model.py convnet FILE --threads 2 --images 10000
"""

from __future__ import annotations

import argparse
import json
import struct
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TEMPERATURE, EPSILON = 5.0, 0.0014
BATCHES = (50, 100, 250, 500)


class Convnet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 5), nn.Conv2d(16, 32, 5)
        self.fc1, self.fc = nn.Linear(512, 100), nn.Linear(100, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc(F.relu(self.fc1(torch.flatten(x, 1))))


class Residual(nn.Module):
    """Batch-norms are folded into the convolutions, which is the fastest that PyTorch has."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, channels = nn.Conv2d(3, 16, 3, padding=1), 16
        for i, maps in enumerate((16, 32, 64)):
            block = nn.Module()
            stride = 1 if i == 0 else 2
            block.conv1 = nn.Conv2d(channels, maps, 3, stride, 1)
            block.conv2 = nn.Conv2d(maps, maps, 3, 1, 1)
            if i > 0:
                block.short = nn.Conv2d(channels, maps, 1, stride)
            self.add_module(f"block{i}", block)
            channels = maps
        self.fc = nn.Linear(channels, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(x))
        for i in range(3):
            block = getattr(self, f"block{i}")
            y = block.conv2(F.relu(block.conv1(x)))
            x = F.relu(y + (block.short(x) if i > 0 else x))
        return self.fc(x.mean((2, 3)))


def read_safetensors(path: Path) -> dict[str, Tensor]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        raw = bytearray(data[8 + length + begin : 8 + length + end])
        tensors[name] = torch.frombuffer(raw, dtype=torch.float32).reshape(entry["shape"])
    return tensors


def odin(model: nn.Module, images: Tensor, batch: int) -> Tensor:
    """1 - max softmax of the perturbed images."""
    scores = []
    for x in images.split(batch):
        x = x.clone().requires_grad_(True)
        logits = model(x) / TEMPERATURE
        F.cross_entropy(logits, logits.argmax(1), reduction="sum").backward()
        with torch.inference_mode():
            perturbed = x - EPSILON * x.grad.sign()
            scores.append(1 - F.softmax(model(perturbed) / TEMPERATURE, 1).max(1).values)
    return torch.cat(scores)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=["convnet", "residual"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tensors = read_safetensors(options.file)
    images = tensors.pop("images")
    model = Convnet() if options.network == "convnet" else Residual()
    model.load_state_dict(tensors)
    model.eval().requires_grad_(False)
    first = odin(model, images[:100], 100)
    # The batch that suits PyTorch best here.
    tried = {}
    for batch in BATCHES:
        start = time.perf_counter()
        odin(model, images[:500], batch)
        tried[batch] = time.perf_counter() - start
    batch = min(tried, key=tried.__getitem__)
    rounds = -(-options.images // len(images))
    seconds = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        for _ in range(rounds):
            odin(model, images, batch)
        seconds.append(round(time.perf_counter() - start, 4))
    print(json.dumps({"seconds": seconds, "scores": first[:8].tolist(), "batch": batch, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
