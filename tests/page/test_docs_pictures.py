"""Both pages as docs/report.md shows them: each test opens one in the browser and takes its picture.

Pictures go into a temporary folder and are compared with those in docs/images; with
--update-docs-pictures they replace them:

    GRADCAM_PROGRAM=$PWD/build/release/gradcam .venv/bin/python3 -m pytest -p no:cacheprovider \
        tests/page/test_docs_pictures.py --update-docs-pictures
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from support.program import Program

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
PHOTOS = ("chelsea", "coffee", "rocket", "astronaut", "camera", "horse")


@pytest.fixture(scope="module")
def home(tmp_path_factory, efficientnet_lite0) -> Path:
    """A folder with `results` of PHOTOS and a torn file, and their page."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "photos").mkdir()
    for name in PHOTOS:
        Image.fromarray(getattr(data, name)()).convert("RGB").save(folder / f"photos/{name}.jpg",
                                                                   quality=92)
    (folder / "photos/torn.jpg").write_bytes((folder / "photos/coffee.jpg").read_bytes()[:4000])
    gradcam = Program(os.environ["GRADCAM_PROGRAM"], folder)
    assert gradcam("-m", efficientnet_lite0, "photos", "-o", "results").code == 1
    assert gradcam("report", "results").code == 0
    return folder


@pytest.fixture(scope="module")
def comparison(home, efficientnet_lite0) -> Path:
    """The page of a comparison with the results of a network whose weights are 1.5 % off."""
    torch.manual_seed(0)
    extra = {"gradcam.json": ""}
    network = torch.jit.load(str(efficientnet_lite0), _extra_files=extra)
    with torch.no_grad():
        for weights in network.parameters():
            weights *= 1 + 0.015 * torch.randn_like(weights)
    torch.jit.save(network, str(home / "retrained.pt"), _extra_files=extra)
    gradcam = Program(os.environ["GRADCAM_PROGRAM"], home)
    assert gradcam("-m", "retrained.pt", "photos", "-o", "retrained").code == 1
    assert gradcam("compare", "results", "retrained", "--html", "compare.html").code == 1
    return home / "compare.html"


def small(picture: Image.Image) -> np.ndarray:
    """What is left where neither a font nor a pixel counts."""
    return np.asarray(picture.resize((32, 32), Image.Resampling.BOX), float)


@pytest.fixture
def show(browser, request, tmp_path):
    """show(name): takes the picture of the open page, which must be complete and without errors."""

    def take(name: str) -> None:
        browser.until(lambda: browser.run(
            "return [...document.images].every((i) => i.naturalWidth)"))
        assert browser.console() == []
        picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
        update = request.config.getoption("--update-docs-pictures", default=False)
        picture.save((IMAGES if update else tmp_path) / name, optimize=True)
        with Image.open(IMAGES / name) as shown:
            assert shown.size == picture.size
            difference = np.abs(small(shown) - small(picture))
        # Of 255. Another machine's fonts make less than 3, a control or card more much more.
        assert difference.mean() < 3, "docs/images is out of date: --update-docs-pictures"

    return take


def test_page_of_results(home, browser, show):
    browser.open(home / "results/report.html", width=1280, height=1012)
    assert len(browser.files()) == len(PHOTOS) + 1
    show("report.png")


def test_a_picture_in_full_in_the_dark(home, browser, show):
    browser.open(home / "results/report.html", width=1120, height=700, dark=True)
    browser.search("cat")
    browser.find(".tiles").click()
    browser.until(lambda: browser.find("#detail").is_displayed())
    assert browser.text("#detail-file") == "chelsea.jpg"
    show("report-detail.png")


def test_page_of_results_on_a_phone(home, browser, show):
    browser.open(home / "results/report.html", width=390, height=844)
    browser.run("window.scrollTo(0, 400)")
    browser.until(lambda: browser.run("return window.scrollY") == 400)
    show("report-phone.png")


def test_page_of_a_comparison(comparison, browser, show):
    browser.open(comparison, width=1280, height=880)
    assert sorted(browser.files()) == sorted(PHOTOS)
    show("compare.png")
