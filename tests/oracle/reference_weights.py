"""The weights that the reference results were computed with, as a legacy Keras .h5 file.

  reference_weights.py xception|vgg16|efficientnet_b0 FILE.h5

Kernels are drawn from a seeded generator. What was calibrated on pictures when the references were made
(statistics of batch norm, biases, a factor a channel) lies in data/NAME_calibration.npz. So 0.2 MB
stand for weights of 21 to 553 MB.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np

BLOCK = 2**20
DATA = Path(__file__).resolve().parent / "data"

Shape = tuple[int, ...]
Arrays = dict[str, np.ndarray]  # by the names that Keras gives the weights of a layer


class Generator:
    """Draws in the order in which the references' weights were drawn."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def normal(self, shape: Shape, deviation: float = 1.0) -> np.ndarray:
        """Drawn in float64, in blocks: VGG16's largest kernel would take 0.8 GB at once."""
        numbers = np.empty(shape, np.float32)
        flat = numbers.reshape(-1)
        for start in range(0, flat.size, BLOCK):
            block = flat[start:start + BLOCK]
            block[:] = self._random.standard_normal(block.size) * deviation
        return numbers

    def uniform(self, low: float, high: float, shape: Shape) -> np.ndarray:
        return self._random.uniform(low, high, shape).astype(np.float32)

    def kernel(self, shape: Shape, inputs: int) -> np.ndarray:
        """He's initialisation for `inputs` numbers that each output is a sum of."""
        return self.normal(shape, np.sqrt(2.0 / inputs))


def convolution(draw: Generator, shapes: list[Shape], _: Arrays) -> Arrays:
    arrays = {"kernel": draw.kernel(shapes[0], int(np.prod(shapes[0][:3])))}
    if len(shapes) > 1:
        arrays["bias"] = draw.normal(shapes[1], 0.3)
    return arrays


def depthwise_convolution(draw: Generator, shapes: list[Shape], _: Arrays) -> Arrays:
    return {"depthwise_kernel": draw.kernel(shapes[0], shapes[0][0] * shapes[0][1])}


def separable_convolution(draw: Generator, shapes: list[Shape], _: Arrays) -> Arrays:
    return {"depthwise_kernel": draw.normal(shapes[0], 1.0 / 3),
            "pointwise_kernel": draw.kernel(shapes[1], shapes[1][2])}


def batch_normalization(draw: Generator, shapes: list[Shape], calibrated: Arrays) -> Arrays:
    return {"gamma": draw.uniform(0.6, 1.4, shapes[0]), "beta": draw.normal(shapes[0], 0.3),
            "moving_mean": calibrated["mean"], "moving_variance": calibrated["variance"]}


def scaled_layer(draw: Generator, shapes: list[Shape], calibrated: Arrays) -> Arrays:
    """A layer of VGG16, which has no batch norm: a factor for each output channel instead."""
    kernel = draw.kernel(shapes[0], int(np.prod(shapes[0][:-1])))
    # Calibration replaced the gain and shift drawn here; drawing them keeps the sequence.
    draw.uniform(0.7, 1.3, shapes[0][-1:])
    draw.normal(shapes[0][-1:])
    kernel *= calibrated["scale"]
    return {"kernel": kernel, "bias": calibrated["bias"]}


def classifier(draw: Generator, shapes: list[Shape], calibrated: Arrays) -> Arrays:
    kernel = draw.normal(shapes[0])
    kernel *= calibrated["scale"]
    return {"kernel": kernel, "bias": calibrated["bias"]}


LAYERS: dict[str, Callable[[Generator, list[Shape], Arrays], Arrays]] = {
    "conv": convolution, "depthwise": depthwise_convolution, "separable": separable_convolution,
    "batch_norm": batch_normalization, "scaled": scaled_layer, "classifier": classifier}


def reference_layers(calibration: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Arrays]]:
    """The layers with weights, by name, in the order of the Keras model."""
    draw = Generator(int(calibration["seed"]))
    for name, kind, shapes in zip(calibration["names"], calibration["kinds"],
                                  calibration["shapes"]):
        calibrated = {key.rpartition("/")[2]: calibration[key] for key in calibration
                      if key.rpartition("/")[0] == name}
        yield str(name), LAYERS[str(kind)](draw, parse_shapes(str(shapes)), calibrated)


def parse_shapes(text: str) -> list[Shape]:
    """[(3, 3, 64), (64,)] of "3x3x64,64"."""
    return [tuple(int(side) for side in shape.split("x")) for shape in text.split(",")]


def write_reference_weights(name: str, path: Path) -> None:
    with np.load(DATA / f"{name}_calibration.npz") as calibration, h5py.File(path, "w") as file:
        layer_names = []
        for layer, arrays in reference_layers(calibration):
            group = file.create_group(layer)
            weight_names = [f"{layer}/{weight}:0" for weight in arrays]
            for weight_name, array in zip(weight_names, arrays.values()):
                group.create_dataset(weight_name, data=array)
            group.attrs["weight_names"] = [weight_name.encode() for weight_name in weight_names]
            layer_names.append(layer.encode())
        file.attrs["layer_names"] = layer_names


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_reference_weights(sys.argv[1], Path(sys.argv[2]))
