"""What a Keras file says about its model besides the weights: its layers and their options."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DEEPEST_MODEL = 8  # models inside of models: more is no classifier but a damaged file


@dataclass(frozen=True)
class ConfiguredLayer:
    name: str
    keras_class: str
    options: dict[str, Any]
    layers: list["ConfiguredLayer"] = field(default_factory=list)  # of a model used as a layer

    @property
    def input_size(self) -> tuple[int, int] | None:
        """Height and width, where this layer fixes the model's input."""
        shape = self.options.get("batch_shape") or self.options.get("batch_input_shape")
        match shape:
            case [_, int(height), int(width), int()]:
                return height, width
        return None


def parse_configuration(text: str | bytes) -> list[ConfiguredLayer]:
    """The layers in the JSON that `Model.to_json()` gives. Throws ValueError for anything else."""
    try:
        return _layers(json.loads(text), DEEPEST_MODEL)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("its configuration is not that of a Keras model") from error


def flattened(layers: list[ConfiguredLayer]) -> Iterator[ConfiguredLayer]:
    """Layers with those of nested models in their place."""
    for layer in layers:
        if layer.layers:
            yield from flattened(layer.layers)
        else:
            yield layer


def _layers(model: dict[str, Any], depth: int) -> list[ConfiguredLayer]:
    if depth == 0:
        raise ValueError("its models lie too deep inside of each other")
    options = model["config"]
    entries = options["layers"] if isinstance(options, dict) else options  # Keras 1: a plain list
    return [_layer(entry, depth) for entry in entries]


def _layer(entry: dict[str, Any], depth: int) -> ConfiguredLayer:
    options = entry["config"]
    nested = _layers(entry, depth - 1) if isinstance(options, list) or "layers" in options else []
    name = options["name"] if isinstance(options, dict) and "name" in options else entry["name"]
    # Registered classes carry their package: "Custom>FixedDropout".
    return ConfiguredLayer(str(name), str(entry["class_name"]).rpartition(">")[2],
                           options if isinstance(options, dict) else {}, nested)
