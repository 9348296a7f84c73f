"""How much memory a run of the program needs."""

import subprocess
import sys
from pathlib import Path

from support.program import Program

# Prints the peak of the command in its arguments; the kernel counts in kB.
_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak_memory(program: Program, *args: object, cwd: Path | None = None) -> int:
    """Runs the program to its end, which must be a good one, and gives its largest resident size in
    bytes."""
    # A process inherits the peak of the one that started it: pytest with torch is too large for that.
    measured = subprocess.run([sys.executable, "-c", _MEASURE, *program.command(*args)], cwd=cwd,
                              env=program.environment(), check=True, stdout=subprocess.PIPE)
    return int(measured.stdout)
