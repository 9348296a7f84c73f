"""Messages on a terminal: what file names hold cannot break a line nor command the terminal."""

from types import SimpleNamespace

import pytest

import gradcam_ray
from gradcam_cluster.dispatcher import Dispatcher
from gradcam_cluster.errors import RunError
from gradcam_cluster.messages import one_line

ODD = "a  b\x1b[2J \n\t c\r\x07\x7f\x9b\u202e\u2069\udcffé"
PRINTED = "a  b\ufffd[2J c \ufffd\ufffd\ufffd\ufffd\ufffd\ufffdé"


def test_failures_are_printed_as_gradcam_prints_them(gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    (tmp_path / "photos" / f"{ODD}.png").write_text("no picture")
    done = gradcam("-m", tiny_model, "photos", "-o", "out")
    assert f"\ngradcam: failed: '{one_line(ODD)}.png': " in done.stderr
    assert one_line(ODD) == PRINTED


def test_a_text_of_spaces_is_nothing():
    assert one_line(" \n ") == ""


def test_failures_are_one_line_each(capsys):
    failure = {"file": ODD, "error": f"cannot read '{ODD}'"}
    gradcam_ray.report(SimpleNamespace(failures=[failure], done=1, resumed=0, seconds=1, shards=[],
                                       interrupted=False))
    assert capsys.readouterr().err.split("\n") == [
        f"gradcam_ray: error: {PRINTED}: cannot read '{PRINTED}'",
        "gradcam_ray: 1 done, 0 done by an earlier run, 1 failed; 1.0 s, 1.0 pictures/s", ""]


@pytest.mark.parametrize("say, expected", [
    (lambda: gradcam_ray.tell(RunError(ODD, ODD)),
     f"gradcam_ray: error: {PRINTED}\nhint: {PRINTED}\n"),
    (lambda: Dispatcher._warn(ODD), f"gradcam_ray: warning: {PRINTED}\n")], ids=["tell", "warn"])
def test_errors_hints_and_warnings_are_one_line_each(capsys, say, expected):
    say()
    assert capsys.readouterr().err == expected
