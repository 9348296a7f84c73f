"""Pictures to explain: different parts of scikit-image's photographs."""

import itertools
import os
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

PHOTOGRAPHS = (data.astronaut, data.chelsea, data.coffee, data.rocket)
LEAST_SHARE = 0.6  # of a side of the photograph
JPEG_QUALITY = 92
A_FOLDER = 1000  # files


def make_pictures(folder: Path, count: int, width: int, height: int, suffix: str) -> list[Path]:
    """`count` files in `folder`, and no others. Made once."""
    paths = [folder / f"{number:04}{suffix}" for number in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(paths):
        if not path.exists():
            _save(_picture(number, width, height), path)
    return paths


def make_many(folder: Path, originals: list[Path], count: int) -> Path:
    """A folder with `count` names for the files `originals`, a thousand in each of its folders,
    from 0000/0000000.jpg on. Made once."""
    if folder.is_dir():
        return folder
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    for number in range(count):
        original = originals[number % len(originals)]
        path = part / f"{number // A_FOLDER:04}" / f"{number:07}{original.suffix}"
        if number % A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        os.link(original, path)
    part.rename(folder)
    return folder


def _picture(number: int, width: int, height: int) -> Image.Image:
    photograph = Image.fromarray(next(itertools.islice(
        itertools.cycle(PHOTOGRAPHS), number % len(PHOTOGRAPHS), None))())
    random = np.random.default_rng(number)
    share_x, share_y = random.uniform(LEAST_SHARE, 1, 2)
    part_width, part_height = photograph.width * share_x, photograph.height * share_y
    left = random.uniform(0, photograph.width - part_width)
    top = random.uniform(0, photograph.height - part_height)
    return photograph.resize((width, height), Image.Resampling.BICUBIC,
                             (left, top, left + part_width, top + part_height))


def _save(picture: Image.Image, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    picture.save(part, format="BMP" if path.suffix == ".bmp" else "JPEG", quality=JPEG_QUALITY)
    os.replace(part, path)
