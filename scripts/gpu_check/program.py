"""The program, on the device that is checked and on the CPU."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


class Failed(RuntimeError):
    pass


@dataclass(frozen=True)
class Run:
    folder: Path
    report: dict  # run.json

    @property
    def counts(self) -> dict:
        return self.report["counts"]

    @property
    def seconds(self) -> float:
        """Without the warm-up, in which little else is done: what is read ahead is bounded."""
        time = self.report["time"]
        return time["seconds"] - time["stages"].get("warm_up", 0)

    @property
    def network_seconds(self) -> float:
        stages = self.report["time"]["stages"]
        return sum(stages[name] for name in ("features", "head", "gradient"))

    def classes(self) -> list[int]:
        """The most probable one of each picture, in the order of their names."""
        reports = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))
                   if path.name != "run.json"]
        return [report["top"][0]["index"] for report in reports]

    def maps(self) -> dict[str, np.ndarray]:
        """As they are drawn: from 0 to 1."""
        found = {path.name: np.maximum(np.load(path), 0)
                 for path in sorted(self.folder.glob("*.gradcam.npy"))}
        return {name: values / values.max() for name, values in found.items()}

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())
                if path.name != "run.json"}


@dataclass(frozen=True)
class Program:
    path: Path
    device: str
    work: Path  # folder of the results
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, model: Path, pictures: list[Path], *options: str,
            device: str | None = None, variables: dict[str, str] | None = None,
            code: int = 0, classes: list[int] | None = None) -> Run:
        """Explains one of `classes` for each picture, or the most probable. Throws Failed unless it
        ends with `code`, by default 0: every picture was explained."""
        folder, listing = self.work / name, self.work / f"{name}.csv"
        folder.parent.mkdir(parents=True, exist_ok=True)
        if classes is None:
            lines = [f"{picture}\n" for picture in pictures]
        else:
            lines = ["path,class\n", *(f"{picture},{index}\n" for picture, index
                                       in zip(pictures, classes, strict=True))]
            options = (*options, "--class", "truth")
        listing.write_text("".join(lines))
        command = [self.path, "--model", model, f"@{listing}", "--output", folder, "--device",
                   device or self.device, "--timing", "--quiet", *options]
        environment = {**os.environ, **self.variables, **(variables or {})}
        done = subprocess.run([str(part) for part in command], env=environment, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode != code:
            raise Failed(f"{name}: exit code {done.returncode}: {done.stderr.strip()}")
        return Run(folder, json.loads((folder / "run.json").read_text()))
