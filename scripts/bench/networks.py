"""The networks that are timed: the three of keras.applications with random weights.

The weights are made once, well-conditioned: with a default initialisation the numbers of a deep
network become denormal, and the times wrong. The program gets them in a TorchScript file, the peers
in a state dict for the same network in Python.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.environment import PROJECT

SCRIPTS = PROJECT / "scripts"
FOLDER = PROJECT / "build" / "bench"


@dataclass(frozen=True)
class Network:
    name: str  # as scripts/export_model.py takes it
    title: str
    pictures: int  # so many that every engine is tried, in a small part of the run

    @property
    def model(self) -> Path:
        return FOLDER / f"{self.name}.pt"

    @property
    def weights(self) -> Path:
        return FOLDER / f"{self.name}.pth"

    @property
    def side(self) -> int:
        """Height and width of the input."""
        return self._card["preprocess"]["imagenet"]["size"][0]

    @property
    def _card(self) -> dict[str, Any]:
        path = PROJECT / "models" / f"{self.name}.json"
        return json.loads(path.read_text(encoding="utf-8"))


NETWORKS = {network.name: network for network in (
    Network("vgg16", "VGG16", 64), Network("xception", "Xception", 64),
    Network("efficientnet_b0", "EfficientNet-B0", 512))}


# What is around the network shall be seen.
TINY = Network("tiny", "tiny network", 0)


def make_tiny_file() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not TINY.model.exists():
        part = TINY.model.with_suffix(".part")
        _run("-m", "bench.peers.tiny_network", part)
        os.replace(part, TINY.model)


def make_files(network: Network) -> None:
    """The same weights for both sides; made once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not network.weights.exists():
        part = network.weights.with_suffix(".part")
        _run("-m", "bench.peers.random_weights", network.name, part)
        os.replace(part, network.weights)
    if not network.model.exists():
        _run("export_model.py", network.name, "--weights", network.weights, "-o", network.model)


def _run(*arguments: str | Path) -> None:
    """Its reports go where messages do: the standard output is the table's."""
    subprocess.run([sys.executable, *arguments], cwd=SCRIPTS, check=True, stdout=sys.stderr)
