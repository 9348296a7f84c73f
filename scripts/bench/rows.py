"""Rows of the tables: what was compared, what came out, and whether it is what was aimed at."""

from dataclasses import asdict, dataclass, field
from typing import Any

from bench.series import Series


@dataclass(frozen=True)
class Side:
    """One of those who took turns."""

    network: str
    name: str
    figures: Series
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Aim:
    limit: float
    is_upper: bool = False  # False: at least `limit`

    def is_met(self, value: float) -> bool:
        return value <= self.limit if self.is_upper else value >= self.limit


@dataclass(frozen=True)
class Row:
    work: str
    network: str
    against: str
    value: Series
    unit: str = "×"
    aim: Aim | None = None

    @property
    def is_met(self) -> bool | None:
        return None if self.aim is None else self.aim.is_met(self.value.median)


@dataclass(frozen=True)
class Group:
    """Everything that was measured in one go."""

    name: str
    rows: list[Row]
    sides: list[Side]
    facts: dict[str, Any] = field(default_factory=dict)


def to_json(group: Group) -> dict[str, Any]:
    return {"rows": [{**asdict(row), "value": _numbers(row.value), "met": row.is_met}
                     for row in group.rows],
            "sides": [{**asdict(side), "figures": _numbers(side.figures)} for side in group.sides],
            "facts": group.facts}


def _numbers(series: Series) -> dict[str, Any]:
    return {"min": series.min, "median": series.median, "max": series.max,
            "values": series.values}
