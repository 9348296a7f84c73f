"""Keeps the workers of a Ray cluster busy, and replaces those that die."""

import sys
import time
from collections.abc import Callable

import ray

from .errors import RunError
from .run_record import RunRecord, WorkerRecord
from .run_reports import names_of
from .work_queue import Picture, WorkQueue

PROGRESS_SECONDS = 10


class _Slot:
    """A place for a worker; should it die, the next one gets it."""

    def __init__(self, number: int):
        self.number = number
        self.actor = None
        self.start = None  # pending answer of Worker.start
        self.record: WorkerRecord | None = None  # once it is ready
        self.batches: dict[ray.ObjectRef, list[Picture]] = {}  # at work
        self.has_suspect = False  # at work, alone
        self.lost: list[Picture] = []  # of batches that came back without all answers
        self.death: str | None = None  # how its worker died
        self.is_closed = False  # no worker can be started in its place any more

    def references(self) -> list[ray.ObjectRef]:
        return [self.start] if self.start is not None else list(self.batches)


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
        self._told = time.monotonic() if show_progress else None

    def stop(self) -> None:
        """Hand out no more pictures; run() returns when those at work are done."""
        self._record.interrupted = True

    def run(self) -> None:
        """Until all pictures have ended. Raises RunError if no worker can be started, before any
        picture is done."""
        for slot in self._slots:
            self._start(slot)
        while self._goes_on():
            references = [ref for slot in self._slots for ref in slot.references()]
            ready, _ = ray.wait(references, timeout=1)
            for slot in self._slots:
                for ref in [ref for ref in slot.references() if ref in ready]:
                    self._take(slot, ref)
                self._bury(slot)
                self._feed(slot)
            self._tell_progress()
        self._finish()

    def _goes_on(self) -> bool:
        is_busy = any(slot.batches for slot in self._slots)
        return is_busy or (len(self._queue) > 0 and not self._record.interrupted)

    def _start(self, slot: _Slot) -> None:
        slot.actor, slot.start = self._start_worker()

    def _take(self, slot: _Slot, ref: ray.ObjectRef) -> None:
        try:
            answer = ray.get(ref)
        except ray.exceptions.RayTaskError:
            raise  # a mistake in worker_actor.py
        except ray.exceptions.RayError:  # its process or node is gone
            answer = None
        if ref == slot.start:
            slot.start = None
            self._take_start(slot, answer)
        else:
            self._take_batch(slot, slot.batches.pop(ref), answer)

    def _take_start(self, slot: _Slot, answer: dict | None) -> None:
        if answer is None:
            slot.death = "its node or its process was lost while it started"
            return
        if "error" in answer:
            # What the first worker refuses, every other one would; later it is that node's trouble,
            # a GPU that has been lost for example.
            if answer["code"] == 2 and self._record.ready is None:
                raise RunError(answer["error"], "gradcam worker --help")
            slot.death = answer["error"]
            slot.is_closed = answer["code"] == 2
            return
        self._require_same_settings(answer)
        slot.record = WorkerRecord(answer["node"], answer["process"],
                                   answer["ready"]["temporary_files"])
        self._record.workers.append(slot.record)

    def _require_same_settings(self, answer: dict) -> None:
        ready, first = answer["ready"], self._record.ready
        if first is None:
            self._record.begin(ready)
            if replaced := self._record.shards_made_otherwise:
                self._warn(f"{names_of(replaced)}: made by another model file or with other "
                           "settings; these results are replaced")
        elif any(ready[key] != first[key] for key in ("settings_sha256", "tool")):
            raise RunError(f"node {answer['node']} has another model file or version of gradcam "
                           "than the other nodes")

    def _take_batch(self, slot: _Slot, batch: list[Picture],
                    answer: tuple[list[dict], str | None] | None) -> None:
        outcomes, end = answer or ([], "its node or its process was lost")
        for outcome in outcomes:
            self._record.add(outcome)
        slot.record.pictures += len(outcomes)
        if end is not None:
            slot.death = slot.death or end
            slot.lost += batch[len(outcomes):]

    def _bury(self, slot: _Slot) -> None:
        """If the slot's worker is dead and all its batches are back: replaces it."""
        if slot.death is None or slot.batches:
            return
        given_up = self._queue.put_back(slot.lost, slot.has_suspect)
        for picture in given_up:
            self._record.add_failure(picture.number,
                                     f"killed its worker twice: {slot.death}")
        again = len(slot.lost) - len(given_up)
        if slot.record is not None:
            slot.record.died = slot.death
        where = f" on {slot.record.node}, process {slot.record.process}," if slot.record else ""
        self._warn(f"worker {slot.number}{where} died: {slot.death}; "
                   f"{again} pictures are done again")
        ray.kill(slot.actor)
        slot.lost = []
        slot.has_suspect = False
        slot.record = slot.death = None
        self._deaths += 1
        if self._deaths > self._max_deaths:
            raise RunError(f"{self._deaths} workers have died",
                           "with --resume, a run goes on where this one ended")
        if len(self._queue) == 0 or self._record.interrupted:
            return
        if not slot.is_closed:
            self._start(slot)
        elif all(other.is_closed for other in self._slots):
            raise RunError("no worker can be started any more",
                           "with --resume, a run goes on where this one ended")

    def _feed(self, slot: _Slot) -> None:
        if slot.record is None or slot.death is not None or self._record.interrupted:
            return
        while len(slot.batches) < WorkQueue.BATCHES_AHEAD and not (slot.has_suspect and slot.batches):
            slot.has_suspect = self._queue.has_suspects and not slot.batches
            batch = self._queue.take(is_idle=not slot.batches)
            if not batch:
                return
            requests = [picture.request() for picture in batch]
            slot.batches[slot.actor.explain.remote(requests)] = batch

    def _finish(self) -> None:
        ended = [slot.actor.finish.remote() for slot in self._slots if slot.record is not None]
        ray.wait(ended, num_returns=len(ended), timeout=60)

    def _tell_progress(self) -> None:
        if self._told is None or time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        total = len(self._record.listing.pictures)
        workers = sum(slot.record is not None for slot in self._slots)
        rate = self._record.ended / self._record.seconds
        print(f"gradcam_ray: {self._record.ended}/{total} pictures, {rate:.1f}/s, "
              f"{len(self._record.failures)} failed, {workers} of {len(self._slots)} workers ready",
              file=sys.stderr)

    @staticmethod
    def _warn(text: str) -> None:
        print(f"gradcam_ray: warning: {text}", file=sys.stderr)
