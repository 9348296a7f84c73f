"""Processes, their time and their memory."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1e6
SAMPLING_SECONDS = 0.002

Command = list[str | Path]


@dataclass(frozen=True)
class Process:
    """What a process took from its start to its end."""

    seconds: float
    peak_mb: float  # resident memory; mapped files count as far as they were read
    output: str


def run(command: Command, environment: dict[str, str], folder: Path | None = None) -> Process:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder,
                               env={**os.environ, **environment})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"'{' '.join(map(str, command))}' ended with {process.returncode}")
    return Process(seconds, usage.ru_maxrss * 1024 / MEGABYTE, output)


def peak_private_mb(command: Command, environment: dict[str, str],
                    folder: Path | None = None) -> float:
    """The most memory that belonged to the process alone (written pages), sampled."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder,
                               env={**os.environ, **environment})
    peak = 0
    while process.poll() is None:
        peak = max(peak, _private_kilobytes(process.pid))
        time.sleep(SAMPLING_SECONDS)
    return peak * 1024 / MEGABYTE


def _private_kilobytes(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) for line in rollup.splitlines()
               if line.startswith("Private_Dirty:"))
