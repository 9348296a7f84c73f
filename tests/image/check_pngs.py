#!/usr/bin/env python3
"""Reads what the program given writes (write_pngs.cc) with Pillow, compares every pixel,
and looks at the filters of the rows."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image


def deflated(file: pathlib.Path) -> bytes:
    content, at, data = file.read_bytes(), 8, b""
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at:at + 8])
        data += content[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return data


def filters(data: bytes, row_bytes: int) -> set[int]:
    """The filter types of the rows, the first byte of each."""
    return set(zlib.decompress(data)[::row_bytes + 1])


def bytes_before_the_first_flush(data: bytes) -> int:
    """A flush ends with an empty stored block."""
    before, empty_block, _ = data.partition(b"\0\0\xff\xff")
    return len(zlib.decompressobj().decompress(before + empty_block))


def check(file: pathlib.Path) -> None:
    kind, size = file.stem.split("_")
    width, height = map(int, size.split("x"))
    data = deflated(file)
    # Otherwise ISA-L's output depends on an address of its memory, see png.cc.
    assert bytes_before_the_first_flush(data) == min(8, len(zlib.decompress(data))), file
    i = np.arange(width * height, dtype=np.int64).reshape(height, width)
    with Image.open(file) as picture:
        pixels = np.asarray(picture)
        if kind == "rgb":
            assert picture.mode == "RGB", picture.mode
            expected = np.dstack([i, i * 7, i // 256]) % 256
            assert filters(data, 3 * width) == {1}  # Sub: neighbours in a photograph are alike
        else:
            assert picture.mode == "P", picture.mode
            # viridis begins with (68, 1, 84).
            assert picture.getpalette()[:3] == [68, 1, 84]
            assert len(picture.getpalette()) == 768
            expected = i * 11 % 256
            assert filters(data, width) == {0}  # neighbours' indices are not numbers to subtract
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
