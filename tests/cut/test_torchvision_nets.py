"""Cuts of torchvision's networks, traced and scripted, against autograd on the eager network."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torchvision
from cut_support import Explain, assert_equal, export, network_input, reference
from gradcam_export.weights import randomize
from torch import nn

SIZE = (96, 96)  # the smallest that leaves every network a map of 3x3
CLASSES = 20


def vgg16() -> nn.Module:
    """With a narrow classifier: the usual one is 494 MB and cuts no differently."""
    network = torchvision.models.vgg16(num_classes=CLASSES)
    network.classifier = nn.Sequential(nn.Linear(512 * 7 * 7, 32), nn.ReLU(inplace=True),
                                       nn.Dropout(), nn.Linear(32, CLASSES))
    return network


def googlenet() -> nn.Module:
    return torchvision.models.googlenet(num_classes=CLASSES, aux_logits=False, init_weights=False)


@dataclass(frozen=True)
class Network:
    build: Callable[[], nn.Module]
    layers: tuple[str, ...]
    default: str  # without its call number


def plain(name: str) -> Callable[[], nn.Module]:
    return lambda: torchvision.models.get_model(name, weights=None, num_classes=CLASSES)


NETWORKS = {
    "resnet18": Network(plain("resnet18"), (
        "layer4.1.conv2", "layer4.1.bn2", "layer4", "layer3.0.conv1"), "layer4.1.relu"),
    # The last value is a functional ReLU on features.norm5; the module before it has the name.
    "densenet121": Network(plain("densenet121"), (
        "features.denseblock4.denselayer8.conv1", "features.denseblock4.denselayer16.conv2",
        "features.norm5", "features"), "features.norm5"),
    "efficientnet_b0": Network(plain("efficientnet_b0"), (
        "features.8", "features.8.0"), "features.8.2"),
    "mobilenet_v2": Network(plain("mobilenet_v2"), (
        "features.18", "features.17.conv.1.0"), "features.18.2"),
    "vgg16": Network(vgg16, ("features.28", "features.29"), "features.29"),
    "googlenet": Network(googlenet, ("inception5b.branch4.1.conv", "inception5b"), "inception5b"),
    # The class layer is a convolution with a ReLU (classifier.2): no place for a map.
    "squeezenet1_1": Network(plain("squeezenet1_1"), ("features.12",), "features.12"),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], tuple]:
    """exported(name, how) → (file, eager network), made once."""
    folder = tmp_path_factory.mktemp("nets")
    eager: dict[str, nn.Module] = {}
    files: dict[tuple[str, str], Path] = {}

    def get(name: str, how: str) -> tuple[Path, nn.Module]:
        if name not in eager:
            eager[name] = NETWORKS[name].build()
            randomize(eager[name], SIZE)
        if (name, how) not in files:
            files[name, how] = export(eager[name], how, SIZE, folder / f"{name}-{how}.pt")
        return files[name, how], eager[name]

    return get


CASES = [(name, layer) for name, network in NETWORKS.items() for layer in network.layers]


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize(("name", "layer"), CASES, ids=lambda value: str(value))
def test_the_map_is_autograds(exported: Callable, picture: Path, explain: Explain, name: str,
                              layer: str, how: str) -> None:
    file, network = exported(name, how)
    expected = reference(network, layer, network_input(picture, SIZE))
    assert_equal(explain(file, layer, SIZE), expected)


@pytest.mark.parametrize("how", ["traced", "scripted"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_default_layer_is_the_last_map(exported: Callable, picture: Path, explain: Explain,
                                           name: str, how: str) -> None:
    file, network = exported(name, how)
    result = explain(file, None, SIZE)
    assert result.layer.partition("#")[0] == NETWORKS[name].default
    assert f"'{result.layer}'" in result.stdout  # it says which
    assert_equal(result, reference(network, result.layer, network_input(picture, SIZE)))
