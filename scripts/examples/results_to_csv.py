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
import sys
from collections.abc import Iterator
from pathlib import Path

COLUMNS = ["file", "top_label", "top_index", "top_probability", "class_label", "class_index",
           "class_probability", "gradcam_status", "gradcam_peak_x", "gradcam_peak_y",
           "saliency_status", "truth_index", "truth_label", "correct", "error"]


def documents(folder: Path) -> Iterator[dict]:
    """Reports of pictures and of runs, in the order of their names."""
    for path in sorted(folder.rglob("*.json")):
        yield json.loads(path.read_text())
    for path in sorted(folder.glob("results*.jsonl")):
        with path.open(newline="\n") as lines:  # names may hold what else ends a line
            yield from map(json.loads, lines)


def rows(folder: Path) -> Iterator[dict]:
    # A run may write both kinds of reports, and each shard and the whole name the same failures.
    seen, failed = set(), set()
    for document in documents(folder):
        if not isinstance(document, dict):
            continue  # another program's
        if "explanations" in document and name_of(document["image"]) not in seen:
            seen.add(name_of(document["image"]))
            yield from rows_of_picture(document)
        for failure in document.get("failures", []):
            if name_of(failure) not in failed:
                failed.add(name_of(failure))
                yield {"file": failure["file"], "error": failure["error"]}


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="OUT", help="the output folder of a run")
    parser.add_argument("--sort", choices=["top_probability", "class_probability"],
                        help="the largest first, failures last")
    arguments = parser.parse_args()
    table = rows(arguments.folder)
    if arguments.sort:
        table = sorted(table, key=lambda row: -(row.get(arguments.sort) or 0))
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)


if __name__ == "__main__":
    main()
