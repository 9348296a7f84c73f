"""What is exported, and who makes it: a network by name, with weights from one of three places."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from gradcam_export.cards import Card, input_size
from gradcam_export.weights import (RANDOM_SEED, load_state, randomize, read_state, sha256_of)

RANDOM_ORIGIN = {"source": f"random numbers, seed {RANDOM_SEED}", "licence": "none"}


@dataclass(frozen=True)
class Classifier:
    """A network that is ready to be traced."""

    module: torch.nn.Module  # in eval mode
    card: Card  # without labels; `weights` tells where those of `module` come from


class Network(Protocol):
    """A classifier by name. `num_classes` None: as many as usual, or as the file has.

    Everything throws ExportError.
    """

    name: str  # of the card and of the default output file

    def pretrained(self, num_classes: int | None) -> Classifier:
        """With the ImageNet weights, by a download where they are not installed."""

    def random(self, num_classes: int | None) -> Classifier:
        """With seeded random weights."""

    def from_file(self, path: Path, num_classes: int | None) -> Classifier:
        """With the weights in a file of the user."""


def with_weights(network: Network, wanted: str, num_classes: int | None) -> Classifier:
    """`wanted`: imagenet, random or a file."""
    if wanted == "imagenet":
        return network.pretrained(num_classes)
    if wanted == "random":
        return network.random(num_classes)
    return network.from_file(Path(wanted), num_classes)


def file_origin(path: Path) -> dict[str, str]:
    return {"source": f"file {path.name}", "licence": "that of the file",
            "digest": f"sha256:{sha256_of(path)}"}


class LibraryNetwork(ABC):
    """A network of a PyTorch library: files are state dicts, and no card depends on them."""

    name: str

    @abstractmethod
    def card(self, weights_file: Path | None) -> Card:
        """Without labels; `weights` tells the origin of the library's own weights."""

    @abstractmethod
    def build(self, num_classes: int | None) -> torch.nn.Module:
        """In eval mode with the library's untrained weights."""

    @abstractmethod
    def load_pretrained(self, network: torch.nn.Module) -> None:
        """Loads the ImageNet weights."""

    def pretrained(self, num_classes: int | None) -> Classifier:
        card, module = self.card(None), self.build(num_classes)
        self.load_pretrained(module)
        return Classifier(module, card)

    def random(self, num_classes: int | None) -> Classifier:
        card, module = self.card(None), self.build(num_classes)
        randomize(module, input_size(card))
        return Classifier(module, {**card, "weights": RANDOM_ORIGIN})

    def from_file(self, path: Path, num_classes: int | None) -> Classifier:
        card, module = self.card(path), self.build(num_classes)
        load_state(module, read_state(path), str(path))
        return Classifier(module, {**card, "weights": file_origin(path)})
