"""gradcam compare --update."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from compare_support import edit_report, statuses
from support import pictures


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_update_prints_what_changed_and_makes_baseline_current(results, gradcam):
    both = results()
    both.edit_map("b", np.flipud)
    for path in both.current.glob("c.*"):
        path.unlink()
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


def test_update_keeps_files_that_are_only_called_like_results(results, gradcam):
    both = results("heatmaps")
    (both.baseline / "inputs").mkdir()
    pictures.save(both.baseline / "inputs/camera.input.png", 32, 24)
    pictures.save(both.baseline / "diagram.panel.png", 32, 24)
    np.save(both.baseline / "mine.gradcam.npy", np.ones((7, 7)))
    (both.baseline / "notes.gradcam.png").write_bytes(b"\xff\xd8\xff\xe0 a JPEG")
    mine = set(files(both.baseline)) - set(files(both.current))
    for path in both.current.glob("c.*"):
        path.unlink()
    assert len(mine) == 4
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert set(files(both.baseline)) == set(files(both.current)) | mine


def test_update_takes_a_baseline_of_links(results, gradcam, tmp_path):
    """As git-annex and DVC lay it out; results behind links that lead outside are unreadable."""
    both = results()
    both.edit_map("b", np.flipud)
    store = tmp_path / "store"
    store.mkdir()
    for number, path in enumerate([*both.baseline.glob("b.*"), both.baseline / "a/cat.json"]):
        path.rename(store / str(number))
        path.symlink_to(os.path.relpath(store / str(number), path.parent))
    kept = files(store)
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert files(both.baseline) == files(both.current)
    assert not any(path.is_symlink() for path in both.baseline.rglob("*"))
    assert files(store) == kept


def give_away(*paths: Path) -> None:
    """To the user as whom an unprivileged program runs."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, 65534, 65534)


@pytest.fixture
def shared(results, open_folder) -> Path:
    """A folder with "baseline" and "current" that belong to an unprivileged user."""
    both = results()
    for folder in (both.baseline, both.current):
        shutil.copytree(folder, open_folder / folder.name)
    give_away(*open_folder.rglob("*"))
    return open_folder


def test_update_leaves_no_folders_that_cannot_be_written_behind(shared, gradcam):
    (shared / "baseline/a").chmod(0o555)
    done = gradcam("compare", "baseline", "current", "--update", cwd=shared, unprivileged=True)
    assert (done.code, done.warnings) == (0, []), done.stderr
    assert sorted(os.listdir(shared)) == ["baseline", "current"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs files of two users")
def test_update_warns_of_an_old_baseline_that_it_cannot_remove(shared, gradcam):
    os.chown(shared / "baseline/a", 0, 0)
    done = gradcam("compare", "baseline", "current", "--update", cwd=shared, unprivileged=True)
    assert done.code == 0
    left = set(os.listdir(shared)) - {"baseline", "current"}
    assert len(left) == len(done.warnings) == 1
    assert "cannot remove" in done.warnings[0] and left.pop() in done.warnings[0]
    assert gradcam("compare", "baseline", "current", cwd=shared).code == 0


def test_update_makes_the_first_baseline(results, gradcam, tmp_path):
    both = results()
    done = gradcam("compare", tmp_path / "new", both.current, "--update", "--json")
    assert done.code == 0
    assert set(statuses(done.json()).values()) == {"extra"}
    assert files(tmp_path / "new") == files(both.current)


def test_update_makes_a_baseline_named_without_a_folder(results, gradcam, tmp_path):
    both = results()
    assert gradcam("compare", "new", "current", "--update", cwd=tmp_path).code == 0
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


def test_update_refuses_probabilities_that_are_not_finite(results, gradcam):
    both = results()
    both.edit("b", lambda report: report["top"][0].update(probability=None))
    assert "not a finite number" in refused(gradcam, both)


def test_update_refuses_new_probabilities_that_are_not_finite(results, gradcam):
    both = results()
    (both.baseline / "b.json").unlink()
    both.edit("b", lambda report: report["top"][0].update(probability=None))
    assert "not a finite number" in refused(gradcam, both, "--allow-new")


def test_update_mends_probabilities_that_are_not_finite(results, gradcam):
    both = results()
    edit_report(both.baseline / "b.json",
                lambda report: report["top"][0].update(probability=None))
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert gradcam("compare", both.baseline, both.current).code == 0


def without_maps(folder):
    """What --write json leaves."""
    for path in folder.rglob("*.npy"):
        path.unlink()
    for path in folder.rglob("*.json"):
        if path.name != "run.json":
            edit_report(path, lambda report: report["explanations"][0].update(files={}))


def test_update_refuses_results_without_maps(results, gradcam, tmp_path):
    both = results()
    without_maps(both.current)
    assert "'a/cat' must not become a baseline: it has no maps" in refused(gradcam, both)
    done = gradcam("compare", tmp_path / "new", both.current, "--update")
    assert (done.code, len(done.errors)) == (2, 1)
    assert "--write json,raw" in done.hints[0]
    assert not (tmp_path / "new").exists()


def test_update_refuses_unreadable_maps_of_another_setup(results, gradcam):
    both = results()
    both.edit("b", lambda report: report.update(score="prob"))
    (both.current / "b.gradcam.npy").unlink()
    assert "b.gradcam.npy" in refused(gradcam, both)


def test_update_refuses_unreadable_maps_that_had_no_partners(results, gradcam):
    both = results()
    without_maps(both.baseline)
    (both.current / "b.gradcam.npy").unlink()
    assert "b.gradcam.npy" in refused(gradcam, both)


def test_update_refuses_unreadable_maps_that_would_mend_a_report(results, gradcam):
    both = results()
    (both.baseline / "b.json").write_text("{")
    (both.current / "b.gradcam.npy").unlink()
    assert "b.gradcam.npy" in refused(gradcam, both)


def test_update_refuses_an_empty_current(results, gradcam):
    both = results()
    shutil.rmtree(both.current)
    both.current.mkdir()
    assert "holds no report" in refused(gradcam, both)
    # Nor may what is wrong with the old ones hide that there are no new ones.
    (both.baseline / "b.json").write_text("{")
    edit_report(both.baseline / "c.json",
                lambda report: report["top"][0].update(probability=None))
    assert "holds no report" in refused(gradcam, both)


def test_update_refuses_the_same_folder_and_reports(results, gradcam):
    both = results()
    assert gradcam("compare", both.baseline, both.baseline, "--update").code == 2
    done = gradcam("compare", both.baseline / "b.json", both.current / "b.json", "--update")
    assert done.code == 2
    assert "no folder" in done.errors[0]


@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
def test_update_leaves_a_baseline_whose_changes_could_not_be_printed(results, gradcam, stdout):
    both = results()
    both.edit_map("b", np.flipud)
    before = files(both.baseline)
    command = ["compare", both.baseline, both.current, "--update"]
    redirected = ["sh", "-c", f'exec "$@" {stdout}', "sh"]
    done = gradcam(*command, prefix=redirected)
    assert done.code == 2
    assert "BASELINE is not updated" in done.errors[0]
    assert files(both.baseline) == before
    assert sorted(os.listdir(both.baseline.parent)) == ["baseline", "current"]
    # With --quiet there is nothing to print.
    assert gradcam(*command, "--quiet", prefix=redirected).code == 0
    assert files(both.baseline) == files(both.current)


def test_update_mends_a_damaged_baseline(results, gradcam):
    both = results()
    (both.baseline / "b.json").write_text("{")
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert gradcam("compare", both.baseline, both.current).code == 0
