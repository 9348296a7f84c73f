"""EfficientNet-B0 (Tan and Le 2019, https://arxiv.org/abs/1905.11946) in the two forms of Keras.

The Python package `efficientnet` and keras.applications build the same network. The package's takes
normalised pictures; keras.applications' takes pixels and normalises them itself, and calls the
classifier `predictions`.
"""

import math
from dataclasses import dataclass

from gradcam_export.keras.layers import (Activation, Add, BatchNormalization, Conv2D, Dense,
                                         DepthwiseConv2D, Dropout, GlobalAveragePooling2D,
                                         KerasLayer, Multiply, Normalization, Rescaling, Reshape,
                                         ZeroPadding2D)
from gradcam_export.keras.model import INPUT, KerasModel

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Stage:
    """Blocks of one width: the first has the stride and changes the number of channels."""

    kernel: int
    blocks: int
    inputs: int
    outputs: int
    expansion: int
    stride: int


STAGES = (Stage(3, 1, 32, 16, 1, 1), Stage(3, 2, 16, 24, 6, 2), Stage(5, 2, 24, 40, 6, 2),
          Stage(3, 3, 40, 80, 6, 2), Stage(5, 3, 80, 112, 6, 1), Stage(5, 4, 112, 192, 6, 2),
          Stage(3, 1, 192, 320, 6, 1))
SQUEEZED_SHARE = 0.25  # of the channels at the block's input


def efficientnet_b0(classes: int, activation: str) -> KerasModel:
    """As the package `efficientnet` builds it."""
    return _efficientnet(KerasModel(), INPUT, classes, activation, "probs", pads_apart=False)


def keras_efficientnet_b0(classes: int, activation: str, *, rescales_twice: bool) -> KerasModel:
    """As keras.applications builds it.

    `rescales_twice`: with ImageNet weights. Their normalisation holds the standard deviation where
    the variance belongs, so the layer divides by its square root, and a second Rescaling divides by
    the square root once more.
    """
    model = KerasModel()
    x = model.put_unnamed(Rescaling((1 / 255,)), INPUT)
    variance = IMAGENET_STD if rescales_twice else tuple(std * std for std in IMAGENET_STD)
    x = model.put_unnamed(Normalization(IMAGENET_MEAN, variance), x)
    if rescales_twice:
        x = model.put_unnamed(Rescaling(tuple(1 / math.sqrt(std) for std in IMAGENET_STD)), x)
    return _efficientnet(model, x, classes, activation, "predictions", pads_apart=True)


def _efficientnet(model: KerasModel, x: str, classes: int, activation: str, classifier: str, *,
                  pads_apart: bool) -> KerasModel:
    """`pads_apart`: the padding of strided convolutions is a layer of its own."""
    if pads_apart:
        x = model.put("stem_conv_pad", ZeroPadding2D(3), x)
    x = model.put("stem_conv", Conv2D(3, 32, 3, 2, padding=_padding(pads_apart)), x)
    x = _normalised(model, x, "stem_", 32)
    for number, stage in enumerate(STAGES, start=1):
        for block in range(stage.blocks):
            prefix = f"block{number}{chr(ord('a') + block)}_"
            inputs = stage.inputs if block == 0 else stage.outputs
            stride = stage.stride if block == 0 else 1
            x = _block(model, x, prefix, stage, inputs, stride, pads_apart=pads_apart)
    x = _normalised(model, model.put("top_conv", Conv2D(320, 1280, 1), x), "top_", 1280)
    x = model.put("avg_pool", GlobalAveragePooling2D(), x)
    x = model.put("top_dropout", Dropout(0.2), x)
    model.put(classifier, Dense(1280, classes, activation), x)
    return model


def _block(model: KerasModel, x: str, prefix: str, stage: Stage, inputs: int, stride: int, *,
           pads_apart: bool) -> str:
    """Expansion, depthwise convolution, squeeze and excitation, projection, shortcut."""
    shortcut, width = x, inputs * stage.expansion
    if stage.expansion != 1:
        x = model.put(f"{prefix}expand_conv", Conv2D(inputs, width, 1), x)
        x = _normalised(model, x, f"{prefix}expand_", width)
    if stride == 2 and pads_apart:
        x = model.put(f"{prefix}dwconv_pad", ZeroPadding2D(stage.kernel), x)
    padding = _padding(pads_apart and stride == 2)
    x = model.put(f"{prefix}dwconv", DepthwiseConv2D(width, stage.kernel, stride, padding=padding),
                  x)
    x = _normalised(model, x, prefix, width)
    x = _excited(model, x, prefix, width, max(1, int(inputs * SQUEEZED_SHARE)))
    x = model.put(f"{prefix}project_conv", Conv2D(width, stage.outputs, 1), x)
    x = model.put(f"{prefix}project_bn", BatchNormalization(stage.outputs), x)
    if stride == 1 and inputs == stage.outputs:
        x = model.put(f"{prefix}drop", Dropout(), x)
        x = model.put(f"{prefix}add", Add(), x, shortcut)
    return x


def _normalised(model: KerasModel, x: str, prefix: str, channels: int) -> str:
    x = model.put(f"{prefix}bn", BatchNormalization(channels), x)
    return model.put(f"{prefix}activation", Activation("swish"), x)


def _excited(model: KerasModel, x: str, prefix: str, width: int, squeezed: int) -> str:
    """Each channel times a factor that the whole map decides."""
    factor = model.put(f"{prefix}se_squeeze", GlobalAveragePooling2D(), x)
    factor = model.put(f"{prefix}se_reshape", Reshape(), factor)
    layers: tuple[tuple[str, KerasLayer], ...] = (
        ("se_reduce", Conv2D(width, squeezed, 1, bias=True, activation="swish")),
        ("se_expand", Conv2D(squeezed, width, 1, bias=True, activation="sigmoid")))
    for name, layer in layers:
        factor = model.put(f"{prefix}{name}", layer, factor)
    return model.put(f"{prefix}se_excite", Multiply(), x, factor)


def _padding(is_apart: bool) -> str:
    return "valid" if is_apart else "same"
