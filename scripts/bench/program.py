"""The program, as a user runs it."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import processes
from bench.networks import Network
from bench.processes import Command, Process

NETWORK_STAGES = ("features", "head", "gradient")


@dataclass(frozen=True)
class Variant:
    """Options that decide how the network is computed."""

    precision: str = "float32"
    engine: str = "auto"
    batch: int | None = None  # None: the program chooses

    @property
    def name(self) -> str:
        engine = "" if self.engine == "auto" else f", {self.engine} engine"
        return f"gradcam {self.precision}{engine}"

    def options(self) -> list[str]:
        batch = [] if self.batch is None else ["--batch-size", str(self.batch)]
        return ["--precision", self.precision, "--engine", self.engine, *batch]


@dataclass(frozen=True)
class ProgramRun:
    process: Process
    done: int
    seconds: float  # since the model was loaded
    stages: dict[str, float]
    engine: str

    @property
    def network_seconds(self) -> float:
        return sum(self.stages[stage] for stage in NETWORK_STAGES)


@dataclass(frozen=True)
class Program:
    path: Path
    threads: int
    cache: Path  # of model digests and compiled networks

    def run(self, network: Network, pictures: list[Path], variant: Variant,
            write: str | None = None) -> ProgramRun:
        """`write` as the option; None: the default files."""
        with self.command(network, pictures, variant, write) as (command, output):
            process = processes.run(command, self.environment())
            report = json.loads((output / "run.json").read_text())
        self.check_done(report["counts"]["done"], len(pictures))
        time = report["time"]
        return ProgramRun(process, len(pictures), time["seconds"], time["stages"],
                          report["tool"]["engine"])

    @contextmanager
    def command(self, network: Network, pictures: list[Path] | Path, variant: Variant,
                write: str | None = None) -> Iterator[tuple[Command, Path]]:
        """`pictures`: files, or a folder. With the folder of the results, which is removed at the
        end."""
        with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as name:
            output, image = Path(name) / "out", pictures
            if isinstance(pictures, list):
                listing = Path(name) / "pictures.txt"
                listing.write_text("".join(f"{picture}\n" for picture in pictures))
                image = f"@{listing}"
            yield [self.path, "--image", image, "--timing",
                   *self._options(network, output, variant, write)], output

    def worker_command(self, network: Network, output: Path, variant: Variant) -> Command:
        return [self.path, "worker", *self._options(network, output, variant, None)]

    def _options(self, network: Network, output: Path, variant: Variant,
                 write: str | None) -> Command:
        return ["--model", network.model, "--output", output, "--device", "cpu", "--threads",
                str(self.threads), "--quiet", *variant.options(),
                *([] if write is None else ["--write", write])]

    def check_done(self, done: int, pictures: int) -> None:
        if done != pictures:
            raise RuntimeError(f"{self.path} explained {done} pictures of {pictures}")

    def environment(self) -> dict[str, str]:
        return {"XDG_CACHE_HOME": str(self.cache), "OMP_NUM_THREADS": str(self.threads)}


def settled(program: Program, network: Network, pictures: list[Path], variant: Variant,
            write: str | None = None) -> tuple[Variant, ProgramRun]:
    """`variant` with the engine that a run over `pictures` takes, and that run. Its trial depends on
    what an earlier run has kept and on how many pictures are to come: it would be another one in each
    of the runs of which steady() forms a difference."""
    run = program.run(network, pictures, variant, write)
    return replace(variant, engine=run.engine), run


def steady(program: Program, network: Network, pictures: list[Path], variant: Variant,
           write: str | None = None) -> tuple[ProgramRun, ProgramRun]:
    """A run over the first half of `pictures` and one over all: their difference is free of what
    is done once a run. `variant`: settled."""
    half, whole = (program.run(network, pictures[:len(pictures) // 2], variant, write),
                   program.run(network, pictures, variant, write))
    if half.engine != whole.engine:
        raise RuntimeError(f"{network.title}: the shorter run took engine {half.engine}, the "
                           f"longer {whole.engine}: their difference means nothing")
    return half, whole


def milliseconds_of_network(half: ProgramRun, whole: ProgramRun) -> float:
    """A picture, from tensor to map."""
    return milliseconds_each(whole.network_seconds - half.network_seconds, whole.done - half.done)


def milliseconds_of_run(half: ProgramRun, whole: ProgramRun) -> float:
    """A picture, from file to files."""
    return milliseconds_each(whole.seconds - half.seconds, whole.done - half.done)


def milliseconds_each(seconds: float, pictures: int) -> float:
    """`seconds`: by which a longer run took more time, for so many more pictures."""
    if seconds <= 0:
        raise RuntimeError("a run of twice as many pictures took less time: this machine is too "
                           "busy to measure on")
    return seconds * 1000 / pictures
