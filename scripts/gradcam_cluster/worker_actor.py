"""What runs on the nodes of a cluster. It is sent to them by value, with worker_process: nodes need
no file of this program but `gradcam` itself. Only plain values go in and out."""

import os
import socket

from .worker_process import WorkerFailed, WorkerProcess


class WorkerActor:
    """A `gradcam worker` on the node of this process."""

    def start(self, command: list[str], folder: str, variables: dict[str, str]) -> dict:
        """{"ready": its first line, "node", "process"}, or {"error", "code"}."""
        # It must not outlive this process: another worker may get its pictures.
        bound = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        try:
            self._process = WorkerProcess(bound, folder, os.environ | variables)
        except WorkerFailed as error:
            return {"error": str(error), "code": error.code}
        except OSError as error:
            return {"error": f"cannot start '{command[0]}' in '{folder}': '{error.filename}': "
                             f"{error.strerror}", "code": 2}
        return {"ready": self._process.ready, "node": socket.gethostname(),
                "process": self._process.pid}

    def explain(self, requests: list[dict]) -> tuple[list[dict], str | None]:
        """Outcomes of the pictures, one a request; fewer if the process ended, and then how."""
        answers = self._process.ask(requests)
        outcomes = []
        for request, answer in zip(requests, answers):
            try:
                outcomes.append(outcome_of(request, answer))
            except (KeyError, IndexError, TypeError, AttributeError, ValueError):
                return outcomes, self._process.refuse()
        return outcomes, None if len(outcomes) == len(requests) else self._process.end()

    def finish(self) -> None:
        self._process.finish()


def outcome_of(request: dict, answer: dict) -> dict:
    """What a run needs to know of the answer to a request for one picture. Raises KeyError, ValueError
    and the like if that is no answer to it."""
    if answer["id"] != request["id"]:
        raise ValueError("the answer to another request")
    failures = answer.get("failures", [])
    if failures or "error" in answer:
        failure = failures[0] if failures else answer
        return {"number": answer["id"], "error": str(failure["error"]), "hint": failure.get("hint")}
    report = answer["results"][0]
    return {"number": answer["id"], "error": None, "resumed": "resumed" in answer,
            "correct": report.get("correct"), "tool": report["tool"]}
