"""Whether the layers that a Keras file configures are those of the network that is to take its weights.

Weights of the right shapes do not make the same network: a convolution with another stride, another
epsilon or activation, or a rescaling in front would give other results without a word.
"""

import math
from collections.abc import Iterator

from gradcam_export.errors import ExportError
from gradcam_export.keras.configuration import ConfiguredLayer
from gradcam_export.keras.files import KerasFile
from gradcam_export.keras.layers import KerasLayer
from gradcam_export.keras.model import KerasModel

# Layers that do nothing when a network is used; a training script may add them anywhere.
WITHOUT_EFFECT = {"InputLayer", "Dropout", "FixedDropout", "SpatialDropout2D", "GaussianNoise",
                  "GaussianDropout", "ActivityRegularization", "RandomFlip", "RandomRotation",
                  "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"}
SYNONYMS = {None: "linear", "silu": "swish"}
ROUNDING = 1e-6  # of numbers that went through float32 on their way into a file


def mismatch(file: KerasFile, network_name: str, what: str) -> ExportError:
    return ExportError(f"weights '{file.path}' are not those of {network_name}: {what}",
                       "the file must hold the weights of this very network, its classifier "
                       "included (include_top=True, or one Dense layer in its place)")


def check_configuration(model: KerasModel, file: KerasFile, network_name: str) -> None:
    """Throws ExportError for a configured layer that is not part of `model`, for one that computes
    something else, and for a layer of `model` that is missing. Nothing is said of a file without a
    configuration."""
    if not file.configuration:
        return
    left = {name: layer for name, layer in model.layers().items()
            if layer.keras_class not in WITHOUT_EFFECT}
    for configured in _with_effect(file.configuration):
        name = _place_of(configured, left, model)
        if name is None:
            raise mismatch(file, network_name, f"its layer '{configured.name}' "
                           f"({configured.keras_class}) is not part of it")
        for option, expected in left.pop(name).options().items():
            if option in configured.options and not _agree(configured.options[option], expected):
                raise mismatch(file, network_name, f"its layer '{configured.name}' has {option} "
                               f"{configured.options[option]!r} and not {expected!r}")
    if left:
        raise mismatch(file, network_name,
                       f"a layer {next(iter(left.values())).keras_class} is missing")


def is_rescaling(layer: ConfiguredLayer) -> bool:
    """Whether the layer multiplies by something else than 1."""
    return layer.keras_class == "Rescaling" and not _is_identity(layer)


def _with_effect(layers: list[ConfiguredLayer]) -> Iterator[ConfiguredLayer]:
    for layer in layers:
        if layer.keras_class not in WITHOUT_EFFECT and not _is_identity(layer):
            yield layer


def _is_identity(layer: ConfiguredLayer) -> bool:
    match layer.keras_class:
        case "Activation":
            return layer.options.get("activation") == "linear"
        case "Rescaling":
            return _agree(layer.options.get("scale", 0), 1.0) and \
                _agree(layer.options.get("offset", 0), 0.0)
    return False


def _place_of(configured: ConfiguredLayer, left: dict[str, KerasLayer],
              model: KerasModel) -> str | None:
    """By name; a layer that Keras numbered, or whose name was changed, is the first one left of its
    class."""
    same_class = [name for name, layer in left.items()
                  if layer.keras_class == configured.keras_class]
    if configured.name in same_class and model.is_named(configured.name):
        return configured.name
    return next(iter(same_class), None)


def _agree(found: object, expected: object) -> bool:
    """`found` as JSON has it: one number for both sides of a map, or one a side."""
    match found:
        case {"config": inner}:  # an object of Keras 3, such as an activation
            return _agree(inner, expected)
        case [first, *rest] if not isinstance(expected, tuple):
            return all(_agree(value, expected) for value in (first, *rest))
        case [*values] if isinstance(expected, tuple):
            return len(values) == len(expected) and all(map(_agree, values, expected))
        case bool() | str() | None:
            return SYNONYMS.get(found, found) == SYNONYMS.get(expected, expected)
        case int() | float():
            single = expected[0] if isinstance(expected, tuple) and len(expected) == 1 else expected
            return isinstance(single, (int, float)) and math.isclose(found, single,
                                                                     rel_tol=ROUNDING)
    return False
