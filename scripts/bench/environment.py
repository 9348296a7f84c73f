"""The virtual environment of the peers, apart from the project's own .venv."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "build" / "bench-venv"
PYTHON = FOLDER / "bin" / "python3"
REQUIREMENTS = PROJECT / "scripts" / "bench" / "requirements.txt"
CONSTRAINTS = PROJECT / "scripts" / "constraints.txt"


def enter() -> None:
    """Goes on in the peers' environment, which is made anew when a pin has changed."""
    if Path(sys.prefix) == FOLDER:
        return
    if not _is_complete():
        _make()
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def _state() -> str:
    """Changes when a pinned version or the interpreter does."""
    pinned = REQUIREMENTS.read_bytes() + CONSTRAINTS.read_bytes() + sys.version.encode()
    return hashlib.sha256(pinned).hexdigest()


def _is_complete() -> bool:
    stamp = FOLDER / ".complete"
    return stamp.is_file() and stamp.read_text() == _state()


def _make() -> None:
    print(f"bench: installing the peers into {FOLDER} (1 GB and more; minutes)", file=sys.stderr)
    venv.create(FOLDER, with_pip=True, clear=True)
    pip = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--constraint", CONSTRAINTS, "--requirement", REQUIREMENTS],
                   check=True)
    # OpenVINO reports its use to its makers unless this package is missing.
    subprocess.run([*pip, "uninstall", "--yes", "openvino-telemetry"], check=True)
    (FOLDER / ".complete").write_text(_state())
