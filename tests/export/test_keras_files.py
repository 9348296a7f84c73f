"""Keras' layouts: every weight must arrive in its layer, whatever wrote the file."""

from collections.abc import Callable
from pathlib import Path

import keras_writers as write
import numpy as np
import pytest
import torch
from export_support import Export, load_with_card
from gradcam_export.classifier import Classifier
from gradcam_export.errors import ExportError
from gradcam_export.keras.efficientnet import efficientnet_b0, keras_efficientnet_b0
from gradcam_export.keras.model import KerasModel
from gradcam_export.keras.network import (EfficientNetB0Network, Head, Vgg16Network,
                                          XceptionNetwork)
from gradcam_export.keras.vgg16 import vgg16
from gradcam_export.keras.xception import xception

Writer = Callable[[Path, list[write.Layer]], Path]


def full_model(path: Path, layers: list[write.Layer]) -> Path:
    return write.write_legacy(path / "model.h5", layers,
                              configured=write.configuration(layers, (299, 299)))


def nested_full_model(path: Path, layers: list[write.Layer]) -> Path:
    configured = write.configuration(layers, (299, 299), nested_name="base")
    return write.write_legacy(path / "model.h5", layers, configured=configured, nested_name="base")


def archive(path: Path, layers: list[write.Layer]) -> Path:
    return write.write_archive(path / "model.keras", layers,
                               write.configuration(layers, (299, 299)))


def nested_archive(path: Path, layers: list[write.Layer]) -> Path:
    return write.write_archive(path / "model.keras", layers,
                               write.configuration(layers, (299, 299), nested_name="base"),
                               nested_name="base")


LAYOUTS: dict[str, Writer] = {
    "weights.h5 of legacy Keras": lambda path, layers: write.write_legacy(path / "w.h5", layers),
    "names in parts": lambda path, layers: write.write_legacy(path / "w.h5", layers,
                                                              split_names=True),
    "Keras 1": lambda path, layers: write.write_legacy(path / "w.h5", layers, keras1=True),
    "second model of a process": lambda path, layers: write.write_legacy(
        path / "w.h5", write.renumbered(layers, 4)),
    "nested": lambda path, layers: write.write_legacy(path / "w.h5", write.renumbered(layers, 9),
                                                      nested_name="base"),
    "nested and partly frozen": lambda path, layers: write.write_legacy(
        path / "w.h5", layers, nested_name="base",
        frozen=frozenset({"block1_conv1_bn", "stem_bn", "conv2d", "batch_normalization_1"})),
    "full model": full_model,
    "nested full model": nested_full_model,
    "Keras 3": lambda path, layers: write.write_numbered(path / "w.weights.h5", layers),
    "Keras 3 with names": lambda path, layers: write.write_numbered(
        path / "w.weights.h5", layers, with_names=True),
    "Keras 3 nested": lambda path, layers: write.write_numbered(
        path / "w.weights.h5", layers, nested_name="base"),
    "TensorFlow 2.13": lambda path, layers: write.write_numbered(
        path / "w.weights.h5", layers, container="_layer_checkpoint_dependencies",
        counts_twice=True),
    "archive": archive,
    "nested archive": nested_archive,
}


def assert_same_weights(found: torch.nn.Module, expected: KerasModel) -> None:
    state = found.state_dict()
    assert list(state) == list(expected.state_dict())
    for name, tensor in expected.state_dict().items():
        assert torch.equal(state[name], tensor), name


@pytest.fixture(scope="module")
def small_xception() -> KerasModel:
    """Fine-tuned on six classes."""
    return write.filled(xception(6, "softmax"))


@pytest.fixture(scope="module")
def b0() -> KerasModel:
    return write.filled(efficientnet_b0(1000, "softmax"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_xception_arrives_from_every_layout(layout: str, small_xception: KerasModel,
                                            tmp_path: Path) -> None:
    path = LAYOUTS[layout](tmp_path, write.layers_of(small_xception))
    assert_same_weights(XceptionNetwork().from_file(path, None).module, small_xception)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_efficientnet_arrives_from_every_layout(layout: str, b0: KerasModel,
                                                tmp_path: Path) -> None:
    path = LAYOUTS[layout](tmp_path, write.layers_of(b0))
    assert_same_weights(EfficientNetB0Network().from_file(path, None).module, b0)


def test_vgg16_with_a_renamed_head_on_other_pictures(tmp_path: Path) -> None:
    model = write.filled(vgg16(3, "softmax", (64, 64)))
    names = {"fc1": "dense", "fc2": "dense_1", "predictions": "dense_2"}
    layers = [write.Layer(names.get(layer.name, layer.name), layer.keras_class, layer.arrays)
              for layer in write.layers_of(model)]
    classifier = Vgg16Network().from_file(write.write_legacy(tmp_path / "w.h5", layers), None)
    assert_same_weights(classifier.module, model)
    assert classifier.card["preprocess"]["notebook"]["size"] == [64, 64]


def test_a_wide_picture_needs_the_size_in_the_file(tmp_path: Path) -> None:
    model = write.filled(vgg16(2, "softmax", (32, 96)))
    layers = write.layers_of(model)
    bare = write.write_legacy(tmp_path / "w.h5", layers)
    with pytest.raises(ExportError, match="1536 inputs, which no square picture gives"):
        Vgg16Network().from_file(bare, None)
    full = write.write_legacy(tmp_path / "model.h5", layers,
                              configured=write.configuration(layers, (32, 96)))
    classifier = Vgg16Network().from_file(full, None)
    assert_same_weights(classifier.module, model)
    assert classifier.card["preprocess"]["imagenet"]["size"] == [32, 96]


def test_flattened_map_is_read_channels_last() -> None:
    """Worked out by hand: the kernel takes the 2x2 map cell by cell, each with all its channels."""
    model = vgg16(1, "softmax", (64, 64))
    kernel = model.get_submodule("fc1").variables()[0]
    assert kernel.shape == (2048, 4096)
    numbers = torch.zeros(kernel.shape)
    numbers[512 + 7, 3] = 1.0  # second cell of the first row, channel 7
    kernel.view.copy_(numbers.view(kernel.view.shape))
    weight = model.get_submodule("fc1").weight.detach()
    # PyTorch flattens channel by channel: 4 numbers for each of the channels before.
    assert weight[3, 7 * 4 + 1] == 1.0


@pytest.mark.parametrize("layout", ["full model", "archive", "nested archive"])
def test_classes_and_size_come_from_the_file(layout: str, export: Export,
                                             small_xception: KerasModel, tmp_path: Path) -> None:
    layers = write.layers_of(small_xception)
    configured = write.configuration(layers, (96, 128),
                                     nested_name="base" if layout.startswith("nested") else "")
    if layout == "full model":
        path = write.write_legacy(tmp_path / "m.h5", layers, configured=configured)
    else:
        path = write.write_archive(tmp_path / "m.keras", layers, configured,
                                   nested_name="base" if layout.startswith("nested") else "")
    finished = export("xception", "--weights", path, "-o", tmp_path / "m.pt")
    assert finished.returncode == 0, finished.stderr
    network, card = load_with_card(tmp_path / "m.pt")
    x = torch.rand(2, 3, 96, 128)
    assert network(x).shape == (2, 6)
    torch.testing.assert_close(network(x), small_xception(x), rtol=1e-5, atol=1e-6)
    assert card["preprocess"]["imagenet"]["size"] == [96, 128]
    assert "labels" not in card
    assert card["weights"]["source"] == f"file {path.name}"


@pytest.mark.parametrize(("activation", "kind"), [("sigmoid", "sigmoid"), ("linear", "logits")])
def test_the_classifiers_activation_comes_from_the_file(activation: str, kind: str, b0: KerasModel,
                                                        tmp_path: Path) -> None:
    layers = write.layers_of(b0)
    head = layers[-1]
    layers[-1] = write.Layer(head.name, head.keras_class, head.arrays, {"activation": activation})
    path = write.write_archive(tmp_path / "m.keras", layers, write.configuration(layers, None))
    classifier = EfficientNetB0Network().from_file(path, None)
    assert classifier.card["output_kind"] == kind
    assert classifier.card["preprocess"]["imagenet"]["size"] == [224, 224]  # the file has no size
    x = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        found, logits = classifier.module(x), reference_logits(b0, x)
    expected = torch.sigmoid(logits) if activation == "sigmoid" else logits
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def reference_logits(model: KerasModel, x: torch.Tensor) -> torch.Tensor:
    """What comes in front of the softmax, up to the shift that softmax does not see."""
    head = model.get_submodule("probs")
    inputs: list[torch.Tensor] = []
    hook = head.register_forward_pre_hook(lambda _, arguments: inputs.append(arguments[0]))
    model(x)
    hook.remove()
    return torch.nn.functional.linear(inputs[0], head.weight, head.bias)


def test_a_state_dict_of_the_network_is_read_as_well(b0: KerasModel, tmp_path: Path) -> None:
    torch.save(b0.state_dict(), tmp_path / "b0.pth")
    assert_same_weights(EfficientNetB0Network().from_file(tmp_path / "b0.pth", None).module, b0)


# --- keras.applications' EfficientNetB0 --------------------------------------------------------

def keras_b0(tmp_path: Path, *, rescales_twice: bool, layout: str) -> tuple[KerasModel, Classifier]:
    model = keras_efficientnet_b0(1000, "softmax", rescales_twice=rescales_twice)
    mean, variance = (model.get_submodule("normalization").get_buffer(name).clone()
                      for name in ("mean", "variance"))
    write.filled(model)
    model.get_submodule("normalization").mean.copy_(mean)
    model.get_submodule("normalization").variance.copy_(variance)
    layers = write.layers_of(model)
    for layer in layers:
        if layer.keras_class == "Normalization":
            layer.arrays["count"] = np.zeros((), np.int64)
    return model, EfficientNetB0Network().from_file(LAYOUTS[layout](tmp_path, layers), None)


@pytest.mark.parametrize("rescales_twice", [True, False])
@pytest.mark.parametrize("layout", ["weights.h5 of legacy Keras", "Keras 3", "full model",
                                    "archive"])
def test_keras_applications_efficientnet_is_recognised(rescales_twice: bool, layout: str,
                                                       tmp_path: Path) -> None:
    model, classifier = keras_b0(tmp_path, rescales_twice=rescales_twice, layout=layout)
    assert_same_weights(classifier.module, model)
    assert list(classifier.module.layers()) == list(model.layers())
    assert "predictions" in classifier.module.layers()
    preprocess = classifier.card["preprocess"]
    assert list(preprocess) == ["imagenet"]
    assert (preprocess["imagenet"]["scale"], preprocess["imagenet"]["mean"],
            preprocess["imagenet"]["std"]) == (1.0, [0, 0, 0], [1, 1, 1])


@pytest.mark.parametrize("scale", [1, 1.0])
def test_a_rescaling_by_one_is_no_second_normalisation(scale: float, tmp_path: Path) -> None:
    model = keras_efficientnet_b0(1000, "softmax", rescales_twice=False)
    layers = write.layers_of(write.filled(model))
    own = write.Layer("my_rescaling", "Rescaling", {}, {"scale": scale, "offset": 0})
    path = write.write_archive(tmp_path / "b0.keras", layers,
                               write.configuration([own, *layers], (224, 224)))
    classifier = EfficientNetB0Network().from_file(path, None)
    assert list(classifier.module.layers()) == list(model.layers())


@pytest.mark.parametrize("rescales_twice", [True, False])
def test_both_forms_of_efficientnet_are_the_same_network(rescales_twice: bool) -> None:
    """Pixels into one, normalised pixels into the other."""
    torch.manual_seed(1)
    with_preprocessing = keras_efficientnet_b0(1000, "softmax", rescales_twice=rescales_twice)
    bare = write.filled(efficientnet_b0(1000, "softmax"))
    state = {name.replace("probs", "predictions"): value
             for name, value in bare.state_dict().items()}
    missing, unexpected = with_preprocessing.load_state_dict(state, strict=False)
    assert (set(missing), unexpected) == ({"normalization.mean", "normalization.variance"}, [])
    pixels = torch.rand(1, 3, 224, 224) * 255
    mean, std = (torch.tensor(values).view(1, 3, 1, 1)
                 for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        found = with_preprocessing.eval()(pixels)
        expected = bare((pixels / 255 - mean) / std)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)


# --- random weights ----------------------------------------------------------------------------

@pytest.mark.parametrize("network", [XceptionNetwork(), EfficientNetB0Network()],
                         ids=lambda network: network.name)
def test_random_weights_answer_to_the_picture(network: XceptionNetwork) -> None:
    classifier = network.random(None)
    entry = classifier.card["preprocess"]["imagenet"]
    height, width = entry["size"]
    pixels = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(3)) * 255
    pixels[1] *= torch.linspace(0, 1, width)  # dark on the left
    mean, std = (torch.tensor(entry[name], dtype=torch.float32).view(3, 1, 1)
                 for name in ("mean", "std"))
    with torch.no_grad():
        first, second = classifier.module((pixels / entry["scale"] - mean) / std)
    # Neither all the same (1/1000 each) nor one sure class, and not the same for both.
    assert 0.002 < float(first.max()) < 0.9
    assert float((first - second).abs().max()) > 1e-4


def test_random_weights_have_as_many_classes_as_asked_for() -> None:
    network = EfficientNetB0Network()
    assert network.random(5).module(torch.zeros(1, 3, 224, 224)).shape == (1, 5)
    assert network.build(Head(5, "softmax", (224, 224)), None).layers()
