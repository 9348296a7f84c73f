"""The figures as Markdown."""

from bench.rows import Aim, Group, Row, Side
from bench.series import Series


def to_markdown(group: Group) -> list[str]:
    return [*_table(("work", "network", "against", "median", "min … max", "aim", "met"),
                    [_row_cells(row) for row in group.rows]),
            "",
            *_table(("network", "who", "min", "median", "max", "note"),
                    [_side_cells(side) for side in group.sides])]


def _row_cells(row: Row) -> list[str]:
    met = {None: "", True: "yes", False: "**no**"}[row.is_met]
    return [row.work, row.network, row.against, _number(row.value.median, row.unit),
            _span(row.value), "" if row.aim is None else _aim(row.aim, row.unit), met]


def _side_cells(side: Side) -> list[str]:
    figures = side.figures
    return [side.network, side.name, *(_number(value, side.unit) for value in
                                       (figures.min, figures.median, figures.max)), side.note]


def _aim(aim: Aim, unit: str) -> str:
    return f"{'≤' if aim.is_upper else '≥'} {aim.limit:.4g}{_behind(unit)}"


def _span(series: Series) -> str:
    return f"{_digits(series.min)} … {_digits(series.max)}"


def _number(value: float, unit: str) -> str:
    return _digits(value) + _behind(unit)


def _behind(unit: str) -> str:
    return unit if unit == "×" else f" {unit}"


def _digits(value: float) -> str:
    """Three that count, more in front of the point."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{decimals}f}"


def _table(titles: tuple[str, ...], lines: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |"
            for cells in (titles, ["---"] * len(titles), *lines)]
