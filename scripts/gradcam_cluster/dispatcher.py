"""Keeps the workers of a Ray cluster busy, and replaces those that die."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import ray

from .errors import RunError
from .messages import say
from .run_record import RunRecord, WorkerRecord
from .run_reports import names_of
from .work_queue import Picture, WorkQueue

PROGRESS_SECONDS = 10

# Exit codes of what will not work the next time either: gradcam's own, and where the program or a
# library of it is not there.
CANNOT_WORK = (2, 126, 127)


@dataclass
class _Worker:
    """From its start until it has been replaced."""

    actor: Any  # the handle of a WorkerActor
    start: ray.ObjectRef  # the answer of WorkerActor.start
    record: WorkerRecord | None = None  # once it is ready
    batches: dict[ray.ObjectRef, list[Picture]] = field(default_factory=dict)  # at work
    has_suspect: bool = False  # at work, alone
    lost: list[Picture] = field(default_factory=list)  # of batches without all their answers
    death: str | None = None  # how it died


class _State(Enum):
    """Of a slot. What leads from one to the next:

    VACANT -> STARTING            there are pictures to hand out
    STARTING -> READY             it has answered
    STARTING -> VACANT or CLOSED  it has died, or cannot work there, or is refused
    READY -> DYING                a batch has come back without all its answers
    DYING -> VACANT               all its batches have come back
    """

    VACANT = "has no worker"
    STARTING = "its worker loads the model"
    READY = "its worker explains pictures, or would if there were more"
    DYING = "its worker is dead, and batches are still to come back"
    CLOSED = "no worker can be started any more"


class _Slot:
    """A place for a worker; should it die, the next one gets it."""

    def __init__(self, number: int):
        self.number = number
        self.state = _State.VACANT
        self.worker: _Worker | None = None  # in STARTING, READY and DYING, and one that was refused


class Dispatcher:
    def __init__(self, start_worker: Callable, workers: int, record: RunRecord, max_deaths: int,
                 show_progress: bool):
        """`start_worker` gives an actor and the pending answer of its start()."""
        self._start_worker = start_worker
        self._queue = WorkQueue(record.listing.pictures, workers)
        self._slots = [_Slot(number) for number in range(1, workers + 1)]
        self._record = record
        self._max_deaths = max_deaths
        self._deaths = 0
        self._refused = 0  # workers unlike the first one
        self._closed_because = ""  # the slot that was closed last
        self._told = time.monotonic() if show_progress else None

    def stop(self) -> None:
        """Hand out no more pictures; run() returns when those at work are done."""
        self._record.interrupted = True

    def run(self) -> None:
        """Until all pictures have ended. Raises RunError if no worker can be started, at first or any
        more, or if too many have died."""
        self._employ()
        while awaited := self._awaited():
            ready, _ = ray.wait(list(awaited), timeout=1)
            for ref in ready:
                self._take(awaited[ref], ref)
            self._employ()
            self._tell_progress()
        if self._has_work():
            raise RunError(f"no worker can be started any more: {self._closed_because}",
                           "with --resume, a run goes on where this one ended")
        self._finish()

    def _has_work(self) -> bool:
        """Pictures to hand out. Where there are none at all, a worker must still say that it would work."""
        return not self._record.interrupted and (len(self._queue) > 0 or self._record.ready is None)

    def _employ(self) -> None:
        """Hands out pictures, and starts workers for those that are left. Thus, while there are any,
        no slot is VACANT, and none is READY with nothing at work."""
        for slot in self._slots:
            if slot.state is _State.READY:
                self._feed(slot.worker)
        for slot in self._slots:
            if slot.state is _State.VACANT and self._has_work():
                slot.worker = _Worker(*self._start_worker())
                slot.state = _State.STARTING

    def _awaited(self) -> dict[ray.ObjectRef, _Slot]:
        """All batches at work and, if there are pictures for them, workers that start."""
        awaited = {ref: slot for slot in self._slots if slot.worker for ref in slot.worker.batches}
        if self._has_work():
            awaited |= {slot.worker.start: slot for slot in self._slots
                        if slot.state is _State.STARTING}
        return awaited

    def _take(self, slot: _Slot, ref: ray.ObjectRef) -> None:
        try:
            answer = ray.get(ref)
        except ray.exceptions.RayTaskError:
            raise  # a mistake in worker_actor.py
        except ray.exceptions.RayError:  # its process or node is gone
            answer = None
        if slot.state is _State.STARTING:
            self._take_start(slot, answer)
        else:
            self._take_batch(slot, slot.worker.batches.pop(ref), answer)

    def _take_start(self, slot: _Slot, answer: dict | None) -> None:
        if answer is None:
            slot.worker.death = "its node or its process was lost while it started"
            self._bury(slot, _State.VACANT)
        elif "error" in answer:
            cannot_work = answer["code"] in CANNOT_WORK
            # What the first worker refuses, every other one would; later it is that node's trouble,
            # a GPU that has been lost for example.
            if cannot_work and self._record.ready is None:
                raise RunError(answer["error"], "gradcam worker --help")
            slot.worker.death = answer["error"]
            self._bury(slot, _State.CLOSED if cannot_work else _State.VACANT)
        elif self._record.ready is not None and (
                difference := _difference(answer["ready"], self._record.ready)):
            self._refuse(slot, f"worker {slot.number} on {answer['node']}, process "
                               f"{answer['process']}, is refused: it has {difference}")
        else:
            self._take_ready(slot, answer)

    def _take_ready(self, slot: _Slot, answer: dict) -> None:
        if self._record.ready is None:
            self._record.begin(answer["ready"])
            if replaced := self._record.shards_made_otherwise:
                self._warn(f"{names_of(replaced)}: made by another model file or with other "
                           "settings; these results are replaced")
        slot.worker.record = WorkerRecord(answer["node"], answer["process"],
                                          answer["ready"]["temporary_files"])
        self._record.workers.append(slot.worker.record)
        slot.state = _State.READY

    def _refuse(self, slot: _Slot, why: str) -> None:
        """Its process ends, but the actor keeps its place: Ray would start the next one there."""
        slot.worker.actor.finish.remote()
        slot.state, self._closed_because = _State.CLOSED, why
        self._warn(why)
        self._refused += 1
        if self._refused > len(self._record.workers):
            raise RunError("more workers are unlike the first one than like it: " + why,
                           "install one version and one model file on all nodes")

    def _take_batch(self, slot: _Slot, batch: list[Picture],
                    answer: tuple[list[dict], str | None] | None) -> None:
        worker = slot.worker
        outcomes, end = answer or ([], "its node or its process was lost")
        for outcome in outcomes:
            self._record.add(outcome)
        worker.record.pictures += len(outcomes)
        if end is not None:
            worker.death = worker.death or end
            worker.lost += batch[len(outcomes):]
            slot.state = _State.DYING
        if slot.state is _State.DYING and not worker.batches:
            self._bury(slot, _State.VACANT)

    def _bury(self, slot: _Slot, state: _State) -> None:
        """Its worker is dead and has nothing at work any more; the slot gets `state`."""
        dead = slot.worker
        slot.worker, slot.state = None, state
        if state is _State.CLOSED:
            self._closed_because = dead.death
        given_up = self._queue.put_back(dead.lost, dead.has_suspect)
        for picture in given_up:
            self._record.add_failure(picture.number, f"killed its worker twice: {dead.death}")
        where = ""
        if dead.record is not None:
            dead.record.died = dead.death
            where = f" on {dead.record.node}, process {dead.record.process},"
        self._warn(f"worker {slot.number}{where} died: {dead.death}; "
                   f"{len(dead.lost) - len(given_up)} pictures are done again")
        ray.kill(dead.actor)
        self._deaths += 1
        if self._deaths > self._max_deaths:
            raise RunError(f"{self._deaths} workers have died",
                           "with --resume, a run goes on where this one ended")

    def _feed(self, worker: _Worker) -> None:
        if self._record.interrupted:
            return
        while len(worker.batches) < WorkQueue.BATCHES_AHEAD and not (worker.has_suspect
                                                                     and worker.batches):
            worker.has_suspect = self._queue.has_suspects and not worker.batches
            batch = self._queue.take(is_idle=not worker.batches)
            if not batch:
                return
            requests = [picture.request() for picture in batch]
            worker.batches[worker.actor.explain.remote(requests)] = batch

    def _finish(self) -> None:
        ended = [slot.worker.actor.finish.remote() for slot in self._slots
                 if slot.state is _State.READY]
        ray.wait(ended, num_returns=len(ended), timeout=60)

    def _tell_progress(self) -> None:
        if self._told is None or time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        total = len(self._record.listing.pictures)
        workers = sum(slot.state is _State.READY for slot in self._slots)
        rate = self._record.ended / self._record.seconds
        say(f"{self._record.ended}/{total} pictures, {rate:.1f}/s, "
            f"{len(self._record.failures)} failed, {workers} of {len(self._slots)} workers ready")

    @staticmethod
    def _warn(text: str) -> None:
        say(f"warning: {text}")


def _difference(ready: dict, first: dict) -> str:
    """What a worker has that the first one has not, and would make its results other ones; empty if
    nothing. Of both, the first line."""
    tool, first_tool = ({key: value for key, value in line["tool"].items() if key != "engine"}
                        for line in (ready, first))  # "auto" may choose another one in each
    if ready["settings_sha256"] == first["settings_sha256"] and tool == first_tool:
        return ""
    differences = [f"{key} {tool.get(key)} in place of {first_tool.get(key)}"
                   for key in _differing(tool, first_tool)]
    if ready["model"].get("sha256") != first["model"].get("sha256"):
        differences.append("another model file")
    differences += [f"another setting '{key}'"
                    for key in _differing(ready["settings"], first["settings"])]
    return ", ".join(differences) or "other settings"


def _differing(one: dict, other: dict) -> list[str]:
    return [key for key in one | other if one.get(key) != other.get(key)]
