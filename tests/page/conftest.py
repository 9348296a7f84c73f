"""Fixtures of the page tests: results of a real run to copy from, and a browser."""

import os
import platform
from pathlib import Path

import pytest
from browser import Browser, find_browser
from page_results import Results
from PIL import Image
from skimage import data

from support import models, pictures
from support.program import Program


def pytest_addoption(parser):
    parser.addoption("--update-docs-pictures", action="store_true",
                     help="put the pictures of test_docs_pictures.py into docs/images")


def run_on(home: Path, save_picture) -> Path:
    """The output folder of a run of a small network on the picture that `save_picture(path)` makes,
    `photos/cat.png` beside the folder."""
    model = models.save(models.TinyNet(), home / "tiny.pt", card=models.card())
    (home / "photos").mkdir()
    save_picture(home / "photos/cat.png")
    result = Program(os.environ["GRADCAM_PROGRAM"], home)(
        "-m", model, "photos", "-o", "out", "--crop", "0.875")
    assert result.code == 0, result.stderr
    return home / "out"


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """Results of a small picture, to copy from."""
    return run_on(tmp_path_factory.mktemp("template"), lambda path: pictures.save(path, 64, 48))


@pytest.fixture(scope="session")
def photo_template(tmp_path_factory) -> Path:
    """Results of a photograph, to copy from."""
    return run_on(tmp_path_factory.mktemp("photo"), Image.fromarray(data.chelsea()).save)


@pytest.fixture
def results(tmp_path, template) -> Results:
    """An empty output folder `out` in `tmp_path`."""
    return Results(tmp_path / "out", template)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium."""
    if find_browser() is None:
        if "debian" in platform.freedesktop_os_release()["ID"]:
            pytest.fail("chromium and chromium-driver are missing: scripts/setup.sh --tests")
        pytest.skip("no Chromium with its driver on this system")
    opened = Browser()
    yield opened
    opened.quit()
