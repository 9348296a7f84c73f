"""The client of `gradcam worker`."""

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gradcam_cluster.dispatcher import CANNOT_WORK
from gradcam_cluster.worker_actor import WorkerActor
from gradcam_cluster.worker_process import WorkerFailed, WorkerProcess


@pytest.fixture
def start(gradcam, tiny_model, tmp_path):
    def start_worker(*options, model=tiny_model) -> WorkerProcess:
        command = gradcam.command("worker", "-m", model, "-o", "out", "--write", "json", *options)
        return WorkerProcess(command, str(tmp_path), gradcam.environment())

    return start_worker


def requests(names) -> list[dict]:
    return [{"id": name, "image": name} for name in names]


def test_two_threads_ask_at_once(start, picture, tmp_path):
    names = [f"{i}.png" for i in range(40)]
    for name in names[:-1]:
        picture(name)
    worker = start()
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(worker.ask, (requests(names[:20]), requests(names[20:])))
    assert [answer["id"] for answer in first + second] == names
    assert all(answer["results"] for answer in (first + second)[:-1])
    assert second[-1]["failures"]  # it is not there
    worker.finish()
    assert worker.end() == "ended with exit code 0"


def test_a_death_ends_the_wait_for_answers(start, slow_model, picture):
    names = [f"{i}.png" for i in range(20)]
    for name in names:
        picture(name)
    worker = start("--batch-size", "1", model=slow_model)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(worker.ask, requests(names))
        os.kill(worker.pid, signal.SIGKILL)
        assert len(waiting.result(timeout=60)) < len(names)
    assert worker.end() == "killed by SIGKILL"
    assert worker.ask(requests(names)) == []


def test_a_worker_that_cannot_work_says_why(start):
    with pytest.raises(WorkerFailed, match="class 77 is not there") as failed:
        start("--class", "77")
    assert failed.value.code == 2


@pytest.fixture
def start_other(gradcam, tmp_path):
    """start_other(*lines): a program that is no worker. It writes a line at once and the others when it
    is asked, and lives on."""

    def start_program(first: str, *others: str) -> WorkerProcess:
        code = (f"import sys; print({first!r}, flush=True); sys.stdin.readline();"
                f"[print(line, flush=True) for line in {others!r}]; sys.stdin.read()")
        return WorkerProcess([sys.executable, "-c", code], str(tmp_path), gradcam.environment())

    return start_program


# As docs/worker.md has it.
READY = json.dumps({"schema_version": 1, "ready": True, "tool": {}, "model": {}, "settings": {},
                    "settings_sha256": "", "temporary_files": ".gradcam-"})
TOO_DEEP = "[" * 100_000  # json.loads raises RecursionError


@pytest.mark.parametrize("answers", [["no JSON"], ["5"], [TOO_DEEP], ['{"id": "a"}', '{"id": "b"}']])
def test_what_is_no_answer_ends_the_wait_for_answers(start_other, answers):
    worker = start_other(READY, *answers)
    waiting = threading.Thread(target=lambda: (worker.ask(requests(["a"])), worker.end()), daemon=True)
    waiting.start()
    waiting.join(timeout=10)
    assert not waiting.is_alive()
    assert worker.end() == "it has written to stdout what is no answer"
    assert worker.ask(requests(["b"])) == []


RIGHT = {"id": 1, "results": [{"tool": {}}], "failures": []}


# An object, but no answer to the request that was sent.
@pytest.mark.parametrize("wrong", [
    {}, {"id": 2}, {"id": 2, "results": []}, {"id": 2, "results": 5}, {"id": 2, "results": [{}]},
    {"id": 2, "results": {"tool": 1}}, {"id": 2, "failures": [{}]}, {"id": 2, "failures": ["error"]},
    {"id": [], "results": [{"tool": {}}]}, {**RIGHT, "id": 3}], ids=json.dumps)
def test_an_object_that_is_no_answer_is_the_end_of_its_worker(start_other, wrong):
    actor = WorkerActor()
    actor._process = start_other(READY, json.dumps(RIGHT), json.dumps(wrong))
    outcomes, end = actor.explain([{"id": 1}, {"id": 2}])
    assert [outcome["number"] for outcome in outcomes] == [1]
    assert end == "it has written to stdout what is no answer"


@pytest.mark.parametrize("line", ["usage: other", "5", "{}", TOO_DEEP],
                         ids=["text", "number", "other object", "deep"])
def test_a_program_that_is_no_worker_is_told(start_other, line):
    with pytest.raises(WorkerFailed, match="this is no 'gradcam worker'") as failed:
        start_other(line)
    assert failed.value.code == 2


def test_a_program_that_is_not_there_cannot_work(tmp_path):
    answer = WorkerActor().start([str(tmp_path / "none")], str(tmp_path), {})
    assert answer["code"] in CANNOT_WORK
    assert f"failed to execute {tmp_path}/none" in answer["error"]


def test_what_is_missing_at_the_start_is_named(gradcam, tmp_path):
    """The program that binds a worker to its actor, or the working folder."""
    answer = WorkerActor().start([gradcam.path], str(tmp_path), {"PATH": str(tmp_path)})
    assert answer == {"code": 2, "error": f"cannot start '{gradcam.path}' in '{tmp_path}': "
                                          "'setpriv': No such file or directory"}
    answer = WorkerActor().start([gradcam.path], f"{tmp_path}/none", {})
    assert answer["error"].endswith(f": '{tmp_path}/none': No such file or directory")
