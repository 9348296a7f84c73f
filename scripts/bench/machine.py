"""What the figures were measured on, and with which versions."""

import datetime
import os
import platform
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_tile")
PEERS = ("torch", "captum", "grad-cam", "openvino")


@dataclass(frozen=True)
class Machine:
    processor: str
    cores: int  # that this process may use
    flags: list[str]  # those of FLAGS that it has
    memory_gb: float
    system: str
    versions: dict[str, str]
    date: str  # UTC

    @property
    def has_fast_bfloat16(self) -> bool:
        return "avx512_bf16" in self.flags or "amx_bf16" in self.flags

    def sentence(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        flags = ", ".join(self.flags) or "no AVX2"
        return (f"{self.date[:10]}, {self.cores} cores of {self.processor} ({flags}), "
                f"{self.memory_gb:.0f} GB, {versions}")


def describe(program: Path) -> Machine:
    information = _cpu_information()
    flags = information.get("flags", "").split()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Machine(processor=information.get("model name", platform.machine()),
                   cores=len(os.sched_getaffinity(0)),
                   flags=[flag for flag in FLAGS if flag in flags],
                   memory_gb=memory,
                   system=platform.platform(),
                   versions=_versions(program),
                   date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"))


def _cpu_information() -> dict[str, str]:
    """Of the first processor."""
    text = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _versions(program: Path) -> dict[str, str]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    versions = {"gradcam": told.stdout.split("\n")[0].removeprefix("gradcam ")}
    return versions | {name: metadata.version(name) for name in PEERS} | \
        {"Python": platform.python_version()}
