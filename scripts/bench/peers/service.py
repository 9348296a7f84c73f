"""A peer that keeps its network loaded between the rounds.

  python -m bench.peers.… NAME WEIGHTS MAP.npy THREADS PICTURE...

It answers each line on the standard input with one: milliseconds a picture. The pictures are one
batch. What it computes of them at the start is saved as MAP.npy.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from bench.peers.network import load_input, load_network

LEAST_SECONDS = 1.0  # that are measured together


@dataclass(frozen=True)
class Job:
    network: torch.nn.Module
    layer: torch.nn.Module
    batch: torch.Tensor
    threads: int


def serve(prepare: Callable[[Job], Callable[[], np.ndarray]]) -> None:
    """`prepare` gives the function that is timed."""
    name, weights, map_file, threads, *pictures = sys.argv[1:]
    torch.set_num_threads(int(threads))
    network, layer = load_network(name, Path(weights))
    batch = load_input(name, [Image.open(picture).convert("RGB") for picture in pictures])
    explain = prepare(Job(network, layer, batch, int(threads)))
    np.save(map_file, explain())
    explain()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(_seconds_of(explain) * 1000 / len(pictures), flush=True)


def _seconds_of(explain: Callable[[], np.ndarray]) -> float:
    calls = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < LEAST_SECONDS:
        explain()
        calls += 1
    return elapsed / calls
