"""A simulated town on PostgreSQL: the pipeline is the gateway's own there too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import Postgresql, postgresql
from tests.simulation.towns import Filled, filled, run_of

__all__ = ["postgresql"]

pytestmark = [pytest.mark.rasa, pytest.mark.postgres]

MOMENT = len("2026-11-25 07:47:35")


async def test_a_town_on_postgresql_is_that_on_sqlite(tmp_path: Path, postgresql: Postgresql) -> None:
    """Two days of a seed are the same on both engines, line by line, and everything that came was answered."""
    run = run_of(2, seed=7)
    there = await filled(tmp_path / "postgresql", run, postgresql.create("simulated"))
    here = await filled(tmp_path / "sqlite", run)

    waits = await there.read("SELECT count(*) FROM inbox WHERE settled_at IS NULL")
    leaves = await there.read("SELECT count(*) FROM outbox WHERE settled_at IS NULL OR given_up")

    assert (waits, leaves) == ([(0,)], [(0,)])
    assert there.truth == here.truth
    assert await said_and_done(there) == await said_and_done(here)


async def said_and_done(town: Filled) -> list[list[tuple[str, ...]]]:
    """Lines, cases and what happened to them; the engines write fractions and zones of moments each in its own way."""
    return [[tuple(str(value)[:MOMENT] for value in row) for row in rows] for rows in (await town.everything())[:3]]
