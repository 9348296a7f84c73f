"""What is drawn and on what: orientation, transparency, enlargement, colours, sizes, the preset."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.transform import resize

from support import models, pictures

NOTEBOOK = ["--preprocess", "notebook", "--exif", "ignore", "--alpha-channel", "premultiply",
            "--score", "prob", "--colormap", "jet", "--alpha", "0.6", "--upsample", "skimage",
            "--normalize", "minmax", "--output-size", "input"]


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


@pytest.fixture
def notebook_model(tmp_path) -> Path:
    """The tiny network with two preprocessings in its card."""
    card = models.card()
    plain = {"size": list(models.SIZE), "filter": "bicubic", "resize": {"mode": "squash"},
             "scale": 255.0, "mean": [0, 0, 0], "std": [1, 1, 1], "bgr": False}
    card["preprocess"]["notebook"] = plain
    return models.save(models.TinyNet(), tmp_path / "two.pt", card=card)


def write_transparent(path: Path) -> Image.Image:
    """A picture whose opacity grows from the left to the right."""
    rgba = pictures.gradient(60, 40).convert("RGBA")
    rgba.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))))
    rgba.save(path)
    return rgba


def input_of(out: Path) -> np.ndarray:
    return np.asarray(Image.open(out / "cat.input.png"))


def indices_of(path: Path) -> np.ndarray:
    image = Image.open(path)
    assert image.mode == "P"
    return np.asarray(image)


def normalized(raw: np.ndarray) -> np.ndarray:
    return np.maximum(raw, 0) / raw.max()


def pillow_small(picture: Image.Image) -> np.ndarray:
    """As the card of the tiny network asks for."""
    return np.asarray(picture.resize(models.SIZE[::-1], Image.Resampling.BILINEAR))


@pytest.mark.parametrize("mode", ["drop", "white", "premultiply"])
def test_alpha_channel_gives_what_pillow_gives(gradcam, tiny_model, out, tmp_path, mode):
    rgba = write_transparent(tmp_path / "cat.png")
    white = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    expected = {"drop": pillow_small(rgba.convert("RGB")), "white": pillow_small(white),
                "premultiply": pillow_small(rgba)[..., :3]}[mode]
    result = gradcam("-m", tiny_model, "cat.png", "--write", "input,json", "--alpha-channel", mode)
    assert result.code == 0, result.stderr
    # alpha_composite rounds in another way than a blend with white: one level, seen through the
    # resize.
    limit = 1 if mode == "white" else 0
    assert np.abs(input_of(out).astype(int) - expected).max() <= limit
    report = json.loads((out / "cat.json").read_text())
    assert report["preprocess"]["alpha_channel"] == mode
    assert report["files"] == {"input": "cat.input.png"}


def test_transparent_pictures_are_drawn_over_white(gradcam, tiny_model, out, tmp_path):
    rgba = write_transparent(tmp_path / "cat.png")
    result = gradcam("-m", tiny_model, "cat.png", "--write", "gradcam-overlay", "--alpha", "0",
                     "--alpha-channel", "premultiply")
    assert result.code == 0, result.stderr
    white = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    overlay = np.asarray(Image.open(out / "cat.gradcam-overlay.png")).astype(int)
    assert np.abs(overlay - np.asarray(white)).max() <= 1  # two ways of rounding a blend


@pytest.mark.parametrize("mode, size", [("apply", (48, 64)), ("ignore", (64, 48))])
def test_exif(gradcam, tiny_model, out, picture, mode, size):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture("cat.jpg", width=64, height=48, exif=exif)
    result = gradcam("-m", tiny_model, "cat.jpg", "--exif", mode)
    assert result.code == 0, result.stderr
    assert Image.open(out / "cat.gradcam-overlay.png").size == size
    report = json.loads((out / "cat.json").read_text())
    assert report["image"]["exif_orientation"] == 6
    assert report["preprocess"]["exif"] == mode


@pytest.mark.parametrize("mode, border", [("edge", "edge"), ("skimage", "reflect")])
def test_the_map_is_the_raw_map_enlarged_as_skimage_does(gradcam, tiny_model, out, picture, mode,
                                                         border):
    result = gradcam("-m", tiny_model, picture(width=70, height=50), "--write",
                     "raw,map,gradcam,json", "--upsample", mode)
    assert result.code == 0, result.stderr
    for name in ("gradcam", "saliency"):
        raw = np.load(out / f"cat.{name}.npy").astype(np.float64)
        drawn = np.load(out / f"cat.{name}-map.npy")
        assert drawn.dtype == np.float32
        expected = resize(normalized(raw), (50, 70), order=1, mode=border)
        # float32 has 6e-8 of relative precision; skimage's coordinates differ by 1e-7.
        assert np.abs(drawn - expected).max() <= 1e-6
    drawn = np.load(out / "cat.gradcam-map.npy")
    index = np.minimum(255, (256 * drawn).astype(int))
    assert (indices_of(out / "cat.gradcam.png") == index).all()
    peak = json.loads((out / "cat.json").read_text())["explanations"][0]["gradcam"]["peak"]
    assert drawn[peak["y"], peak["x"]] == drawn.max()


def test_minmax_stretches_the_colours_and_not_the_map(gradcam, tiny_model, out, picture):
    arguments = ("-m", tiny_model, picture(width=70, height=50), "--write", "map,saliency")
    assert gradcam(*arguments, "--normalize", "max").code == 0
    before = np.load(out / "cat.saliency-map.npy")
    assert gradcam(*arguments, "--normalize", "minmax").code == 0
    drawn = np.load(out / "cat.saliency-map.npy")
    assert (drawn == before).all()
    index = indices_of(out / "cat.saliency.png")
    assert index.min() == 0 and index.max() == 255
    stretched = (drawn - drawn.min()) / (drawn.max() - drawn.min())
    # At a boundary between two colours the last bit of a float32 decides.
    assert np.abs(np.minimum(255, 256 * stretched).astype(int) - index).max() <= 1


@pytest.mark.parametrize("crop", [[], ["--crop", "0.8"]])
def test_output_size_input_draws_on_what_the_network_saw(gradcam, tiny_model, out, picture, crop):
    result = gradcam("-m", tiny_model, picture(width=70, height=50), "--output-size", "input",
                     "--write", "input,map,gradcam,gradcam-overlay,panel,json", "--alpha", "0",
                     *crop)
    assert result.code == 0, result.stderr
    seen = input_of(out)
    assert seen.shape == (*models.SIZE, 3)
    assert (np.asarray(Image.open(out / "cat.gradcam-overlay.png")) == seen).all()
    assert indices_of(out / "cat.gradcam.png").shape == models.SIZE
    assert np.load(out / "cat.gradcam-map.npy").shape == models.SIZE
    report = json.loads((out / "cat.json").read_text())
    assert report["render"]["output_size"] == "input"
    peak = report["explanations"][0]["gradcam"]["peak"]
    assert 0 <= peak["x"] < models.SIZE[1] and 0 <= peak["y"] < models.SIZE[0]
    assert report["image"]["width"] == 70  # of the picture itself


def test_map_with_a_crop_is_zero_outside(gradcam, tiny_model, out, picture):
    result = gradcam("-m", tiny_model, picture(width=90, height=50), "--crop", "0.8", "--write",
                     "map,json")
    assert result.code == 0, result.stderr
    drawn = np.load(out / "cat.saliency-map.npy")
    assert drawn.shape == (50, 90)
    seen = json.loads((out / "cat.json").read_text())["image"]["seen"]
    inside = np.zeros(drawn.shape, bool)
    inside[seen["y"]:seen["y"] + seen["height"], seen["x"]:seen["x"] + seen["width"]] = True
    assert (drawn[~inside] == 0).all() and (drawn[inside] > 0).any()


def test_input_is_written_once_for_several_classes(gradcam, tiny_model, out, picture):
    result = gradcam("-m", tiny_model, picture(), "--class", "0", "--class", "1", "--write",
                     "input,map")
    assert result.code == 0, result.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        "cat.0.gradcam-map.npy", "cat.0.saliency-map.npy", "cat.1.gradcam-map.npy",
        "cat.1.saliency-map.npy", "cat.input.png", "run.json"]


def test_the_preset_is_the_sum_of_its_options(gradcam, notebook_model, tmp_path):
    write_transparent(tmp_path / "cat.png")
    written = []
    for folder, options in (("preset", ["--preset", "notebook"]), ("options", NOTEBOOK)):
        result = gradcam("-m", notebook_model, "cat.png", "-o", folder, "--write",
                         "gradcam,saliency,gradcam-overlay,panel,input,raw,map,json", *options)
        assert result.code == 0, result.stderr
        files = sorted((tmp_path / folder).iterdir())
        written.append({path.name: path.read_bytes() for path in files if path.name != "run.json"})
    assert written[0] == written[1]
    assert len(written[0]) == 10


def test_the_preset_needs_its_preprocessing(gradcam, tiny_model, picture, out):
    result = gradcam("-m", tiny_model, picture(), "--preset", "notebook")
    assert result.code == 2
    assert "has no preprocessing 'notebook'" in result.stderr
    assert not out.exists()
    assert gradcam("-m", tiny_model, picture(), "--preset", "notebook", "--preprocess",
                   "imagenet").code == 0


@pytest.mark.parametrize("format, name", [("png", "PNG"), ("jpg", "JPEG"),
                                                 ("webp", "WEBP")])
def test_format_of_overlays_and_panels(gradcam, tiny_model, picture, tmp_path, format, name):
    picture(width=200, height=150)
    write = ("--write", "gradcam,gradcam-overlay,saliency-overlay,panel,json")
    assert gradcam("-m", tiny_model, "cat.png", *write, "-o", "plain").code == 0
    result = gradcam("-m", tiny_model, "cat.png", *write, "--format", format, "-o", "out", "--json")
    assert result.code == 0, result.stderr
    report = result.json()["results"][0]
    assert report["render"]["format"] == format
    files = report["explanations"][0]["files"]
    assert files == {"gradcam": "cat.gradcam.png",
                     "gradcam_overlay": f"cat.gradcam-overlay.{format}",
                     "panel": f"cat.panel.{format}",
                     "saliency_overlay": f"cat.saliency-overlay.{format}"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {*files.values(), "cat.json", "run.json"}
    for file in files.values():
        with Image.open(tmp_path / "out" / file) as drawn:
            assert drawn.format == (name if file.endswith(format) else "PNG")
            plain = Image.open(tmp_path / "plain" / file.replace(f".{format}", ".png"))
            assert drawn.size == plain.size
            error = np.abs(np.asarray(drawn.convert("RGB")).astype(int) -
                           np.asarray(plain.convert("RGB")))
            # Mean over all pixels: JPEG and WebP at quality 90 differ by 1 to 3.
            assert error.mean() <= (0 if file.endswith("png") else 5)


def test_drawings_of_another_format_are_removed(gradcam, tiny_model, picture, tmp_path):
    picture()
    for format in ("png", "jpg", "webp", "png"):
        assert gradcam("-m", tiny_model, "cat.png", "--write", "gradcam-overlay,json", "--format",
                       format).code == 0
        assert {p.name for p in (tmp_path / "gradcam-out").iterdir()} == {
            f"cat.gradcam-overlay.{format}", "cat.json", "run.json"}


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_a_photo_of_the_user_with_the_name_of_a_drawing_stays(gradcam, tiny_model, picture, tmp_path,
                                                              format):
    picture()
    photo = tmp_path / f"gradcam-out/cat.panel.{format}"
    photo.parent.mkdir()
    Image.new("RGB", (40, 30)).save(photo)
    before = photo.read_bytes()
    result = gradcam("-m", tiny_model, "cat.png")
    assert result.code == 2 and "was not written by gradcam" in result.errors[0]
    assert photo.read_bytes() == before


def test_a_picture_too_wide_for_webp_fails_with_its_reason(gradcam, tiny_model, picture):
    picture(width=16384, height=2)
    result = gradcam("-m", tiny_model, "cat.png", "--write", "gradcam-overlay", "--format", "webp")
    assert result.code == 1
    assert "16384x2" in result.errors[0] and "16383" in result.errors[0]
    assert "--format png" in result.hints[0]
