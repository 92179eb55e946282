"""What the page of figures says beside them: days that are being counted, a night that failed, a town that has just begun."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.analytics.figures import as_json
from bot.analytics.naming import Naming
from bot.analytics.night_state import NAME, NightState, encoded
from bot.app_learning import Reporting
from bot.contacts import Span
from bot.desk.insights_api import named
from bot.desk.words import load_words
from bot.store.sql import Store
from tests.analytics.test_bad_input import ANNE, BOB, MARCH, collector, says
from tests.analytics.town import OFFICE, START, Clock

WORDS = load_words()
DAY = timedelta(days=1)


async def shown(store: Store, now: datetime, span: Span = MARCH) -> dict[str, Any]:
    """The figures as the page gets them, and nothing counted for it."""
    naming = Naming(store.articles, store.fiches, OFFICE)
    reporting = Reporting(store.contacts, store.topics, store.cursors, naming, OFFICE, WORDS, Clock(now))
    figures = as_json(await reporting.figures(span))
    return named(json.loads(json.dumps(figures)), WORDS)


def told(figures: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["text"].replace("\u00a0", " ") for one in figures["notices"]}


async def test_the_page_counts_nothing(store: Store) -> None:
    """What is there is shown, with how many days are not up to date; a job of the gateway counts them."""
    clock = Clock(START + 30 * DAY)
    await says(store, "m1", ANNE, START - DAY)
    await says(store, "m2", BOB, START)
    built = collector(store, clock)
    await built.collect()
    waiting = await shown(store, clock())
    again = await shown(store, clock())
    elsewhere = await shown(store, clock(), Span(date(2026, 6, 1), date(2026, 6, 30)))
    await built.count()
    done = await shown(store, clock())

    assert waiting == again
    assert (waiting["cards"][0]["value"], done["cards"][0]["value"]) == (0, 2)
    assert told(waiting)["counting"].startswith("Calcul en cours : les chiffres de 2 jours ne sont pas encore à jour.")
    assert (told(elsewhere), told(done)) == ({}, {})


async def test_days_are_counted_while_the_gateway_runs(store: Store) -> None:
    """After a rebuild that was killed, the gateway's job brings every day up to date, also without a new message."""
    clock = Clock(START + 30 * DAY)
    for number in range(5):
        await says(store, f"m{number}", ANNE, START - number * DAY)
    built = collector(store, clock)
    await built.collect()
    await built.count()
    await store.contacts.make_stale(date.min, date.max)
    running = asyncio.create_task(built.run())
    try:
        for _ in range(500):
            if not await store.contacts.stale(date.min, date.max):
                break
            await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert await store.contacts.stale(date.min, date.max) == 0
    assert (await shown(store, clock()))["cards"][0]["value"] == 5


async def test_a_night_that_failed_is_told_on_the_page(store: Store) -> None:
    """Which parts of it, by their French names; nothing once they are done."""
    await store.cursors.hold(NAME, "w1", START, timedelta(minutes=1))
    failed = NightState().tried(START.date(), {"topics": "ValueError", "findings": "StoreError"}, START)
    await store.cursors.write(NAME, "w1", encoded(failed))
    before = told(await shown(store, START))
    await store.cursors.write(NAME, "w1", START.date().isoformat())

    assert "n'est pas complet : questions sans réponse, points à regarder." in before["night"].replace("’", "'")
    assert told(await shown(store, START)) == {}


@pytest.mark.parametrize(("days", "is_young"), [(0, True), (14, True), (15, False)])
async def test_the_first_two_weeks_are_told(store: Store, days: int, is_young: bool) -> None:
    """From which day on something can be unusual: the morning after the first day that has two weeks before it."""
    clock = Clock(START + days * DAY)
    await says(store, "m1", ANNE, START)
    built = collector(store, clock)
    await built.collect()
    await built.count()
    notices = told(await shown(store, clock()))

    assert ("young" in notices) == is_young
    if is_young:
        assert notices["young"].startswith("Il faut deux semaines de contacts pour dire ce qui est inhabituel")
        assert "commence le 4 avril" in notices["young"]
