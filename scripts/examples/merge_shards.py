#!/usr/bin/env python3
"""Puts the reports of all shards, OUT/run.K-of-N.json, together to OUT/run.json.

  merge_shards.py OUT

Ends with 0 if every shard is there, went through to its end and no picture failed, with 1 if pictures
failed or a shard was interrupted, and with 2, without writing, if a shard is missing, the shards do not
belong together or run.json cannot be written.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gradcam_cluster.run_reports import merged, read_shards, write_report


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        run = merged(read_shards(folder))
        write_report(folder / "run.json", run)
    except (OSError, ValueError) as error:
        print(f"merge_shards: {folder}: {error}", file=sys.stderr)
        return 2
    return 1 if run["failures"] or run["interrupted"] else 0


if __name__ == "__main__":
    sys.exit(main())
