"""Reports of runs: run.K-of-N.json of shards, and the one run.json that is made of them."""

import json
import math
import os
import re
import secrets
from itertools import islice
from pathlib import Path

from .json_paths import paths_in

SHARD_NAME = re.compile(r"run\.[1-9][0-9]*-of-[1-9][0-9]*\.json")
FIELDS = {"settings": dict, "settings_sha256": str, "inputs": list, "shard": dict, "counts": dict, "interrupted": bool,
          "failures": list, "time": dict}


def read_shards(folder: Path) -> list[dict]:
    """The reports of shards in `folder`, by N and K. Raises OSError, and ValueError for what is no
    such report."""
    shards = [_read_shard(path) for path in folder.glob("run.*-of-*.json")
              if SHARD_NAME.fullmatch(path.name)]
    return sorted(shards, key=lambda shard: (shard["shard"]["of"], shard["shard"]["index"]))


def _read_shard(path: Path) -> dict:
    try:
        shard = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        shard = None
    if _is_report(shard) and name_of(shard) == path.name:
        return shard
    raise ValueError(f"{path.name} is damaged, or not the report of that shard")


def _is_report(shard: object) -> bool:
    if not isinstance(shard, dict) or not all(isinstance(shard.get(key), kind)
                                              for key, kind in FIELDS.items()):
        return False
    return (all(isinstance(shard["shard"].get(key), int) for key in ("index", "of"))
            and 1 <= shard["shard"]["index"] <= shard["shard"]["of"]
            and isinstance(shard["settings"].get("write"), list)
            and _are_paths(shard["inputs"]) and _are_paths(shard.get("inputs_bytes", []))
            and all(isinstance(count, int) for count in shard["counts"].values())
            and {"done", "failed", "skipped"} <= shard["counts"].keys()
            and all(isinstance(failure, dict) for failure in shard["failures"])
            and isinstance(shard["time"].get("seconds"), int | float)
            and 0 <= shard["time"]["seconds"] < math.inf  # NaN neither
            and isinstance(shard["time"].get("started"), str))


def _are_paths(entry: object) -> bool:
    return isinstance(entry, list) and all(isinstance(path, str) for path in entry)


def name_of(shard: dict) -> str:
    return f"run.{shard['shard']['index']}-of-{shard['shard']['of']}.json"


def files_of(shard: dict) -> list[str]:
    """What a shard writes beside the files of its pictures."""
    lines = f"results.{shard['shard']['index']}-of-{shard['shard']['of']}.jsonl"
    return [name_of(shard)] + ([lines] if "jsonl" in shard["settings"]["write"] else [])


def names_of(shards: list[dict]) -> str:
    """For a message."""
    names = [name_of(shard) for shard in shards[:3]]
    more = f" and {len(shards) - 3} more" if len(shards) > 3 else ""
    return ", ".join(names) + more


def inputs_of(run: dict) -> list[str]:
    """What tells whether runs are of the same pictures; relative paths are taken from here."""
    return [_absolute(given) for given in paths_in(run, "inputs")]


def _absolute(given: str) -> str:
    """A picture or folder, "@list", or "@-" for standard input."""
    if given.startswith("@"):
        return given if given == "@-" else "@" + os.path.abspath(given[1:])
    return os.path.abspath(given)


def merged(shards: list[dict]) -> dict:
    """One run of all shards; raises ValueError where that makes no sense."""
    if not shards:
        raise ValueError("no run.K-of-N.json there")
    first = shards[0]
    if len({(shard["settings_sha256"], shard["shard"]["of"], *inputs_of(shard))
            for shard in shards}) > 1:
        raise ValueError("the shards are of different inputs, settings or models, or of another N")
    of, there = first["shard"]["of"], {shard["shard"]["index"] for shard in shards}
    if len(there) < of:
        missing = list(islice((index for index in range(1, of + 1) if index not in there), 10))
        more = of - len(there) - len(missing)
        raise ValueError(f"shards {missing}{f' and {more} more' if more else ''} are missing")

    # Every shard sees the whole folder: skipped files, and folders that cannot be listed.
    failures = list({json.dumps(failure, sort_keys=True): failure
                     for shard in shards for failure in shard["failures"]}.values())
    counts = _sums(shards) | {"skipped": first["counts"]["skipped"], "failed": len(failures)}
    whole = {key: value for key, value in first.items() if key not in ("shard", "notes")}
    return whole | {
        "counts": counts,
        "interrupted": any(shard["interrupted"] for shard in shards),
        "failures": failures,
        "time": _time(shards, _seconds(shards), counts["done"]),
    }


def completed(run: dict, shards: list[dict]) -> dict:
    """One run of `shards`, of which some may be missing or interrupted, and of `run`, which has then
    gone over all pictures: its failures and what it found done (`resumed`) are the last word."""
    sums = _sums(shards)
    resumed = run["counts"].get("resumed", 0)
    taken_over = min(resumed, sums["done"])  # what has changed since was done again, and counts once
    counts = run["counts"] | {"done": run["counts"]["done"] + taken_over,
                              "resumed": resumed - taken_over}
    for key in ("halved_batches", "redone_in_float32"):
        counts[key] = counts.get(key, 0) + sums.get(key, 0)
    for key in ("resumed", "halved_batches", "redone_in_float32"):
        if not counts[key]:
            del counts[key]
    seconds = _seconds(shards) + run["time"]["seconds"]
    return run | {"counts": counts, "time": _time([*shards, run], seconds, counts["done"])}


def write_report(path: Path, run: dict) -> None:
    """Whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Should this be killed, a run with --resume knows the name, and removes what is an hour old.
    half_written = path.with_name(f".gradcam-{secrets.token_hex(4)}-0-{os.getpid()}-0-0.tmp")
    text = json.dumps(run, indent=1, ensure_ascii=False) + "\n"
    try:
        half_written.write_text(text, encoding="utf-8", errors="replace")
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)


def _sums(runs: list[dict]) -> dict:
    return {key: sum(run["counts"].get(key, 0) for run in runs)
            for key in dict.fromkeys(key for run in runs for key in run["counts"])}


def _seconds(shards: list[dict]) -> float:
    """Shards may have run one after another or at once: how long it took, nobody knows. The longest
    is what it takes if all run at once."""
    return max(shard["time"]["seconds"] for shard in shards)


def _time(runs: list[dict], seconds: float, done: int) -> dict:
    return {"started": min(run["time"]["started"] for run in runs), "seconds": round(seconds, 3),
            "pictures_per_second": round(done / seconds, 3) if seconds else 0}
