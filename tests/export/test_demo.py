"""The demo's main job: EfficientNet-Lite0 with its ImageNet weights on scikit-image's cat, exported by
the script and explained by the program, against stored results."""

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
                    "gradcam,raw,json", "--quiet"], check=True)
    return folder / "out"


@pytest.fixture(scope="module")
def report(results: Path) -> dict:
    return json.loads((results / "chelsea.json").read_text())


def test_top_5_holds_the_cats(report: dict) -> None:
    labels = [prediction["label"] for prediction in report["top"]]
    assert len(labels) == 5
    assert {"tiger cat", "Egyptian cat", "tabby"} <= set(labels)


def test_probabilities_are_those_of_the_stored_run(report: dict) -> None:
    top = {prediction["label"]: prediction["probability"] for prediction in report["top"]}
    # Float32 sums in another order (other CPU, other thread count) move them by about 1e-6.
    assert top["tiger cat"] == pytest.approx(0.394554, abs=1e-4)
    assert top["Egyptian cat"] == pytest.approx(0.355076, abs=1e-4)
    assert top["tabby"] == pytest.approx(0.169687, abs=1e-4)


def test_peak_lies_on_the_face_of_the_cat(report: dict) -> None:
    peak = report["explanations"][0]["gradcam"]["peak"]
    # The left eye and the nose span x 120...300, y 80...260 of 451x300.
    assert 120 <= peak["x"] <= 300 and 80 <= peak["y"] <= 260


def test_raw_map_is_the_stored_one(results: Path) -> None:
    stored = np.load(GOLDEN / "chelsea.gradcam.npy")
    made = np.load(results / "chelsea.gradcam.npy")
    assert made.shape == stored.shape == (7, 7)
    # Float32 through 49 convolutions: 1e-6 measured between one and two threads.
    np.testing.assert_allclose(made, stored, rtol=0, atol=1e-4 * np.abs(stored).max())


def test_heatmap_is_the_stored_picture(results: Path) -> None:
    stored = np.asarray(Image.open(GOLDEN / "chelsea.gradcam.png").convert("RGB"), dtype=int)
    made = np.asarray(Image.open(results / "chelsea.gradcam.png").convert("RGB"), dtype=int)
    assert made.shape == stored.shape == (300, 451, 3)
    difference = np.abs(made - stored).max(axis=2)
    # A map value at the edge of a colour step may fall on either side: one step of jet is at most 5
    # grey levels, and few pixels stand at an edge.
    assert difference.max() <= 5
    assert (difference > 0).mean() <= 0.01
