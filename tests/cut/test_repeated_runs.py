"""A picture's result depends on nothing that ran before it, and nothing runs in vain."""

from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
import small_nets
from cut_support import (Attempt, Reference, assert_map_close, export, network_input,
                         reference)
from gradcam_export.weights import randomize
from small_nets import SIZE
from support import program
from torch import nn

# Those of a trace have counted its runs already: only a script starts where the network does.
REMEMBERING = [small_nets.CountsInPlace, small_nets.CountsByName, small_nets.RunningMean,
               small_nets.CountsBehindAnInterface]


@pytest.fixture
def maps_of_two(attempt: Attempt, picture: Path, tmp_path: Path):
    """maps_of_two(file) runs the program on one picture under two names: their Grad-CAM maps."""
    def run(file: Path, *options: str) -> tuple[program.Result, np.ndarray, np.ndarray]:
        again = copyfile(picture, tmp_path / "again.png")
        finished = attempt(file, "conv", SIZE, "--image", again, "--score", "logit", *options)
        assert finished.code == 0, finished.stderr
        maps = [np.load(tmp_path / "out" / f"{name}.gradcam.npy") for name in ("cat", "again")]
        return finished, *maps

    return run


def made(kind: type[nn.Module]) -> nn.Module:
    network = kind()
    randomize(network, SIZE)
    network.forget()  # what randomize let it count
    return network


@pytest.mark.parametrize("kind", REMEMBERING)
def test_a_network_that_remembers_starts_anew_for_each_picture(maps_of_two, picture: Path,
                                                               tmp_path: Path,
                                                               kind: type[nn.Module]) -> None:
    network = made(kind)
    file = export(network, "scripted", SIZE, tmp_path / "net.pt")
    expected: Reference = reference(network, "conv", network_input(picture, SIZE))
    _, first, second = maps_of_two(file, "--self-check")
    assert_map_close(first, expected.gradcam)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize("kind", [small_nets.Noise, small_nets.NoiseInLoop])
def test_random_numbers_are_the_same_for_each_picture(maps_of_two, tmp_path: Path, how: str,
                                                      kind: type[nn.Module]) -> None:
    network = kind()
    randomize(network, SIZE)
    file = export(network, how, SIZE, tmp_path / "net.pt")
    finished, first, second = maps_of_two(file, "--self-check")
    assert np.array_equal(first, second)
    assert "random" in finished.stderr


def test_the_first_picture_of_a_tapped_layer_costs_two_passes(attempt: Attempt,
                                                              tmp_path: Path) -> None:
    network = small_nets.Announced()
    randomize(network, SIZE)
    file = export(network, "scripted", SIZE, tmp_path / "net.pt")
    finished = attempt(file, "conv", SIZE, "--trust-model")
    # Its own and the plain forward that it is compared with.
    assert finished.stderr.count("forward is running") == 2
