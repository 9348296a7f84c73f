"""Writes the files that Keras writes, in all its layouts, without Keras."""

import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import torch
from gradcam_export.keras.layers import snake_case
from gradcam_export.keras.model import KerasModel

Arrays = dict[str, np.ndarray]  # by the name of the variable


@dataclass(frozen=True)
class Layer:
    name: str
    keras_class: str
    arrays: Arrays
    options: dict[str, object] = field(default_factory=dict)  # of its configuration


def filled(model: KerasModel, seed: int = 0) -> KerasModel:
    """`model` with numbers in all its weights, each tensor different from all others."""
    generator = torch.Generator().manual_seed(seed)
    for layer in model.layers().values():
        for variable in layer.variables():
            numbers = torch.rand(variable.shape, generator=generator) + 0.5
            if len(variable.shape) > 1:  # a kernel, whose outputs are sums of so many products
                numbers = (numbers - 1) / np.sqrt(np.prod(variable.shape[:-1]))
            variable.view.copy_(numbers.view(variable.view.shape))
    return model.eval()


def layers_of(model: KerasModel) -> list[Layer]:
    """All layers in the order of the model, also those without weights."""
    return [Layer(name, layer.keras_class,
                  {variable.name: variable.view.contiguous().numpy().reshape(variable.shape)
                   for variable in layer.variables()}, layer.options())
            for name, layer in model.layers().items()]


def configuration(layers: list[Layer], size: tuple[int, int] | None,
                  nested_name: str = "") -> dict:
    """A model's JSON. `nested_name`: all but the classifier are a model of that name."""
    shape = [None, *(size or (None, None)), 3]
    entries = [{"class_name": "InputLayer",
                "config": {"name": "input_1", "batch_shape": shape}}]
    body = [{"class_name": layer.keras_class, "name": layer.name,
             "config": {"name": layer.name, **as_keras_writes(layer.options)}} for layer in layers]
    if nested_name:
        base = {"class_name": "Functional", "name": nested_name,
                "config": {"name": nested_name, "layers": [
                    {"class_name": "InputLayer", "config": {"name": "input_2"}}, *body[:-1]]}}
        body = [base, body[-1]]
    return {"class_name": "Functional", "config": {"name": "model", "layers": entries + body}}


def as_keras_writes(options: dict[str, object]) -> dict[str, object]:
    """Sizes once a side, no activation as `linear`, one scale as a number."""
    def written(name: str, value: object) -> object:
        match value:
            case None:
                return "linear"
            case (float(single),):
                return single
            case int() if name in ("strides", "dilation_rate", "pool_size"):
                return [value, value]
        return value

    return {name: written(name, value) for name, value in options.items()}


def write_legacy(path: Path, layers: list[Layer], *, configured: dict | None = None,
                 nested_name: str = "", frozen: frozenset[str] = frozenset(),
                 split_names: bool = False, keras1: bool = False) -> Path:
    """`.h5` of weights, or with `configured` of a whole model.

    `nested_name`: all but the classifier in one group, as Keras stores a model that is used as a
    layer: trainable weights first, so that those of the layers in `frozen` come last.
    `split_names`: long lists of names in parts. `keras1`: its weight names.
    """
    with h5py.File(path, "w") as file:
        weights = file
        if configured is not None:
            file.attrs["model_config"] = json.dumps(configured)
            file.create_group("optimizer_weights/adam").create_dataset("m", data=np.zeros(3))
            weights = file.create_group("model_weights")
        groups = [(nested_name, layers[:-1]), (layers[-1].name, layers[-1:])] if nested_name \
            else [(layer.name, [layer]) for layer in layers]
        _write_names(weights, "layer_names", [name for name, _ in groups], split_names)
        for name, members in groups:
            group = weights.create_group(name)
            entries = [(layer.name, variable, array)
                       for layer in members for variable, array in layer.arrays.items()]
            entries.sort(key=lambda entry: entry[0] in frozen or entry[1].startswith("moving_"))
            names = [f"{layer}_{variable}_1:0" if keras1 else f"{layer}/{variable}:0"
                     for layer, variable, _ in entries]
            _write_names(group, "weight_names", names, split_names)
            for weight, (_, _, array) in zip(names, entries):
                group.create_dataset(weight, data=array)
    return path


def _write_names(group: h5py.Group, attribute: str, names: list[str], split: bool) -> None:
    encoded = [name.encode() for name in names]
    if not split or len(encoded) < 2:
        group.attrs[attribute] = encoded
        return
    half = len(encoded) // 2
    group.attrs[f"{attribute}0"] = encoded[:half]
    group.attrs[f"{attribute}1"] = encoded[half:]


def write_numbered(path: Path, layers: list[Layer], *, container: str = "layers",
                   with_names: bool = False, counts_twice: bool = False,
                   nested_name: str = "") -> Path:
    """`.weights.h5`. `counts_twice`: layers with weights advance the number by two, as TensorFlow's
    own list of dependencies did."""
    with h5py.File(path, "w") as file:
        file.create_dataset("optimizer/vars/0", data=np.zeros(3))
        file.create_dataset(f"{container}/dropout/seed_generator/vars/0", data=np.zeros(2))
        if nested_name:
            _write_numbered(file, f"{container}/functional/{container}", layers[:-1], with_names, 1)
            _write_numbered(file, container, layers[-1:], with_names, 1)
        else:
            _write_numbered(file, container, layers, with_names, 2 if counts_twice else 1)
    return path


def _write_numbered(file: h5py.File, place: str, layers: Iterable[Layer], with_names: bool,
                    step: int) -> None:
    counts: dict[str, int] = {}
    for layer in layers:
        kind = snake_case(layer.keras_class)
        number = counts.get(kind, 0)
        counts[kind] = number + (step if layer.arrays else 1)
        if not layer.arrays:
            continue
        group = file.create_group(f"{place}/{kind}_{number}/vars" if number else
                                  f"{place}/{kind}/vars")
        if with_names:
            group.attrs["name"] = layer.name
        for index, array in enumerate(layer.arrays.values()):
            group.create_dataset(str(index), data=array)


def write_archive(path: Path, layers: list[Layer], configured: dict, *,
                  nested_name: str = "") -> Path:
    """`.keras`"""
    weights = write_numbered(path.with_suffix(".part"), layers, nested_name=nested_name)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(configured))
        archive.write(weights, "model.weights.h5")
    weights.unlink()
    return path


def renumbered(layers: list[Layer], offset: int) -> list[Layer]:
    """As the second model of one process: the numbers that Keras gives go on."""
    def name(layer: Layer) -> str:
        kind = snake_case(layer.keras_class)
        number = re.fullmatch(rf"{kind}(?:_(\d+))?", layer.name)
        return f"{kind}_{int(number[1] or 0) + offset}" if number else layer.name

    return [Layer(name(layer), layer.keras_class, layer.arrays, layer.options)
            for layer in layers]
