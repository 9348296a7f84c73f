"""Which pictures a run takes: folders, lists, odd sizes, EXIF."""

import json
from pathlib import Path

import pytest
from PIL import Image

from support import pictures


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


def reports_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.json")
                  if path.name != "run.json")


def run(gradcam, model, *args, **options):
    """Explains with little output; the report of every picture."""
    result = gradcam("-m", model, *args, "--write", "json,gradcam,gradcam-overlay", "--json",
                     **options)
    assert result.code == 0, result.stderr
    return result.json()["results"]


def test_folder_is_walked_in_bytewise_order(gradcam, tiny_model, picture, out, tmp_path):
    for name in ("photos/b.png", "photos/a/z.jpg", "photos/C.PNG", "photos/.hidden.png",
                 "photos/.git/x.png"):
        picture(name, format="PNG" if name.lower().endswith("png") else "JPEG")
    (tmp_path / "photos/notes.txt").write_text("x")
    reports = run(gradcam, tiny_model, "photos")
    assert [r["image"]["file"] for r in reports] == ["C.PNG", "a/z.jpg", "b.png"]
    assert reports_below(out) == ["C.json", "a/z.json", "b.json"]
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert counts["pictures"] == 3 and counts["done"] == 3 and counts["skipped"] == 1


def test_output_folder_inside_a_walked_folder_is_not_walked(gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    for _ in range(2):
        assert len(run(gradcam, tiny_model, "photos", "-o", "photos/out")) == 1


def test_lists_of_paths(gradcam, tiny_model, picture, out, tmp_path):
    picture("a/one.png")
    picture("b/two.png")
    (tmp_path / "list.txt").write_text("a/one.png\n\nb/two.png\n")
    assert len(run(gradcam, tiny_model, "@list.txt")) == 2
    assert reports_below(out) == ["a/one.json", "b/two.json"]


def test_list_on_stdin(gradcam, tiny_model, picture, tmp_path):
    picture("one.png")
    picture("two.png")
    assert len(run(gradcam, tiny_model, "@-", stdin="one.png\ntwo.png\n")) == 2


def test_the_same_path_twice_is_done_once_with_a_warning(gradcam, tiny_model, picture):
    picture()
    result = gradcam("-m", tiny_model, "cat.png", "./cat.png", "--json")
    assert result.code == 0 and len(result.json()["results"]) == 1
    assert len(result.warnings) == 1 and "cat.png" in result.warnings[0]


def test_names_are_taken_as_they_are(gradcam, tiny_model, picture, out, tmp_path):
    for name in ("[a,b].png", "-dash.png", "with space.png", "K\u00e4tzchen.png", "a=b.png"):
        picture(name)
    result = gradcam("-m", tiny_model, "-i", "[a,b].png", "with space.png", "K\u00e4tzchen.png",
                     "a=b.png", "--write", "json", "--", "-dash.png")
    assert result.code == 0, result.stderr
    assert reports_below(out) == sorted(["[a,b].json", "-dash.json", "with space.json",
                                         "K\u00e4tzchen.json", "a=b.json"])


def test_name_that_is_not_utf8(gradcam, tiny_model, picture, out, tmp_path):
    path = tmp_path.joinpath(b"b\xff.png".decode(errors="surrogateescape"))
    path.write_bytes(picture().read_bytes())
    result = gradcam("-m", tiny_model, path, "--json")
    assert result.code == 0, result.stderr
    assert result.json()["results"][0]["image"]["file"] == "b\ufffd.png"
    assert result.json()["results"][0]["image"]["file_bytes"] == "b%FF.png"


@pytest.mark.parametrize("name", ["models", "layers"])
def test_a_folder_called_like_a_command(gradcam, tiny_model, picture, name):
    picture(f"{name}/cat.png")
    assert len(run(gradcam, tiny_model, f"./{name}")) == 1
    assert len(run(gradcam, tiny_model, "--image", name)) == 1
    refused = gradcam("-m", tiny_model, name)
    assert refused.code == 2 and f"./{name}" in refused.hints[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(gradcam, tiny_model, out, tmp_path, orientation):
    upright = pictures.gradient(64, 48)
    stored = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM,
              5: Image.TRANSPOSE, 6: Image.ROTATE_90, 7: Image.TRANSVERSE,
              8: Image.ROTATE_270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = upright if stored is None else upright.transpose(stored)
    image.save(tmp_path / "cat.png", exif=exif)
    report = run(gradcam, tiny_model, "cat.png", "--alpha", "0")[0]
    assert report["image"]["exif_orientation"] == orientation
    assert (report["image"]["width"], report["image"]["height"]) == (64, 48)
    # With opacity 0 the overlay is the upright picture itself.
    assert Image.open(out / "cat.gradcam-overlay.png").convert("RGB").tobytes() == upright.tobytes()


@pytest.mark.parametrize("width, height", [(1, 1), (1, 5000), (5000, 1), (2, 3)])
def test_odd_sizes(gradcam, tiny_model, picture, out, width, height):
    report = run(gradcam, tiny_model, picture(width=width, height=height))[0]
    assert (report["image"]["width"], report["image"]["height"]) == (width, height)
    assert Image.open(out / "cat.gradcam.png").size == (width, height)


def test_a_picture_of_108_million_pixels(gradcam, tiny_model, picture, out):
    report = run(gradcam, tiny_model, picture("cat.jpg", 12_000, 9_000, quality=50))[0]
    assert report["image"]["width"] == 12_000
    Image.MAX_IMAGE_PIXELS = None
    assert Image.open(out / "cat.gradcam.png").size == (12_000, 9_000)


@pytest.mark.parametrize("name, mode", [("cat.jpg", "RGB"), ("cat.jpg", "L"), ("cat.jpg", "CMYK"),
                                        ("cat.png", "L"), ("cat.png", "P"), ("cat.png", "RGBA"),
                                        ("cat.png", "1"), ("cat.png", "I;16"), ("cat.bmp", "RGB"),
                                        ("cat.tif", "RGB"), ("cat.webp", "RGB"),
                                        ("cat.ppm", "RGB"), ("cat.pgm", "L")])
def test_formats_and_modes(gradcam, tiny_model, tmp_path, name, mode):
    image = pictures.gradient()
    if mode == "I;16":
        image = image.convert("L").convert("I").point(lambda v: v * 257).convert("I;16")
    else:
        image = image.convert(mode)
    image.save(tmp_path / name)
    report = run(gradcam, tiny_model, name)[0]
    assert (report["image"]["width"], report["image"]["height"]) == (64, 48)


def test_a_wrong_extension_does_not_matter(gradcam, tiny_model, picture, tmp_path):
    picture().rename(tmp_path / "cat.jpg")
    assert len(run(gradcam, tiny_model, "cat.jpg")) == 1
