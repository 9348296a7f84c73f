"""Networks whose output is not one tensor of logits: containers, softmax, sigmoid, one score."""

from pathlib import Path

import numpy as np
import pytest
import small_nets
import torch
from cut_support import (Explain, Reference, assert_close, assert_equal, assert_map_close, export,
                         network_input, reference)
from gradcam_export.weights import randomize
from small_nets import SIZE, Scorer
from torch import nn


def eager_of(kind: type[nn.Module]) -> nn.Module:
    network = kind()
    randomize(network, SIZE)
    return network


def logits_reference(network: nn.Module, x: torch.Tensor,
                     class_index: int | None = None) -> Reference:
    """Eager maps for the scores before any softmax or sigmoid."""
    plain = Plain(network)
    return reference(plain, "network.conv", x, class_index=class_index)


class Plain(nn.Module):
    """The same weights, with the logits as its output."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network.scores(x)


CASES = [
    (small_nets.Scorer, "logits"),
    (small_nets.TupleOutput, "logits"),
    (small_nets.MapFirstOutput, "logits"),
    (small_nets.ListOutput, "logits"),
    (small_nets.DictOutput, "logits"),
    (small_nets.OutDictOutput, "logits"),
    (small_nets.Softmax, "softmax"),
    (small_nets.SoftmaxModule, "softmax"),
    (small_nets.LogSoftmax, "softmax"),
    (small_nets.TupleSoftmax, "softmax"),
    (small_nets.DictSoftmax, "softmax"),
    (small_nets.SqueezedSoftmax, "softmax"),
    (small_nets.Sigmoid, "sigmoid"),
    (small_nets.TupleSigmoid, "sigmoid"),
]


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize(("kind", "output_kind"), CASES,
                         ids=[kind.__name__ for kind, _ in CASES])
def test_the_logits_are_found(picture: Path, explain: Explain, tmp_path: Path,
                              kind: type[Scorer], output_kind: str, how: str) -> None:
    network = eager_of(kind)
    file = export(network, how, SIZE, tmp_path / "net.pt")
    expected = logits_reference(network, network_input(picture, SIZE))
    result = explain(file, "conv", SIZE)
    assert_equal(result, expected)
    assert result.report["model"]["output_kind"] == output_kind
    probabilities = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    }.get(output_kind, lambda z: np.exp(z) / np.exp(z).sum())(expected.logits.astype(np.float64))
    found = sorted(result.report["top"], key=lambda entry: entry["index"])
    # Probabilities are made from float32 logits: their rounding is some 1e-7 of the largest logit.
    assert_close(np.array([entry["probability"] for entry in found]), probabilities)


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize(("kind", "output_kind"), [(small_nets.OneScore, "logits"),
                                                   (small_nets.OneProbability, "softmax")])
def test_one_score_is_two_classes(picture: Path, explain: Explain, tmp_path: Path,
                                  kind: type[Scorer], output_kind: str, how: str) -> None:
    network = eager_of(kind)
    file = export(network, how, SIZE, tmp_path / "net.pt")
    expected = logits_reference(network, network_input(picture, SIZE), class_index=0)
    yes = explain(file, "conv", SIZE, "--class", 1)
    assert_map_close(yes.gradcam, expected.gradcam)
    assert_close(yes.logits, np.array([0.0, expected.logits[0]]))
    assert yes.report["model"]["output_kind"] == output_kind
    p = 1 / (1 + np.exp(-expected.logits[0].astype(np.float64)))
    found = {entry["index"]: entry["probability"] for entry in yes.report["top"]}
    assert_close(np.array([found[0], found[1]]), np.array([1 - p, p]))
    # The odds of class 0 against class 1 fall as z rises.
    no = explain(file, "conv", SIZE, "--class", 0, "--score", "logodds")
    assert_map_close(-no.gradcam, expected.gradcam)


def test_probability_score_is_scaled_by_p_and_its_rest(picture: Path, explain: Explain,
                                                       tmp_path: Path) -> None:
    network = eager_of(small_nets.Softmax)
    file = export(network, "traced", SIZE, tmp_path / "net.pt")
    x = network_input(picture, SIZE)
    expected = reference(network, "conv", x)
    result = explain(file, "conv", SIZE, "--score", "prob")
    assert_map_close(result.gradcam, expected.gradcam)
