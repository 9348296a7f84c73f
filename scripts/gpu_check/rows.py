"""Figures and their limits."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limit:
    value: float
    is_upper: bool = False  # the most that may be, otherwise the least

    def allows(self, value: float) -> bool:
        # NaN is never allowed.
        return value <= self.value if self.is_upper else value >= self.value


def at_most(value: float) -> Limit:
    return Limit(value, is_upper=True)


def at_least(value: float) -> Limit:
    return Limit(value)


@dataclass(frozen=True)
class Row:
    check: str
    network: str
    value: float
    unit: str = ""
    limit: Limit | None = None  # None: reported, not judged

    @property
    def is_missed(self) -> bool:
        return self.limit is not None and not self.limit.allows(self.value)

    def to_json(self) -> dict:
        return {**asdict(self), "missed": self.is_missed}


def to_table(rows: Iterable[Row]) -> str:
    lines = [("check", "network", "value", "limit", "")]
    for row in rows:
        bound = "" if row.limit is None else f"{'≤' if row.limit.is_upper else '≥'} {row.limit.value:g}"
        result = "" if row.limit is None else "MISSED" if row.is_missed else "ok"
        lines.append((row.check, row.network, f"{row.value:.6g} {row.unit}".rstrip(), bound, result))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
                     .rstrip() for line in lines)
