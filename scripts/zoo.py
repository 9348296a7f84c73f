#!/usr/bin/env python3
"""Compares the program's raw Grad-CAM with captum's on the eager network, over many networks.

  scripts/zoo.py                   every network; prints a line for each
  scripts/zoo.py --write-docs      and puts the table into docs/models.md
  scripts/zoo.py timm:dla34        these only

Weights are random but well-conditioned (gradcam_export.weights.randomize). Each network is traced
and explained at the program's default layer and at the convolution in the middle of the network, by
LibTorch and by OpenVINO. What OpenVINO cannot take stands there with its reason and is no failure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from captum.attr import LayerGradCam
from PIL import Image
from skimage import data
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gradcam_export import networks, trace, weights
from gradcam_export.cards import Card, input_size, with_labels
from gradcam_export.errors import ExportError

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs" / "models.md"
BEGIN, END = "<!-- zoo: written by scripts/zoo.py -->", "<!-- zoo: end -->"

# Of captum's largest value. Float32 sums in another order differ by 1e-6 to 1e-5 in a deep network;
# a wrong layer, class, pooling or preprocessing shows as 0.1 and more.
LIMIT = 1e-3
# OpenVINO's activations differ from LibTorch's by 1e-6 to 1e-5 of their maximum ...
ACTIVATIONS_LIMIT = 1e-4
# ... so that now and then a ReLU or a maximum between a layer in the middle and the scores flips, which
# moves the gradient, and the map, mostly by up to a percent.
OPENVINO_LIMIT = 1e-2
# Where it is more, noise of this size, of the maximum, on the activations must move captum's map as far:
# torchvision's vgg19_bn by 3e-2.
NOISE = 3e-6
NOISY_RUNS = 8

TORCHVISION = """
    alexnet vgg16 vgg19_bn resnet18 resnet50 resnext50_32x4d wide_resnet50_2 densenet121 googlenet
    inception_v3 mobilenet_v2 mobilenet_v3_small mnasnet1_0 shufflenet_v2_x1_0 squeezenet1_1
    efficientnet_b0 efficientnet_v2_s regnet_y_400mf convnext_tiny
"""
TIMM = """
    resnet26d resnest14d res2net50_26w_4s dla34 hrnet_w18_small repvgg_a0 ghostnet_100 cspresnet50
    dm_nfnet_f0 legacy_xception mobilenetv3_large_100 tf_efficientnet_lite0 selecsls42b
    coatnet_0_rw_224 vovnet39a ese_vovnet19b_dw skresnet18 efficientnet_es
"""
NAMES = ([f"torchvision:{name}" for name in TORCHVISION.split()] +
         [f"timm:{name}" for name in TIMM.split()])


@dataclass(frozen=True)
class Comparison:
    layer: str
    shape: list[int]
    libtorch: float  # largest difference, of captum's largest value
    openvino: float | None  # None: the engine cannot take the network
    openvino_limit: float = OPENVINO_LIMIT

    @property
    def agrees(self) -> bool:
        return self.libtorch <= LIMIT and (
            self.openvino is None or self.openvino <= self.openvino_limit)


@dataclass(frozen=True)
class Result:
    report: dict
    gradcam: np.ndarray  # raw, the mean over channels, for the logit of the best class
    saliency: np.ndarray  # the mean over channels of the activations


class RefusedByEngine(Exception):
    """The engine that was asked for cannot run the network; the program's sentence."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="LIBRARY:NAME")
    parser.add_argument("--program", type=Path, default=PROJECT / "build" / "release" / "gradcam")
    parser.add_argument("--write-docs", action="store_true", help=f"update {DOCS.name}")
    options = parser.parse_args()
    if options.write_docs and options.names:
        parser.error("--write-docs writes the table of every network: give no names")
    options.names = options.names or NAMES
    return options


def network_input(picture: Path, card: Card) -> torch.Tensor:
    """[1, 3, H, W], by Pillow, as the card says."""
    preprocess = card["preprocess"]["imagenet"]
    height, width = preprocess["size"]
    filters = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    resized = (width, height)
    if preprocess["resize"]["mode"] == "shorter":
        pixels, shorter = preprocess["resize"]["pixels"], min(image.size)
        resized = tuple(pixels * side // shorter for side in image.size)
    image = image.resize(resized, filters[preprocess["filter"]])
    left, top = round((image.width - width) / 2), round((image.height - height) / 2)
    pixels = np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.float32)
    values = (pixels / preprocess["scale"] - preprocess["mean"]) / preprocess["std"]
    return torch.from_numpy(values.transpose(2, 0, 1)[None]).float()


def with_exact_numbers(card: Card) -> Card:
    """The card with a scale, mean and std that float32 divides without rounding.

    So that both sides see the same input bit for bit: with an input that differs by 1e-7, a ReLU
    somewhere flips and moves the map of a deep network by up to a percent, captum's own as well.
    """
    exact = {"scale": 256.0, "mean": [0.5] * 3, "std": [0.25] * 3}
    return {**card, "preprocess": {"imagenet": {**card["preprocess"]["imagenet"], **exact}}}


class Shielded(nn.Module):
    """Hands on a copy, so that an in-place operation behind `layer` does not change what captum
    keeps of its output; with noise on it, evenly up to this share of the largest number."""

    def __init__(self, layer: nn.Module, noise: float = 0, seed: int = 0) -> None:
        super().__init__()
        self.layer = layer
        self.noise = noise
        self.generator = torch.Generator().manual_seed(seed)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        output = self.layer(*inputs)
        if not self.noise:
            return output.clone()
        noise = 2 * torch.rand(output.shape, generator=self.generator) - 1
        return output + self.noise * output.detach().abs().max() * noise


def captum_map(network: nn.Module, path: str, x: torch.Tensor, target: int, noise: float = 0,
               seed: int = 0) -> np.ndarray:
    """Channel sum before ReLU, [h, w]; of the last call where `path` is called several times. What is
    behind the layer, and so the gradient, gets the noise."""
    parent_path, _, child = path.rpartition(".")
    parent, layer = network.get_submodule(parent_path), network.get_submodule(path)
    setattr(parent, child, Shielded(layer, noise, seed))
    try:
        attribution = LayerGradCam(network, layer).attribute(x, target, relu_attributions=False)
    finally:
        setattr(parent, child, layer)
    return attribution[0, 0].detach().numpy()


def middle_convolution(network: nn.Module, x: torch.Tensor) -> str:
    """The path of the convolution in the middle of those called once with a spatial output."""
    calls: list[tuple[str, bool]] = []
    handles = [
        module.register_forward_hook(
            lambda _m, _i, output, path=path: calls.append((path, output[0, 0].numel() > 1)))
        for path, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    with torch.no_grad():
        network(x)
    for handle in handles:
        handle.remove()
    paths = [path for path, _ in calls]
    usable = [path for path, spatial in calls if spatial and paths.count(path) == 1]
    return usable[len(usable) // 2]


def run_program(program: Path, model: Path, picture: Path, layer: str | None, folder: Path,
                engine: str) -> Result:
    command = [program, "--model", model, "--image", picture, "--output", folder / "out",
               "--score", "logit", "--write", "raw,json", "--device", "cpu", "--engine", engine]
    command += [] if layer is None else ["--layer", layer]
    finished = subprocess.run([str(part) for part in command], text=True, capture_output=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
                              check=False)
    if finished.returncode != 0:
        problem = next(line for line in finished.stderr.splitlines() if "error: " in line)
        if "engine 'openvino' cannot be used" in problem or "LibTorch only" in problem:
            raise RefusedByEngine(problem.partition("error: ")[2])
        raise ExportError(problem)
    report = json.loads((folder / "out" / "cat.json").read_text())
    return Result(report, *(np.load(folder / "out" / f"cat.{kind}.npy")
                            for kind in ("gradcam", "saliency")))


def compare(name: str, program: Path, folder: Path) -> list[Comparison]:
    """Exports the network and compares it at two layers."""
    entry = networks.resolve(name)
    card = with_exact_numbers(entry.card(None))
    network = entry.build(None)
    weights.randomize(network, input_size(card))
    model, picture = folder / "model.pt", folder / "cat.png"
    trace.export(network, input_size(card), with_labels(card, [], {"source": "random"}), model)
    Image.fromarray(data.chelsea()).save(picture)
    x = network_input(picture, card)
    return [compare_layer(network, x, lambda engine, layer=layer: run_program(
                program, model, picture, layer, folder, engine))
            for layer in (None, middle_convolution(network, x))]


def compare_layer(network: nn.Module, x: torch.Tensor,
                  run: Callable[[str], Result]) -> Comparison:
    """`run` runs the program with the engine of that name."""
    by_libtorch = run("libtorch")
    layer, shape = (by_libtorch.report["model"][key] for key in ("layer", "layer_shape"))
    target = by_libtorch.report["explanations"][0]["class"]["index"]
    # The program averages over the channels where captum sums.
    expected = captum_map(network, layer.partition("#")[0], x, target) / shape[0]
    libtorch = difference(by_libtorch.gradcam, expected, layer)
    try:
        by_openvino = run("openvino")
    except RefusedByEngine as refusal:
        print(f"  {layer}: {refusal}", flush=True)
        return Comparison(layer, shape, libtorch, None)
    if by_openvino.report["tool"]["engine"] != "openvino":
        raise ExportError(f"'{layer}' was not computed by OpenVINO, which was asked for")
    activations = difference(by_openvino.saliency, by_libtorch.saliency, layer)
    if activations > ACTIVATIONS_LIMIT:
        raise ExportError(f"OpenVINO's activations of '{layer}' differ by {activations:.0e}")
    openvino = difference(by_openvino.gradcam, expected, layer)
    limit = OPENVINO_LIMIT
    if openvino > limit:
        limit = sensitivity(network, layer, x, target)
        print(f"  {layer}: OpenVINO {openvino:.0e}, PyTorch with noise {limit:.0e}", flush=True)
    return Comparison(layer, shape, libtorch, openvino, limit)


def sensitivity(network: nn.Module, layer: str, x: torch.Tensor, target: int) -> float:
    """How far noise as small as OpenVINO's moves captum's own map."""
    path = layer.partition("#")[0]
    expected = captum_map(network, path, x, target)
    return max(difference(captum_map(network, path, x, target, NOISE, seed), expected, layer)
               for seed in range(NOISY_RUNS))


def difference(found: np.ndarray, expected: np.ndarray, layer: str) -> float:
    """The largest one, as a share of the largest value that is expected."""
    largest = float(np.abs(expected).max())
    if expected.shape != found.shape or not largest > 0:
        raise ExportError(f"nothing to compare at '{layer}': {expected.shape}, {found.shape}, "
                          f"largest value {largest}")
    return float(np.abs(found - expected).max()) / largest


def row(name: str, comparisons: list[Comparison]) -> str:
    cells = [name]
    for comparison in comparisons:
        shape = "×".join(map(str, comparison.shape))
        openvino = "no" if comparison.openvino is None else f"{comparison.openvino:.0e}"
        cells += [f"`{comparison.layer}` {shape}", f"{comparison.libtorch:.0e}", openvino]
    return "| " + " | ".join(cells) + " |"


def write_docs(rows: list[str]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = ["| network | default layer | LibTorch | OpenVINO | layer in the middle | LibTorch | OpenVINO |",
             "| --- | --- | --- | --- | --- | --- | --- |", *rows]
    DOCS.write_text(before + BEGIN + "\n" + "\n".join(table) + "\n" + END + after, encoding="utf-8")


def main() -> int:
    options = parse_arguments()
    if not options.program.is_file():
        print(f"zoo: error: no program '{options.program}'\nhint: run scripts/setup.sh",
              file=sys.stderr)
        return 1
    warnings.simplefilter("ignore")
    rows, failures = [], []
    for name in options.names:
        with tempfile.TemporaryDirectory(prefix="gradcam-zoo-") as folder:
            try:
                comparisons = compare(name, options.program, Path(folder))
            except (ExportError, AttributeError, RuntimeError) as error:
                failures.append(name)
                print(f"{name}: failed: {error}", flush=True)
                continue
        rows.append(row(name, comparisons))
        wrong = not all(comparison.agrees for comparison in comparisons)
        failures += [name] if wrong else []
        print(rows[-1] + (" WRONG" if wrong else ""), flush=True)
    print(f"{len(options.names) - len(failures)} of {len(options.names)} networks agree with "
          f"captum, within {LIMIT:.0e} (LibTorch) and {OPENVINO_LIMIT:.0e} (OpenVINO) of its "
          "largest value, or as far as noise moves captum's own map")
    if options.write_docs:
        write_docs(rows)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
