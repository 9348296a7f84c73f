"""The checks. Each gives rows; what cannot be measured throws."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.environment import PROJECT
from gpu_check import bare_forward
from gpu_check.measures import largest_difference, smallest_correlation
from gpu_check.program import Failed, Program, Run
from gpu_check.rows import Row, at_least, at_most
from gpu_check.subjects import (
    Subject, make_asserting, make_normed, make_overflowing, photographs, white_picture)

# Float32 through some 50 convolutions in another order; 1e-5 was measured between CPU engines. The
# seeded networks are worse conditioned than a trained one.
FLOAT32_TRAINED, FLOAT32_SEEDED = at_most(1e-4), at_most(5e-4)
FLOAT32_CORRELATION = at_least(0.9999)
# Of a trained network; what half precision does to seeded weights is reported, not judged.
CORRELATIONS = {"tf32": at_least(0.9995), "float16": at_least(0.9995), "bfloat16": at_least(0.99)}
BARE_FORWARD = at_least(0.97)
# Pictures a second of one H100, bfloat16, batch 512.
IN_MEMORY = {"vgg16": at_least(7500), "xception": at_least(5600), "efficientnet_b0": at_least(19000)}
FOLDER_RATE, FOLDER_CORES = at_least(2500), 16
SHORT_MEMORY = 600e6  # bytes: less than a large batch of the smallest network needs


@dataclass(frozen=True)
class Scale:
    """How much is done."""

    pictures: int = 8    # whose maps are compared
    batch: int = 512     # of the measurements of speed
    batches: int = 8     # of the shorter of two runs
    forwards: int = 20
    judges_speed: bool = True
    is_h100: bool = False


@dataclass(frozen=True)
class Bench:
    program: Program
    scale: Scale
    memory: float | None  # bytes of the device; None: it is a fake
    work: Path


def maps_against_cpu(bench: Bench, subject: Subject) -> Iterator[Row]:
    pictures = photographs(bench.work, bench.scale.pictures)
    options = ("--write", "raw,json", "--batch-size", str(bench.scale.pictures))
    cpu = bench.program.run(f"{subject.name}/cpu", subject.model, pictures, *options, "--engine",
                            "libtorch", device="cpu")
    expected, classes = cpu.maps(), cpu.classes()
    for precision in ("float32", *CORRELATIONS):
        # Of the same classes: rounding may exchange two that are equally probable.
        found = bench.program.run(f"{subject.name}/{precision}", subject.model, pictures, *options,
                                  "--precision", precision, classes=classes).maps()
        is_float32 = precision == "float32"
        limit = FLOAT32_TRAINED if subject.is_trained else FLOAT32_SEEDED
        yield Row(f"map against CPU, {precision}: largest difference", subject.name,
                  largest_difference(found, expected), limit=limit if is_float32 else None)
        correlation = FLOAT32_CORRELATION if is_float32 else CORRELATIONS[precision]
        yield Row(f"map against CPU, {precision}: smallest correlation", subject.name,
                  smallest_correlation(found, expected),
                  limit=correlation if is_float32 or subject.is_trained else None)


def batch_against_single(bench: Bench, subject: Subject) -> Iterator[Row]:
    pictures = photographs(bench.work, bench.scale.pictures)
    single, together = (
        bench.program.run(f"{subject.name}/batch-{size}", subject.model, pictures, "--write", "raw,json",
                          "--batch-size", str(size)).maps() for size in (1, len(pictures)))
    yield Row("batch against single picture: largest difference", subject.name,
              largest_difference(together, single),
              limit=FLOAT32_TRAINED if subject.is_trained else FLOAT32_SEEDED)


def determinism(bench: Bench, subject: Subject) -> Iterator[Row]:
    pictures = photographs(bench.work, bench.scale.pictures)
    first, second = (
        bench.program.run(f"{subject.name}/deterministic-{number}", subject.model, pictures,
                          "--deterministic", "--write", "gradcam,raw,json").files()
        for number in (1, 2))
    different = sum(first[name] != second.get(name) for name in first)
    yield Row("files that differ between two --deterministic runs", subject.name, different,
              limit=at_most(0))


def short_memory(bench: Bench, subject: Subject) -> Iterator[Row]:
    batch = bench.scale.batch
    pictures = photographs(bench.work, batch + 1)  # the first goes alone
    options = ("--write", "raw,json", "--batch-size", str(batch))
    plenty = bench.program.run(f"{subject.name}/plenty", subject.model, pictures, *options)
    if bench.memory is None:
        variables = {"GRADCAM_FAKE_ROOM": str(3 * 4 * _side(subject) ** 2 * (batch // 2 + 1))}
    else:
        share = SHORT_MEMORY / bench.memory
        variables = {"PYTORCH_CUDA_ALLOC_CONF": f"per_process_memory_fraction:{share:.6f}"}
    short = bench.program.run(f"{subject.name}/short", subject.model, pictures, *options,
                              variables=variables)
    yield Row("short memory: batches halved", subject.name, short.counts.get("halved_batches", 0),
              limit=at_least(1))
    yield Row("short memory: largest difference", subject.name,
              largest_difference(short.maps(), plenty.maps()), limit=FLOAT32_TRAINED)


def overflow(bench: Bench) -> Iterator[Row]:
    subject = make_overflowing(bench.work)
    pictures = photographs(bench.work, bench.scale.pictures)
    exact, redone = (
        bench.program.run(f"{subject.name}/{precision}", subject.model, pictures, "--precision",
                          precision, "--write", "raw,json") for precision in ("float32", "float16"))
    yield Row("float16 overflow: pictures computed again", subject.name,
              redone.counts.get("redone_in_float32", 0), limit=at_least(1))
    yield Row("float16 overflow: largest difference", subject.name,
              largest_difference(redone.maps(), exact.maps()), limit=FLOAT32_TRAINED)


def lost_device(bench: Bench) -> Iterator[Row]:
    """An error that a device does not recover from ends the run with 1, not with a crash."""
    subject = make_asserting(bench.work)
    before = photographs(bench.work, bench.scale.pictures)
    pictures = [*before, white_picture(bench.work), *before]
    # The fake device computes no kernels: it is told when to be lost, unless the caller has told it.
    lost = "GRADCAM_FAKE_BATCHES"
    variables = {lost: os.environ.get(lost, str(len(before)))} if bench.memory is None else {}
    run = bench.program.run(subject.name, subject.model, pictures, "--batch-size", "1",
                            "--no-self-check", "--write", "raw,json", variables=variables, code=1)
    errors = [failure["error"] for failure in run.report["failures"]]
    yield Row("lost device: pictures done before it are kept", subject.name, run.counts["done"],
              limit=at_least(len(before)))
    yield Row("lost device: failures other than its loss", subject.name,
              sum("no longer answers" not in error for error in errors), limit=at_most(0))


def norms(bench: Bench) -> Iterator[Row]:
    subject = make_normed(bench.work)
    pictures = photographs(bench.work, bench.scale.pictures)
    exact, *halves = (
        bench.program.run(f"{subject.name}/{precision}", subject.model, pictures, "--precision",
                          precision, "--write", "raw,json").maps()
        for precision in ("float32", "bfloat16", "float16"))
    for precision, half in zip(("bfloat16", "float16"), halves, strict=True):
        yield Row(f"layer norm and group norm, {precision}: smallest correlation", subject.name,
                  smallest_correlation(half, exact), limit=CORRELATIONS[precision])


def speed_in_memory(bench: Bench, subject: Subject) -> Iterator[Row]:
    scale = bench.scale
    precisions = ("bfloat16", "float16") if scale.judges_speed else ("float32",)
    for precision in precisions:
        rate = _steady_rate(bench, subject, precision, "json", lambda run: run.network_seconds)
        bare = bare_forward.pictures_per_second(
            subject.model, _side(subject), bench.program.device if scale.judges_speed else "cpu",
            precision, scale.batch, scale.forwards)
        is_aim = scale.is_h100 and precision == "bfloat16"
        yield Row(f"whole Grad-CAM in memory, {precision}, batch {scale.batch}", subject.name, rate,
                  "pictures/s", IN_MEMORY.get(subject.name) if is_aim else None)
        yield Row(f"bare forward, {precision}, batch {scale.batch}", subject.name, bare, "pictures/s")
        yield Row(f"Grad-CAM against bare forward, {precision}", subject.name, rate / bare,
                  limit=BARE_FORWARD if scale.judges_speed else None)


def speed_of_folder(bench: Bench, subject: Subject) -> Iterator[Row]:
    outputs = "gradcam,saliency,gradcam-overlay,saliency-overlay,json"
    rate = _steady_rate(bench, subject, "bfloat16", outputs, lambda run: run.seconds)
    cores = len(os.sched_getaffinity(0))
    is_aim = bench.scale.is_h100 and cores >= FOLDER_CORES
    yield Row(f"folder of 500x375 JPEGs, all outputs, bfloat16, {cores} cores", subject.name, rate,
              "pictures/s", FOLDER_RATE if is_aim else None)


def _steady_rate(bench: Bench, subject: Subject, precision: str, write: str,
                 seconds: Callable[[Run], float]) -> float:
    """Of the second half of a run: without what is done once. A rehearsal has no time for that."""
    count = bench.scale.batch * bench.scale.batches

    def run(pictures: int) -> Run:
        return bench.program.run(f"{subject.name}/speed-{precision}-{pictures}", subject.model,
                                 photographs(bench.work, pictures), "--precision", precision,
                                 "--batch-size", str(bench.scale.batch), "--write", write,
                                 "--no-self-check")

    if not bench.scale.judges_speed:
        return count / seconds(run(count))
    spent = -seconds(run(count)) + seconds(run(2 * count))
    if spent <= 0:
        raise Failed(f"{subject.name}: a run of twice as many pictures took less time")
    return count / spent


def _side(subject: Subject) -> int:
    card = json.loads((PROJECT / "models" / f"{subject.name}.json").read_text(encoding="utf-8"))
    return card["preprocess"]["imagenet"]["size"][0]
