"""The demo's main job: EfficientNet-Lite0 with its ImageNet weights on scikit-image's cat, exported by
the script, explained and drawn by the program. tests/compare/test_demo_model.py compares the numbers."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from export_support import PROJECT, Export
from PIL import Image
from skimage import data

GOLDEN = PROJECT / "tests" / "data" / "golden"


@pytest.fixture(scope="module")
def results(export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    model = folder / "efficientnet_lite0.pt"
    finished = export("efficientnet_lite0", "-o", model)
    assert finished.returncode == 0, finished.stderr
    Image.fromarray(data.chelsea()).save(folder / "chelsea.png")
    subprocess.run([os.environ["GRADCAM_PROGRAM"], "--model", model, "--image",
                    folder / "chelsea.png", "--output", folder / "out", "--write",
                    "gradcam,json", "--quiet"], check=True)
    return folder / "out"


@pytest.fixture(scope="module")
def report(results: Path) -> dict:
    return json.loads((results / "chelsea.json").read_text())


def test_top_5_holds_the_cats(report: dict) -> None:
    labels = [prediction["label"] for prediction in report["top"]]
    assert len(labels) == 5
    assert {"tiger cat", "Egyptian cat", "tabby"} <= set(labels)


def test_peak_lies_on_the_face_of_the_cat(report: dict) -> None:
    peak = report["explanations"][0]["gradcam"]["peak"]
    # The left eye and the nose span x 120...300, y 80...260 of 451x300.
    assert 120 <= peak["x"] <= 300 and 80 <= peak["y"] <= 260


def test_heatmap_is_the_stored_picture(results: Path) -> None:
    stored = np.asarray(Image.open(GOLDEN / "chelsea.gradcam.png").convert("RGB"), dtype=int)
    made = np.asarray(Image.open(results / "chelsea.gradcam.png").convert("RGB"), dtype=int)
    assert made.shape == stored.shape == (300, 451, 3)
    difference = np.abs(made - stored).max(axis=2)
    # A map value at the edge of a colour step may fall on either side: one step of jet is at most 5
    # grey levels, and few pixels stand at an edge.
    assert difference.max() <= 5
    assert (difference > 0).mean() <= 0.01
