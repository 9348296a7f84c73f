"""Pictures made by arithmetic."""

from pathlib import Path

import numpy as np
from PIL import Image


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    """Red grows to the right, green downwards, a bright blue square in the upper left quarter."""
    x = np.linspace(0, 255, width)[None, :]
    y = np.linspace(0, 255, height)[:, None]
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0] = x
    rgb[..., 1] = y
    rgb[: max(1, height // 2), : max(1, width // 2), 2] = 255
    return Image.fromarray(rgb)


def save(path: Path, width: int = 64, height: int = 48, **options) -> Path:
    """Writes `gradient` in the format of the extension; `options` go to Pillow."""
    gradient(width, height).save(path, **options)
    return path
