"""Layers and files that cannot be cut: one sentence, exit code 2, nothing written."""

from pathlib import Path

import pytest
import small_nets
import torch
from cut_support import Attempt, export, one_error
from small_nets import SIZE


@pytest.fixture
def scorer(tmp_path: Path) -> Path:
    return export(small_nets.Scorer(), "traced", SIZE, tmp_path / "net.pt")


def test_an_unknown_layer_names_the_nearest(attempt: Attempt, scorer: Path, tmp_path: Path) -> None:
    finished = attempt(scorer, "comv", SIZE)
    assert "'comv'" in one_error(finished)
    assert "conv" in finished.stderr.replace("comv", "")
    assert not (tmp_path / "out" / "cat.json").exists()


@pytest.mark.parametrize("how", ["traced", "scripted"])
def test_a_layer_called_twice_asks_which_call(attempt: Attempt, tmp_path: Path, how: str) -> None:
    file = export(small_nets.Twice(), how, SIZE, tmp_path / "net.pt")
    finished = attempt(file, "conv", SIZE)
    assert "'conv'" in one_error(finished)
    assert "conv#" in finished.stderr


@pytest.mark.parametrize("layer", ["conv#2", "conv#-3"])
def test_a_call_that_is_not_there_is_refused(attempt: Attempt, tmp_path: Path, layer: str) -> None:
    file = export(small_nets.Twice(), "traced", SIZE, tmp_path / "net.pt")
    assert "conv" in one_error(attempt(file, layer, SIZE))


def test_a_layer_without_a_map_is_refused_with_its_shape(attempt: Attempt, scorer: Path) -> None:
    message = one_error(attempt(scorer, "fc", SIZE))
    assert "'fc'" in message
    assert f"[1, {small_nets.CLASSES}]" in message


@pytest.mark.parametrize("channels", [6, 96])  # fewer and more than rows and columns
@pytest.mark.parametrize("how", ["traced", "scripted"])
def test_channels_last_values_are_refused_by_name(attempt: Attempt, tmp_path: Path, how: str,
                                                  channels: int) -> None:
    file = export(small_nets.ChannelsLast(channels), how, SIZE, tmp_path / "net.pt")
    assert "'norm'" in one_error(attempt(file, "norm", SIZE))


@pytest.mark.parametrize("how", ["traced", "scripted"])
def test_a_write_through_a_view_is_refused(attempt: Attempt, tmp_path: Path, how: str) -> None:
    # Cut at the view, the head has no way to tell `conv`, which crosses the cut, of the write.
    file = export(small_nets.ViewAlias(), how, SIZE, tmp_path / "net.pt")
    assert "'part'" in one_error(attempt(file, "part", SIZE))


def test_a_traced_identity_is_refused(attempt: Attempt, tmp_path: Path) -> None:
    file = export(small_nets.WithIdentity(), "traced", SIZE, tmp_path / "net.pt")
    assert "'nothing'" in one_error(attempt(file, "nothing", SIZE))


def test_a_file_of_optimize_for_inference_is_told_apart(attempt: Attempt, tmp_path: Path) -> None:
    network = small_nets.Nested().eval()
    traced = torch.jit.trace(network, torch.zeros(1, 3, *SIZE))
    path = tmp_path / "optimized.pt"
    torch.jit.save(torch.jit.optimize_for_inference(traced), str(path))
    finished = attempt(path, None, SIZE)
    one_error(finished)
    assert "optimize_for_inference" in finished.stderr
