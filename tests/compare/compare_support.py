"""What the tests of `gradcam compare` share."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


def edit_report(path: Path, change: Callable[[dict], None]) -> None:
    report = json.loads(path.read_text())
    change(report)
    path.write_text(json.dumps(report))


@dataclass(frozen=True)
class Results:
    baseline: Path
    current: Path

    def edit(self, name: str, change: Callable[[dict], None]) -> None:
        """Changes a report of CURRENT."""
        edit_report(self.current / f"{name}.json", change)

    def edit_map(self, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
        """Changes the raw Grad-CAM map of CURRENT."""
        path = self.current / f"{name}.gradcam.npy"
        np.save(path, change(np.load(path)))


def picture(document: dict, name: str) -> dict:
    """What --json says of one picture that is not the same."""
    found = [entry for entry in document["pictures"] if entry["file"] == f"{name}.json"]
    assert len(found) == 1, document["pictures"]
    return found[0]


def statuses(document: dict) -> dict[str, str]:
    return {entry["file"].removesuffix(".json"): entry["status"] for entry in document["pictures"]}
