"""A release: made of this build, unpacked elsewhere, and used there as docs/cuda.md says."""

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PYTHON_ENVIRONMENT = (PROJECT / ".venv").resolve()
# What no program brings along.
OF_SYSTEM = re.compile(r"(linux-vdso|.*/ld-linux|libc|libm|libdl|libpthread|librt|libutil|libresolv|"
                       r"libstdc\+\+|libgcc_s)[.-]")


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("home")
    return {"PATH": "/usr/bin:/bin", "HOME": str(home)}


@pytest.fixture(scope="module")
def release(tmp_path_factory, environment) -> Path:
    """Unpacked in a folder of its own, and set up with the packages that are there."""
    build = Path(os.environ["GRADCAM_PROGRAM"]).parent
    folder = tmp_path_factory.mktemp("release")
    subprocess.run([PROJECT / "scripts/make_release.sh", "--build", build, "--output", folder],
                   check=True)
    [tarball] = folder.glob("gradcam-*-linux-*.tar.gz")
    with tarfile.open(tarball) as files:
        files.extractall(folder, filter="data")
    unpacked = folder / tarball.name.removesuffix(".tar.gz")
    done = subprocess.run([unpacked / "scripts/setup_release.sh", "--venv", PYTHON_ENVIRONMENT],
                          env=environment, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return unpacked


def binaries(release: Path) -> list[Path]:
    return [release / "bin/gradcam", *sorted(release.glob("lib/**/libgradcam*.so"))]


def test_no_binary_knows_where_it_was_built(release):
    assert len(binaries(release)) >= 4
    for binary in binaries(release):
        dynamic = subprocess.run(["readelf", "--dynamic", binary], capture_output=True, text=True,
                                 check=True).stdout
        paths = [path for line in dynamic.splitlines() if "PATH" in line
                 for path in re.search(r"\[(.*)\]", line)[1].split(":") if path]
        assert all(path.startswith("$ORIGIN") for path in paths), f"{binary}: {paths}"


def test_everything_that_the_program_needs_is_in_it_or_in_the_python_environment(release):
    done = subprocess.run(["ldd", release / "bin/gradcam"], capture_output=True, text=True, check=True,
                          env={})
    libraries = [line.split() for line in done.stdout.splitlines()]
    foreign = [line for line in libraries if not OF_SYSTEM.match(line[0]) and
               not os.path.realpath(line[2]).startswith((str(release.resolve()),
                                                         str(PYTHON_ENVIRONMENT)))]
    assert foreign == []
    licences = {path.name for path in (release / "share/doc/gradcam/licences").iterdir()}
    assert any(name.startswith("libexif") for name in licences)


def test_it_explains_a_picture(release, environment, tiny_model, picture, tmp_path):
    done = subprocess.run([release / "bin/gradcam", "-m", tiny_model, picture(), "-o", "out"],
                          env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/cat.gradcam.png").exists()


def test_it_finds_its_cuda_plugin_and_cards(release, environment, tiny_model, picture, tmp_path):
    models = subprocess.run([release / "bin/gradcam", "models"], env=environment, cwd=tmp_path,
                            capture_output=True, text=True, check=True)
    assert "efficientnet_lite0" in models.stdout
    if not (release / "lib/gradcam/libgradcam_cuda.so").exists():
        pytest.skip("this build has no CUDA plug-in")
    driver = release / "lib/gradcam/rehearsal"  # one that finds no device
    done = subprocess.run([release / "bin/gradcam", "-m", tiny_model, picture(), "--device", "cuda"],
                          env={**environment, "LD_LIBRARY_PATH": str(driver)}, cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be used: " in done.stderr and "plug-in" not in done.stderr, done.stderr


def test_check_gpu_is_rehearsed_there(release, environment, tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run([release / "scripts/check_gpu.sh", "--rehearse", "--json", figures],
                          env=environment, cwd="/", capture_output=True, text=True, check=False,
                          timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(figures.read_text())["rehearsal"] is True


def test_what_is_no_release_is_not_set_up(tmp_path):
    done = subprocess.run([PROJECT / "scripts/setup_release.sh"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "this is no unpacked release" in done.stderr
