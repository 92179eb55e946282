"""`guichet topics`, run on a database of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import now
from bot.store.sql import Store
from bot.topics import Course, Decision, Group, Near
from tests.ops.test_privacy_commands import Town
from tests.store.contract_agents import hired


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town of its own."""
    return Town(tmp_path / "var")


def test_groups_are_listed_for_people_and_programs(town: Town) -> None:
    """Words, course, counts, neighbours and the decision; markup in a word is a word."""
    today = now().date()

    async def fill(store: Store) -> None:
        claire = await hired(store)
        near = (Near("velos", "Garer un vélo", "voirie", 0.2),)
        days = {today - timedelta(days=2): 4, today - timedelta(days=40): 1}
        scooters = Group(None, ("trottinette", "[bold]"), {"trottinet": 1.0}, "voirie", near, Course.GROWING, days)
        (topic_id,) = await store.topics.keep([scooters], (today - timedelta(days=60), today))
        await store.topics.decide(topic_id, Decision.NOT_OURS, "", claire.id, 1000, now() - timedelta(days=9))

    town.store(fill)
    shown = town.guichet("topics")
    (one,) = json.loads(town.guichet("topics", "--json").stdout)

    assert shown.exit_code == 0
    assert "trottinette [bold]" in shown.stdout
    assert (one["words"], one["course"], one["last_week"]) == (["trottinette", "[bold]"], "growing", 4)
    assert one["nearest"] == [{"id": "velos", "title": "Garer un vélo", "score": 0.2}]
    assert (one["decision"], one["weekly_before"], one["weekly_since"], one["is_back"]) == ("not_ours", 1.0, 3.5, True)


def test_a_town_without_groups_is_told_so(town: Town) -> None:
    """An empty list for programs, a sentence for people."""
    assert json.loads(town.guichet("topics", "--json").stdout) == []
    assert "No group yet" in town.guichet("topics").output
