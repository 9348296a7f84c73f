"""scripts/bench.py: what it makes of the times that it measured."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from bench import processes, table
from bench.groups import many, worker
from bench.networks import NETWORKS
from bench.pictures import make_many
from bench.processes import Watched
from bench.program import (Program, Variant, milliseconds_of_network, milliseconds_of_run, settled,
                           steady)
from bench.rows import Aim, Group, Row, Side, to_json
from bench.series import Series, geometric_mean, take_turns
from gradcam_cluster.work_queue import Picture, WorkQueue

# A program that needs 1 s a run and `each` seconds a picture, of which the network takes a half.
STAND_IN = """#!/usr/bin/env python3
import json, sys
from pathlib import Path
value = lambda name: sys.argv[sys.argv.index(name) + 1]
pictures = Path(value("--image")[1:]).read_text().split()
seconds = 1 + {each} * len(pictures)
stages = dict.fromkeys(["decode", "prepare", "write"], seconds / 6)
stages |= {{"features": seconds / 4, "head": seconds / 8, "gradient": seconds / 8}}
output = Path(value("--output"))
output.mkdir()
(output / "run.json").write_text(json.dumps({{
    "counts": {{"done": len(pictures) - {missing}}},
    "tool": {{"engine": {engine}}},
    "time": {{"seconds": seconds, "stages": stages}}}}))
"""


@pytest.mark.parametrize("name", sorted(path.stem for path in
                                        (SCRIPTS / "bench" / "groups").glob("[a-z]*.py")))
def test_every_group_can_be_measured(name: str) -> None:
    assert callable(importlib.import_module(f"bench.groups.{name}").measure)


def stand_in(folder: Path, each: float = 0.02, missing: int = 0,
             engine: str = "'libtorch'") -> Program:
    path = folder / "gradcam"
    path.write_text(STAND_IN.format(each=each, missing=missing, engine=engine))
    path.chmod(0o755)
    return Program(path, 2, folder / "cache")


def pictures(count: int) -> list[Path]:
    return [Path(f"{number}.jpg") for number in range(count)]


def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("bench_script", SCRIPTS / "bench.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_a_ratio_is_formed_round_by_round() -> None:
    ratio = Series([10, 30, 20]).over(Series([5, 10, 5]))
    assert ratio.values == [2, 3, 4]
    assert (ratio.min, ratio.median, ratio.max) == (2, 3, 4)


def test_sides_with_different_numbers_of_rounds_are_refused() -> None:
    with pytest.raises(ValueError):
        Series([1, 2]).over(Series([1]))


def test_the_geometric_mean_is_that_of_each_round() -> None:
    mean = geometric_mean([Series([1, 2]), Series([4, 8]), Series([2, 4])])
    assert mean.values == pytest.approx([2, 4])


def test_every_other_round_goes_backwards_and_the_first_is_not_counted() -> None:
    calls: list[str] = []

    def side(name: str):
        return lambda: calls.append(name) or len(calls)

    found = take_turns({"a": side("a"), "b": side("b")}, 2)
    assert "".join(calls) == "ab" + "ab" + "ba"
    assert found == {"a": [3, 6], "b": [4, 5]}


def test_the_difference_of_two_runs_is_free_of_what_is_done_once(tmp_path: Path) -> None:
    half, whole = steady(stand_in(tmp_path), NETWORKS["vgg16"], pictures(8), Variant())
    assert (half.done, whole.done) == (4, 8)
    assert milliseconds_of_run(half, whole) == pytest.approx(20)
    assert milliseconds_of_network(half, whole) == pytest.approx(10)


@pytest.mark.parametrize("fault, message", [
    ({"missing": 1}, "explained 3 pictures of 4"),
    ({"engine": "'libtorch' if len(pictures) < 5 else 'openvino'"}, "took engine libtorch"),
])
def test_runs_that_cannot_be_compared_are_refused(tmp_path: Path, fault: dict,
                                                  message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        steady(stand_in(tmp_path, **fault), NETWORKS["vgg16"], pictures(8), Variant())


def test_both_runs_take_the_engine_that_a_run_over_all_pictures_takes(tmp_path: Path) -> None:
    auto = "'libtorch' if len(pictures) < 5 else 'openvino'"
    program = stand_in(tmp_path, engine=f"({auto}) if value('--engine') == 'auto' else "
                                        "value('--engine')")
    variant, run = settled(program, NETWORKS["vgg16"], pictures(8), Variant(batch=3))
    assert (variant, run.done) == (Variant(engine="openvino", batch=3), 8)
    half, whole = steady(program, NETWORKS["vgg16"], pictures(8), variant)
    assert (half.engine, whole.engine) == ("openvino", "openvino")


def test_a_longer_run_that_took_less_time_is_no_measurement(tmp_path: Path) -> None:
    runs = steady(stand_in(tmp_path, each=-0.01), NETWORKS["vgg16"], pictures(8), Variant())
    with pytest.raises(RuntimeError, match="too busy"):
        milliseconds_of_run(*runs)


LATE_FILE = """#!/usr/bin/env python3
import sys, time
from pathlib import Path
memory = bytearray(b"x" * 40_000_000)
time.sleep(0.2)
Path(sys.argv[1]).touch()
time.sleep(0.2)
"""


def test_a_watched_process_tells_when_its_file_was_there_and_its_own_peak(tmp_path: Path) -> None:
    program = tmp_path / "late"
    program.write_text(LATE_FILE)
    program.chmod(0o755)
    ballast = bytearray(b"x" * 200_000_000)  # of this process
    found = processes.watch([program, tmp_path / "file"], {}, tmp_path / "file")
    assert 0.2 < found.seconds_to_file < found.seconds - 0.1
    assert 40 < found.peak_mb < len(ballast) / 1e6
    with pytest.raises(RuntimeError, match="without other"):
        processes.watch([program, tmp_path / "file"], {}, tmp_path / "other")


def test_many_names_are_links_to_a_few_files_and_made_once(tmp_path: Path) -> None:
    originals = [tmp_path / f"{number}.jpg" for number in range(3)]
    for original in originals:
        original.write_bytes(original.name.encode())
    folder = make_many(tmp_path / "many", originals, 2500)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg"))
    assert len(names) == 2500
    assert (names[0], names[-1]) == ("0000/0000000.jpg", "0002/0002499.jpg")
    assert (folder / names[1]).samefile(originals[1])
    assert originals[0].stat().st_nlink == 2 + 2499 // 3
    (folder / names[1]).unlink()
    assert make_many(folder, originals, 2500) == folder and not (folder / names[1]).exists()


def test_the_memory_of_a_listed_file_is_what_more_files_take() -> None:
    found = {"1,000 files": [Watched(1, 9, 100), Watched(3, 9, 101)],
             "11,000 files": [Watched(0.5, 9, 101), Watched(0.7, 9, 101.5)]}
    first, memory = many.rows_of((1000, 11000), found)
    assert (first.work, first.value.values) == ("start to first result, 11,000 files", [0.5, 0.7])
    assert memory.value.values == pytest.approx([100, 50])


class FakeWorker:
    """Answers with the requests."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def ask(self, requests: list[dict]) -> list[dict]:
        self.batches.append([request["id"] for request in requests])
        return requests


@pytest.mark.parametrize("name", worker.SCHEDULERS)
def test_every_picture_is_asked_for_once(name: str) -> None:
    fake = FakeWorker()
    wanted = [Picture(number, f"{number}.jpg", f"{number}.jpg") for number in range(300)]
    answers = worker.SCHEDULERS[name](fake, wanted)
    assert sorted(answer["id"] for answer in answers) == list(range(300))
    sizes = [len(batch) for batch in fake.batches]
    assert sizes == [300] if "all" in name else max(sizes) == WorkQueue.LARGEST_BATCH


@pytest.mark.parametrize("aim, value, is_met", [
    (Aim(1.7), 1.7, True), (Aim(1.7), 1.69, False),
    (Aim(1600, is_upper=True), 1600, True), (Aim(1600, is_upper=True), 1601, False),
])
def test_an_aim_is_compared_with_the_median(aim: Aim, value: float, is_met: bool) -> None:
    assert Row("work", "VGG16", "peer", Series([0.1, value, 9999]), aim=aim).is_met is is_met


def test_the_tables_tell_ratio_aim_and_whether_it_is_met() -> None:
    group = Group("memory", [Row("folder", "VGG16", "peer", Series([1.5, 1.755, 12.34]),
                                 aim=Aim(1.7)),
                             Row("peak", "VGG16", "", Series([1700]), "MB",
                                 Aim(1600, is_upper=True)),
                             Row("folder", "Xception", "peer", Series([2]))],
                  [Side("VGG16", "peer", Series([123.4, 150, 1234.5]), "ms", "note")])
    assert table.to_markdown(group) == [
        "| work | network | against | median | min … max | aim | met |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| folder | VGG16 | peer | 1.75× | 1.50 … 12.3 | ≥ 1.7× | yes |",
        "| peak | VGG16 |  | 1700 MB | 1700 … 1700 | ≤ 1600 MB | **no** |",
        "| folder | Xception | peer | 2.00× | 2.00 … 2.00 |  |  |",
        "",
        "| network | who | min | median | max | note |",
        "| --- | --- | --- | --- | --- | --- |",
        "| VGG16 | peer | 123 ms | 150 ms | 1234 ms | note |"]


def test_the_json_holds_every_single_figure() -> None:
    document = to_json(Group("cold", [Row("cold", "VGG16", "peer", Series([3, 1, 2]), aim=Aim(2))],
                             [Side("VGG16", "peer", Series([5, 4, 6]), "s")]))
    assert document["rows"][0]["value"] == {"min": 1, "median": 2, "max": 3, "values": [3, 1, 2]}
    assert document["rows"][0]["met"] is True
    assert document["sides"][0]["figures"]["values"] == [5, 4, 6]


def test_a_table_is_put_into_the_docs_and_nothing_else_changes(tmp_path: Path,
                                                               monkeypatch) -> None:
    bench = script()
    docs = tmp_path / "performance.md"
    monkeypatch.setattr(bench, "DOCS", docs)
    block = "<!-- {0}: written by scripts/bench.py -->\nold\n<!-- {0}: end -->\n"
    docs.write_text("head\n" + block.format("cold") + "between\n" + block.format("folder"))
    for _ in range(2):
        bench.write_docs("cold", ["| a |", "| b |"])
    assert docs.read_text() == ("head\n" + block.format("cold").replace("old\n", "| a |\n| b |\n", 1)
                                + "between\n" + block.format("folder"))


def test_every_group_has_its_place_in_the_docs() -> None:
    bench = script()
    text = bench.DOCS.read_text(encoding="utf-8")
    for name in bench.GROUPS:
        assert f"<!-- {name}: written by scripts/bench.py -->\n" in text
        assert f"<!-- {name}: end -->\n" in text
