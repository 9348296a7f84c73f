"""gradcam worker: lines of JSON in, lines of JSON out. Every line of every test is held to
docs/schema/worker.schema.json."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from support import models
from support.schemas import check, is_valid

REQUEST = "worker.schema.json#/$defs/request"


class Worker:
    """A running worker, to be asked one request at a time or several ahead."""

    def __init__(self, gradcam, *args):
        self.process = subprocess.Popen(
            gradcam.command("worker", *args), cwd=gradcam.home, env=gradcam.environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def send(self, request) -> None:
        check(request, REQUEST)
        self.send_line(json.dumps(request))

    def send_line(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict:
        line = self.process.stdout.readline()
        assert line.endswith("\n"), self.process.stderr.read()
        document = json.loads(line)
        kind = "ready" if "ready" in document else "error" if "error" in document else "answer"
        return check(document, f"worker.schema.json#/$defs/{kind}")

    def ask(self, request) -> dict:
        self.send(request)
        return self.receive()

    def finish(self) -> int:
        self.process.stdin.close()
        assert self.process.stdout.read() == ""
        return self.process.wait(timeout=60)


@pytest.fixture
def start(gradcam):
    """start(*args): a worker; killed at the end of the test if it still runs."""
    workers = []

    def start_worker(*args) -> Worker:
        workers.append(Worker(gradcam, *args))
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.process.kill()
        worker.process.wait()
        worker.process.stdout.close()
        worker.process.stderr.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and path.name != "run.json"}


def test_answers_a_scheduler_that_waits_for_each_answer(start, tiny_model, picture, tmp_path):
    picture("a/cat.png")
    worker = start("-m", tiny_model, "-o", "out", "--write", "json,gradcam")
    ready = worker.receive()
    assert ready["model"]["name"] == "tiny"
    assert ready["model"]["layer_shape"] == [6, 16, 16]
    answer = worker.ask({"id": {"job": 1}, "image": "a/cat.png"})
    assert answer["id"] == {"job": 1}
    assert answer["failures"] == []
    report = answer["results"][0]
    assert report == json.loads((tmp_path / "out/a/cat.json").read_text())
    assert report["settings_sha256"] == ready["settings_sha256"]
    assert worker.ask({"image": "none.png"})["failures"][0]["file"] == "none.png"
    assert worker.ask({"images": ["a/cat.png", {"image": "a/cat.png", "name": "b/x.png"}]})[
        "results"][1]["image"]["file"] == "b/x.png"
    assert (tmp_path / "out/b/x.gradcam.png").exists()
    assert worker.finish() == 0


def test_a_bad_line_is_answered_and_not_the_end(start, tiny_model, picture):
    picture()
    worker = start("-m", tiny_model, "-o", "out")
    worker.receive()
    for line, identity, problem in [
            ("cat.png", None, "no valid JSON"),
            ('{"id": 3, "image": "cat.png", "size": 3}', 3, "unknown field 'size'"),
            ('{"id": 4, "image": "cat.png", "name": "../cat.png"}', 4, "below the output folder"),
            ('{"id": 5}', 5, "neither")]:
        worker.send_line(line)
        answer = worker.receive()
        assert answer["id"] == identity
        assert problem in answer["error"]
    assert len(worker.ask({"id": 6, "image": "cat.png"})["results"]) == 1
    assert worker.finish() == 0


def test_writes_the_same_files_as_the_main_job(gradcam, start, tiny_model, picture, tmp_path):
    names = [f"photos/{'a/' if i % 3 else ''}{i}.png" for i in range(9)]
    for i, name in enumerate(names):
        picture(name, 40 + i, 30)
    options = ["-m", tiny_model, "--deterministic", "--class", "top", "--class", "1"]
    done = gradcam(*options, "-o", "plain", "photos")
    assert done.code == 0, done.stderr
    worker = start(*options, "-o", "served", "--root", "photos")
    for number, name in enumerate(names):  # ahead of the answers
        worker.send({"id": number, "image": name})
    assert "ready" in worker.receive()
    assert [worker.receive()["id"] for _ in names] == list(range(len(names)))
    assert worker.finish() == 0
    assert contents(tmp_path / "served") == contents(tmp_path / "plain")


def test_names_that_are_no_utf8_come_by_their_bytes(gradcam, start, tiny_model, picture, tmp_path):
    """Requests as docs/worker.md makes them of --dry-run --json."""
    photo = picture("photos/one.png")
    for name in (b"b\xfe.png", b"b\xff.png"):
        shutil.copy(photo, photo.parent / os.fsdecode(name))
    photo.with_name(os.fsdecode(b"bad\xff.png")).write_text("no picture")
    options = ["-m", tiny_model, "--write", "json,gradcam", "--deterministic"]
    listed = gradcam(*options, "--dry-run", "--json", "photos").json()["pictures"]
    worker = start(*options, "-o", "served")
    worker.receive()
    answers = []
    for entry in listed:
        request = {"image": entry["image"], "image_bytes": entry.get("image_bytes"),
                   "name": entry["file"], "name_bytes": entry.get("file_bytes")}
        answers.append(worker.ask({key: value for key, value in request.items() if value}))
    assert worker.finish() == 0
    assert [result["image"].get("file_bytes") for answer in answers
            for result in answer["results"]] == ["b%FE.png", "b%FF.png", None]
    assert [failure["file_bytes"] for answer in answers
            for failure in answer["failures"]] == ["bad%FF.png"]
    assert gradcam(*options, "-o", "plain", "photos").code == 1
    assert os.fsdecode(b"b\xff.gradcam.png") in contents(tmp_path / "plain")
    assert contents(tmp_path / "served") == contents(tmp_path / "plain")


def test_every_line_is_json_even_if_the_model_prints(start, tmp_path, picture):
    import torch

    class Talkative(models.TinyNet):
        def forward(self, x):
            print("hello")
            x = self.pool1(self.relu1(self.conv1(x)))
            return self.fc(self.pool2(self.relu2(self.conv2(x))).flatten(1))

    picture()
    model = models.save(Talkative(), tmp_path / "talk.pt", models.card(), script=True)
    worker = start("-m", model, "-o", "out", "--verbose")
    worker.receive()
    assert worker.ask({"image": "cat.png"})["failures"] == []
    assert worker.finish() == 0
    assert "hello" in worker.process.stderr.read()


def test_resume_takes_over_what_is_complete(start, tiny_model, picture, tmp_path):
    picture("0.png")
    picture("1.png")
    first = start("-m", tiny_model, "-o", "out", "--deterministic")
    first.receive()
    report = first.ask({"image": "0.png"})["results"][0]
    assert first.finish() == 0
    left = tmp_path / "out" / ".gradcam-00000000-1-1-0.tmp"
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    second = start("-m", tiny_model, "-o", "out", "--deterministic", "--resume")
    second.receive()
    assert not left.exists()
    written = (tmp_path / "out/0.json").stat().st_mtime_ns
    answer = second.ask({"images": ["0.png", "1.png"]})
    assert answer["resumed"] == 1
    assert answer["results"][0] == report
    assert (tmp_path / "out/0.json").stat().st_mtime_ns == written
    assert second.finish() == 0


def test_sigterm_finishes_what_is_in_flight(start, slow_model, picture, tmp_path):
    for i in range(20):
        picture(f"{i}.png")
    worker = start("-m", slow_model, "-o", "out", "--batch-size", "1")
    worker.receive()
    for i in range(20):
        worker.send({"id": i, "image": f"{i}.png"})
    answered = [worker.receive()["id"]]
    worker.process.send_signal(signal.SIGTERM)
    answered += [json.loads(line)["id"] for line in worker.process.stdout]
    assert worker.process.wait(timeout=60) == 130
    assert answered == list(range(len(answered)))
    assert len(answered) < 20
    reports = {path.stem for path in (tmp_path / "out").glob("*.json")}
    assert reports == {str(i) for i in answered}  # nothing was done that was not answered
    assert not list((tmp_path / "out").glob(".*"))


def test_sigterm_ends_a_worker_that_waits(start, tiny_model):
    worker = start("-m", tiny_model, "-o", "out")
    worker.receive()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(timeout=60) == 130


def test_a_reader_that_goes_away_ends_it(start, tiny_model, picture):
    picture()
    worker = start("-m", tiny_model, "-o", "out")
    worker.receive()
    worker.process.stdout.close()
    worker.send({"image": "cat.png"})
    assert worker.process.wait(timeout=60) == 1  # although stdin is open
    assert "cannot write to the standard output" in worker.process.stderr.read()


@pytest.mark.parametrize("args, problem", [
    (["cat.png"], "takes no picture"),
    (["--timing"], "unknown option '--timing'"),
    (["--json"], "unknown option '--json'"),
    (["--write", "json,jsonl"], "writes no jsonl"),
    (["--class", "77"], "class 77 is not there"),
    (["--layer", "nowhere"], "nowhere"),
    (["-o", "tiny.pt"], "is not a folder"),
])
def test_what_cannot_work_ends_it_before_it_is_ready(gradcam, tiny_model, args, problem):
    done = gradcam("worker", "-m", tiny_model, *args, stdin='{"image": "cat.png"}\n')
    assert done.code == 2
    assert done.stdout == ""
    assert problem in done.errors[0]


@pytest.mark.parametrize("request_line", [
    {}, {"image": ""}, {"image": 3}, {"images": []}, {"image": "x", "images": ["y"]},
    {"images": ["y"], "name": "z"}, {"image": "x", "extra": 1}, {"image": "x", "name": "/y"},
    {"image": "x", "name": "a/../b"}, {"image": "x", "name": "a//b"}, {"image": "x", "name": "a/"},
    {"image": "x", "class": -1}, {"image": "x", "class": 1.5}, {"image": "x", "class": ""},
    {"image": "a\0b"}, {"images": [{"name": "x"}]}, {"images": [{"image": "x", "id": 1}]}, 3, [],
    {"image_bytes": "%FF"}, {"image": "x", "image_bytes": ""}, {"image": "x", "image_bytes": "a b"},
    {"image": "x", "image_bytes": "%ff"}, {"image": "x", "image_bytes": "%00"},
    {"image": "x", "name_bytes": "%FF"}, {"image": "x", "name": "y", "name_bytes": "a/../%FF"},
    {"images": [{"image": "x", "name_bytes": "%FF"}]}, {"images": ["x"], "image_bytes": "%FF"}])
def test_schema_and_program_refuse_the_same(gradcam, tiny_model, request_line):
    assert not is_valid(request_line, REQUEST)
    done = gradcam("worker", "-m", tiny_model, stdin=json.dumps(request_line) + "\n")
    assert "error" in json.loads(done.stdout.splitlines()[1])
