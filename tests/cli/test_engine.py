"""How the feature maps are computed: batches, precision, determinism, timing."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from support import models
from support.program import Program

RUNS = 30  # more than the 20 pictures from which on engines are tried out


@pytest.fixture
def photos(tmp_path, picture) -> Path:
    """Pictures of different sizes, none like the other."""
    for number in range(RUNS):
        picture(f"photos/{number:02}.png", width=40 + number, height=64 - number)
    return tmp_path / "photos"


def maps_in(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: np.load(path) for path in sorted(folder.glob("*.npy"))}


def assert_close(found: dict, expected: dict, limit: float):
    assert found.keys() == expected.keys()
    for name, expected_map in expected.items():
        scale = np.abs(expected_map).max()
        assert np.abs(found[name] - expected_map).max() <= limit * scale, name


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())
            if path.name != "run.json"}


def test_batches_give_the_maps_of_single_pictures(gradcam, tiny_model, photos, tmp_path):
    assert gradcam("-m", tiny_model, photos, "-o", "one", "--write", "raw", "--batch-size", "1",
                   "--deterministic").code == 0
    expected = maps_in(tmp_path / "one")
    assert len(expected) == 2 * RUNS
    for size in ("1", "7", "64"):
        result = gradcam("-m", tiny_model, photos, "-o", size, "--write", "raw", "--batch-size", size)
        assert result.code == 0, result.stderr
        # float32 sums in another order: 1e-6 was measured.
        assert_close(maps_in(tmp_path / size), expected, 1e-5)


def test_long_runs_try_engines_and_give_the_same_maps(gradcam, tiny_model, photos, tmp_path):
    assert gradcam("-m", tiny_model, photos, "-o", "plain", "--write", "raw",
                   "--deterministic").code == 0
    result = gradcam("-m", tiny_model, photos, "-o", "auto", "--write", "raw,json", "-v")
    assert result.code == 0, result.stderr
    assert "cannot be used" not in result.stderr
    assert result.stderr.count(" is used, ") == 1  # the trial has ended
    assert_close(maps_in(tmp_path / "auto"), maps_in(tmp_path / "plain"), 1e-5)


class NormalisesInPlace(models.TinyNet):
    def forward(self, x):
        return super().forward(x.sub_(0.5).div_(0.25))


def test_networks_that_write_to_their_input_give_the_maps_of_single_pictures(gradcam, photos,
                                                                            tmp_path):
    model = models.save(NormalisesInPlace(), tmp_path / "net.pt", card=models.card())
    assert gradcam("-m", model, photos, "-o", "plain", "--write", "raw", "--deterministic").code == 0
    for engine in ("auto", "libtorch", "openvino"):
        result = gradcam("-m", model, photos, "-o", engine, "--write", "raw", "--engine", engine)
        assert result.code == 0, result.stderr
        assert "one by one" not in result.stderr
        assert_close(maps_in(tmp_path / engine), maps_in(tmp_path / "plain"), 1e-5)


class NormBehindTheCut(models.TinyNet):
    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm2d(self.conv2.out_channels)
        torch.nn.init.uniform_(self.norm.running_mean, -1, 1)
        torch.nn.init.uniform_(self.norm.running_var, 0.5, 2)

    def forward(self, x):
        x = self.relu2(self.norm(self.conv2(self.pool1(self.relu1(self.conv1(x))))))
        return self.fc(self.pool2(x).flatten(1))


def test_a_batch_norm_behind_the_cut_is_not_folded_into_it(gradcam, photos, tmp_path):
    model = models.save(NormBehindTheCut(), tmp_path / "net.pt", card=models.card())
    write = ("--layer", "conv2", "--write", "raw")
    assert gradcam("-m", model, photos, "-o", "plain", *write, "--deterministic").code == 0
    for engine in ("libtorch", "openvino"):
        result = gradcam("-m", model, photos, "-o", engine, *write, "--engine", engine, "-v")
        assert result.code == 0, result.stderr
        assert "cannot be used" not in result.stderr
        assert_close(maps_in(tmp_path / engine), maps_in(tmp_path / "plain"), 1e-5)


class SplitsWhatItWroteInPlace(models.TinyNet):
    """Writes nothing to its input, though a list of parts may hold anything."""

    def forward(self, x):
        one, other = torch.split(torch.relu_(self.conv1(x)), 2, 1)
        x = self.pool1(torch.cat([other, one], 1))
        return self.fc(self.pool2(self.relu2(self.conv2(x))).flatten(1))


def test_openvino_takes_networks_that_write_in_place(gradcam, photos, tmp_path):
    model = models.save(SplitsWhatItWroteInPlace(), tmp_path / "net.pt", card=models.card())
    for engine in ("libtorch", "openvino"):
        result = gradcam("-m", model, photos, "-o", engine, "--write", "raw", "--engine", engine)
        assert result.code == 0, result.stderr
    assert_close(maps_in(tmp_path / "openvino"), maps_in(tmp_path / "libtorch"), 1e-5)


class RefusesDarkPictures(models.TinyNet):
    def forward(self, x):
        if bool((x.amax((1, 2, 3)) < -1).any()):
            raise RuntimeError("a dark picture")
        x = self.relu2(self.conv2(self.pool1(self.relu1(self.conv1(x)))))
        return self.fc(self.pool2(x).flatten(1))


# The first one is in the batch by which the network is checked.
@pytest.mark.parametrize("dark", ["00.png", "20.png"])
def test_a_picture_that_the_network_refuses_is_no_reason_to_compute_all_alone(gradcam, photos,
                                                                             tmp_path, dark):
    model = models.save(RefusesDarkPictures(), tmp_path / "net.pt", card=models.card(), script=True)
    Image.new("RGB", (40, 40)).save(photos / dark)
    result = gradcam("-m", model, photos, "-o", "out", "--write", "raw")
    assert result.code == 1, result.stderr
    assert len(maps_in(tmp_path / "out")) == 2 * (RUNS - 1)
    assert "a dark picture" in result.stderr
    assert "one by one" not in result.stderr


class LongChain(models.TinyNet):
    """As many operators in a row as need more stack than the test below leaves."""

    def forward(self, x):
        for _ in range(6000):
            x = x + 0.001
        return super().forward(x)


def test_long_chains_of_operators_do_not_end_the_program(gradcam, photos, tmp_path):
    model = models.save(LongChain(), tmp_path / "chain.pt", card=models.card())
    # An eighth of the usual stack, for a chain that is quick to trace.
    result = gradcam("-m", model, photos, "--write", "raw", prefix=["prlimit", "--stack=1048576"])
    assert result.code == 0, result.stderr
    assert len(maps_in(tmp_path / "gradcam-out")) == 2 * RUNS


class LooksAtTheBatch(models.TinyNet):
    """Normalises its input by all pictures together: none has a result of its own in a batch."""

    def forward(self, x):
        return super().forward((x - x.mean()) / x.std())


class SeesTheFirstOnly(models.TinyNet):
    """Computes the first picture of a batch for all of them."""

    def forward(self, x):
        return super().forward(x[:1] + 0 * x)


class TakesOnePicture(models.TinyNet):
    """As a trace does whose author wrote down the number of pictures."""

    def forward(self, x):
        x = self.pool2(self.relu2(self.conv2(self.pool1(self.relu1(self.conv1(x))))))
        return self.fc(x.view(1, 6))


@pytest.mark.parametrize("network", [LooksAtTheBatch, SeesTheFirstOnly, TakesOnePicture])
@pytest.mark.parametrize("size", [[], ["--batch-size", "5"]])
def test_networks_that_cannot_take_batches_get_single_pictures(gradcam, photos, tmp_path, network,
                                                               size):
    model = models.save(network(), tmp_path / "net.pt", card=models.card())
    assert gradcam("-m", model, photos, "-o", "plain", "--write", "raw", "--deterministic").code == 0
    result = gradcam("-m", model, photos, "-o", "auto", "--write", "raw", *size)
    assert result.code == 0, result.stderr
    assert result.stderr.count("computed one by one") == 1
    assert_close(maps_in(tmp_path / "auto"), maps_in(tmp_path / "plain"), 1e-5)


@pytest.mark.parametrize("options", [
    [], ["--engine", "openvino"], ["--precision", "bfloat16", "--force-precision"]])
def test_deterministic_runs_give_the_same_bytes_in_any_company(gradcam, tiny_model, photos,
                                                               tmp_path, options):
    names = [str(path) for path in sorted(photos.iterdir())]
    orders = {"forwards": (names, ()), "backwards": (names[::-1], ("--batch-size", "7")),
              "odd ones first": (names[1::2] + names[::2], ("--batch-size", "64"))}
    written = []
    for order, (inputs, batch) in orders.items():
        result = gradcam("-m", tiny_model, *inputs, "-o", order, "--deterministic", *batch, *options,
                         "--write", "gradcam,gradcam-overlay,raw,json")
        assert result.code == 0, result.stderr
        written.append(bytes_in(tmp_path / order))
    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 5 * RUNS
    # A picture alone is in other company still.
    assert gradcam("-m", tiny_model, names[3], "-o", "alone", "--deterministic", *options, "--write",
                   "raw").code == 0
    alone = bytes_in(tmp_path / "alone")
    assert alone == {name: content for name, content in written[0].items() if name in alone}


def test_bfloat16_is_close_and_reported(gradcam, tiny_model, photos, tmp_path):
    assert gradcam("-m", tiny_model, photos, "-o", "float32", "--write", "raw").code == 0
    result = gradcam("-m", tiny_model, photos, "-o", "half", "--write", "raw,json", "--precision",
                     "bfloat16", "--force-precision")
    assert result.code == 0, result.stderr
    found, expected = maps_in(tmp_path / "half"), maps_in(tmp_path / "float32")
    # Three roundings to 8 bits of precision, 2^-9 each, in two layers and an input.
    assert_close(found, expected, 0.05)
    assert any(not np.array_equal(found[name], expected[name]) for name in found)
    report = json.loads((tmp_path / "half/00.json").read_text())
    assert report["tool"]["precision"] == "bfloat16"
    assert report["tool"]["engine"] == "libtorch"


@pytest.mark.parametrize("options, part", [
    (["--precision", "tf32"], "CUDA"),
    (["--precision", "tf32", "--force-precision"], "CUDA"),
])
def test_precisions_that_cannot_be_had(gradcam, tiny_model, picture, tmp_path, options, part):
    result = gradcam("-m", tiny_model, picture(), *options)
    assert result.code == 2
    assert part in result.stderr and "hint: " in result.stderr
    assert not (tmp_path / "gradcam-out").exists()


def test_half_precision_needs_a_features_half(gradcam, picture, tmp_path):
    class Branch(models.TinyNet):
        def forward(self, x):
            if x.sum() > -1e9:
                x = self.relu2(self.conv2(self.pool1(self.relu1(self.conv1(x)))))
            return self.fc(self.pool2(x).flatten(1))

    model = models.save(Branch(), tmp_path / "branch.pt", card=models.card(), script=True)
    assert gradcam("-m", model, picture()).code == 0
    result = gradcam("-m", model, picture(), "--precision", "bfloat16", "--force-precision")
    assert result.code == 2
    assert "stands in a branch or loop" in result.stderr


def test_timing_tells_every_stage(gradcam, tiny_model, picture, tmp_path):
    result = gradcam("-m", tiny_model, picture(), "--timing")
    assert result.code == 0
    stages = json.loads((tmp_path / "gradcam-out/run.json").read_text())["time"]["stages"]
    assert list(stages) == ["decode", "prepare", "features", "head", "gradient", "check", "write",
                            "network_wait", "io_wait"]
    # A single picture is compared with nothing, but the clock runs.
    assert all(seconds > 0 for name, seconds in stages.items() if name != "check")
    words = {"network_wait": "network waited", "io_wait": "I/O threads waited"}
    for stage in stages:
        assert f"{words.get(stage, stage)} " in result.stderr


def engine_of(report: Path) -> str:
    return json.loads(report.read_text())["tool"]["engine"]


@pytest.mark.parametrize("batch", [[], ["--batch-size", "7"], ["--deterministic"]])
def test_openvino_gives_the_maps_of_libtorch(gradcam, tiny_model, photos, tmp_path, batch):
    for engine in ("libtorch", "openvino"):
        result = gradcam("-m", tiny_model, photos, "-o", engine, "--write", "raw,json", "--engine",
                         engine, *batch)
        assert result.code == 0, result.stderr
        reports = sorted((tmp_path / engine).glob("*.json"))
        assert {engine_of(report) for report in reports} == {engine}
        assert len(reports) == RUNS + 1
    # Two layers of sums in another order: 1e-6 was measured.
    assert_close(maps_in(tmp_path / "openvino"), maps_in(tmp_path / "libtorch"), 1e-5)


class CarriesMore(models.TinyNet):
    """Behind the cut, what was in front of it and the number of pictures are needed again."""

    def forward(self, x):
        early = self.relu1(self.conv1(x))
        count = x.size(0)
        x = self.relu2(self.conv2(self.pool1(early)))
        scale = 1 + early.mean((1, 2, 3)).view(count, 1)
        return self.fc(self.pool2(x).view(count, 6)) * scale


def test_what_else_crosses_the_cut_is_handed_over_in_batches(gradcam, photos, tmp_path):
    model = models.save(CarriesMore(), tmp_path / "more.pt", card=models.card(), script=True)
    for engine in ("libtorch", "openvino"):
        result = gradcam("-m", model, photos, "-o", engine, "--write", "raw,json", "--engine", engine,
                         "--batch-size", "7")
        assert result.code == 0, result.stderr
        assert "one by one" not in result.stderr
        assert engine_of(tmp_path / engine / "00.json") == engine
    # Two layers of sums in another order: 1e-6 was measured.
    assert_close(maps_in(tmp_path / "openvino"), maps_in(tmp_path / "libtorch"), 1e-5)


def test_openvino_repeats_itself(gradcam, tiny_model, photos, tmp_path):
    for run in ("one", "two"):
        assert gradcam("-m", tiny_model, photos, "-o", run, "--engine", "openvino",
                       "--deterministic").code == 0
    assert bytes_in(tmp_path / "one") == bytes_in(tmp_path / "two")


# Of a stream nobody knows the length: it is taken for 1000 pictures, for which OpenVINO pays from
# some milliseconds a picture on.
STREAM = 6


@pytest.fixture(scope="module")
def worthwhile_model(tmp_path_factory) -> Path:
    """Takes some hundredths of a second for a picture."""
    return models.save_large(models.SlowNet(layers=10, tiles=2),
                             tmp_path_factory.mktemp("slow") / "slow.pt")


@pytest.fixture
def stream(picture) -> str:
    return "".join(f"{picture(f'{number}.png', width=50 + number)}\n" for number in range(STREAM))


def notes_of(folder: Path) -> list[str]:
    return json.loads((folder / "run.json").read_text())["notes"]


def test_auto_takes_openvino_where_it_pays(gradcam, worthwhile_model, stream, tmp_path):
    for engine in ("libtorch", "auto"):
        result = gradcam("-m", worthwhile_model, "@-", "-o", engine, "--engine", engine, "--write",
                         "raw,json", "-v", stdin=stream)
        assert result.code == 0, result.stderr
    engines = [engine_of(tmp_path / f"auto/{number}.json") for number in range(STREAM)]
    # The first pictures tell what there is to save.
    assert engines == ["libtorch"] * 2 + ["openvino"] * (STREAM - 2)
    assert any("compiled" in note for note in notes_of(tmp_path / "auto"))
    # 10 layers of sums in another order.
    assert_close(maps_in(tmp_path / "auto"), maps_in(tmp_path / "libtorch"), 1e-4)


class Sorts(models.TinyNet):
    """Holds an operator that is not handed over."""

    def forward(self, x):
        return super().forward(x.sort(3).values)


class SortsSlowly(models.SlowNet):
    def forward(self, x):
        return super().forward(x.sort(3).values)


def test_what_openvino_cannot_take_is_an_error_only_if_asked_for(gradcam, photos, tmp_path):
    model = models.save(Sorts(), tmp_path / "sorts.pt", card=models.card())
    result = gradcam("-m", model, photos, "-o", "asked", "--engine", "openvino")
    assert result.code == 2
    assert "engine 'openvino' cannot be used: its features half holds the operator " \
           "aten::sort" in result.stderr
    assert "hint: leave --engine out" in result.stderr
    assert not (tmp_path / "asked").exists()


def test_auto_goes_on_with_libtorch_and_notes_why(gradcam, stream, tmp_path):
    model = models.save_large(SortsSlowly(layers=10, tiles=2), tmp_path / "sorts.pt")
    note = "engine 'openvino' cannot be used: its features half holds the operator aten::sort"
    for verbose in ([], ["-v"]):
        result = gradcam("-m", model, "@-", *verbose, stdin=stream)
        assert result.code == 0, result.stderr
        assert result.stderr.count(note) == len(verbose)
        assert notes_of(tmp_path / "gradcam-out").count(note) == 1
        assert engine_of(tmp_path / f"gradcam-out/{STREAM - 1}.json") == "libtorch"


@pytest.mark.parametrize("content, problem", [
    (None, "is not installed"),
    (b"not a library", "cannot be loaded: "),
])
def test_without_the_plugin_libtorch_computes(gradcam, worthwhile_model, stream, tmp_path, content,
                                              problem):
    """A copy of the program finds no plug-in beside itself, or a damaged one."""
    program = tmp_path / "bin/gradcam"
    program.parent.mkdir()
    shutil.copy2(os.environ["GRADCAM_PROGRAM"], program)
    moved = Program(str(program), gradcam.home)
    if content is not None:
        plugin = tmp_path / "bin/lib/gradcam/libgradcam_openvino.so"
        plugin.parent.mkdir(parents=True)
        plugin.write_bytes(content)
    sentence = f"needs the plug-in libgradcam_openvino.so, which {problem}"
    result = moved("-m", worthwhile_model, "@-", "-o", "auto", stdin=stream)
    assert result.code == 0, result.stderr
    assert sentence not in result.stderr
    assert sum(sentence in note for note in notes_of(tmp_path / "auto")) == 1
    assert engine_of(tmp_path / f"auto/{STREAM - 1}.json") == "libtorch"
    result = moved("-m", worthwhile_model, "@-", "-o", "asked", "--engine", "openvino", stdin=stream)
    assert result.code == 2
    assert sentence in result.stderr
    assert "hint: " in result.stderr


class LosesSmallNumbers(models.TinyNet):
    """Its feature maps of a picture without contrast vanish in bfloat16, whose numbers are 2 apart at
    256."""

    def __init__(self):
        super().__init__()
        with torch.no_grad():
            self.conv1.weight.mul_(60)
            self.conv1.bias.zero_()
            self.conv2.bias.zero_()

    def forward(self, x):
        x = self.conv1(x) + 256 - 256
        return self.fc(self.pool2(self.relu2(self.conv2(x))).flatten(1))


def test_a_picture_that_half_precision_spoils_leaves_the_others_theirs(gradcam, picture, tmp_path):
    """Also where an earlier run has shown that the network can be explained, so that its error is
    the picture's own."""
    model = models.save(LosesSmallNumbers(), tmp_path / "loses.pt", card=models.card())
    for number in (1, 2):
        Image.new("RGB", (40, 40), (127, 127, 127)).save(tmp_path / f"grey{number}.png")
    command = ["-m", model, "--precision", "bfloat16", "--force-precision", "--engine", "libtorch",
               "--write", "json", "--resume"]
    assert gradcam(*command, picture("first.png")).code == 0
    result = gradcam(*command, picture("first.png"), "grey1.png", "grey2.png", picture("last.png"))
    assert result.code == 1, result.stderr
    assert len(result.errors) == 2
    assert all("feature maps differ from LibTorch's" in error for error in result.errors)
    report = json.loads((tmp_path / "gradcam-out/last.json").read_text())
    assert report["tool"]["precision"] == "bfloat16"
