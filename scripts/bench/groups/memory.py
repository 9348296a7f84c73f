"""A whole Grad-CAM, from the input tensor in memory to the map, in batches of 8."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench import processes
from bench.networks import NETWORKS, Network, make_files
from bench.peer import Service
from bench.plan import Plan, input_pictures
from bench.program import ProgramRun, Variant, milliseconds_of_network, settled, steady
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, geometric_mean, take_turns

BATCH = 8
SERVICES = {"captum": "captum_service", "pytorch-grad-cam": "grad_cam_service",
            "OpenVINO forward": "openvino_service"}
# Float32 sums in another order differ by 1e-6 to 1e-5 of the largest value in a deep network;
# another class, layer or input shows as 0.1 and more.
LARGEST_DIFFERENCE = 1e-2
PEAK_AIMS = {"vgg16": Aim(1600, is_upper=True)}  # MB


@dataclass(frozen=True)
class Comparison:
    variant: Variant
    against: str
    aim: Aim
    is_for_each: bool = False  # the aim is every network's; otherwise that of their geometric mean


COMPARISONS = (
    Comparison(Variant("float32", "auto", BATCH), "captum", Aim(1.7)),
    Comparison(Variant("bfloat16", "auto", BATCH), "captum", Aim(3.3)),
    Comparison(Variant("float32", "auto", BATCH), "pytorch-grad-cam", Aim(6)),
    Comparison(Variant("bfloat16", "auto", BATCH), "pytorch-grad-cam", Aim(10)),
    Comparison(Variant("float32", "libtorch", BATCH), "captum", Aim(1.3)),
    Comparison(Variant("bfloat16", "libtorch", BATCH), "captum", Aim(2.3)),
    Comparison(Variant("float32", "auto", BATCH), "OpenVINO forward", Aim(0.9), is_for_each=True),
)


@dataclass
class Found:
    """Of one network."""

    network: Network
    times: dict[str, Series] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)  # of the program
    difference: float = 0.0  # from captum's map


def measure(plan: Plan) -> Group:
    found = [_measure_network(plan, network) for network in plan.networks]
    comparisons = [comparison for comparison in COMPARISONS
                   if comparison.variant.precision in plan.precisions]
    rows = [row for comparison in comparisons for row in _rows(comparison, found)]
    facts = {"largest difference from captum's map":
             {one.network.name: one.difference for one in found}}
    return Group("memory", rows + _peak_rows(found),
                 [side for one in found for side in _sides(one)], facts)


def _measure_network(plan: Plan, network: Network) -> Found:
    make_files(network)
    found = Found(network)
    pictures = input_pictures(network, 2 * plan.steady_pictures(network))
    with tempfile.TemporaryDirectory(prefix="gradcam-bench-") as folder, ExitStack() as stack:
        services = {name: stack.enter_context(
            Service(module, network, pictures[:BATCH], plan.program.threads,
                    Path(folder) / f"{module}.npy")) for name, module in SERVICES.items()}
        expected = np.load(Path(folder) / f"{SERVICES['captum']}.npy")
        found.difference = _check_maps(plan, network, pictures[:BATCH], expected)
        sides = {name: service.milliseconds for name, service in services.items()}
        for variant in _variants(plan):
            sides[variant.name] = _program_side(plan, network, pictures, variant, found)
        found.times = {name: Series(values)
                       for name, values in take_turns(sides, plan.rounds).items()}
    return found


def _variants(plan: Plan) -> list[Variant]:
    return [variant for engine in ("auto", "libtorch")
            for variant in plan.variants(engine=engine, batch=BATCH)]


def _program_side(plan: Plan, network: Network, pictures: list[Path], variant: Variant,
                  found: Found) -> Callable[[], float]:
    settled_variant, run = settled(plan.program, network, pictures, variant, "json")
    _keep(found, variant, run)

    def milliseconds() -> float:
        half, whole = steady(plan.program, network, pictures, settled_variant, "json")
        _keep(found, variant, whole)
        return milliseconds_of_network(half, whole)
    return milliseconds


def _keep(found: Found, variant: Variant, run: ProgramRun) -> None:
    found.engines[variant.name] = run.engine
    found.peak_mb[variant.name] = max(run.process.peak_mb, found.peak_mb.get(variant.name, 0.0))


def _check_maps(plan: Plan, network: Network, pictures: list[Path],
                expected: np.ndarray) -> float:
    """That the program and captum explain the same class of the same layer."""
    variant = Variant("float32", "libtorch", BATCH)
    with plan.program.command(network, pictures, variant, "raw") as (command, output):
        processes.run(command, plan.program.environment())
        maps = [np.load(output / f"{picture.stem}.gradcam.npy") for picture in pictures]
    difference = max(float(np.abs(_normalised(mine) - _normalised(yours[0])).max())
                     for mine, yours in zip(maps, expected, strict=True))
    if not difference <= LARGEST_DIFFERENCE:
        raise RuntimeError(f"{network.title}: the maps of the program and of captum differ by "
                           f"{difference:.1e}: they do not do the same work")
    return difference


def _normalised(values: np.ndarray) -> np.ndarray:
    positive = np.maximum(values, 0)
    return positive / positive.max()


def _rows(comparison: Comparison, found: list[Found]) -> list[Row]:
    work = f"whole Grad-CAM, {comparison.variant.name.removeprefix('gradcam ')}"
    ratios = [one.times[comparison.against].over(one.times[comparison.variant.name])
              for one in found]
    rows = [Row(work, one.network.title, comparison.against, ratio,
                aim=comparison.aim if comparison.is_for_each else None)
            for one, ratio in zip(found, ratios, strict=True)]
    if comparison.is_for_each or len(found) == 1:
        return rows
    is_whole = len(found) == len(NETWORKS)  # the aim is for all of them together
    return [*rows, Row(work, "geometric mean", comparison.against, geometric_mean(ratios),
                       aim=comparison.aim if is_whole else None)]


def _peak_rows(found: list[Found]) -> list[Row]:
    return [Row(f"peak memory, {name.removeprefix('gradcam ')}", one.network.title, "",
                Series([peak]), "MB", PEAK_AIMS[one.network.name])
            for one in found if one.network.name in PEAK_AIMS
            for name, peak in one.peak_mb.items()]


def _sides(found: Found) -> list[Side]:
    return [Side(found.network.title, name, times, "ms", _note_of(found, name))
            for name, times in found.times.items()]


def _note_of(found: Found, name: str) -> str:
    if name not in found.engines:
        return ""
    return f"{found.engines[name]}, peak {found.peak_mb[name]:.0f} MB"
