"""Xception (Chollet 2017, https://arxiv.org/abs/1610.02357) as keras.applications builds it."""

from gradcam_export.keras.layers import (Activation, Add, BatchNormalization, Conv2D, Dense,
                                         GlobalAveragePooling2D, MaxPooling2D, SeparableConv2D)
from gradcam_export.keras.model import INPUT, KerasModel

MIDDLE_BLOCKS = range(5, 13)


def xception(classes: int, activation: str) -> KerasModel:
    model = KerasModel()
    x = _stem(model)
    x = _downsampling_block(model, x, "block2", (64, 128, 128), starts_with_relu=False)
    x = _downsampling_block(model, x, "block3", (128, 256, 256))
    x = _downsampling_block(model, x, "block4", (256, 728, 728))
    for number in MIDDLE_BLOCKS:
        x = _middle_block(model, x, f"block{number}")
    x = _downsampling_block(model, x, "block13", (728, 728, 1024))
    for number, (inputs, outputs) in enumerate([(1024, 1536), (1536, 2048)], start=1):
        x = _separable(model, x, f"block14_sepconv{number}", inputs, outputs)
        x = model.put(f"block14_sepconv{number}_act", Activation("relu"), x)
    x = model.put("avg_pool", GlobalAveragePooling2D(), x)
    model.put("predictions", Dense(2048, classes, activation), x)
    return model


def _stem(model: KerasModel) -> str:
    x = INPUT
    for name, inputs, outputs, stride in (("block1_conv1", 3, 32, 2), ("block1_conv2", 32, 64, 1)):
        x = model.put(name, Conv2D(inputs, outputs, 3, stride, padding="valid"), x)
        x = model.put(f"{name}_bn", BatchNormalization(outputs), x)
        x = model.put(f"{name}_act", Activation("relu"), x)
    return x


def _separable(model: KerasModel, x: str, name: str, inputs: int, outputs: int) -> str:
    x = model.put(name, SeparableConv2D(inputs, outputs), x)
    return model.put(f"{name}_bn", BatchNormalization(outputs), x)


def _downsampling_block(model: KerasModel, x: str, name: str, channels: tuple[int, int, int], *,
                        starts_with_relu: bool = True) -> str:
    """Two separable convolutions and a pool beside a strided 1x1 convolution. The branches part in
    front of the first ReLU. Keras lists the layers of the two branches alternately."""
    inputs, middle, outputs = channels
    shortcut = x
    if starts_with_relu:
        x = model.put(f"{name}_sepconv1_act", Activation("relu"), x)
    x = _separable(model, x, f"{name}_sepconv1", inputs, middle)
    x = model.put(f"{name}_sepconv2_act", Activation("relu"), x)
    x = _separable(model, x, f"{name}_sepconv2", middle, outputs)
    shortcut = model.put_unnamed(Conv2D(inputs, outputs, 1, 2), shortcut)
    x = model.put(f"{name}_pool", MaxPooling2D(3, "same"), x)
    shortcut = model.put_unnamed(BatchNormalization(outputs), shortcut)
    return model.put_unnamed(Add(), x, shortcut)


def _middle_block(model: KerasModel, x: str, name: str) -> str:
    shortcut = x
    for number in (1, 2, 3):
        x = model.put(f"{name}_sepconv{number}_act", Activation("relu"), x)
        x = _separable(model, x, f"{name}_sepconv{number}", 728, 728)
    return model.put_unnamed(Add(), x, shortcut)
