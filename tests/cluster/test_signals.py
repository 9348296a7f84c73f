"""A signal before any worker is asked for. In the place of Ray and of the program is what waits for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "gradcam_ray.py"

RAY = """
import os, pathlib, signal, sys, time

def wait(where):
    if where == os.environ["WAIT_IN"]:
        pathlib.Path("waits").write_text(str(os.getpid()))
        try:
            time.sleep(60)
        except SystemExit as end:
            if end.code == 130:
                time.sleep(60)  # some of Ray's code swallows exceptions
            raise

class cloudpickle:
    register_pickle_by_value = print

ObjectRef = None

def init(**_):
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(number))  # as Ray does
    wait("init")

def nodes():
    wait("nodes")

wait("import")
"""

PROGRAM = """#!/bin/sh
[ $WAIT_IN != listing ] || { echo $$ > pid; mv pid waits; exec sleep 60; }
echo '{"pictures": [{"image": "cat.png", "file": "cat.png"}], "failures": [], "skipped": 0,
       "run_report": "out/run.json"}'
"""


@pytest.fixture
def start(tmp_path):
    """start(where, *prefix): the script, which has come there, and the number of the process that waits."""
    (tmp_path / "ray.py").write_text(RAY)
    program = tmp_path / "program.sh"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    runs = []

    def start_script(where: str, *prefix: str) -> tuple[subprocess.Popen, int]:
        runs.append(subprocess.Popen(
            [*prefix, sys.executable, SCRIPT, "--gradcam", program, "cat.png", "--", "-m", "x"],
            cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env=os.environ | {"WAIT_IN": where, "PYTHONPATH": str(tmp_path)}))
        while not (tmp_path / "waits").exists() or not (tmp_path / "waits").read_text():
            assert runs[-1].poll() is None, runs[-1].stderr.read()
            time.sleep(0.02)
        return runs[-1], int((tmp_path / "waits").read_text())

    yield start_script
    for run in runs:
        run.kill()
        run.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("where", ["import", "listing", "init", "nodes"])
def test_a_signal_ends_the_script_and_what_it_waits_for(start, where, number):
    run, waiting = start(where)
    run.send_signal(number)
    _, errors = run.communicate(timeout=20)
    assert (run.returncode, errors) == (130, "")
    with pytest.raises(ProcessLookupError):
        os.kill(waiting, 0)


def test_an_ignored_signal_stays_so(start):
    """As of a job that a script has put into the background."""
    run, listing = start("listing", "sh", "-c", "trap '' INT; exec \"$@\"", "sh")
    run.send_signal(signal.SIGINT)
    os.kill(listing, signal.SIGTERM)
    _, errors = run.communicate(timeout=20)
    assert (run.returncode, errors) == (2, "gradcam_ray: error: gradcam cannot list the pictures\n")
