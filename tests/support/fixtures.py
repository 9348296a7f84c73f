"""pytest fixtures shared by the folders of Python tests."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support import models, pictures
from support.program import Program

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gradcam(tmp_path) -> Program:
    """The program that the environment variable GRADCAM_PROGRAM names, with `tmp_path` as home and
    working folder."""
    return Program(os.environ["GRADCAM_PROGRAM"], tmp_path)


@pytest.fixture(scope="session")
def _tiny_model_file(tmp_path_factory) -> Path:
    return models.save(models.TinyNet(), tmp_path_factory.mktemp("model") / "tiny.pt",
                       card=models.card())


@pytest.fixture
def tiny_model(_tiny_model_file, tmp_path) -> Path:
    """A TorchScript file of models.TinyNet with its card inside: `tiny.pt` in `tmp_path`."""
    return Path(shutil.copy(_tiny_model_file, tmp_path / "tiny.pt"))


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory) -> Path:
    """A TorchScript file of models.SlowNet."""
    return models.save_large(models.SlowNet(), tmp_path_factory.mktemp("slow") / "slow.pt")


@pytest.fixture(scope="session")
def efficientnet_lite0(tmp_path_factory) -> Path:
    """EfficientNet-Lite0 with its ImageNet weights, as the export script writes it."""
    model = tmp_path_factory.mktemp("lite0") / "efficientnet_lite0.pt"
    subprocess.run([sys.executable, PROJECT / "scripts" / "export_model.py", "efficientnet_lite0",
                    "-o", model], check=True, stdout=subprocess.DEVNULL)
    return model


@pytest.fixture
def picture(tmp_path):
    """picture(name="cat.png", width=64, height=48, **options): writes a picture into `tmp_path`."""

    def write(name: str = "cat.png", width: int = 64, height: int = 48, **options) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return pictures.save(path, width, height, **options)

    return write


@pytest.fixture
def open_folder():
    """A folder that every user may enter and write, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="gradcam-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)
