"""The network by itself: a TorchScript forward in a loop, nothing explained."""

import statistics
import time
import warnings
from pathlib import Path

import torch

TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def pictures_per_second(model: Path, side: int, device: str, precision: str, batch: int,
                        runs: int) -> float:
    kind = TYPES[precision]
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore", DeprecationWarning)
        network = torch.jit.load(str(model), map_location=device).eval().to(kind)
        pictures = torch.rand(batch, 3, side, side, device=device, dtype=kind)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        seconds = []
        for _ in range(runs + 3):
            _wait(device)
            begin = time.perf_counter()
            network(pictures)
            _wait(device)
            seconds.append(time.perf_counter() - begin)
    return batch / statistics.median(seconds[3:])  # the first ones compile and choose algorithms


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
