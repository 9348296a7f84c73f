"""Standard streams that are closed: no message gets into a file that the run writes."""

import json

import pytest


def closing(redirection: str) -> list[str]:
    """A command that runs the program with a stream closed: ">&-"."""
    return ["sh", "-c", f'exec "$@" {redirection}', "sh"]


@pytest.fixture
def some_bad(picture, tmp_path):
    """Twenty pictures, every fourth of which is told to be none on stderr."""
    for i in range(20):
        picture(f"photos/{i:02}.png")
        if i % 4 == 1:
            (tmp_path / f"photos/{i:02}.png").write_text("no picture")
    return "photos"


def test_without_stderr_messages_get_lost_and_into_no_file(gradcam, tiny_model, some_bad, tmp_path):
    options = ("-m", tiny_model, some_bad, "--write", "gradcam,json,jsonl", "--deterministic")
    assert gradcam(*options, "-o", "expected").code == 1
    for redirection in ("2>&-", "<&- 2>&-", "<&- >&- 2>&-"):
        # The results are the first file that is opened for good.
        assert gradcam(*options, "-o", "out", "--resume", prefix=closing(redirection)).code == 1
        for path in (tmp_path / "expected").iterdir():
            if path.name != "run.json":
                assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name
        (tmp_path / "out/results.jsonl").unlink()
        (tmp_path / "out/02.json").unlink()


def test_without_stdout_the_files_are_written_and_the_loss_is_told(gradcam, tiny_model, picture,
                                                                  tmp_path):
    picture()
    result = gradcam("-m", tiny_model, "cat.png", prefix=closing(">&-"))
    assert result.code == 1
    assert result.errors == ["cannot write to the standard output"]
    assert json.loads((tmp_path / "gradcam-out/run.json").read_text())["counts"]["done"] == 1


def test_without_stdin_there_is_no_list_on_it(gradcam, tiny_model, tmp_path):
    result = gradcam("-m", tiny_model, "@-", prefix=closing("<&-"))
    assert result.code == 2
    assert result.errors == ["cannot read list on stdin: bad file descriptor"]
    assert not (tmp_path / "gradcam-out").exists()
