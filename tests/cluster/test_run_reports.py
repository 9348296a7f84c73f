"""Reports of shards, and the run.json of a run that goes on where they ended. The merge of all shards is
tested by tests/examples, on reports of the program."""

import json
import math
import os
import time
from pathlib import Path

import pytest

from gradcam_cluster.listing import Listing
from gradcam_cluster.run_record import RunRecord, remove_temporary_files
from gradcam_cluster.run_reports import (completed, inputs_of, merged, name_of, names_of,
                                         read_shards, write_report)
from gradcam_cluster.work_queue import Picture

READY = {"tool": {"name": "gradcam"}, "model": {}, "settings": {}, "settings_sha256": "a" * 64}


def report(number: int, of: int, done: int, seconds: float = 5, settings: str = "a" * 64,
           write: tuple = ("json",), **counts) -> dict:
    return {"settings": {"write": list(write)}, "settings_sha256": settings, "inputs": ["photos"],
            "shard": {"index": number, "of": of}, "interrupted": False, "failures": [],
            "counts": {"pictures": 10, "done": done, "failed": 0, "skipped": 1, **counts},
            "time": {"started": f"2026-01-0{number}T00:00:00Z", "seconds": seconds,
                     "pictures_per_second": done / seconds}}


def own_run(done: int, resumed: int) -> dict:
    counts = {"pictures": 30, "done": done, "failed": 1, "skipped": 1, "resumed": resumed}
    return {"counts": counts, "failures": [{"file": "bad.png"}], "interrupted": False,
            "time": {"started": "2026-01-09T00:00:00Z", "seconds": 10, "pictures_per_second": 1}}


def test_what_shards_have_done_is_done():
    run = completed(own_run(done=9, resumed=20), [report(1, 3, 10, 5, redone_in_float32=2),
                                                  report(2, 3, 6, 30, halved_batches=1)])
    assert run["counts"] == {"pictures": 30, "done": 25, "resumed": 4, "failed": 1, "skipped": 1,
                             "redone_in_float32": 2, "halved_batches": 1}
    assert run["failures"] == [{"file": "bad.png"}]
    assert run["time"] == {"started": "2026-01-01T00:00:00Z", "seconds": 40,
                           "pictures_per_second": 0.625}


def test_what_was_done_again_counts_once():
    run = completed(own_run(done=12, resumed=17), [report(1, 3, 10), report(2, 3, 10)])
    assert run["counts"] == {"pictures": 30, "done": 29, "failed": 1, "skipped": 1}


def test_shards_are_read_in_their_order(tmp_path):
    for number in (10, 2):
        shard = report(1, 12, 3) | {"shard": {"index": number, "of": 12}}
        write_report(tmp_path / name_of(shard), shard)
    (tmp_path / "run.cat-of-dog.json").write_text("{}")  # a picture's report
    assert names_of(read_shards(tmp_path)) == "run.2-of-12.json, run.10-of-12.json"


DAMAGED = [
    '{"half', "[]", "{}", "[" * 100_000, json.dumps(report(2, 3, 1)),
    *(json.dumps(report(1, 3, 1) | wrong) for wrong in (
        {"inputs": [5]}, {"inputs_bytes": 5}, {"inputs_bytes": [5]},
        {"time": {"started": "", "seconds": math.nan}}, {"time": {"started": "", "seconds": -1}}))]


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: content[-40:])
def test_a_damaged_report_of_a_shard_is_told(tmp_path, content):
    (tmp_path / "run.1-of-3.json").write_text(content)
    with pytest.raises(ValueError, match="run.1-of-3.json is damaged"):
        read_shards(tmp_path)


def test_a_report_of_a_shard_that_cannot_be_is_damaged(tmp_path):
    write_report(tmp_path / "run.3-of-2.json", report(3, 2, 1))
    with pytest.raises(ValueError, match="run.3-of-2.json is damaged"):
        read_shards(tmp_path)


def test_missing_shards_are_named_briefly():
    with pytest.raises(ValueError, match=r"shards \[1, 3\] are missing"):
        merged([report(2, 3, 1)])
    many = r"shards \[1, 3, 4, 5, 6, 7, 8, 9, 10, 11\] and 999989 more are missing"
    with pytest.raises(ValueError, match=many):
        merged([report(2, 10**6, 1)])


def test_many_failures_of_shards_are_merged_at_once():
    """Each only once that several shards have, and in their order."""
    own = [{"file": f"{number}.png", "error": "no picture"} for number in range(20_000)]
    folder, other = {"error": "denied", "file": "closed"}, {"file": "closed", "error": "gone"}
    shards = [report(1, 2, 0) | {"failures": [folder, *own[::2]]},
              report(2, 2, 0) | {"failures": [dict(reversed(folder.items())), other, *own[1::2]]}]
    begin = time.process_time()
    whole = merged(shards)
    assert time.process_time() - begin < 3
    assert whole["failures"] == [folder, *own[::2], other, *own[1::2]]
    assert whole["counts"]["failed"] == 20_002


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(OSError, match="run.json"):
        write_report(tmp_path / "run.json", report(1, 2, 1))
    assert files(tmp_path) == ["run.json"]


def test_a_half_written_report_is_removed_by_a_run_with_resume(gradcam, tiny_model, picture,
                                                               monkeypatch, tmp_path):
    """It must be an hour old, for nobody knows whether its writer lives on another machine."""
    picture("photos/cat.png")
    out = tmp_path / "out"
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", lambda *_: None)
        killed.setattr(Path, "unlink", lambda *_, **__: None)
        for _ in range(2):
            write_report(out / "run.json", report(1, 2, 1))
    old, young = out.iterdir()
    os.utime(old, (0, 0))
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "json", "--resume").code == 0
    assert files(out) == sorted([young.name, "cat.json", "run.json"])


def test_a_report_of_odd_text_is_written(tmp_path):
    write_report(tmp_path / "run.json", {"error": "\ud800"})
    assert json.loads((tmp_path / "run.json").read_text()) == {"error": "?"}


def test_inputs_are_the_same_however_they_are_spelt(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    paths = ["photos", "photos/", "./photos", str(tmp_path / "photos")]
    assert len({tuple(inputs_of({"inputs": [path]})) for path in paths}) == 1
    lists = ["@all.txt", "@./all.txt", f"@{tmp_path}/all.txt"]
    assert len({tuple(inputs_of({"inputs": [path]})) for path in lists}) == 1
    assert inputs_of({"inputs": ["@-"]}) == ["@-"]
    assert (inputs_of({"inputs": ["\ufffd"], "inputs_bytes": ["%FE"]})
            != inputs_of({"inputs": ["\ufffd"], "inputs_bytes": ["%FF"]}))


@pytest.fixture
def record(tmp_path):
    """record(*shards): of a run over two pictures into `tmp_path`, where these shards have been."""

    def begin(*shards: dict) -> RunRecord:
        for shard in shards:
            write_report(tmp_path / name_of(shard), shard)
        pictures = [Picture(number, f"photos/{number}.png", f"{number}.png") for number in range(2)]
        run = RunRecord(["photos"], Listing(pictures, [], 0, tmp_path / "run.json"), list(shards))
        run.begin(READY)
        return run

    return begin


def outcome(number: int, resumed: bool) -> dict:
    return {"number": number, "error": None, "resumed": resumed, "correct": None,
            "tool": READY["tool"]}


def write(run: RunRecord, resumed: list[bool]) -> None:
    """With pictures that were done: by an earlier run, or now."""
    for number, is_resumed in enumerate(resumed):
        run.add(outcome(number, is_resumed))
    run.write()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def counts(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())["counts"]


def test_run_json_takes_the_place_of_shards(record, tmp_path):
    run = record(report(1, 2, 1))
    write(run, resumed=[True, False])
    assert files(tmp_path) == ["run.json"]
    assert counts(tmp_path) == {"pictures": 2, "done": 2, "failed": 0, "skipped": 0}


def test_an_interrupted_run_leaves_them_to_the_next(record, tmp_path):
    run = record(report(1, 2, 1))
    run.add(outcome(0, resumed=True))
    run.interrupted = True
    run.write()
    assert files(tmp_path) == ["run.1-of-2.json", "run.json"]
    assert counts(tmp_path) == {"pictures": 2, "done": 0, "failed": 0, "skipped": 0, "resumed": 1}


def test_shards_of_other_settings_are_replaced(record, tmp_path):
    """What was resumed is of an earlier run of this kind, not theirs."""
    run = record(report(1, 2, 1, settings="b" * 64, write=("json", "jsonl")))
    for name in ("results.1-of-2.jsonl", "results.2-of-2.jsonl"):  # no report tells of the second
        (tmp_path / name).write_text("{}\n")
    assert run.shards_made_otherwise == run.shards
    write(run, resumed=[True, False])
    assert files(tmp_path) == ["results.2-of-2.jsonl", "run.json"]
    assert counts(tmp_path)["resumed"] == 1


def test_without_resume_nothing_of_theirs_is_left(record, tmp_path):
    run = record(report(1, 2, 2))
    write(run, resumed=[False, False])
    assert files(tmp_path) == ["run.json"]
    written = json.loads((tmp_path / "run.json").read_text())
    assert written["counts"]["done"] == 2 and written["time"]["started"] > "2026-01-09"


def test_only_files_of_the_dead_are_removed(tmp_path):
    names = [".gradcam-a-1.tmp", "b/.gradcam-a-2.tmp", ".gradcam-c-1.tmp", "cat.json"]
    (tmp_path / "b" / ".gradcam-a-folder").mkdir(parents=True)
    for name in names:
        (tmp_path / name).touch()
    remove_temporary_files(tmp_path, [".gradcam-a-"])
    assert files(tmp_path) == [".gradcam-c-1.tmp", "b", "cat.json"]
    assert files(tmp_path / "b") == [".gradcam-a-folder"]
