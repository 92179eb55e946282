"""Small counts that nobody can read, or work out from what is given."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from bot.analytics.suppression import ALL, SMALLEST, Cell, protect, protect_line


def protected(table: dict[Cell, int]) -> dict[Cell, int | None]:
    lines = {line for line, _ in table}
    totals = {line: sum(count for (own, _), count in table.items() if own == line) for line in lines}
    return protect(table, protect_line(totals))


def possible(given: dict[Cell, int | None], most: int) -> Iterator[dict[Cell, int]]:
    """Every table that looks like this one, by trying all of them; what is left out is 0 to `most`."""
    lines = sorted({line for line, _ in given} - {ALL})
    columns = sorted({column for _, column in given} - {ALL})
    inner = [(line, column) for line in lines for column in columns]
    choices = [[count] if (count := given[cell]) is not None else range(most + 1) for cell in inner]
    for counts in itertools.product(*choices):
        table = dict(zip(inner, counts, strict=True))
        whole = {(line, ALL): sum(table[line, column] for column in columns) for line in lines}
        whole |= {(ALL, column): sum(table[line, column] for line in lines) for column in columns}
        whole[ALL, ALL] = sum(counts)
        if all(given[cell] in {None, count} for cell, count in whole.items()):
            yield table


@pytest.mark.parametrize("seed", range(25))
def test_no_small_count_can_be_worked_out(seed: int) -> None:
    """Whoever tries every table that fits what is given finds each small count to have five values at least."""
    chance = random.Random(seed)
    table = {(line, column): chance.choice((0, 1, 3, 6, 8)) for line in "ab" for column in "xy"}
    given = protected(table)

    for cell, count in given.items():
        assert count is None or count == 0 or count >= SMALLEST, cell
    found = list(possible(given, 14))
    assert table in found
    for cell, count in table.items():
        if 0 < count < SMALLEST:
            assert len({one[cell] for one in found}) >= SMALLEST, (cell, given)


def test_what_is_large_is_given() -> None:
    """A table without a small count is given whole, with its totals."""
    table = {("2025-01", "web"): 50, ("2025-01", "email"): 7, ("2025-02", "web"): 0, ("2025-02", "email"): 9}

    given = protected(table)

    assert {cell: count for cell, count in given.items() if ALL not in cell} == table
    assert given[ALL, ALL] == 66
    assert given["2025-01", ALL] == 57


def test_little_is_lost() -> None:
    """One small count takes three others with it at most: one in its line, one in its column, one where these meet."""
    table = {(f"2025-{month:02}", name): 20 + month for month in range(1, 13) for name in ("web", "email", "sms")}
    table["2025-04", "sms"] = 2

    given = protected(table)

    assert given["2025-04", "sms"] is None
    assert sum(count is None for count in given.values()) <= 4
    assert given[ALL, ALL] == sum(table.values())


def test_nothing_is_a_table_too() -> None:
    """A year without a contact has no line."""
    assert protected({}) == {}
