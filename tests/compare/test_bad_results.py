"""gradcam compare on results that are damaged, hostile, or none."""

import json
import shutil
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from compare_support import edit_report, picture, statuses


def test_usage_errors(results, gradcam):
    both = results()
    for arguments in ([], [both.baseline], [both.baseline, both.current, both.current],
                      ["", both.current], [both.baseline, both.current, "--max-diff", "2"],
                      [both.baseline, both.current, "--min-corr", "-2"],
                      [both.baseline, both.current, "--max-rmse", "nan"],
                      [both.baseline, both.current, "--junit", ""],
                      [both.baseline, both.current, "--junit", "x", "--html", "x"],
                      [both.baseline, both.current, "--junit", "x", "--diff-dir", "./x/"],
                      [both.baseline, both.current, "--html", "x", "--diff-dir", "y/../x"],
                      [both.baseline, both.current / "b.json"],
                      [both.baseline, both.current / "nothing"],
                      [both.baseline / "nothing", both.current]):
        done = gradcam("compare", *arguments)
        assert (done.code, done.stdout) == (2, ""), arguments
        assert len(done.errors) == 1, arguments
    assert not any((gradcam.home / name).exists() for name in "xy")


def test_help_names_every_option(gradcam):
    done = gradcam("compare", "--help")
    assert done.code == 0
    for option in ("--max-diff", "--max-rmse", "--min-corr", "--min-iou", "--max-peak-shift",
                   "--max-prob-diff", "--allow-missing", "--allow-new", "--same-model",
                   "--allow-setup-change", "--json", "--junit", "--diff-dir", "--update"):
        assert option in done.stdout
    assert "gradcam compare BASELINE CURRENT" in gradcam("--help").stdout


@pytest.mark.parametrize("side", ["baseline", "current"])
def test_folder_without_reports_is_an_error(results, gradcam, tmp_path, side):
    both = results()
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(both.baseline / "run.json", empty)
    (empty / "b.gradcam.npy").touch()
    (empty / "package.json").write_text('{"name": "other"}')
    pair = (empty, both.current) if side == "baseline" else (both.baseline, empty)
    done = gradcam("compare", *pair, "--junit", tmp_path / "junit.xml")
    assert done.code == 2
    assert done.stdout == ""
    assert "holds no report of a picture" in done.errors[0]
    assert "--write json,raw" in done.hints[0]
    assert not (tmp_path / "junit.xml").exists()


def test_other_programs_json_is_passed_over(results, gradcam):
    both = results()
    (both.baseline / "limits.json").write_text('{"max": 1}')
    assert gradcam("compare", both.baseline, both.current).code == 0


def truncate(path, size):
    path.write_bytes(path.read_bytes()[:size])


DAMAGE = {
    "torn report": lambda folder: truncate(folder / "b.json", 500),
    "empty report": lambda folder: truncate(folder / "b.json", 0),
    "report without fields": lambda folder: (folder / "b.json").write_text(
        '{"schema_version": 1, "tool": {"name": "gradcam"}}'),
    "report without predictions": lambda folder: edit_report(
        folder / "b.json", lambda report: report.update(top=[])),
    "number beyond double": lambda folder: (folder / "b.json").write_text(
        (folder / "b.json").read_text().replace('"probability": 0.', '"probability": 1e999', 1)),
    "torn map": lambda folder: truncate(folder / "b.gradcam.npy", 200),
    "missing map": lambda folder: (folder / "b.gradcam.npy").unlink(),
    "map of another shape": lambda folder: np.save(folder / "b.gradcam.npy",
                                                   np.ones((3, 3), np.float32)),
    "map of another type": lambda folder: np.save(folder / "b.gradcam.npy", np.ones((16, 16))),
    "map in Fortran order": lambda folder: np.save(
        folder / "b.gradcam.npy", np.asfortranarray(np.random.rand(16, 16).astype(np.float32))),
    "map of objects": lambda folder: np.save(folder / "b.gradcam.npy",
                                             np.array([[print]], object), allow_pickle=True),
    "pipe": lambda folder: ((folder / "b.gradcam.npy").unlink(),
                            __import__("os").mkfifo(folder / "b.gradcam.npy")),
    "folder": lambda folder: ((folder / "b.gradcam.npy").unlink(),
                              (folder / "b.gradcam.npy").mkdir()),
}


@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize("side", ["baseline", "current"])
def test_damaged_result_is_unreadable(results, gradcam, what, side):
    both = results()
    DAMAGE[what](getattr(both, side))
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert done.code == 2
    assert statuses(done.json()) == {"b": "unreadable"}
    finding = picture(done.json(), "b")["findings"][0]
    assert finding["side"] == side
    assert "b." in finding["text"]  # the file is named


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_number_that_is_not_finite_fails_on_either_side(results, gradcam, value):
    both = results()
    path = both.baseline / "b.gradcam.npy"
    raw = np.load(path)
    raw[0, 0] = value
    np.save(path, raw)
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})
    shutil.copy(path, both.current / "b.gradcam.npy")
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})


def test_new_result_that_is_not_finite_fails_although_new_ones_are_allowed(results, gradcam):
    both = results()
    (both.baseline / "b.json").unlink()
    both.edit_map("b", lambda raw: raw * np.float32(np.nan))
    done = gradcam("compare", both.baseline, both.current, "--json", "--allow-new")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})


def test_new_probability_that_is_not_finite_fails_although_new_ones_are_allowed(results, gradcam):
    both = results()
    (both.baseline / "b.json").unlink()
    both.edit("b", lambda report: report["top"][0].update(probability=None))
    done = gradcam("compare", both.baseline, both.current, "--json", "--allow-new")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})


@pytest.mark.parametrize("what", ["map", "probability"])
def test_vanished_result_that_is_not_finite_fails(results, gradcam, what):
    both = results()
    (both.current / "b.json").unlink()
    if what == "map":
        np.save(both.baseline / "b.gradcam.npy", np.full((16, 16), np.nan, np.float32))
    else:
        edit_report(both.baseline / "b.json",
                    lambda report: report["top"][0].update(probability=None))
    done = gradcam("compare", both.baseline, both.current, "--json", "--allow-missing")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})
    assert gradcam("compare", both.baseline, both.current, "--update").code == 0
    assert gradcam("compare", both.baseline, both.current).code == 0


def test_probability_that_is_not_finite_fails(results, gradcam):
    both = results()
    both.edit("b", lambda report: report["top"][0].update(probability=None))
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (1, {"b": "nonfinite"})


def test_other_schema_version_is_incompatible(results, gradcam):
    both = results()
    for report in both.baseline.rglob("*.json"):
        edit_report(report, lambda document: document.update(schema_version=2))
    done = gradcam("compare", both.baseline, both.current, "--json", "--allow-setup-change")
    assert done.code == 2
    assert set(statuses(done.json()).values()) == {"incompatible"}
    assert "schema version 2" in picture(done.json(), "b")["findings"][0]["text"]


@pytest.mark.parametrize("name", ["../../../../../../etc/passwd", "/etc/passwd", "..", "",
                                  "../current/b.gradcam.npy", "link.npy"])
def test_file_outside_the_folder_is_refused(results, gradcam, tmp_path, name):
    both = results()
    secret = tmp_path / "secret.npy"
    shutil.copy(both.current / "b.gradcam.npy", secret)
    (both.current / "link.npy").symlink_to(secret)
    both.edit("b", lambda report: report["explanations"][0]["files"].update(gradcam_raw=name))
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (2, {"b": "unreadable"})
    assert "leads out of the folder" in picture(done.json(), "b")["findings"][0]["text"]


def test_report_outside_the_folder_is_refused(results, gradcam, tmp_path):
    both = results()
    (both.current / "b.json").rename(tmp_path / "b.json")
    (both.current / "b.json").symlink_to(tmp_path / "b.json")
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (2, {"b": "unreadable"})


def test_maps_of_hostile_shapes_cost_no_memory(results, gradcam):
    """A row and a column of 100,000 cells each would be enlarged to 40 GB."""
    both = results()
    for folder, shape in ((both.baseline, (1, 100_000)), (both.current, (100_000, 1))):
        np.save(folder / "b.gradcam.npy", np.random.default_rng(0).random(shape, np.float32))
        edit_report(folder / "b.json",
                    lambda report: report["explanations"][0]["gradcam"].update(size=list(shape)))
    done = gradcam("compare", both.baseline, both.current, "--json", "--allow-setup-change")
    assert (done.code, statuses(done.json())) == (2, {"b": "incompatible"})


def claim(folder, shape):
    """A NumPy file whose header claims this shape, with the bytes of one number behind it."""
    header = str({"descr": "<f4", "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
    (folder / "b.gradcam.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
                                           + header + bytes(4))


@pytest.mark.parametrize("shape", [(40_000, 40_000), (2**31 - 1, 2**31 - 1), (2**62, 4), (0, 7),
                                   (16, 16, 1), (256,), ()])
def test_shape_that_the_bytes_do_not_have_is_unreadable(results, gradcam, shape):
    """(40000, 40000) claims 6 GB."""
    both = results()
    claim(both.current, shape)
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (2, {"b": "unreadable"})


HOSTILE = {
    "closed nesting": lambda text: text.replace('"score"', f'"x": {"[" * 200_000}{"]" * 200_000}, "score"'),
    "number beyond double": lambda text: text.replace('"alpha": 0.5', '"alpha": 1e400'),
    "text for a number": lambda text: text.replace('"alpha": 0.5', '"alpha": "0.5"'),
    "number for a text": lambda text: text.replace('"score": "logodds"', '"score": 7'),
    "list for an object": lambda text: text.replace('"image": {', '"image": [], "other": {'),
    "width beyond int": lambda text: text.replace('"width": 48', '"width": 18446744073709551615'),
    "fraction for a size": lambda text: text.replace('"width": 48', '"width": 48.5'),
    "negative size": lambda text: text.replace('"width": 48', '"width": -48'),
    "class beyond int": lambda text: text.replace('"rank": 1, "index": ', '"rank": 1, "index": 99999999999'),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_report_is_judged_and_stops_nothing(results, gradcam, what):
    both = results()
    path = both.current / "b.json"
    text = json.dumps(json.loads(path.read_text()))
    assert HOSTILE[what](text) != text
    path.write_text(HOSTILE[what](text))
    done = gradcam("compare", both.baseline, both.current, "--json", "--html", "page.html")
    document = done.json()
    assert document["counts"]["pictures"] == 3
    assert statuses(document) == {"b": "unreadable"}
    assert gradcam("report", both.current).code == 0


def test_of_two_equal_keys_the_last_counts(results, gradcam):
    both = results()
    path = both.current / "b.json"
    path.write_text(path.read_text().replace('"score": "logodds"',
                                             '"score": "prob", "score": "logodds"'))
    assert gradcam("compare", both.baseline, both.current).code == 0


def test_texts_of_strangers_stay_texts_everywhere(results, gradcam, tmp_path):
    """In JSON, JUnit, the page and the table; bidirectional marks and line separators too."""
    both = results()
    nasty = "</script><!--\x01\x1b[31m\u2028\u202egnp.\"'&<b>\ufffe]]>"
    for folder in (both.baseline, both.current):
        edit_report(folder / "b.json", lambda report: [
            entry.update(label=nasty) for entry in
            (report["top"][0], report["explanations"][0]["class"])])
    both.edit_map("b", np.flipud)
    done = gradcam("compare", both.baseline, both.current, "--json", "--html", "page.html",
                   "--junit", "junit.xml")
    assert done.code == 1
    shown = nasty.replace("\x01", " ").replace("\x1b", " ")  # labels are one line without controls
    assert picture(done.json(), "b")["classes"][0]["label"] == shown
    ElementTree.parse(tmp_path / "junit.xml")
    page = (tmp_path / "page.html").read_text()
    assert "</script><!--" not in page and "\u2028" not in page and "\u202e" not in page
    assert "\x1b" not in gradcam("compare", both.baseline, both.current).stdout


def test_deeply_nested_report_is_unreadable(results, gradcam):
    both = results()
    (both.current / "b.json").write_text("[" * 1_000_000)
    done = gradcam("compare", both.baseline, both.current, "--json")
    assert (done.code, statuses(done.json())) == (2, {"b": "unreadable"})
    assert json.loads(done.stdout)["counts"]["same"] == 2


def test_diff_dir_that_cannot_be_made_is_an_error(results, gradcam, tmp_path):
    both = results()
    both.edit_map("b", np.flipud)
    (tmp_path / "file").touch()
    done = gradcam("compare", both.baseline, both.current, "--diff-dir", tmp_path / "file" / "x")
    assert done.code == 2
    assert "cannot make folder" in done.errors[0]
    # Nor does it go unnoticed while there is nothing to show.
    shutil.copy(both.baseline / "b.gradcam.npy", both.current)
    for folder in (tmp_path / "file", tmp_path / "file" / "x"):
        done = gradcam("compare", both.baseline, both.current, "--diff-dir", folder)
        assert (done.code, done.stdout) == (2, "")
        assert "cannot make folder" in done.errors[0]
