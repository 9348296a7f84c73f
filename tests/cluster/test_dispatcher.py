"""How workers are started, fed and replaced, on a cluster of which the test says what dies when."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import ray

from gradcam_cluster import dispatcher
from gradcam_cluster.errors import RunError
from gradcam_cluster.listing import Listing
from gradcam_cluster.run_record import RunRecord
from gradcam_cluster.work_queue import Picture

READY = {"settings_sha256": "a" * 64, "tool": {"version": "0.1.0"}, "model": {"sha256": "c" * 64},
         "settings": {"score": "logit"}, "temporary_files": ".gradcam-"}
OTHER = READY | {"tool": {"version": "0.2.0"}}
LOST = ray.exceptions.ActorDiedError()
REFUSED = {"error": "CUDA device 0 is lost", "code": 2}


@dataclass(eq=False)
class Pending:
    """In the place of ray.ObjectRef."""

    worker: int
    method: str
    pictures: tuple[int, ...] = ()  # of explain()
    answer: object = None


class FakeRay:
    """In the place of Ray. Answers come back one at a time: `next_answer` chooses of what is
    pending, and says what comes back."""

    exceptions = ray.exceptions

    def __init__(self, next_answer: Callable[[list[Pending]], tuple[Pending, object]]):
        self._next_answer = next_answer
        self.started = 0
        self.killed: list[int] = []  # workers

    def start_worker(self) -> tuple[SimpleNamespace, Pending]:
        self.started += 1
        number = self.started

        def explain(requests: list[dict]) -> Pending:
            return Pending(number, "explain", tuple(request["id"] for request in requests))

        actor = SimpleNamespace(number=number, explain=SimpleNamespace(remote=explain),
                                finish=SimpleNamespace(remote=lambda: Pending(number, "finish")))
        return actor, Pending(number, "start")

    def wait(self, pending: list[Pending], num_returns: int = 1, timeout: float | None = None):
        if num_returns == len(pending) and all(ref.method == "finish" for ref in pending):
            return pending, []
        assert pending, "there is nothing to wait for"
        ref, ref.answer = self._next_answer(pending)
        return [ref], [other for other in pending if other is not ref]

    @staticmethod
    def get(ref: Pending) -> object:
        if ref.answer is LOST:
            raise LOST
        return ref.answer

    def kill(self, actor: SimpleNamespace) -> None:
        self.killed.append(actor.number)


@pytest.fixture
def start(monkeypatch):
    """start(pictures, workers, next_answer): the record, and a function that runs the dispatcher."""

    def prepare(pictures: int, workers: int, next_answer) -> tuple[RunRecord, Callable[[], None]]:
        fake = FakeRay(next_answer)
        monkeypatch.setattr(dispatcher, "ray", fake)
        record = RunRecord(["photos"], Listing(
            [Picture(number, f"{number}.png", f"{number}.png") for number in range(pictures)],
            [], 0, Path("/nonexistent/run.json")))
        return record, dispatcher.Dispatcher(fake.start_worker, workers, record, max_deaths=1000,
                                             show_progress=False).run

    return prepare


def ready(ref: Pending, line: dict = READY) -> dict:
    return {"ready": line, "node": "node", "process": ref.worker}


def explained(ref: Pending, count: int | None = None) -> tuple[list[dict], str | None]:
    """Outcomes of the first `count` pictures, or of all; where some are missing it was killed."""
    outcomes = [{"number": number, "error": None, "resumed": False, "correct": None, "tool": {}}
                for number in ref.pictures[:count]]
    return outcomes, None if len(outcomes) == len(ref.pictures) else "killed by SIGKILL"


def starts_first(start_second, explain=explained) -> Callable:
    """Answers of workers that start come first; the second one and those that follow answer
    `start_second`. Batches are answered by `explain`."""

    def next_answer(pending: list[Pending]) -> tuple[Pending, object]:
        ref = max(pending, key=lambda ref: ref.method == "start")
        if ref.method != "start":
            return ref, explain(ref)
        return ref, ready(ref) if ref.worker == 1 else start_second(ref)

    return next_answer


def test_a_worker_unlike_the_first_one_is_refused_and_the_others_go_on(start, capsys):
    """It keeps its place on its node, where Ray would start the next one."""
    record, run = start(4, 3, starts_first(lambda ref: ready(ref, OTHER if ref.worker == 2 else READY)))
    run()
    assert record.done == 4
    assert [worker.process for worker in record.workers] == [1, 3]
    assert dispatcher.ray.killed == []
    assert capsys.readouterr().err == ("gradcam_ray: warning: worker 2 on node, process 2, is refused: "
                                       "it has version 0.2.0 in place of 0.1.0\n")


def test_a_run_ends_if_more_workers_are_refused_than_taken(start):
    record, run = start(4, 2, starts_first(
        lambda ref: ready(ref, OTHER),
        lambda ref: explained(ref) if 0 in ref.pictures else explained(ref, 0)))
    with pytest.raises(RunError, match="unlike the first one than like it: worker 1 on node, process 3"):
        run()
    assert (record.done, record.failures) == (1, [])


@pytest.mark.parametrize(("other", "difference"), [
    ({"tool": {"version": "0.2.0", "device": "cuda:0"}},
     "version 0.2.0 in place of 0.1.0, device cuda:0 in place of None"),
    ({"settings_sha256": "b" * 64, "model": {}}, "another model file"),
    ({"settings_sha256": "b" * 64, "settings": {"score": "prob"}}, "another setting 'score'"),
    ({"settings_sha256": "b" * 64}, "other settings"), ({"temporary_files": ".gradcam-2"}, ""),
    ({"tool": {"version": "0.1.0", "engine": "openvino"}}, "")])
def test_what_differs_is_named(other, difference):
    assert dispatcher._difference(READY | other, READY) == difference


def test_without_pictures_a_worker_still_says_that_it_would_work(start):
    record, run = start(0, 1, starts_first(ready))
    run()
    assert record.ready == READY
    _, run = start(0, 1, lambda pending: (pending[0], REFUSED))
    with pytest.raises(RunError, match="CUDA device 0 is lost"):
        run()


def two_deaths_at_the_end(start_again) -> Callable:
    """Of four pictures the first one kills its workers, the second time when no picture is left to
    hand out. Then the other worker dies, with the last picture. What is started from now on answers
    `start_again`."""
    all_have_died = False

    def next_answer(pending: list[Pending]) -> tuple[Pending, object]:
        nonlocal all_have_died
        for ref in sorted(pending, key=lambda ref: ref.method != "start"):
            if ref.method == "start":
                return ref, start_again(ref) if all_have_died else ready(ref)
            if 0 in ref.pictures:
                return ref, LOST
            if 3 not in ref.pictures or all_have_died:
                return ref, explained(ref)
        all_have_died = True
        return pending[0], LOST

    return next_answer


def test_a_run_ends_if_no_worker_can_be_started_any_more(start):
    record, run = start(4, 2, two_deaths_at_the_end(lambda _: REFUSED))
    with pytest.raises(RunError, match="no worker can be started any more: CUDA device 0 is lost"):
        run()
    assert record.done == 2
    assert [failure["file"] for failure in record.failures] == ["0.png"]


@pytest.mark.parametrize(("refused", "other"), [(4, 5), (5, 4)])
def test_one_slot_that_is_left_does_the_rest(start, refused, other):
    record, run = start(4, 2, two_deaths_at_the_end(
        lambda ref: REFUSED if ref.worker == refused else ready(ref)))
    run()
    assert (record.done, len(record.failures)) == (3, 1)
    assert [worker.process for worker in record.workers] == [1, 2, 3, other]


@pytest.mark.parametrize("code", [2, 126, 127])
def test_what_the_first_worker_cannot_do_ends_the_run_at_once(start, code):
    _, run = start(4, 2, lambda pending: (pending[0], {"error": f"ended with {code}", "code": code}))
    with pytest.raises(RunError, match=f"ended with {code}"):
        run()


class Trouble:
    """Everything that can go wrong does, in any order."""

    def __init__(self, seed: int):
        self._chance = random.Random(seed)
        self._dead: set[int] = set()
        self._first: dict | None = None  # what the first worker says that is ready
        self.refused = 0
        self.alike = 0  # more ready workers like the first one than unlike it
        self.answered: list[int] = []

    def __call__(self, pending: list[Pending]) -> tuple[Pending, object]:
        ref = self._chance.choice(pending)
        return ref, self._start(ref) if ref.method == "start" else self._explain(ref)

    def _start(self, ref: Pending) -> object:
        answer = self._chance.choice([LOST, {"error": "killed by SIGKILL", "code": -9}, REFUSED,
                                      ready(ref, OTHER)] + 6 * [ready(ref)])
        if answer is not LOST and "ready" in answer:
            self._first = self._first or answer["ready"]
            self.refused += answer["ready"] is not self._first
            self.alike += 1 if answer["ready"] is self._first else -1
        self.refused += answer is REFUSED
        return answer

    def has_ended(self, record: RunRecord, workers: int) -> bool:
        """Whether no worker is left, the first one cannot work, or more are unlike it than like it."""
        return self.refused == (1 if record.ready is None else workers) or self.alike < 0

    def _explain(self, ref: Pending) -> object:
        if ref.worker in self._dead:
            return explained(ref, 0)
        fate = self._chance.random()
        if fate < 0.2:
            self._dead.add(ref.worker)
        if fate < 0.1:
            return LOST
        done = self._chance.randrange(len(ref.pictures)) if fate < 0.2 else len(ref.pictures)
        self.answered += ref.pictures[:done]
        return explained(ref, done)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_whatever_dies_every_picture_has_one_end(start, workers):
    for seed in range(200):
        trouble = Trouble(seed)
        pictures = 3 * workers
        record, run = start(pictures, workers, trouble)
        try:
            run()
        except RunError as error:
            assert trouble.has_ended(record, workers), (seed, error)
        else:
            assert record.ended == pictures, seed
        assert record.done == len(set(trouble.answered)) == len(trouble.answered), seed


def test_an_interrupted_run_waits_only_for_what_is_at_work(start):
    for seed in range(100):
        trouble, left = Trouble(seed), 1 + seed % 20

        def interrupting(pending: list[Pending]) -> tuple[Pending, object]:
            nonlocal left
            left -= 1
            record.interrupted = left <= 0
            assert not record.interrupted or left == 0 or all(
                ref.method == "explain" for ref in pending)
            return trouble(pending)

        record, run = start(40, 3, interrupting)
        try:
            run()
        except RunError:
            assert trouble.has_ended(record, 3), seed
