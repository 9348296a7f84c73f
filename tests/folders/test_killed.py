"""kill -9 at any moment, then --resume: the folder is that of a run that was left alone."""

import fcntl
import hashlib
import json
import random
import time
from pathlib import Path

import pytest

from support.program import Program

COUNT = 60  # pictures
FOLDERS = 5
KILLS = 4  # of each folder: 20 in all
OPTIONS = ("--deterministic", "--write",
           "gradcam,saliency,gradcam-overlay,saliency-overlay,raw,json,jsonl")


def files_of(folder: Path) -> dict[str, bytes]:
    """All files but the reports of runs."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not (path.name.startswith("run") and path.suffix == ".json")}


def kill_in_mid_work(gradcam: Program, out: Path, moments: random.Random, *args) -> bool:
    """Starts a run that resumes, waits until it has done a random number of pictures and a random
    part of another one, and kills it. Whether there was something left to do then."""
    done = count_reports(out)
    wanted = done + moments.randint(1, max(1, (COUNT - done) // 3))
    process = gradcam.start(*args, "-o", out, "--resume")
    deadline = time.monotonic() + 120
    while count_reports(out) < wanted and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    time.sleep(moments.uniform(0, 0.01))
    was_running = process.poll() is None
    process.kill()
    process.communicate(timeout=60)
    return was_running and count_reports(out) < COUNT


def kill_at_any_time(gradcam: Program, out: Path, moments: random.Random, *args) -> None:
    """Also while the model is loaded, pictures are listed, or what is there is looked through."""
    process = gradcam.start(*args, "-o", out, "--resume")
    time.sleep(moments.uniform(0, 1))
    process.kill()
    process.communicate(timeout=60)


def count_reports(out: Path) -> int:
    return sum(path.name != "run.json" for path in out.rglob("*.json")) if out.exists() else 0


@pytest.fixture
def photos(picture) -> None:
    for i in range(COUNT):
        picture(f"photos/{i % 7}/{i:02}.png", width=400 + i, height=300)


def test_a_killed_run_is_resumed_to_the_same_bytes(gradcam, tiny_model, photos, tmp_path):
    seed = random.SystemRandom().randrange(1 << 32)
    print("seed", seed)  # shown by pytest when the test fails
    moments = random.Random(seed)
    whole = gradcam("-m", tiny_model, "photos", "-o", "whole", *OPTIONS)
    assert whole.code == 0, whole.stderr
    expected = files_of(tmp_path / "whole")
    assert len(expected) == COUNT * 7 + 1

    in_the_middle = 0
    for i in range(FOLDERS):
        out = tmp_path / f"out{i}"
        for _ in range(KILLS):
            in_the_middle += kill_in_mid_work(gradcam, out, moments, "-m", tiny_model, "photos",
                                              *OPTIONS)
            check_files(out, expected)
        kill_at_any_time(gradcam, out, moments, "-m", tiny_model, "photos", *OPTIONS)
        check_files(out, expected)
        resumed = gradcam("-m", tiny_model, "photos", "-o", out, "--resume", *OPTIONS)
        assert resumed.code == 0, resumed.stderr
        counts = json.loads((out / "run.json").read_text())["counts"]
        assert counts["done"] + counts.get("resumed", 0) == COUNT
        assert files_of(out) == expected, (seed, i)
    # Otherwise the test shows nothing. On a busy machine a run may be over before it is killed.
    assert in_the_middle >= FOLDERS * KILLS * 3 // 4


def check_files(out: Path, expected: dict[str, bytes]) -> None:
    """What has its final name is complete, and a report means that all its files are there."""
    found = {name: content for name, content in files_of(out).items()
             if not Path(name).name.startswith(".") and name != "results.jsonl"}
    assert found.items() <= expected.items()
    for name in found:
        if name.endswith(".json"):
            for explanation in json.loads(found[name])["explanations"]:
                for file in explanation["files"].values():
                    assert str(Path(name).parent / file) in found, (name, file)


def test_temporary_files_that_nobody_writes_are_removed(gradcam, tiny_model, picture, tmp_path):
    """Also of a container that has ended: its process numbers say nothing here."""
    picture("cat.png")
    assert gradcam("-m", tiny_model, "cat.png", "-o", "out").code == 0
    written, left, elsewhere = (tmp_path / "out" / temporary_name(boot, process) for boot, process in
                                ((boot_id(), 1), (boot_id(), 2), ("another", 1)))
    for file in (written, left, elsewhere):
        file.write_bytes(b"half")
    with written.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert gradcam("-m", tiny_model, "cat.png", "-o", "out", "--resume").code == 0
    assert (written.exists(), left.exists(), elsewhere.exists()) == (True, False, True)


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().splitlines()[0]


def temporary_name(boot: str, process: int) -> str:
    machine = hashlib.sha256(boot.encode()).hexdigest()[:8]
    return f".gradcam-{machine}-4026531836-{process}-{process}-0.tmp"
