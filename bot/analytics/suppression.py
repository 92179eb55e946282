"""Tables of counts of which no small one can be read, or worked out from the others.

A count from 1 to 4 is left out. Since totals are given, others are left out with it until an attacker who knows all that is
given cannot narrow one of the small counts down to fewer than `SMALLEST` values: the bounds that a linear programme finds,
as in L. Willenborg, T. de Waal, Elements of Statistical Disclosure Control (2001), chapter 6. In a table of two dimensions
those bounds are whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog

SMALLEST = 5
"""The smallest count that is given."""
ALL = "total"
"""The line or column that adds the others up."""

Cell = tuple[str, str]
"""A line and a column."""


def protect_line(counts: Mapping[str, int]) -> set[Cell]:
    """Of the totals of a table's lines, and of their total, those that are left out."""
    whole = {(line, ALL): count for line, count in counts.items()}
    return _left_out({**whole, (ALL, ALL): sum(counts.values())}, set(), frozenset())


def protect(table: Mapping[Cell, int], left_out: set[Cell]) -> dict[Cell, int | None]:
    """A table with its totals, None for what is left out; `left_out` says which totals of lines are, and no others will be.

    Lines and columns are those of the table, with zeros where it has nothing.
    """
    lines = sorted({line for line, _ in table})
    columns = sorted({column for _, column in table})
    whole: dict[Cell, int] = {(line, column): table.get((line, column), 0) for line in lines for column in columns}
    whole |= {(line, ALL): sum(whole[line, column] for column in columns) for line in lines}
    whole |= {(ALL, column): sum(whole[line, column] for line in lines) for column in (*columns, ALL) if lines}
    fixed = frozenset(cell for cell in whole if cell[1] == ALL)
    hidden = _left_out(whole, left_out & fixed, fixed)
    return {cell: None if cell in hidden else count for cell, count in whole.items()}


def _left_out(whole: Mapping[Cell, int], given: set[Cell], fixed: frozenset[Cell]) -> set[Cell]:
    """What is left out in the end: the small counts, and what protects them; of `fixed` only what is `given`."""
    small = {cell for cell, count in whole.items() if 0 < count < SMALLEST}
    hidden = given | {cell for cell in small if cell not in fixed}
    checked = sorted(hidden & small)
    while True:
        _accompany(whole, hidden, fixed)
        exposed = [cell for cell in checked if _width(cell, whole, hidden) < SMALLEST - 1]
        if not exposed:
            return hidden
        more = {one for cell in exposed if (one := _cover(cell, whole, hidden, fixed)) is not None}
        if not more:
            # Nothing is left to cover them with: everything that may be left out is.
            more = {cell for cell in whole if cell not in fixed} - hidden
            if not more:
                return hidden
        hidden |= more


def _accompany(whole: Mapping[Cell, int], hidden: set[Cell], fixed: frozenset[Cell]) -> None:
    """What is alone in a line or a column is the difference of the others: leave out one more there, until none is alone.

    Best is one that keeps company to another lonely one too: four corners of a rectangle protect each other.
    """
    stuck: set[tuple[int, str]] = set()
    while groups := sorted(group for group in _lonely(hidden) if group not in stuck):
        place, name = groups[0]
        lonely = _lonely(hidden)
        near = [one for one in whole if one[place] == name and one not in hidden and one not in fixed]
        best = min(
            near,
            key=lambda one: ((1 - place, one[1 - place]) not in lonely, whole[one] == 0, whole[one], one),
            default=None,
        )
        if best is None:
            stuck.add(groups[0])
        else:
            hidden.add(best)


def _lonely(hidden: set[Cell]) -> set[tuple[int, str]]:
    """Lines (0) and columns (1) of which one cell is left out."""
    found = Counter((place, cell[place]) for cell in hidden for place in (0, 1))
    return {group for group, count in found.items() if count == 1}


def _cover(cell: Cell, whole: Mapping[Cell, int], hidden: set[Cell], fixed: frozenset[Cell]) -> Cell | None:
    """The least that is lost in the line or the column of a cell: the smallest count that is still given, zeros last."""
    near = [
        other
        for other in whole
        if other not in hidden and other not in fixed and (other[0] == cell[0] or other[1] == cell[1])
    ]
    # The line and the column both need one: whichever has fewer left out comes first.
    return min(
        near, key=lambda other: (_company(other, cell, hidden), whole[other] == 0, whole[other], other), default=None
    )


def _company(other: Cell, cell: Cell, hidden: set[Cell]) -> int:
    place = 0 if other[0] == cell[0] else 1
    return sum(one[place] == cell[place] for one in hidden)


def _width(cell: Cell, whole: Mapping[Cell, int], hidden: set[Cell]) -> float:
    """How many values further than the smallest the largest is that a cell may have, for all that anybody can tell."""
    names = sorted(hidden)
    place = {name: number for number, name in enumerate(names)}
    rows: list[Any] = []
    values: list[int] = []
    lines, columns = {line for line, _ in whole}, {column for _, column in whole}
    sums = [([(line, column) for column in columns if column != ALL], (line, ALL)) for line in lines]
    sums += [([(line, column) for line in lines if line != ALL], (ALL, column)) for column in columns]
    for parts, total in sums:
        if not parts or total not in whole or any(part not in whole for part in parts):
            continue
        row, value = np.zeros(len(names)), 0
        for one, sign in (*((part, 1) for part in parts), (total, -1)):
            if one in place:
                row[place[one]] += sign
            else:
                value -= sign * whole[one]
        if row.any():
            rows.append(row)
            values.append(value)
    # Zeros are given as such, unless one had to be left out too: then nobody knows which.
    least = 0 if any(whole[one] == 0 for one in hidden) else 1
    if not rows:
        return float("inf")
    ends = []
    for sign in (1, -1):
        aim = np.zeros(len(names))
        aim[place[cell]] = sign
        found = linprog(aim, A_eq=np.array(rows), b_eq=np.array(values), bounds=(least, None), method="highs")
        if found.status == 3:
            return float("inf")
        ends.append(sign * float(found.fun))
    return round(ends[1] - ends[0], 6)
