"""The client of `gradcam worker`."""

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


TOO_DEEP = "[" * 100_000  # json.loads raises RecursionError


@pytest.mark.parametrize("answers", [["no JSON"], ["5"], [TOO_DEEP], ['{"id": "a"}', '{"id": "b"}']])
def test_what_is_no_answer_ends_the_wait_for_answers(start_other, answers):
    worker = start_other("{}", *answers)
    waiting = threading.Thread(target=lambda: (worker.ask(requests(["a"])), worker.end()), daemon=True)
    waiting.start()
    waiting.join(timeout=10)
    assert not waiting.is_alive()
    assert worker.end() == "it has written to stdout what is no answer"
    assert worker.ask(requests(["b"])) == []


@pytest.mark.parametrize("line", ["usage: other", "5", TOO_DEEP], ids=["text", "number", "deep"])
def test_a_program_that_is_no_worker_is_told(start_other, line):
    with pytest.raises(WorkerFailed, match="this is no 'gradcam worker'") as failed:
        start_other(line)
    assert failed.value.code == 2


def test_a_program_that_is_not_there_cannot_work(tmp_path):
    answer = WorkerActor().start([str(tmp_path / "none")], str(tmp_path), {})
    assert answer["code"] in CANNOT_WORK
