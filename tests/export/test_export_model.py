"""scripts/export_model.py: what it writes, and what it says when it cannot."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
import torchvision
from export_support import PROJECT, Export, Finished, load_with_card, one_error
from PIL import Image
from safetensors.torch import save_file
from skimage import data


@pytest.fixture(scope="module")
def lite0(export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lite0") / "lite0.pt"
    finished = export("efficientnet_lite0", "-o", path)
    assert finished.returncode == 0, finished.stderr
    return path


def network_input(picture: Image.Image, card: dict) -> torch.Tensor:
    """The card's preprocessing, written down with Pillow (mode "shorter")."""
    preprocess = card["preprocess"]["imagenet"]
    filters = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    pixels, (height, width) = preprocess["resize"]["pixels"], preprocess["size"]
    shorter = min(picture.size)
    resized = picture.resize(tuple(pixels * side // shorter for side in picture.size),
                             filters[preprocess["filter"]])
    left, top = round((resized.width - width) / 2), round((resized.height - height) / 2)
    seen = np.asarray(resized.crop((left, top, left + width, top + height)), dtype=np.float32)
    values = (seen / preprocess["scale"] - preprocess["mean"]) / preprocess["std"]
    return torch.from_numpy(values.transpose(2, 0, 1)[None]).float()


def test_lite0_knows_the_cat(lite0: Path) -> None:
    network, card = load_with_card(lite0)
    scores = network(network_input(Image.fromarray(data.chelsea()), card))
    best = scores[0].topk(3).indices.tolist()
    assert [card["labels"][index]["label"] for index in best] == [
        "tiger cat", "Egyptian cat", "tabby"]


def test_lite0_card_names_the_top_activation_and_the_licence(lite0: Path) -> None:
    _, card = load_with_card(lite0)
    assert card["layer"] == "_swish#-1"
    assert card["output_kind"] == "logits"
    assert card["weights"]["licence"] == "Apache-2.0"
    assert card["labels"][281] == {"id": "n02123045", "label": "tabby"}
    assert len(card["labels"]) == 1000


@pytest.mark.parametrize("file", ["lite0", "resnet18"])
def test_embedded_card_fits_the_schema(file: str, request: pytest.FixtureRequest) -> None:
    _, card = load_with_card(request.getfixturevalue(file))
    schema = json.loads((PROJECT / "docs" / "schema" / "card.schema.json").read_text())
    jsonschema.validate(card, schema)


def test_torchvision_card_has_the_declared_preprocessing(resnet18: Path) -> None:
    _, card = load_with_card(resnet18)
    assert card["name"] == "resnet18_torchvision"
    assert "layer" not in card
    # ResNet18_Weights.IMAGENET1K_V1, as torchvision's documentation states it.
    assert card["preprocess"]["imagenet"] == {
        "size": [224, 224], "filter": "bilinear", "resize": {"mode": "shorter", "pixels": 256},
        "scale": 255.0, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "bgr": False}


def test_timm_card_has_the_declared_preprocessing(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    finished = export("timm:resnet18.a1_in1k", "--weights", "random", "-o", path)
    assert finished.returncode == 0, finished.stderr
    _, card = load_with_card(path)
    assert card["name"] == "resnet18.a1_in1k_timm"
    preprocess = card["preprocess"]["imagenet"]
    # crop_pct 0.95, bicubic: floor(224 / 0.95) = 235.
    assert (preprocess["resize"], preprocess["filter"]) == (
        {"mode": "shorter", "pixels": 235}, "bicubic")


def test_random_weights_are_the_same_every_time_and_well_behaved(
        export: Export, resnet18: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pt"
    assert export("torchvision:resnet18", "--weights", "random", "-o", again).returncode == 0
    example = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(3))
    first, second = (load_with_card(path)[0](example) for path in (resnet18, again))
    assert torch.equal(first, second)
    first = first.detach()
    # Scores of usual size that depend on the picture: nothing vanished, nothing blew up.
    assert 0.1 < float(first.std()) < 100
    assert float((first[0] - first[1]).abs().max()) > 0.01


def test_other_class_counts_get_no_imagenet_labels(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "ten.pt"
    finished = export("torchvision:resnet18", "--weights", "random", "--num-classes", 10,
                      "-o", path)
    assert finished.returncode == 0, finished.stderr
    network, card = load_with_card(path)
    assert network(torch.zeros(1, 3, 224, 224)).shape == (1, 10)
    assert "labels" not in card


def test_labels_of_the_user_are_embedded(export: Export, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("red fox\ngrey wolf\n", encoding="utf-8")
    path = tmp_path / "two.pt"
    finished = export("torchvision:resnet18", "--weights", "random", "--num-classes", 2,
                      "--labels", names, "-o", path)
    assert finished.returncode == 0, finished.stderr
    assert [label["label"] for label in load_with_card(path)[1]["labels"]] == [
        "red fox", "grey wolf"]


def test_wrong_number_of_labels_is_an_error(export: Export, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("red fox\n", encoding="utf-8")
    finished = export("torchvision:resnet18", "--weights", "random", "--num-classes", 2,
                      "--labels", names, "-o", tmp_path / "two.pt")
    assert "hold 1 names, the network has 2 classes" in one_error(finished)


@pytest.mark.parametrize("extension", ["pth", "safetensors"])
def test_weights_file_ends_up_in_the_export(export: Export, tmp_path: Path,
                                            extension: str) -> None:
    torch.manual_seed(5)
    network = torchvision.models.resnet18(num_classes=7).eval()
    weights = tmp_path / f"mine.{extension}"
    if extension == "safetensors":
        save_file(network.state_dict(), weights)
    else:  # as a training script with DataParallel would save it
        torch.save({"epoch": 3, "state_dict": {
            f"module.{name}": value for name, value in network.state_dict().items()}}, weights)
    path = tmp_path / "mine.pt"
    finished = export("torchvision:resnet18", "--weights", weights, "--num-classes", 7, "-o", path)
    assert finished.returncode == 0, finished.stderr
    exported, card = load_with_card(path)
    example = torch.randn(1, 3, 224, 224)
    # The same kernels on the same weights; another order of sums would differ by some 1e-6.
    torch.testing.assert_close(exported(example), network(example), rtol=1e-5, atol=1e-5)
    assert card["weights"]["source"] == f"file {weights.name}"
    assert card["weights"]["digest"].startswith("sha256:")


def test_weights_of_another_class_count_name_the_tensor(export: Export, tmp_path: Path) -> None:
    weights = tmp_path / "ten.pth"
    torch.save(torchvision.models.resnet18(num_classes=10).state_dict(), weights)
    finished = export("torchvision:resnet18", "--weights", weights, "-o", tmp_path / "net.pt")
    assert "'fc.weight' is [10, 512] and not [1000, 512]" in one_error(finished)
    assert "--num-classes" in finished.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ten.pth"]


def test_weights_of_another_network_name_the_tensor(export: Export, tmp_path: Path) -> None:
    weights = tmp_path / "other.pth"
    torch.save({"encoder.weight": torch.zeros(3)}, weights)
    finished = export("torchvision:resnet18", "--weights", weights, "-o", tmp_path / "net.pt")
    assert "'conv1.weight' is missing" in one_error(finished)


def test_a_picture_is_no_weights(export: Export, tmp_path: Path) -> None:
    weights = tmp_path / "cat.png"
    weights.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    for name in ("torchvision:resnet18", "xception"):
        finished = export(name, "--weights", weights, "-o", tmp_path / "net.pt")
        assert "it is no weights file by its first bytes" in one_error(finished)
    assert not (tmp_path / "net.pt").exists()


def test_a_pickled_network_is_refused_unopened(export: Export, tmp_path: Path) -> None:
    weights = tmp_path / "network.pth"
    torch.save(torchvision.models.resnet18(), weights)
    finished = export("torchvision:resnet18", "--weights", weights, "-o", tmp_path / "net.pt")
    assert "other Python objects than tensors" in one_error(finished)


@pytest.mark.parametrize("content", [b"", b"no weights at all"], ids=["empty", "text"])
@pytest.mark.parametrize("extension", ["pth", "safetensors"])
def test_a_file_without_weights_is_one_sentence(export: Export, tmp_path: Path, content: bytes,
                                                extension: str) -> None:
    weights = tmp_path / f"broken.{extension}"
    weights.write_bytes(content)
    finished = export("torchvision:resnet18", "--weights", weights, "-o", tmp_path / "net.pt")
    assert f"cannot read weights '{weights}'" in one_error(finished)


def test_a_missing_weights_file_is_one_sentence(export: Export, tmp_path: Path) -> None:
    finished = export("torchvision:resnet18", "--weights", tmp_path / "none.pth")
    assert "no such file" in one_error(finished)


@pytest.mark.parametrize("name", ["vgg16_torchvision", "timm:resnet18"])
def test_an_impossible_download_tells_the_ways_out(export: Export, tmp_path: Path,
                                                   name: str) -> None:
    finished = export(name, "-o", tmp_path / "net.pt")
    assert "cannot download the weights of" in one_error(finished)
    for way_out in ("--weights FILE", "--weights random", "efficientnet_lite0"):
        assert way_out in finished.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "sentence"), [
    ("nonesuch", "unknown network 'nonesuch'"),
    ("torchvision:nonesuch", "torchvision has no classifier 'nonesuch'"),
    ("timm:nonesuch", "timm has no network 'nonesuch'"),
    ("keras:vgg16", "unknown library 'keras'"),
])
def test_unknown_names_are_one_sentence(export: Export, name: str, sentence: str) -> None:
    assert sentence in one_error(export(name, "--weights", "random"))


def test_a_library_name_without_its_library_gets_a_hint(export: Export) -> None:
    finished = export("resnet50")
    one_error(finished)
    assert "torchvision:resnet50" in finished.stderr


def test_an_output_that_cannot_be_written_is_one_sentence(export: Export, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finished = export("efficientnet_lite0", "-o", tmp_path / "file" / "net.pt")
    assert "cannot write" in one_error(finished)


def test_the_script_runs_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, PROJECT / "scripts" / "export_model.py", "nonesuch"]
    finished = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, check=False)
    assert "unknown network" in one_error(
        Finished(finished.returncode, finished.stdout, finished.stderr))
