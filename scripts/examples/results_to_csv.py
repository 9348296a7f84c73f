#!/usr/bin/env python3
"""A CSV table of results, from the reports in an output folder: one row for each explained class of
each picture, and one with its error for each picture that failed.

  results_to_csv.py OUT > results.csv
  results_to_csv.py OUT --sort class_probability > surest_first.csv

Reads OUT/**/*.json, and of pictures that have none there the newest line in OUT/results.jsonl and
OUT/results.K-of-N.jsonl.
"""

import argparse
import csv
import json
import re
import signal
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

COLUMNS = ["file", "top_label", "top_index", "top_probability", "class_label", "class_index",
           "class_probability", "gradcam_status", "gradcam_peak_x", "gradcam_peak_y",
           "saliency_status", "truth_index", "truth_label", "correct", "error"]

LINES = re.compile(r"results(\.[0-9]+-of-[0-9]+)?\.jsonl")


def rows(folder: Path) -> Iterator[dict]:
    # A run may write both kinds of reports, and each shard and the whole name the same failures.
    seen = set()
    for path in sorted(folder.rglob("*.json")):
        if path.is_file():
            for name, rows_of_entry in entries_in(path, 1, path.read_bytes()).items():
                if name not in seen:
                    seen.add(name)
                    yield from rows_of_entry
    yield from rows_of_lines(folder, seen)


def rows_of_lines(folder: Path, seen: set[tuple]) -> Iterator[dict]:
    """Of pictures that are not in `seen`, each at the place of its last line: the newest, where a run
    that was killed has left an older one, too. Of each picture the place alone is kept meanwhile."""
    places = {}  # in the order of the last lines
    for path in sorted(path for path in folder.glob("results*.jsonl") if LINES.fullmatch(path.name)):
        offset = 0
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                for name in entries_in(path, number, line).keys() - seen:
                    places.pop(name, None)
                    places[name] = path, offset, number
                offset += len(line)
    for path, names in groupby(places, key=lambda name: places[name][0]):
        with path.open("rb") as lines:
            for name in names:
                _, offset, number = places[name]
                lines.seek(offset)
                yield from entries_in(path, number, lines.readline()).get(name, [])


def entries_in(path: Path, number: int, text: bytes) -> dict[tuple, list[dict]]:
    """The entries of a report of a picture or a run, which is line `number` of a file. What other
    programs have written, too, is passed over."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # the last line of a run that was killed, for example
        tell(f"{path}:{number}: no JSON; passed over")
        return {}
    tool = document.get("tool") if isinstance(document, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "gradcam":
        return {}
    try:
        return dict(entries_of(document))
    except (AttributeError, LookupError, TypeError):
        tell(f"{path}: damaged; passed over")
        return {}


def entries_of(report: dict) -> Iterator[tuple[tuple, list[dict]]]:
    """What tells pictures and failures apart, and the rows of each."""
    if "explanations" in report:
        yield ("picture", *name_of(report["image"])), list(rows_of_picture(report))
    for failure in report.get("failures", []):
        yield (("failure", *name_of(failure)),
               [{"file": failure["file"], "error": failure["error"]}])


def name_of(entry: dict) -> tuple[str, str | None]:
    """What tells files apart: names that are not UTF-8 look alike in `file`."""
    return entry["file"], entry.get("file_bytes")


def rows_of_picture(report: dict) -> Iterator[dict]:
    top, truth = report["top"][0], report.get("truth", {})
    for explanation in report["explanations"]:
        explained, gradcam = explanation["class"], explanation["gradcam"]
        peak = gradcam["peak"] or {}
        yield {
            "file": report["image"]["file"],
            "top_label": top["label"], "top_index": top["index"],
            "top_probability": top["probability"],
            "class_label": explained["label"], "class_index": explained["index"],
            "class_probability": explained["probability"],
            "gradcam_status": gradcam["status"],
            "gradcam_peak_x": peak.get("x"), "gradcam_peak_y": peak.get("y"),
            "saliency_status": explanation["saliency"]["status"],
            "truth_index": truth.get("index"), "truth_label": truth.get("label"),
            "correct": report.get("correct"),
        }


def tell(text: str) -> None:
    print(f"results_to_csv: {text}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="OUT", help="the output folder of a run")
    parser.add_argument("--sort", choices=["top_probability", "class_probability"],
                        help="the largest first, failures last")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"{arguments.folder} is no folder")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # into `head`, for example
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    table = rows(arguments.folder)
    if arguments.sort:
        table = sorted(table, key=lambda row: -(row.get(arguments.sort) or 0))
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)


if __name__ == "__main__":
    main()
