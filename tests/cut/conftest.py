"""Runs the program on one picture for the comparison with eager PyTorch."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from cut_support import MEAN, SCALE, STD, Attempt, Explain, Result, Size
from PIL import Image
from skimage import data
from support import program

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))  # gradcam_export


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cat's head, 240x200."""
    path = tmp_path_factory.mktemp("picture") / "cat.png"
    Image.fromarray(data.chelsea()[40:240, 100:340]).save(path)
    return path


@pytest.fixture
def attempt(gradcam: program.Program, picture: Path, tmp_path: Path) -> Attempt:
    """attempt(model, layer, size, *options) runs the program and returns what it left."""
    three = {value: ",".join([str(value)] * 3) for value in (MEAN, STD)}

    def run(model: Path, layer: str | None, size: Size, *options: object) -> program.Result:
        chosen = [] if layer is None else ["--layer", layer]
        return gradcam("--model", model, "--image", picture, *chosen, "--write", "raw,json",
                       "--input-size", f"{size[0]}x{size[1]}", "--scale", SCALE,
                       "--mean", three[MEAN], "--std", three[STD], "--resize", "bicubic",
                       "--device", "cpu", "--top-k", 2000, "-o", tmp_path / "out", *options)

    return run


@pytest.fixture
def explain(attempt: Attempt, tmp_path: Path) -> Explain:
    """explain(model, layer, size, *options) → Result; the score is the logit unless told."""
    def run(model: Path, layer: str | None, size: Size, *options: object) -> Result:
        score = [] if "--score" in options else ["--score", "logit"]
        finished = attempt(model, layer, size, *score, *options)
        assert finished.code == 0, finished.stderr
        report = json.loads((tmp_path / "out" / "cat.json").read_text())
        by_index = sorted(report["top"], key=lambda entry: entry["index"])
        return Result(gradcam=np.load(tmp_path / "out" / "cat.gradcam.npy"),
                      saliency=np.load(tmp_path / "out" / "cat.saliency.npy"),
                      logits=np.array([entry["logit"] for entry in by_index]),
                      layer=report["model"]["layer"], report=report,
                      stdout=finished.stdout, stderr=finished.stderr)

    return run
