"""`gradcam worker` against a run over the same JPEGs: one process each, all default files written.

Requests name one picture each. They are sent all at once, or in batches as gradcam_ray.py does.
Both sides in the steady state and with the same engine: the one that the run takes by itself.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bench.networks import NETWORKS, make_files
from bench.plan import Plan, jpegs
from bench.program import Program, Variant, milliseconds_each, milliseconds_of_run, settled, steady
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, take_turns
from gradcam_cluster.work_queue import Picture, WorkQueue
from gradcam_cluster.worker_process import WorkerProcess

NETWORK = NETWORKS["efficientnet_b0"]
FOLDER = "gradcam over the folder"
AIM = Aim(0.95)

# Has the pictures explained, and gives the answers.
Scheduler = Callable[[WorkerProcess, list[Picture]], list[dict]]


def measure(plan: Plan) -> Group:
    make_files(NETWORK)
    pictures = jpegs(2 * plan.steady_pictures(NETWORK))
    variant, _ = settled(plan.program, NETWORK, pictures, Variant())
    sides = {FOLDER: lambda: milliseconds_of_run(*steady(plan.program, NETWORK, pictures, variant))}
    for name, scheduler in SCHEDULERS.items():
        sides[name] = partial(_milliseconds, plan.program, pictures, variant, scheduler)
    found = {name: Series(values) for name, values in take_turns(sides, plan.rounds).items()}
    return Group("worker",
                 [Row(f"pictures a second, {name}", NETWORK.title, FOLDER,
                      found[FOLDER].over(found[name]), aim=AIM) for name in SCHEDULERS],
                 [Side(NETWORK.title, name, times, "ms", variant.engine)
                  for name, times in found.items()])


def all_at_once(worker: WorkerProcess, pictures: list[Picture]) -> list[dict]:
    return worker.ask([picture.request() for picture in pictures])


def in_batches(worker: WorkerProcess, pictures: list[Picture]) -> list[dict]:
    """As the only worker on Ray gets them."""
    queue = WorkQueue(pictures, workers=1)
    lock = threading.Lock()

    def take() -> list[Picture]:
        with lock:
            return queue.take(is_idle=False)

    def ask_on() -> list[dict]:
        answers: list[dict] = []
        while batch := take():
            answers += worker.ask([picture.request() for picture in batch])
        return answers

    with ThreadPoolExecutor(WorkQueue.BATCHES_AHEAD) as threads:
        asked = [threads.submit(ask_on) for _ in range(WorkQueue.BATCHES_AHEAD)]
        return [answer for some in asked for answer in some.result()]


SCHEDULERS = {"worker, requests all at once": all_at_once,
              "worker, batches as from gradcam_ray.py": in_batches}


def _milliseconds(program: Program, pictures: list[Path], variant: Variant,
                  scheduler: Scheduler) -> float:
    half = pictures[:len(pictures) // 2]
    seconds = (_seconds(program, pictures, variant, scheduler)
               - _seconds(program, half, variant, scheduler))
    return milliseconds_each(seconds, len(pictures) - len(half))


def _seconds(program: Program, paths: list[Path], variant: Variant, scheduler: Scheduler) -> float:
    """From the loaded network to the last file."""
    pictures = [Picture(number, str(path), path.name) for number, path in enumerate(paths)]
    with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as output:
        command = program.worker_command(NETWORK, Path(output), variant)
        worker = WorkerProcess([str(word) for word in command], output,
                               os.environ | program.environment())
        started = time.perf_counter()
        answers = scheduler(worker, pictures)
        seconds = time.perf_counter() - started
        worker.finish()
    program.check_done(sum(len(answer["results"]) for answer in answers), len(paths))
    return seconds
