"""The pictures of a run, as the program itself lists them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import RunError
from .json_paths import path_in
from .work_queue import Picture


@dataclass(frozen=True)
class Listing:
    pictures: list[Picture]
    failures: list[dict]  # folders that cannot be listed: "file", "error", perhaps "hint"
    skipped: int  # files in folders that are no pictures by their name
    run_report: Path  # run.json


def list_pictures(program: str, inputs: list[str], options: list[str]) -> Listing:
    """By `gradcam --dry-run`: in the order, under the names and with the checks of a run on one
    machine. Raises RunError if it finds nothing to do."""
    # Which pictures are complete, workers find out side by side.
    options = [option for option in options if option != "--resume"]
    # --dry-run in front: behind a "--" among the options it would be a picture, and the rest explained.
    done = subprocess.run([program, "--dry-run", *options, "--json", *inputs],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", errors="replace", check=False)
    messages = [line for line in done.stderr.split("\n")[:-1]
                if not line.startswith("gradcam: dry run: ")]
    hint, error = "", None
    if done.returncode not in (0, 1):  # what it says last ended it
        hint = messages.pop().removeprefix("hint: ") if _is_hint(messages) else ""
        error = messages.pop() if messages else "gradcam cannot list the pictures"
    print(*messages, sep="\n", end="\n" if messages else "", file=sys.stderr)
    if error is not None:
        raise RunError(error.removeprefix("gradcam: error: "), hint)
    try:
        return _listing_in(done.stdout)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise RunError(f"'{program}' has written no list of pictures",
                       "it must be gradcam, and no --help, --version or second '--' may stand behind "
                       "'--'") from None


def _listing_in(text: str) -> Listing:
    """Raises ValueError, RecursionError, LookupError, TypeError or AttributeError if `text` is no
    document of `gradcam --dry-run --json`."""
    document = json.loads(text, object_hook=_without_files)
    pictures = [Picture(number, path_in(entry, "image"), path_in(entry, "file"), entry.get("class"))
                for number, entry in enumerate(document["pictures"])]
    return Listing(pictures, document["failures"], document["skipped"],
                   Path(path_in(document, "run_report")))


def _is_hint(messages: list[str]) -> bool:
    return bool(messages) and messages[-1].startswith("hint: ")


def _without_files(entry: dict) -> dict:
    """A list of a million pictures need not hold what each will write."""
    for key in ("writes", "writes_bytes", "removes", "removes_bytes"):
        entry.pop(key, None)
    return entry
