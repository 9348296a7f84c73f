"""One picture in a fresh process, with all default outputs: from the command to the last file.

The files are in the system's file cache. In its first run of a model the program also computes the
SHA-256 of the model's file, which it keeps for later runs.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import peer, processes
from bench.networks import SCRIPTS, Network, make_files
from bench.plan import Plan, jpegs
from bench.processes import Process
from bench.program import Program, Variant
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, take_turns

PEER = "pytorch-grad-cam"
FIRST, LATER = "gradcam, first run of a model", "gradcam, later run"
NETWORKS = ("vgg16", "efficientnet_b0")
AIM = Aim(12)


def measure(plan: Plan) -> Group:
    rows: list[Row] = []
    sides: list[Side] = []
    for network in plan.networks:
        if network.name in NETWORKS:
            make_files(network)
            with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as folder:
                _measure_network(plan, network, Path(folder), rows, sides)
    return Group("cold", rows, sides)


def _measure_network(plan: Plan, network: Network, folder: Path, rows: list[Row],
                     sides: list[Side]) -> None:
    picture = jpegs(1)
    threads = plan.program.threads
    later = replace(plan.program, cache=folder / "cache")
    first = replace(plan.program, cache=folder / "empty")
    command = peer.folder_command(network, picture, folder / "peer", threads, 1)

    found = take_turns({FIRST: _without_cache(first, network, picture),
                        LATER: lambda: later.run(network, picture, Variant()).process,
                        PEER: lambda: peer.run(command, threads)}, plan.rounds)
    times = {name: Series([process.seconds for process in all_processes])
             for name, all_processes in found.items()}
    rows += [Row(f"one picture, cold, {name.removeprefix('gradcam, ')}", network.title, PEER,
                 times[PEER].over(times[name]), aim=AIM) for name in (FIRST, LATER)]
    private = {LATER: _private_mb(later, network, picture),
               PEER: processes.peak_private_mb(command, peer.environment(threads), SCRIPTS)}
    sides += [Side(network.title, name, times[name], "s", _memory(all_processes, private.get(name)))
              for name, all_processes in found.items()]


def _without_cache(program: Program, network: Network,
                   picture: list[Path]) -> Callable[[], Process]:
    def run() -> Process:
        shutil.rmtree(program.cache, ignore_errors=True)
        return program.run(network, picture, Variant()).process
    return run


def _private_mb(program: Program, network: Network, picture: list[Path]) -> float:
    with program.command(network, picture, Variant()) as (command, _):
        return processes.peak_private_mb(command, program.environment())


def _memory(all_processes: list[Process], private: float | None) -> str:
    peak = max(process.peak_mb for process in all_processes)
    return f"peak {peak:.0f} MB" + ("" if private is None else f", {private:.0f} MB private")
