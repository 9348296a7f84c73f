"""Small TorchScript classifiers with seeded weights."""

import json
import warnings
from pathlib import Path

import torch
from torch import nn

LABELS = ("tench", "Egyptian cat", "crane", "crane", "7")
SIZE = (32, 32)  # height, width


class TinyNet(nn.Module):
    """Two convolutions and a linear classifier: [N, 3, h, w] -> [N, classes], layer `relu2` [6, h/2, w/2]."""

    def __init__(self, classes: int = len(LABELS), seed: int = 0):
        super().__init__()
        torch.manual_seed(seed)
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(4, 6, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(6, classes)
        with torch.no_grad():
            self.fc.weight.mul_(10)  # scores far enough apart for a sure first class

    def forward(self, x):
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.fc(x.flatten(1))


class SlowNet(TinyNet):
    """Takes some tenths of a second for a picture, or less with fewer layers and tiles."""

    def __init__(self, layers: int = 30, tiles: int = 4):
        super().__init__()
        self.layers, self.tiles = layers, tiles
        self.slow = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        big = torch.cat([x] * self.tiles, 2)
        big = torch.cat([big] * self.tiles, 3)
        for _ in range(self.layers):
            big = torch.tanh(self.slow(big))
        x = x + 0.001 * big[:, :, :224, :224]
        x = self.pool1(self.relu1(self.conv1(x)))
        return self.fc(self.pool2(self.relu2(self.conv2(x))).flatten(1))


def card(labels=LABELS, **fields) -> dict:
    """A card for TinyNet; `fields` replace its own (None: left out)."""
    document = {
        "schema_version": 1,
        "name": "tiny",
        "layer": "relu2",
        "output_kind": "logits",
        "preprocess": {
            "imagenet": {
                "size": list(SIZE), "filter": "bilinear", "resize": {"mode": "squash"},
                "scale": 255.0, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "bgr": False,
            }
        },
        "labels": [{"id": f"n{i:08}", "label": name} for i, name in enumerate(labels)],
    }
    document.update(fields)
    return {name: value for name, value in document.items() if value is not None}


def save_large(net: nn.Module, path: Path) -> Path:
    """Writes `net` with a card for inputs of 224x224."""
    document = card()
    document["preprocess"]["imagenet"]["size"] = [224, 224]
    return save(net, path, document, size=(224, 224))


def save(net: nn.Module, path: Path, card: dict | None = None, size=SIZE,
         script: bool = False) -> Path:
    """Writes `net` as a TorchScript file, traced (or scripted), with `card` inside if given."""
    net = net.eval()
    extra = {} if card is None else {"gradcam.json": json.dumps(card)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript as a whole
        if script:
            module = torch.jit.script(net)
        else:
            module = torch.jit.trace(net, torch.zeros(1, 3, *size), check_trace=False)
        torch.jit.save(module, str(path), _extra_files=extra)
    return path
