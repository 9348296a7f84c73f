"""What has become of the pictures of a run, and its run.json."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .json_paths import path_fields, path_list_fields
from .listing import Listing
from .run_reports import completed, files_of, write_report


@dataclass
class WorkerRecord:
    """One worker from its start to its end."""

    node: str
    process: int
    temporary_files: str  # what the names of files begin with that it is writing
    pictures: int = 0  # that it has answered
    died: str | None = None  # how

    def document(self) -> dict:
        document = {"node": self.node, "process": self.process, "pictures": self.pictures}
        return document if self.died is None else {**document, "died": self.died}


@dataclass
class RunRecord:
    inputs: list[str]
    listing: Listing
    shards: list[dict] = field(default_factory=list)  # reports in the output folder, of these inputs
    ready: dict | None = None  # the first line of a worker
    interrupted: bool = False
    workers: list[WorkerRecord] = field(default_factory=list)
    done: int = 0
    resumed: int = 0
    right: int = 0
    wrong: int = 0
    _failures: dict[int, dict] = field(default_factory=dict)  # by the picture's number
    _tool: dict | None = None
    _started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _clock: float = field(default_factory=time.monotonic)

    def begin(self, ready: dict) -> None:
        """With the first line of a worker. The report of an earlier run does not describe a folder
        that this one writes into."""
        self.ready = ready
        self.listing.run_report.unlink(missing_ok=True)

    @property
    def shards_made_otherwise(self) -> list[dict]:
        """Their results are replaced."""
        return [shard for shard in self.shards if not self._is_made_alike(shard)]

    def _is_made_alike(self, shard: dict) -> bool:
        return shard["settings_sha256"] == self.ready["settings_sha256"]

    def add(self, outcome: dict) -> None:
        """`outcome`: of worker_actor.outcome_of."""
        if outcome["error"] is not None:
            self.add_failure(outcome["number"], outcome["error"], outcome["hint"])
            return
        self.resumed += outcome["resumed"]
        self.done += not outcome["resumed"]
        self.right += outcome["correct"] is True
        self.wrong += outcome["correct"] is False
        self._tool = outcome["tool"]

    def add_failure(self, number: int, error: str, hint: str | None = None) -> None:
        failure = {**path_fields("file", self.listing.pictures[number].name), "error": error}
        self._failures[number] = failure if hint is None else {**failure, "hint": hint}

    @property
    def failures(self) -> list[dict]:
        """In the order of the inputs, folders that could not be listed first."""
        return self.listing.failures + [self._failures[number] for number in sorted(self._failures)]

    @property
    def ended(self) -> int:
        """Pictures of which it is known what has become of them."""
        return self.done + self.resumed + len(self._failures)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._clock

    def document(self) -> dict:
        """run.json: docs/schema/run.schema.json. Some worker must have been ready."""
        counts = {"pictures": len(self.listing.pictures), "done": self.done,
                  "failed": len(self.failures), "skipped": self.listing.skipped}
        if self.resumed:
            counts["resumed"] = self.resumed
        if self.right + self.wrong:
            counts |= {"right": self.right, "wrong": self.wrong}
        return {
            "schema_version": 1,
            "tool": self._tool or self.ready["tool"],
            "model": self.ready["model"],
            "settings": self.ready["settings"],
            "settings_sha256": self.ready["settings_sha256"],
            **path_list_fields("inputs", self.inputs),
            "counts": counts,
            "interrupted": self.interrupted,
            "failures": self.failures,
            "workers": [worker.document() for worker in self.workers],
            "time": {"started": self._started.strftime("%Y-%m-%dT%H:%M:%SZ"),
                     "seconds": round(self.seconds, 3),
                     "pictures_per_second": round(self.done / max(self.seconds, 1e-3), 3)},
        }

    def write(self) -> None:
        """run.json, which takes the place of the reports of shards. These stay until a run has gone
        over all pictures. Raises OSError."""
        run = self.document()
        made_alike = [shard for shard in self.shards if self._is_made_alike(shard)]
        if made_alike and self.resumed and not self.interrupted:
            run = completed(run, made_alike)
        write_report(self.listing.run_report, run)
        if not self.interrupted:
            for name in (name for shard in self.shards for name in files_of(shard)):
                self.listing.run_report.with_name(name).unlink(missing_ok=True)


def remove_temporary_files(folder: Path, beginnings: list[str]) -> None:
    """What workers that died have left in `folder` and below."""
    if not beginnings:
        return
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(tuple(beginnings)):
                with suppress(OSError):  # a run does not end for want of tidiness
                    Path(parent, name).unlink()
