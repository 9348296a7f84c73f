#!/usr/bin/env python3
"""Times the program against what a user would run instead, in turn, and prints tables.

  scripts/bench.py                                   everything (an hour on two cores)
  scripts/bench.py --rows memory --networks vgg16    a part of it
  scripts/bench.py --quick                           whether the benchmark works; no figures to keep
  scripts/bench.py --write-docs --json bench.json    and puts the tables into docs/performance.md

The peers are installed into build/bench-venv, networks with random weights and pictures are made in
build/bench. docs/performance.md says what each row means. Times of one run can be compared with
each other, not with those of another machine or hour.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import environment

PROJECT = environment.PROJECT
DOCS = PROJECT / "docs" / "performance.md"
GROUPS = ("memory", "cold", "folder", "pipeline", "many", "worker")
NETWORKS = ("vgg16", "xception", "efficientnet_b0")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=GROUPS, default=GROUPS, metavar="GROUP",
                        help=f"of {', '.join(GROUPS)} (all)")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS,
                        metavar="NAME", help=f"of {', '.join(NETWORKS)} (all)")
    parser.add_argument("--rounds", type=positive, default=3,
                        help="how often everyone has a turn (3)")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)),
                        help="of each side (the cores that this process may use)")
    parser.add_argument("--pictures", type=positive, default=64, help="in the folder (64)")
    parser.add_argument("--program", type=Path, default=PROJECT / "build" / "release" / "gradcam")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure")
    parser.add_argument("--quick", action="store_true", help="one round, few pictures")
    parser.add_argument("--write-docs", action="store_true", help=f"update {DOCS.name}")
    options = parser.parse_args()
    if options.write_docs and (options.quick or options.networks is not NETWORKS):
        parser.error("--write-docs writes figures of all networks, none of --quick")
    if options.quick:
        options.rounds, options.pictures = 1, 16
    return options


def write_docs(name: str, lines: list[str]) -> None:
    begin, end = f"<!-- {name}: written by scripts/bench.py -->", f"<!-- {name}: end -->"
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    DOCS.write_text("\n".join([before + begin, *lines, end + after]), encoding="utf-8")


def main() -> int:
    options = parse_arguments()
    if not options.program.is_file():
        print(f"bench: error: no program '{options.program}'\nhint: run scripts/setup.sh",
              file=sys.stderr)
        return 1
    environment.enter()

    # What the peers' environment holds: only now.
    import importlib

    from bench import machine, networks, plan, program, rows, table
    this_machine = machine.describe(options.program)
    precisions = ["float32", *(["bfloat16"] if this_machine.has_fast_bfloat16 else [])]
    caption = f"{this_machine.sentence()}; threads: {options.threads}, rounds: {options.rounds}."
    document = {"machine": asdict(this_machine),
                "settings": {"rounds": options.rounds, "threads": options.threads,
                             "quick": options.quick}, "groups": {}}
    with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as cache:
        the_plan = plan.Plan(
            program.Program(options.program.resolve(), options.threads, Path(cache)),
            [networks.NETWORKS[name] for name in options.networks], options.rounds, options.quick,
            options.pictures, precisions)
        for name in options.rows:
            group = importlib.import_module(f"bench.groups.{name}").measure(the_plan)
            lines = [caption, "", *table.to_markdown(group)]
            print("\n".join([f"## {name}", "", *lines, ""]), flush=True)
            document["groups"][name] = rows.to_json(group)
            if options.write_docs:
                write_docs(name, lines)
            if options.json:
                options.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"bench: error: {error}", file=sys.stderr)
        sys.exit(1)
