"""--resume --dry-run: what a resumed run would still do, and nothing done."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from support import models
from support.schemas import check

PICTURES = 6


def tree(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, inode and time of all files, and the folders."""
    return {str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"",
                                            path.stat().st_ino, path.stat().st_mtime_ns)
            for path in folder.rglob("*")}


def listed(gradcam, *args, code: int = 0, **options) -> dict:
    """The document; whatever it says, no file is touched."""
    shutil.rmtree(gradcam.home / "cache", ignore_errors=True)
    before = tree(gradcam.home)
    result = gradcam(*args, "--resume", "--dry-run", "--json", **options)
    assert result.code == code, result.stderr
    assert tree(gradcam.home) == before
    return check(result.json(), "dry-run.schema.json")


def files(document: dict) -> list[str]:
    return [entry["file"] for entry in document["pictures"]]


@pytest.fixture
def photos(picture) -> None:
    for i in range(PICTURES):
        picture(f"photos/{'a/' if i % 2 else ''}{i}.png", width=40 + i)


@pytest.mark.parametrize("write", ["gradcam,json", "gradcam,jsonl", "gradcam,json,jsonl"])
def test_what_is_listed_is_what_is_done(gradcam, tiny_model, photos, picture, tmp_path, write):
    job = ("-m", tiny_model, "photos", "--write", write)
    out = tmp_path / "gradcam-out"
    everything = listed(gradcam, *job)
    assert len(everything["pictures"]) == PICTURES and everything["resumed"] == 0
    assert gradcam(*job).code == 0
    nothing = listed(gradcam, *job)
    assert nothing["pictures"] == [] and nothing["resumed"] == PICTURES

    picture("photos/0.png", width=90)  # has changed
    (out / "a/3.gradcam.png").unlink()
    (out / "4.gradcam.png").write_bytes(b"")  # as power loss may leave it
    picture("photos/new.png")
    left = listed(gradcam, *job)
    assert files(left) == ["0.png", "4.png", "a/3.png", "new.png"]
    assert left["resumed"] == PICTURES - 3
    before = tree(out)
    result = gradcam(*job, "--resume", "--json")
    assert result.code == 0
    run = json.loads((out / "run.json").read_text())
    assert (run["counts"]["done"], run["counts"]["resumed"]) == (4, PICTURES - 3)
    # The reports of all pictures, whoever made them, in order.
    assert [report["image"]["file"] for report in result.json()["results"]] == files(everything)[:5] + [
        "a/5.png", "new.png"]
    changed = {f"gradcam-out/{name}" for name, state in tree(out).items()
               if before.get(name) != state and (out / name).is_file()}
    promised = {name for entry in left["pictures"] for name in entry["writes"]}
    assert changed == promised | {left["run_report"]} | (
        {"gradcam-out/results.jsonl"} if "jsonl" in write else set())


@pytest.mark.parametrize("option", [("--alpha", "0.3"), ("--class", "1"), ("--deterministic",),
                                    ("--write", "gradcam,saliency,json")])
def test_results_of_other_settings_are_made_again(gradcam, tiny_model, photos, option):
    job = ("-m", tiny_model, "photos")
    write = ("--write", "gradcam,json")
    assert gradcam(*job, *write).code == 0
    other = listed(gradcam, *job, *option, *(() if "--write" in option else write))
    assert len(other["pictures"]) == PICTURES and other["resumed"] == 0
    assert other["pictures"][0]["removes"] == ["gradcam-out/0.gradcam.png", "gradcam-out/0.json"]


def test_results_of_another_model_are_made_again(gradcam, tiny_model, photos, tmp_path):
    job = ("-m", tiny_model, "photos", "--write", "json")
    assert gradcam(*job).code == 0
    models.save(models.TinyNet(seed=1), tiny_model, card=models.card())
    assert len(listed(gradcam, *job)["pictures"]) == PICTURES


def test_what_killed_runs_left_is_listed(gradcam, tiny_model, photos, tmp_path):
    job = ("-m", tiny_model, "photos", "--write", "json")
    assert gradcam(*job).code == 0
    left = tmp_path / "gradcam-out/a/.gradcam-12345678-99-99-0.tmp"
    young = tmp_path / "gradcam-out/.gradcam-12345678-99-99-0.tmp"  # of another machine
    for file in (left, young):
        file.write_text("half")
    os.utime(left, (time.time() - 4000,) * 2)
    assert listed(gradcam, *job)["removes"] == [str(left.relative_to(tmp_path))]
    text = gradcam(*job, "--resume", "--dry-run")
    assert text.stdout.splitlines() == [
        "left by runs that were killed", f"  remove gradcam-out/a/{left.name}"]
    assert "0 pictures, 6 done by an earlier run, 0 files to write" in text.stderr
    assert gradcam(*job, "--resume").code == 0
    assert not left.exists() and young.exists()


def test_a_picture_that_cannot_be_read_is_a_failure_and_keeps_its_results(
        gradcam, tiny_model, photos, tmp_path):
    names = [f"photos/{'a/' if i % 2 else ''}{i}.png" for i in range(PICTURES)]
    (tmp_path / "list.txt").write_text("\n".join(names))
    job = ("-m", tiny_model, "@list.txt", "--write", "json")
    assert gradcam(*job).code == 0
    (tmp_path / "photos/a/3.png").unlink()
    document = listed(gradcam, *job, code=1)
    assert document["pictures"] == [] and document["resumed"] == PICTURES - 1
    assert [failure["file"] for failure in document["failures"]] == ["a/3.png"]
    assert gradcam(*job, "--resume").code == 1
    assert (tmp_path / "gradcam-out/a/3.json").exists()


def test_it_neither_waits_for_a_run_nor_keeps_one_out(gradcam, tiny_model, photos, tmp_path):
    job = ("-m", tiny_model, "photos", "--write", "jsonl")
    assert gradcam(*job).code == 0
    with (tmp_path / "gradcam-out/results.jsonl").open("rb+") as results:
        fcntl.flock(results, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert listed(gradcam, *job)["resumed"] == PICTURES
        assert gradcam(*job, "--resume").code == 2  # a run that would write is refused


def test_the_model_must_be_there(gradcam, photos, tmp_path):
    (tmp_path / "broken.pt").write_text("no model")
    result = gradcam("-m", "broken.pt", "photos", "--resume", "--dry-run")
    assert result.code == 2 and result.stdout == ""
    assert not (tmp_path / "gradcam-out").exists()


def test_a_shard_and_a_list_on_stdin(gradcam, tiny_model, photos, tmp_path):
    job = ("-m", tiny_model, "photos", "--write", "json", "--shard", "2/3")
    assert gradcam(*job).code == 0
    assert listed(gradcam, *job)["resumed"] == 2
    assert listed(gradcam, "-m", tiny_model, "--write", "json", "--root", "photos", "@-",
                  stdin="photos/0.png\nphotos/2.png\n")["resumed"] == 1
