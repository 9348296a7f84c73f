"""Calls scripts/export_model.py with no way to the network."""

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

# Read by the download libraries when they are imported. Port 9 (discard) of this machine refuses
# at once, so nothing waits for a time-out; empty caches, so that nothing is found there.
_caches = tempfile.TemporaryDirectory(prefix="gradcam-no-downloads-")
os.environ.update({"TORCH_HOME": _caches.name, "HF_HOME": _caches.name, "HF_HUB_OFFLINE": "1"})
os.environ.update({name: "http://127.0.0.1:9"
                   for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")})

import pytest
from export_support import PROJECT, Export, Finished

sys.path.insert(0, str(PROJECT / "scripts"))

import export_model


@pytest.fixture(scope="session")
def export() -> Export:
    """export(*arguments) runs the script's main in this process: importing torch takes seconds."""
    def run(*arguments: object) -> Finished:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = export_model.main([str(argument) for argument in arguments])
        return Finished(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def resnet18(export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """torchvision's ResNet-18 with random weights."""
    path = tmp_path_factory.mktemp("resnet18") / "resnet18.pt"
    finished = export("torchvision:resnet18", "--weights", "random", "-o", path)
    assert finished.returncode == 0, finished.stderr
    return path
