"""Saves the smallest network that can be explained: two convolutions on 32×32 pixels.

  python -m bench.peers.tiny_network FILE.pt
"""

import json
import sys
import warnings

import torch
from torch import nn

SIZE = 32
CHANNELS, CLASSES = 8, 10
CARD = {
    "schema_version": 1, "name": "tiny", "layer": "features", "output_kind": "logits",
    "preprocess": {"imagenet": {
        "size": [SIZE, SIZE], "filter": "bilinear", "resize": {"mode": "squash"}, "scale": 255.0,
        "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "bgr": False}},
    "labels": [{"id": str(number), "label": f"class {number}"} for number in range(CLASSES)]}


class TinyNetwork(nn.Module):
    """[N, 3, 32, 32] -> [N, CLASSES]"""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, CHANNELS, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, padding=1), nn.ReLU())
        self.classifier = nn.Linear(CHANNELS, CLASSES)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(pictures).mean((2, 3)))


if __name__ == "__main__":
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript as a whole
        traced = torch.jit.trace(TinyNetwork().eval(), torch.zeros(1, 3, SIZE, SIZE))
        torch.jit.save(traced, sys.argv[1], _extra_files={"gradcam.json": json.dumps(CARD)})
