"""Eager PyTorch's side of the comparison, and the limits."""

import copy
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

# The reference is float64, so these are the program's own rounding: some 1e-7 a layer, in an order of
# sums that is the processor's. (Eager float32 PyTorch is as far from float64, on its own side.)
LIMIT = 1e-5  # of the largest value
# Of the largest channel mean of the terms' absolute values: terms of both signs cancel, 2 to 12 times
# in Grad-CAM's sum, but their rounding stays. At most 2.3e-6 was measured, with EfficientNet-B0.
LIMIT_OF_TERMS = 5e-6


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
class ChannelMean:
    values: np.ndarray  # [h, w]
    of_absolutes: np.ndarray  # [h, w]

    @staticmethod
    def of(terms: torch.Tensor) -> "ChannelMean":
        """Of [1, C, h, w]."""
        return ChannelMean(terms.mean(1)[0].detach().numpy(), terms.abs().mean(1)[0].detach().numpy())


@dataclass(frozen=True)
class Reference:
    gradcam: ChannelMean
    saliency: ChannelMean
    logits: np.ndarray
    best: int


Explain = Callable[..., Result]
Attempt = Callable[..., program.Result]
Scores = Callable[[object], torch.Tensor]


def first_scores(output: object) -> torch.Tensor:
    return output[0] if isinstance(output, (tuple, list)) else output


def reference(network: nn.Module, layer: str, x: torch.Tensor,
              scores: Scores = first_scores, class_index: int | None = None) -> Reference:
    """Autograd through the whole eager network in float64, stopped at the output of `layer`
    ("path#k")."""
    network, x = copy.deepcopy(network).double().eval(), x.double()
    path, _, which = layer.partition("#")
    outputs: list[torch.Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        outputs.append(output.clone())
        return outputs[-1].clone()  # an in-place operation behind the layer changes only this one

    network.get_submodule(path).register_forward_hook(keep)
    logits = scores(network(x.requires_grad_(True)))
    activations = outputs[int(which)] if which else outputs[-1]
    best = int(logits[0].argmax()) if class_index is None else class_index
    gradient, = torch.autograd.grad(logits[0, best], activations)
    return Reference(gradcam=ChannelMean.of(gradient.mean((2, 3), keepdim=True) * activations),
                     saliency=ChannelMean.of(activations),
                     logits=logits[0].detach().numpy(), best=best)


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    assert_small(found - expected, of=expected, limit=LIMIT)


def assert_map_close(found: np.ndarray, expected: ChannelMean) -> None:
    assert found.shape == expected.values.shape
    assert_small(found - expected.values, of=expected.of_absolutes, limit=LIMIT_OF_TERMS)


def assert_small(difference: np.ndarray, of: np.ndarray, limit: float) -> None:
    largest = float(np.abs(of).max())
    assert largest > 0, "a reference of zeros compares nothing"
    share = float(np.abs(difference).max()) / largest
    assert share <= limit, f"differs by {share:.1e} of the largest"


def assert_equal(result: Result, expected: Reference) -> None:
    assert_close(result.logits, expected.logits)
    assert_map_close(result.saliency, expected.saliency)
    assert_map_close(result.gradcam, expected.gradcam)


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
