"""Cards: what a network expects of a picture and what its outputs mean (docs/models.md)."""

import json
import math
from pathlib import Path
from typing import Any

from gradcam_export.errors import ExportError
from gradcam_export.labels import Label

Card = dict[str, Any]

CARDS_FOLDER = Path(__file__).resolve().parents[2] / "models"


def known_names() -> list[str]:
    return sorted(path.stem for path in CARDS_FOLDER.glob("*.json"))


def known_card(name: str) -> Card:
    return json.loads((CARDS_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def input_size(card: Card) -> tuple[int, int]:
    height, width = card["preprocess"]["imagenet"]["size"]
    return height, width


def with_labels(card: Card, labels: list[Label], weights: dict[str, str]) -> Card:
    """The card as it is embedded: with class names and the origin of the weights in this file."""
    complete = {key: value for key, value in card.items() if key != "weights"}
    if labels:
        complete["labels"] = labels
    complete["weights"] = weights
    return complete


def imagenet_preprocess(size: tuple[int, int], filter_name: str, resize: dict[str, Any],
                        mean: tuple[float, ...], std: tuple[float, ...]) -> Card:
    """For libraries that divide pixels by 255 before mean and std."""
    if filter_name not in ("bicubic", "bilinear"):
        raise ExportError(f"the network's pictures are resized by '{filter_name}', "
                          "which a card cannot say (bicubic or bilinear)")
    return {"size": list(size), "filter": filter_name, "resize": resize, "scale": 255.0,
            "mean": [float(value) for value in mean], "std": [float(value) for value in std],
            "bgr": False}


def torchvision_preprocess(transforms: Any) -> Card:
    """From the `transforms()` of a torchvision weights entry: shorter side, then a centre crop."""
    (pixels,), (side,) = transforms.resize_size, transforms.crop_size
    return imagenet_preprocess((side, side), transforms.interpolation.value,
                               {"mode": "shorter", "pixels": pixels}, transforms.mean,
                               transforms.std)


def timm_preprocess(config: dict[str, Any]) -> Card:
    """From timm's data config. Throws for the few crops that a card cannot say.

    Networks that squash the picture and then crop a margin of at most a tenth (NFNets) get the
    squash alone.
    """
    channels, height, width = config["input_size"]
    if channels != 3:
        raise ExportError(f"the network takes {channels} channels, not the 3 of a picture")
    mode, share = config["crop_mode"], config["crop_pct"]
    if mode == "squash" and share >= 0.9:
        resize: dict[str, Any] = {"mode": "squash"}
    elif mode == "center" and height == width:
        resize = {"mode": "shorter", "pixels": math.floor(height / share)}
    else:
        raise ExportError(
            f"the network's crop ('{mode}', {share} of {height}x{width}) cannot be said in a card",
            "export it by a script of your own and give size and preprocessing as options")
    return imagenet_preprocess((height, width), config["interpolation"], resize, config["mean"],
                               config["std"])
