"""The recipe for CI in scripts/examples/ci/: the script works as it stands, the workflow calls it."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

from support import models, pictures

RECIPE = Path(__file__).resolve().parents[2] / "scripts" / "examples" / "ci"
SCRIPT = RECIPE / "heatmap_check.sh"


@pytest.fixture
def check(gradcam, tmp_path):
    """check(step): runs a step of the script in a folder with a model and two pictures."""
    models.save(models.TinyNet(), tmp_path / "model.pt", card=models.card())
    for name, size in {"cat": (64, 48), "dog": (40, 64)}.items():
        (tmp_path / "pictures").mkdir(exist_ok=True)
        pictures.save(tmp_path / "pictures" / f"{name}.png", *size)

    def run(*arguments, **variables) -> subprocess.CompletedProcess:
        return subprocess.run([SCRIPT, *arguments], cwd=tmp_path, capture_output=True, text=True,
                              env=gradcam.environment(GRADCAM=gradcam.path, **variables),
                              check=False, timeout=300)

    return run


def test_way_of_a_change_through_ci(check, tmp_path):
    assert check("run").returncode == 0
    first = check("compare")
    assert first.returncode == 2
    assert "no baseline" in first.stderr
    assert check("accept").returncode == 0
    assert check("compare").returncode == 0

    # A retrained network looks elsewhere.
    models.save(models.TinyNet(seed=1), tmp_path / "model.pt", card=models.card())
    assert check("run").returncode == 0
    changed = check("compare")
    assert changed.returncode == 1
    assert "changed" in changed.stdout
    suite = ElementTree.parse(tmp_path / "heatmap-check" / "junit.xml").find("testsuite")
    assert int(suite.get("failures")) > 0
    assert json.loads((tmp_path / "heatmap-check" / "compare.json").read_text())["passed"] is False
    assert (tmp_path / "heatmap-check" / "compare.html").stat().st_size > 0

    assert check("accept").returncode == 0
    assert check("compare").returncode == 0

    # A picture that is gone is a difference until it is accepted, too.
    (tmp_path / "pictures" / "dog.png").unlink()
    assert check("run").returncode == 0
    assert check("compare").returncode == 1
    assert check("compare", LIMITS="--allow-missing").returncode == 0
    assert check("accept").returncode == 0
    assert not (tmp_path / "heatmap-baseline" / "dog.json").exists()


def reports(tmp_path) -> set[str]:
    return {path.name for path in (tmp_path / "heatmap-check").iterdir()} - {"current"}


@pytest.mark.parametrize("why", ["no baseline", "unreadable"])
def test_reports_of_an_earlier_run_do_not_survive_a_failure(check, tmp_path, why):
    for step in ("run", "accept", "compare"):
        assert check(step).returncode == 0
    assert {"junit.xml", "compare.html", "compare.json"} <= reports(tmp_path)
    if why == "no baseline":
        (tmp_path / "heatmap-baseline").rename(tmp_path / "elsewhere")
    else:
        shutil.rmtree(tmp_path / "heatmap-check/current")
        (tmp_path / "heatmap-check/current").mkdir()
    assert check("compare").returncode == 2
    assert reports(tmp_path) & {"junit.xml", "compare.html"} == set()
    document = tmp_path / "heatmap-check/compare.json"  # made empty by the shell
    assert not document.exists() or document.read_bytes() == b""


def test_script_ends_with_2_without_a_step(check):
    assert check().returncode == 2
    assert "heatmap_check.sh run" in check().stdout


def test_script_is_sound_bash():
    subprocess.run(["bash", "-n", SCRIPT], check=True)
    assert os.access(SCRIPT, os.X_OK)


def test_workflow_calls_the_script_with_its_steps_and_variables():
    workflow = yaml.safe_load((RECIPE / "heatmap-check.yml").read_text())
    steps = workflow["jobs"]["heatmaps"]["steps"]
    called = re.findall(r"ci/heatmap_check\.sh (\w+)", " ".join(step.get("run", "")
                                                                for step in steps))
    assert called == ["run", "compare", "accept"]
    script = SCRIPT.read_text()
    for variable in workflow["env"]:
        assert f"${{{variable}:-" in script
    # PyYAML reads the key "on" as true.
    assert "accept" in workflow[True]["workflow_dispatch"]["inputs"]
