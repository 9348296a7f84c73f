#!/usr/bin/env python3
"""Writes colormap_tables.inc: matplotlib's colour maps as bytes, int(255 * v)."""

import pathlib

import matplotlib
import numpy as np


def table(name: str) -> str:
    colours = matplotlib.colormaps[name](np.arange(256))[:, :3]
    cells = ["{%d, %d, %d}" % tuple(row) for row in (colours * 255).astype(int)]
    lines = [", ".join(cells[i : i + 6]) for i in range(0, 256, 6)]
    body = ",\n    ".join(lines)
    return f"constexpr Palette k{name.capitalize()}{{{{\n    {body},\n}}}};\n"


def main() -> None:
    target = pathlib.Path(__file__).with_name("colormap_tables.inc")
    names = ("jet", "turbo", "viridis", "inferno")
    text = "// clang-format off\n// Made by colormap_tables.py from matplotlib's tables: R, G, B.\n"
    target.write_text(text + "\n".join(table(name) for name in names) + "// clang-format on\n")


if __name__ == "__main__":
    main()
