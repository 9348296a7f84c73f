#!/usr/bin/env python3
"""Measures what changes do to heatmaps, and whether `gradcam compare` catches them.

  scripts/regression_table.py                prints the table
  scripts/regression_table.py --write-docs   and puts it into docs/regression.md

EfficientNet-Lite0 explains six pictures again and again, each time with one thing changed, and every
run is compared with the first. Ends with 1 if a change is not judged as its row says. Random numbers
are seeded; the last digits depend on the processor.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from skimage import data

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs" / "regression.md"
BEGIN, END = "<!-- written by scripts/regression_table.py -->", "<!-- end of the table -->"

SAME, CAUGHT, REFUSED = 0, 1, 2  # exit codes of compare
VERDICTS = {SAME: "passes", CAUGHT: "caught", REFUSED: "refused"}
MEASURES = ("max_difference", "rmse", "correlation", "iou", "peak_shift", "probability_difference")

PICTURES: dict[str, Callable] = {
    "astronaut": data.astronaut,
    "chelsea": data.chelsea,
    "coffee": data.coffee,
    "hubble": data.hubble_deep_field,
    "motorcycle": lambda: data.stereo_motorcycle()[0],
    "rocket": data.rocket,
}


def perturbed(network: torch.jit.ScriptModule, share: float, seed: int = 0) -> None:
    """Multiplies every weight by 1 + share * (a standard normal number)."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.mul_(1 + share * noise)


def reinitialised(network: torch.jit.ScriptModule, block: str, seed: int = 0) -> None:
    """Gives the convolutions of one block new weights of the same mean and deviation."""
    generator = torch.Generator().manual_seed(seed)
    weights = [parameter for name, parameter in network.named_parameters()
               if name.startswith(block + ".") and parameter.dim() == 4]
    assert weights, f"no convolution in {block}"
    for weight in weights:
        noise = torch.randn(weight.shape, generator=generator)
        weight.copy_(noise * weight.std() + weight.mean())


@dataclass(frozen=True)
class Change:
    """One thing that is not as in the baseline, and what compare must make of it."""

    words: str
    expected: int
    options: tuple[str, ...] = ()  # of the run
    compare: tuple[str, ...] = ()  # of compare
    edit: Callable[[torch.jit.ScriptModule], None] | None = None  # of the model file


CHANGES = [
    Change("1 thread instead of 2", SAME, ("--threads", "1")),
    Change("4 threads", SAME, ("--threads", "4")),
    Change("pictures computed one by one", SAME, ("--batch-size", "1")),
    Change("batches of 4", SAME, ("--batch-size", "4")),
    Change("`--deterministic`", SAME, ("--deterministic",)),
    Change("`--engine libtorch`", SAME, ("--engine", "libtorch")),
    Change("`--precision bfloat16`", SAME, ("--precision", "bfloat16", "--force-precision")),
    Change("weights ± 0.1 %", SAME, edit=lambda network: perturbed(network, 0.001)),
    Change("weights ± 1 %", CAUGHT, edit=lambda network: perturbed(network, 0.01)),
    Change("weights ± 10 %", CAUGHT, edit=lambda network: perturbed(network, 0.1)),
    Change("last block re-initialised", CAUGHT,
           edit=lambda network: reinitialised(network, "_blocks.15")),
    Change("a block in the middle re-initialised", CAUGHT,
           edit=lambda network: reinitialised(network, "_blocks.8")),
    Change("another class explained", CAUGHT, ("--class", "tabby")),
    Change("another layer", REFUSED, ("--layer", "_blocks.14")),
    Change("another layer, `--allow-setup-change`", CAUGHT, ("--layer", "_blocks.14"),
           ("--allow-setup-change",)),
    Change("another score", REFUSED, ("--score", "logit")),
    Change("another preprocessing (`--crop 1`)", REFUSED, ("--crop", "1")),
]


@dataclass(frozen=True)
class Row:
    change: Change
    code: int
    document: dict | None  # of compare --json

    @property
    def as_expected(self) -> bool:
        return self.code == self.change.expected

    def cells(self) -> list[str]:
        extremes = (self.document or {}).get("extremes", {})
        numbers = ["–" if extremes.get(name) is None
                   else f"{extremes[name]['value']:.4f}" if name in ("correlation", "iou")
                   else f"{extremes[name]['value']:.2g}" for name in MEASURES]
        return [self.change.words, *numbers, VERDICTS.get(self.code, f"exit {self.code}")]


class Bench:
    """The six pictures, a model and its baseline in a folder of their own."""

    def __init__(self, program: Path, model: Path, folder: Path, write: str = "json,raw"):
        self.program, self.model, self.folder, self.write = program, model, folder, write
        self.pictures = folder / "pictures"
        self.pictures.mkdir()
        for name, load in PICTURES.items():
            Image.fromarray(load()).save(self.pictures / f"{name}.png")
        self.baseline = self.explain("baseline", model)

    def explain(self, name: str, model: Path, options: tuple[str, ...] = ()) -> Path:
        output = self.folder / name
        threads = () if "--threads" in options else ("--threads", "2")
        subprocess.run([self.program, "--model", model, "--quiet", "--write", self.write,
                        "--output", output, *threads, *options, self.pictures], check=True)
        return output

    def edited(self, change: Change) -> Path:
        if change.edit is None:
            return self.model
        card = {"gradcam.json": ""}
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript as a whole
            network = torch.jit.load(str(self.model), _extra_files=card)
            change.edit(network)
            path = self.folder / "changed.pt"
            torch.jit.save(network, str(path), _extra_files=card)
        return path

    def compare(self, current: Path, options: tuple[str, ...] = ()) -> tuple[int, dict | None]:
        finished = subprocess.run([self.program, "compare", self.baseline, current, "--json",
                                   *options], capture_output=True, text=True, check=False)
        return finished.returncode, json.loads(finished.stdout) if finished.stdout else None

    def row(self, change: Change) -> Row:
        name = f"current-{CHANGES.index(change)}"
        current = self.explain(name, self.edited(change), change.options)
        return Row(change, *self.compare(current, change.compare))


def table(rows: list[Row]) -> str:
    heading = ["change", "largest difference", "RMSE", "correlation", "overlap", "peak shift",
               "probability", "compare"]
    lines = [heading, ["---"] * len(heading), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_docs(text: str) -> None:
    document = DOCS.read_text()
    before, rest = document.split(BEGIN)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def bench_parser(description: str | None) -> argparse.ArgumentParser:
    """With the options that say what a Bench runs."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROJECT / "build" / "release" / "gradcam")
    parser.add_argument("--model", type=Path,
                        default=PROJECT / "models" / "efficientnet_lite0.pt",
                        help="as scripts/export_model.py efficientnet_lite0 makes it")
    return parser


def main() -> int:
    parser = bench_parser(__doc__)
    parser.add_argument("--write", default="json,raw", metavar="LIST",
                        help="what the runs write: json,raw or gradcam,saliency,json")
    parser.add_argument("--write-docs", action="store_true", help=f"update {DOCS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradcam-regression-") as folder:
        bench = Bench(options.program.resolve(), options.model.resolve(), Path(folder),
                      options.write)
        rows = [bench.row(change) for change in CHANGES]
    text = table(rows)
    print(text)
    if options.write_docs:
        write_docs(text)
    wrong = [row for row in rows if not row.as_expected]
    for row in wrong:
        print(f"'{row.change.words}' ended with {row.code}, expected {row.change.expected}",
              file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
