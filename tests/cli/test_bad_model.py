"""Model files that cannot be used: exit code 2 and one sentence that says what to do."""

import os
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from support import models
from support.program import Result


def assert_refused(result: Result, out: Path, *parts: str):
    assert result.code == 2, result.stderr
    assert result.stdout == ""
    assert len(result.errors) == 1, result.stderr
    for part in parts:
        assert part in result.stderr
    for line in result.stderr.splitlines():
        assert line.startswith(("gradcam: ", "hint: ")), result.stderr
    for trace in ("Traceback", "Exception raised", "frame #", "terminate called"):
        assert trace not in result.stderr
    assert not out.exists()


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


@pytest.fixture
def explain(gradcam, picture):
    """Explains a picture with the model given."""
    path = picture()
    return lambda model, *args, **options: gradcam("-m", model, path, *args, **options)


def test_unknown_name_lists_places_and_export_command(explain, out):
    result = explain("vgg61")
    assert_refused(result, out, "'vgg61'", "models", "scripts/export_model.py vgg61")


def test_missing_file(explain, out):
    assert_refused(explain("./none.pt"), out, "none.pt'")


def test_folder_instead_of_a_file(explain, out, tmp_path):
    (tmp_path / "net.pt").mkdir()
    assert_refused(explain("./net.pt"), out, "net.pt'")


def test_fifo_instead_of_a_file(explain, out, tmp_path):
    os.mkfifo(tmp_path / "net.pt")
    assert_refused(explain("./net.pt", timeout=60), out, "net.pt'")


def test_no_permission(gradcam, tiny_model, open_folder, picture):
    model = open_folder / "tiny.pt"
    model.write_bytes(tiny_model.read_bytes())
    model.chmod(0)
    image = open_folder / "cat.png"
    image.write_bytes(picture().read_bytes())
    result = gradcam("-m", model, image, "-o", open_folder / "out", unprivileged=True,
                     cwd=open_folder)
    assert_refused(result, open_folder / "out", "tiny.pt'", "ermission")


@pytest.mark.parametrize("size", [0, 1, 100, 3000, -1000, -30, -1])
def test_truncated_file(explain, out, tiny_model, size):
    data = tiny_model.read_bytes()
    tiny_model.write_bytes(data[:size])
    assert_refused(explain(tiny_model), out, "tiny.pt'")


@pytest.mark.parametrize("content, word", [
    (b"hello\n" * 1000, ""),
    (b"\xff\xd8\xff\xe0" + b"\0" * 1000, ""),
    (b"\x08\x07\x12\x07pytorch" + b"\0" * 1000, "ONNX"),
    ((8).to_bytes(8, "little") + b'{"a": 1}' + b"\0" * 100, "safetensors"),
], ids=["text", "jpeg", "onnx", "safetensors"])
def test_other_kinds_of_file_are_told_by_content(explain, out, tmp_path, content, word):
    (tmp_path / "net.pt").write_bytes(content)
    assert_refused(explain("./net.pt"), out, "net.pt'", word)


def test_state_dict(explain, out, tmp_path):
    torch.save(models.TinyNet().state_dict(), tmp_path / "net.pt")
    assert_refused(explain("./net.pt"), out, "net.pt'", "TorchScript")


def test_pickled_module(explain, out, tmp_path):
    torch.save(models.TinyNet(), tmp_path / "net.pt")
    assert_refused(explain("./net.pt"), out, "net.pt'", "TorchScript")


def test_exported_program(explain, out, tmp_path):
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("archive/archive_format", "pt2")
        archive.writestr("archive/models/model.json", "{}")
    assert_refused(explain("./net.pt"), out, "net.pt'")


class FeatureMapNet(models.TinyNet):
    """Output is a feature map, no vector of scores."""

    def forward(self, x):
        return self.relu2(self.conv2(self.pool1(self.relu1(self.conv1(x)))))


def test_output_that_is_no_vector_of_scores(explain, out, tmp_path):
    model = models.save(FeatureMapNet(), tmp_path / "net.pt", card=models.card(labels=[]))
    assert_refused(explain(model), out)


class FixedSize(nn.Module):
    """A linear layer for 32 x 32 pictures only."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(4 * 32 * 32, 5)

    def forward(self, x):
        return self.fc(self.relu(self.conv(x)).flatten(1))


def test_another_input_size_than_the_model_takes(explain, out, tmp_path):
    model = models.save(FixedSize(), tmp_path / "net.pt", card=models.card(layer="relu"))
    assert explain(model, "-o", "fine").code == 0
    assert_refused(explain(model, "--input-size", "40"), out, "40")


def test_layer_whose_output_is_no_feature_map(explain, out, tiny_model):
    assert_refused(explain(tiny_model, "--layer", "fc"), out, "fc")


def test_file_without_card_names_what_is_missing(explain, out, tmp_path):
    model = models.save(models.TinyNet(), tmp_path / "net.pt")
    assert_refused(explain(model), out, "--scale", "--mean", "--std")


def test_file_without_card_runs_with_options(explain, tmp_path):
    model = models.save(models.TinyNet(), tmp_path / "net.pt")
    result = explain(model, "--scale", "255", "--mean", "0,0,0", "--std", "1,1,1")
    assert result.code == 0, result.stderr
    assert any("relu2" in warning for warning in result.warnings) or "relu2" in result.stdout


class Saver(models.TinyNet):
    """Writes a file when it runs."""

    def forward(self, x):
        torch.save(x, "stolen.bin")
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.fc(x.flatten(1))


def test_file_that_writes_files_is_refused_before_it_runs(explain, gradcam, out, tmp_path):
    saver = models.save(Saver(), tmp_path / "saver.pt", card=models.card(), script=True)
    assert_refused(explain(saver), out, "aten::save", "--trust-model")
    refused = gradcam("layers", saver)
    assert refused.code == 2 and "aten::save" in refused.errors[0]
    assert not (tmp_path / "stolen.bin").exists()
    result = explain(saver, "--trust-model")
    assert result.code == 0, result.stderr
    assert (tmp_path / "stolen.bin").exists()


class Chatty(models.TinyNet):
    """Prints while it runs."""

    def forward(self, x):
        print("chatter")
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.fc(x.flatten(1))


def test_prints_of_a_model_go_to_stderr(explain, tmp_path):
    model = models.save(Chatty(), tmp_path / "net.pt", card=models.card(), script=True)
    result = explain(model, "--json")
    assert result.code == 0, result.stderr
    assert len(result.json()["results"]) == 1
    assert "chatter" in result.stderr
