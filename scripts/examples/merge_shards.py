#!/usr/bin/env python3
"""Puts the reports of all shards, OUT/run.K-of-N.json, together to OUT/run.json.

  merge_shards.py OUT

Ends with 0 if every shard is there, went through to its end and no picture failed, with 1 if pictures
failed or a shard was interrupted, and with 2, without writing, if a shard is missing or the shards do not
belong together.
"""

import json
import sys
from pathlib import Path


def merged(runs: list[dict]) -> dict:
    """One run of all shards; raises ValueError where that makes no sense."""
    if not runs:
        raise ValueError("no run.K-of-N.json there")
    runs = sorted(runs, key=lambda run: run["shard"]["index"])
    if len({(run["settings_sha256"], run["shard"]["of"], *run["inputs"]) for run in runs}) > 1:
        raise ValueError("the shards are of different inputs, settings or models, or of another N")
    missing = set(range(1, runs[0]["shard"]["of"] + 1)) - {run["shard"]["index"] for run in runs}
    if missing:
        raise ValueError(f"shards {sorted(missing)} are missing")

    # Every shard sees the whole folder: skipped files, and folders that cannot be listed.
    counts = {key: sum(run["counts"].get(key, 0) for run in runs)
              for key in dict.fromkeys(key for run in runs for key in run["counts"])}
    counts["skipped"] = runs[0]["counts"]["skipped"]
    failures = []
    for failure in (failure for run in runs for failure in run["failures"]):
        if failure not in failures:
            failures.append(failure)
    counts["failed"] = len(failures)
    # Shards may have run one after another or at once: how long it took, nobody knows. The longest
    # is what it takes if all run at once.
    seconds = max(run["time"]["seconds"] for run in runs)
    whole = {key: value for key, value in runs[0].items() if key not in ("shard", "notes")}
    return whole | {
        "counts": counts,
        "interrupted": any(run["interrupted"] for run in runs),
        "failures": failures,
        "time": {"started": min(run["time"]["started"] for run in runs), "seconds": seconds,
                 "pictures_per_second": counts["done"] / seconds if seconds else 0},
    }


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        run = merged([json.loads(path.read_text()) for path in folder.glob("run.*-of-*.json")])
    except ValueError as error:
        print(f"merge_shards: {folder}: {error}", file=sys.stderr)
        return 2
    half_written = folder / ".run.json.merging"
    half_written.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    half_written.replace(folder / "run.json")
    return 1 if run["failures"] or run["interrupted"] else 0


if __name__ == "__main__":
    sys.exit(main())
