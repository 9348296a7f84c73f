#!/usr/bin/env python3
"""Reads what the program given writes (write_pngs.cc) with Pillow and compares every pixel."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image


def check(file: pathlib.Path) -> None:
    kind, size = file.stem.split("_")
    width, height = map(int, size.split("x"))
    i = np.arange(width * height, dtype=np.int64).reshape(height, width)
    with Image.open(file) as picture:
        pixels = np.asarray(picture)
        if kind == "rgb":
            assert picture.mode == "RGB", picture.mode
            expected = np.dstack([i, i * 7, i // 256]) % 256
        else:
            assert picture.mode == "P", picture.mode
            # viridis begins with (68, 1, 84).
            assert picture.getpalette()[:3] == [68, 1, 84]
            assert len(picture.getpalette()) == 768
            expected = i * 11 % 256
    assert np.array_equal(pixels, expected), file


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        files = sorted(pathlib.Path(folder).iterdir())
        assert len(files) == 8, files
        for file in files:
            check(file)


if __name__ == "__main__":
    main()
