import os
import shutil
from pathlib import Path

import pytest

from support.program import Program

FAKE = Path(os.environ["GRADCAM_FAKE_CUDA"])


class Machine:
    """A copy of the program with plug-ins of the test's choice beside it."""

    def __init__(self, home: Path):
        self.program = Program(str(home / "bin/gradcam"), home)
        self.plugins = home / "bin/lib/gradcam"
        self.plugins.mkdir(parents=True)
        shutil.copy2(os.environ["GRADCAM_PROGRAM"], self.program.path)

    def install(self, plugin: Path) -> None:
        shutil.copy2(plugin, self.plugins / "libgradcam_cuda.so")

    def run(self, *args, driver: bool = True, stdin: str = "", **variables: str):
        path = {"LD_LIBRARY_PATH": str(FAKE)} if driver else {}
        return self.program(*args, env={**path, **variables}, stdin=stdin)


@pytest.fixture
def machine(tmp_path) -> Machine:
    """With a driver that finds no device, and no plug-in."""
    return Machine(tmp_path)


@pytest.fixture
def fake_cuda(machine) -> Machine:
    """With a driver and a plug-in whose device the CPU plays."""
    machine.install(FAKE / "libgradcam_cuda.so")
    return machine


@pytest.fixture
def real_plugin() -> Path:
    """The plug-in that CUDA is used through, where it is built."""
    plugin = Path(os.environ["GRADCAM_PROGRAM"]).parent / "lib/gradcam/libgradcam_cuda.so"
    if not plugin.exists():
        pytest.skip("this build has no CUDA plug-in")
    return plugin
