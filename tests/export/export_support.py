"""What the tests of the exporter share."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finished:
    returncode: int
    stdout: str
    stderr: str


Export = Callable[..., Finished]


def load_with_card(path: Path) -> tuple[torch.jit.ScriptModule, dict]:
    """The network and the card of an exported file."""
    extra = {"gradcam.json": ""}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        network = torch.jit.load(str(path), _extra_files=extra)
    return network, json.loads(extra["gradcam.json"])


def one_error(finished: Finished) -> str:
    """The sentence of a failed export, checked for form: exit 1, one line, no trace."""
    assert finished.returncode == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""
    errors = [line for line in finished.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1, finished.stderr
    return errors[0]
