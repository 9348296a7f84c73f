"""gradcam compare on folders whose reports stand in results.jsonl."""

import json
import os

import numpy as np
import pytest

from compare_support import statuses
from support import models, pictures


@pytest.fixture
def run(gradcam, tmp_path):
    """run(folder, *options): explains three pictures into `folder`, with raw maps."""
    model = models.save(models.TinyNet(), tmp_path / "tiny.pt", card=models.card())
    for name in ("a/cat", "b", "c"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        pictures.save(tmp_path / "in" / f"{name}.png", 64, 48)

    def explain(folder: str, *options):
        done = gradcam("--model", model, "--output", folder, *options, "in")
        assert done.code == 0, done.stderr
        return tmp_path / folder

    return explain


def flip(path):
    np.save(path, np.flipud(np.load(path)))


def test_lines_are_compared_with_lines_reports_and_shards(run, gradcam):
    run("reports", "--write", "raw,json")
    run("lines", "--write", "raw,jsonl")
    for shard in ("1/2", "2/2"):
        run("shards", "--write", "raw,jsonl", "--shard", shard)
    for pair in (("lines", "lines"), ("reports", "lines"), ("lines", "shards"),
                 ("shards", "reports")):
        done = gradcam("compare", *pair)
        assert (done.code, done.stdout) == (0, "3 pictures: 3 same\n"), done.stderr


def test_missing_shard_is_noted_and_its_pictures_are_missing(run, gradcam):
    run("all", "--write", "raw,json")
    some = run("some", "--write", "raw,json", "--shard", "2/3")
    note = ("note: {}: 2 of 3 shards are missing or have not ended: there is no run.1-of-3.json, "
            "run.3-of-3.json\n")
    done = gradcam("compare", "all", "some")
    assert done.code == 1 and "missing" in done.stdout and note.format("CURRENT") in done.stdout
    done = gradcam("compare", "all", "some", "--allow-missing")
    assert done.code == 0 and note.format("CURRENT") in done.stdout
    # Both sides lack the same: nothing differs, but it is not passed over in silence.
    done = gradcam("compare", "some", "some", "--json")
    assert done.code == 0
    assert [text.split(":")[0] for text in done.json()["notes"]] == ["BASELINE", "CURRENT"]
    (some / "run.2-of-3.json").unlink()  # a baseline need not have it
    assert gradcam("compare", "some", "some").stdout == "1 picture: 1 same\n"


def test_changed_map_behind_a_line_is_found(run, gradcam):
    run("reports", "--write", "raw,json")
    flip(run("lines", "--write", "raw,jsonl") / "a/cat.gradcam.npy")
    done = gradcam("compare", "reports", "lines", "--json")
    assert (done.code, statuses(done.json())) == (1, {"a/cat": "map_changed"})


def test_kept_extensions_are_told_from_the_files(run, gradcam):
    run("reports", "--write", "raw,json", "--keep-ext")
    run("lines", "--write", "raw,jsonl", "--keep-ext")
    assert gradcam("compare", "reports", "lines").stdout == "3 pictures: 3 same\n"


def test_torn_line_is_unreadable_and_its_picture_missing(run, gradcam):
    run("reports", "--write", "raw,json")
    path = run("lines", "--write", "raw,jsonl") / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-200])
    done = gradcam("compare", "reports", "lines", "--json")
    assert (done.code, statuses(done.json())) == (2, {"c": "missing",
                                                      "results.jsonl, line 3": "unreadable"})
    assert gradcam("compare", "reports", "lines", "--update").code == 2


def test_line_of_another_schema_version_is_incompatible(run, gradcam):
    path = run("lines", "--write", "raw,jsonl") / "results.jsonl"
    path.write_text(path.read_text().replace('"schema_version":1', '"schema_version":2'))
    done = gradcam("compare", "lines", "lines", "--json")
    assert done.code == 2
    assert set(statuses(done.json()).values()) == {"incompatible"}


def test_line_that_names_a_place_outside_is_refused(run, gradcam, tmp_path):
    run("reports", "--write", "raw,json")
    path = run("lines", "--write", "raw,jsonl") / "results.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["image"]["file"] = "../../reports/b.png"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = gradcam("compare", "reports", "lines", "--json", "--diff-dir", tmp_path / "diff")
    assert (done.code, statuses(done.json())) == (2, {"b": "missing",
                                                      "results.jsonl, line 2": "unreadable"})
    assert not (tmp_path / "reports/b.gradcam-diff.png").exists()


def test_update_makes_lines_the_baseline(run, gradcam, tmp_path):
    run("reports", "--write", "raw,json")
    flip(run("lines", "--write", "raw,jsonl") / "b.gradcam.npy")
    assert gradcam("compare", "reports", "lines", "--update").code == 0
    assert gradcam("compare", "reports", "lines").stdout == "3 pictures: 3 same\n"
    assert not (tmp_path / "reports/b.json").exists()


def test_update_leaves_other_programs_lines_alone(run, gradcam, tmp_path):
    run("reports", "--write", "raw,json")
    run("current", "--write", "raw,json")
    (tmp_path / "reports/results.jsonl").write_text('{"score": 1}\n')
    (tmp_path / "current/results.jsonl").write_text('{"score": 2}\n')
    assert gradcam("compare", "reports", "current", "--update").code == 0
    assert (tmp_path / "reports/results.jsonl").read_text() == '{"score": 1}\n'


def test_folder_without_own_lines_holds_no_report(run, gradcam, tmp_path):
    run("reports", "--write", "raw,json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/results.jsonl").write_text('{"score": 1}\n')
    done = gradcam("compare", "reports", "other")
    assert done.code == 2 and "holds no report" in done.errors[0]


def test_pipe_called_results_does_not_stop_the_program(run, gradcam, tmp_path):
    run("reports", "--write", "raw,json")
    os.mkfifo(tmp_path / "reports/results.jsonl")
    done = gradcam("compare", "reports", "reports")
    assert done.code == 2 and "results.jsonl" in done.errors[0]
