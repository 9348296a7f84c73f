"""python -m gpu_check: see scripts/check_gpu.sh."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from bench.environment import PROJECT
from bench.networks import NETWORKS
from gpu_check import checks
from gpu_check.checks import Bench, Scale
from gpu_check.program import Program
from gpu_check.rows import Row, at_most, to_table
from gpu_check.subjects import TRAINED, Subject, make_subject

# An unpacked release, or the sources with their build.
IS_RELEASE = (PROJECT / "bin/gradcam").exists()
BUILT = PROJECT / ("bin" if IS_RELEASE else "build/release") / "gradcam"
FAKE = PROJECT / ("lib/gradcam/rehearsal" if IS_RELEASE else "build/release/tests/cuda/fake")
# Of its twelve pictures one goes alone, and the first and last batch, of four and three, are the
# warm-up: one is left to be timed.
REHEARSAL = Scale(pictures=3, batch=4, batches=3, forwards=1, judges_speed=False)


@dataclass(frozen=True)
class Card:
    """The device as its driver knows it."""

    name: str
    memory: float | None
    driver: str


def main() -> int:
    options = _parse()
    card = Card("CPU, as a rehearsal", None, "") if options.rehearse else _card(options.device)
    scale = REHEARSAL if options.rehearse else Scale(is_h100="H100" in card.name)
    with tempfile.TemporaryDirectory(prefix="gradcam-check-") as folder:
        work = Path(folder)
        program = _rehearsal(options, work) if options.rehearse else Program(
            options.program, options.device, work / "results")
        rows = list(_rows(Bench(program, scale, card.memory, work), options.networks))
    print(f"device: {card.name}" + (f", driver {card.driver}" if card.driver else ""))
    print(to_table(rows))
    missed = sum(row.is_missed for row in rows)
    print(f"{len(rows)} figures, {missed} missed")
    if options.json:
        document = {"device": card.name, "driver": card.driver, "memory_bytes": card.memory,
                    "cores": len(os.sched_getaffinity(0)), "libtorch": torch.__version__,
                    "rehearsal": options.rehearse, "rows": [row.to_json() for row in rows]}
        options.json.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 1 if missed else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="check_gpu.sh")
    parser.add_argument("--program", type=Path, default=BUILT)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--networks", help="names with commas between them")
    parser.add_argument("--rehearse", action="store_true")
    parser.add_argument("--fake", type=Path, default=FAKE)
    options = parser.parse_args()
    known = [TRAINED, *NETWORKS]
    named = [TRAINED] if options.rehearse else known
    options.networks = options.networks.split(",") if options.networks else named
    for name in options.networks:
        if name not in known:
            parser.error(f"no network is called {name!r}: {', '.join(known)}")
    if not options.program.exists():
        parser.error(f"there is no program {options.program}; give it with --program")
    return options


def _card(device: str) -> Card:
    if not torch.cuda.is_available():
        sys.exit("check_gpu: error: PyTorch finds no CUDA device; --rehearse goes without one")
    properties = torch.cuda.get_device_properties(device)
    query = subprocess.run(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
                           capture_output=True, text=True, check=False)
    driver = query.stdout.split("\n")[0].strip() if query.returncode == 0 else ""
    return Card(properties.name, properties.total_memory, driver)


def _rehearsal(options: argparse.Namespace, work: Path) -> Program:
    """A copy of the program beside the plug-in whose device the CPU plays."""
    path = work / "bin/gradcam"
    plugins = path.parent / "lib/gradcam"
    plugins.mkdir(parents=True)
    shutil.copy2(options.program, path)
    installed = options.program.resolve().parents[1] / "lib"
    if (installed / "gradcam/libtorch").exists():
        (work / "lib").symlink_to(installed)  # an installed program finds its libraries from where it is
    shutil.copy2(options.fake / "libgradcam_cuda.so", plugins)
    return Program(path, "cuda:0", work / "results", {"LD_LIBRARY_PATH": str(options.fake)})


def _rows(bench: Bench, names: list[str]) -> Iterator[Row]:
    subjects = [make_subject(name) for name in names]
    for subject in subjects:
        for check in (checks.maps_against_cpu, checks.batch_against_single, checks.determinism,
                      checks.speed_in_memory):
            yield from _guarded(check, bench, subject)
    yield from _guarded(checks.short_memory, bench, make_subject(TRAINED))
    yield from _guarded(checks.speed_of_folder, bench, subjects[-1])
    for name, check in (("overflows", checks.overflow), ("norms", checks.norms),
                        ("asserts", checks.lost_device)):
        yield from _guarded(lambda bench, _, check=check: check(bench), bench, Subject(name, Path()))


def _guarded(check: Callable[[Bench, Subject], Iterator[Row]], bench: Bench,
             subject: Subject) -> Iterator[Row]:
    """One that fails is a row that is missed, and the others go on."""
    try:
        for row in check(bench, subject):
            print(f"check_gpu: {row.network}: {row.check}: {row.value:.6g}", file=sys.stderr)
            yield row
    except RuntimeError as failure:  # Failed, or PyTorch's
        print(f"check_gpu: {failure}", file=sys.stderr)
        yield Row(f"failed: {failure}", subject.name, 1, limit=at_most(0))


if __name__ == "__main__":
    sys.exit(main())
