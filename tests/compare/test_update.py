"""gradcam compare --update, and the size of baselines."""

import json
import os
import shutil
from pathlib import Path

import numpy as np

from compare_support import edit_report, statuses
from support import pictures


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_update_prints_what_changed_and_makes_baseline_current(results, gradcam):
    both = results()
    both.edit_map("b", np.flipud)
    (both.current / "c.json").unlink()
    (both.baseline / "a" / "README").write_text("kept")
    done = gradcam("compare", both.baseline, both.current, "--update")
    assert done.code == 0
    assert "map changed" in done.stdout and "missing" in done.stdout
    assert "is now CURRENT: 2 pictures" in done.stderr
    assert gradcam("compare", both.baseline, both.current).stdout == "2 pictures: 2 same\n"
    after = files(both.baseline)
    assert after.pop("a/README") == b"kept"
    assert after == files(both.current)
    assert sorted(os.listdir(both.baseline.parent)) == ["baseline", "current"]


def test_update_makes_the_first_baseline(results, gradcam, tmp_path):
    both = results()
    done = gradcam("compare", tmp_path / "new", both.current, "--update", "--json")
    assert done.code == 0
    assert set(statuses(done.json()).values()) == {"extra"}
    assert files(tmp_path / "new") == files(both.current)


def test_update_accepts_another_setup(results, gradcam):
    both = results()
    both.edit("b", lambda report: report.update(score="prob"))
    assert gradcam("compare", both.baseline, both.current).code == 2
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert gradcam("compare", both.baseline, both.current).code == 0


def refused(gradcam, both, *options) -> str:
    """The error of an update that changes nothing."""
    before = files(both.baseline)
    done = gradcam("compare", both.baseline, both.current, "--update", *options)
    assert done.code == 2
    assert files(both.baseline) == before
    return done.errors[0]


def test_update_refuses_what_could_not_be_compared_later(results, gradcam):
    both = results()
    (both.current / "b.json").write_text("{")
    assert "'b' must not become a baseline" in refused(gradcam, both)


def test_update_refuses_numbers_that_are_not_finite(results, gradcam):
    both = results()
    both.edit_map("b", lambda raw: raw * np.float32(np.inf))
    assert "NaN or an infinity" in refused(gradcam, both)


def test_update_refuses_an_empty_current(results, gradcam):
    both = results()
    shutil.rmtree(both.current)
    both.current.mkdir()
    assert "holds no report" in refused(gradcam, both)


def test_update_refuses_the_same_folder_and_reports(results, gradcam):
    both = results()
    assert gradcam("compare", both.baseline, both.baseline, "--update").code == 2
    done = gradcam("compare", both.baseline / "b.json", both.current / "b.json", "--update")
    assert done.code == 2
    assert "no folder" in done.errors[0]


def test_update_mends_a_damaged_baseline(results, gradcam):
    both = results()
    (both.baseline / "b.json").write_text("{")
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert gradcam("compare", both.baseline, both.current).code == 0


def test_a_thousand_baselines_take_less_than_5_mb(gradcam, tiny_model, tmp_path):
    """`--write json,raw`, five predictions, maps of 14 x 14 cells as most networks have them or
    smaller."""
    picture = pictures.save(tmp_path / "a_picture_with_a_name_of_usual_length.png")
    run = gradcam("--model", tiny_model, "--input-size", "28", "--write", "json,raw", "-o",
                  tmp_path / "out", picture)
    assert run.code == 0, run.stderr
    report = json.loads((tmp_path / "out" / f"{picture.stem}.json").read_text())
    assert report["explanations"][0]["gradcam"]["size"] == [14, 14]
    assert len(report["top"]) == 5
    # Names of ImageNet's classes are 10 letters in the mean and 121 at most.
    edit_report(tmp_path / "out" / f"{picture.stem}.json",
                lambda document: [entry.update(label="x" * 40) for entry in document["top"]])
    size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir()
               if path.name != "run.json")
    assert 1000 * size <= 5_000_000
