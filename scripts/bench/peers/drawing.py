"""What the program writes by default, four pictures and a report, by the peer's own means."""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from pytorch_grad_cam.utils.image import show_cam_on_image


def saliency_of(activations: torch.Tensor) -> np.ndarray:
    """[N, h, w] in 0...1"""
    maps = activations.mean(1).clamp(min=0)
    return (maps / maps.amax((1, 2), keepdim=True).clamp(min=1e-12)).numpy()


def write_results(image: Image.Image, maps: dict[str, np.ndarray], probabilities: torch.Tensor,
                  folder: Path, stem: str) -> None:
    pixels = np.asarray(image, dtype=np.float32)[..., ::-1] / 255
    for name, values in maps.items():
        drawn = np.clip(cv2.resize(values, image.size), 0, 1)
        heatmap = cv2.applyColorMap(np.uint8(255 * drawn), cv2.COLORMAP_JET)
        cv2.imwrite(str(folder / f"{stem}.{name}.png"), heatmap)
        cv2.imwrite(str(folder / f"{stem}.{name}-overlay.png"), show_cam_on_image(pixels, drawn))
    best = probabilities.topk(5)
    report = {"top": list(zip(best.indices.tolist(), best.values.tolist(), strict=True))}
    (folder / f"{stem}.json").write_text(json.dumps(report))
