"""scripts/gradcam_ray.py on a real Ray cluster, whose nodes are processes of this machine. Workers
and nodes are killed in mid-run; the results are those of a run on one machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster

from gradcam_cluster import worker_actor, worker_process
from support.schemas import check

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
EXAMPLES = SCRIPTS / "examples"
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two nodes with room for one worker each."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        running = Cluster(initialize_head=True,
                          head_node_args={**NODE, "include_dashboard": False})
        running.add_node(**NODE)
        running.wait_for_nodes()
        yield running
        running.shutdown()


GATE = """
import os, signal, sys, time
for number, line in enumerate(sys.stdin):
    if "kill.png" in line:
        os.kill(os.getppid(), signal.SIGKILL)
    while number >= 2 and not os.path.exists("open"):
        time.sleep(0.02)
    print(line, end="", flush=True)
"""


def gated_program(gradcam) -> Path:
    """gradcam, but each worker gets only two requests before the file "open" is there, so that it is
    certain what a worker has done when it is killed. One that is asked for kill.png is killed."""
    program = gradcam.home / "gated_gradcam"
    (gradcam.home / "gate.py").write_text(GATE)
    program.write_text(f"""#!/bin/bash
[[ $1 == worker ]] || exec "{gradcam.path}" "$@"
echo "$CUDA_VISIBLE_DEVICES" > gpus
exec 3<&0
exec "{gradcam.path}" "$@" < <(exec {sys.executable} gate.py <&3) 3<&-
""")
    program.chmod(0o755)
    return program


class Run:
    """A run of the script, with the results in the folder out."""

    def __init__(self, cluster, gradcam, *options, script_options: tuple[str, ...] = (),
                 inputs: str = "photos", stdin=None):
        self.out = gradcam.home / "out"
        self._gate = gradcam.home / "open"
        self._gate.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, SCRIPTS / "gradcam_ray.py", "--address", cluster.address, "--cpus", "1",
             *script_options, "--gradcam", gated_program(gradcam), inputs, "--", "-o", "out",
             "--deterministic", "--write", "json,gradcam", *map(str, options)],
            cwd=gradcam.home, env=gradcam.environment(), stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def wait_for_reports(self, count: int) -> None:
        while len(list(self.out.rglob("*.json"))) < count:
            assert self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.02)

    def open_gate(self) -> None:
        self._gate.touch()

    def finish(self) -> int:
        self.stdout, self.stderr = self.process.communicate(timeout=120)
        return self.process.returncode

    def report(self) -> dict:
        return check(json.loads((self.out / "run.json").read_text()), "run.schema.json")


@pytest.fixture
def start(cluster, gradcam):
    runs = []

    def start_run(*options, **more) -> Run:
        runs.append(Run(cluster, gradcam, *options, **more))
        return runs[-1]

    yield start_run
    for run in runs:
        run.process.kill()
        run.process.communicate()


def worker_pids(folder: Path) -> list[int]:
    """Processes of `gradcam worker` whose working folder it is."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            if command[1:2] == [b"worker"] and (process / "cwd").readlink() == folder:
                pids.append(int(process.name))
        except OSError:  # it has ended
            continue
    return pids


def contents(folder: Path) -> dict[str, bytes]:
    """All files, hidden ones too, but the report of the run."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and path.name != "run.json"}


@pytest.fixture
def photos(picture) -> list[str]:
    names = [f"{'a/' if i % 3 else ''}{i:02}.png" for i in range(30)]
    for i, name in enumerate(names):
        picture(f"photos/{name}", 40 + i, 30)
    return names


def plain(gradcam, model, *options, inputs: str = "photos") -> dict[str, bytes]:
    """What a run on one machine writes."""
    done = gradcam("-m", model, inputs, "-o", "plain", "--deterministic", "--threads", "1",
                   "--write", "json,gradcam", *options)
    assert done.code in (0, 1), done.stderr
    return contents(gradcam.home / "plain")


def test_a_worker_killed_in_mid_run_is_replaced_and_its_pictures_are_redone(
        start, gradcam, tiny_model, photos, tmp_path):
    run = start("-m", tiny_model)
    run.wait_for_reports(4)
    victim, other = worker_pids(tmp_path)
    os.kill(victim, signal.SIGKILL)
    run.open_gate()
    assert run.finish() == 0, run.stderr

    report = run.report()
    died = [worker for worker in report["workers"] if "died" in worker]
    assert [worker["process"] for worker in died] == [victim]
    assert died[0]["died"] == "killed by SIGKILL"
    assert other in [worker["process"] for worker in report["workers"]]
    warning = [line for line in run.stderr.splitlines() if "warning" in line]
    assert len(warning) == 1 and f"process {victim}, died: killed by SIGKILL" in warning[0]
    again = int(warning[0].split(";")[1].split()[0])
    assert again > 0

    # Nothing is lost, nothing done twice.
    assert report["counts"] == {"pictures": 30, "done": 30, "failed": 0, "skipped": 0}
    assert sum(worker["pictures"] for worker in report["workers"]) == 30
    assert contents(run.out) == plain(gradcam, tiny_model)
    assert report["model"] == json.loads((tmp_path / "plain/run.json").read_text())["model"]
    assert worker_pids(tmp_path) == []


def test_a_lost_node_loses_no_picture(cluster, start, gradcam, tiny_model, photos, tmp_path):
    node = cluster.add_node(**NODE)
    cluster.wait_for_nodes()
    run = start("-m", tiny_model)
    run.wait_for_reports(6)
    assert len(worker_pids(tmp_path)) == 3
    cluster.remove_node(node, allow_graceful=False)
    while len(worker_pids(tmp_path)) == 3:  # a worker does not outlive its node
        time.sleep(0.1)
    run.open_gate()
    assert run.finish() == 0, run.stderr
    report = run.report()
    assert [worker["died"] for worker in report["workers"] if "died" in worker] == [
        "its node or its process was lost"]
    assert report["counts"]["done"] == 30
    assert contents(run.out) == plain(gradcam, tiny_model)


def test_a_picture_that_kills_its_worker_twice_is_a_failure(start, gradcam, tiny_model, photos,
                                                            picture, tmp_path):
    picture("photos/a/kill.png")
    (tmp_path / "photos" / "bad.png").write_text("no picture")
    run = start("-m", tiny_model, script_options=("--workers", "1"))
    run.open_gate()
    assert run.finish() == 1, run.stderr
    report = run.report()
    assert [failure["file"] for failure in report["failures"]] == ["a/kill.png", "bad.png"]
    assert report["failures"][0]["error"] == "killed its worker twice: killed by SIGKILL"
    assert report["counts"] == {"pictures": 32, "done": 30, "failed": 2, "skipped": 0}
    # A third one is there only if the second had not done all others before.
    died = ["died" in worker for worker in report["workers"]]
    assert died in ([True, True], [True, True, False])
    (tmp_path / "photos" / "a" / "kill.png").unlink()
    assert contents(run.out) == plain(gradcam, tiny_model)


def test_names_that_are_no_utf8(start, gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    for name in (b"one\xff.png", b"one\xfe.png"):
        shutil.copy(tmp_path / "photos/cat.png", tmp_path / "photos" / os.fsdecode(name))
    (tmp_path / "photos" / os.fsdecode(b"bad\xff.png")).write_text("no picture")
    run = start("-m", tiny_model)
    run.open_gate()
    assert run.finish() == 1, run.stderr
    assert run.report()["counts"] == {"pictures": 4, "done": 3, "failed": 1, "skipped": 0}
    assert [failure["file_bytes"] for failure in run.report()["failures"]] == ["bad%FF.png"]
    assert os.fsdecode(b"one\xff.gradcam.png") in contents(run.out)
    assert contents(run.out) == plain(gradcam, tiny_model)


def test_an_interrupted_run_is_resumed(start, gradcam, tiny_model, photos):
    run = start("-m", tiny_model)
    run.wait_for_reports(4)
    run.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)  # the signal shall come first
    run.open_gate()
    assert run.finish() == 130, run.stderr
    first = run.report()
    assert first["interrupted"] is True
    assert 4 <= first["counts"]["done"] < 30

    again = start("-m", tiny_model, "--resume")
    again.open_gate()
    assert again.finish() == 0, again.stderr
    counts = again.report()["counts"]
    assert counts["resumed"] == first["counts"]["done"]
    assert counts["resumed"] + counts["done"] == 30
    assert contents(again.out) == plain(gradcam, tiny_model)

    nothing_left = start("-m", tiny_model, "--resume")
    nothing_left.open_gate()
    assert nothing_left.finish() == 0, nothing_left.stderr
    assert nothing_left.report()["counts"] == {"pictures": 30, "done": 0, "failed": 0, "skipped": 0,
                                               "resumed": 30}


LISTS = {
    "names that end with NUL": (b"photos/dog.png\0photos/two\nlines.png\0", ["--null"]),
    "CSV": (b"path,class\nphotos/dog.png,0\n\"photos/two\nlines.png\",1\n", ["--class", "truth"]),
}


@pytest.mark.parametrize(("content", "options"), LISTS.values(), ids=LISTS)
def test_a_list_is_that_of_a_run_on_one_machine(start, gradcam, tiny_model, picture, tmp_path, content,
                                                options):
    picture("photos/dog.png")
    picture("photos/two\nlines.png", 40, 30)
    (tmp_path / "list").write_bytes(content)
    run = start("-m", tiny_model, *options, inputs="@list")
    run.open_gate()
    assert run.finish() == 0, run.stderr
    assert contents(run.out) == plain(gradcam, tiny_model, *options, inputs="@list")
    counts = json.loads((tmp_path / "plain/run.json").read_text())["counts"]
    assert counts["done"] == 2
    assert run.report()["counts"] == counts


def test_a_run_without_a_picture_to_explain_ends_as_on_one_machine(start, gradcam, tiny_model, picture,
                                                                   tmp_path):
    picture("cat.png")
    assert gradcam("-m", tiny_model, "cat.png", "-o", "out").code == 0
    (tmp_path / "list").write_text("out/cat.gradcam.png\n")
    alone = gradcam("-m", tiny_model, "@-", "-o", "out", stdin="out/cat.gradcam.png\n")
    failures = json.loads((tmp_path / "out/run.json").read_text())["failures"]
    with open(tmp_path / "list") as names:
        run = start("-m", tiny_model, inputs="@-", stdin=names)
    assert run.finish() == alone.code == 1, run.stderr
    assert run.report()["failures"] == failures != []
    assert [worker["pictures"] for worker in run.report()["workers"]] == [0]


def slurm_task(gradcam, model, number: int) -> None:
    """One of three."""
    done = subprocess.run(
        [EXAMPLES / "slurm_array.sh", model, "photos", "out", "--deterministic", "--write",
         "json,gradcam"], cwd=gradcam.home, capture_output=True, text=True, check=False, timeout=60,
        env=gradcam.environment(GRADCAM=gradcam.path, SLURM_ARRAY_TASK_ID=str(number),
                                SLURM_ARRAY_TASK_COUNT="3"))
    assert done.returncode in (0, 1), done.stderr


def test_what_a_slurm_array_has_left_is_done(start, gradcam, tiny_model, photos, tmp_path):
    """The first of three tasks had a failure, the second one was interrupted, the third never ran."""
    (tmp_path / "photos/00.png").rename(tmp_path / "00.png")
    (tmp_path / "photos/00.png").touch()
    slurm_task(gradcam, tiny_model, 1)
    first = set(contents(tmp_path / "out"))
    slurm_task(gradcam, tiny_model, 2)
    (tmp_path / "00.png").rename(tmp_path / "photos/00.png")
    second = sorted(set(contents(tmp_path / "out")) - first - {"run.2-of-3.json"})
    for name in second[:8]:  # two files of each picture
        (tmp_path / "out" / name).unlink()
    report = json.loads((tmp_path / "out/run.2-of-3.json").read_text())
    report["counts"]["done"] -= 4
    (tmp_path / "out/run.2-of-3.json").write_text(json.dumps(report | {"interrupted": True}))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("out/**/*.png")}
    assert len(before) == 9 + 6

    run = start("-m", tiny_model, "--resume")
    run.open_gate()
    assert run.finish() == 0, run.stderr
    assert "15 done, 15 done by an earlier run, 0 failed" in run.stderr
    assert "run.json takes the place of run.1-of-3.json, run.2-of-3.json" in run.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert run.report()["counts"] == {"pictures": 30, "done": 30, "failed": 0, "skipped": 0}
    assert run.report()["time"]["started"] <= report["time"]["started"]
    assert contents(run.out) == plain(gradcam, tiny_model)


def test_shards_of_other_inputs_are_told_and_stay(start, gradcam, tiny_model, picture, tmp_path):
    picture("photos/cat.png")
    picture("others/dog.png")
    assert gradcam("-m", tiny_model, "others", "-o", "out", "--shard", "1/2").code == 0
    run = start("-m", tiny_model)
    assert run.finish() == 0, run.stderr
    assert "run.1-of-2.json: of other inputs; not part of run.json" in run.stderr
    assert run.report()["counts"]["pictures"] == 1
    shard = tmp_path / "out/run.1-of-2.json"
    shard.write_text("{")
    damaged = start("-m", tiny_model)
    assert damaged.finish() == 2
    assert "run.1-of-2.json is damaged" in damaged.stderr


def test_a_worker_gets_its_gpus(cluster, start, gradcam, tiny_model, picture, tmp_path):
    """It is the node that says that it has one."""
    picture("photos/cat.png")
    node = cluster.add_node(**NODE, num_gpus=1)
    cluster.wait_for_nodes()
    run = start("-m", tiny_model, "--device", "cpu", script_options=("--gpus", "1"))
    assert run.finish() == 0, run.stderr
    assert (tmp_path / "gpus").read_text() == "0\n"
    cluster.remove_node(node)
    none = start("-m", tiny_model, script_options=("--gpus", "1"))
    assert none.finish() == 2
    assert "no node of the cluster has" in none.stderr


def test_what_no_worker_can_do_ends_the_run(start, tiny_model, photos, tmp_path):
    run = start("-m", tiny_model, "--class", "77")
    assert run.finish() == 2
    assert "class 77 is not there" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out").exists()


def test_nodes_need_no_file_of_the_script(tmp_path):
    """They get the actor by value."""
    for module in (worker_actor, worker_process):
        ray.cloudpickle.register_pickle_by_value(module)
    (tmp_path / "actor").write_bytes(ray.cloudpickle.dumps(worker_actor.WorkerActor))
    code = "import pickle; print(pickle.load(open('actor', 'rb'))().start(['none'], '.', {}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                          text=True, check=False, timeout=60)
    assert "'error'" in done.stdout, done.stderr
