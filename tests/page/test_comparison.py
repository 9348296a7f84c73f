"""`gradcam compare --html`: what the page holds and shows."""

import io
import shutil

import numpy as np
import pytest
from page_results import PageFile
from PIL import Image

from support import models

PICTURES = ("a.png", "b.png", "c.png", "d.png")


@pytest.fixture
def compared(gradcam, tiny_model, picture, tmp_path):
    """`baseline` and `current` with the same results but for: b has a peak elsewhere, c another map a
    little, d is missing."""
    for i, name in enumerate(PICTURES):
        picture(f"photos/{name}", width=64 + 8 * i)
    assert gradcam("-m", tiny_model, "photos", "-o", "baseline", "--write", "json,raw").code == 0
    shutil.copytree(tmp_path / "baseline", tmp_path / "current")

    def change(name, edit):
        path = tmp_path / f"current/{name}.gradcam.npy"
        values = np.load(path)
        edit(values)
        np.save(path, values)

    def flip(values):
        values[...] = values.max() - values

    def raise_a_corner(values):
        values[0, 0] += 0.3 * values.max()

    change("b", flip)
    change("c", raise_a_corner)
    (tmp_path / "current/d.json").unlink()
    return tmp_path


def compare(gradcam, *options, code=1):
    result = gradcam("compare", "baseline", "current", "--html", "page.html", *options)
    assert result.code == code, result.stderr
    return result


def test_worst_first_with_measures_and_reasons(gradcam, compared):
    compare(gradcam)
    page = PageFile(compared / "page.html")
    files = [entry["file"] for entry in page.entries]
    assert sorted(files) == ["a", "b", "c", "d"]
    assert files[-1] == "a" and files.index("b") < files.index("c")
    entries = page.by_file()
    assert entries["a"]["state"] == "same" and "notes" not in entries["a"]
    assert entries["b"]["state"] == "map_changed" and entries["b"]["notes"]
    assert entries["d"]["state"] == "missing" and entries["d"]["notes"] == ["not in CURRENT"]
    assert entries["a"]["maps"][0]["summary"] == (
        "largest difference 0, RMS 0, correlation 1, overlap 1, peak shift 0")
    facts = dict(entries["a"]["maps"][0]["facts"])
    assert facts["Largest difference"] == "0" and facts["Correlation"] == "1"
    assert float(dict(entries["b"]["maps"][0]["facts"])["Correlation"]) < 0
    assert entries["b"]["maps"][1]["state"] == "same"  # its saliency
    assert [tile[0] for tile in entries["b"]["maps"][0]["tiles"]] == [-1, -1, -1]
    assert all(tile[1] >= 0 for tile in entries["b"]["maps"][0]["tiles"])
    assert dict(page.head["facts"]) == {"Pictures": "4", "Same": "1", "Failed": "3"}


def test_the_page_in_a_browser(gradcam, compared, browser):
    compare(gradcam)
    browser.open(compared / "page.html")
    assert browser.text("h1") == "current against baseline"
    assert browser.options("sort")[0] == "Worst first" and browser.files()[-1] == "a"
    assert not browser.find("#opacity-field").is_displayed()
    browser.choose("state", "Map changed (2)")
    assert browser.files() == ["b", "c"]
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.naturalWidth)"))
    shown = browser.text(".card .hint")
    assert shown.startswith("largest difference ") and ", correlation -" in shown
    browser.choose("map", "Saliency")
    assert browser.text(".card .hint") != shown
    browser.choose("map", "Grad-CAM")
    browser.find(".tiles").click()
    captions = [caption.text for caption in browser.find_all("figcaption")]
    assert captions == ["Difference", "Baseline", "Current"]
    assert "Shift of the peak" in browser.text("#detail-body")
    assert "Probability of the class" in browser.text("#detail-body")
    assert not browser.find("#detail .opacity").is_displayed()
    browser.find("#detail-close").click()
    browser.choose("state", "Only in baseline")
    assert browser.files() == ["d"]
    assert browser.console() == []


def test_the_difference_is_dark_where_maps_are_equal(gradcam, compared, browser):
    compare(gradcam)
    page = PageFile(compared / "page.html")
    tiles = page.by_file()["a"]["maps"][0]["tiles"]
    difference = np.asarray(Image.open(io.BytesIO(page.pictures()[tiles[0][1]])))
    assert difference.max() <= 16
    tiles = page.by_file()["b"]["maps"][0]["tiles"]
    difference = np.asarray(Image.open(io.BytesIO(page.pictures()[tiles[0][1]])))
    assert difference.max() > 200


def test_equal_folders_have_a_page_too(gradcam, tiny_model, picture, tmp_path):
    picture("photos/a.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "baseline", "--write", "json,raw").code == 0
    shutil.copytree(tmp_path / "baseline", tmp_path / "current")
    compare(gradcam, code=0)
    assert [e["state"] for e in PageFile(tmp_path / "page.html").entries] == ["same"]


def test_a_class_that_changed_is_shown_with_both_probabilities(gradcam, picture, tmp_path):
    picture("photos/a.png")
    for folder, seed in (("baseline", 0), ("current", 3)):
        models.save(models.TinyNet(seed=seed), tmp_path / "net.pt", card=models.card())
        assert gradcam("-m", "net.pt", "photos", "-o", folder, "--write", "json,raw",
                       "--class", "tench").code == 0
    compare(gradcam)
    entry = PageFile(tmp_path / "page.html").entries[0]
    assert [row[3] for row in entry["top"]] == ["baseline", "current"]
    assert entry["top"][0][2] != entry["top"][1][2]


def test_two_classes_stand_side_by_side(gradcam, picture, tmp_path, browser):
    """A network that changed its mind: both maps are there, and that they are not compared."""
    picture("photos/a.png")
    picture("photos/b.png", width=80)
    for folder, name in (("baseline", "tench"), ("current", "Egyptian cat")):
        models.save(models.TinyNet(), tmp_path / "net.pt", card=models.card())
        assert gradcam("-m", "net.pt", "photos", "-o", folder, "--write", "json,raw",
                       "--class", name).code == 0
    compare(gradcam, "--diff-dir", "diff")
    entry = PageFile(tmp_path / "page.html").entries[0]
    assert entry["pair"] and entry["state"] == "prediction_changed"
    assert [(row[0], row[3]) for row in entry["top"]] == [("tench", "baseline"),
                                                          ("Egyptian cat", "current")]
    browser.open(tmp_path / "page.html")
    shown = [tag.text for tag in browser.find_all(".card:first-child .tag")]
    assert shown == ["Baseline: tench", "Current: Egyptian cat"]
    assert len(browser.find_all(".card:first-child img")) == 2
    assert "Maps of different classes" in browser.find(".card .hint").text
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.naturalWidth)"))
    boxes = browser.run("""return [...document.querySelectorAll('.card:first-child .tile')]
        .map((tile) => [tile.offsetWidth, tile.offsetHeight])""")
    assert boxes[0] == boxes[1]
    browser.find(".tiles").click()
    captions = [caption.text for caption in browser.find_all("figcaption")]
    assert captions == ["Baseline: tench", "Current: Egyptian cat"]
    assert "Maps of different classes" in browser.text("#detail-body")
    assert browser.console() == []
    written = sorted(path.name for path in (tmp_path / "diff").iterdir())
    assert written == sorted(f"{name}.{kind}-{side}.png" for name in "ab"
                             for kind in ("gradcam", "saliency") for side in ("baseline", "current"))


def test_two_classes_of_one_label_are_told_apart(gradcam, picture, tmp_path, browser):
    picture("photos/a.png")
    card = models.card(["crane"] * len(models.LABELS))
    models.save(models.TinyNet(), tmp_path / "net.pt", card=card)
    for folder, index in (("baseline", "1"), ("current", "2")):
        assert gradcam("-m", "net.pt", "photos", "-o", folder, "--write", "json,raw",
                       "--class", index).code == 0
    compare(gradcam)
    browser.open(tmp_path / "page.html")
    assert browser.options("class") == ["All", "crane (class 2) (1)"]
    assert browser.text(".card .class .name") == "crane (class 2)"
    assert [tag.text for tag in browser.find_all(".tag")] == \
        ["Baseline: crane (class 1)", "Current: crane (class 2)"]
    assert [name.text for name in browser.find_all(".card .top .name")] == \
        ["baseline: crane (class 1)", "current: crane (class 2)"]
    assert browser.console() == []


def test_a_new_picture_is_shown(gradcam, compared):
    (compared / "baseline/a.json").unlink()
    compare(gradcam)
    entry = PageFile(compared / "page.html").by_file()["a"]
    assert entry["state"] == "extra" and entry["notes"] == ["not in BASELINE"]
    assert [tile[1] >= 0 for tile in entry["maps"][0]["tiles"]] == [False, False, True]


def test_a_missing_picture_is_shown_and_found_by_its_class(gradcam, compared, browser):
    compare(gradcam)
    entry = PageFile(compared / "page.html").by_file()["d"]
    assert [tile[1] >= 0 for tile in entry["maps"][0]["tiles"]] == [False, True, False]
    assert "hint" not in entry  # of a class that only one side explains
    browser.open(compared / "page.html")
    browser.choose("state", "Only in baseline")
    assert browser.files() == ["d"]
    label = browser.text(".card .class .name")
    browser.choose("state", "All")
    browser.choose("class", f"{label} (")
    assert "d" in browser.files()
    browser.choose("class", "All")
    browser.search(f"d {label}")
    assert "d" in browser.files()
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.naturalWidth)"))
    assert browser.console() == []


def test_a_badge_names_the_map_if_it_is_another_than_the_one_shown(gradcam, compared, browser):
    """Only the saliency of a has changed: the difference of its Grad-CAM is black."""
    path = compared / "current/a.saliency.npy"
    np.save(path, np.flipud(np.load(path)))
    compare(gradcam)
    browser.open(compared / "page.html")
    browser.choose("sort", "File")
    assert browser.files()[0] == "a"
    assert browser.text(".card .hint").startswith("largest difference 0,")
    assert browser.text(".card .badge") == "Saliency: map changed"
    browser.choose("map", "Saliency")
    assert browser.text(".card .badge") == "Map changed"
    assert browser.console() == []


def test_a_map_that_is_not_sound_is_told_and_its_partner_shown(gradcam, compared, browser):
    nan = compared / "current/a.gradcam.npy"
    np.save(nan, np.load(nan) * np.float32(np.nan))
    (compared / "current/c.saliency.npy").write_bytes(b"junk")
    compare(gradcam, code=2)
    entries = PageFile(compared / "page.html").by_file()
    assert [part["state"] for part in entries["a"]["maps"]] == ["nonfinite", "same"]
    assert [part["state"] for part in entries["c"]["maps"]] == ["map_changed", "unreadable"]
    browser.open(compared / "page.html")
    for file, shown, told in (("a", "Grad-CAM", "NaN or infinity"), ("c", "Saliency", "Unreadable")):
        browser.choose("map", shown)
        browser.choose("state", told)
        assert browser.files() == [file]
        card = browser.find(".card")
        assert card.find_element("css selector", ".badge").text == told
        places = [tile.text for tile in card.find_elements("css selector", ".tile")]
        assert places == ["no difference", "Baseline", "no current"]
        card.find_element("css selector", ".tiles").click()
        assert f"{shown}{told}" in browser.text("#detail-body")
        browser.find("#detail-close").click()
    assert browser.console() == []


def test_only_pages_are_overwritten(gradcam, compared):
    (compared / "page.html").write_text("mine")
    result = compare(gradcam, code=2)
    assert result.errors == ["'page.html' exists and is not a page of gradcam"]
    assert result.hints == ["choose another file, or remove it"]
    assert result.stdout == ""
    assert (compared / "page.html").read_text() == "mine"
