"""Starts the scripts in peers/."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from bench import processes
from bench.networks import SCRIPTS, Network
from bench.processes import Command, Process


class Service:
    """A peer that keeps its network loaded (peers/service.py)."""

    def __init__(self, module: str, network: Network, pictures: list[Path], threads: int,
                 map_file: Path) -> None:
        command = [sys.executable, "-m", f"bench.peers.{module}", network.name, network.weights,
                   map_file, str(threads), *pictures]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True, cwd=SCRIPTS)
        self._module = module

    def __enter__(self) -> "Service":
        self._answer()  # ready
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.stdin.close()
        self._process.wait()

    def milliseconds(self) -> float:
        """A picture."""
        print("measure", file=self._process.stdin, flush=True)
        return float(self._answer())

    def _answer(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer {self._module} ended with {self._process.wait()}")
        return line


def folder_command(network: Network, pictures: list[Path], output: Path, threads: int,
                   batch: int) -> Command:
    output.mkdir(exist_ok=True)
    return [sys.executable, "-m", "bench.peers.folder", network.name, network.weights, output,
            str(threads), str(batch), *pictures]


def run(command: Command, threads: int) -> Process:
    return processes.run(command, environment(threads), SCRIPTS)


def environment(threads: int) -> dict[str, str]:
    return {"OMP_NUM_THREADS": str(threads)}
