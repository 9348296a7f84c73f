#!/usr/bin/env python3
"""Explains the pictures of a folder or list on a Ray cluster.

  gradcam_ray.py photos -- --model vgg16 --output maps
  gradcam_ray.py --address auto --cpus 8 @list.txt -- --model model.pt --output maps --resume

Everything behind "--" goes to the workers, each a long-lived `gradcam worker` (docs/worker.md). The
program, the model, the pictures and the output folder must be found under the same paths on every
node. A worker that dies, or whose node does, is replaced and its pictures are done again; a picture
that kills its worker twice is a failure. The output folder is that of a run on one machine, with a
run.json that also names the workers. It takes the place of run.K-of-N.json of shards of the same inputs:
with --resume, what they have done is part of it.

Exit codes: 0 all done, 1 some pictures failed, 2 nothing was done, 130 interrupted.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

if __name__ == "__main__":  # the package lies beside this file, wherever it is called from
    sys.path.insert(0, str(Path(__file__).resolve().parent))

from gradcam_cluster.signals import (INTERRUPTED, end_at_once, end_at_once_on_signal, exit_on_signal,
                                     stop_on_signal)

if __name__ == "__main__":
    end_at_once_on_signal()  # to import Ray takes a second

import ray

from gradcam_cluster import worker_actor, worker_process
from gradcam_cluster.dispatcher import Dispatcher
from gradcam_cluster.errors import RunError
from gradcam_cluster.json_paths import path_list_fields
from gradcam_cluster.listing import list_pictures
from gradcam_cluster.messages import say, say_hint
from gradcam_cluster.run_record import RunRecord, remove_temporary_files
from gradcam_cluster.run_reports import inputs_of, names_of, read_shards

TREE = Path(__file__).resolve().parents[1]  # the sources, or an unpacked release


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s [OPTIONS] PICTURE... -- --model NAME|FILE [OPTIONS of gradcam worker]")
    parser.add_argument("inputs", nargs="+", metavar="PICTURE",
                        help="a picture, a folder or @list, as gradcam takes them")
    parser.add_argument("--address", help="of the cluster, as ray.init takes it. Variable "
                                          "RAY_ADDRESS. Without either, this machine alone")
    parser.add_argument("--workers", type=_positive, metavar="N",
                        help="default: as many as the cluster has room for")
    parser.add_argument("--cpus", type=_positive, metavar="N",
                        help="of each worker. Default: 4, or those of the smallest node")
    parser.add_argument("--gpus", type=_positive, metavar="N", default=0,
                        help="of each worker; Ray hides the others from it (%(default)s)")
    parser.add_argument("--max-deaths", type=_positive, metavar="N", default=100,
                        help="give up when more workers have died than this (%(default)s)")
    parser.add_argument("--gradcam", metavar="FILE", default=os.environ.get("GRADCAM"),
                        help="the program. Variable GRADCAM. Default: the one on PATH, or of this "
                             "source tree")
    parser.add_argument("--no-progress", action="store_true", help="tell only of problems")
    if "--" not in arguments:
        arguments = [*arguments, "--"]
    middle = arguments.index("--")
    parsed = parser.parse_args(arguments[:middle])
    parsed.options = arguments[middle + 1:]
    return parsed


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def find_program(given: str | None) -> str:
    beside = shutil.which(TREE / "bin/gradcam") or shutil.which(TREE / "build/release/gradcam")
    found = shutil.which(given) if given else shutil.which("gradcam") or beside
    if found is None:
        raise RunError(f"program '{given or 'gradcam'}' not found", "name it with --gradcam")
    return os.path.abspath(found)


def connect(address: str | None) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # explaining pictures tells nobody
    for module in (worker_actor, worker_process):
        ray.cloudpickle.register_pickle_by_value(module)
    # Without an address Ray would join whichever cluster was last started on this machine.
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    end_at_once_on_signal()
    try:
        ray.init(address=address, logging_level="warning")
    except SystemExit:  # Ray's own answer to SIGTERM
        end_at_once()
    end_at_once_on_signal()  # in place of that


def room(cpus: int | None, gpus: int) -> tuple[int, int]:
    """CPUs of a worker, and how many workers the cluster has room for."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    nodes = [(int(node.get("CPU", 0)), int(node.get("GPU", 0))) for node in nodes]
    nodes = [(cpu, gpu) for cpu, gpu in nodes if cpu >= 1 and gpu >= gpus]
    if cpus is None:
        cpus = min(4, *(cpu for cpu, _ in nodes)) if nodes else 1
    return cpus, sum(min(cpu // cpus, gpu // gpus if gpus else cpu) for cpu, gpu in nodes)


def worker_options(options: list[str], cpus: int) -> list[str]:
    """A worker reads no lists, and uses the CPUs that Ray has given it."""
    options = [option for option in options if option != "--null"]
    for name in ("--threads", "--io-threads"):
        if not any(option == name or option.startswith(name + "=") for option in options):
            options = [*options, name, str(cpus)]
    return options


def run(arguments: argparse.Namespace) -> int:
    program = find_program(arguments.gradcam)
    exit_on_signal()
    listing = list_pictures(program, arguments.inputs, arguments.options)
    shards = earlier_shards(arguments.inputs, listing.run_report.parent)
    connect(arguments.address)
    cpus, workers = room(arguments.cpus, arguments.gpus)
    # One also where no picture is left: run.json holds the model and the settings, which it knows.
    workers = min(arguments.workers or workers, max(1, len(listing.pictures)))
    if workers < 1:
        raise RunError(f"no node of the cluster has {cpus} CPUs and {arguments.gpus} GPUs",
                       "give fewer with --cpus and --gpus")

    record = RunRecord(arguments.inputs, listing, shards)
    dispatcher = Dispatcher(_starter(program, arguments, cpus), workers, record, arguments.max_deaths,
                            show_progress=not arguments.no_progress)
    stop_on_signal(dispatcher.stop)
    error = None
    try:
        dispatcher.run()
    except RunError as run_error:
        if record.ended == 0:
            raise
        error = run_error
        record.interrupted = True
    if record.ready is None:  # interrupted before any worker was ready
        return INTERRUPTED
    remove_temporary_files(listing.run_report.parent, [
        worker.temporary_files for worker in record.workers if worker.died is not None])
    record.write()
    report(record)
    if error is not None:
        tell(error)
        return 1
    if record.interrupted:
        return INTERRUPTED
    return 1 if record.failures else 0


def earlier_shards(inputs: list[str], folder: Path) -> list[dict]:
    """The reports of shards of the same inputs in the output folder."""
    try:
        shards = read_shards(folder)
    except ValueError as error:
        raise RunError(f"output folder '{folder}': {error}", "remove it") from error
    own = inputs_of(path_list_fields("inputs", inputs))
    if others := [shard for shard in shards if inputs_of(shard) != own]:
        say(f"warning: {names_of(others)}: of other inputs; not part of run.json")
    return [shard for shard in shards if inputs_of(shard) == own]


def _starter(program: str, arguments: argparse.Namespace, cpus: int):
    """A function that starts a worker: gives its actor and the pending answer of start()."""
    actors = ray.remote(max_restarts=0, max_concurrency=2)(worker_actor.WorkerActor).options(
        num_cpus=cpus, num_gpus=arguments.gpus, scheduling_strategy="SPREAD")
    command = [program, "worker", *worker_options(arguments.options, cpus)]
    variables = {name: value for name, value in os.environ.items() if name.startswith("GRADCAM_")}

    def start():
        actor = actors.remote()
        return actor, actor.start.remote(command, os.getcwd(), variables)

    return start


def report(record: RunRecord) -> None:
    for failure in record.failures:
        say(f"error: {failure['file']}: {failure['error']}")
    say(f"{record.done} done, {record.resumed} done by an earlier run, "
        f"{len(record.failures)} failed; {record.seconds:.1f} s, "
        f"{record.done / max(record.seconds, 1e-3):.1f} pictures/s")
    if record.shards and not record.interrupted:
        say(f"run.json takes the place of {names_of(record.shards)}")


def tell(error: Exception) -> None:
    say(f"error: {error}")
    if hint := getattr(error, "hint", ""):
        say_hint(hint)


def main() -> int:
    try:
        return run(parse_arguments(sys.argv[1:]))
    except (RunError, OSError) as error:
        tell(error)
        return 2


if __name__ == "__main__":
    sys.exit(main())
