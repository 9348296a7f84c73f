"""A client of `gradcam worker` (docs/worker.md). Needs nothing but Python's standard library."""

import json
import queue
import signal
import subprocess
import sys
import threading
from collections import deque


class WorkerFailed(Exception):
    """The worker ended before it was ready. `code`: as subprocess gives it; 2 if it is none."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.code = code


READY_FIELDS = {"tool": dict, "model": dict, "settings": dict, "settings_sha256": str,
                "temporary_files": str}


class WorkerProcess:
    """A running worker. Several threads may ask it at once: what they ask is computed together."""

    def __init__(self, command: list[str], folder: str, variables: dict[str, str]):
        """Starts `command` in `folder` and waits until it is ready. Raises WorkerFailed, OSError."""
        self._process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
            start_new_session=True)  # Ctrl-C is for the scheduler to deal with
        self._last_error = ""
        self._nonsense = ""  # for which it was killed
        self._inboxes: deque[queue.SimpleQueue] = deque()  # one for each open request, in order
        self._lock = threading.Lock()  # guards writing of requests, and the following
        self._has_ended = False
        self._errors = threading.Thread(target=self._pass_on_errors, daemon=True)
        self._errors.start()
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            self._process.stdin.close()
            raise WorkerFailed(self.end(), self._process.returncode)
        try:
            self.ready = _ready_in(line)
        except ValueError:
            self._kill("its first line is not that of a worker: this is no 'gradcam worker'")
            raise WorkerFailed(self.end(), 2) from None
        threading.Thread(target=self._read_answers, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, requests: list[dict]) -> list[dict]:
        """The answers, in order. They are fewer than the requests if the worker ended: see end()."""
        inbox: queue.SimpleQueue = queue.SimpleQueue()
        try:
            with self._lock:
                if self._has_ended:
                    return []
                for request in requests:
                    self._inboxes.append(inbox)
                    self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
        except BrokenPipeError:
            pass  # _read_answers finds the end as well
        answers = []
        while len(answers) < len(requests) and (answer := inbox.get()) is not None:
            answers.append(answer)
        return answers

    def refuse(self) -> str:
        """What it has answered makes no sense: kills it. Says so, as end() does from then on."""
        self._kill("it has written to stdout what is no answer")
        return self.end()

    def finish(self) -> None:
        """No more requests. Waits until all are answered."""
        with self._lock:
            self._process.stdin.close()
        self._process.wait()

    def end(self) -> str:
        """Waits for the end, and says how it came about: "killed by SIGKILL"."""
        code = self._process.wait()
        if self._nonsense:
            return self._nonsense
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        self._errors.join(timeout=5)  # a child of its own may hold stderr open
        return self._last_error or f"ended with exit code {code}"

    def _read_answers(self) -> None:
        try:
            for line in self._process.stdout:
                if line.endswith("\n"):  # else it was killed while it wrote
                    answer = _object_in(line)
                    self._inboxes.popleft().put(answer)
        except (ValueError, IndexError):  # whoever waits for the answer shall not wait for ever
            self._kill("it has written to stdout what is no answer")
        with self._lock:
            self._has_ended = True
        for inbox in self._inboxes:
            inbox.put(None)

    def _kill(self, nonsense: str) -> None:
        self._nonsense = nonsense
        self._process.kill()

    def _pass_on_errors(self) -> None:
        for line in self._process.stderr:
            sys.stderr.write(line)
            if line.startswith(("gradcam: error: ", "setpriv: ")):
                self._last_error = line.strip().removeprefix("gradcam: error: ")


def _ready_in(line: str) -> dict:
    """Raises ValueError if the line is anything else."""
    ready = _object_in(line)
    for field, kind in READY_FIELDS.items():
        if not isinstance(ready.get(field), kind):
            raise ValueError(f"no {field}")
    return ready


def _object_in(line: str) -> dict:
    """Raises ValueError if the line is anything else."""
    try:
        value = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
