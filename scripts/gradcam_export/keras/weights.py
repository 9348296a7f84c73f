"""From a Keras file into a model: which stored layer belongs where, checked before it is read."""

import re

import h5py
import numpy as np
import torch

from gradcam_export.errors import ExportError
from gradcam_export.keras.configuration_check import check_configuration, mismatch
from gradcam_export.keras.files import KerasFile, StoredLayer, read_array
from gradcam_export.keras.layers import KerasLayer, Variable
from gradcam_export.keras.model import KerasModel

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
            raise mismatch(file, network_name, f"layer '{name}' is missing ({len(file.layers)} "
                            f"layers with weights, and not {len(expected)})")
        places[name] = same_kind[0]
        left.remove(same_kind[0])
    if left:
        raise mismatch(file, network_name, f"its layer '{left[0].name}' is not part of it "
                        f"({len(file.layers)} layers with weights, and not {len(expected)})")
    return places


def classifier_kernel(file: KerasFile, network_name: str) -> tuple[int, int]:
    """Shape of the last fully connected layer's kernel: inputs and classes."""
    dense = _in_order([layer for layer in file.layers if layer.kind == "dense"])
    if not dense or dense[-1].arrays[0].ndim != 2:
        raise mismatch(file, network_name, "it has no classifier (a Dense layer)")
    return dense[-1].arrays[0].shape


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
