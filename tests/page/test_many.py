"""5,000 photographs: the pages' sizes, what exists in the document, and the first paint. Run with -s
to see the figures."""

import os
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


def test_only_what_is_near_the_view_exists(pages, browser):
    browser.open(pages[0])
    print(f"first paint after {browser.first_contentful_paint():.2f} s")
    # Generous: a page that draws everything at once takes longer on any machine.
    assert browser.first_contentful_paint() < 20
    count = len(PageFile(pages[0]).entries)
    assert browser.text("#count") == f"{count:,} pictures on this page"
    assert len(browser.files()) < 60
    browser.run("window.scrollTo(0, document.body.scrollHeight)")
    last = f"{(count - 1) // 100:02}/{count - 1:04}.png"
    browser.until(lambda: last in browser.files())
    assert len(browser.files()) < 60
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.naturalWidth)"))
    assert browser.console() == []


def test_pages_lead_to_each_other(pages, browser):
    browser.open(pages[0])
    assert browser.find("#pages [aria-current]").text == "1"
    links = browser.find_all("#pages a")
    assert [link.text for link in links] == [str(i + 2) for i in range(len(pages) - 1)]
    links[0].click()
    browser.until(lambda: browser.run("return location.pathname").endswith("/report-2.html"))
    browser.until(lambda: browser.find_all("#pages a"))
    assert browser.find("#pages a").text == "1"
    assert browser.files()[0] == PageFile(pages[1]).entries[0]["file"]
    assert browser.console() == []


def test_a_search_finds_what_stands_on_other_pages_and_goes_there(pages, browser):
    browser.open(pages[0])
    last = PageFile(pages[-1]).entries[-1]["file"]
    browser.search(last)
    assert browser.files() == []
    link = browser.find_all("#pages a")[-1]
    assert link.find_element("css selector", "small").text == "1"
    link.click()
    browser.until(lambda: browser.run("return location.pathname").endswith(pages[-1].name))
    browser.until(lambda: browser.find_all("#pages a"))
    assert browser.files() == [last]
    assert browser.find("#search").get_attribute("value") == last
    assert browser.console() == []


def test_filters_count_all_pages(pages, browser):
    browser.open(pages[1])
    name = f"class 96 ({len(range(96, PICTURES, 97))})"
    assert name in browser.options("class")
    browser.choose("class", name)
    counts = [int(part.text) for part in browser.find_all("#pages small")]
    assert sum(counts) == len(range(96, PICTURES, 97)) and len(counts) == len(pages)


def test_keys_reach_the_last_and_the_first(pages, browser):
    browser.open(pages[0])
    browser.find(".tiles[tabindex='0']").send_keys(Keys.END)
    assert browser.focused_file() == PageFile(pages[0]).entries[-1]["file"]
    browser.press(Keys.HOME)
    assert browser.focused_file() == "00/0000.png"
    assert browser.run("return window.scrollY") < 1000


def test_filter_and_sort_of_many(pages, browser):
    browser.open(pages[0])
    count = len(PageFile(pages[0]).entries)
    browser.choose("class", "class 96")
    assert browser.text("#count") == f"{len(range(96, count, 97))} pictures of {count:,} on this page"
    browser.choose("class", "All")
    browser.choose("sort", "Probability, highest")
    assert browser.files()[0] == "09/0999.png"
    assert browser.console() == []
