"""`guichet night`, run on a database of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.analytics.night_state import NAME
from bot.clock import now
from bot.store.sql import Store
from tests.ops.test_privacy_commands import ANNE, Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "var")


def test_a_night_is_done_now_in_an_empty_town_too(town: Town) -> None:
    """Every step, twice over: nothing fails for want of anything, and the lease is given back."""
    steps = ["contacts", "roll_up", "topics", "findings", "lessons", "samples"]
    first = json.loads(town.guichet("night", "--json").stdout)
    town.heard(ANNE, days_ago=3)
    again = json.loads(town.guichet("night", "--json").stdout)

    assert (list(first["seconds"]), first["failed"]) == (steps, {})
    assert (list(again["seconds"]), again["failed"]) == (steps, {})


def test_two_nights_at_once_are_refused(town: Town) -> None:
    """While a gateway does its night the command says so, and changes nothing."""

    async def hold(store: Store) -> bool:
        return await store.cursors.hold(NAME, "gateway-1", now(), timedelta(minutes=15))

    assert town.store(hold)
    done = town.guichet("night")

    assert done.exit_code == 1
    assert "a gateway does its night just now" in f"{done.stderr}{done.exception}"
