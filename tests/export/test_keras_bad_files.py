"""Keras files that cannot be used: one sentence that names the mismatch, and nothing written."""

import json
import zipfile
from pathlib import Path

import h5py
import keras_writers as write
import numpy as np
import pytest
from export_support import Export, one_error
from gradcam_export.keras.efficientnet import efficientnet_b0
from gradcam_export.keras.vgg16 import vgg16
from gradcam_export.keras.xception import xception
from PIL import Image
from skimage import data

Layers = list[write.Layer]


@pytest.fixture(scope="module")
def b0_layers() -> Layers:
    return write.layers_of(write.filled(efficientnet_b0(10, "softmax")))


class Refused:
    """Exports `path` and gives the sentence; nothing may stand beside the weights afterwards."""

    def __init__(self, export: Export, folder: Path) -> None:
        self.export, self.folder = export, folder

    def __call__(self, path: Path, *options: object, name: str = "efficientnet_b0") -> str:
        before = sorted(self.folder.iterdir())
        finished = self.export(name, "--weights", path, "-o", self.folder / "out.pt", *options)
        sentence = one_error(finished)
        assert str(path) in sentence
        assert sorted(self.folder.iterdir()) == before
        return sentence


@pytest.fixture
def refused(export: Export, tmp_path: Path) -> Refused:
    return Refused(export, tmp_path)


def changed(layers: Layers, name: str, **arrays: np.ndarray) -> Layers:
    """`layers` with other arrays in one of them."""
    return [write.Layer(layer.name, layer.keras_class, {**layer.arrays, **arrays})
            if layer.name == name else layer for layer in layers]


# --- of another network ------------------------------------------------------------------------

def test_another_network_is_named_by_its_first_missing_layer(refused: Refused, b0_layers: Layers,
                                                             tmp_path: Path) -> None:
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    sentence = refused(path, name="xception")
    assert "are not those of Xception" in sentence
    assert "131 layers with weights, and not 81" in sentence


def test_another_network_without_names_is_told_apart(refused: Refused, b0_layers: Layers,
                                                     tmp_path: Path) -> None:
    path = write.write_numbered(tmp_path / "b0.weights.h5", b0_layers)
    assert "are not those of Xception: layer 'block2_sepconv1' is missing" in refused(
        path, name="xception")


def test_a_longer_network_names_the_layer_too_many(refused: Refused, tmp_path: Path) -> None:
    layers = write.layers_of(write.filled(vgg16(10, "softmax", (32, 32))))
    place = [layer.name for layer in layers].index("block3_pool")
    layers.insert(place, write.Layer("block3_conv4", "Conv2D", layers[place - 1].arrays))
    path = write.write_legacy(tmp_path / "vgg19.h5", layers)
    assert "its layer 'block3_conv4' is not part of it (17 layers with weights, and not 16)" in \
        refused(path, name="vgg16")


def test_a_missing_layer_is_named(refused: Refused, b0_layers: Layers, tmp_path: Path) -> None:
    layers = [layer for layer in b0_layers if layer.name != "block4b_dwconv"]
    path = write.write_legacy(tmp_path / "b0.h5", layers)
    sentence = refused(path)
    assert "layer 'block4b_dwconv' is missing (130 layers with weights, and not 131)" in sentence


def test_a_file_without_a_classifier_is_named(refused: Refused, b0_layers: Layers,
                                              tmp_path: Path) -> None:
    path = write.write_legacy(tmp_path / "notop.h5", b0_layers[:-1])
    assert "it has no classifier" in refused(path)


def test_another_shape_is_named_with_both(refused: Refused, b0_layers: Layers,
                                          tmp_path: Path) -> None:
    kernel = np.zeros((5, 5, 240, 1), np.float32)
    layers = changed(b0_layers, "block4a_dwconv", depthwise_kernel=kernel)
    path = write.write_legacy(tmp_path / "b0.h5", layers)
    assert ("depthwise_kernel of layer 'block4a_dwconv' is [5, 5, 240, 1] and not [3, 3, 240, 1]"
            ) in refused(path)


def test_a_layer_with_too_few_arrays_is_named(refused: Refused, b0_layers: Layers,
                                              tmp_path: Path) -> None:
    layers = [write.Layer(layer.name, layer.keras_class, dict(list(layer.arrays.items())[:2]))
              if layer.name == "top_bn" else layer for layer in b0_layers]
    path = write.write_legacy(tmp_path / "b0.h5", layers)
    assert "layer 'top_bn' holds 2 arrays and not 4" in refused(path)


def test_preprocessing_inside_the_model_is_not_lost_silently(refused: Refused,
                                                             tmp_path: Path) -> None:
    layers = write.layers_of(write.filled(xception(4, "softmax")))
    rescaling = write.Layer("rescaling", "Rescaling", {})
    path = write.write_archive(tmp_path / "x.keras", layers,
                               write.configuration([rescaling, *layers], None))
    assert "its layer 'rescaling' (Rescaling) is not part of it" in refused(path, name="xception")


def test_augmentation_and_dropout_change_nothing(export: Export, b0_layers: Layers,
                                                 tmp_path: Path) -> None:
    extra = [write.Layer("random_flip", "RandomFlip", {}), *b0_layers[:-1],
             write.Layer("dropout", "Dropout", {}), b0_layers[-1]]
    path = write.write_archive(tmp_path / "b0.keras", b0_layers, write.configuration(extra, None))
    finished = export("efficientnet_b0", "--weights", path, "-o", tmp_path / "out.pt")
    assert finished.returncode == 0, finished.stderr


def test_a_layer_that_is_missing_without_weights_is_told(refused: Refused, b0_layers: Layers,
                                                         tmp_path: Path) -> None:
    fewer = [layer for layer in b0_layers if layer.name != "avg_pool"]
    path = write.write_archive(tmp_path / "b0.keras", b0_layers, write.configuration(fewer, None))
    assert "a layer GlobalAveragePooling2D is missing" in refused(path)


@pytest.mark.parametrize(("name", "option", "value", "said"), [
    ("stem_conv", "strides", [1, 1], "[1, 1] and not 2"),
    ("stem_conv", "padding", "valid", "'valid' and not 'same'"),
    ("block2a_dwconv", "dilation_rate", [2, 2], "[2, 2] and not 1"),
    ("block2a_bn", "epsilon", 1e-5, "1e-05 and not 0.001"),
    ("stem_activation", "activation", "relu", "'relu' and not 'swish'"),
    ("block1a_se_reduce", "activation", {"class_name": "function", "config": "relu"}, "not 'swish'"),
])
def test_a_layer_that_computes_something_else_is_told(refused: Refused, b0_layers: Layers,
                                                      tmp_path: Path, name: str, option: str,
                                                      value: object, said: str) -> None:
    """The weights have the right shapes and would give another result."""
    configured = write.configuration(b0_layers, (224, 224))
    entry = next(entry for entry in configured["config"]["layers"]
                 if entry["config"]["name"] == name)
    entry["config"][option] = value
    sentence = refused(write.write_archive(tmp_path / "b0.keras", b0_layers, configured))
    assert f"its layer '{name}' has {option} " in sentence and said in sentence


def test_other_spellings_of_the_same_options_are_taken(export: Export, b0_layers: Layers,
                                                       tmp_path: Path) -> None:
    configured = write.configuration(b0_layers, (224, 224))
    for entry in configured["config"]["layers"]:
        options = entry["config"]
        if options.get("activation") == "swish":
            options["activation"] = {"class_name": "function", "config": "silu"}
        if options.get("activation") == "linear":
            options["activation"] = None
        if "strides" in options:
            options["strides"] = options["strides"][0]
    path = write.write_archive(tmp_path / "b0.keras", b0_layers, configured)
    finished = export("efficientnet_b0", "--weights", path, "-o", tmp_path / "out.pt")
    assert finished.returncode == 0, finished.stderr


def test_an_unknown_activation_of_the_classifier_is_told(refused: Refused, b0_layers: Layers,
                                                         tmp_path: Path) -> None:
    head = b0_layers[-1]
    layers = [*b0_layers[:-1], write.Layer(head.name, head.keras_class, head.arrays, {"activation": "tanh"})]
    path = write.write_archive(tmp_path / "b0.keras", layers, write.configuration(layers, None))
    assert "its classifier 'probs' has the activation 'tanh'" in refused(path)


def test_another_number_of_classes_than_asked_for(refused: Refused, b0_layers: Layers,
                                                  tmp_path: Path) -> None:
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    assert "are for 10 classes, not 7" in refused(path, "--num-classes", 7)


# --- numbers -----------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(refused: Refused, b0_layers: Layers,
                                                 tmp_path: Path, value: float) -> None:
    bias = np.zeros(10, np.float32)
    bias[3] = value
    path = write.write_legacy(tmp_path / "b0.h5", changed(b0_layers, "probs", bias=bias))
    assert "bias of layer 'probs' holds numbers that are not finite" in refused(path)


def test_integers_are_no_weights(refused: Refused, b0_layers: Layers, tmp_path: Path) -> None:
    layers = changed(b0_layers, "probs", bias=np.zeros(10, np.int32))
    path = write.write_legacy(tmp_path / "b0.h5", layers)
    assert "bias of layer 'probs' holds int32" in refused(path)


# --- damaged or no Keras file ------------------------------------------------------------------

@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_a_truncated_file_is_one_sentence(refused: Refused, b0_layers: Layers, tmp_path: Path,
                                          share: float) -> None:
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * share)])
    assert "the file is truncated" in refused(path)


def test_a_truncated_archive_is_one_sentence(refused: Refused, b0_layers: Layers,
                                             tmp_path: Path) -> None:
    path = write.write_archive(tmp_path / "b0.keras", b0_layers,
                               write.configuration(b0_layers, None))
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])
    assert "cannot read weights" in refused(path)


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_damaged_archive_is_one_sentence(refused: Refused, b0_layers: Layers, tmp_path: Path,
                                           place: float) -> None:
    """A byte of the weights is another one: the archive has a check sum."""
    path = write.write_archive(tmp_path / "b0.keras", b0_layers,
                               write.configuration(b0_layers, None))
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 0x55
    path.write_bytes(content)
    assert "Bad CRC-32" in refused(path)


@pytest.mark.parametrize("name", ["cat.h5", "cat.hdf5", "cat.weights.h5", "cat.keras"])
def test_a_picture_named_like_weights_is_no_hdf5(refused: Refused, tmp_path: Path,
                                                 name: str) -> None:
    path = tmp_path / name
    Image.fromarray(data.chelsea()).save(path, format="jpeg")
    assert "it is no HDF5 file" in refused(path)


@pytest.mark.parametrize("content", [b"", b"no weights at all"], ids=["empty", "text"])
def test_a_file_of_nothing_is_no_hdf5(refused: Refused, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.h5"
    path.write_bytes(content)
    assert "it is no HDF5 file" in refused(path)


def test_hdf5_of_something_else_is_told(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "measurements.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("temperature", data=np.zeros(10))
    assert "it holds no layers of Keras" in refused(path)


def test_names_that_lead_nowhere_are_told(refused: Refused, b0_layers: Layers,
                                          tmp_path: Path) -> None:
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    with h5py.File(path, "r+") as file:
        del file["top_conv"]
    assert "cannot read weights" in refused(path)


def test_a_file_that_is_not_there_is_told(export: Export, tmp_path: Path) -> None:
    finished = export("xception", "--weights", tmp_path / "none.h5", "-o", tmp_path / "out.pt")
    assert "no such file" in one_error(finished)


# --- made to do harm ---------------------------------------------------------------------------

def test_an_archive_without_weights_is_told(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "empty.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    assert "holds no 'model.weights.h5'" in refused(path)


@pytest.mark.parametrize("configuration", ["[]", "{", '{"config": {"layers": [7]}}', "null"])
def test_a_configuration_that_is_none_is_told(refused: Refused, b0_layers: Layers, tmp_path: Path,
                                              configuration: str) -> None:
    weights = write.write_numbered(tmp_path / "w.part", b0_layers)
    path = tmp_path / "odd.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", configuration)
        archive.write(weights, "model.weights.h5")
    assert "cannot read weights" in refused(path)


def test_an_archive_that_would_grow_without_end_is_not_unpacked(refused: Refused,
                                                                tmp_path: Path) -> None:
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps({"config": {"layers": []}}))
        archive.writestr("model.weights.h5", bytes(50_000_000))
    assert "says that it has 50000000 bytes" in refused(path)


def test_weights_in_another_file_are_refused(refused: Refused, b0_layers: Layers,
                                             tmp_path: Path) -> None:
    """HDF5 links to files anywhere on the machine: their content would end up in the export."""
    secret = write.write_legacy(tmp_path / "secret.h5", b0_layers)
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    with h5py.File(path, "r+") as file:
        del file["probs/probs/bias:0"]
        file["probs/probs/bias:0"] = h5py.ExternalLink(str(secret), "/probs/probs/bias:0")
    assert "layer 'probs' refers to another file" in refused(path)


def test_raw_bytes_of_another_file_are_refused(refused: Refused, b0_layers: Layers,
                                               tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(40))
    path = write.write_legacy(tmp_path / "b0.h5", b0_layers)
    with h5py.File(path, "r+") as file:
        del file["probs/probs/bias:0"]
        file["probs/probs"].create_dataset("bias:0", (10,), "f4",
                                           external=[(str(tmp_path / "secret.bin"), 0, 40)])
    assert "layer 'probs' refers to another file" in refused(path)


def test_groups_under_many_names_end(refused: Refused, tmp_path: Path) -> None:
    """Each level holds the next under 40 names: without a memory, 40 to the power of 8 visits."""
    path = tmp_path / "fan.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers")
        for level in range(7):
            below = group.create_group("functional/layers")
            for number in range(1, 40):
                group[f"functional_{number}"] = group["functional"]
            group = below
    assert "one group under several names" in refused(path)


def test_groups_inside_of_themselves_end(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "loop.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/functional")
        group["layers"] = file["layers"]
    assert "one group under several names" in refused(path)
