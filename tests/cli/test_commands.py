"""gradcam layers, gradcam models, --help, --version."""

import json
import os
import re
from pathlib import Path

import pytest
import torch

from support import models
from support.schemas import check

PROJECT = Path(__file__).resolve().parents[2]


# --- layers -------------------------------------------------------------------------------------


@pytest.fixture
def bare_model(tmp_path) -> Path:
    """Without a card, scripted: nothing tells the input size."""
    return models.save(models.TinyNet(), tmp_path / "bare.pt", script=True)


def layers_of(gradcam, *args) -> dict[str, dict]:
    result = gradcam("layers", *args, "--json")
    assert result.code == 0, result.stderr
    document = check(result.json(), "layers.schema.json")
    return {layer["name"]: layer for layer in document["layers"]}


def test_layers_lists_shapes_and_what_can_be_cut(gradcam, tiny_model):
    layers = layers_of(gradcam, tiny_model)
    assert list(layers) == ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "fc"]
    assert layers["conv1"]["type"] == "Conv2d"
    assert layers["conv1"]["shape"] == [4, 32, 32]
    assert layers["relu2"]["shape"] == [6, 16, 16]
    assert layers["relu2"]["can_cut"]
    assert layers["fc"]["shape"] == [5]
    assert not layers["fc"]["can_cut"] and layers["fc"]["reason"]


def test_layers_marks_the_layer_that_a_run_takes(gradcam, tiny_model, picture, bare_model):
    marked = [name for name, layer in layers_of(gradcam, tiny_model).items() if layer["default"]]
    assert marked == ["relu2"]
    other = models.save(models.TinyNet(), tiny_model.with_name("o.pt"), models.card(layer="conv1"))
    marked = [name for name, layer in layers_of(gradcam, other).items() if layer["default"]]
    assert marked == ["conv1"]
    # Without a card the marked layer is the one that a run chooses.
    marked = [name for name, layer in layers_of(gradcam, bare_model, "--input-size", "32").items()
              if layer["default"]]
    run = gradcam("-m", bare_model, picture(), "--input-size", "32", "--scale", "255", "--mean",
                  "0,0,0", "--std", "1,1,1", "--json")
    assert [run.json()["results"][0]["model"]["layer"]] == marked


def test_layers_takes_the_size_from_card_option_or_trace(gradcam, tiny_model, bare_model, tmp_path):
    assert layers_of(gradcam, tiny_model, "--input-size", "64x48")["conv1"]["shape"] == [4, 64, 48]
    traced = models.save(models.TinyNet(), tmp_path / "traced.pt", size=(40, 24))
    assert layers_of(gradcam, traced)["conv1"]["shape"] == [4, 40, 24]
    (tmp_path / "card.json").write_text(json.dumps(models.card()))
    assert layers_of(gradcam, bare_model, "--card", "card.json")["conv1"]["shape"] == [4, 32, 32]
    result = gradcam("layers", bare_model)
    assert result.code == 2 and len(result.errors) == 1 and result.stdout == ""
    assert "--input-size" in result.stderr


def test_layers_as_a_table(gradcam, tiny_model):
    result = gradcam("layers", tiny_model)
    assert result.code == 0 and result.stderr == ""
    rows = result.stdout.splitlines()
    assert [row.split()[0] for row in rows[:2]] == ["layer", "conv1"]
    assert [row for row in rows if row.startswith("* ")] == \
        [row for row in rows if " relu2 " in row]
    assert any(" fc " in row and "no: " in row for row in rows)


class Branches(models.TinyNet):
    """`act` runs once, perhaps once in a branch, and once again; `turn` runs twice in a loop."""

    def __init__(self):
        super().__init__()
        self.act = torch.nn.ReLU()
        self.turn = torch.nn.Conv2d(6, 6, 3, padding=1)

    def forward(self, x):
        x = self.act(self.conv1(x))
        if bool(x.mean() > 1e9):
            x = self.act(x + 1)
        x = self.conv2(x)
        for _ in range(x.size(3) // 16):
            x = torch.tanh(self.turn(x))
        return self.fc(self.act(x).mean((2, 3)))


def test_layers_lists_a_layer_in_a_branch_once_and_how_it_is_addressed(gradcam, picture, tmp_path):
    model = models.save(Branches(), tmp_path / "branches.pt", script=True)
    layers = layers_of(gradcam, model, "--input-size", "32")
    assert list(layers) == ["conv1", "act#0", "act", "conv2", "turn", "act#-1", "fc"]
    assert [name for name, layer in layers.items() if layer["in_branch"]] == ["act", "turn"]
    assert all(layers[name]["shape"] is None for name in ("act", "turn"))
    rows = gradcam("layers", model, "--input-size", "32").stdout.splitlines()
    assert [row.split()[0] for row in rows if "turn#k is the k-th time it runs" in row] == ["turn"]

    # What is listed is what --layer takes, and the same call.
    def run(layer):
        return gradcam("-m", model, picture(), "--layer", layer, "--input-size", "32", "--scale",
                       "255", "--mean", "0,0,0", "--std", "1,1,1", "--json")

    for layer in ("act#0", "act#-1", "turn#0", "turn#1"):
        shape = layers.get(layer, {"shape": [6, 32, 32]})["shape"]
        assert run(layer).json()["results"][0]["model"]["layer_shape"] == shape
    assert run("turn").code == 2 and run("turn#2").code == 2


@pytest.mark.parametrize(("layer", "marked"), [("turn#1", "turn"), ("act#0", "act#0"),
                                              ("act#-1", "act#-1"), ("act#9", "act"),
                                              ("fc", None), ("none", None)])
def test_layers_marks_the_layer_of_a_card_by_what_it_means(gradcam, tmp_path, layer, marked):
    model = models.save(Branches(), tmp_path / "branches.pt", models.card(layer=layer), script=True)
    found = [name for name, entry in layers_of(gradcam, model).items() if entry["default"]]
    assert found == ([] if marked is None else [marked])


@pytest.mark.parametrize("model", ["./none.pt", "nothing"])
def test_layers_of_what_is_no_model(gradcam, model):
    result = gradcam("layers", model)
    assert result.code == 2 and len(result.errors) == 1 and result.stdout == ""


def test_layers_refuses_a_size_that_the_network_refuses(gradcam, tmp_path):
    class Fixed(models.TinyNet):
        def forward(self, x):
            return super().forward(x.view(-1, 3, 32, 32))

    model = models.save(Fixed(), tmp_path / "fixed.pt")
    result = gradcam("layers", model, "--input-size", "33")
    assert result.code == 2 and len(result.errors) == 1 and result.stdout == ""


# --- models -------------------------------------------------------------------------------------


def models_of(gradcam, *args, **options) -> dict[str, dict]:
    result = gradcam("models", *args, "--json", **options)
    assert result.code == 0, result.stderr
    return {model["name"]: model
            for model in check(result.json(), "models.schema.json")["models"]}


@pytest.fixture
def models_dir(tmp_path) -> Path:
    folder = tmp_path / "zoo"
    folder.mkdir()
    card = models.card(weights={"source": "the test", "licence": "none"})
    models.save(models.TinyNet(), folder / "both.pt", card)
    (folder / "both.json").write_text(json.dumps(card))
    (folder / "only_card.json").write_text(json.dumps(card))
    models.save(models.TinyNet(), folder / "only_file.pt")
    (folder / "broken.json").write_text("{")
    return folder


def test_models_tells_cards_and_files(gradcam, models_dir):
    found = models_of(gradcam, "--models-dir", models_dir)
    both = found["both"]
    assert both["file"] == str(models_dir / "both.pt")
    assert both["card"] == str(models_dir / "both.json")
    assert both["layer"] == "relu2"
    assert both["input_size"] == [32, 32]
    assert both["weights"] == "the test"
    assert both["problem"] is None
    assert found["only_card"]["file"] is None and found["only_card"]["weights"] == "the test"
    assert found["only_file"]["card"] is None and found["only_file"]["layer"] is None
    assert "broken.json" in found["broken"]["problem"]


def test_models_as_a_table(gradcam, models_dir):
    result = gradcam("models", "--models-dir", models_dir)
    assert result.code == 0 and result.stderr == ""
    rows = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert "not exported" in rows["only_card"] and "the test" in rows["only_card"]
    assert "both.pt" in rows["both"] and "32x32" in rows["both"] and "relu2" in rows["both"]


def test_models_of_this_project_are_known(gradcam):
    found = models_of(gradcam)
    for card in (PROJECT / "models").glob("*.json"):
        assert found[card.stem]["problem"] is None
        assert found[card.stem]["layer"]
        assert found[card.stem]["weights"]


def test_models_are_found_by_name_in_every_place(gradcam, tiny_model, picture, tmp_path):
    picture()
    places = {
        "flag": (["--models-dir", "by_flag"], {}, tmp_path / "by_flag"),
        "variable": ([], {"GRADCAM_MODELS": "by_variable"}, tmp_path / "by_variable"),
        "here": ([], {}, tmp_path / "models"),
        "data": ([], {}, tmp_path / "data/gradcam/models"),
    }
    for name, (flags, env, folder) in places.items():
        folder.mkdir(parents=True)
        (folder / f"net_{name}.pt").write_bytes(tiny_model.read_bytes())
        result = gradcam("-m", f"net_{name}", "cat.png", *flags, env=env)
        assert result.code == 0, (name, result.stderr)
        assert models_of(gradcam, *flags, env=env)[f"net_{name}"]["file"].endswith(".pt")
        assert gradcam("-m", f"net_{name}", "cat.png").code == (0 if name in ("here", "data") else 2)


def test_the_model_may_come_from_the_environment(gradcam, tiny_model, picture):
    result = gradcam(picture(), "--json", env={"GRADCAM_MODEL": str(tiny_model)})
    assert result.code == 0, result.stderr
    assert result.json()["results"][0]["model"]["file"] == "tiny.pt"
    other = gradcam(picture(), "--model", "./none.pt", env={"GRADCAM_MODEL": str(tiny_model)})
    assert other.code == 2 and "none.pt" in other.stderr


def test_the_device_may_come_from_the_environment(gradcam, tiny_model, picture):
    env = {"GRADCAM_DEVICE": "gpu"}
    result = gradcam("-m", tiny_model, picture(), env=env)
    assert result.code == 2 and "GRADCAM_DEVICE: unknown device 'gpu'" in result.errors[0]
    assert gradcam("-m", tiny_model, "cat.png", "--device", "cpu", env=env).code == 0


# --- help, version, streams ---------------------------------------------------------------------


def test_version_is_that_of_the_project(gradcam):
    result = gradcam("--version")
    project = re.search(r"project\(gradcam VERSION (\S+)",
                        (PROJECT / "CMakeLists.txt").read_text())[1]
    assert result.code == 0 and result.stderr == ""
    libtorch = torch.__version__.split("+")[0]
    assert re.fullmatch(rf"gradcam {re.escape(project)} \(LibTorch {re.escape(libtorch)}\)\n",
                        result.stdout)


@pytest.mark.parametrize("command",
                         [[], ["layers"], ["models"], ["compare"], ["report"], ["worker"]])
def test_help_goes_to_stdout(gradcam, command):
    for flag in ("--help", "-h"):
        result = gradcam(*command, flag)
        assert result.code == 0 and result.stderr == ""
        assert result.stdout.startswith("Usage: gradcam")
        assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_every_option_of_the_help_is_documented_and_the_other_way_round(gradcam):
    in_help = set()
    for command in ([], ["layers"], ["models"], ["compare"], ["report"], ["worker"]):
        in_help |= set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", gradcam(*command, "--help").stdout))
    documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+",
                                (PROJECT / "docs/cli.md").read_text()))
    assert in_help == documented


def test_quiet_leaves_both_streams_empty(gradcam, tiny_model, picture):
    result = gradcam("-m", tiny_model, picture(), "-q")
    assert (result.code, result.stdout, result.stderr) == (0, "", "")


def test_verbose_tells_more_on_stderr_only(gradcam, tiny_model, picture):
    plain = gradcam("-m", tiny_model, picture())
    verbose = gradcam("-m", tiny_model, "cat.png", "-v")
    assert verbose.stdout == plain.stdout
    assert "tiny.pt" in verbose.stderr and "tiny.pt" not in plain.stderr


def test_colour_follows_option_and_no_color(gradcam, tiny_model, picture):
    picture()
    assert "\x1b" not in gradcam("-m", tiny_model, "cat.png").stdout
    assert "\x1b" in gradcam("-m", tiny_model, "cat.png", "--color", "always").stdout
    env = {"NO_COLOR": "1", "TERM": "xterm"}
    assert "\x1b" in gradcam("-m", tiny_model, "cat.png", "--color", "always", env=env).stdout
    failed = gradcam("-m", tiny_model, "none.png", "--color", "always")
    assert "\x1b[1;31merror:" in failed.stderr


def test_threads_are_taken(gradcam, tiny_model, picture):
    result = gradcam("-m", tiny_model, picture(), "-v", "--threads", "1")
    assert "1 threads" in result.stderr or "1 thread" in result.stderr
    cores = len(os.sched_getaffinity(0))
    limited = gradcam("-m", tiny_model, "cat.png", "-v")
    threads = int(re.search(r"(\d+) threads?", limited.stderr)[1])
    assert 1 <= threads <= cores
