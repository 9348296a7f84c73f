"""Compiled networks are kept below the cache folder, and whatever lies there is safe to use."""

import json
from pathlib import Path

import pytest

COMPILED = "engine 'openvino': compiled, and kept for later runs"
TAKEN = "engine 'openvino': taken as an earlier run has compiled it"
OPENVINO = ["--engine", "openvino"]


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "cache/gradcam/compiled").glob("*"))


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"}


def notes(folder: Path) -> list[str]:
    return json.loads((folder / "run.json").read_text())["notes"]


def test_a_later_run_takes_the_compiled_network(gradcam, tiny_model, picture, tmp_path):
    first = gradcam("-m", tiny_model, picture(), "-o", "first", "-v", *OPENVINO)
    assert first.code == 0, first.stderr
    assert COMPILED in first.stderr
    assert len(kept(tmp_path)) == 1
    second = gradcam("-m", tiny_model, picture(), "-o", "second", "-v", *OPENVINO)
    assert second.code == 0, second.stderr
    assert TAKEN in second.stderr and COMPILED not in second.stderr
    assert TAKEN in notes(tmp_path / "second")
    assert results(tmp_path / "first") == results(tmp_path / "second")
    # Another layer, another size of the same file.
    for options in (["--layer", "conv1"], ["--input-size", "48"]):
        other = gradcam("-m", tiny_model, picture(), "-v", *OPENVINO, *options)
        assert other.code == 0, other.stderr
        assert COMPILED in other.stderr
    assert len(kept(tmp_path)) == 3


def test_a_relative_cache_folder_is_ignored(gradcam, tiny_model, picture, tmp_path):
    (tmp_path / "work").mkdir()
    result = gradcam("-m", tiny_model, picture(), "-o", tmp_path / "out", *OPENVINO,
                     cwd=tmp_path / "work", env={"XDG_CACHE_HOME": "here", "HOME": str(tmp_path)})
    assert result.code == 0, result.stderr
    assert list((tmp_path / "work").iterdir()) == []
    assert len(list((tmp_path / ".cache/gradcam/compiled").iterdir())) == 1


@pytest.mark.parametrize("damage", [
    lambda content: b"",
    lambda content: content[:len(content) // 2],
    lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    lambda content: bytes(len(content)),
])
def test_damaged_files_are_ignored_and_written_anew(gradcam, tiny_model, picture, tmp_path, damage):
    assert gradcam("-m", tiny_model, picture(), "-o", "first", *OPENVINO).code == 0
    [file] = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    result = gradcam("-m", tiny_model, picture(), "-o", "second", "-v", *OPENVINO)
    assert result.code == 0, result.stderr
    assert COMPILED in result.stderr
    assert results(tmp_path / "first") == results(tmp_path / "second")
    assert len(file.read_bytes()) == len(whole)
    assert TAKEN in gradcam("-m", tiny_model, picture(), "-v", *OPENVINO).stderr


def test_programs_that_start_at_once_share_the_folder(gradcam, tiny_model, picture, tmp_path):
    picture()
    running = [gradcam.start("-m", tiny_model, "cat.png", "-o", f"out{number}", *OPENVINO)
               for number in range(4)]
    for process in running:
        _, stderr = process.communicate(timeout=300)
        assert process.returncode == 0, stderr
    assert len(kept(tmp_path)) == 1
    first, *others = (results(tmp_path / f"out{number}") for number in range(4))
    assert all(other == first for other in others)


def test_a_folder_that_cannot_be_used_costs_only_time(gradcam, tiny_model, picture, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    result = gradcam("-m", tiny_model, picture(), *OPENVINO)
    assert result.code == 0
    assert "kept" not in result.stderr
    result = gradcam("-m", tiny_model, picture(), "-v", *OPENVINO)
    assert result.code == 0, result.stderr
    assert result.stderr.count("compiled, but not kept for later runs: cannot make folder") == 1


def test_deterministic_runs_neither_read_nor_write_it(gradcam, tiny_model, picture, tmp_path):
    options = ["-m", tiny_model, picture(), "-v", "--deterministic", *OPENVINO]
    result = gradcam(*options, "-o", "before")
    assert result.code == 0, result.stderr
    assert kept(tmp_path) == []
    assert gradcam("-m", tiny_model, picture(), *OPENVINO).code == 0
    assert len(kept(tmp_path)) == 1
    result = gradcam(*options, "-o", "after")
    assert result.code == 0, result.stderr
    assert TAKEN not in result.stderr
    assert results(tmp_path / "before") == results(tmp_path / "after")


def test_what_is_kept_does_not_decide_a_deterministic_run(gradcam, tiny_model, picture, tmp_path):
    photos = [picture(f"{number:02}.png") for number in range(30)]
    assert gradcam("-m", tiny_model, *photos, *OPENVINO).code == 0
    result = gradcam("-m", tiny_model, *photos, "-o", "out", "--deterministic")
    assert result.code == 0, result.stderr
    assert notes(tmp_path / "out") == ["engine 'libtorch' is used, one picture at a time"]


def test_a_single_picture_stays_with_libtorch(gradcam, tiny_model, picture, tmp_path):
    assert gradcam("-m", tiny_model, picture(), *OPENVINO).code == 0
    result = gradcam("-m", tiny_model, picture(), "-o", "out")
    assert result.code == 0, result.stderr
    assert json.loads((tmp_path / "out/run.json").read_text())["tool"]["engine"] == "libtorch"


def test_notes_say_which_way_is_used(gradcam, tiny_model, picture, tmp_path):
    photos = [picture(f"{number:02}.png") for number in range(40)]
    result = gradcam("-m", tiny_model, *photos, "-v")
    assert result.code == 0, result.stderr
    [used] = [note for note in notes(tmp_path / "gradcam-out") if "' is used, " in note]
    assert used.startswith("engine '") and " ms each; '" in used
    assert "'libtorch, fused, channels-last'" in used and "'libtorch'" in used
    assert used in result.stderr


def test_results_on_stdout_stay_one_document(gradcam, tiny_model, picture):
    """Whatever OpenVINO prints while it compiles or reads what was kept."""
    for _ in range(2):
        result = gradcam("-m", tiny_model, picture(), "--json", *OPENVINO)
        assert result.code == 0, result.stderr
        assert len(result.json()["results"]) == 1
