"""A Keras functional model: layers by name, each fed by earlier ones."""

import torch
from torch import nn

from gradcam_export.keras.layers import KerasLayer, snake_case

INPUT = "input"


class KerasModel(nn.Module):
    """Layers are sub-modules under their Keras names, in the order of Keras' `model.layers`."""

    def __init__(self) -> None:
        super().__init__()
        self._fed_by: dict[str, tuple[str, ...]] = {}
        self._unnamed: dict[str, int] = {}

    def put(self, name: str, layer: KerasLayer, *inputs: str) -> str:
        """Appends a layer behind the layers named `inputs` and returns its name."""
        self.add_module(name, layer)
        self._fed_by[name] = inputs
        return name

    def put_unnamed(self, layer: KerasLayer, *inputs: str) -> str:
        """As `put`, for a layer that Keras names itself: conv2d, conv2d_1, ..."""
        kind = snake_case(layer.keras_class)
        number = self._unnamed.get(kind, 0)
        self._unnamed[kind] = number + 1
        return self.put(f"{kind}_{number}" if number else kind, layer, *inputs)

    def is_named(self, name: str) -> bool:
        """Whether the name says which layer it is. Keras' own numbers go on from model to model."""
        kind, _, number = name.rpartition("_")
        return name not in self._unnamed and not (number.isdigit() and kind in self._unnamed)

    def layers(self) -> dict[str, KerasLayer]:
        return dict(self.named_children())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = {INPUT: x}
        for name, inputs in self._fed_by.items():
            x = self.get_submodule(name)(*[outputs[source] for source in inputs])
            outputs[name] = x
        return x
