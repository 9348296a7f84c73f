"""5,000 photographs: the pages' sizes, what exists in the document, the first paint, and one order
over all pages. Run with -s to see the figures of docs/report.md."""

import os
import shutil
import time

import numpy as np
import pytest
from page_results import PageFile, Results, Sample
from PIL import Image
from selenium.webdriver.common.keys import Keys
from skimage import data

from support.program import Program

PICTURES = 5000
LARGEST_PAGE = 50_000_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory, photo_template):
    """The pages of PICTURES copies of a photograph's results."""
    home = tmp_path_factory.mktemp("many")
    results = Results(home / "out", photo_template, copy=os.link)
    different = [home / f"{shift}.png" for shift in range(50)]
    for shift, path in enumerate(different):  # equal neighbours would be held once
        Image.fromarray(np.roll(data.chelsea(), 9 * shift, axis=1)).save(path)
    for i in range(PICTURES):
        results.add(Sample(f"{i // 100:02}/{i:04}", f"class {i % 97}", (i % 1000) / 1000))
        results.add_picture(f"{i // 100:02}/{i:04}", different[i % len(different)])
    started = time.monotonic()
    result = Program(os.environ["GRADCAM_PROGRAM"], home)("report", "out", "--images", "photos",
                                                          "--quiet")
    assert result.code == 0 and result.stderr == ""
    found = [home / "out" / name for name in ("report.html", "report-2.html", "report-3.html")]
    found = [page for page in found if page.exists()]
    print(f"{PICTURES} pictures in {time.monotonic() - started:.0f} s:",
          ", ".join(f"{page.stat().st_size / 1e6:.1f} MB" for page in found))
    return found


def test_pages_are_split_below_the_limit_and_hold_everything_once(pages):
    assert len(pages) > 1
    files = []
    for page in pages:
        assert page.stat().st_size < LARGEST_PAGE
        read = PageFile(page)
        assert all(len(data) <= 12 * 1024 for data in read.pictures()[:200])
        files += [entry["file"] for entry in read.entries]
    assert files == [f"{i // 100:02}/{i:04}.png" for i in range(PICTURES)]


FIRST, LAST = "00/0000.png", f"{(PICTURES - 1) // 100:02}/{PICTURES - 1:04}.png"
# Probabilities begin anew with every thousand.
SUREST = [f"{i // 100:02}/{i:04}.png" for i in range(999, PICTURES, 1000)]


def opened_on(browser, page):
    browser.open(page)
    assert browser.text("#count") == f"{PICTURES:,} pictures"


def test_only_what_is_near_the_view_exists(pages, browser):
    opened_on(browser, pages[0])
    print(f"first paint after {browser.first_contentful_paint():.2f} s")
    # Generous: a page that draws everything at once takes longer on any machine.
    assert browser.first_contentful_paint() < 20
    assert browser.files()[0] == FIRST and len(browser.files()) < 60
    browser.wait_for_pictures()
    assert browser.find_all("iframe") == []  # no other page is opened before it is needed
    browser.run("window.scrollTo(0, document.body.scrollHeight)")
    browser.until(lambda: LAST in browser.files())
    assert len(browser.files()) < 60
    browser.wait_for_pictures()
    assert browser.console() == []


@pytest.mark.parametrize("page", [0, -1])
def test_one_order_goes_over_all_pages(pages, browser, page):
    opened_on(browser, pages[page])
    browser.choose("sort", "Probability, highest")
    assert browser.files()[:len(SUREST)] == SUREST
    browser.wait_for_pictures()
    values = browser.run("return [...document.querySelectorAll('.class .value')]"
                         ".map((value) => value.textContent)")
    assert values[:len(SUREST) + 1] == ["99.9 %"] * len(SUREST) + ["99.8 %"]
    # The pictures are those of the entries: equal numbers modulo 50 have equal ones.
    alike = browser.run("""return [...document.querySelectorAll('.card')].slice(0, 5)
        .map((card) => card.querySelector('.picture').src)""")
    assert len(set(alike)) == 1
    assert browser.console() == []


def test_filters_and_search_go_over_all_pages(pages, browser):
    opened_on(browser, pages[0])
    numbers = range(96, PICTURES, 97)
    browser.choose("class", f"class 96 ({len(numbers)})")
    assert browser.text("#count") == f"{len(numbers)} pictures of {PICTURES:,}"
    browser.run("window.scrollTo(0, document.body.scrollHeight)")
    browser.until(lambda: f"{numbers[-1] // 100:02}/{numbers[-1]:04}.png" in browser.files())
    browser.choose("class", "All")
    browser.search(LAST)
    assert browser.files() == [LAST]
    browser.wait_for_pictures()
    browser.search("nothing like it")
    assert browser.find("#empty").is_displayed()
    assert browser.console() == []


def test_keys_reach_the_last_and_the_first(pages, browser):
    opened_on(browser, pages[0])
    browser.find(".tiles[tabindex='0']").send_keys(Keys.END)
    assert browser.focused_file() == LAST
    browser.wait_for_pictures()
    assert browser.focused_file() == LAST  # also when its page has told it
    browser.press(Keys.HOME)
    assert browser.focused_file() == FIRST
    assert browser.run("return window.scrollY") < 1000


def test_fewer_pictures_leave_no_older_page_behind(pages, photo_template):
    """The last test: it makes the report anew."""
    home = pages[0].parents[1]
    for folder in (home / "out").iterdir():
        if folder.is_dir() and folder.name != "00":
            shutil.rmtree(folder)
    (home / "out/report-9.html").write_text("mine")
    result = Program(os.environ["GRADCAM_PROGRAM"], home)("report", "out", "--images", "photos")
    assert result.code == 0, result.stderr
    assert sorted(path.name for path in (home / "out").glob("*.html")) == ["report-9.html",
                                                                           "report.html"]
