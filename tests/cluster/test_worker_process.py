"""The client of `gradcam worker`."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

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
