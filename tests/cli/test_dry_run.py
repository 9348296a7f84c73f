"""--dry-run: what would be written and removed, and nothing done."""

import json
import os
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.schemas import check


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def listed(gradcam, *args, **options) -> dict:
    result = gradcam(*args, "--dry-run", "--json", **options)
    return check(result.json(), "dry-run.schema.json")


@pytest.mark.parametrize("options", [(), ("--class", "1", "--class", "0", "--write", "gradcam,panel,raw,input"),
                                     ("--format", "jpg", "--write", "gradcam-overlay,json"),
                                     ("--keep-ext",), ("--shard", "2/2")])
def test_what_is_listed_is_what_a_run_writes(gradcam, tiny_model, picture, tmp_path, options):
    for name in ("photos/a/cat.png", "photos/b/cat.png", "photos/dog.jpg"):
        picture(name, format="JPEG" if name.endswith("jpg") else "PNG")
    before = tree(tmp_path)
    document = listed(gradcam, "-m", tiny_model, "photos", *options)
    assert tree(tmp_path) == before and not (tmp_path / "gradcam-out").exists()
    assert gradcam("-m", tiny_model, "photos", *options).code == 0
    written = {f"gradcam-out/{name}" for name in tree(tmp_path / "gradcam-out")}
    promised = {name for p in document["pictures"] for name in p["writes"]}
    assert written == promised | {document["run_report"]}


def test_what_is_listed_as_removed_is_what_a_run_removes(gradcam, tiny_model, picture, tmp_path):
    picture("cat.png")
    out = tmp_path / "gradcam-out"
    assert gradcam("-m", tiny_model, "cat.png", "--write", "panel,raw", "--class", "0", "--class", "1").code == 0
    older = {f"gradcam-out/{name}" for name in tree(out)} - {"gradcam-out/run.json"}
    assert len(older) == 6
    document = listed(gradcam, "-m", tiny_model, "cat.png", "--write", "json")
    assert set(document["pictures"][0]["removes"]) == older
    assert gradcam("-m", tiny_model, "cat.png", "--write", "json").code == 0
    assert set(tree(out)) == {"cat.json", "run.json"}


def test_names_that_are_no_utf8_are_given_by_their_bytes(gradcam, tiny_model, picture, tmp_path):
    photos, out = (tmp_path / os.fsdecode(name) for name in (b"photos\xff", b"out\xfe"))
    photos.mkdir()
    shutil.copy(picture("cat.png"), photos / os.fsdecode(b"a b\xff.png"))
    options = ("-m", tiny_model, photos.name, "-o", out.name)
    assert gradcam(*options, "--write", "json,raw").code == 0
    left = out / ".gradcam-12345678-99-99-0.tmp"  # by a killed run
    left.touch()
    os.utime(left, (0, 0))
    document = listed(gradcam, *options, "--write", "json,gradcam", "--resume")
    entry = document["pictures"][0]
    assert entry["image"] == "photos\ufffd/a b\ufffd.png"

    def paths(part: dict, key: str) -> set[Path]:
        coded = part[f"{key}_bytes"]
        coded = coded if isinstance(coded, list) else [coded]
        return {tmp_path / unquote(path, errors="surrogateescape") for path in coded}

    assert paths(entry, "image") == set(photos.iterdir())
    assert paths(entry, "file") == {tmp_path / os.fsdecode(b"a b\xff.png")}
    assert paths(document, "run_report") == {out / "run.json"}
    before = set(out.iterdir())
    assert gradcam(*options, "--write", "json,gradcam", "--resume").code == 0
    run_report = check(json.loads((out / "run.json").read_text()), "run.schema.json")
    assert run_report["inputs_bytes"] == ["photos%FF"]
    after = set(out.iterdir())
    assert paths(entry, "writes") == after - {out / "run.json"}
    assert before - after == (paths(entry, "removes") | paths(document, "removes")) - after


def test_the_list_can_be_sent_to_a_worker(gradcam, tiny_model, picture, tmp_path):
    picture("photos/a/cat.png")
    picture("photos/dog.png")
    (tmp_path / "photos/notes.txt").write_text("")
    (tmp_path / "list.csv").write_text("path,class\nphotos/a/cat.png,label:7\nphotos/dog.png,1\n")
    document = listed(gradcam, "-m", tiny_model, "@list.csv")
    assert [(p["file"], p["image"], p["class"]) for p in document["pictures"]] == [
        ("a/cat.png", "photos/a/cat.png", "label:7"), ("dog.png", "photos/dog.png", 1)]
    assert document["skipped"] == 0
    assert listed(gradcam, "-m", tiny_model, "photos")["skipped"] == 1
    requests = [{"image": p["image"], "name": p["file"], "class": p["class"]}
                for p in document["pictures"]]
    served = gradcam("worker", "-m", tiny_model, "-o", "served",
                     stdin="".join(json.dumps(request) + "\n" for request in requests))
    assert served.code == 0, served.stderr
    assert gradcam("-m", tiny_model, "@list.csv", "-o", "plain").code == 0
    assert tree(tmp_path / "served").keys() == tree(tmp_path / "plain").keys() - {"run.json"}


def test_the_model_is_not_loaded(gradcam, picture, tmp_path):
    picture()
    (tmp_path / "broken.pt").write_text("no model")
    assert gradcam("-m", "broken.pt", "cat.png", "--dry-run").code == 0
    assert gradcam("-m", "missing.pt", "cat.png", "--dry-run").code == 2


def test_text_names_files_and_says_that_nothing_was_done(gradcam, tiny_model, picture):
    picture()
    result = gradcam("-m", tiny_model, "cat.png", "--write", "json,gradcam", "--dry-run",
                     "--class", "top", "--class", "1")
    assert result.code == 0
    assert result.stdout.splitlines() == ["cat.png", "  write  gradcam-out/cat.<top>.gradcam.png",
                                          "  write  gradcam-out/cat.1.gradcam.png",
                                          "  write  gradcam-out/cat.json"]
    assert "1 pictures, 3 files" in result.stderr and "nothing was done" in result.stderr


def test_a_stream_is_listed_with_its_failures(gradcam, tiny_model):
    document = listed(gradcam, "-m", tiny_model, "@-", stdin="a.png\na.jpg\nb.png\n")
    assert [p["file"] for p in document["pictures"]] == ["a.png", "b.png"]
    assert document["failures"][0]["file"] == "a.jpg"


def test_ten_thousand_small_files(gradcam, tiny_model, tmp_path):
    for folder in range(10):
        (tmp_path / f"photos/{folder}").mkdir(parents=True)
        for number in range(1000):
            (tmp_path / f"photos/{folder}/{number}.png").touch()
    document = listed(gradcam, "-m", tiny_model, "photos")
    files = [p["file"] for p in document["pictures"]]
    assert len(files) == 10_000 and files == sorted(files)
