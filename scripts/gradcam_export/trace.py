"""From a network to a TorchScript file, and the proof that the file computes the same."""

import json
import warnings
from pathlib import Path

import torch

from gradcam_export.atomic import complete_file
from gradcam_export.cards import Card
from gradcam_export.errors import ExportError, first_line

# Of the largest score. A traced file runs the same kernels on the same numbers and is usually equal
# bit for bit; float32 sums in another order differ by a few 1e-6.
LARGEST_DIFFERENCE = 1e-4


def export(network: torch.nn.Module, size: tuple[int, int], card: Card, output: Path) -> float:
    """Writes `output` with the card inside; it appears there only when it has been verified.

    Returns the largest difference found, as a share of the largest score. `network` is left without
    activations that write in place (without_inplace).
    """
    without_inplace(network, _noise(0, 1, size))
    traced = _traced(network, size)
    with complete_file(output) as temporary:
        _save(traced, temporary, json.dumps(card, ensure_ascii=False), output)
        difference = verify(temporary, network, size)
    return difference


def verify(path: Path, network: torch.nn.Module, size: tuple[int, int]) -> float:
    """Compares the file with the eager network on two inputs other than the traced one.

    The second is a batch of two: a trace can hold the batch size of its example as a number.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = torch.jit.load(str(path))
    largest = 0.0
    for seed, batch in ((1, 1), (2, 2)):
        example = _noise(seed, batch, size)
        with torch.no_grad():
            expected = network(example.clone())  # it may write to its input
            try:
                found = loaded(example.clone())
            except RuntimeError as error:
                raise ExportError(f"the traced network fails on a batch of {batch}: "
                                  f"{first_line(error)}") from error
        if not torch.isfinite(expected).all():
            raise ExportError("the network's scores are not finite numbers")
        scale = float(expected.abs().max()) or 1.0
        largest = max(largest, float((found - expected).abs().max()) / scale)
    if not largest <= LARGEST_DIFFERENCE:
        raise ExportError(f"the traced file differs from the network by {largest:.1e} of its "
                          "largest score: its forward depends on the picture in Python code")
    return largest


def without_inplace(network: torch.nn.Module, example: torch.Tensor) -> None:
    """Lets activations give a tensor of their own, where the network computes the same on `example`:
    a file that writes nothing in place can be rearranged and compiled. A network that counts on the
    write stays as it is."""
    writing = [module for module in network.modules() if getattr(module, "inplace", False) is True]
    if not writing:
        return
    same = False
    try:
        with torch.no_grad():
            expected = network(example.clone())  # it may write to its input
            for module in writing:
                module.inplace = False
            found = network(example.clone())
            same = isinstance(expected, torch.Tensor) and torch.equal(found, expected)
    finally:
        for module in writing:
            module.inplace = not same


def _traced(network: torch.nn.Module, size: tuple[int, int]) -> torch.jit.ScriptModule:
    example = _noise(0, 1, size)
    with warnings.catch_warnings(), torch.no_grad():
        # The notices on data-dependent Python code: verify() decides whether they matter.
        warnings.simplefilter("ignore")
        scores = network(example.clone())
        if not isinstance(scores, torch.Tensor) or scores.dim() != 2:
            raise ExportError("the network is no classifier: its output is no [N, K] tensor")
        try:
            return torch.jit.trace(network, example, check_trace=False)
        except RuntimeError as error:
            raise ExportError(f"the network cannot be traced: {first_line(error)}") from error


def _save(traced: torch.jit.ScriptModule, path: Path, card: str, output: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.jit.save(traced, str(path), _extra_files={"gradcam.json": card.encode()})
    except (OSError, RuntimeError) as error:
        raise ExportError(f"cannot write '{output}': {first_line(error)}") from error


def _noise(seed: int, batch: int, size: tuple[int, int]) -> torch.Tensor:
    return torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(seed))
