"""Lists of pictures: formats, roots, the stream on stdin; and shards."""

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from support.memory import peak_memory
from support.schemas import check
from test_inputs import reports_below, run


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


def start(gradcam, *args) -> subprocess.Popen:
    """A program that waits for a list on its stdin."""
    return subprocess.Popen(gradcam.command(*args), cwd=gradcam.home, env=gradcam.environment(),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def first_output(process: subprocess.Popen) -> bytes:
    """What comes on stdout while stdin is still open."""
    ready, _, _ = select.select([process.stdout], [], [], 120)
    assert ready, "nothing on stdout although a picture was named"
    return os.read(process.stdout.fileno(), 1 << 16)


def test_a_stream_is_worked_on_as_it_comes(gradcam, tiny_model, picture, out):
    picture("one.png")
    picture("a/two.png")
    process = start(gradcam, "-m", tiny_model, "@-")
    process.stdin.write(b"one.png\n")
    process.stdin.flush()
    assert b"one.png" in first_output(process)
    stdout, stderr = process.communicate(b"a/two.png\nmissing.png\n./one.png\n", timeout=120)
    assert process.returncode == 1, stderr
    assert b"a/two.png" in stdout
    assert b"missing.png" in stderr and b"given more than once" in stderr
    assert reports_below(out) == ["a/two.json", "one.json"]
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert counts["pictures"] == 3 and counts["done"] == 2 and counts["failed"] == 1


def test_a_signal_ends_the_wait_for_a_stream(gradcam, tiny_model, picture, out):
    picture("one.png")
    process = start(gradcam, "-m", tiny_model, "@-")
    process.stdin.write(b"one.png\n")
    process.stdin.flush()
    assert b"one.png" in first_output(process)
    process.send_signal(signal.SIGINT)  # stdin stays open
    assert process.wait(timeout=60) == 130
    assert json.loads((out / "run.json").read_text())["interrupted"] is True
    process.communicate()


def test_a_name_that_a_stream_has_taken_fails_that_picture(gradcam, tiny_model, picture, out):
    picture("cat.png")
    picture("cat.jpg", format="JPEG")
    result = gradcam("-m", tiny_model, "@-", stdin="cat.png\ncat.jpg\n")
    assert result.code == 1
    assert "as an earlier picture does" in result.errors[0] and "--keep-ext" in result.hints[0]
    assert reports_below(out) == ["cat.json"]


@pytest.mark.parametrize("kind", ["stream", "list"])
def test_results_in_a_list_are_not_explained(gradcam, tiny_model, picture, tmp_path, kind):
    picture("photos/cat.png")
    for run_number in (1, 2):
        files = sorted((tmp_path / "photos").rglob("*.png"))
        paths = "".join(f"{path}\0" for path in files)
        (tmp_path / "list").write_text(paths)
        result = gradcam("-m", tiny_model, "--null", "@-" if kind == "stream" else "@list", "-o",
                         "photos/maps", "--root", "photos", stdin=paths)
        assert result.code == run_number - 1, result.stderr
        assert len(result.errors) == len(files) - 1
        assert all("is a result in the output folder" in error for error in result.errors)
        assert reports_below(tmp_path / "photos/maps") == ["cat.json"]


def test_shards_share_a_list_that_names_results(gradcam, tiny_model, picture, tmp_path, out):
    pictures = [picture(f"{name}.png").name for name in "abcd"]
    assert gradcam("-m", tiny_model, *pictures, "--write", "gradcam,json").code == 0
    result_of_a = f"{out.name}/a.gradcam.png"
    (tmp_path / "list").write_text("".join(f"{path}\n" for path in [result_of_a, *pictures]))
    done, counts = [], []
    for number in (1, 2):
        options = ("-m", tiny_model, "@list", "--shard", f"{number}/2", "--write", "json")
        plan = gradcam(*options, "--dry-run", "--json").json()
        result = gradcam(*options)
        report = json.loads((out / f"run.{number}-of-2.json").read_text())
        assert result.code == (1 if report["failures"] else 0), result.stderr
        assert len(plan["failures"]) == len(report["failures"])
        done += [entry["file"] for entry in plan["pictures"]]
        counts.append([report["counts"][key] for key in ("pictures", "done", "failed")])
    assert done == ["b.png", "d.png", "a.png", "c.png"]
    assert counts == [[3, 2, 1], [2, 2, 0]]
    assert not (tmp_path / result_of_a).exists()


@pytest.mark.parametrize("stdin, part", [("", "no picture found"),
                                         ("path,label\ncat.png,1\n", "no column 'class'"),
                                         ('{"path": "cat.png"}\n', 'line 1: no "class"')])
def test_a_stream_of_no_use_is_a_usage_error(gradcam, tiny_model, out, stdin, part):
    result = gradcam("-m", tiny_model, "@-", stdin=stdin)
    assert result.code == 2 and len(result.errors) == 1 and part in result.errors[0]
    assert result.stdout == "" and not out.exists()


@pytest.mark.parametrize("inside", ["run.json/a.png", "results.jsonl/a.png", "cat.json/a.png"])
@pytest.mark.parametrize("source", ["photos", "@list", "@-"])
def test_folders_called_like_files_of_results_are_refused(gradcam, tiny_model, picture, tmp_path,
                                                          source, inside):
    names = ["photos/cat.png", f"photos/{inside}"]
    for name in names:
        picture(name)
    lines = "\n".join(names)
    (tmp_path / "list").write_text(lines)
    root = () if source == "photos" else ("--root", "photos")
    result = gradcam("-m", tiny_model, source, *root, "--dry-run", stdin=lines)
    assert result.code == (1 if source == "@-" else 2), result.stderr
    assert len(result.errors) == 1
    assert "would be both a folder and a file of results" in result.errors[0]
    assert inside.split("/")[0] in result.hints[0]


def test_null_separated_names(gradcam, tiny_model, picture, out, tmp_path):
    names = [b"new\nline.png", b" .png", b"b\xff.png", b"-dash.png", b'"quote".png', b"x" * 251 + b".png"]
    for name in names:
        picture(os.fsdecode(name))
    (tmp_path / "list").write_bytes(b"\0".join(names))
    assert len(run(gradcam, tiny_model, "--null", "@list")) == len(names)
    assert {os.fsencode(path.name) for path in out.glob("*.json")} >= {b"new\nline.json", b" .json"}
    assert all(len(os.fsencode(path.name)) <= 255 for path in out.iterdir())


def test_root_keeps_folders(gradcam, tiny_model, picture, out):
    picture("photos/a/b/cat.png")
    assert len(run(gradcam, tiny_model, "@-", "--root", "photos", stdin="photos/a/b/cat.png\n")) == 1
    assert reports_below(out) == ["a/b/cat.json"]


def test_list_file_outside_of_the_root_is_a_usage_error(gradcam, tiny_model, out, tmp_path):
    (tmp_path / "list.txt").write_text("photos/1.png\nother/2.png\n")
    result = gradcam("-m", tiny_model, "@list.txt", "--root", "photos")
    assert result.code == 2 and "list 'list.txt', line 2: 'other/2.png'" in result.errors[0]
    assert not out.exists()


def test_shards_do_all_pictures_once(gradcam, tiny_model, picture, out):
    names = [f"{i}.png" for i in range(5)]
    for name in names:
        picture(f"photos/{name}")
    done = []
    for k in (1, 2, 3):
        done.append([r["image"]["file"] for r in run(gradcam, tiny_model, "photos", "--shard",
                                                     f"{k}/3")])
    assert done == [["0.png", "3.png"], ["1.png", "4.png"], ["2.png"]]
    assert sorted(p.name for p in out.glob("run*.json")) == [f"run.{k}-of-3.json" for k in (1, 2, 3)]
    assert len(list(out.glob("[0-9].json"))) == 5
    for k in (1, 2, 3):
        report = json.loads((out / f"run.{k}-of-3.json").read_text())
        assert check(report, "run.schema.json")["shard"] == {"index": k, "of": 3}
    # Again: nothing of another shard is removed.
    run(gradcam, tiny_model, "photos", "--shard", "2/3")
    assert len(list(out.glob("[0-9].gradcam.png"))) == 5


def test_an_empty_shard_is_done(gradcam, tiny_model, picture, out):
    picture("photos/cat.png")
    result = gradcam("-m", tiny_model, "photos", "--shard", "2/2")
    assert result.code == 0, result.stderr
    assert json.loads((out / "run.2-of-2.json").read_text())["counts"]["pictures"] == 0


def test_a_stream_has_no_shards(gradcam, tiny_model):
    result = gradcam("-m", tiny_model, "@-", "--shard", "1/2", stdin="cat.png\n")
    assert result.code == 2 and "--shard" in result.errors[0]


def test_links_pipes_and_locked_folders_stop_nothing(gradcam, tiny_model, picture, out, tmp_path):
    picture("photos/a/cat.png")
    (tmp_path / "photos/a/up").symlink_to("..")
    (tmp_path / "photos/self").symlink_to("self")
    os.mkfifo(tmp_path / "photos/pipe.png")
    locked = tmp_path / "photos/locked"
    locked.mkdir(mode=0)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    out.mkdir()
    out.chmod(0o777)
    result = gradcam("-m", tiny_model, "photos", unprivileged=True)
    locked.chmod(0o755)
    assert result.code == 1, result.stderr
    assert len(result.errors) == 2
    assert any("cannot list folder 'photos/locked'" in error for error in result.errors)
    assert any("cannot follow 'photos/self'" in error for error in result.errors)
    assert any("entered before" in w for w in result.warnings)
    assert any("pipe.png' is no regular file" in w for w in result.warnings)
    assert reports_below(out) == ["a/cat.json"]


def test_a_class_whose_disk_is_not_there_is_a_failure(gradcam, tiny_model, picture, out, tmp_path):
    picture("photos/classB/cat.png")
    (tmp_path / "photos/classA").symlink_to("/nowhere/classA")
    (tmp_path / "photos/notes.txt").symlink_to("/nowhere/notes.txt")
    result = gradcam("-m", tiny_model, "photos")
    assert result.code == 1 and len(result.errors) == 1, result.stderr
    assert "cannot follow 'photos/classA': no such file or directory" in result.errors[0]
    run_report = check(json.loads((out / "run.json").read_text()), "run.schema.json")
    assert run_report["counts"] == {"pictures": 1, "done": 1, "failed": 1, "skipped": 1}


@pytest.mark.parametrize("kind", ["paths", "csv", "folder"])
def test_a_listed_file_takes_less_than_150_bytes(gradcam, tiny_model, tmp_path, kind):
    few, many = (1_000, 21_000) if kind == "folder" else (1_000, 101_000)
    needed = []
    for count in (few, many):
        names = [f"ILSVRC2012_val_{number:08}.jpeg" for number in range(count)]
        source = tmp_path / f"{count}"
        if kind == "folder":
            source.mkdir()
            for name in names:
                (source / name).touch()
        else:
            ending = ",tench" if kind == "csv" else ""
            header = "path,class\n" if kind == "csv" else ""
            source.write_text(header + "".join(f"photos/{name}{ending}\n" for name in names))
        argument = f"{count}" if kind == "folder" else f"@{count}"
        needed.append(min(peak_memory(gradcam, "-m", tiny_model, argument, "--dry-run", cwd=tmp_path)
                          for _ in range(2)))
    assert needed[1] - needed[0] < 150 * (many - few)
