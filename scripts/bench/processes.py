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


@dataclass(frozen=True)
class Watched:
    """A process that was looked at while it ran."""

    seconds_to_file: float  # from its start until the file was there
    seconds: float
    peak_mb: float  # resident memory of its own: nothing is inherited from this script


def watch(command: Command, environment: dict[str, str], file: Path) -> Watched:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                               env={**os.environ, **environment})
    seconds_to_file, peak = None, 0
    while process.poll() is None:
        if seconds_to_file is None and file.exists():
            seconds_to_file = time.perf_counter() - started
        peak = max(peak, _kilobytes(process.pid, "status", "VmHWM:"))
        time.sleep(SAMPLING_SECONDS)
    if process.returncode != 0 or seconds_to_file is None:
        raise RuntimeError(f"'{' '.join(map(str, command))}' ended with {process.returncode}"
                           f"{'' if file.exists() else f' without {file.name}'}")
    return Watched(seconds_to_file, time.perf_counter() - started, peak * 1024 / MEGABYTE)


def peak_private_mb(command: Command, environment: dict[str, str],
                    folder: Path | None = None) -> float:
    """The most memory that belonged to the process alone (written pages), sampled."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder,
                               env={**os.environ, **environment})
    peak = 0
    while process.poll() is None:
        peak = max(peak, _kilobytes(process.pid, "smaps_rollup", "Private_Dirty:"))
        time.sleep(SAMPLING_SECONDS)
    return peak * 1024 / MEGABYTE


def _kilobytes(pid: int, file: str, field: str) -> int:
    try:
        text = Path(f"/proc/{pid}/{file}").read_text()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(field))
