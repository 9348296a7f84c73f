"""Keras' layers as PyTorch modules, one module a layer.

A layer with weights shows them in Keras' layout: `variables()` gives views of its own tensors, in
the order of the layer's `get_weights()`, so that reading a file is a copy into these views.
"""

import re
from dataclasses import dataclass

import torch
from torch import nn

BATCH_NORM_EPSILON = 1e-3  # Keras' default, which all three networks keep

Padding = tuple[int, int, int, int]  # left, right, top, bottom


@dataclass(frozen=True)
class Variable:
    """One array of a layer: its shape in Keras, and the tensor in that order of numbers."""

    name: str
    view: torch.Tensor
    shape: tuple[int, ...]

    @staticmethod
    def of(name: str, view: torch.Tensor) -> "Variable":
        return Variable(name, view, tuple(view.shape))


class KerasLayer(nn.Module):
    """What a Keras layer does when it is used, not trained."""

    keras_class = ""  # in the model's configuration

    def variables(self) -> list[Variable]:
        return []

    def options(self) -> dict[str, object]:
        """Options of the layer's configuration that decide what it computes, as Keras names them."""
        return {}

    @classmethod
    def kind(cls) -> str:
        return snake_case(cls.keras_class)


def snake_case(class_name: str) -> str:
    """A class as Keras' weight files write it: SeparableConv2D is separable_conv2d."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def same_padding(size: torch.Size, kernel: int, stride: int) -> Padding:
    """TensorFlow's SAME for the last two of `size`: in front, half of it, rounded down."""
    missing = [max((-(-int(side) // stride) - 1) * stride + kernel - int(side), 0)
               for side in size[-2:]]
    (top, bottom), (left, right) = [(total // 2, total - total // 2) for total in missing]
    return left, right, top, bottom


def activated(x: torch.Tensor, activation: str | None) -> torch.Tensor:
    """`x` behind one of Keras' activation functions; a classifier's is over its classes."""
    match activation:
        case None | "linear":
            return x
        case "relu":
            return torch.relu(x)
        case "swish":
            return nn.functional.silu(x)
        case "sigmoid":
            return torch.sigmoid(x)
        case "softmax":
            return torch.softmax(x, 1)
    raise ValueError(activation)


class Convolution(nn.Conv2d):
    """A convolution whose weights are left for a file (or weights.randomize) to fill."""

    def reset_parameters(self) -> None:
        pass


class Conv2D(KerasLayer, Convolution):
    """`same` or `valid` padding, with the activation that Keras counts as part of the layer."""

    keras_class = "Conv2D"

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, *,
                 padding: str = "same", bias: bool = False, activation: str | None = None,
                 groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, bias=bias, groups=groups)
        self.pads = padding == "same"
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left, right, top, bottom = 0, 0, 0, 0
        if self.pads:
            left, right, top, bottom = same_padding(x.shape, self.kernel_size[0], self.stride[0])
        # The convolution's own padding costs nothing, but it is the same in front and behind.
        x = padded(x, (0, right - left, 0, bottom - top))
        x = nn.functional.conv2d(x, self.weight, self.bias, self.stride, (top, left),
                                 groups=self.groups)
        return activated(x, self.activation)

    def variables(self) -> list[Variable]:
        kernel = Variable.of("kernel", self.weight.data.permute(2, 3, 1, 0))
        return [kernel] + ([] if self.bias is None else [Variable.of("bias", self.bias.data)])

    def options(self) -> dict[str, object]:
        return {"strides": self.stride[0], "padding": "same" if self.pads else "valid",
                "dilation_rate": 1, "groups": 1, "use_bias": self.bias is not None,
                "activation": self.activation}


class DepthwiseConv2D(Conv2D):
    """One kernel a channel."""

    keras_class = "DepthwiseConv2D"

    def __init__(self, channels: int, kernel: int, stride: int = 1, *,
                 padding: str = "same") -> None:
        super().__init__(channels, channels, kernel, stride, padding=padding, groups=channels)

    def variables(self) -> list[Variable]:
        return [depthwise_variable(self.weight)]

    def options(self) -> dict[str, object]:
        return {**super().options(), "depth_multiplier": 1}


class SeparableConv2D(KerasLayer):
    """A depthwise 3x3 convolution, then a pointwise one."""

    keras_class = "SeparableConv2D"

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = Convolution(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = Convolution(inputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self.depthwise(x))

    def variables(self) -> list[Variable]:
        return [depthwise_variable(self.depthwise.weight),
                Variable.of("pointwise_kernel", self.pointwise.weight.data.permute(2, 3, 1, 0))]

    def options(self) -> dict[str, object]:
        return {"strides": 1, "padding": "same", "dilation_rate": 1, "depth_multiplier": 1,
                "use_bias": False, "activation": None}


def depthwise_variable(weight: torch.Tensor) -> Variable:
    return Variable.of("depthwise_kernel", weight.data.permute(2, 3, 0, 1))


class BatchNormalization(KerasLayer, nn.BatchNorm2d):
    keras_class = "BatchNormalization"

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=BATCH_NORM_EPSILON)

    def variables(self) -> list[Variable]:
        return [Variable.of("gamma", self.weight.data), Variable.of("beta", self.bias.data),
                Variable.of("moving_mean", self.running_mean),
                Variable.of("moving_variance", self.running_var)]

    def options(self) -> dict[str, object]:
        return {"epsilon": self.eps, "center": True, "scale": True}


class Dense(KerasLayer, nn.Linear):
    """A fully connected layer. `map_shape` (h, w, channels): its input is a flattened map, which
    Keras flattens channels last."""

    keras_class = "Dense"

    def __init__(self, inputs: int, outputs: int, activation: str | None, *,
                 map_shape: tuple[int, int, int] | None = None) -> None:
        super().__init__(inputs, outputs)
        self.activation = activation
        self.map_shape = map_shape

    def reset_parameters(self) -> None:
        pass

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return activated(nn.functional.linear(x, self.weight, self.bias), self.activation)

    def variables(self) -> list[Variable]:
        kernel = self.weight.data.t()
        if self.map_shape is not None:
            height, width, channels = self.map_shape
            kernel = self.weight.data.view(-1, channels, height, width).permute(2, 3, 1, 0)
        return [Variable("kernel", kernel, (self.in_features, self.out_features)),
                Variable.of("bias", self.bias.data)]

    def options(self) -> dict[str, object]:
        return {"use_bias": True, "activation": self.activation}


class Normalization(KerasLayer):
    """(x - mean) / standard deviation, channel by channel."""

    keras_class = "Normalization"

    def __init__(self, mean: tuple[float, ...], variance: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("variance", torch.tensor(variance).view(1, -1, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / torch.clamp(torch.sqrt(self.variance), min=1e-7)

    def variables(self) -> list[Variable]:
        return [Variable.of("mean", self.mean.view(-1)),
                Variable.of("variance", self.variance.view(-1))]


class Rescaling(KerasLayer):
    """One factor for all channels or one a channel: no weights, but of the configuration."""

    keras_class = "Rescaling"

    def __init__(self, scale: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale).view(1, -1, 1, 1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale

    def options(self) -> dict[str, object]:
        return {"scale": tuple(self.scale.view(-1).tolist()), "offset": 0.0}


class Activation(KerasLayer):
    keras_class = "Activation"

    def __init__(self, activation: str) -> None:
        super().__init__()
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return activated(x, self.activation)

    def options(self) -> dict[str, object]:
        return {"activation": self.activation}


class ZeroPadding2D(KerasLayer):
    """In front of a `valid` convolution with stride 2: what SAME would pad."""

    keras_class = "ZeroPadding2D"

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self.kernel = kernel

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = self.kernel // 2
        top, left = (half - 1 + int(side) % 2 for side in x.shape[-2:])
        return padded(x, (left, half, top, half))


class MaxPooling2D(KerasLayer):
    """With `same` padding, the cells beyond the border never win."""

    keras_class = "MaxPooling2D"

    def __init__(self, kernel: int, padding: str = "valid") -> None:
        super().__init__()
        self.kernel = kernel
        self.pads = padding == "same"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.pads:
            x = padded(x, same_padding(x.shape, self.kernel, 2), float("-inf"))
        return nn.functional.max_pool2d(x, self.kernel, 2)

    def options(self) -> dict[str, object]:
        return {"pool_size": self.kernel, "strides": 2, "padding": "same" if self.pads else "valid"}


class GlobalAveragePooling2D(KerasLayer):
    keras_class = "GlobalAveragePooling2D"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


class Reshape(KerasLayer):
    """From [N, C] to a map of one cell."""

    keras_class = "Reshape"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.unsqueeze(2).unsqueeze(3)


class Flatten(KerasLayer):
    keras_class = "Flatten"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)


class Dropout(KerasLayer, nn.Dropout):
    keras_class = "Dropout"


class Add(KerasLayer):
    keras_class = "Add"

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class Multiply(KerasLayer):
    keras_class = "Multiply"

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x * y


def padded(x: torch.Tensor, padding: Padding, value: float = 0.0) -> torch.Tensor:
    return nn.functional.pad(x, padding, value=value) if any(padding) else x
