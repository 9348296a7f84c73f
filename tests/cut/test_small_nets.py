"""Cuts of a nested network with every trait at once, in every way it can be exported."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from cut_support import (Explain, assert_equal, assert_map_close, export, network_input,
                         reference)
from gradcam_export.weights import randomize
from small_nets import (NESTED_LAYERS, SIZE, Branch, HalfInside, Loop, Nested, OnDevice, Scorer,
                        Twice, ViewAlias, WritesInput)
from torch import nn


def made(network: nn.Module) -> nn.Module:
    randomize(network, SIZE)
    return network


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, nn.Module]]:
    """A file and its eager network for each way to export."""
    folder = tmp_path_factory.mktemp("nested")
    files = {}
    for how in ("traced", "scripted", "scripted-train", "traced-train", "frozen"):
        # A trace in train mode keeps what train mode did: without the random branch, only flags.
        network = made(Nested(noise_in_training=how != "traced-train"))
        # Tracing in train mode moves the running statistics, which file and network then share.
        files[how] = (export(network, how, SIZE, folder / f"{how}.pt"), network)
    return files


@pytest.mark.parametrize("layer", NESTED_LAYERS)
@pytest.mark.parametrize("how", ["traced", "scripted", "scripted-train", "traced-train"])
def test_every_layer_gives_autograds_map(nested: dict, picture: Path, explain: Explain, how: str,
                                         layer: str) -> None:
    file, network = nested[how]
    expected = reference(network, layer, network_input(picture, SIZE))
    assert_equal(explain(file, layer, SIZE), expected)


def test_a_file_traced_in_train_mode_warns(nested: dict, explain: Explain) -> None:
    assert "train" in explain(nested["traced-train"][0], "late", SIZE).stderr


def test_an_unlikely_class_has_its_own_map(nested: dict, picture: Path, explain: Explain) -> None:
    file, network = nested["traced"]
    x = network_input(picture, SIZE)
    best = reference(network, "down", x)
    other = (best.best + 2) % len(best.logits)
    expected = reference(network, "down", x, class_index=other)
    assert_equal(explain(file, "down", SIZE, "--class", other), expected)
    one, another = best.gradcam.values, expected.gradcam.values
    # The two maps differ, or this test compares nothing.
    assert np.abs(one - another).max() > 1e-2 * np.abs(another).max()


def test_log_odds_are_differentiated_by_default(nested: dict, picture: Path,
                                                explain: Explain) -> None:
    file, network = nested["traced"]

    def log_odds(output: torch.Tensor) -> torch.Tensor:
        best = int(output[0].argmax())
        others = torch.cat([output[:, :best], output[:, best + 1:]], 1)
        odds = torch.full_like(output, -torch.inf).clone()
        odds[:, best] = output[:, best] - torch.logsumexp(others, 1)
        return odds

    expected = reference(network, "down", network_input(picture, SIZE), log_odds)
    result = explain(file, "down", SIZE, "--score", "logodds")
    assert_map_close(result.gradcam, expected.gradcam)


def test_a_frozen_file_is_cut_at_its_last_convolution(nested: dict, picture: Path,
                                                      explain: Explain) -> None:
    file, network = nested["frozen"]
    expected = reference(network, "late", network_input(picture, SIZE))
    assert_equal(explain(file, "conv#-1", SIZE), expected)


def test_a_frozen_file_has_a_default_layer(nested: dict, explain: Explain) -> None:
    result = explain(nested["frozen"][0], None, SIZE)
    assert result.saliency.shape == (16, 12)


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize("layer", ["conv#0", "conv#1", "conv#-1", "conv#-2"])
def test_each_call_of_a_layer_has_its_own_map(picture: Path, explain: Explain, tmp_path: Path,
                                              how: str, layer: str) -> None:
    network = made(Twice())
    file = export(network, how, SIZE, tmp_path / "net.pt")
    expected = reference(network, layer, network_input(picture, SIZE))
    assert_equal(explain(file, layer, SIZE), expected)


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize("layer", ["conv", None])  # None: found by a pass of its own
def test_an_input_that_the_network_writes_to_is_the_same_for_every_pass(
        picture: Path, explain: Explain, tmp_path: Path, how: str, layer: str | None) -> None:
    network = made(WritesInput())
    file = export(network, how, SIZE, tmp_path / "net.pt")
    x = network_input(picture, SIZE).requires_grad_(True)
    expected = reference(network, "conv", x)
    assert_equal(explain(file, layer, SIZE, "--self-check"), expected)


@pytest.mark.parametrize("network", [Branch, Loop])
def test_a_layer_inside_control_flow_is_tapped(picture: Path, explain: Explain, tmp_path: Path,
                                               network: type[nn.Module]) -> None:
    eager = made(network())
    file = export(copy.deepcopy(eager), "scripted", SIZE, tmp_path / "net.pt")
    expected = reference(eager, "conv", network_input(picture, SIZE))
    assert_equal(explain(file, "conv", SIZE), expected)


@pytest.mark.parametrize("how", ["traced", "scripted"])
def test_a_write_through_a_view_behind_the_layer_is_kept(picture: Path, explain: Explain,
                                                         tmp_path: Path, how: str) -> None:
    network = made(ViewAlias())
    file = export(network, how, SIZE, tmp_path / "net.pt")
    assert_equal(explain(file, "conv", SIZE),
                 reference(network, "conv", network_input(picture, SIZE)))


def test_a_file_saved_on_a_gpu_runs_here(picture: Path, explain: Explain, tmp_path: Path) -> None:
    from archives import replaced_in_code
    network = made(OnDevice())
    file = replaced_in_code(export(network, "traced", SIZE, tmp_path / "cpu.pt"),
                            'torch.device("cpu")', 'torch.device("cuda:0")', tmp_path / "gpu.pt")
    expected = reference(network, "conv", network_input(picture, SIZE))
    assert_equal(explain(file, "conv", SIZE), expected)


@pytest.mark.parametrize("how", ["traced", "scripted", "frozen"])
def test_a_network_in_half_precision_runs_in_float32(picture: Path, explain: Explain,
                                                     tmp_path: Path, how: str) -> None:
    eager = made(Scorer())
    half = HalfInside()
    half.load_state_dict(eager.state_dict())
    file = export(half.half(), how, SIZE, tmp_path / "net.pt")
    eager.load_state_dict(half.float().state_dict())  # rounded to half precision
    expected = reference(eager, "conv", network_input(picture, SIZE))
    assert_equal(explain(file, "conv#-1" if how == "frozen" else "conv", SIZE), expected)


def test_the_self_check_finds_head_and_forward_equal(nested: dict, explain: Explain) -> None:
    explain(nested["scripted"][0], "stem", SIZE, "--self-check")
