"""The networks and pictures that are checked."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from bench.environment import PROJECT
from bench.networks import FOLDER, NETWORKS, make_files
from bench.pictures import make_pictures

TRAINED = "efficientnet_lite0"  # the only one with weights that anybody has; the others are seeded


@dataclass(frozen=True)
class Subject:
    name: str
    model: Path

    @property
    def is_trained(self) -> bool:
        return self.name == TRAINED


def make_subject(name: str) -> Subject:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if name != TRAINED:
        make_files(NETWORKS[name])
        return Subject(name, NETWORKS[name].model)
    model = FOLDER / f"{TRAINED}.pt"
    if not model.exists():
        subprocess.run([sys.executable, PROJECT / "scripts" / "export_model.py", TRAINED, "-o", model],
                       check=True, stdout=sys.stderr)
    return Subject(name, model)


class _Overflows(nn.Module):
    """Feature maps of some 1e6: float16 ends at 65504."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(3, 8, 3, padding=1)
        with torch.no_grad():
            self.convolution.weight.mul_(1e6)
        self.classes = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classes(torch.relu(self.convolution(x)).mean([2, 3]) * 1e-6)


class _Asserts(nn.Module):
    """A white picture reads far beyond a table. On CUDA that is an assertion in a kernel, which
    breaks the device for the rest of the process."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(3, 8, 3, padding=1)
        self.table = nn.Parameter(torch.ones(2, 8))
        self.classes = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        is_white = x.amin([1, 2, 3]) > 1.99
        rows = self.table.index_select(0, is_white.long() * 1_000_000)
        return self.classes(torch.relu(self.convolution(x)).mean([2, 3]) * rows)


class _Norms(nn.Module):
    """Norms that CUDA takes in one type only, weights and input alike."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(3, 8, 3, padding=1)
        self.group = nn.GroupNorm(2, 8)
        self.layer = nn.LayerNorm(8)
        self.maps = nn.Conv2d(8, 8, 3, padding=1)
        self.classes = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.group(self.convolution(x)).permute(0, 2, 3, 1)
        y = torch.relu(self.maps(self.layer(y).permute(0, 3, 1, 2)))
        return self.classes(y.mean([2, 3]))


def make_overflowing(folder: Path) -> Subject:
    return _saved(_Overflows(), "overflows", folder)


def make_asserting(folder: Path) -> Subject:
    return _saved(_Asserts(), "asserts", folder)


def make_normed(folder: Path) -> Subject:
    return _saved(_Norms(), "norms", folder)


def _saved(network: nn.Module, name: str, folder: Path) -> Subject:
    preprocess = {"size": [64, 64], "filter": "bilinear", "resize": {"mode": "squash"}, "scale": 255.0,
                  "mean": [0.5] * 3, "std": [0.25] * 3, "bgr": False}
    card = {"schema_version": 1, "name": name, "output_kind": "logits",
            "preprocess": {"plain": preprocess}}
    model = folder / f"{name}.pt"
    traced = torch.jit.trace(network.eval(), torch.zeros(1, 3, 64, 64))
    torch.jit.save(traced, str(model), _extra_files={"gradcam.json": json.dumps(card)})
    return Subject(name, model)


def white_picture(folder: Path) -> Path:
    path = folder / "white.png"
    Image.new("RGB", (64, 64), (255, 255, 255)).save(path)
    return path


def photographs(folder: Path, count: int, distinct: int = 64) -> list[Path]:
    """`count` JPEG files of 500x375; beyond `distinct` they are links to the first ones."""
    originals = make_pictures(FOLDER / "jpeg-500x375", min(count, distinct), 500, 375, ".jpg")
    links = folder / f"photographs-{count}"
    links.mkdir(parents=True, exist_ok=True)
    paths = [links / f"{number:05}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            path.symlink_to(originals[number % len(originals)])
    return paths
