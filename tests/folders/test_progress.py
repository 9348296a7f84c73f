"""What a user sees of a long run."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

import pytest
import torch

from support import models


@pytest.fixture
def photos(picture) -> None:
    for i in range(200):
        picture(f"photos/{i:03}.png", width=300, height=200)


def run_on_a_terminal(gradcam, *args, columns: int = 0) -> str:
    """What the program writes to a terminal that its stderr is; stdout goes elsewhere. `columns`: 0 if
    the terminal does not say."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    process = subprocess.Popen(gradcam.command(*args), cwd=gradcam.home, stdin=subprocess.DEVNULL,
                               env=gradcam.environment(TERM="xterm"), stdout=subprocess.DEVNULL,
                               stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # the terminal's other end is closed
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return seen.decode()


def test_a_terminal_shows_a_line_that_is_erased_at_the_end(gradcam, tiny_model, photos):
    seen = run_on_a_terminal(gradcam, "-m", tiny_model, "photos", "--color", "never", "--json")
    shown = re.findall(r"\r\x1b\[K(\d+) of 200 pictures, [0-9.]+/s, \d+:\d\d left", seen)
    assert shown
    assert [int(count) for count in shown] == sorted(int(count) for count in shown)
    assert "\r\x1b[Kgradcam: 200 of 200 pictures done" in seen


def test_the_line_stays_in_one_row_of_a_narrow_terminal(gradcam, tiny_model, photos):
    seen = run_on_a_terminal(gradcam, "-m", tiny_model, "photos", "--json", columns=20)
    shown = re.findall(r"\r\x1b\[K(\d+ of[^\r\n]*)", seen)
    assert shown
    assert max(len(line) for line in shown) == 19


def test_never_means_never(gradcam, tiny_model, photos):
    seen = run_on_a_terminal(gradcam, "-m", tiny_model, "photos", "--progress", "never", "--json")
    assert "\x1b[K" not in seen
    assert "left" not in seen


def test_a_pipe_gets_no_escape_sequence(gradcam, tiny_model, photos):
    result = gradcam("-m", tiny_model, "photos", "--progress", "always")
    assert result.code == 0
    assert "\x1b" not in result.stderr
    assert "\r" not in result.stderr


def test_a_pipe_gets_a_line_every_10_seconds_though_nothing_ends(gradcam, tiny_model, picture):
    """The list on stdin goes on only behind that line. No other test waits that long."""
    picture("cat.png")
    process = subprocess.Popen(gradcam.command("-m", tiny_model, "@-"), cwd=gradcam.home,
                               env=gradcam.environment(), stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.stdin.write(b"cat.png\n")
    process.stdin.flush()
    select.select([process.stderr], [], [], 60)
    _, stderr = process.communicate(b"cat.png\n", timeout=60)
    assert process.returncode == 0
    assert re.match(rb"gradcam: 1 pictures, 0\.[0-9]/s\n", stderr), stderr
    assert b"given more than once" in stderr.splitlines()[1]
    assert b"\x1b" not in stderr and b"\r" not in stderr


def test_the_summary_tells_classes_degenerate_maps_and_reasons(gradcam, tiny_model, picture,
                                                               tmp_path):
    for i in range(3):
        picture(f"photos/{i}.png")
    (tmp_path / "photos/bad.png").write_text("no picture")
    dead = models.TinyNet()
    torch.nn.init.constant_(dead.conv2.bias, -1000)  # behind the ReLU nothing is left
    result = gradcam("-m", models.save(dead, tmp_path / "dead.pt", card=models.card()), "photos")
    assert "gradcam: maps that are not ok: 3 gradcam " in result.stderr
    result = gradcam("-m", tiny_model, "photos")
    assert "maps that are not ok" not in result.stderr
    assert result.code == 1
    lines = result.stderr.splitlines()
    assert any(re.match(r"gradcam: 3 of 4 pictures done, 1 failed \([0-9.]+ pictures/s\)", line)
               for line in lines)
    assert any(re.match(r"gradcam: predicted: .+ 3$", line) for line in lines)
    assert any(line.startswith("gradcam: failed: 'bad.png': cannot read image") for line in lines)


def test_timing_tells_who_waited(gradcam, tiny_model, photos):
    verbose = gradcam("-m", tiny_model, "photos/000.png", "photos/001.png", "--timing")
    assert re.search(r"a picture: decode [0-9.]+ ms, .*write [0-9.]+ ms, network waited [0-9.]+ ms, "
                     r"I/O threads waited [0-9.]+ ms", verbose.stderr)
