"""scripts/check_gpu.sh without a GPU: its rehearsal, and that its limits can be missed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "scripts"))

from gpu_check.measures import largest_difference, smallest_correlation
from gpu_check.rows import Row, at_least, at_most, to_table


def test_the_rehearsal_goes_through_every_check(tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [PROJECT / "scripts/check_gpu.sh", "--rehearse", "--program", os.environ["GRADCAM_PROGRAM"],
         "--fake", os.environ["GRADCAM_FAKE_CUDA"], "--json", figures],
        capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(figures.read_text())
    assert document["rehearsal"] is True
    rows = {row["check"]: row for row in document["rows"]}
    for precision in ("float32", "tf32", "float16", "bfloat16"):
        assert rows[f"map against CPU, {precision}: smallest correlation"]["limit"] is not None
    for check in ("batch against single picture: largest difference",
                  "files that differ between two --deterministic runs",
                  "short memory: batches halved", "short memory: largest difference",
                  "float16 overflow: pictures computed again",
                  "float16 overflow: largest difference",
                  "layer norm and group norm, bfloat16: smallest correlation",
                  "lost device: pictures done before it are kept",
                  "lost device: failures other than its loss"):
        assert rows[check]["limit"] is not None and not rows[check]["missed"], rows[check]
    speeds = [row for row in document["rows"] if row["unit"] == "pictures/s"]
    assert len(speeds) == 3 and all(row["limit"] is None and row["value"] > 0 for row in speeds)
    assert "0 missed" in done.stdout


def test_a_device_that_computes_nothing_is_a_miss(tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [PROJECT / "scripts/check_gpu.sh", "--rehearse", "--program", os.environ["GRADCAM_PROGRAM"],
         "--fake", os.environ["GRADCAM_FAKE_CUDA"], "--json", figures],
        capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "GRADCAM_FAKE_BATCHES": "0"})
    assert done.returncode == 1, done.stdout + done.stderr
    assert all(row["missed"] for row in json.loads(figures.read_text())["rows"])
    assert "no longer answers" in done.stdout


def test_limits_are_missed_by_what_is_beyond_them_and_by_nan():
    assert not Row("a", "n", 1.0, limit=at_most(1.0)).is_missed
    assert Row("a", "n", 1.1, limit=at_most(1.0)).is_missed
    assert not Row("a", "n", 1.0, limit=at_least(1.0)).is_missed
    assert Row("a", "n", 0.9, limit=at_least(1.0)).is_missed
    assert Row("a", "n", float("nan"), limit=at_least(1.0)).is_missed
    assert Row("a", "n", float("nan"), limit=at_most(1.0)).is_missed
    table = to_table([Row("speed", "net", 5, "pictures/s"), Row("map", "net", 2, limit=at_most(1))])
    assert "5 pictures/s" in table and "≤ 1    MISSED" in table


def test_measures_take_the_worst_picture():
    ramp = np.arange(4.0).reshape(2, 2) / 3
    expected = {"a": ramp, "b": ramp}
    assert largest_difference({"a": ramp, "b": ramp + 0.25}, expected) == 0.25
    assert smallest_correlation({"a": ramp, "b": -ramp}, expected) == pytest.approx(-1)
    with pytest.raises(ValueError):
        largest_difference({"a": ramp}, expected)
