"""Parts of the exporter that need no process: labels, cards, the check of the traced file."""

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest
import torch
import torchvision
from export_support import PROJECT
from gradcam_export import cards, trace, weights
from gradcam_export.errors import ExportError
from gradcam_export.labels import imagenet_labels
from torch import nn


def test_imagenet_labels_rebuild_keras_class_index() -> None:
    index = {str(number): [label["id"], label["label"].replace(" ", "_")]
             for number, label in enumerate(imagenet_labels())}
    # The digest that Keras publishes for its imagenet_class_index.json.
    assert hashlib.md5(json.dumps(index).encode()).hexdigest() == "c2c37ea517e94d9795004a39431a14cb"


@pytest.mark.parametrize(("name", "entry"), [
    ("vgg16_torchvision", torchvision.models.VGG16_Weights.IMAGENET1K_V1),
    ("efficientnet_b0_torchvision", torchvision.models.EfficientNet_B0_Weights.IMAGENET1K_V1),
])
def test_known_cards_agree_with_torchvision(name: str, entry: object) -> None:
    card = cards.known_card(name)
    assert card["name"] == name
    assert card["preprocess"]["imagenet"] == cards.torchvision_preprocess(entry.transforms())


def test_known_cards_are_named_like_their_files() -> None:
    assert cards.known_names(), PROJECT
    for name in cards.known_names():
        assert cards.known_card(name)["name"] == name


def test_known_cards_fit_the_schema() -> None:
    schema = json.loads((PROJECT / "docs" / "schema" / "card.schema.json").read_text())
    for name in cards.known_names():
        jsonschema.validate(cards.known_card(name), schema)


TIMM = {"input_size": (3, 288, 288), "interpolation": "bicubic", "crop_pct": 0.9,
        "crop_mode": "center", "mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)}


def test_timm_centre_crop_becomes_a_shorter_side() -> None:
    preprocess = cards.timm_preprocess(TIMM)
    assert preprocess["resize"] == {"mode": "shorter", "pixels": 320}  # 288 / 0.9
    assert preprocess["size"] == [288, 288]


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_timm_squash_becomes_squash(share: float) -> None:
    preprocess = cards.timm_preprocess({**TIMM, "crop_mode": "squash", "crop_pct": share})
    assert preprocess["resize"] == {"mode": "squash"}


@pytest.mark.parametrize("change", [
    {"crop_mode": "squash", "crop_pct": 0.8}, {"crop_mode": "border"}, {"interpolation": "lanczos"},
    {"input_size": (1, 288, 288)}, {"input_size": (3, 288, 256)}])
def test_preprocessing_that_a_card_cannot_say_is_refused(change: dict) -> None:
    with pytest.raises(ExportError):
        cards.timm_preprocess({**TIMM, **change})


class WritesInPlace(nn.Module):
    """`uses_result`: whether the next layer gets what the activation returns, or counts on its having
    written to its input."""

    def __init__(self, uses_result: bool):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU(inplace=True)
        self.uses_result = uses_result

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        activated = self.act(x)
        return (activated if self.uses_result else x).mean((2, 3))


@pytest.mark.parametrize("uses_result", [True, False])
def test_activations_write_in_place_only_where_the_network_counts_on_it(tmp_path: Path,
                                                                        uses_result: bool) -> None:
    network = WritesInPlace(uses_result).eval()
    example = torch.randn(2, 3, 8, 8)
    expected = network(example)
    trace.export(network, (8, 8), {}, tmp_path / "net.pt")
    file = torch.jit.load(tmp_path / "net.pt")
    assert ("relu_" in str(file.inlined_graph)) == (not uses_result)
    assert torch.equal(file(example), expected)


class WritesInput(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x.sub_(0.5)).mean((2, 3))


def test_a_network_that_writes_to_its_input_is_exported(tmp_path: Path) -> None:
    network = WritesInput().eval()
    assert trace.export(network, (8, 8), {}, tmp_path / "net.pt") == 0
    example = torch.randn(2, 3, 8, 8)
    file = torch.jit.load(tmp_path / "net.pt")
    assert torch.equal(file(example.clone()), network(example.clone()))


class Branching(nn.Module):
    """Does another thing to dark pictures than to bright ones: a trace keeps one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores = self.conv(x).mean((2, 3))
        return -scores if float(x.flatten()[4]) > 0 else scores


class FixedBatch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x).reshape(int(x.shape[0]), 4, 36).mean(2) if int(x.shape[0]) == 1 else \
            self.conv(x).mean((2, 3))


@pytest.mark.parametrize("network", [Branching(), FixedBatch()], ids=["branch", "batch"])
def test_a_file_that_computes_something_else_is_not_written(network: nn.Module,
                                                            tmp_path: Path) -> None:
    # The fifth number of the traced example (seed 0) is positive, that of the checks (seeds 1, 2)
    # negative.
    with pytest.raises(ExportError):
        trace.export(network.eval(), (8, 8), {}, tmp_path / "net.pt")
    assert list(tmp_path.iterdir()) == []


def test_a_network_without_scores_is_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no classifier"):
        trace.export(nn.Conv2d(3, 4, 3), (8, 8), {}, tmp_path / "net.pt")


def test_torchvisions_old_densenet_names_are_read(tmp_path: Path) -> None:
    network = torchvision.models.densenet121()
    old = {name.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): value
           for name, value in network.state_dict().items()}
    assert any(".norm.1." in name for name in old)
    path = tmp_path / "densenet121-a639ec97.pth"
    torch.save(old, path)
    weights.load_state(torchvision.models.densenet121(), weights.read_state(path), str(path))


def test_random_weights_leave_no_branch_switched_off() -> None:
    # timm starts the last batch norm of every residual branch at 0: no gradient would come through.
    import timm
    network = timm.create_model("resnet18", num_classes=10)
    assert not network.layer4[1].bn2.weight.any()
    weights.randomize(network, (64, 64))
    assert network.layer4[1].bn2.weight.all()
    assert not network.training
