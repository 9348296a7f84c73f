"""The way to a CUDA device, and what becomes of a run when it is in trouble, on machines without one."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from support import models
from support.schemas import check

PROJECT = Path(__file__).resolve().parents[2]
PICTURES = 30  # more than the 20 from which on a network is rearranged
PICTURE_BYTES = 3 * models.SIZE[0] * models.SIZE[1] * 4  # as the network takes it
# Sums in another order: 1e-6 was measured.
FLOAT32_LIMIT = 1e-5


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


without_driver = pytest.mark.skipif(has_driver(), reason="this machine has a CUDA driver")


@pytest.fixture
def photos(tmp_path, picture) -> Path:
    for number in range(PICTURES):
        picture(f"photos/{number:02}.png", width=40 + number, height=64 - number)
    return tmp_path / "photos"


def run_report(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def maps_in(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: np.load(path) for path in sorted(folder.glob("*.npy"))}


def largest_share(found: dict, expected: dict) -> float:
    assert found.keys() == expected.keys() and found
    return max(np.abs(found[name] - expected[name]).max() / np.abs(expected[name]).max()
               for name in expected)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())
            if path.name != "run.json"}


# --- no device ------------------------------------------------------------------------------------


def assert_refused(result, sentence: str, hint: str) -> None:
    assert result.code == 2, result.stderr
    assert len(result.errors) == 1 and sentence in result.errors[0], result.stderr
    assert any(hint in line for line in result.hints), result.stderr


@without_driver
def test_without_a_driver(machine, tiny_model, picture, tmp_path):
    result = machine.run("-m", tiny_model, picture(), "--device", "cuda", driver=False)
    assert_refused(result, "device 'cuda:0' cannot be used: there is no CUDA driver (libcuda.so.1",
                   "--device cpu")
    assert not (tmp_path / "gradcam-out").exists()


def test_without_the_plugin(machine, tiny_model, picture):
    result = machine.run("-m", tiny_model, picture(), "--device", "cuda:1")
    assert_refused(result, "device 'cuda:1' needs the plug-in libgradcam_cuda.so, which is not "
                   "installed", "--device cpu")


def test_with_a_plugin_that_cannot_be_loaded(machine, tiny_model, picture):
    (machine.plugins / "libgradcam_cuda.so").write_text("not a library")
    result = machine.run("-m", tiny_model, picture(), "--device", "cuda")
    assert_refused(result, "libgradcam_cuda.so, which cannot be loaded: ", "--device cpu")


def test_with_a_driver_and_no_gpu(fake_cuda, tiny_model, picture):
    result = fake_cuda.run("-m", tiny_model, picture(), "--device", "cuda",
                           GRADCAM_FAKE_PROBLEM="no CUDA-capable device is detected")
    assert_refused(result, "device 'cuda:0' cannot be used: no CUDA-capable device is detected",
                   "nvidia-smi")


def test_the_real_plugin_is_opened_and_asked_for_its_devices(machine, real_plugin, tiny_model,
                                                             picture):
    """With LibTorch's CUDA half and the CUDA runtime; the driver is the one that finds nothing."""
    machine.install(real_plugin)
    result = machine.run("-m", tiny_model, picture(), "--device", "cuda")
    assert_refused(result, "device 'cuda:0' cannot be used: ", "nvidia-smi")
    assert "plug-in" not in result.stderr, result.stderr


def test_a_number_that_no_device_has(fake_cuda, tiny_model, picture):
    result = fake_cuda.run("-m", tiny_model, picture(), "--device", "cuda:3")
    assert_refused(result, "there is no device 'cuda:3'", "this machine has cuda:0 (fake device)")


@pytest.mark.parametrize("driver", [pytest.param(False, marks=without_driver), True])
def test_auto_falls_back_to_the_cpu_and_says_so_only_when_asked(machine, tiny_model, picture,
                                                                tmp_path, driver):
    quiet = machine.run("-m", tiny_model, picture(), "--device", "auto", driver=driver)
    assert quiet.code == 0 and quiet.stderr == ""
    assert run_report(tmp_path / "gradcam-out")["tool"]["device"] == "cpu"
    verbose = machine.run("-m", tiny_model, picture(), "--device", "auto", "-v", driver=driver)
    assert verbose.code == 0
    reason = "no CUDA driver" if not driver else "libgradcam_cuda.so"
    assert verbose.stderr.count(reason) == 1
    assert sum(reason in note for note in run_report(tmp_path / "gradcam-out")["notes"]) == 1


@pytest.mark.parametrize("options, sentence", [
    (["--engine", "openvino"], "engine 'openvino' computes on the CPU only"),
])
def test_what_a_device_cannot_do(fake_cuda, tiny_model, picture, options, sentence):
    result = fake_cuda.run("-m", tiny_model, picture(), "--device", "cuda", *options)
    assert_refused(result, sentence, "")


# --- a device -------------------------------------------------------------------------------------


@pytest.fixture
def expected(fake_cuda, tiny_model, photos, tmp_path) -> dict[str, np.ndarray]:
    """The maps that the CPU gives."""
    result = fake_cuda.run("-m", tiny_model, photos, "-o", "cpu", "--device", "cpu", "--write",
                           "raw,json", "--deterministic")
    assert result.code == 0, result.stderr
    return maps_in(tmp_path / "cpu")


@pytest.mark.parametrize("precision, limit", [
    ("float32", FLOAT32_LIMIT),
    ("tf32", FLOAT32_LIMIT),  # to the CPU it is float32
    ("bfloat16", 0.05),       # three roundings to 8 bits, 2^-9 each, in two layers and an input
    ("float16", 0.01),        # the same with 11 bits
])
def test_a_device_gives_the_maps_of_the_cpu(fake_cuda, tiny_model, photos, tmp_path, expected,
                                            precision, limit):
    result = fake_cuda.run("-m", tiny_model, photos, "-o", "fake", "--device", "cuda", "--precision",
                           precision, "--write", "raw,json", "--batch-size", "8")
    assert result.code == 0, result.stderr
    assert result.warnings == []
    found = maps_in(tmp_path / "fake")
    assert 0 < largest_share(found, expected) <= limit
    tool = json.loads((tmp_path / "fake/00.json").read_text())["tool"]
    assert (tool["device"], tool["engine"], tool["precision"]) == ("cuda:0", "libtorch", precision)
    assert run_report(tmp_path / "fake")["tool"]["device"] == "cuda:0"


def test_batches_of_a_new_size_are_the_warm_up(fake_cuda, tiny_model, photos, tmp_path):
    def stages(batch: int) -> dict[str, float]:
        result = fake_cuda.run("-m", tiny_model, photos, "-o", str(batch), "--device", "cuda",
                               "--write", "json", "--batch-size", str(batch), "--timing")
        assert result.code == 0, result.stderr
        assert "warm-up " in result.stderr
        return run_report(tmp_path / str(batch))["time"]["stages"]

    network = ("features", "head", "gradient")
    twice = stages(10)  # 1, 10, 10 and 9 pictures
    assert all(twice[stage] > 0 for stage in ("warm_up", *network))
    once = stages(PICTURES)  # 1 and 29
    assert once["warm_up"] > 0 and all(once[stage] == 0 for stage in network)


def test_auto_takes_a_device_where_there_is_one(fake_cuda, tiny_model, picture, tmp_path):
    result = fake_cuda.run("-m", tiny_model, picture(), "--device", "auto", "-v")
    assert result.code == 0, result.stderr
    assert "device cuda:0 (fake device)" in result.stderr
    assert run_report(tmp_path / "gradcam-out")["tool"]["device"] == "cuda:0"


def test_a_deterministic_run_repeats_itself_in_any_batch(fake_cuda, tiny_model, photos, tmp_path):
    for output, inputs in {"all": [photos], "one": [photos / "07.png"]}.items():
        result = fake_cuda.run("-m", tiny_model, *inputs, "-o", output, "--device", "cuda",
                               "--deterministic", "--write", "raw,gradcam")
        assert result.code == 0, result.stderr
    everything, one = bytes_in(tmp_path / "all"), bytes_in(tmp_path / "one")
    assert one and one == {name: everything[name] for name in one}


def test_a_report_tells_devices_apart_on_resume(fake_cuda, tiny_model, photos, tmp_path):
    common = ("-m", tiny_model, photos, "--resume", "--write", "json")
    assert fake_cuda.run(*common, "--device", "cpu").code == 0
    assert fake_cuda.run(*common, "--device", "cuda").code == 0
    assert run_report(tmp_path / "gradcam-out")["counts"]["done"] == PICTURES
    assert fake_cuda.run(*common, "--device", "cuda").code == 0
    assert run_report(tmp_path / "gradcam-out")["counts"]["resumed"] == PICTURES


# --- trouble --------------------------------------------------------------------------------------


def test_a_batch_that_does_not_fit_is_halved(fake_cuda, tiny_model, photos, tmp_path, expected):
    result = fake_cuda.run("-m", tiny_model, photos, "-o", "small", "--device", "cuda", "--write",
                           "raw,json", "--batch-size", "16",
                           GRADCAM_FAKE_ROOM=str(5 * PICTURE_BYTES))
    assert result.code == 0, result.stderr
    assert [warning for warning in result.warnings if "not enough memory" in warning] == [
        "not enough memory for 16 pictures at once: batches are halved until they fit"]
    assert largest_share(maps_in(tmp_path / "small"), expected) <= FLOAT32_LIMIT
    counts = run_report(tmp_path / "small")["counts"]
    assert counts["halved_batches"] == 2  # 16, 8, 4
    assert counts["done"] == PICTURES and counts["failed"] == 0


def test_pictures_that_do_not_fit_alone_are_the_runs_error(fake_cuda, tiny_model, photos, tmp_path):
    result = fake_cuda.run("-m", tiny_model, photos, "--device", "cuda", GRADCAM_FAKE_ROOM="100")
    assert result.code == 2, result.stderr
    assert "CUDA out of memory" in result.errors[0] or "not enough memory" in result.errors[0]
    assert not (tmp_path / "gradcam-out").exists()


class Overflows(models.TinyNet):
    """Feature maps beyond 65504 for bright pictures: float16 has no such numbers."""

    def forward(self, x):
        x = self.pool1(self.relu1(self.conv1(x)))
        return self.fc(self.pool2(self.relu2(self.conv2(x) * 1e6)).flatten(1) * 1e-6)


@pytest.fixture
def overflowing(tmp_path) -> Path:
    return models.save(Overflows(), tmp_path / "overflows.pt", card=models.card())


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_what_overflows_is_computed_again_in_float32(fake_cuda, overflowing, photos, tmp_path,
                                                     device):
    for precision in ("float32", "float16"):
        result = fake_cuda.run("-m", overflowing, photos, "-o", precision, "--device", device,
                               "--precision", precision, "--force-precision", "--write", "raw,json",
                               "--engine", "libtorch")
        assert result.code == 0, result.stderr
    assert sum("overflow" in warning for warning in result.warnings) == 1, result.stderr
    found, expected = maps_in(tmp_path / "float16"), maps_in(tmp_path / "float32")
    assert all(np.isfinite(values).all() for values in found.values())
    assert largest_share(found, expected) <= FLOAT32_LIMIT
    counts = run_report(tmp_path / "float16")["counts"]
    assert 0 < counts["redone_in_float32"] <= PICTURES
    reports = [json.loads((tmp_path / f"float16/{number:02}.json").read_text())
               for number in range(PICTURES)]
    redone = [report for report in reports if report["tool"]["precision"] == "float32"]
    assert len(redone) == counts["redone_in_float32"]


def test_half_precision_that_holds_is_not_computed_again(fake_cuda, tiny_model, photos, tmp_path):
    result = fake_cuda.run("-m", tiny_model, photos, "--device", "cuda", "--precision", "float16")
    assert result.code == 0 and result.warnings == []
    assert "redone_in_float32" not in run_report(tmp_path / "gradcam-out")["counts"]


def test_a_lost_device_ends_the_run_and_keeps_what_is_done(fake_cuda, tiny_model, photos, tmp_path,
                                                           expected):
    # One picture, two runs that compare it with a batch, and so on: some batches go well.
    result = fake_cuda.run("-m", tiny_model, photos, "-o", "lost", "--device", "cuda", "--write",
                           "raw,json", "--batch-size", "4", "--no-self-check",
                           GRADCAM_FAKE_BATCHES="4")
    assert result.code == 1, result.stderr
    assert len(result.errors) == 1, result.stderr
    assert "device 'cuda:0' (fake device) no longer answers: " in result.errors[0]
    assert result.errors[0].endswith("CUDA error: unspecified launch failure")
    report = run_report(tmp_path / "lost")
    done = report["counts"]["done"]
    assert 0 < done < PICTURES and report["counts"]["failed"] == 1
    assert report["failures"][0]["error"] == result.errors[0]
    found = maps_in(tmp_path / "lost")
    assert len(found) == 2 * done
    assert largest_share(found, {name: expected[name] for name in found}) <= FLOAT32_LIMIT
    # A working device does the rest.
    result = fake_cuda.run("-m", tiny_model, photos, "-o", "lost", "--device", "cuda", "--write",
                           "raw,json", "--batch-size", "4", "--resume")
    assert result.code == 0, result.stderr
    counts = run_report(tmp_path / "lost")["counts"]
    assert counts["resumed"] == done and counts["done"] == PICTURES - done
    assert len(maps_in(tmp_path / "lost")) == 2 * PICTURES


def test_a_device_that_is_lost_at_once_is_the_runs_error(fake_cuda, tiny_model, photos, tmp_path):
    result = fake_cuda.run("-m", tiny_model, photos, "--device", "cuda", GRADCAM_FAKE_BATCHES="0")
    assert result.code == 2
    assert "no longer answers" in result.errors[0]
    assert not (tmp_path / "gradcam-out").exists()


def test_a_worker_ends_when_its_device_is_lost(fake_cuda, tiny_model, photos, tmp_path):
    requests = "".join(json.dumps({"id": number, "image": f"photos/{number:02}.png"}) + "\n"
                       for number in range(PICTURES))
    result = fake_cuda.run("worker", "-m", tiny_model, "-o", "out", "--write", "json", "--device",
                           "cuda", "--batch-size", "4", "--no-self-check", stdin=requests,
                           GRADCAM_FAKE_BATCHES="4")
    assert result.code == 1, result.stderr
    assert len(result.errors) == 1, result.stderr
    assert "device 'cuda:0' (fake device) no longer answers: " in result.errors[0]
    ready, *answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert ready["ready"]
    assert 0 < len(answers) < PICTURES
    assert [answer["id"] for answer in answers] == list(range(len(answers)))
    assert all(answer["results"] and not answer["failures"] for answer in answers)
    assert len(list((tmp_path / "out/photos").glob("*.json"))) == len(answers)


class Cluster:
    """scripts/gradcam_ray.py on this machine alone, with one worker at a time."""

    def __init__(self, machine, model: Path):
        self.home = machine.program.home
        self.program = self.home / "first_loses_its_device"
        self._model = model
        self._environment = machine.program.environment(
            RAY_USAGE_STATS_ENABLED="0", LD_LIBRARY_PATH=os.environ["GRADCAM_FAKE_CUDA"])

    def run(self, second_worker: str = "") -> subprocess.CompletedProcess:
        self.program.write_text(f"""#!/bin/bash
if [[ $1 == worker && ! -e started ]]; then
  touch started
  export GRADCAM_FAKE_BATCHES=4
elif [[ $1 == worker ]]; then
  true
  {second_worker}
fi
exec "{self.home}/bin/gradcam" "$@"
""")
        self.program.chmod(0o755)
        return subprocess.run(
            [sys.executable, PROJECT / "scripts/gradcam_ray.py", "--workers", "1", "--cpus", "1",
             "--gradcam", self.program, "photos", "--", "-m", self._model, "-o", "out", "--device",
             "cuda", "--batch-size", "4", "--no-self-check", "--write", "json"],
            cwd=self.home, env=self._environment, capture_output=True, text=True, check=False,
            timeout=300)

    def report(self) -> dict:
        return check(run_report(self.home / "out"), "run.schema.json")


@pytest.fixture
def cluster(fake_cuda, tiny_model, photos) -> Cluster:
    return Cluster(fake_cuda, tiny_model)


def test_another_worker_does_the_pictures_that_a_lost_device_left(cluster):
    done = cluster.run()
    assert done.returncode == 0, done.stderr
    assert "no longer answers" in done.stderr and "are done again" in done.stderr
    report = cluster.report()
    assert report["counts"]["done"] == PICTURES and report["failures"] == []
    first, second = report["workers"]
    assert "no longer answers" in first["died"] and "died" not in second
    assert 0 < first["pictures"] and first["pictures"] + second["pictures"] == PICTURES


def test_a_cluster_that_has_lost_all_its_devices_keeps_what_is_done(cluster):
    done = cluster.run(second_worker="echo 'gradcam: error: no device' >&2; exit 2")
    assert done.returncode == 1, done.stderr
    assert "error: no worker can be started any more" in done.stderr
    report = cluster.report()
    assert report["interrupted"] is True
    assert 0 < report["counts"]["done"] < PICTURES and report["counts"]["failed"] == 0
    assert len(list((cluster.home / "out").glob("*.json"))) == report["counts"]["done"] + 1


def test_traced_devices_and_flags_follow_the_device(fake_cuda, photos, tmp_path):
    """A trace names the CPU where it makes a tensor; on the fake device it stays what it is."""
    class Makes(models.TinyNet):
        def forward(self, x):
            return super().forward(x) + torch.arange(5, device=x.device, dtype=torch.float32)

    model = models.save(Makes(), tmp_path / "makes.pt", card=models.card())
    result = fake_cuda.run("-m", model, photos, "--device", "cuda", "--self-check", "--write", "json")
    assert result.code == 0, result.stderr
