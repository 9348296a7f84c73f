"""How much of the network's own speed is left when JPEGs are read and four pictures each written.

1 means that everything but the network costs nothing. Both are the program's, in the steady state.
"""

from functools import partial
from pathlib import Path

from bench.networks import Network, make_files
from bench.plan import Plan, input_pictures, jpegs
from bench.program import (Program, Variant, milliseconds_of_network, milliseconds_of_run, settled,
                           steady)
from bench.rows import Aim, Group, Row, Side
from bench.series import Series, take_turns

AIMS = {"vgg16": Aim(0.9), "xception": Aim(0.9), "efficientnet_b0": Aim(0.6)}


def measure(plan: Plan) -> Group:
    rows: list[Row] = []
    sides: list[Side] = []
    for network in plan.networks:
        make_files(network)
        count = 2 * plan.steady_pictures(network)
        photos = jpegs(count)
        variant, _ = settled(plan.program, network, photos, Variant())
        alone, whole = (Series(values) for values in take_turns(
            {"network": partial(_network_alone, plan.program, network,
                                input_pictures(network, count), variant),
             "folder": partial(_folder, plan.program, network, photos, variant)},
            plan.rounds).values())
        rows.append(Row("folder against the network alone, float32", network.title, "itself",
                        alone.over(whole), aim=AIMS[network.name]))
        sides += [Side(network.title, "network alone", alone, "ms"),
                  Side(network.title, "folder", whole, "ms")]
    return Group("pipeline", rows, sides)


def _network_alone(program: Program, network: Network, pictures: list[Path],
                   variant: Variant) -> float:
    return milliseconds_of_network(*steady(program, network, pictures, variant, "json"))


def _folder(program: Program, network: Network, pictures: list[Path], variant: Variant) -> float:
    return milliseconds_of_run(*steady(program, network, pictures, variant))
