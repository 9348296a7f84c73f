"""The network in Python, its layer, and its input as the card of the network says."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from gradcam_export.cards import known_card
from gradcam_export.keras.efficientnet import efficientnet_b0
from gradcam_export.keras.vgg16 import vgg16
from gradcam_export.keras.xception import xception

BUILDERS = {"efficientnet_b0": efficientnet_b0, "vgg16": vgg16, "xception": xception}


def load_network(name: str, weights: Path) -> tuple[torch.nn.Module, torch.nn.Module]:
    """The network and the layer that is explained."""
    network = BUILDERS[name](1000, "softmax").eval()
    network.load_state_dict(torch.load(weights, mmap=True, weights_only=True))
    return network, network.get_submodule(known_card(name)["layer"])


def load_input(name: str, images: list[Image.Image]) -> torch.Tensor:
    """[N, 3, H, W]"""
    preprocess = known_card(name)["preprocess"]["imagenet"]
    return torch.from_numpy(np.stack([_prepared(image, preprocess) for image in images]))


def _prepared(image: Image.Image, preprocess: dict[str, Any]) -> np.ndarray:
    height, width = preprocess["size"]
    resized = image.resize((width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized, dtype=np.float32) / np.float32(preprocess["scale"])
    values = (pixels - np.float32(preprocess["mean"])) / np.float32(preprocess["std"])
    channels_first = values.transpose(2, 0, 1)
    return np.ascontiguousarray(channels_first[::-1] if preprocess["bgr"] else channels_first)
