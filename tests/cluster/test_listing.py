"""The pictures of a run, listed by the program."""

import subprocess
import sys
from pathlib import Path

import pytest

from gradcam_cluster.errors import RunError
from gradcam_cluster.listing import list_pictures

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def test_names_are_utf8_whatever_the_locale(gradcam, tiny_model, picture, tmp_path):
    picture("photos/k\u00e4tzchen.png")
    code = ("import sys; sys.path.insert(0, sys.argv[1]);"
            "from gradcam_cluster.listing import list_pictures;"
            "print(ascii(list_pictures(sys.argv[2], ['photos'], ['-m', 'tiny.pt', '-o', 'out'])"
            ".pictures[0].name))")
    done = subprocess.run(
        [sys.executable, "-c", code, SCRIPTS, gradcam.path], cwd=tmp_path, capture_output=True,
        check=False, env=gradcam.environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"))
    assert done.stdout == b"'k\\xe4tzchen.png'\n", done.stderr


def other_program(folder: Path, code: int, *messages: str) -> str:
    """It says these messages and ends with this code."""
    program = folder / "program.sh"
    lines = "".join(f"echo '{message}' >&2\n" for message in messages)
    program.write_text(f"#!/bin/sh\n{lines}exit {code}\n")
    program.chmod(0o755)
    return str(program)


def test_what_the_program_says_last_ends_the_run(tmp_path, capsys):
    warning = "gradcam: warning: folder a is entered once"
    program = other_program(tmp_path, 2, warning, "gradcam: error: no picture found", "hint: look")
    with pytest.raises(RunError, match="^no picture found$") as raised:
        list_pictures(program, ["a"], [])
    assert raised.value.hint == "look"
    assert capsys.readouterr().err == warning + "\n"


def test_a_program_that_dies_without_a_word_is_an_error(tmp_path):
    with pytest.raises(RunError, match="gradcam cannot list the pictures"):
        list_pictures(other_program(tmp_path, 134), ["a"], [])


@pytest.mark.parametrize("option", ["--help", "--version", "--"])
def test_an_option_that_lists_nothing_is_an_error(gradcam, tiny_model, picture, option):
    """And no Python traceback, by whose exit code pictures would have failed. Nothing is explained."""
    picture("photos/cat.png")
    done = subprocess.run([sys.executable, SCRIPTS / "gradcam_ray.py", "--gradcam", gradcam.path, "photos",
                           "--", "-m", tiny_model, "-o", "out", option], cwd=gradcam.home,
                          capture_output=True, text=True, check=False, env=gradcam.environment())
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"gradcam_ray: error: '{gradcam.path}' has written no list of pictures",
        "hint: it must be gradcam, and no --help, --version or second '--' may stand behind '--'"]
    assert not (gradcam.home / "out").exists()


@pytest.mark.parametrize("text", ["", "5", "[]", "{}", '{"pictures": 3}', '{"pictures": [5]}', "[" * 100_000],
                         ids=lambda text: text[:20])
def test_a_program_that_writes_something_else_is_an_error(tmp_path, text):
    program = tmp_path / "program.py"
    program.write_text(f"#!{sys.executable}\nprint({text!r})\n")
    program.chmod(0o755)
    with pytest.raises(RunError, match="has written no list of pictures"):
        list_pictures(str(program), ["a"], [])
