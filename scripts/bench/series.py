"""Numbers that were measured several times."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Measured = TypeVar("Measured")


@dataclass(frozen=True)
class Series:
    values: list[float]  # one a round

    @property
    def min(self) -> float:
        return min(self.values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def max(self) -> float:
        return max(self.values)

    def over(self, other: "Series") -> "Series":
        """Round by round: what both sides met in the same minute is divided."""
        return Series([mine / yours for mine, yours in zip(self.values, other.values, strict=True)])


def geometric_mean(all_series: list[Series]) -> Series:
    """Round by round."""
    rounds = zip(*(series.values for series in all_series), strict=True)
    return Series([math.exp(statistics.mean(map(math.log, values))) for values in rounds])


def take_turns(sides: dict[str, Callable[[], Measured]], rounds: int) -> dict[str, list[Measured]]:
    """Every side once a round, every other round backwards; the first round is not counted."""
    for side in sides.values():
        side()
    found: dict[str, list[Measured]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides)
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(sides[name]())
    return found
