"""`gradcam report`: what the page holds, read without a browser."""

import io
import json
import os
import shutil

import numpy as np
import pytest
from page_results import PageFile, Sample
from PIL import Image


def make(gradcam, *options, folder="out", code=0):
    """Runs `gradcam report`; gives the result and the page."""
    result = gradcam("report", folder, *options)
    assert result.code == code, result.stderr
    return result


def page_of(results, name="report.html") -> PageFile:
    return PageFile(results.folder / name)


def test_the_page_of_a_real_run(gradcam, tiny_model, picture, tmp_path):
    picture("photos/a/cat.png")
    picture("photos/dog.jpg", width=40, height=80)
    (tmp_path / "photos/torn.jpg").write_text("no picture")
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--class", "top", "--class",
                   "tench").code == 1
    result = make(gradcam)
    assert "2 pictures, 1 failure\n" in result.stdout and "report.html" in result.stdout
    assert result.stderr == ""
    page = PageFile(tmp_path / "out/report.html")
    entries = page.entries
    assert [e["file"] for e in entries] == ["torn.jpg"] + ["a/cat.png"] * 2 + ["dog.jpg"] * 2
    assert "not a picture" in entries[0]["error"] and entries[0]["state"] == "failed"
    assert {e["class"][0] for e in entries if e["file"] == "dog.jpg"} >= {"tench"}
    report = json.loads((tmp_path / "out/dog.json").read_text())
    assert entries[3]["class"][2] == pytest.approx(report["top"][0]["probability"], abs=1e-6)
    assert dict(page.head["facts"])["Model"] == "tiny"
    # The picture and its saliency, which is the same for each class, are held once.
    assert len(page.pictures()) == 2 * (1 + 1 + 2)


def test_thumbnails_are_small_jpegs_of_the_right_shape(gradcam, results):
    results.add(Sample("a", "cat"))
    results.add_picture("a")
    make(gradcam)
    page = page_of(results)
    tiles = page.entries[0]["maps"][0]["tiles"]
    assert [tile[0] >= 0 for tile in tiles] == [True, True, False]
    for data in page.pictures():
        assert len(data) <= 12 * 1024
    picture, heatmap = page.pictures()[tiles[0][0]], page.pictures()[tiles[0][1]]
    assert Image.open(io.BytesIO(picture)).size == (64, 48)
    seen = results.base["image"]["seen"]
    assert Image.open(io.BytesIO(heatmap)).size == (seen["width"], seen["height"])


def test_pictures_are_found_from_elsewhere_beside_the_folder_or_below_images(
        gradcam, results, tmp_path):
    results.add(Sample("a", "cat"))
    results.add_picture("a")
    (tmp_path / "elsewhere").mkdir()
    result = gradcam("report", results.folder, cwd=tmp_path / "elsewhere")
    assert result.code == 0 and result.stderr == ""
    shutil.move(tmp_path / "photos", tmp_path / "moved")
    result = make(gradcam)
    assert "1 picture" in result.warnings[0] and "--images" in result.warnings[0]
    assert "a.png: The picture was not found" in make(gradcam, "--verbose").stderr
    assert make(gradcam, "--quiet").stdout == ""
    assert "was not found" in page_of(results).entries[0]["notes"][0]
    assert make(gradcam, "--images", "moved").stderr == ""
    assert "notes" not in page_of(results).entries[0]


def test_link_refers_to_files(gradcam, results, tmp_path):
    results.add(Sample("a b", "cat"))
    results.add_picture("a b")
    make(gradcam, "--link", "-o", "page.html")
    page = PageFile(tmp_path / "page.html")
    tiles = page.entries[0]["maps"][0]["tiles"]
    assert page.picture(tiles[0][0]) == "./photos/a%20b.png"
    assert page.picture(tiles[0][1]) == "./out/a%20b.gradcam.png"
    assert "base64," not in page.html.replace("sha256", "")


def test_shards_are_put_together(gradcam, results):
    run = json.loads((results.folder / "run.json").read_text())
    (results.folder / "run.json").unlink()
    for k, started in ((1, "2026-01-02T03:04:05Z"), (2, "2026-01-01T03:04:05Z")):
        run["failures"] = [{"file": f"{k}.jpg", "error": "it is torn", "hint": "get another"}]
        run["time"]["started"] = started
        (results.folder / f"run.{k}-of-2.json").write_text(json.dumps(run))
    results.add(Sample("a", "cat"))
    result = make(gradcam)
    assert "1 picture, 2 failures" in result.stdout
    page = page_of(results)
    assert page.by_file()["1.jpg"]["error"] == "it is torn"
    assert page.by_file()["2.jpg"]["hint"] == "get another"
    assert dict(page.head["facts"])["Started"] == "2026-01-01 03:04 UTC"
    assert page.head["notes"] == []


def test_a_failure_that_several_runs_tell_of_is_shown_once(gradcam, results):
    """Every shard sees a folder that cannot be listed; scripts/examples/merge_shards.py writes a
    run.json beside the shards."""
    results.fail("locked", "cannot list folder 'locked'")
    for k in (1, 2):
        shutil.copy(results.folder / "run.json", results.folder / f"run.{k}-of-2.json")
    results.add(Sample("a", "cat"))
    results.add_picture("a")
    assert "1 picture, 1 failure\n" in make(gradcam).stdout
    assert [entry["file"] for entry in page_of(results).entries] == ["locked", "a.png"]


def test_missing_shards_are_told(gradcam, results):
    (results.folder / "run.json").rename(results.folder / "run.1-of-3.json")
    shutil.copy(results.folder / "run.1-of-3.json", results.folder / "run.3-of-3.json")
    results.add(Sample("a", "cat"))
    results.add_picture("a")
    told = "1 of 3 shards is missing or has not ended: there is no run.2-of-3.json"
    assert make(gradcam).warnings == [told]
    assert page_of(results).head["notes"] == [f"Pictures may be missing: {told}."]
    shutil.copy(results.folder / "run.1-of-3.json", results.folder / "run.2-of-3.json")
    assert make(gradcam).stderr == ""
    assert page_of(results).head["notes"] == []


def test_an_interrupted_run_and_one_without_run_json_say_so(gradcam, results):
    results.add(Sample("a", "cat"))
    path = results.folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "interrupted": True}))
    make(gradcam)
    assert "interrupted" in page_of(results).head["notes"][0]
    path.unlink()
    make(gradcam)
    assert "no run.json" in page_of(results).head["notes"][0]


def test_what_is_damaged_or_missing_is_shown_and_does_not_stop_the_rest(gradcam, results):
    for name in ("good", "torn", "gone", "other", "array", "bad"):
        results.add(Sample(name, "cat"))
        results.add_picture(name)
    folder = results.folder
    text = (folder / "torn.json").read_text()
    (folder / "torn.json").write_text(text[:len(text) // 2])
    (folder / "gone.gradcam.png").unlink()
    (folder / "other.json").write_text(text.replace('"schema_version": 1', '"schema_version": 9'))
    (folder / "array.json").write_text("[1, 2]")  # another program's
    (folder / "bad.saliency.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    result = make(gradcam)
    assert "3 pictures, 2 failures" in result.stdout
    entries = page_of(results).by_file()
    assert entries["good.png"]["state"] == "ok"
    assert "not valid JSON" in entries["torn.json"]["error"]
    assert "schema version 9" in entries["other.json"]["error"]
    assert entries["gone.png"]["state"] == "incomplete"
    assert "gone.gradcam.png" in entries["gone.png"]["notes"][0]
    assert "bad.saliency.png" in entries["bad.png"]["notes"][0]
    assert "array.json" not in entries and "array.png" not in entries


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "link.png", "sub/x.png", ".."])
def test_files_outside_of_the_folder_are_refused(gradcam, results, tmp_path, name):
    results.add(Sample("a", "cat"))
    shutil.copy(results.folder / "a.gradcam.png", tmp_path / "secret.png")
    (results.folder / "link.png").symlink_to(tmp_path / "secret.png")
    report = json.loads((results.folder / "a.json").read_text())
    report["explanations"][0]["files"]["gradcam"] = name
    results.write_report(results.folder / "a.json", report)
    for options in ((), ("--link",)):
        make(gradcam, *options)
        entry = page_of(results).entries[0]
        assert any("leads out of the folder" in note for note in entry["notes"])
        assert entry["maps"][0]["tiles"][2] == [-1, -1]


def test_a_picture_outside_of_its_root_is_not_read(gradcam, results, tmp_path):
    results.add(Sample("a", "cat"))
    report = json.loads((results.folder / "a.json").read_text())
    shutil.copy(results.template.parent / "photos/cat.png", tmp_path / "secret.png")
    (tmp_path / "photos").mkdir()
    report["image"]["file"] = "../secret.png"
    results.write_report(results.folder / "a.json", report)
    make(gradcam)
    assert "was not found" in page_of(results).entries[0]["notes"][0]


def test_texts_of_strangers_stay_texts(gradcam, results):
    nasty = "</script><script>alert(1)</script>\u2028 \"'&<!--"
    results.add(Sample("x", nasty))
    results.fail(nasty, nasty, nasty)
    make(gradcam)
    page = page_of(results)
    assert page.html.count("<script>") == 1
    assert page.by_file()["x.png"]["class"][0] == nasty.replace("\u2028", "\u2028")
    assert page.by_file()[nasty]["hint"] == nasty


def test_names_that_are_no_utf8(gradcam, tiny_model, tmp_path, picture):
    picture("photos/cat.png")
    os.rename(tmp_path / "photos/cat.png", os.fsencode(tmp_path / "photos") + b"/caf\xe9\n.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "out").code == 0
    assert make(gradcam).stderr == ""
    entry = PageFile(tmp_path / "out/report.html").entries[0]
    assert entry["file"] == "caf\ufffd\n.png"
    assert entry["state"] == "ok" and "notes" not in entry


def test_pictures_drawn_at_the_networks_size(gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png", width=60, height=90)
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--output-size", "input", "--crop",
                   "0.5").code == 0
    assert make(gradcam).stderr == ""
    page = PageFile(tmp_path / "out/report.html")
    entry = page.entries[0]
    assert entry["ratio"] == 1 and "seen" not in entry
    for number in entry["maps"][0]["tiles"][0]:
        assert Image.open(io.BytesIO(page.pictures()[number])).size == (32, 32)


def test_a_folder_of_reports_only(gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "json").code == 0
    assert make(gradcam).stderr == ""
    entry = PageFile(tmp_path / "out/report.html").entries[0]
    assert entry["maps"][0]["tiles"][2] == [-1, -1] and entry["maps"][0]["tiles"][1][0] >= 0


def test_a_folder_of_lines_has_the_page_of_a_folder_of_reports(gradcam, tiny_model, picture, tmp_path):
    """Also in shards."""
    for name in ("cat", "a/dog", "b"):
        picture(f"photos/{name}.png")
    write = "gradcam,saliency,gradcam-overlay,"
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", write + "json",
                   "--deterministic").code == 0
    for shard in ("1/2", "2/2"):
        assert gradcam("-m", tiny_model, "photos", "-o", "lines", "--write", write + "jsonl",
                       "--shard", shard, "--deterministic").code == 0
    make(gradcam)
    assert make(gradcam, folder="lines").stderr == ""
    pages = [PageFile(tmp_path / folder / "report.html") for folder in ("out", "lines")]
    reports, lines = (page.entries for page in pages)
    assert [entry["file"] for entry in lines] == ["a/dog.png", "b.png", "cat.png"]
    for entry in reports + lines:
        entry["facts"] = [fact for fact in entry["facts"] if fact[0] != "Report"]
    assert lines == reports
    assert pages[0].pictures() == pages[1].pictures()


def test_a_torn_line_is_shown_as_such(gradcam, tiny_model, picture, tmp_path):
    for name in ("cat", "dog"):
        picture(f"photos/{name}.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "gradcam,jsonl").code == 0
    path = tmp_path / "out/results.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    assert "1 picture, 1 failure" in make(gradcam).stdout
    entry = PageFile(tmp_path / "out/report.html").by_file()["results.jsonl, line 2"]
    assert "not valid JSON" in entry["error"]


@pytest.mark.parametrize("write", ["raw,json", "map,json", "raw,jsonl"])
def test_maps_are_drawn_from_their_numbers(gradcam, tiny_model, picture, tmp_path, write):
    """By the report's settings: as the heatmaps of the same run would be."""
    picture("photos/cat.png")
    options = ("-m", tiny_model, "photos", "--crop", "0.875", "--colormap", "viridis",
               "--normalize", "minmax")
    assert gradcam(*options, "-o", "out", "--write", write).code == 0
    assert gradcam(*options, "-o", "drawn", "--write", "gradcam,saliency,json").code == 0
    assert make(gradcam).stderr == ""
    make(gradcam, folder="drawn")
    for page in (PageFile(tmp_path / folder / "report.html") for folder in ("out", "drawn")):
        assert page.entries[0]["state"] == "ok"
    shown, expected = (
        [np.asarray(Image.open(io.BytesIO(data)), float) for data in
         PageFile(tmp_path / folder / "report.html").pictures()] for folder in ("out", "drawn"))
    assert len(shown) == len(expected) == 3
    for one, other in zip(shown, expected):
        # JPEG of quality 82.
        assert one.shape == other.shape and np.abs(one - other).mean() < 4


def test_the_answer_is_told_where_the_truth_is_known(gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    picture("photos/dog.png")
    (tmp_path / "list.csv").write_text("path,class\nphotos/cat.png,tench\n")
    assert gradcam("-m", tiny_model, "@list.csv", "photos/dog.png", "-o", "out").code == 0
    make(gradcam)
    entries = PageFile(tmp_path / "out/report.html").by_file()
    report = json.loads((tmp_path / "out/cat.json").read_text())
    assert entries["cat.png"]["truth"][0] == "tench"
    assert entries["cat.png"]["right"] == report["correct"]
    assert "truth" not in entries["dog.png"]


def test_no_results_are_an_error(gradcam, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/notes.json").write_text("{}")
    result = make(gradcam, folder="empty", code=2)
    assert result.errors == ["no results in folder 'empty'"] and result.hints
    assert not (tmp_path / "empty/report.html").exists()
    assert "no such file" in make(gradcam, folder="none", code=2).errors[0]
    assert "not a directory" in make(gradcam, folder="empty/notes.json", code=2).errors[0]


def test_usage(gradcam, results):
    assert "one folder" in gradcam("report").errors[0]
    assert "one folder" in gradcam("report", "a", "b").errors[0]
    assert "--json" in gradcam("report", "out", "--json").errors[0]
    assert gradcam("report", "out", "-o", "").code == 2
    help_text = gradcam("report", "--help").stdout
    for option in ("--output", "--images", "--link", "--threads"):
        assert option in help_text


def test_only_pages_are_overwritten(gradcam, results, tmp_path):
    results.add(Sample("a", "cat"))
    make(gradcam, "-o", "page.html")
    make(gradcam, "-o", "page.html")
    (tmp_path / "mine.html").write_text("<html>")
    result = make(gradcam, "-o", "mine.html", code=2)
    assert "is not a page of gradcam" in result.errors[0]
    assert (tmp_path / "mine.html").read_text() == "<html>"
    assert "no such file" in make(gradcam, "-o", "none/page.html", code=2).errors[0]
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")  # as /dev/stdout is
    for name in ("pipe", "stdout", "out"):
        assert "no regular file" in make(gradcam, "-o", name, code=2).errors[0]


def test_equal_folders_give_equal_pages_on_any_number_of_threads(gradcam, results):
    for i in range(20):
        results.add(Sample(f"{i}", f"class {i % 3}", i / 20))
    make(gradcam, "-o", "one.html", "--threads", "1")
    make(gradcam, "-o", "four.html", "--threads", "4")
    home = results.folder.parent
    assert (home / "one.html").read_bytes() == (home / "four.html").read_bytes()
