"""Eager PyTorch's side of the comparison, and the limits."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from support import program
from torch import nn

# x = (pixel / 256 - 0.5) / 0.25 is exact in float32, so both sides see the same input bit for bit.
SCALE, MEAN, STD = 256, 0.5, 0.25

# Of the largest value. Both sides run the same LibTorch kernels on the same numbers and differ only
# in the order of a few float32 sums: pooling 49 to 1024 gradients and adding up to 2048 channels
# costs some 1e-7 each, and cancellation in the sums up to ten times that.
LIMIT = 1e-5


Size = tuple[int, int]  # height, width


@dataclass(frozen=True)
class Result:
    """What the program wrote for the picture."""

    gradcam: np.ndarray  # [h, w], channel mean
    saliency: np.ndarray  # [h, w], channel mean
    logits: np.ndarray  # [K]
    layer: str
    report: dict
    stdout: str
    stderr: str


def network_input(picture: Path, size: Size) -> torch.Tensor:
    """[1, 3, H, W]: squashed by Pillow's bicubic filter, as the program is told to."""
    height, width = size
    with Image.open(picture) as opened:
        resized = opened.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized, dtype=np.float32).transpose(2, 0, 1)[None]
    return torch.from_numpy((pixels / SCALE - MEAN) / STD)


@dataclass(frozen=True)
class Reference:
    gradcam: np.ndarray
    saliency: np.ndarray
    logits: np.ndarray
    best: int


Explain = Callable[..., Result]
Attempt = Callable[..., program.Result]
Scores = Callable[[object], torch.Tensor]


def first_scores(output: object) -> torch.Tensor:
    return output[0] if isinstance(output, (tuple, list)) else output


def reference(network: nn.Module, layer: str, x: torch.Tensor,
              scores: Scores = first_scores, class_index: int | None = None) -> Reference:
    """Autograd through the whole eager network, stopped at the output of `layer` ("path#k")."""
    path, _, which = layer.partition("#")
    outputs: list[torch.Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        outputs.append(output.clone())
        return outputs[-1].clone()  # an in-place operation behind the layer changes only this one

    handle = network.get_submodule(path).register_forward_hook(keep)
    try:
        logits = scores(network.eval()(x.clone().requires_grad_(True)))
    finally:
        handle.remove()
    activations = outputs[int(which)] if which else outputs[-1]
    best = int(logits[0].argmax()) if class_index is None else class_index
    gradient, = torch.autograd.grad(logits[0, best], activations)
    weights = gradient.mean((2, 3), keepdim=True)
    return Reference(gradcam=(weights * activations).mean(1)[0].detach().numpy(),
                     saliency=activations.mean(1)[0].detach().numpy(),
                     logits=logits[0].detach().numpy(), best=best)


def assert_close(found: np.ndarray, expected: np.ndarray, limit: float = LIMIT) -> None:
    assert found.shape == expected.shape
    largest = float(np.abs(expected).max())
    assert largest > 0, "a reference of zeros compares nothing"
    difference = float(np.abs(found - expected).max()) / largest
    assert difference <= limit, f"differs by {difference:.1e} of the largest value"


def assert_equal(result: Result, expected: Reference, limit: float = LIMIT) -> None:
    assert_close(result.logits, expected.logits, limit)
    assert_close(result.saliency, expected.saliency, limit)
    assert_close(result.gradcam, expected.gradcam, limit)


def export(network: nn.Module, how: str, size: Size, path: Path) -> Path:
    """Writes `network` as a TorchScript file: traced, scripted, scripted-train, traced-train,
    frozen (a script), frozen-trace."""
    network.train(how.endswith("-train"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if how.startswith("scripted") or how == "frozen":
            made = torch.jit.script(network)
        else:
            made = torch.jit.trace(network, torch.zeros(1, 3, *size), check_trace=False,
                                   strict=False)
        if how.startswith("frozen"):
            made = torch.jit.freeze(made)
        torch.jit.save(made, str(path))
    network.eval()
    return path


def one_error(finished: program.Result, code: int = 2) -> str:
    """The sentence of a refused run, checked for form."""
    assert finished.code == code, finished
    assert len(finished.errors) == 1, finished.stderr
    assert not re.search(r"Exception raised from|^frame #|Traceback", finished.stderr, re.MULTILINE)
    return finished.errors[0]
