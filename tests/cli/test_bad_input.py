"""Pictures, folders and options that cannot be used: one sentence, the documented code, no half file."""

import json
import os
import signal
import socket
import struct
import subprocess
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from support.program import Result


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


def assert_one_error(result: Result, code: int, *parts: str):
    """Exactly one error line that holds `parts`, exit code `code`, nothing like a stack trace."""
    assert result.code == code, result.stderr
    assert len(result.errors) == 1, result.stderr
    for part in parts:
        assert part in result.errors[0]
    for line in result.stderr.splitlines():
        assert line.startswith(("gradcam: ", "hint: ")), result.stderr
    for trace in ("Traceback", "Exception raised", "frame #", "terminate called", ".cpp:"):
        assert trace not in result.stderr


def assert_nothing_done(result: Result, out: Path, *parts: str):
    """Exit code 2: stdout stays empty, the output folder is not made."""
    assert_one_error(result, 2, *parts)
    assert result.stdout == ""
    assert not out.exists()


def assert_picture_failed(result: Result, out: Path, *parts: str):
    """Exit code 1 and nothing of the picture on the disk."""
    assert_one_error(result, 1, *parts)
    assert [name for name in files_below(out) if name != "run.json"] == []


def png_header_of(width: int, height: int) -> bytes:
    """A PNG that promises a large picture and holds nothing of it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


# --- pictures -----------------------------------------------------------------------------------


def test_missing_picture(gradcam, tiny_model, out):
    assert_picture_failed(gradcam("-m", tiny_model, "none.jpg"), out, "'none.jpg'")


@pytest.mark.parametrize("extension", ["jpg", "png", "bmp", "tif", "webp", "ppm"])
def test_truncated_picture(gradcam, tiny_model, out, picture, extension):
    path = picture(f"cat.{extension}", 200, 150)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert_picture_failed(gradcam("-m", tiny_model, path), out, f"cat.{extension}'")


@pytest.mark.parametrize("content", [b"", b"\0", b"hello, world\n" * 100, b"\xff\xd8\xff",
                                     b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a" + b"\0" * 50,
                                     b"\0\0\0 ftypavif" + b"\0" * 50,
                                     b"\0\0\0 ftypheic" + b"\0" * 50],
                         ids=["empty", "nul", "text", "jpeg-magic", "png-magic", "bmp-magic",
                              "gif", "avif", "heic"])
def test_files_that_are_no_readable_picture(gradcam, tiny_model, out, tmp_path, content):
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    assert_picture_failed(gradcam("-m", tiny_model, path), out, "cat.jpg'")


def test_gif_is_named_with_a_way_out(gradcam, tiny_model, out, tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "cat.gif")
    result = gradcam("-m", tiny_model, "cat.gif")
    assert_picture_failed(result, out, "GIF")
    assert len(result.hints) == 1


def iso_media_file(brand: bytes) -> bytes:
    return struct.pack(">I4s4sI", 24, b"ftyp", brand, 0) + brand + b"mif1" + b"\0" * 50


@pytest.mark.parametrize("brand, name", [(b"avif", "AVIF"), (b"heic", "HEIC")])
def test_avif_and_heic_are_named_with_a_way_out(gradcam, tiny_model, out, tmp_path, brand, name):
    (tmp_path / "cat.jpg").write_bytes(iso_media_file(brand))
    result = gradcam("-m", tiny_model, "cat.jpg")
    assert_picture_failed(result, out, "cat.jpg'", name)
    assert result.hints


def test_animated_webp_is_named_with_a_way_out(gradcam, tiny_model, out, tmp_path):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "cat.webp", save_all=True, append_images=frames[1:])
    result = gradcam("-m", tiny_model, "cat.webp")
    assert_picture_failed(result, out, "cat.webp'", "animated WebP")
    assert result.hints


def test_a_picture_of_300_million_pixels_is_refused_unless_asked_for(gradcam, tiny_model, out,
                                                                     tmp_path):
    # A real, complete file: one colour, which compresses to 3.5 MB. Decoded it is 900 MB.
    Image.new("L", (20_000, 15_000), 100).save(tmp_path / "large.jpg")
    result = gradcam("-m", tiny_model, "large.jpg")
    assert_picture_failed(result, out, "large.jpg'", "20000 x 15000", "200000000")
    assert "--max-pixels" in result.hints[0]
    result = gradcam("-m", tiny_model, "large.jpg", "--max-pixels", "300000000", "--write", "json")
    assert result.code == 0, result.stderr
    image = json.loads((out / "large.json").read_text())["image"]
    assert (image["width"], image["height"]) == (20_000, 15_000)


def test_a_jpeg_with_a_decoder_warning_passes_and_a_truncated_one_fails(gradcam, tiny_model, out,
                                                                        picture, tmp_path):
    whole = picture("cat.jpg", 64, 48).read_bytes()
    # Bytes between two markers: libjpeg warns of extraneous bytes, Pillow reads the picture.
    behind_app0 = 4 + int.from_bytes(whole[4:6], "big")
    odd = whole[:behind_app0] + b"\0\0\0" + whole[behind_app0:]
    (tmp_path / "odd.jpg").write_bytes(odd)
    (tmp_path / "short.jpg").write_bytes(whole[:-len(whole) // 4])
    result = gradcam("-m", tiny_model, "cat.jpg", "odd.jpg", "short.jpg", "--write",
                     "json,gradcam-overlay")
    assert_one_error(result, 1, "short.jpg'", "truncated")
    overlays = [(out / f"{name}.gradcam-overlay.png").read_bytes() for name in ("cat", "odd")]
    assert overlays[0] == overlays[1]


def test_picture_without_permission(gradcam, tiny_model, open_folder, picture):
    secret = open_folder / "cat.png"
    secret.write_bytes(picture().read_bytes())
    secret.chmod(0)
    model = open_folder / "tiny.pt"
    model.write_bytes(tiny_model.read_bytes())
    model.chmod(0o644)
    result = gradcam("-m", model, secret, "-o", open_folder / "out", unprivileged=True,
                     cwd=open_folder)
    assert_picture_failed(result, open_folder / "out", "cat.png'", "ermission")


def test_picture_above_max_pixels(gradcam, tiny_model, out, picture):
    result = gradcam("-m", tiny_model, picture(width=64, height=48), "--max-pixels", "3071")
    assert_picture_failed(result, out, "cat.png'", "3071")
    assert gradcam("-m", tiny_model, "cat.png", "--max-pixels", "3072").code == 0


def test_header_that_promises_four_billion_pixels(gradcam, tiny_model, out, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_header_of(65_000, 65_000))
    assert_picture_failed(gradcam("-m", tiny_model, "bomb.png"), out, "bomb.png'")


def test_socket_and_fifo_do_not_hang(gradcam, tiny_model, out, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert_picture_failed(gradcam("-m", tiny_model, "pipe.jpg", timeout=60), out, "pipe.jpg'")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.jpg"))
        listening.listen()
        assert_picture_failed(gradcam("-m", tiny_model, "s.jpg", timeout=60), out, "s.jpg'")


def test_one_bad_picture_never_stops_the_others(gradcam, tiny_model, out, picture, tmp_path):
    picture("a.png")
    (tmp_path / "b.png").write_bytes(b"nothing")
    picture("c.png")
    result = gradcam("-m", tiny_model, "a.png", "b.png", "c.png")
    assert_one_error(result, 1, "b.png'")
    assert "a.json" in files_below(out) and "c.json" in files_below(out)
    assert not any(name.startswith("b.") for name in files_below(out))
    assert "failed: 'b.png'" in result.stderr


def test_pictures_that_vanish_during_the_run(gradcam, tiny_model, out, picture, tmp_path):
    first = picture("photos/000.png")
    for number in range(1, 600):
        (tmp_path / f"photos/{number:03}.png").hardlink_to(first)
    process = gradcam.start("-m", tiny_model, "photos", "--write", "json", "--json")
    deadline = time.monotonic() + 120
    while not list(out.glob("0*.json")):
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
    process.send_signal(signal.SIGSTOP)
    for number in (597, 599):
        (tmp_path / f"photos/{number}.png").unlink()
    process.send_signal(signal.SIGCONT)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 1, stderr
    document = json.loads(stdout)
    assert [failure["file"] for failure in document["failures"]] == ["597.png", "599.png"]
    assert all("no such file" in failure["error"] for failure in document["failures"])
    assert len(document["results"]) == 598 and len(list(out.glob("*.json"))) == 599


def test_fail_fast_stops_at_the_first_bad_picture(gradcam, tiny_model, out, picture, tmp_path):
    (tmp_path / "a.png").write_bytes(b"nothing")
    picture("b.png")
    assert_one_error(gradcam("-m", tiny_model, "a.png", "b.png", "--fail-fast"), 1, "a.png'")
    assert not any(name.startswith("b.") for name in files_below(out))


def test_control_characters_of_a_file_name_never_reach_the_terminal(gradcam, tiny_model, tmp_path):
    name = "evil\x1b[31m\nname.png"
    (tmp_path / name).write_bytes(b"nothing")
    result = gradcam("-m", tiny_model, name, "--color", "never")
    assert_one_error(result, 1, "name.png'")
    assert "\x1b" not in result.stderr + result.stdout


# --- folders and lists --------------------------------------------------------------------------


def test_folder_without_pictures(gradcam, tiny_model, out, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "notes.txt").write_text("x")
    assert_nothing_done(gradcam("-m", tiny_model, "photos"), out, "no picture")


def test_missing_list(gradcam, tiny_model, out):
    assert_nothing_done(gradcam("-m", tiny_model, "@none.txt"), out, "none.txt'")


def test_empty_list(gradcam, tiny_model, out, tmp_path):
    (tmp_path / "list.txt").write_text("\n\n")
    assert_nothing_done(gradcam("-m", tiny_model, "@list.txt"), out, "no picture")


def test_no_permission_to_list_a_folder(gradcam, tiny_model, open_folder, picture):
    photos = open_folder / "photos"
    photos.mkdir(mode=0)
    model = open_folder / "tiny.pt"
    model.write_bytes(tiny_model.read_bytes())
    result = gradcam("-m", model, photos, "-o", open_folder / "out", unprivileged=True,
                     cwd=open_folder)
    photos.chmod(0o777)
    assert_one_error(result, 2, "photos'")


def test_two_inputs_with_one_output_name(gradcam, tiny_model, out, picture):
    picture("cat.png")
    picture("cat.jpg")
    result = gradcam("-m", tiny_model, "cat.png", "cat.jpg")
    assert_nothing_done(result, out, "cat.png'", "cat.jpg'")
    assert "--keep-ext" in result.hints[0]
    assert gradcam("-m", tiny_model, "cat.png", "cat.jpg", "--keep-ext").code == 0


def test_output_folder_equal_to_an_input_folder(gradcam, tiny_model, picture, tmp_path):
    path = picture("photos/cat.png")
    before = path.read_bytes()
    result = gradcam("-m", tiny_model, "photos", "-o", "photos/")
    assert_one_error(result, 2, "photos")
    assert result.stdout == ""
    assert files_below(tmp_path / "photos") == ["cat.png"]
    assert path.read_bytes() == before


def test_inputs_are_never_overwritten(gradcam, tiny_model, picture, tmp_path):
    picture("cat.png")
    trap = picture("cat.gradcam.png", 10, 10)  # what explaining cat.png here would write
    before = trap.read_bytes()
    result = gradcam("-m", tiny_model, "cat.png", "cat.gradcam.png", "-o", ".")
    assert trap.read_bytes() == before
    assert_one_error(result, 2, "cat.gradcam.png'")
    assert files_below(tmp_path) == ["cat.gradcam.png", "cat.png", "tiny.pt"]


# --- output -------------------------------------------------------------------------------------


def test_output_is_a_file(gradcam, tiny_model, picture, tmp_path):
    (tmp_path / "taken").write_text("mine")
    assert_one_error(gradcam("-m", tiny_model, picture(), "-o", "taken"), 2, "taken'")
    assert (tmp_path / "taken").read_text() == "mine"


def test_no_permission_to_write(gradcam, tiny_model, picture, open_folder):
    for file in (tiny_model, picture()):
        (open_folder / file.name).write_bytes(file.read_bytes())
    locked = open_folder / "locked"
    locked.mkdir(mode=0o555)
    result = gradcam("-m", open_folder / "tiny.pt", open_folder / "cat.png", "-o", locked,
                     unprivileged=True, cwd=open_folder)
    assert_one_error(result, 2, "locked", "ermission")
    assert result.stdout == "" and files_below(locked) == []
    below = gradcam("-m", open_folder / "tiny.pt", open_folder / "cat.png", "-o", locked / "a/b",
                    unprivileged=True, cwd=open_folder)
    assert_one_error(below, 2, "locked/a/b'", "ermission")


def run_on_small_disk(gradcam, folder: Path, size: str, *args) -> Result:
    """Runs with a file system of `size` at `folder`; lists what is left there on stderr."""
    user_namespace = [] if os.geteuid() == 0 else ["-r"]
    script = ('mount -t tmpfs -o size="$1" none "$2" || exit 99; folder=$2; shift 2; '
              '"$@"; code=$?; find "$folder" -type f -printf "left: %f %s\\n" >&2; exit $code')
    done = subprocess.run(["unshare", *user_namespace, "-m", "sh", "-c", script, "sh", size, folder,
                           *gradcam.command(*args)],
                          env=gradcam.environment(), cwd=gradcam.home, capture_output=True,
                          text=True, timeout=300, check=False)
    assert done.returncode != 99, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


def test_no_space_left(gradcam, tiny_model, picture, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    result = run_on_small_disk(gradcam, small, "64k", "-m", tiny_model,
                               picture("cat.png", 900, 700), "-o", small)
    assert result.code == 1, result.stderr
    assert result.errors and all("space" in error for error in result.errors), result.stderr
    left = [line.split()[1] for line in result.stderr.splitlines() if line.startswith("left: ")]
    assert "cat.json" not in left  # a report on the disk means that its files are complete
    assert [name for name in left if name not in ("run.json",)] == [], result.stderr


def test_no_space_for_stdout(gradcam, tiny_model, picture):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(gradcam.command("-m", tiny_model, picture(), "--json"), stdout=full,
                              stderr=subprocess.PIPE, env=gradcam.environment(), cwd=gradcam.home,
                              text=True, timeout=300, check=False)
    assert_one_error(Result(done.returncode, "", done.stderr), 1, "standard output")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(gradcam.command("models"), stdout=full, stderr=subprocess.PIPE,
                              env=gradcam.environment(), cwd=gradcam.home, text=True, timeout=300,
                              check=False)
    assert_one_error(Result(done.returncode, "", done.stderr), 2, "standard output")


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments, part", [
    (["--layr", "x"], "unknown option '--layr'"),
    (["--resum"], "unknown option '--resum'"),
    (["--layer"], "option --layer needs a value"),
    (["--layer=", "x"], "option --layer needs a value"),
    (["--layer", "a", "--layer", "b"], "given twice"),
    (["--top-k", "0"], "--top-k"),
    (["--alpha", "2"], "--alpha"),
    (["--write", "gradcam,everything"], "everything"),
    (["--colormap", "pink"], "pink"),
    (["--device", "gpu"], "unknown device 'gpu'"),
    (["--device", "cuda:x"], "unknown device 'cuda:x'"),
    (["-q", "-v"], "contradict"),
    (["--layer", "relu3"], "relu3"),
    (["--class", "5"], "5"),
    (["--class", "tabby"], "tabby"),
    (["--class", "crane"], "crane"),
    (["--preprocess", "notebook"], "notebook"),
    (["--card", "none.json"], "none.json'"),
    (["--labels", "none.txt"], "none.txt'"),
    (["--std", "1,1"], "--std"),
    (["--threads", "-1"], "--threads"),
])
def test_bad_options(gradcam, tiny_model, out, picture, arguments, part):
    picture()
    for extra in ([], ["--json"]):
        result = gradcam("-m", tiny_model, "cat.png", *arguments, *extra)
        assert_nothing_done(result, out, part)


def test_an_unknown_layer_gets_the_nearest_names(gradcam, tiny_model, picture):
    result = gradcam("-m", tiny_model, picture(), "--layer", "relu3")
    assert "relu2" in result.stderr


def test_a_label_that_occurs_twice_names_its_indices(gradcam, tiny_model, picture):
    result = gradcam("-m", tiny_model, picture(), "--class", "crane")
    assert "2" in result.stderr and "3" in result.stderr


def test_an_unknown_label_gets_the_nearest(gradcam, tiny_model, picture):
    result = gradcam("-m", tiny_model, picture(), "--class", "egyptian cut")
    assert "Egyptian cat" in result.stderr


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": 1, "layer": 3}',
                                     '{"schema_version": 99}'])
def test_bad_cards(gradcam, tiny_model, out, picture, tmp_path, content):
    (tmp_path / "card.json").write_text(content)
    result = gradcam("-m", tiny_model, picture(), "--card", "card.json")
    assert_nothing_done(result, out, "card.json'")


def test_labels_of_the_wrong_number(gradcam, tiny_model, out, picture, tmp_path):
    (tmp_path / "labels.txt").write_text("one\ntwo\n")
    result = gradcam("-m", tiny_model, picture(), "--labels", "labels.txt")
    assert_nothing_done(result, out, "2", "5")


def test_nothing_given(gradcam):
    result = gradcam()
    assert_one_error(result, 2)
    assert result.stdout == ""


def test_a_closed_reader_of_stdout_ends_in_one_sentence(gradcam, tiny_model, picture, out):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(gradcam.command("-m", tiny_model, picture()), stdout=writer,
                          stderr=subprocess.PIPE, env=gradcam.environment(), cwd=gradcam.home,
                          text=True, timeout=300, check=False)
    os.close(writer)
    assert_one_error(Result(done.returncode, "", done.stderr), 1, "standard output")
    assert "cat.json" in files_below(out)
