"""Disks that are full, folders that vanish or may not be written."""

import json
import shutil
import signal
import time

import numpy as np
import pytest
from PIL import Image

KEPT = "gradcam,gradcam-overlay,json"


def reports_in(folder) -> list[str]:
    return sorted(path.stem for path in folder.rglob("*.json") if path.name != "run.json")


def test_a_picture_that_does_not_fit_on_the_disk_fails_and_the_run_goes_on(gradcam, tiny_model,
                                                                          picture, tmp_path):
    """No file may be larger than 100 kB: the overlay of the large picture is."""
    for name in ("a", "b", "d"):
        picture(f"photos/{name}.png")
    noise = np.random.default_rng(0).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photos/c.png")
    result = gradcam("-m", tiny_model, "photos", "-o", "out", "--write", KEPT,
                     prefix=["prlimit", "--fsize=100000"])
    assert result.code == 1
    assert result.errors == ["cannot write 'out/c.gradcam-overlay.png': file too large"]
    assert reports_in(tmp_path / "out") == ["a", "b", "d"]
    # Nothing of it is left, not even a part.
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(("c", "."))]
    run = json.loads((tmp_path / "out/run.json").read_text())
    assert [failure["file"] for failure in run["failures"]] == ["c.png"]


def test_a_folder_that_may_not_be_written_fails_its_pictures(gradcam, tiny_model, picture,
                                                             open_folder):
    for name in ("a/1", "b/2", "c/3"):
        picture(f"photos/{name}.png")
    shutil.copytree(tiny_model.parent / "photos", open_folder / "photos")
    shutil.copy(tiny_model, open_folder)
    out = open_folder / "out"
    (out / "b").mkdir(parents=True)
    out.chmod(0o777)
    (out / "b").chmod(0o555)
    for path in open_folder.rglob("*"):
        if "out" not in path.parts:
            path.chmod(0o755 if path.is_dir() else 0o644)
    result = gradcam("-m", "tiny.pt", "photos", "-o", "out", "--write", KEPT, cwd=open_folder,
                     unprivileged=True)
    (out / "b").chmod(0o755)
    assert result.code == 1, result.stderr
    assert len(result.errors) == 1
    assert result.errors[0].startswith("cannot write 'out/b/2.gradcam.png': permission denied")
    assert reports_in(out) == ["1", "3"]


def test_read_only_results_of_an_earlier_run(gradcam, tiny_model, picture, open_folder):
    """Files are replaced, which the folder has to allow; results.jsonl is written on in its place."""
    for name in ("a.png", "b.png"):
        picture(name)
    for name in ("a.png", "b.png", tiny_model.name):
        shutil.copy(tiny_model.parent / name, open_folder)
        (open_folder / name).chmod(0o644)
    run = ["-m", tiny_model.name, "a.png", "b.png", "-o", "out"]
    assert gradcam(*run, "--write", "gradcam,json", cwd=open_folder, unprivileged=True).code == 0
    out = open_folder / "out"
    assert len(list(out.iterdir())) == 5
    for path in out.iterdir():
        path.chmod(0o444)
    assert gradcam(*run, "--write", "gradcam,json", cwd=open_folder, unprivileged=True).code == 0
    assert all(path.stat().st_mode & 0o200 for path in out.iterdir())  # others than before

    lines = [*run, "--write", "jsonl"]
    assert gradcam(*lines, cwd=open_folder, unprivileged=True).code == 0
    (out / "results.jsonl").chmod(0o444)
    before = (out / "results.jsonl").read_bytes()
    result = gradcam(*lines, cwd=open_folder, unprivileged=True)
    assert result.code == 2 and "results.jsonl'" in result.errors[0], result.stderr
    assert (out / "results.jsonl").read_bytes() == before


def done_in(folder) -> set[str]:
    """Pictures with a report or a line."""
    lines = folder / "results.jsonl"
    text = lines.read_text() if lines.exists() else ""
    return set(reports_in(folder)) | {json.loads(line)["image"]["file"].removesuffix(".png")
                                      for line in text.splitlines(keepends=True)
                                      if line.endswith("\n")}


def run_whose_output_is_removed(gradcam, model, picture, tmp_path, *args) -> tuple[int, dict]:
    """Exit code and run.json. What has been written until then is in `removed`."""
    for i in range(150):
        picture(f"photos/{i:03}.png", width=500, height=400)
    out = tmp_path / "out"
    process = gradcam.start("-m", model, "photos", "-o", "out", "--quiet", *args)
    deadline = time.monotonic() + 60
    while len(done_in(out)) < 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    out.rename(tmp_path / "removed")  # in one step: what comes while files are removed would stay
    _, stderr = process.communicate(timeout=120)
    run = json.loads((out / "run.json").read_text())
    assert stderr.count("gradcam: error: ") == len(run["failures"]) == run["counts"]["failed"]
    return process.returncode, run


FOLDER_REMOVED = "output folder 'out' was removed or renamed during the run"


@pytest.mark.parametrize("write", [KEPT, KEPT + ",jsonl", "jsonl"])
def test_an_output_folder_that_is_removed_in_mid_run_costs_what_was_in_it(gradcam, tiny_model,
                                                                          picture, tmp_path, write):
    code, run = run_whose_output_is_removed(gradcam, tiny_model, picture, tmp_path,
                                            "--write", write)
    assert code == 1
    errors = [failure["error"] for failure in run["failures"]]
    assert errors.count(FOLDER_REMOVED) == 1
    for error in errors:  # the others were being written
        assert error.startswith(("cannot ", "output folder ")) or \
            error.endswith(" was removed during the run"), error
    assert len(errors) <= 50  # of 150: those in flight
    failed = {failure["file"].removesuffix(".png") for failure in run["failures"]}
    assert run["counts"]["done"] + len(failed) == 150
    there, removed = done_in(tmp_path / "out"), done_in(tmp_path / "removed")
    done = {f"{i:03}" for i in range(150)} - failed
    assert there <= done <= there | removed
    assert there and "149" in there
    if "jsonl" in write:
        lines = (tmp_path / "out/results.jsonl").read_text().splitlines()
        assert {json.loads(line)["image"]["file"].removesuffix(".png") for line in lines} == there


@pytest.mark.parametrize("write", [KEPT, "jsonl"])
def test_fail_fast_stops_where_the_output_folder_is_removed(gradcam, tiny_model, picture, tmp_path,
                                                            write):
    code, run = run_whose_output_is_removed(gradcam, tiny_model, picture, tmp_path,
                                            "--write", write, "--fail-fast")
    assert code == 1
    assert run["failures"][0]["error"] == FOLDER_REMOVED or \
        run["failures"][0]["error"].startswith("cannot write 'out/")
    assert run["counts"]["done"] + run["counts"]["failed"] < 100


def test_a_full_disk_fails_the_pictures_that_do_not_fit(gradcam, tiny_model, picture, tmp_path):
    """A file system of 200 kB. One picture at a time: half of a large one would take the place of a
    small one."""
    noise = np.random.default_rng(0).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    (tmp_path / "photos").mkdir()
    for name in "abcdefg":
        if name in "bdf":
            Image.fromarray(noise).save(tmp_path / f"photos/{name}.png")
        else:
            picture(f"photos/{name}.png")
    mount = 'mkdir out && mount -t tmpfs -o size=200k none out || exit 77'
    keep = '"$@"; code=$?; cp -r out kept; exit $code'  # the mount is seen from inside only
    result = gradcam("-m", tiny_model, "photos", "-o", "out", "--write", KEPT, "--io-threads", "1",
                     prefix=["unshare", "--map-root-user", "--mount", "sh", "-c",
                             f"{mount}; {keep}", "sh"])
    if not (tmp_path / "kept").exists():
        pytest.skip(f"no file system of one's own here: {result.stderr}")
    assert result.code == 1
    full = "cannot write 'out/{}.gradcam-overlay.png': no space left on device"
    assert result.errors == [full.format(name) for name in "bdf"]
    assert reports_in(tmp_path / "kept") == list("aceg")
    assert not [path for path in (tmp_path / "kept").iterdir() if path.name[0] in "bdf."]
    run = json.loads((tmp_path / "kept/run.json").read_text())
    assert [failure["file"] for failure in run["failures"]] == ["b.png", "d.png", "f.png"]
    assert run["counts"]["done"] == 4


def test_results_that_do_not_fit_on_the_disk_fail_their_picture(gradcam, tiny_model, picture,
                                                                tmp_path):
    for i in range(12):
        picture(f"photos/{i:02}.png")
    result = gradcam("-m", tiny_model, "photos", "-o", "out", "--write", "jsonl",
                     prefix=["prlimit", "--fsize=8000"])
    assert result.code == 1
    lines = (tmp_path / "out/results.jsonl").read_text()
    assert lines.endswith("\n")
    done = [json.loads(line)["image"]["file"] for line in lines.splitlines()]
    assert 0 < len(done) < 12
    assert len(result.errors) == 12 - len(done)
    assert result.errors[0] == "cannot write 'out/results.jsonl': file too large"


def test_fail_fast_stops_at_a_picture_that_cannot_be_written(gradcam, tiny_model, picture, tmp_path):
    for i in range(100):
        picture(f"photos/{i:03}.png")
    (tmp_path / "out/003.gradcam.png").mkdir(parents=True)
    result = gradcam("-m", tiny_model, "photos", "-o", "out", "--write", KEPT, "--fail-fast")
    assert result.code == 1
    assert len(result.errors) == 1
    assert "003.gradcam.png" in result.errors[0]
    assert 3 <= len(reports_in(tmp_path / "out")) < 99


def test_a_signal_writes_what_the_network_has_and_resume_does_the_rest(gradcam, tiny_model, picture,
                                                                       tmp_path):
    for i in range(120):
        picture(f"photos/{i:03}.png", width=500, height=400)
    out = tmp_path / "out"
    options = ("-m", tiny_model, "photos", "-o", out, "--write", "gradcam,json,jsonl")
    process = gradcam.start(*options)
    deadline = time.monotonic() + 60
    while not list(out.glob("*.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    run = json.loads((out / "run.json").read_text())
    assert run["interrupted"]
    assert 0 < run["counts"]["done"] < 120
    assert len(reports_in(out)) == run["counts"]["done"]
    assert len((out / "results.jsonl").read_text().splitlines()) == run["counts"]["done"]
    result = gradcam(*options, "--resume")
    assert result.code == 0, result.stderr
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert counts["resumed"] == run["counts"]["done"]
    assert counts["done"] == 120 - counts["resumed"]
    assert f"{counts['resumed']} done by an earlier run" in result.stderr
