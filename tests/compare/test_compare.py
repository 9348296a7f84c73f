"""gradcam compare: what is found, under what status, with what exit code, and how it is told."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare_support import edit_report, picture, statuses
from support import pictures
from support.schemas import check


@pytest.fixture
def compare(gradcam):
    """compare(results, *options): runs it with --json and checks the document."""

    def run(results, *options) -> tuple[int, dict]:
        done = gradcam("compare", results.baseline, results.current, "--json", *options)
        assert done.errors == [], done.stderr
        document = done.json()
        check(document, "compare.schema.json")
        assert document["passed"] == (done.code == 0)
        return done.code, document

    return run


def swap_first_two(report: dict) -> None:
    first, second = report["top"][:2]
    for key in ("index", "label", "id", "probability", "logit"):
        first[key], second[key] = second[key], first[key]


@pytest.mark.parametrize("form", ["raw", "heatmaps"])
def test_equal_results_are_the_same(results, compare, form):
    code, document = compare(results(form))
    assert code == 0
    assert document["pictures"] == []
    assert document["counts"]["pictures"] == document["counts"]["same"] == 3
    assert document["extremes"]["max_difference"]["value"] == 0
    assert document["extremes"]["iou"]["value"] == 1


def test_text_tells_that_nothing_differs(results, gradcam):
    both = results()
    done = gradcam("compare", both.baseline, both.current)
    assert (done.code, done.stdout, done.stderr) == (0, "3 pictures: 3 same\n", "")


def test_quiet_prints_nothing_but_the_code(results, gradcam):
    both = results()
    both.edit_map("b", np.flipud)
    done = gradcam("compare", both.baseline, both.current, "--quiet")
    assert (done.code, done.stdout, done.stderr) == (1, "", "")


def test_two_reports_are_compared(results, gradcam):
    both = results()
    both.edit_map("b", np.flipud)
    assert gradcam("compare", both.baseline / "c.json", both.current / "c.json").code == 0
    done = gradcam("compare", both.baseline / "b.json", both.current / "b.json", "--json")
    assert done.code == 1
    assert statuses(done.json()) == {"b": "map_changed"}


def test_changed_map_is_told_with_the_numbers(results, compare):
    both = results()
    before = np.maximum(np.load(both.baseline / "b.gradcam.npy"), 0)
    before /= before.max()
    both.edit_map("b", np.fliplr)
    code, document = compare(both)
    assert code == 1
    assert statuses(document) == {"b": "map_changed"}
    measures = picture(document, "b")["classes"][0]["maps"]["gradcam"]["measures"]
    difference = np.abs(before - np.fliplr(before))
    # The program's sums are in double, too; the maps are float32.
    assert measures["max_difference"] == pytest.approx(difference.max(), abs=1e-6)
    assert measures["rmse"] == pytest.approx(np.sqrt((difference ** 2).mean()), abs=1e-6)
    assert measures["correlation"] == pytest.approx(
        np.corrcoef(before.ravel(), np.fliplr(before).ravel())[0, 1], abs=1e-6)
    told = {finding["measure"]: finding for finding in picture(document, "b")["findings"]}
    assert told["max_difference"]["value"] == measures["max_difference"]
    assert told["max_difference"]["limit"] == 0.1
    assert told["max_difference"]["map"] == "gradcam"


@pytest.mark.parametrize("option, value", [
    ("--max-diff", 1), ("--max-rmse", 1), ("--min-corr", -1), ("--min-iou", 0),
    ("--max-peak-shift", 1)])
def test_each_limit_of_maps_counts(results, compare, option, value):
    """With all other limits lifted, the one that stays catches; lifted too, nothing does."""
    lifted = {"--max-diff": 1, "--max-rmse": 1, "--min-corr": -1, "--min-iou": 0,
              "--max-peak-shift": 1}
    both = results()
    both.edit_map("b", lambda raw: np.flipud(np.fliplr(raw)))
    others = [str(part) for name, limit in lifted.items() if name != option
              for part in (name, limit)]
    assert compare(both, *others)[0] == 1
    assert compare(both, *others, option, str(value))[0] == 0


def test_factor_of_the_raw_map_is_no_difference(results, compare):
    both = results()
    both.edit_map("b", lambda raw: raw * np.float32(1e-3))
    assert compare(both)[0] == 0


def test_heatmaps_are_compared_by_their_palette_index(results, compare):
    both = results("heatmaps")
    path = both.current / "b.gradcam.png"
    with Image.open(path) as heatmap:
        heatmap.load()
        changed = heatmap.copy()
        index = changed.getpixel((0, 0))
        changed.putpixel((0, 0), (index + 128) % 256)
        changed.save(path)
    code, document = compare(both)
    assert code == 1
    maps = picture(document, "b")["classes"][0]["maps"]
    assert maps["gradcam"]["form"] == "heatmap"
    assert maps["gradcam"]["measures"]["max_difference"] == pytest.approx(128 / 255, abs=1e-6)
    assert maps["gradcam"]["measures"]["max_difference_at"] == {"x": 0, "y": 0}


def test_rewritten_palette_is_unreadable(results, compare):
    both = results("heatmaps")
    path = both.current / "b.gradcam.png"
    with Image.open(path) as heatmap:
        heatmap.load()
        palette = heatmap.getpalette()
        heatmap.putpalette(palette[3:] + palette[:3])
        heatmap.save(path)
    code, document = compare(both)
    assert code == 2
    assert statuses(document) == {"b": "unreadable"}
    assert "palette" in picture(document, "b")["findings"][0]["text"]


def test_part_that_the_network_did_not_see_does_not_count(results, compare):
    both = results("heatmaps")

    def crop(report):
        report["image"]["seen"] = {"x": 8, "y": 8, "width": 32, "height": 32}

    for folder in (both.baseline, both.current):
        edit_report(folder / "b.json", crop)
    path = both.current / "b.gradcam.png"
    with Image.open(path) as heatmap:
        heatmap.load()
        heatmap.putpixel((0, 0), 255 - heatmap.getpixel((0, 0)))
        heatmap.save(path)
    assert compare(both)[0] == 0


def test_raw_beside_heatmaps_cannot_be_compared(results, explained, compare):
    both = results()
    shutil.rmtree(both.current)
    shutil.copytree(explained / "heatmaps", both.current)
    code, document = compare(both)
    assert code == 2
    assert set(statuses(document).values()) == {"incompatible"}


def test_other_first_class_is_a_changed_prediction(results, compare):
    both = results()
    both.edit("b", swap_first_two)
    code, document = compare(both)
    assert code == 1
    assert statuses(document) == {"b": "prediction_changed"}
    assert picture(document, "b")["findings"][0]["text"].startswith("rank 1: ")


def test_first_classes_of_equal_probability_may_change_places(results, compare):
    """Compared are the maps of the class that both sides explain."""
    both = results()

    def tie(report):
        report["top"][0]["probability"] = report["top"][1]["probability"] = 0.4
        report["top"][0]["probability"] += 1e-8
        report["explanations"][0]["class"]["probability"] = 0.4

    edit_report(both.baseline / "b.json", tie)
    both.edit("b", lambda report: (swap_first_two(report), tie(report)))
    code, document = compare(both)
    assert (code, document["pictures"]) == (0, [])
    assert any("changed places" in note for note in document["notes"])
    both.edit_map("b", np.flipud)
    code, document = compare(both)
    assert (code, statuses(document)) == (1, {"b": "map_changed"})


def test_class_explained_as_the_first_may_be_another_of_equal_probability(results, compare):
    both = results()

    def tie(report):
        for entry in report["top"][:2]:
            entry["probability"] = 0.4
        report["explanations"][0]["class"]["probability"] = 0.4

    def explain_the_second(report):
        tie(report)
        swap_first_two(report)
        report["explanations"][0]["class"].update(
            {key: report["top"][0][key] for key in ("index", "label", "probability")})

    edit_report(both.baseline / "b.json", tie)
    both.edit("b", explain_the_second)
    assert compare(both)[0] == 0


def test_probability_limit_counts(results, compare):
    both = results()

    def change(report):
        report["top"][0]["probability"] -= 0.06

    both.edit("b", change)
    code, document = compare(both)
    assert code == 1
    assert picture(document, "b")["max_probability_difference"] == pytest.approx(0.06, abs=1e-9)
    assert compare(both, "--max-prob-diff", "0.07")[0] == 0


def test_other_explained_class_is_a_changed_prediction(results, compare):
    both = results()

    def change(report):
        other = report["top"][1]
        report["explanations"][0]["class"].update(
            {key: other[key] for key in ("index", "label", "probability")})

    both.edit("b", change)
    code, document = compare(both)
    assert code == 1
    entry = picture(document, "b")
    assert entry["status"] == "prediction_changed"
    assert entry["findings"][0]["measure"] == "class"
    assert entry["classes"] == []


def test_several_classes_are_compared_each_by_its_index(gradcam, tiny_model, tmp_path):
    cat = pictures.save(tmp_path / "cat.png")
    for name in ("baseline", "current"):
        assert gradcam("--model", tiny_model, "--class", "0", "--class", "Egyptian cat", "--write",
                       "json,raw", "-o", tmp_path / name, cat).code == 0
    path = tmp_path / "current" / "cat.1.gradcam.npy"
    np.save(path, np.flipud(np.load(path)))
    done = gradcam("compare", tmp_path / "baseline", tmp_path / "current", "--json", "--diff-dir",
                   tmp_path / "diff")
    assert done.code == 1
    findings = done.json()["pictures"][0]["findings"]
    assert {finding["class"] for finding in findings} == {1}
    assert (tmp_path / "diff" / "cat.1.gradcam-diff.png").is_file()


def test_map_without_variation_equals_its_like_and_nothing_else(results, compare):
    both = results()
    for folder in (both.baseline, both.current):
        np.save(folder / "b.gradcam.npy", np.zeros((16, 16), np.float32))
    assert compare(both)[0] == 0
    np.save(both.current / "b.gradcam.npy", np.full((16, 16), -1, np.float32))
    code, document = compare(both)
    assert code == 1
    assert picture(document, "b")["findings"][0]["text"].endswith(
        "status all_zero -> all_nonpositive")


def test_missing_and_extra_pictures_are_differences(results, compare):
    both = results()
    (both.current / "a/cat.json").unlink()  # what a run that was cut short leaves
    (both.baseline / "c.json").unlink()
    code, document = compare(both)
    assert code == 1
    assert statuses(document) == {"a/cat": "missing", "c": "extra"}
    assert compare(both, "--allow-missing")[0] == 1
    assert compare(both, "--allow-new")[0] == 1
    code, document = compare(both, "--allow-missing", "--allow-new")
    assert code == 0
    assert statuses(document) == {"a/cat": "missing", "c": "extra"}


def test_another_model_file_is_only_noted(results, compare):
    both = results()
    for report in both.current.rglob("*.json"):
        edit_report(report, lambda document: document["model"].update(sha256="0" * 64))
    code, document = compare(both)
    assert code == 0
    assert document["counts"]["other_model"] == 3
    code, document = compare(both, "--same-model")
    assert code == 2
    assert set(statuses(document).values()) == {"incompatible"}


SETUP = {
    "layer": lambda report: report["model"].update(layer="relu1"),
    "layer shape": lambda report: report["model"].update(layer_shape=[7, 16, 16]),
    "classes": lambda report: report["model"].update(classes=6),
    "score": lambda report: report.update(score="prob"),
    "preprocess.mean": lambda report: report["preprocess"].update(mean=[0, 0, 0]),
    "preprocess.exif": lambda report: report["preprocess"].update(exif="ignore"),
    "label of class": lambda report: [
        entry.update(label="wolf") for entry in
        (report["top"][0], report["explanations"][0]["class"])],
}


@pytest.mark.parametrize("what", SETUP)
def test_results_made_in_another_way_are_incompatible(results, compare, what):
    both = results()
    both.edit("b", SETUP[what])
    code, document = compare(both)
    assert code == 2
    entry = picture(document, "b")
    assert entry["status"] == "incompatible"
    assert entry["findings"][0]["text"].startswith(what)
    code, document = compare(both, "--allow-setup-change")
    assert code == 0
    assert any(note.startswith(what) for note in document["notes"])


def test_name_of_a_preprocessing_is_no_difference(results, compare):
    both = results()
    both.edit("b", lambda report: report["preprocess"].update(name="mine"))
    assert compare(both)[0] == 0


def test_maps_of_two_sizes_are_compared_if_the_setup_may_change(results, compare):
    both = results()
    both.edit_map("b", lambda raw: np.kron(raw, np.ones((2, 2), np.float32)))
    both.edit("b", lambda report: report["explanations"][0]["gradcam"].update(size=[32, 32]))
    code, document = compare(both)
    assert (code, statuses(document)) == (2, {"b": "incompatible"})
    code, document = compare(both, "--allow-setup-change", "--max-diff", "1", "--max-rmse", "1",
                             "--min-corr", "0.8", "--min-iou", "0", "--max-peak-shift", "1")
    assert code == 0
    # Each cell four times is not the map enlarged bilinearly, but close.
    assert 0 < document["extremes"]["rmse"]["value"] < 0.2


def test_diff_dir_shows_failures_only(results, gradcam, tmp_path):
    both = results()
    both.edit_map("a/cat", np.flipud)
    gradcam("compare", both.baseline, both.current, "--diff-dir", tmp_path / "diff")
    written = sorted(path.relative_to(tmp_path / "diff").as_posix()
                     for path in (tmp_path / "diff").rglob("*") if path.is_file())
    assert written == sorted(f"a/cat.{kind}-{what}.png" for kind in ("gradcam", "saliency")
                             for what in ("baseline", "current", "diff"))
    with Image.open(tmp_path / "diff/a/cat.gradcam-diff.png") as image:
        assert image.size == (512, 384)  # the picture's shape, 64 x 48
        assert np.asarray(image).max() > 128  # of the palette's indices: the halves are exchanged
    with Image.open(tmp_path / "diff/a/cat.saliency-diff.png") as image:
        assert np.asarray(image).max() == 0


def test_table_has_the_worst_first(results, gradcam):
    both = results()
    both.edit_map("a/cat", np.flipud)
    (both.current / "b.json").unlink()
    done = gradcam("compare", both.baseline, both.current)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["status", "picture", "what"]
    assert lines[1].split()[:2] == ["missing", "b"]
    assert lines[2].startswith("map changed  a/cat")
    assert lines[-1] == "3 pictures: 1 same, 1 map changed, 1 missing"


def test_names_are_told_safely(results, gradcam):
    both = results()
    for folder in (both.baseline, both.current):
        for file in list(folder.glob("b.*")):
            file.rename(folder / file.name.replace("b.", "\x1b[31m\n<b>.", 1))
        edit_report(folder / "\x1b[31m\n<b>.json",
                    lambda report: report["explanations"][0]["files"].update(
                        {key: name.replace("b.", "\x1b[31m\n<b>.", 1)
                         for key, name in report["explanations"][0]["files"].items()}))
    (both.current / "\x1b[31m\n<b>.json").unlink()
    done = gradcam("compare", both.baseline, both.current)
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 3
    assert gradcam("compare", both.baseline, both.current, "--json").json()["pictures"][0][
        "file"] == "\x1b[31m\n<b>.json"


@pytest.mark.parametrize("options", [[], ["--json"], ["--junit", "junit.xml"]])
@pytest.mark.parametrize("are_same", [True, False])
def test_memory_does_not_grow_with_the_pictures(results, gradcam, tmp_path, options, are_same):
    """Names only are kept: 4,000 results take less than 16 MB above 2, be they the same or not."""
    both = results()
    both.edit_map("b", np.flipud if not are_same else np.copy)

    def many(source: Path, count: int) -> Path:
        folder = tmp_path / f"{source.name}-{count}"
        folder.mkdir()
        for i in range(count):
            (folder / f"b{i}.json").hardlink_to(source / "b.json")
        # The reports name b.gradcam.npy, as their own names begin with other letters.
        for ending in ("gradcam.npy", "saliency.npy"):
            (folder / f"b.{ending}").hardlink_to(source / f"b.{ending}")
        return folder

    def peak(count: int) -> int:
        code = ("import resource, subprocess, sys; "
                "done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL); "
                "assert done.returncode == int(sys.argv[1]); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", code, str(0 if are_same else 1), gradcam.path,
                               "compare", many(both.baseline, count), many(both.current, count),
                               *options],
                              cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300)
        return int(done.stdout)  # KiB

    assert peak(4000) - peak(2) < 16 * 1024


def test_memory_of_lines_does_not_grow_with_the_pictures(results, gradcam, tmp_path):
    """Of results.jsonl the places of the lines are kept: 16 MB of text take less than half of it."""
    both = results()
    report = json.loads((both.baseline / "b.json").read_text())
    for count in (2, 8000):
        folder = tmp_path / f"lines-{count}"
        folder.mkdir()
        for ending in ("gradcam.npy", "saliency.npy"):
            shutil.copy(both.baseline / f"b.{ending}", folder)
        with open(folder / "results.jsonl", "w") as lines:
            for i in range(count):
                report["image"]["file"] = f"b{i}.png"
                lines.write(json.dumps(report) + "\n")
    assert (tmp_path / "lines-8000/results.jsonl").stat().st_size > 12_000_000

    def peak(count: int) -> int:
        code = ("import resource, subprocess, sys; "
                "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        folder = tmp_path / f"lines-{count}"
        done = subprocess.run([sys.executable, "-c", code, gradcam.path, "compare", folder, folder],
                              capture_output=True, text=True, check=True, timeout=300)
        return int(done.stdout)  # KiB

    assert peak(8000) - peak(2) < 8 * 1024


def test_table_shows_the_worst_thousand(results, gradcam, tmp_path):
    both = results()
    folders = [tmp_path / "before", tmp_path / "after"]
    for folder in folders:
        folder.mkdir()
        for i in range(1002):
            (folder / f"b{i}.json").hardlink_to(both.baseline / "b.json")
        for ending in ("gradcam.npy", "saliency.npy"):
            shutil.copy(both.baseline / f"b.{ending}", folder)
    path = folders[1] / "b.gradcam.npy"
    np.save(path, np.flipud(np.load(path)))
    lines = gradcam("compare", *folders).stdout.splitlines()
    assert len([line for line in lines if line.startswith("map changed")]) == 1000
    assert lines[-2] == "2 more pictures are not the same, see --json"
    assert len(gradcam("compare", *folders, "--json").json()["pictures"]) == 1002
