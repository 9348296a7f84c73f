"""What a run writes: files, reports, the document of --json."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from support import models, pictures
from support.schemas import check

KINDS = {"gradcam": ["cat.gradcam.png"], "saliency": ["cat.saliency.png"],
         "gradcam-overlay": ["cat.gradcam-overlay.png"],
         "saliency-overlay": ["cat.saliency-overlay.png"], "panel": ["cat.panel.png"],
         "input": ["cat.input.png"], "map": ["cat.gradcam-map.npy", "cat.saliency-map.npy"],
         "raw": ["cat.gradcam.npy", "cat.saliency.npy"], "json": ["cat.json"]}


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_default_files(gradcam, tiny_model, picture, out):
    result = gradcam("-m", tiny_model, picture())
    assert result.code == 0, result.stderr
    assert names_in(out) == ["cat.gradcam-overlay.png", "cat.gradcam.png", "cat.json",
                             "cat.saliency-overlay.png", "cat.saliency.png", "run.json"]
    assert result.stderr == ""
    for name in ("cat.gradcam.png", "cat.json"):
        assert name in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_write_writes_what_it_is_told(gradcam, tiny_model, picture, out, kind):
    assert gradcam("-m", tiny_model, picture(), "--write", kind).code == 0
    assert names_in(out) == sorted([*KINDS[kind], "run.json"])


def test_pictures_have_the_size_of_the_input(gradcam, tiny_model, picture, out):
    assert gradcam("-m", tiny_model, picture(width=70, height=30)).code == 0
    for name in ("gradcam", "saliency", "gradcam-overlay", "saliency-overlay"):
        image = Image.open(out / f"cat.{name}.png")
        image.load()
        assert image.size == (70, 30)
    assert Image.open(out / "cat.gradcam.png").mode == "P"


def test_reports_follow_the_schemas(gradcam, tiny_model, picture, out):
    result = gradcam("-m", tiny_model, picture(), "--class", "top", "--class", "0", "--write",
                     "json,raw,gradcam", "--json")
    assert result.code == 0, result.stderr
    document = check(result.json(), "results.schema.json")
    check(json.loads((out / "run.json").read_text()), "run.schema.json")
    report = json.loads((out / "cat.json").read_text())
    check(report, "report.schema.json")
    assert document["results"] == [report]
    assert document["failures"] == []


def test_report_says_what_eager_pytorch_computes(gradcam, tiny_model, picture):
    picture(width=32, height=32)  # the network's own size: no resampling in between
    report = gradcam("-m", tiny_model, "cat.png", "--json", "--score", "logit", "--write",
                     "raw").json()["results"][0]
    pixels = np.asarray(pictures.gradient(32, 32), np.float32)
    x = torch.tensor((pixels / 255 - 0.5) / 0.25).permute(2, 0, 1)[None]
    net = models.TinyNet().eval()
    activations = net.relu2(net.conv2(net.pool1(net.relu1(net.conv1(x)))))
    activations.retain_grad()
    scores = net.fc(net.pool2(activations).flatten(1))[0]
    best = int(scores.argmax())
    scores[best].backward()
    weights = activations.grad.mean((2, 3), keepdim=True)
    gradcam_map = (weights * activations).mean(1)[0].detach()
    explained = report["explanations"][0]
    assert explained["class"]["index"] == best
    # float32 sums of about 100 terms
    assert [p["logit"] for p in report["top"]] == \
        pytest.approx(sorted(scores.tolist(), reverse=True)[:5], rel=1e-4, abs=1e-4)
    assert sum(p["probability"] for p in report["top"]) == pytest.approx(1, abs=1e-5)
    assert explained["gradcam"]["max"] == pytest.approx(float(gradcam_map.max()), rel=1e-4)
    assert explained["gradcam"]["min"] == pytest.approx(float(gradcam_map.min()), rel=1e-4,
                                                        abs=1e-6)
    assert explained["saliency"]["mean"] == pytest.approx(float(activations.detach().mean()), rel=1e-4)


def test_raw_maps_are_numpy_arrays_of_the_layer_size(gradcam, tiny_model, picture, out):
    report = gradcam("-m", tiny_model, picture(), "--write", "raw",
                     "--json").json()["results"][0]
    for name in ("gradcam", "saliency"):
        values = np.load(out / f"cat.{name}.npy")
        assert values.shape == (16, 16) and values.dtype == np.float32
        assert report["explanations"][0][name]["max"] == pytest.approx(float(values.max()),
                                                                       rel=1e-6)


def test_several_classes_have_their_index_in_the_names(gradcam, tiny_model, picture, out):
    result = gradcam("-m", tiny_model, picture(), "--class", "egyptian_CAT", "--class", "2",
                     "--class", "label:7", "--write", "gradcam", "--json")
    assert result.code == 0, result.stderr
    assert names_in(out) == ["cat.1.gradcam.png", "cat.2.gradcam.png", "cat.4.gradcam.png",
                             "run.json"]
    classes = [e["class"] for e in result.json()["results"][0]["explanations"]]
    assert [(c["index"], c["chosen_by"]) for c in classes] == \
        [(1, "label"), (2, "index"), (4, "label")]


def test_the_same_class_named_twice_is_one(gradcam, tiny_model, picture, out):
    result = gradcam("-m", tiny_model, picture(), "--class", "1", "--class", "Egyptian cat",
                     "--write", "gradcam", "--json")
    assert result.code == 0, result.stderr
    assert [e["class"]["index"] for e in result.json()["results"][0]["explanations"]] == [1]
    assert names_in(out) == ["cat.1.gradcam.png", "run.json"]  # names follow what was asked for


def test_labels_option_replaces_the_labels(gradcam, tiny_model, picture, tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\nc\nd\ne\n")
    result = gradcam("-m", tiny_model, picture(), "--labels", "labels.txt", "--class", "C",
                     "--json")
    assert result.code == 0, result.stderr
    assert result.json()["results"][0]["explanations"][0]["class"]["label"] == "c"


def test_card_option_replaces_the_card(gradcam, tiny_model, picture, tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(models.card(layer="conv1", name="other")))
    report = gradcam("-m", tiny_model, picture(), "--card", "card.json",
                     "--json").json()["results"][0]
    assert report["model"]["layer"] == "conv1" and report["model"]["name"] == "other"


def test_options_replace_single_fields_of_the_card(gradcam, tiny_model, picture):
    report = gradcam("-m", tiny_model, picture(), "--input-size", "40x48", "--mean", "-1,0,1",
                     "--std", "1,2,3", "--scale", "2", "--bgr", "--resize", "bicubic",
                     "--layer", "conv2", "--score", "prob", "--top-k", "2", "--colormap", "grey",
                     "--alpha", "0.25", "--json").json()["results"][0]
    preprocess = report["preprocess"]
    assert preprocess["size"] == [40, 48] and preprocess["mean"] == [-1, 0, 1]
    assert preprocess["std"] == [1, 2, 3] and preprocess["scale"] == 2 and preprocess["bgr"]
    assert preprocess["filter"] == "bicubic"
    assert report["model"]["layer"] == "conv2"
    assert report["score"] == "prob" and len(report["top"]) == 2
    assert report["render"]["colormap"] == "grey" and report["render"]["alpha"] == 0.25


def test_crop_reports_what_the_network_saw(gradcam, tiny_model, picture, out):
    report = gradcam("-m", tiny_model, picture(width=80, height=40), "--crop", "0.5",
                     "--json").json()["results"][0]
    seen = report["image"]["seen"]
    assert (seen["width"], seen["height"]) == (20, 20)
    assert (seen["x"], seen["y"]) == (30, 10)
    overlay = np.asarray(Image.open(out / "cat.gradcam-overlay.png").convert("RGB"))
    assert (overlay[:, :29] == np.asarray(pictures.gradient(80, 40))[:, :29]).all()


def test_two_equal_runs_give_equal_bytes(gradcam, tiny_model, picture, tmp_path):
    picture()
    for folder in ("one", "two"):
        assert gradcam("-m", tiny_model, "cat.png", "-o", folder, "--threads", "1").code == 0
    for name in names_in(tmp_path / "one"):
        if name != "run.json":
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_older_outputs_of_the_same_picture_are_removed(gradcam, tiny_model, picture, out):
    assert gradcam("-m", tiny_model, picture(), "--class", "0", "--class", "1").code == 0
    assert "cat.0.gradcam.png" in names_in(out)
    (out / "notes.txt").write_text("mine")
    assert gradcam("-m", tiny_model, "cat.png", "--write", "gradcam,json").code == 0
    assert names_in(out) == ["cat.gradcam.png", "cat.json", "notes.txt", "run.json"]


def test_a_failed_picture_stands_in_failures_and_in_run_json(gradcam, tiny_model, picture, out):
    picture()
    result = gradcam("-m", tiny_model, "cat.png", "none.png", "--json")
    assert result.code == 1
    document = check(result.json(), "results.schema.json")
    assert [f["file"] for f in document["failures"]] == ["none.png"]
    run = check(json.loads((out / "run.json").read_text()), "run.schema.json")
    assert run["counts"]["done"] == 1 and run["counts"]["failed"] == 1


def test_strict_makes_an_empty_map_a_failure(gradcam, picture, tmp_path):
    net = models.TinyNet()
    with torch.no_grad():
        net.conv2.weight.zero_()
        net.conv2.bias.fill_(-1)  # relu2 is 0 everywhere
    model = models.save(net, tmp_path / "dead.pt", models.card())
    result = gradcam("-m", model, picture(), "--json")
    assert result.code == 0
    explained = result.json()["results"][0]["explanations"][0]
    assert explained["gradcam"]["status"] == "all_zero" and explained["gradcam"]["peak"] is None
    strict = gradcam("-m", model, "cat.png", "--strict")
    assert strict.code == 1 and len(strict.errors) == 1


def test_self_check_can_be_asked_for(gradcam, tiny_model, picture):
    for flag in ("--self-check", "--no-self-check"):
        assert gradcam("-m", tiny_model, picture(), flag).code == 0
