"""What the test of the notebook's numbers runs: pictures, export, program."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data
from support import models
from support.memory import peak_memory
from support.program import Program

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
COPIES, BATCH = 24, 8  # more than the 20 pictures from which on engines are tried out
OUTPUTS = "gradcam,gradcam-overlay,saliency,saliency-overlay,raw,input,map,json"

@dataclass(frozen=True)
class Runs:
    """Folders of results with the preset's score, the probability, by LibTorch and by OpenVINO, and
    with the log-odds; and of copies of all of them in batches, first as loaded, then rearranged for
    speed, and of each of them alone."""

    prob: Path
    openvino: Path
    logodds: Path
    batches: Path
    alone: Path
    peak_bytes: int  # of the program in the first run
    batches_peak_bytes: int


def save_pictures(folder: Path) -> list[Path]:
    """The pictures of the references: two of scikit-image's, and one of its own that fades out."""
    rgb = data.rocket()
    pictures = {"chelsea": data.chelsea(), "astronaut": data.astronaut(),
                "rocket_rgba": np.dstack([rgb, soft_ellipse(*rgb.shape[:2])])}
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return [folder / f"{name}.png" for name in pictures]


def soft_ellipse(height: int, width: int) -> np.ndarray:
    """Opaque in the middle, transparent in the corners."""
    y, x = np.mgrid[0:height, 0:width]
    radius = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))
    return np.rint(np.clip((1.25 - radius) / 0.5, 0, 1) * 255).astype(np.uint8)


def export_reference(name: str, folder: Path) -> Path:
    """The network with the references' weights; only the exported file stays behind."""
    weights, model = folder / "weights.h5", folder / f"{name}.pt"
    try:
        subprocess.run([sys.executable, HERE / "reference_weights.py", name, weights], check=True)
        subprocess.run([sys.executable, PROJECT / "scripts" / "export_model.py", name,
                        "--weights", weights, "-o", model], check=True, stdout=subprocess.DEVNULL)
    finally:
        weights.unlink(missing_ok=True)
    return model


class DrawnMap(torch.nn.Module):
    """A classifier whose Grad-CAM map is the given one, whatever it sees.

    The score of class 0 is the sum of the layer's output, so the gradient is 1 in every cell and
    dividing by the maximum, which is 1, gives back the map to the last bit.
    """

    def __init__(self, drawn: np.ndarray) -> None:
        super().__init__()
        self.layer = AddedTo(drawn)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.layer(x).sum((1, 2, 3))
        return torch.stack((first, torch.zeros_like(first)), 1)


class AddedTo(torch.nn.Module):
    def __init__(self, drawn: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("drawn", torch.from_numpy(drawn)[None, None])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((1, 2, 3), keepdim=True) * 0 + self.drawn


def draw_reference_map(program: Program, drawn: np.ndarray, side: int, picture: Path,
                       output: Path) -> None:
    """The program's drawing of a map that is known, on `picture`: `output`/*.gradcam-overlay.png."""
    preprocess = {"size": [side, side], "filter": "bicubic", "resize": {"mode": "squash"},
                  "scale": 255.0, "mean": [0, 0, 0], "std": [1, 1, 1], "bgr": False}
    card = {"schema_version": 1, "name": "drawn", "layer": "layer", "output_kind": "logits",
            "preprocess": {"notebook": preprocess}}
    model = output.with_suffix(".pt")
    models.save(DrawnMap(drawn), model, card=card, size=(side, side))
    done = program("--model", model, picture, "--preset", "notebook", "--score", "logit", "--class",
                   "0", "--write", "gradcam-overlay,raw", "--output", output)
    assert done.code == 0, done.stderr


def run_notebook(program: Program, model: Path, pictures: list[Path], folder: Path) -> Runs:
    prob, logodds = folder / "prob", folder / "logodds"
    batches, alone = folder / "batches", folder / "alone"
    images = [option for picture in pictures for option in ("--image", picture)]
    preset = ["--preset", "notebook", "--device", "cpu", "--quiet"]
    common = ["--model", model, *images, *preset]
    libtorch = ["--engine", "libtorch"]
    peak = peak_memory(program, *common, *libtorch, "--write", OUTPUTS, "--output", prob)
    peak_memory(program, *common, *libtorch, "--score", "logodds", "--write", "raw,json", "--output",
                logodds)
    openvino = folder / "openvino"
    peak_memory(program, *common, "--write", "raw,json", "--output", openvino, "--engine", "openvino")
    batches_peak = peak_memory(
        program, "--model", model, copies_of(pictures, folder / "copies"), *preset, *libtorch,
        "--batch-size", BATCH, "--write", "raw", "--output", batches)
    peak_memory(program, *common, "--deterministic", "--write", "raw", "--output", alone)
    return Runs(prob, openvino, logodds, batches, alone, peak, batches_peak)


def copies_of(pictures: list[Path], folder: Path) -> Path:
    folder.mkdir()
    for number in range(COPIES):
        picture = pictures[place_of_copy(number, len(pictures))]
        shutil.copy(picture, folder / f"{number:02}{picture.suffix}")
    return folder


def place_of_copy(number: int, pictures: int) -> int:
    """Of so many in a row each once, every time beginning with the next: in a batch each is in other
    company."""
    return (number + number // pictures) % pictures
