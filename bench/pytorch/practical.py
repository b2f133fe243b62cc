"""Week 3 of the practical in PyTorch, on the CPU: the peer that Credence is timed against.

Each phase prints one line of JSON on stdout: {"phase": name, "seconds": [one per repeat], ...}. Progress and
hints go to stderr. Needs torch 1.13 or later and nothing else.

    python3 practical.py MNIST_FOLDER --ood KMNIST_FOLDER --threads 2
    python3 practical.py MNIST_FOLDER --phases classifier odin --limit 2000
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import resource
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MEAN, STD = 0.1307, 0.3081
TRAIN_BATCH = 100
TEMPERATURE, EPSILON = 5.0, 0.0014

# A reference BLAS does about 7 GFLOP/s on any number of cores, an optimised one over 40 on one.
SLOW_GEMM_GFLOPS = 20

Result = dict[str, Any]


class Classifier(nn.Module):
    """Two convolutions, two fully connected layers; 65,558 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.features = nn.Sequential(nn.Dropout(0.5), nn.Linear(512, 100), nn.ReLU(), nn.Dropout(0.25))
        self.output = nn.Linear(100, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.output(self.features(self.convolutions(images)))


def confidence_head() -> nn.Sequential:
    """ConfidNet: the logit of the true-class probability from the 100 features; 522,001 parameters."""
    layers: list[nn.Module] = []
    width = 100
    for _ in range(4):
        layers += [nn.Linear(width, 400), nn.ReLU()]
        width = 400
    return nn.Sequential(*layers, nn.Linear(width, 1))


def read_idx(folder: Path, name: str) -> Tensor:
    """An IDX file of bytes, gzipped or not."""
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.exists()), None)
    if path is None:
        sys.exit(f"{folder}: expected {name} or {name}.gz")
    data = bytearray(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        sys.exit(f"{path}: expected an IDX file of bytes")
    rank = data[3]
    shape = struct.unpack_from(f">{rank}I", data, 4)
    start = 4 + 4 * rank
    if len(data) != start + math.prod(shape):
        sys.exit(f"{path}: expected {start + math.prod(shape)} bytes for shape {shape}, got {len(data)}")
    return torch.frombuffer(data, dtype=torch.uint8, offset=start).reshape(shape)


def read_images(folder: Path, prefix: str, limit: int | None) -> Tensor:
    """Normalised images (N, 1, 28, 28), one tensor in memory."""
    images = read_idx(folder, f"{prefix}-images-idx3-ubyte")[:limit]
    return images.unsqueeze(1).float().div_(255).sub_(MEAN).div_(STD)


def read_labels(folder: Path, prefix: str, limit: int | None) -> Tensor:
    """Class indices (N,)."""
    return read_idx(folder, f"{prefix}-labels-idx1-ubyte")[:limit].long()


def shuffled_batches(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Batches of one epoch by indexing: no DataLoader, no workers, no copies between processes."""
    for index in torch.randperm(len(tensors[0])).split(TRAIN_BATCH):
        yield tuple(tensor[index] for tensor in tensors)


def train_classifier_epoch(
    model: Classifier, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor
) -> None:
    model.train()
    for x, y in shuffled_batches(images, labels):
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def train_confidnet_epoch(
    model: Classifier,
    head: nn.Sequential,
    optimizer: torch.optim.Optimizer,
    inputs: Tensor,
    labels: Tensor,
    encode: Callable[[Tensor], Tensor],
) -> None:
    """`encode` maps a batch of `inputs` to the 512 values before the first dropout."""
    model.train()
    head.train()
    for x, y in shuffled_batches(inputs, labels):
        with torch.no_grad():
            features = model.features(encode(x))
            target = model.output(features).softmax(1).gather(1, y.unsqueeze(1))
        optimizer.zero_grad(set_to_none=True)
        F.mse_loss(head(features).sigmoid(), target).backward()
        optimizer.step()


@torch.inference_mode()
def mc_dropout(model: Classifier, images: Tensor, batch: int, passes: int, cached: bool) -> Tensor:
    """Probabilities (passes, N, 10). `cached` runs what precedes the first dropout only once."""
    model.train()  # Dropout active; the network has no batch normalisation.
    samples = torch.empty(passes, len(images), 10)
    for start in range(0, len(images), batch):
        x = images[start : start + batch]
        flat = model.convolutions(x) if cached else None
        for sample in samples:
            logits = model(x) if flat is None else model.output(model.features(flat))
            sample[start : start + batch] = logits.softmax(1)
    return samples


@torch.inference_mode()
def uncertainties(samples: Tensor) -> dict[str, Tensor]:
    """Scores (N,) of samples (S, N, 10): variation ratio, entropy and mutual information, in nats."""
    mean = samples.mean(0)
    votes = F.one_hot(samples.argmax(2), 10).float().mean(0)
    entropy = torch.special.entr(mean).sum(1)
    return {
        "variationRatio": 1 - votes.amax(1),
        "entropy": entropy,
        "mutualInformation": entropy - torch.special.entr(samples).sum(2).mean(0),
    }


def odin(model: Classifier, images: Tensor, batch: int) -> Tensor:
    """The largest tempered softmax (N,) after a step against the loss of the predicted class."""
    model.eval()
    out = []
    for x in images.split(batch):
        x = x.detach().requires_grad_()
        logits = model(x) / TEMPERATURE
        loss = F.cross_entropy(logits, logits.argmax(1), reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        with torch.no_grad():
            moved = x - EPSILON * gradient.sign() / STD
            out.append((model(moved) / TEMPERATURE).softmax(1).amax(1))
    return torch.cat(out)


@torch.inference_mode()
def accuracy(model: Classifier, images: Tensor, labels: Tensor, batch: int) -> float:
    model.eval()
    batches = zip(images.split(batch), labels.split(batch), strict=True)
    right = sum(int((model(x).argmax(1) == y).sum()) for x, y in batches)
    return right / len(labels)


@torch.inference_mode()
def encode_all(model: Classifier, images: Tensor, batch: int) -> Tensor:
    return torch.cat([model.convolutions(x) for x in images.split(batch)])


def auroc(scores: Tensor, positive: Tensor) -> float:
    """Mann-Whitney without ties; a sanity check of the run, not a published figure."""
    ranks = scores.argsort().argsort().double() + 1
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n)))


def timed(repeats: int, run: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(round(time.perf_counter() - start, 4))
    return seconds


def peak_rss_bytes() -> int:
    """The process's largest resident memory so far. Linux keeps ru_maxrss over exec: a child of a larger process
    would report its parent's, so VmHWM is read where there is one."""
    try:
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024
    except (OSError, StopIteration):
        # In KiB, but in bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def emit(phase: str, seconds: list[float], **more: object) -> None:
    print(json.dumps({"phase": phase, "seconds": seconds, **more, "peakRssBytes": peak_rss_bytes()}), flush=True)


def gemm_gflops() -> float:
    """Rate of a float32 matrix product."""
    a, b = torch.randn(512, 512), torch.randn(512, 512)
    return round(2 * 512**3 / min(timed(5, lambda: a @ b)) / 1e9, 1)


class Run:
    """The data, the models and one method a phase; all phases share one classifier."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        mnist, limit = options.mnist, options.limit
        self.train_images = read_images(mnist, "train", limit)
        self.train_labels = read_labels(mnist, "train", limit)
        self.test_images = read_images(mnist, "t10k", limit)
        self.test_labels = read_labels(mnist, "t10k", limit)
        self.ood_images = read_images(options.ood, "t10k", limit) if options.ood else None
        self.model = Classifier()

    def classifier(self) -> Result:
        model = self.model.requires_grad_(True)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        seconds = timed(
            self.options.epochs,
            lambda: train_classifier_epoch(model, optimizer, self.train_images, self.train_labels),
        )
        correct = accuracy(model, self.test_images, self.test_labels, self.options.batch)
        return {"seconds": seconds, "accuracy": correct}

    def confidnet(self) -> Result:
        return self._confidnet(self.train_images, self.model.convolutions)

    def confidnet_cached(self) -> Result:
        """The frozen convolutions once, not once an epoch; their time stands beside `seconds`."""
        start = time.perf_counter()
        encoded = encode_all(self.model, self.train_images, self.options.batch)
        encoding = round(time.perf_counter() - start, 4)
        return {**self._confidnet(encoded, nn.Identity()), "encodingSeconds": encoding}

    def _confidnet(self, inputs: Tensor, encode: Callable[[Tensor], Tensor]) -> Result:
        model = self.model.requires_grad_(False)
        head = confidence_head()
        optimizer = torch.optim.Adam(head.parameters(), lr=1e-4)
        seconds = timed(
            self.options.confidnet_epochs,
            lambda: train_confidnet_epoch(model, head, optimizer, inputs, self.train_labels, encode),
        )
        model.eval()
        with torch.inference_mode():
            features = model.features(encode_all(model, self.test_images, self.options.batch))
            wrong = model.output(features).argmax(1) != self.test_labels
            score = -head(features).squeeze(1)
        return {"seconds": seconds, "failureAuroc": auroc(score, wrong)}

    def mc_dropout(self) -> Result:
        return self._mc_dropout(cached=False)

    def mc_dropout_cached(self) -> Result:
        return self._mc_dropout(cached=True)

    def _mc_dropout(self, cached: bool) -> Result:
        def score(images: Tensor, passes: int) -> dict[str, Tensor]:
            return uncertainties(mc_dropout(self.model, images, self.options.batch, passes, cached))

        score(self.test_images[: self.options.batch], 1)
        seconds = timed(self.options.repeats, lambda: score(self.test_images, self.options.passes))
        result: Result = {"seconds": seconds, "passes": self.options.passes}
        if self.ood_images is not None:
            inside, outside = score(self.test_images, 10), score(self.ood_images, 10)
            result["oodAuroc"] = self._ood_auroc(inside["entropy"], outside["entropy"])
        return result

    def odin(self) -> Result:
        self.model.requires_grad_(False)
        batch = self.options.batch
        odin(self.model, self.test_images[:batch], batch)
        seconds = timed(self.options.repeats, lambda: odin(self.model, self.test_images, batch))
        result: Result = {"seconds": seconds}
        if self.ood_images is not None:
            inside = odin(self.model, self.test_images, batch)
            outside = odin(self.model, self.ood_images, batch)
            result["oodAuroc"] = self._ood_auroc(-inside, -outside)
        return result

    @staticmethod
    def _ood_auroc(inside: Tensor, outside: Tensor) -> float:
        return auroc(torch.cat([inside, outside]), torch.arange(len(inside) + len(outside)) >= len(inside))


PHASES: dict[str, Callable[[Run], Result]] = {
    "classifier": Run.classifier,
    "confidnet": Run.confidnet,
    "mc-dropout": Run.mc_dropout,
    "odin": Run.odin,
    "confidnet-cached": Run.confidnet_cached,
    "mc-dropout-cached": Run.mc_dropout_cached,
}
PROTOCOL = ["classifier", "confidnet", "mc-dropout", "odin"]


def count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected an integer of at least 1")
    return value


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Week 3 of the practical in PyTorch, timed phase by phase.")
    parser.add_argument("mnist", type=Path, help="folder with the four IDX files of MNIST, gzipped or not")
    parser.add_argument("--ood", type=Path, help="folder with the t10k files of another set, to be detected")
    parser.add_argument(
        "--phases",
        nargs="+",
        choices=list(PHASES),
        default=PROTOCOL,
        metavar="PHASE",
        help=f"any of {', '.join(PHASES)}; the first four by default",
    )
    parser.add_argument("--threads", type=count, default=2, help="threads inside an operation (2)")
    parser.add_argument("--epochs", type=count, default=1, help="timed epochs of the classifier (1)")
    parser.add_argument("--confidnet-epochs", type=count, default=1, help="timed epochs of ConfidNet (1)")
    parser.add_argument("--passes", type=count, default=100, help="passes of MC dropout (100)")
    parser.add_argument("--repeats", type=count, default=3, help="repeats of MC dropout and ODIN (3)")
    parser.add_argument("--batch", type=count, default=1000, help="images a batch outside training (1000)")
    parser.add_argument("--limit", type=count, help="only so many images of each set: a smoke run")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    run = Run(options)
    gflops = gemm_gflops()
    emit("environment", [], torch=torch.__version__, threads=torch.get_num_threads(), gemmGflops=gflops)
    if gflops < SLOW_GEMM_GFLOPS:
        print(
            f"matrix products at {gflops} GFLOP/s: this torch is linked to a reference BLAS and is no fair"
            " peer; on Debian, install libopenblas0-pthread",
            file=sys.stderr,
        )
    if options.phases[0] != "classifier":
        print("the classifier is not trained first: timings hold, scores mean nothing", file=sys.stderr)
    for name in options.phases:
        print(f"{name} ...", file=sys.stderr)
        emit(name, **PHASES[name](run))


if __name__ == "__main__":
    main()
