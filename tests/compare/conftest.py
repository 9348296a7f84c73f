"""Two folders of results of one small network, to be changed by a test and compared."""

import os
import shutil
from pathlib import Path

import pytest

from compare_support import Results
from support import models, pictures
from support.program import Program


@pytest.fixture(scope="session")
def explained(tmp_path_factory) -> Path:
    """Results of three pictures with `raw` and `json`, and with heatmaps, below one folder each."""
    folder = tmp_path_factory.mktemp("explained")
    model = models.save(models.TinyNet(), folder / "tiny.pt", card=models.card())
    for name, size in {"a/cat": (64, 48), "b": (48, 48), "c": (40, 64)}.items():
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        pictures.save(folder / "in" / f"{name}.png", *size)
    program = Program(os.environ["GRADCAM_PROGRAM"], folder)
    for name, write in {"raw": "json,raw", "heatmaps": "json,gradcam,saliency"}.items():
        run = program("--model", model, "--write", write, "--output", folder / name, folder / "in")
        assert run.code == 0, run.stderr
    return folder


@pytest.fixture
def results(explained, tmp_path):
    """results(form="raw"): a baseline and an equal current folder."""

    def copy(form: str = "raw") -> Results:
        for name in ("baseline", "current"):
            shutil.copytree(explained / form, tmp_path / name)
        return Results(tmp_path / "baseline", tmp_path / "current")

    return copy
