"""Regression checks on the demo's network, EfficientNet-Lite0 with its ImageNet weights: the rows of the
table in docs/regression.md, and this project's own golden results."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "scripts"))

import golden
import regression_table
from regression_table import CHANGES, VERDICTS, Bench

PROGRAM = Path(os.environ["GRADCAM_PROGRAM"])


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "efficientnet_lite0.pt"
    subprocess.run([sys.executable, PROJECT / "scripts/export_model.py", "efficientnet_lite0", "-o",
                    path], check=True, stdout=subprocess.DEVNULL, timeout=300)
    return path


@pytest.fixture(scope="module")
def bench(model, tmp_path_factory) -> Bench:
    return Bench(PROGRAM, model, tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.words)
def test_change_is_judged_as_the_table_says(bench, change):
    row = bench.row(change)
    assert row.code == change.expected, row.document


def test_table_in_the_docs_has_every_change_with_its_verdict():
    text = regression_table.DOCS.read_text()
    table = text.split(regression_table.BEGIN)[1].split(regression_table.END)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in table.strip().splitlines()[2:]]
    assert [(row[0], row[-1]) for row in rows] == [(change.words, VERDICTS[change.expected])
                                                   for change in CHANGES]


def run_golden(model: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, PROJECT / "scripts/golden.py", "--program", PROGRAM,
                           "--model", model], capture_output=True, text=True, check=False,
                          timeout=300)


def test_golden_results_are_the_same(model):
    finished = run_golden(model)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.endswith("6 pictures: 6 same\n")


def test_golden_results_notice_weights_changed_by_a_thousandth(bench):
    change = next(change for change in CHANGES if change.words == "weights ± 0.1 %")
    with torch.no_grad():
        finished = run_golden(bench.edited(change))
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "scripts/golden.py --update" in finished.stderr


def test_a_thousand_baselines_take_less_than_5_mb():
    """Reports of a real network, and two raw maps of 14 x 14 cells, the most that usual networks have."""
    map_bytes = 128 + 4 * 14 * 14
    reports = [path.stat().st_size for path in golden.GOLDEN.glob("*.json")]
    assert len(reports) == len(regression_table.PICTURES)
    assert 1000 * (max(reports) + 2 * map_bytes) <= 5_000_000
