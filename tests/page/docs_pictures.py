"""Makes the pictures of docs/report.md: GRADCAM_PROGRAM=build/release/gradcam
.venv/bin/python3 tests/page/docs_pictures.py, with models/efficientnet_lite0.pt exported."""

import io
import os
import sys
import tempfile
from pathlib import Path

import torch
from browser import Browser
from PIL import Image
from skimage import data

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests"))
from support.program import Program  # noqa: E402

PICTURES = ("chelsea", "coffee", "rocket", "astronaut", "camera", "horse")


def make_page(home: Path) -> Path:
    (home / "photos").mkdir()
    for name in PICTURES:
        Image.fromarray(getattr(data, name)()).convert("RGB").save(home / f"photos/{name}.jpg",
                                                                   quality=92)
    (home / "photos/torn.jpg").write_bytes((home / "photos/coffee.jpg").read_bytes()[:4000])
    gradcam = Program(os.path.abspath(os.environ["GRADCAM_PROGRAM"]), home)
    gradcam("-m", PROJECT / "models/efficientnet_lite0.pt", "photos", "-o", "results")
    assert gradcam("report", "results").code == 0
    return home / "results/report.html"


def make_comparison(home: Path) -> Path:
    """Of make_page's results with those of a network whose weights are 1.5 % off."""
    torch.manual_seed(0)
    extra = {"gradcam.json": ""}
    network = torch.jit.load(str(PROJECT / "models/efficientnet_lite0.pt"), _extra_files=extra)
    with torch.no_grad():
        for weights in network.parameters():
            weights *= 1 + 0.015 * torch.randn_like(weights)
    torch.jit.save(network, str(home / "retrained.pt"), _extra_files=extra)
    gradcam = Program(os.path.abspath(os.environ["GRADCAM_PROGRAM"]), home)
    gradcam("-m", "retrained.pt", "photos", "-o", "retrained")
    assert gradcam("compare", "results", "retrained", "--html", "compare.html").code == 1
    return home / "compare.html"


def save(browser: Browser, name: str) -> None:
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.naturalWidth)"))
    picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    picture.save(PROJECT / "docs/images" / name, optimize=True)


def main() -> None:
    browser = Browser()
    with tempfile.TemporaryDirectory() as folder:
        page = make_page(Path(folder))
        browser.open(page, width=1280, height=1012)
        save(browser, "report.png")
        browser.open(page, width=1120, height=700, dark=True)
        browser.search("cat")
        browser.find(".tiles").click()
        save(browser, "report-detail.png")
        browser.open(page, width=390, height=844)
        browser.run("window.scrollTo(0, 400)")
        save(browser, "report-phone.png")
        browser.open(make_comparison(Path(folder)), width=1280, height=880)
        save(browser, "compare.png")
    browser.quit()


if __name__ == "__main__":
    main()
