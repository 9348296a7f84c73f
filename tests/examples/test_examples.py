"""scripts/examples/: each script is run as it stands."""

import csv
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support.schemas import check

EXAMPLES = Path(__file__).resolve().parents[2] / "scripts" / "examples"
NAMES = ["a/0.png", "a/1.png", "b/2.png", "b/3.png", "4.png"]


@pytest.fixture
def photos(picture, tmp_path) -> Path:
    for i, name in enumerate(NAMES):
        picture(f"photos/{name}", 40 + i, 30)
    return tmp_path / "photos"


@pytest.fixture
def example(gradcam, tmp_path, tiny_model):
    """example(name, *args, **variables): runs a script in a folder with photos and tiny.pt."""

    def run(name: str, *args, **variables) -> subprocess.CompletedProcess:
        return subprocess.run([EXAMPLES / name, *map(str, args)], cwd=tmp_path, check=False,
                              capture_output=True, text=True, timeout=300,
                              env=gradcam.environment(GRADCAM=gradcam.path, **variables))

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the reports of runs."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and not path.name.startswith("run.")}


@pytest.fixture
def plain(gradcam, tiny_model, photos, tmp_path) -> dict[str, bytes]:
    """What a run over the whole folder writes."""
    assert gradcam("-m", tiny_model, "photos", "-o", "plain", "--deterministic").code == 0
    return contents(tmp_path / "plain")


def table(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_folder(example, photos, tmp_path):
    (photos / "bad.png").write_text("no picture")
    done = example("explain_folder.sh", "tiny.pt", "photos", "out", "--write", "json,gradcam")
    assert done.returncode == 1, done.stderr
    assert "bad.png" in (tmp_path / "out" / "report.html").read_text()
    assert json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["done"] == 5
    (photos / "bad.png").unlink()
    again = example("explain_folder.sh", "tiny.pt", "photos", "out", "--write", "json,gradcam")
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["resumed"] == 5
    assert example("explain_folder.sh", "none.pt", "photos", "other").returncode == 2
    assert not (tmp_path / "other").exists()


def test_a_list(example, photos, tmp_path):
    done = example("explain_list.sh", "tiny.pt", "photos", "out", "-path", "*/b/*")
    assert done.returncode == 0, done.stderr
    assert {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.json")
            } == {"b/2.json", "b/3.json", "run.json"}


def test_a_list_of_any_find_expression(example, photos, tmp_path):
    """With -o, without any, and with what makes -prune do nothing; both folders are links, and the output
    lies below the pictures."""
    maps = photos / "maps [1]"
    maps.mkdir()
    (tmp_path / "all").symlink_to("photos")
    (tmp_path / "out").symlink_to(maps)
    some = ["-path", "*/a/*", "-o", "-path", "*/b/*"]
    for expression, count in [(some, 4), ([], 5), ([], 5), (["-mindepth", "2"], 4), (["-depth"], 5)]:
        done = example("explain_list.sh", "tiny.pt", "all", "out", *expression)
        assert done.returncode == 0, done.stderr
        run = json.loads((maps / "run.json").read_text())
        assert run["counts"] == {"pictures": count, "done": count, "failed": 0, "skipped": 0}


def test_a_list_needs_an_output_folder_of_its_own(example, photos):
    done = example("explain_list.sh", "tiny.pt", "photos", "./photos/")
    assert done.returncode == 2
    assert "OUT is FOLDER" in done.stderr


def test_mistakes(example, gradcam, tiny_model, photos, tmp_path):
    results = gradcam("-m", tiny_model, "photos", "--json").json()["results"]
    top = {report["image"]["file"]: report["top"][0]["index"] for report in results}
    wrong = (top["4.png"] + 1) % 5
    lines = [f"photos/{name},{wrong if name == '4.png' else top[name]}" for name in NAMES]
    (tmp_path / "list.csv").write_text("path,class\n" + "\n".join(lines) + "\n")
    done = example("explain_mistakes.sh", "tiny.pt", "list.csv", "out")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").rglob("*.gradcam.png")} == {
        f"4.{top['4.png']}.gradcam.png", f"4.{wrong}.gradcam.png"}


def test_a_class_of_interest(example, photos, tmp_path):
    done = example("explain_class.sh", "tiny.pt", "Egyptian cat", "photos", "out")
    assert done.returncode == 0, done.stderr
    rows = table((tmp_path / "out" / "class.csv").read_text())
    assert {row["file"] for row in rows} == set(NAMES)
    assert {row["class_index"] for row in rows} == {"1"}
    probabilities = [float(row["class_probability"]) for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)


@pytest.mark.parametrize("write", ["json", "jsonl", "json,jsonl"])
def test_a_csv_of_results(example, gradcam, tiny_model, picture, tmp_path, write):
    picture('photos/one, "two".png')
    (tmp_path / "photos" / "bad.png").write_text("no picture")
    (tmp_path / "list.csv").write_text(
        'path,class\n"photos/one, ""two"".png",1\nphotos/bad.png,1\n')
    assert gradcam("-m", tiny_model, "@list.csv", "-o", "out", "--write", write, "--class", "0",
                   "--class", "truth").code == 1
    done = example("results_to_csv.py", "out")
    assert done.returncode == 0, done.stderr
    rows = table(done.stdout)
    assert sorted((row["file"], row["class_index"], row["truth_index"]) for row in rows) == [
        ("bad.png", "", ""), ('one, "two".png', "0", "1"), ('one, "two".png', "1", "1")]
    bad, good = sorted(rows, key=lambda row: row["file"])[:2]
    assert "bad.png" in bad["error"] and good["error"] == ""
    assert good["top_probability"] and good["gradcam_status"]


def test_a_csv_of_odd_names_and_of_merged_shards(example, gradcam, tiny_model, picture, tmp_path):
    photos = tmp_path / "photos"
    picture("photos/one.png")
    for name in (b"b\xfe.png", b"b\xff.png", "line\u2028end.png".encode(), "next\x85.png".encode()):
        shutil.copy(photos / "one.png", photos / os.fsdecode(name))
    (photos / "bad.png").write_text("no picture")
    for k in (1, 2):
        assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "jsonl", "--shard",
                       f"{k}/2").code in (0, 1)
    assert example("merge_shards.py", "out").returncode == 1
    done = example("results_to_csv.py", "out")
    assert done.returncode == 0, done.stderr
    names = sorted(row["file"] for row in table(done.stdout))
    assert names == sorted(["bad.png", "b\ufffd.png", "b\ufffd.png", "line\u2028end.png",
                            "next\x85.png", "one.png"])


def test_a_csv_of_a_folder_with_damaged_and_foreign_files(example, gradcam, tiny_model, photos, tmp_path):
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "jsonl").code == 0
    lines = tmp_path / "out/results.jsonl"
    lines.write_bytes(lines.read_bytes()[:-20])  # killed while it wrote
    damaged = json.loads(lines.read_text().splitlines()[0]) | {"top": []}
    for name, text in [("foreign", "{'a': 1}"), ("latin", '"\xe4"'), ("failures", '{"failures": 3}'),
                       ("other", '{"explanations": [], "tool": "other"}'), ("list", "[1]"),
                       ("damaged", json.dumps(damaged))]:
        (tmp_path / f"out/{name}.json").write_bytes(text.encode("latin-1"))
    (tmp_path / "out/folder.json").mkdir()
    done = example("results_to_csv.py", "out")
    assert done.returncode == 0, done.stderr
    assert len(table(done.stdout)) == len(NAMES) - 1
    assert done.stderr.splitlines() == [
        "results_to_csv: out/damaged.json: damaged; passed over",
        "results_to_csv: out/foreign.json:1: no JSON; passed over",
        "results_to_csv: out/latin.json:1: no JSON; passed over",
        f"results_to_csv: out/results.jsonl:{len(NAMES)}: no JSON; passed over"]


def test_a_csv_takes_the_newest_line_of_a_picture(example, gradcam, tiny_model, photos, tmp_path):
    """A picture that has changed has two lines until the run that has done it again ends. One of its two
    classes is explained no more; files of other names are not of the program."""
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "jsonl", "--class", "0",
                   "--class", "1").code == 0
    lines = tmp_path / "out/results.jsonl"
    old = lines.read_text().splitlines()
    newest = json.loads(old[1])
    newest["explanations"] = [explanation | {"class": explanation["class"] | {"probability": 0.125}}
                              for explanation in newest["explanations"][:1]]
    damaged = json.loads(old[0]) | {"top": []}
    lines.write_text("\n".join([*old, json.dumps(newest), json.dumps(damaged), old[2][:-20]]))
    (tmp_path / "out/results_of_june.jsonl").write_text(old[1] + "\n")
    done = example("results_to_csv.py", "out")
    assert done.returncode == 0, done.stderr
    names = [json.loads(line)["image"]["file"] for line in old]
    rows = table(done.stdout)
    assert [row["file"] for row in rows] == [
        name for name in names for _ in range(2) if name != names[1]] + [names[1]]
    assert rows[-1]["class_probability"] == "0.125"
    assert done.stderr.splitlines() == ["results_to_csv: out/results.jsonl: damaged; passed over",
                                        "results_to_csv: out/results.jsonl:8: no JSON; passed over"]


def test_a_csv_of_a_report_and_of_older_lines(example, gradcam, tiny_model, photos, tmp_path):
    """A report of its own counts before all lines, and results.jsonl before those of shards."""
    for write in ("jsonl", "json"):
        assert gradcam("-m", tiny_model, "photos", "-o", write, "--write", write).code == 0
    lines = (tmp_path / "jsonl/results.jsonl").read_text()
    shutil.copy(tmp_path / "json/4.json", tmp_path / "jsonl/4.json")
    old = lines.replace('"ok"', '"old"')
    assert old != lines
    (tmp_path / "jsonl/results.2-of-2.jsonl").write_text(old)
    done = example("results_to_csv.py", "jsonl")
    assert [(row["file"], row["gradcam_status"]) for row in table(done.stdout)] == [
        (name, "ok") for name in ["4.png", *sorted(NAMES)[1:]]], done.stderr


def test_a_csv_is_utf8_whatever_the_locale(example, gradcam, tiny_model, picture):
    picture("photos/kätzchen.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "out").code == 0
    done = example("results_to_csv.py", "out", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert [row["file"] for row in table(done.stdout)] == ["kätzchen.png"], done.stderr


def test_a_csv_of_no_folder_is_an_error(example):
    done = example("results_to_csv.py", "none")
    assert done.returncode == 2
    assert "none is no folder" in done.stderr


def check_shards(folder: Path, count: int) -> None:
    assert sorted(path.name for path in folder.glob("run*.json")) == [
        f"run.{k}-of-{count}.json" for k in range(1, count + 1)]


def slurm_array(example, out: str, task: int, count: int, *options, **variables):
    """One task of an array."""
    return example("slurm_array.sh", "tiny.pt", "photos", out, *options, SLURM_ARRAY_TASK_ID=str(task),
                   SLURM_ARRAY_TASK_COUNT=str(count),
                   **{f"SLURM_{name}": str(value) for name, value in variables.items()})


def test_a_slurm_array(example, plain, tmp_path):
    """--array=0-2 is three jobs."""
    for task in (0, 1, 2):
        done = slurm_array(example, "out", task, 3, "--deterministic", ARRAY_TASK_MIN=0, ARRAY_TASK_MAX=2,
                           ARRAY_TASK_STEP=1, CPUS_PER_TASK=len(os.sched_getaffinity(0)))
        assert done.returncode == 0, done.stderr
    check_shards(tmp_path / "out", 3)
    assert contents(tmp_path / "out") == plain
    # Without Slurm's newer variables: an array that begins at 1.
    done = slurm_array(example, "other", 2, 2)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other" / "run.2-of-2.json").exists()


@pytest.mark.parametrize("task, count, bounds", [
    (2, 1, {"ARRAY_TASK_MIN": 2, "ARRAY_TASK_MAX": 2}), (7, 3, {"ARRAY_TASK_MIN": 1, "ARRAY_TASK_MAX": 7}),
    (1, 3, {"ARRAY_TASK_MIN": 1, "ARRAY_TASK_MAX": 7}), (3, 3, {"ARRAY_TASK_MIN": 3, "ARRAY_TASK_MAX": 5}),
    (4, 3, {"ARRAY_TASK_MIN": 0, "ARRAY_TASK_MAX": 4}), (7, 3, {}), (0, 3, {})],
                         ids=["2", "7 of 1,3,7", "1 of 1,3,7", "3-5", "0-4:2", "7 of 3", "0 of 3"])
def test_a_part_of_a_slurm_array_is_refused(example, photos, tmp_path, task, count, bounds):
    done = slurm_array(example, "out", task, count, **bounds)
    assert done.returncode == 2
    assert "submit the whole array again: what is done is skipped" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_kubernetes_indexed_job(gradcam, tiny_model, plain, tmp_path):
    job = yaml.safe_load((EXAMPLES / "kubernetes_job.yaml").read_text())["spec"]
    assert job["completionMode"] == "Indexed"
    container = job["template"]["spec"]["containers"][0]
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    assert variables.keys() == {"SHARDS", "MODEL", "PICTURES", "OUT"}
    assert int(variables["SHARDS"]) == job["completions"]
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "gradcam").write_text(f'#!/bin/sh\nexec "{gradcam.path}" "$@" --deterministic\n')
    (programs / "gradcam").chmod(0o755)
    for index in range(2):
        done = subprocess.run(
            container["command"], cwd=tmp_path, check=False, capture_output=True, text=True,
            timeout=300,
            env=gradcam.environment(PATH=f"{programs}:{os.environ['PATH']}", SHARDS="2",
                                    MODEL="tiny.pt", PICTURES="photos", OUT="out",
                                    JOB_COMPLETION_INDEX=str(index)))
        assert done.returncode == 0, done.stderr
    check_shards(tmp_path / "out", 2)
    assert contents(tmp_path / "out") == plain


def test_gnu_parallel(example, photos, plain, tmp_path):
    assert shutil.which("parallel"), "scripts/setup.sh --tests installs it"
    done = example("gnu_parallel.sh", "tiny.pt", "photos", "out it's", "--deterministic", SHARDS="3")
    assert done.returncode == 0, done.stderr
    check_shards(tmp_path / "out it's", 3)
    assert contents(tmp_path / "out it's") == plain
    (photos / "bad.png").write_text("no picture")
    done = example("gnu_parallel.sh", "tiny.pt", "photos", "out it's", "--deterministic", SHARDS="3")
    assert done.returncode == 1


@pytest.mark.parametrize("shards", ["0", "-1", "two", "1.5", "03"])
def test_gnu_parallel_needs_a_number_of_shards(example, photos, tmp_path, shards):
    done = example("gnu_parallel.sh", "tiny.pt", "photos", "out", SHARDS=shards)
    assert done.returncode == 2
    assert done.stderr == f"gnu_parallel.sh: SHARDS is '{shards}', not a number from 1 on\n"
    assert not (tmp_path / "out").exists()


def test_reports_of_shards_are_merged(example, gradcam, tiny_model, photos, tmp_path):
    (photos / "bad.png").write_text("no picture")
    (photos / "notes.txt").write_text("")
    whole = gradcam("-m", tiny_model, "photos", "-o", "whole")
    assert whole.code == 1
    for k in (1, 2, 3):
        assert gradcam("-m", tiny_model, "photos", "-o", "out", "--shard", f"{k}/3").code in (0, 1)
    assert example("merge_shards.py", "out").returncode == 1
    merged = check(json.loads((tmp_path / "out/run.json").read_text()), "run.schema.json")
    expected = json.loads((tmp_path / "whole/run.json").read_text())
    del merged["time"], expected["time"]
    expected.pop("notes", None)  # how one process computes is no fact of all shards
    assert merged == expected
    (tmp_path / "out/run.json").unlink()
    second = tmp_path / "out/run.2-of-3.json"
    second.write_text(json.dumps(json.loads(second.read_text()) | {"interrupted": True}))
    (photos / "bad.png").unlink()
    for k in (1, 3):
        gradcam("-m", tiny_model, "photos", "-o", "out", "--shard", f"{k}/3")
    assert example("merge_shards.py", "out").returncode == 1
    (tmp_path / "out/run.json").unlink()
    second.unlink()
    done = example("merge_shards.py", "out")
    assert done.returncode == 2 and "[2]" in done.stderr
    assert not (tmp_path / "out/run.json").exists()
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--shard", "2/3", "--top-k",
                   "2").code in (0, 1)
    assert example("merge_shards.py", "out").returncode == 2


def test_a_merge_that_cannot_be_written(example, gradcam, tiny_model, photos, tmp_path):
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "json", "--shard", "1/1").code == 0
    before = contents(tmp_path / "out")
    (tmp_path / "out/run.json").mkdir()
    done = example("merge_shards.py", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("merge_shards: out: ") and done.stderr.count("\n") == 1
    assert contents(tmp_path / "out") == before


def test_every_example_is_run_here_or_in_its_own_test():
    text = Path(__file__).read_text()
    for path in EXAMPLES.iterdir():
        assert path.is_dir() or path.name in text, path


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.sh")), ids=lambda path: path.name)
def test_a_missing_argument_is_said(script):
    done = subprocess.run([script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "MODEL is missing" in done.stderr
