"""Weights: read from a file of the user, or random ones that make well-behaved numbers."""

import hashlib
import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import torch

from gradcam_export.errors import ExportError, first_line

State = Mapping[str, torch.Tensor]

RANDOM_SEED = 0


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_state(path: Path) -> State:
    """A state dict from a .safetensors, .pt or .pth file; no code in the file is run."""
    if not path.is_file():
        raise ExportError(f"cannot read weights '{path}': no such file")
    is_safetensors = path.suffix.lower() == ".safetensors"
    if not is_safetensors and not _looks_saved_by_torch(path):
        raise ExportError(f"cannot read weights '{path}': it is no weights file by its first bytes",
                          "a state dict (.pt, .pth, .safetensors) or a Keras file (.h5, .keras)")
    try:
        if is_safetensors:
            from safetensors.torch import load_file
            content = load_file(path)
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ExportError(
            f"cannot read weights '{path}': it holds other Python objects than tensors",
            "save the network's state_dict() instead of the network") from error
    except Exception as error:  # torch and safetensors raise a dozen types for damaged files
        raise ExportError(f"cannot read weights '{path}': {first_line(error)}") from error
    return _unwrapped(content, path)


def _looks_saved_by_torch(path: Path) -> bool:
    """A zip archive, a pickle of protocol 2 or later, or the tar archive of the oldest versions."""
    with path.open("rb") as file:
        head = file.read(263)
    return head.startswith((b"PK", b"\x80")) or head[257:262] == b"ustar"


def load_state(network: torch.nn.Module, state: State, origin: str) -> None:
    """Loads `state` into `network`; a mismatch is one sentence that names the first tensor."""
    expected = network.state_dict()
    shapes = [f"'{name}' is {list(state[name].shape)} and not {list(tensor.shape)}"
              for name, tensor in expected.items()
              if name in state and state[name].shape != tensor.shape]
    # Files from before PyTorch 0.4.1 do not count the batches; nothing but training reads it.
    missing = [f"'{name}' is missing" for name in expected
               if name not in state and not name.endswith("num_batches_tracked")]
    unexpected = [f"'{name}' is unknown" for name in state if name not in expected]
    problems = shapes + missing + unexpected
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        hint = ("give the number of classes with --num-classes" if shapes else
                "the file must hold the state_dict() of this very network")
        raise ExportError(f"weights '{origin}' do not fit the network: {problems[0]}{more}", hint)
    network.load_state_dict(state, strict=False)


def randomize(network: torch.nn.Module, size: tuple[int, int], input_std: float = 1.0) -> None:
    """Seeded random weights of usual magnitude, for inputs of the standard deviation `input_std`.

    Default initialisations shrink or blow up the numbers of an untrained deep network until they
    are denormal or saturated; gains of zero switch whole branches off. Here convolutions keep the
    variance, and batch norm takes the statistics of one batch of noise.
    """
    torch.manual_seed(RANDOM_SEED)
    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                torch.nn.init.uniform_(module.bias, -0.1, 0.1)
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
            if module.affine:
                torch.nn.init.uniform_(module.weight, 0.8, 1.2)
                torch.nn.init.uniform_(module.bias, -0.1, 0.1)
    with torch.no_grad():
        first = next(module for module in network.modules()
                     if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)))
        first.weight /= input_std
        for name, parameter in network.named_parameters():
            if "bias" not in name and parameter.dim() <= 1 and not parameter.any():
                parameter.fill_(0.5)
        network.train()(torch.randn(4, 3, *size) * input_std)
    network.eval()


def _unwrapped(content: object, path: Path) -> State:
    """Training scripts keep the state dict under a key, and DataParallel adds `module.`"""
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not content or not all(
            isinstance(value, torch.Tensor) for value in content.values()):
        raise ExportError(f"weights '{path}' hold no state dict (names and tensors)",
                          "save the network's state_dict()")
    return {_current_name(name.removeprefix("module.")): value for name, value in content.items()}


def _current_name(name: str) -> str:
    """torchvision's DenseNet files still use names with dots that PyTorch has since forbidden."""
    return re.sub(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)", r"\1\2", name)
