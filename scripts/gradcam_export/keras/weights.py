"""From a Keras file into a model: which stored layer belongs where, checked before it is read."""

import re

import h5py
import numpy as np
import torch

from gradcam_export.errors import ExportError
from gradcam_export.keras.files import KerasFile, StoredLayer, read_array
from gradcam_export.keras.layers import KerasLayer, Variable
from gradcam_export.keras.model import KerasModel

# Layers that do nothing when a network is used; a training script may add them anywhere.
WITHOUT_EFFECT = {"InputLayer", "Dropout", "FixedDropout", "SpatialDropout2D", "GaussianNoise",
                  "GaussianDropout", "ActivityRegularization", "RandomFlip", "RandomRotation",
                  "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"}


def load_keras_weights(model: KerasModel, file: KerasFile, network_name: str) -> None:
    """Fills every layer of `model`. Throws ExportError that names the first mismatch."""
    places = places_of(model, file, network_name)
    for name, layer in model.layers().items():
        if name in places:
            _check_shapes(name, layer, places[name], file)
    check_configuration(model, file, network_name)
    for name, stored in places.items():
        for variable, array in zip(model.layers()[name].variables(), stored.arrays):
            _fill(variable, array, name, file)


def check_configuration(model: KerasModel, file: KerasFile, network_name: str) -> None:
    """Every layer that the file configures must be one of the network's, class by class: a layer
    more, a rescaling for example, would be lost without a word."""
    left = [layer.keras_class for layer in model.layers().values()]
    for layer in file.configuration:
        if layer.keras_class in WITHOUT_EFFECT or _is_identity(layer.keras_class, layer.options):
            continue
        if layer.keras_class not in left:
            raise _mismatch(file, network_name,
                            f"its layer '{layer.name}' ({layer.keras_class}) is not part of it")
        left.remove(layer.keras_class)
    missing = [keras_class for keras_class in left if keras_class not in WITHOUT_EFFECT]
    if file.configuration and missing:
        raise _mismatch(file, network_name, f"a layer {missing[0]} is missing")


def places_of(model: KerasModel, file: KerasFile, network_name: str) -> dict[str, StoredLayer]:
    """The stored layer of each layer of `model` that has weights.

    By name; layers that Keras or the file has numbered, and the classifier, whose name is often
    changed, by their order among those of their class.
    """
    expected = {name: layer for name, layer in model.layers().items() if layer.variables()}
    by_name = {stored.name: stored for stored in file.layers if stored.is_named}
    places = {name: by_name[name] for name in expected
              if model.is_named(name) and name in by_name}
    taken = {id(stored) for stored in places.values()}
    left = [stored for stored in file.layers if id(stored) not in taken]
    for name, layer in expected.items():
        if name in places:
            continue
        same_kind = _in_order([stored for stored in left if stored.kind == layer.kind()])
        if not same_kind:
            raise _mismatch(file, network_name, f"layer '{name}' is missing ({len(file.layers)} "
                            f"layers with weights, and not {len(expected)})")
        places[name] = same_kind[0]
        left.remove(same_kind[0])
    if left:
        raise _mismatch(file, network_name, f"its layer '{left[0].name}' is not part of it "
                        f"({len(file.layers)} layers with weights, and not {len(expected)})")
    return places


def classifier_kernel(file: KerasFile, network_name: str) -> tuple[int, int]:
    """Shape of the last fully connected layer's kernel: inputs and classes."""
    dense = _in_order([layer for layer in file.layers if layer.kind == "dense"])
    if not dense or dense[-1].arrays[0].ndim != 2:
        raise _mismatch(file, network_name, "it has no classifier (a Dense layer)")
    return dense[-1].arrays[0].shape


def _mismatch(file: KerasFile, network_name: str, what: str) -> ExportError:
    return ExportError(f"weights '{file.path}' are not those of {network_name}: {what}",
                       "the file must hold the weights of this very network, its classifier "
                       "included (include_top=True, or one Dense layer in its place)")


def _is_identity(keras_class: str, options: dict) -> bool:
    return keras_class == "Activation" and options.get("activation") == "linear"


def _in_order(layers: list[StoredLayer]) -> list[StoredLayer]:
    """Layers of one class that Keras numbered itself (conv2d, conv2d_1) by their numbers: a file
    lists trainable weights first. Others stay in the order of the file."""
    parts = [re.fullmatch(r"(.*?)(?:_(\d+))?", layer.name).groups() for layer in layers]
    if len({base for base, _ in parts}) > 1:
        return layers
    return [layer for _, layer in sorted(zip(parts, layers),
                                         key=lambda pair: int(pair[0][1] or 0))]


def _check_shapes(name: str, layer: KerasLayer, stored: StoredLayer, file: KerasFile) -> None:
    variables = layer.variables()
    # Normalization also counts what it has seen.
    extra = 1 if layer.kind() == "normalization" else 0
    if not len(variables) <= len(stored.arrays) <= len(variables) + extra:
        raise ExportError(f"weights '{file.path}' do not fit: layer '{name}' holds "
                          f"{len(stored.arrays)} arrays and not {len(variables)}")
    for variable, array in zip(variables, stored.arrays):
        if tuple(array.shape) != variable.shape:
            raise ExportError(f"weights '{file.path}' do not fit: {variable.name} of layer "
                              f"'{name}' is {list(array.shape)} and not {list(variable.shape)}")
        if array.dtype.kind != "f":
            raise ExportError(f"weights '{file.path}' do not fit: {variable.name} of layer "
                              f"'{name}' holds {array.dtype} and no floating-point numbers")


def _fill(variable: Variable, array: h5py.Dataset, name: str, file: KerasFile) -> None:
    numbers = read_array(array, file.path)
    if not np.isfinite(numbers).all():
        raise ExportError(f"weights '{file.path}': {variable.name} of layer '{name}' holds numbers "
                          "that are not finite")
    variable.view.copy_(torch.from_numpy(numbers).view(variable.view.shape))
