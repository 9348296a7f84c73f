"""Two runs at a time that write one results.jsonl."""

import json

import pytest

COUNT = 60  # pictures


@pytest.mark.parametrize("resume", [[], ["--resume"]])
def test_of_two_runs_that_start_together_one_does_all(gradcam, tiny_model, picture, tmp_path,
                                                      resume):
    """The other is refused, unless it is so late that the first one has ended."""
    for i in range(COUNT):
        picture(f"photos/{i:02}.png", width=400, height=300)
    out = tmp_path / "out"
    options = ("-m", tiny_model, "photos", "-o", out, "--quiet", "--write", "gradcam,json,jsonl")
    for _ in range(2):  # without a folder, then in that of the first round
        runs = [gradcam.start(*options, *resume) for _ in range(2)]
        errors = [run.communicate(timeout=120)[1] for run in runs]
        codes = [run.returncode for run in runs]
        assert sorted(codes) in ([0, 0], [0, 2]), errors
        for code, error in zip(codes, errors):
            assert (code == 0) == (error == ""), error
            assert code == 0 or "results.jsonl'" in error
        lines = (out / "results.jsonl").read_text().splitlines()
        assert [json.loads(line)["image"]["file"] for line in lines] == \
            [f"{i:02}.png" for i in range(COUNT)]
        assert json.loads((out / "run.json").read_text())["counts"]["failed"] == 0
        assert len(list(out.glob("*.json"))) == COUNT + 1
