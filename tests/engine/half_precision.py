#!/usr/bin/env python3
"""What half precision does to the maps of well and of badly conditioned networks, as a table.

  tests/engine/half_precision.py [NETWORK...] [--program FILE]

The trained network is EfficientNet-Lite0; the others have the seeded weights of tests/oracle: numbers that
nobody trained, so that a little noise in front changes which activations are large behind. Each explains
the pictures of tests/oracle in float32 and, for the same class, in half precision. Measures, asserts
nothing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "oracle")]

from notebook_runs import export_reference, save_pictures  # noqa: E402
from support.program import Program  # noqa: E402

PROJECT = TESTS.parent
NETWORKS = ("efficientnet_lite0", "efficientnet_b0", "xception", "vgg16")
WAYS = {"bfloat16, LibTorch": ("bfloat16", "libtorch"),
        "bfloat16, OpenVINO": ("bfloat16", "openvino"),
        "float16, LibTorch": ("float16", "libtorch")}


def export(name: str, folder: Path) -> Path:
    if name != "efficientnet_lite0":
        return export_reference(name, folder)
    model = folder / f"{name}.pt"
    subprocess.run([sys.executable, PROJECT / "scripts" / "export_model.py", name, "-o", model],
                   check=True, stdout=subprocess.DEVNULL)
    return model


@dataclass(frozen=True)
class Explained:
    map: np.ndarray  # divided by its maximum, zero where it is negative
    target: int  # the class that was explained
    top: int  # the most probable one

    @property
    def peak(self) -> np.ndarray:
        return np.array(np.unravel_index(self.map.argmax(), self.map.shape))


def explain(gradcam: Program, model: Path, picture: Path, precision: str, engine: str,
            target: str) -> Explained | None:
    """None where the processor cannot do it, or the engine's feature maps are refused as too far off."""
    output = gradcam.home / f"{precision}-{engine}"
    result = gradcam("-m", model, picture, "-o", output, "--write", "raw,json", "--precision",
                     precision, "--force-precision", "--engine", engine, "--class", target,
                     timeout=900)
    if result.code == 2:
        return None
    assert result.code == 0, result.stderr
    raw = np.load(output / f"{picture.stem}.gradcam.npy")
    report = json.loads((output / f"{picture.stem}.json").read_text())
    return Explained(np.maximum(raw, 0) / raw.max(),
                     report["explanations"][0]["class"]["index"], report["top"][0]["index"])


def row(name: str, way: str, found: list[Explained | None], expected: list[Explained]) -> str:
    """`found` in half precision, `expected` in float32, of the same classes."""
    pairs = [(half, full) for half, full in zip(found, expected, strict=True) if half]
    if not pairs:
        return f"| {name} | {way} | refused | | | |"
    correlations = [np.corrcoef(half.map.ravel(), full.map.ravel())[0, 1] for half, full in pairs]
    difference = max(np.abs(half.map - full.map).max() for half, full in pairs)
    shift = max(np.abs(half.peak - full.peak).max() for half, full in pairs)
    other_class = sum(half.top != full.top for half, full in pairs)
    refused = f", {len(found) - len(pairs)} refused" if len(pairs) < len(found) else ""
    return (f"| {name} | {way} | {min(correlations):.4f} … {max(correlations):.4f}{refused} | "
            f"{difference:.2g} | {shift} | {other_class} of {len(pairs)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "build" / "release" / "gradcam"))
    parser.add_argument("networks", nargs="*", choices=[*NETWORKS, []], metavar="NETWORK")
    options = parser.parse_args()
    print("| network | precision | correlation | largest difference | peak moves, cells | "
          "another top class |")
    print("| --- " * 6 + "|")
    for name in options.networks or NETWORKS:
        with tempfile.TemporaryDirectory(prefix="gradcam-half-") as folder:
            gradcam = Program(options.program, Path(folder))
            model, pictures = export(name, Path(folder)), save_pictures(Path(folder))
            expected = [explain(gradcam, model, picture, "float32", "libtorch", "top")
                        for picture in pictures]
            for way, (precision, engine) in WAYS.items():
                found = [explain(gradcam, model, picture, precision, engine, str(full.target))
                         for picture, full in zip(pictures, expected, strict=True)]
                print(row(name, way, found, expected), flush=True)


if __name__ == "__main__":
    main()
