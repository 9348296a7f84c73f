"""A folder of JPEGs, each with all four pictures and the report.

Both sides count from the loaded network to the last file. The peer is taken at its best batch.
"""

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import peer
from bench.networks import Network, make_files
from bench.plan import Plan, jpegs
from bench.program import Program, Variant
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, take_turns

PEER = "pytorch-grad-cam"
BATCHES = (1, 8, 16)  # that the peer is tried with
TRIAL = 16  # pictures
SPEED_AIMS = {("efficientnet_b0", "float32"): Aim(8), ("efficientnet_b0", "bfloat16"): Aim(11),
              ("vgg16", "float32"): Aim(4.5), ("vgg16", "bfloat16"): Aim(8)}
MEMORY_AIM = Aim(0.33, is_upper=True)


@dataclass(frozen=True)
class FolderRun:
    pictures_per_second: float
    peak_mb: float
    note: str


def measure(plan: Plan) -> Group:
    rows: list[Row] = []
    sides: list[Side] = []
    for network in plan.networks:
        make_files(network)
        with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as folder:
            found = _measure_network(plan, network, Path(folder))
        rows += _rows(plan, network, found)
        sides += [Side(network.title, name, _speeds(runs), "pictures/s",
                       f"{runs[0].note}, peak {_peaks(runs).max:.0f} MB")
                  for name, runs in found.items()]
    return Group("folder", rows, sides, {"pictures": plan.folder_size})


def _measure_network(plan: Plan, network: Network, folder: Path) -> dict[str, list[FolderRun]]:
    pictures = jpegs(plan.folder_size)
    threads = plan.program.threads
    batch = _best_batch(network, pictures[:TRIAL], folder, threads, plan.is_quick)
    sides = {variant.name: partial(_run_program, plan.program, network, pictures, variant)
             for variant in plan.variants()}
    sides[PEER] = partial(_run_peer, network, pictures, folder, threads, batch)
    return take_turns(sides, plan.rounds)


def _run_program(program: Program, network: Network, pictures: list[Path],
                 variant: Variant) -> FolderRun:
    run = program.run(network, pictures, variant)
    return FolderRun(run.done / run.seconds, run.process.peak_mb, run.engine)


def _run_peer(network: Network, pictures: list[Path], folder: Path, threads: int,
              batch: int) -> FolderRun:
    process = peer.run(peer.folder_command(network, pictures, folder, threads, batch), threads)
    return FolderRun(len(pictures) / float(process.output), process.peak_mb, f"batches of {batch}")


def _best_batch(network: Network, pictures: list[Path], folder: Path, threads: int,
                is_quick: bool) -> int:
    if is_quick:
        return 8
    return max(BATCHES, key=lambda batch: _run_peer(network, pictures, folder, threads,
                                                    batch).pictures_per_second)


def _rows(plan: Plan, network: Network, found: dict[str, list[FolderRun]]) -> list[Row]:
    rows = []
    for variant in plan.variants():
        mine, yours = found[variant.name], found[PEER]
        rows += [Row(f"folder, {variant.precision}", network.title, PEER,
                     _speeds(mine).over(_speeds(yours)),
                     aim=SPEED_AIMS.get((network.name, variant.precision))),
                 Row(f"peak memory of that, {variant.precision}", network.title, PEER,
                     _peaks(mine).over(_peaks(yours)), aim=MEMORY_AIM)]
    return rows


def _speeds(runs: list[FolderRun]) -> Series:
    return Series([run.pictures_per_second for run in runs])


def _peaks(runs: list[FolderRun]) -> Series:
    return Series([run.peak_mb for run in runs])
