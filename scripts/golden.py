#!/usr/bin/env python3
"""Compares the demo's network on six pictures with the results that are kept in tests/data/golden/demo.

  scripts/golden.py             ends as `gradcam compare` does: 0 the same, 1 changed, 2 not comparable
  scripts/golden.py --update    makes what the program gives now the golden results

A change of the program that changes a map must come with the updated results, so that whoever reviews
it sees that it was meant.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from regression_table import PROJECT, Bench, bench_parser

GOLDEN = PROJECT / "tests" / "data" / "golden" / "demo"

# Other thread counts, batches and engines move maps and probabilities by 1e-6 (docs/regression.md); a
# hundred times that is room for other processors and far below any change of the arithmetic.
LIMITS = ("--max-diff", "1e-3", "--max-rmse", "3e-4", "--min-corr", "0.99999", "--min-iou", "0.8",
          "--max-prob-diff", "1e-3")


def main() -> int:
    parser = bench_parser(__doc__)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradcam-golden-") as folder:
        bench = Bench(options.program.resolve(), options.model.resolve(), Path(folder))
        (bench.baseline / "run.json").unlink()  # holds times: no golden result
        update = ("--update",) if options.update else LIMITS
        code = subprocess.run([options.program, "compare", GOLDEN, bench.baseline, *update],
                              check=False).returncode
    if code != 0:
        print("golden: if the change is meant, accept it with scripts/golden.py --update",
              file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
