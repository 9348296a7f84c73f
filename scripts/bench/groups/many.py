"""Very many small files: when the first result is there, and what a listed file costs in memory.

With a tiny network, so that what is around it shows, computed by LibTorch in every run: engines
differ by more memory than the files take.
"""

import json
from functools import partial
from pathlib import Path

from bench import processes
from bench.networks import TINY, make_tiny_file
from bench.plan import Plan, small_jpegs
from bench.processes import MEGABYTE, Watched
from bench.program import Program, Variant
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, take_turns

COUNTS = (20_000, 100_000)  # files
QUICK_COUNTS = (200, 1000)
FIRST_REPORT = Path("0000", "0000000.json")
FIRST_RESULT_AIM = Aim(2, is_upper=True)  # seconds
FILE_AIM = Aim(150, is_upper=True)  # bytes


def measure(plan: Plan) -> Group:
    make_tiny_file()
    counts = QUICK_COUNTS if plan.is_quick else COUNTS
    found = take_turns({name_of(count): partial(_run, plan.program, count) for count in counts},
                       plan.rounds)
    return Group("many", rows_of(counts, found),
                 [_side(count, found[name_of(count)]) for count in counts])


def name_of(count: int) -> str:
    return f"{count:,} files"


def rows_of(counts: tuple[int, int], found: dict[str, list[Watched]]) -> list[Row]:
    fewer, more = (found[name_of(count)] for count in counts)
    growth = [(larger.peak_mb - smaller.peak_mb) * MEGABYTE / (counts[1] - counts[0])
              for smaller, larger in zip(fewer, more, strict=True)]
    return [Row(f"start to first result, {name_of(counts[1])}", TINY.title, "",
                Series([run.seconds_to_file for run in more]), "s", FIRST_RESULT_AIM),
            Row("peak memory a listed file", TINY.title, "", Series(growth), "bytes", FILE_AIM)]


def _side(count: int, runs: list[Watched]) -> Side:
    speed = count / Series([run.seconds for run in runs]).median
    return Side(TINY.title, name_of(count), Series([run.peak_mb for run in runs]), "MB",
                f"{speed:.0f} pictures/s")


def _run(program: Program, count: int) -> Watched:
    variant = Variant(engine="libtorch")
    with program.command(TINY, small_jpegs(count), variant, "gradcam,json") as (command, output):
        found = processes.watch(command, program.environment(), output / FIRST_REPORT)
        report = json.loads((output / "run.json").read_text())
    program.check_done(report["counts"]["done"], count)
    return found
