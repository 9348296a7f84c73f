#!/usr/bin/env python3
"""Times one picture in a fresh process, all default outputs: the program and a Python peer in turn.

  scripts/bench_cold.py [--rounds 7] [--write-docs]

Files of VGG16 and EfficientNet-B0 with random, well-conditioned weights are made in build/bench.
The file cache is warm, the program's own cache of model hashes empty (and, in a second row, full).
The peer needs the Python package grad-cam in .venv (pip install grad-cam); without it its rows are
left out. Times of one run can be compared with each other, not with those of another machine.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- cold: written by scripts/bench_cold.py -->", "<!-- cold: end -->"
NETWORKS = {"VGG16": "vgg16", "EfficientNet-B0": "efficientnet_b0"}


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_rss: float  # MB


@dataclass(frozen=True)
class Files:
    model: Path
    state: Path


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--program", type=Path, default=PROJECT / "build" / "release" / "gradcam")
    parser.add_argument("--write-docs", action="store_true", help=f"update {DOCS.name}")
    return parser.parse_args()


def make_files(name: str, folder: Path) -> Files:
    """The same weights as a TorchScript file and as a state dict; made once."""
    files = Files(folder / f"{name}.pt", folder / f"{name}.pth")
    if not (files.model.exists() and files.state.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        code = ("import sys, torch; sys.path.insert(0, 'scripts')\n"
                "from gradcam_export import networks, weights\n"
                f"net = networks.resolve('torchvision:{name}').build(None)\n"
                "weights.randomize(net, (224, 224))\n"
                f"torch.save(net.state_dict(), {str(files.state)!r})\n")
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
        subprocess.run([sys.executable, "scripts/export_model.py", f"{name}_torchvision",
                        "--weights", files.state, "-o", files.model], cwd=PROJECT, check=True)
    return files


def make_picture(path: Path) -> Path:
    """A JPEG of the size of ImageNet's pictures."""
    from PIL import Image
    from skimage import data
    Image.fromarray(data.chelsea()).resize((500, 375)).save(path, quality=92)
    return path


def timed(command: list[object], cache: Path) -> Run:
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL,
                               env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(seconds, usage.ru_maxrss / 1024)


def peak_private(command: list[object]) -> float:
    """Largest private memory in MB (pages that no file backs or that were written), sampled."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:
            break
        peak = max([peak, *(int(line.split()[1]) for line in rollup.splitlines()
                            if line.startswith("Private_Dirty:"))])
        time.sleep(0.002)
    process.wait()
    return peak / 1024


def contenders(program: Path, name: str, files: Files, picture: Path,
               folder: Path) -> dict[str, Callable[[], list[object]]]:
    """Command of each side."""
    sides = {"gradcam": lambda: [program, "--model", files.model, "--image", picture,
                                 "--output", folder / "out", "--device", "cpu"]}
    if importlib.util.find_spec("pytorch_grad_cam"):
        sides["peer"] = lambda: [sys.executable, PROJECT / "scripts" / "bench_peer.py", name,
                                 files.state, picture, folder]
    return sides


def measure(title: str, name: str, options: argparse.Namespace, folder: Path) -> list[str]:
    files = make_files(name, PROJECT / "build" / "bench")
    sides = contenders(options.program, name, files, make_picture(folder / "cat.jpg"), folder)
    cold, warm = folder / "empty-cache", folder / "full-cache"
    runs: dict[str, list[Run]] = {}
    for number in range(options.rounds + 1):  # the first round fills the file cache
        for side, command in sides.items():
            shutil.rmtree(cold, ignore_errors=True)
            found = {side: timed(command(), cold)}
            if side == "gradcam":
                found["gradcam, hash cached"] = timed(command(), warm)
            for key, run in found.items():
                runs.setdefault(key, []).extend([run] if number else [])
    peer = statistics.median(run.seconds for run in runs["peer"]) if "peer" in runs else None
    megabytes = files.model.stat().st_size / 1e6
    private = {side: peak_private(command()) for side, command in sides.items()}
    rows = []
    for side, found in runs.items():
        seconds = statistics.median(run.seconds for run in found)
        ratio = f"{peer / seconds:.1f}×" if peer else "–"
        rows.append(f"| {title}, {megabytes:.0f} MB | {side} | {seconds:.2f} s | "
                    f"{min(run.seconds for run in found):.2f} s | {ratio} | "
                    f"{max(run.peak_rss for run in found):.0f} MB | "
                    f"{private[side.partition(',')[0]]:.0f} MB |")
    return rows


def write_docs(lines: list[str]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCS.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def main() -> int:
    options = parse_arguments()
    if not options.program.is_file():
        print(f"bench_cold: error: no program '{options.program}'\nhint: run scripts/setup.sh",
              file=sys.stderr)
        return 1
    lines = [f"{len(os.sched_getaffinity(0))} cores of {processor()}, median and best of "
             f"{options.rounds} rounds.", "",
             "| file | who | median | best | speed against the peer | peak RSS | private |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for title, name in NETWORKS.items():
        with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as folder:
            lines += measure(title, name, options, Path(folder))
    print("\n".join(lines))
    if options.write_docs:
        write_docs(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
