#!/usr/bin/env python3
"""A CSV table of results, from the reports in an output folder: one row for each explained class of
each picture, and one with its error for each picture that failed.

  results_to_csv.py OUT > results.csv
  results_to_csv.py OUT --sort class_probability > surest_first.csv

Reads OUT/**/*.json, or OUT/results*.jsonl if the run wrote no report for each picture.
"""

import argparse
import csv
import json
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = ["file", "top_label", "top_index", "top_probability", "class_label", "class_index",
           "class_probability", "gradcam_status", "gradcam_peak_x", "gradcam_peak_y",
           "saliency_status", "truth_index", "truth_label", "correct", "error"]


def rows(folder: Path) -> Iterator[dict]:
    # A run may write both kinds of reports, and each shard and the whole name the same failures.
    seen = set()
    for path, report in reports(folder):
        try:
            entries = dict(entries_of(report))
        except (AttributeError, LookupError, TypeError):
            tell(f"{path}: damaged; passed over")
            continue
        for name, rows_of_entry in entries.items():
            if name not in seen:
                seen.add(name)
                yield from rows_of_entry


def reports(folder: Path) -> Iterator[tuple[Path, dict]]:
    """Of pictures and of runs, in the order of their names."""
    for path in sorted(folder.rglob("*.json")):
        if path.is_file():
            yield from reports_in(path, [path.read_bytes()])
    for path in sorted(folder.glob("results*.jsonl")):
        with path.open("rb") as lines:
            yield from reports_in(path, lines)


def reports_in(path: Path, texts: Iterable[bytes]) -> Iterator[tuple[Path, dict]]:
    """What other programs have written, too, is passed over."""
    for number, text in enumerate(texts, 1):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):  # the last line of a run that was killed, for example
            tell(f"{path}:{number}: no JSON; passed over")
            continue
        tool = document.get("tool") if isinstance(document, dict) else None
        if isinstance(tool, dict) and tool.get("name") == "gradcam":
            yield path, document


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
