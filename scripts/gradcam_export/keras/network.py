"""The Keras networks by name: built as their file of weights says."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradcam_export.cards import Card, input_size, known_card
from gradcam_export.classifier import RANDOM_ORIGIN, Classifier, file_origin
from gradcam_export.downloads import Download, fetch, has_digest
from gradcam_export.errors import ExportError
from gradcam_export.keras.configuration_check import is_rescaling
from gradcam_export.keras.efficientnet import (IMAGENET_STD, efficientnet_b0,
                                               keras_efficientnet_b0)
from gradcam_export.keras.files import (KerasFile, StoredLayer, is_keras_file, open_keras_file,
                                        read_array)
from gradcam_export.keras.model import KerasModel
from gradcam_export.keras.vgg16 import LAST_CHANNELS, POOLED, vgg16
from gradcam_export.keras.weights import classifier_kernel, load_keras_weights
from gradcam_export.keras.xception import xception
from gradcam_export.weights import load_state, randomize, read_state

OUTPUT_KINDS = {"softmax": "softmax", "sigmoid": "sigmoid", "linear": "logits"}
PIXEL_STD = 255 / math.sqrt(12)  # of pixels that take all values equally often


@dataclass(frozen=True)
class Head:
    """What differs between two models of one network."""

    classes: int
    activation: str
    size: tuple[int, int]  # of the input, height and width


class KerasNetwork(ABC):
    """A classifier of keras.applications, or of a Python package that follows it."""

    name: str
    title: str  # as Keras calls it
    url: str  # of the ImageNet weights

    @abstractmethod
    def build(self, head: Head, file: KerasFile | None) -> KerasModel:
        """The untrained model, in the form that `file` is of."""

    def card_for(self, model: KerasModel) -> Card:
        """The known card, fitted to the form of `model`."""
        return known_card(self.name)

    def size_from(self, file: KerasFile) -> tuple[int, int]:
        """What the file says about the input's size, or the usual one."""
        return _configured_size(file) or input_size(known_card(self.name))

    @property
    def download(self) -> Download:
        """The file that the known card tells of."""
        return Download(self.url, known_card(self.name)["weights"]["digest"])

    def pretrained(self, num_classes: int | None) -> Classifier:
        return self.from_file(fetch(self.download), num_classes)

    def random(self, num_classes: int | None) -> Classifier:
        card = known_card(self.name)
        model = self.build(Head(num_classes or 1000, "softmax", input_size(card)), None).eval()
        preprocess = card["preprocess"]["imagenet"]
        input_std = PIXEL_STD / preprocess["scale"] / float(np.mean(preprocess["std"]))
        randomize(model, input_size(card), input_std)
        return Classifier(model, {**card, "weights": RANDOM_ORIGIN})

    def from_file(self, path: Path, num_classes: int | None) -> Classifier:
        if not is_keras_file(path):
            return self._from_state(path, num_classes)
        with open_keras_file(path) as file:
            head = self._head(file, num_classes)
            model = self.build(head, file).eval()
            load_keras_weights(model, file, self.title)
        card = _fitted(self.card_for(model), head)
        return Classifier(model, {**card, "weights": self._origin(path, card)})

    def _from_state(self, path: Path, num_classes: int | None) -> Classifier:
        """A state dict of this very model, for who has gone on training in PyTorch."""
        card = known_card(self.name)
        model = self.build(Head(num_classes or 1000, "softmax", input_size(card)), None).eval()
        load_state(model, read_state(path), str(path))
        return Classifier(model, {**card, "weights": file_origin(path)})

    def _head(self, file: KerasFile, num_classes: int | None) -> Head:
        _, classes = classifier_kernel(file, self.title)
        if num_classes is not None and num_classes != classes:
            raise ExportError(f"weights '{file.path}' are for {classes} classes, not {num_classes}",
                              "leave --num-classes out: the file tells it")
        return Head(classes, _configured_activation(file), self.size_from(file))

    def _origin(self, path: Path, card: Card) -> dict[str, str]:
        """A file of the user may be the official one."""
        return card["weights"] if has_digest(path, card["weights"]["digest"]) else file_origin(path)


class XceptionNetwork(KerasNetwork):
    name = "xception"
    title = "Xception"
    url = ("https://storage.googleapis.com/tensorflow/keras-applications/xception/"
           "xception_weights_tf_dim_ordering_tf_kernels.h5")

    def build(self, head: Head, file: KerasFile | None) -> KerasModel:
        return xception(head.classes, head.activation)


class Vgg16Network(KerasNetwork):
    name = "vgg16"
    title = "VGG16"
    url = ("https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
           "vgg16_weights_tf_dim_ordering_tf_kernels.h5")

    def build(self, head: Head, file: KerasFile | None) -> KerasModel:
        return vgg16(head.classes, head.activation, head.size)

    def size_from(self, file: KerasFile) -> tuple[int, int]:
        """The first fully connected layer has a row for each number of the last map."""
        rows = next((layer.arrays[0].shape[0] for layer in file.layers
                     if layer.kind == "dense" and layer.arrays[0].ndim == 2), 0)
        size = _configured_size(file)
        if size is not None and (size[0] // POOLED) * (size[1] // POOLED) * LAST_CHANNELS == rows:
            return size
        side = math.isqrt(rows // LAST_CHANNELS)
        if side == 0 or side * side * LAST_CHANNELS != rows:
            raise ExportError(f"weights '{file.path}' are not those of {self.title}: its first "
                              f"fully connected layer has {rows} inputs, which no square picture "
                              "gives")
        return side * POOLED, side * POOLED


class EfficientNetB0Network(KerasNetwork):
    """The Python package `efficientnet`'s network; a file of keras.applications is recognised by
    the normalisation in it."""

    name = "efficientnet_b0"
    title = "EfficientNet-B0"
    url = ("https://github.com/Callidior/keras-applications/releases/download/efficientnet/"
           "efficientnet-b0_weights_tf_dim_ordering_tf_kernels_autoaugment.h5")

    def build(self, head: Head, file: KerasFile | None) -> KerasModel:
        normalization = None if file is None else _input_normalization(file)
        if normalization is None:
            return efficientnet_b0(head.classes, head.activation)
        return keras_efficientnet_b0(head.classes, head.activation,
                                     rescales_twice=_rescales_twice(file, normalization))

    def card_for(self, model: KerasModel) -> Card:
        card = known_card(self.name)
        if "normalization" not in model.layers():
            return card
        # The model takes pixels. The notebook's preprocessing was for the other form.
        preprocess = {**card["preprocess"]["imagenet"], "scale": 1.0, "mean": [0, 0, 0],
                      "std": [1, 1, 1]}
        weights = {"source": "keras.applications EfficientNetB0 (ImageNet)",
                   "licence": "Apache-2.0",
                   "digest": "md5:902e53a9f72be733fc0bcb005b3ebbac"}
        return {**card, "preprocess": {"imagenet": preprocess}, "weights": weights}


NETWORKS = {network.name: network
            for network in (XceptionNetwork(), Vgg16Network(), EfficientNetB0Network())}


def _fitted(card: Card, head: Head) -> Card:
    """The card with the size and the kind of output that the file has."""
    preprocess = {name: {**entry, "size": list(head.size)}
                  for name, entry in card["preprocess"].items()}
    return {**card, "output_kind": OUTPUT_KINDS[head.activation], "preprocess": preprocess}


def _configured_size(file: KerasFile) -> tuple[int, int] | None:
    return next((layer.input_size for layer in file.configuration if layer.input_size), None)


def _configured_activation(file: KerasFile) -> str:
    dense = [layer for layer in file.configuration if layer.keras_class == "Dense"]
    if not dense:
        return "softmax"
    activation = dense[-1].options.get("activation")
    if activation not in OUTPUT_KINDS:
        raise ExportError(f"weights '{file.path}': its classifier '{dense[-1].name}' has the "
                          f"activation {activation!r}, which is none of {', '.join(OUTPUT_KINDS)}")
    return activation


def _input_normalization(file: KerasFile) -> StoredLayer | None:
    return next((layer for layer in file.layers if layer.kind == "normalization"
                 and [array.shape for array in layer.arrays[:2]] == [(3,), (3,)]), None)


def _rescales_twice(file: KerasFile, normalization: StoredLayer) -> bool:
    """By the model's configuration, where it is stored; otherwise ImageNet's standard deviation in
    the place of the variance gives it away."""
    if file.configuration:
        return sum(is_rescaling(layer) for layer in file.configuration) > 1
    variance = read_array(normalization.arrays[1], file.path)
    return np.allclose(variance, IMAGENET_STD, atol=1e-3)
