#!/usr/bin/env python3
"""One picture with the Python package grad-cam, as its documentation does it; bench_cold.py times
this script. It writes the same four pictures as the program's default.

  bench_peer.py torchvision-name state_dict.pth picture.jpg folder
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import show_cam_on_image
from torchvision import transforms

LAYERS = {"vgg16": "features.29", "efficientnet_b0": "features.8"}


def main() -> None:
    name, weights, picture, folder = sys.argv[1:]
    network = torchvision.models.get_model(name, weights=None)
    network.load_state_dict(torch.load(weights, mmap=True, weights_only=True))
    network.eval()
    image = Image.open(picture).convert("RGB")
    prepare = transforms.Compose([
        transforms.Resize((224, 224)), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    layer = network.get_submodule(LAYERS[name])
    kept: list[torch.Tensor] = []
    layer.register_forward_hook(lambda _module, _inputs, output: kept.append(output.detach()))
    with GradCAM(model=network, target_layers=[layer]) as cam:
        gradcam = cam(input_tensor=prepare(image)[None], targets=None)[0]
    saliency = kept[0][0].mean(0).clamp(min=0).numpy()
    write(gradcam, image, Path(folder), "gradcam")
    write(saliency / saliency.max(), image, Path(folder), "saliency")


def write(values: np.ndarray, image: Image.Image, folder: Path, name: str) -> None:
    """The map as a heatmap and over the picture."""
    drawn = np.asarray(Image.fromarray(values).resize(image.size, Image.Resampling.BILINEAR))
    pixels = np.asarray(image, dtype=np.float32) / 255
    overlay = show_cam_on_image(pixels, drawn, use_rgb=True)
    heatmap = show_cam_on_image(np.zeros_like(pixels), drawn, use_rgb=True, image_weight=0)
    Image.fromarray(heatmap).save(folder / f"{name}.png")
    Image.fromarray(overlay).save(folder / f"{name}-overlay.png")


if __name__ == "__main__":
    main()
