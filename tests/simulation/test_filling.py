"""A town's days through the real pipeline: what is in the tables afterwards, and that the same seed makes the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.messages import Address
from bot.simulation.filling import fill
from bot.simulation.owned import Kept, keep
from bot.simulation.plants import Plant
from bot.store.sql import open_store
from tests.databases import migrated
from tests.fakes.triage import FakeTriage
from tests.simulation.towns import Filled, filled, letters, run_of, settings_in, small_model

pytestmark = pytest.mark.rasa

NOON = datetime(2026, 11, 26, 11, tzinfo=timezone.utc)


def test_everything_that_comes_is_answered(three_days: Filled) -> None:
    """After the last day nothing waits in the inbox or the outbox, and nothing was given up."""
    waits = three_days.rows("SELECT count(*) FROM inbox WHERE settled_at IS NULL")
    leaves = three_days.rows("SELECT count(*) FROM outbox WHERE settled_at IS NULL OR given_up")

    assert (waits, leaves) == ([(0,)], [(0,)])


def test_answers_are_those_of_the_knowledge_base(three_days: Filled) -> None:
    """Answers carry their status and, where they are answers, an article of the town's as their source."""
    replies = [json.loads(row[0]) for row in three_days.rows("SELECT said FROM transcript WHERE author = 'bot'")]
    answers = [reply for reply in replies if reply.get("status") == "answered"]
    known = {row[0] for row in three_days.rows("SELECT id FROM articles")}

    assert answers
    assert {source["article"] for reply in answers for source in reply["sources"] if source["article"]} <= known
    assert all(reply["sources"] for reply in answers)


def test_every_channel_and_sort_of_case_is_there(three_days: Filled) -> None:
    """Chats, mails and forms come, and agents of the demonstration take and close cases."""
    channels = {row[0] for row in three_days.rows("SELECT DISTINCT channel FROM conversations")}
    happened = {row[0] for row in three_days.rows("SELECT DISTINCT what FROM case_events")}
    demo = three_days.rows("SELECT count(*) FROM agents WHERE NOT demo")

    assert {"web", "telegram", "email", "form"} <= channels
    assert {"opened", "taken", "closed"} <= happened
    assert demo == [(0,)]


def test_citizens_come_when_the_day_is(three_days: Filled) -> None:
    """Everything that was said lies within the days of the run, in the town's zone."""
    ((first, last),) = three_days.rows("SELECT min(at), max(at) FROM transcript")

    assert str(first) >= "2026-11-23 23:00"
    assert str(last) < "2026-11-26 23:00"


async def test_the_same_seed_makes_the_same_town(tmp_path: Path) -> None:
    """Two runs of a seed differ in nothing but random ids; another seed makes another town."""
    one, same, other = [
        await filled(tmp_path / name, run_of(2, seed)) for name, seed in (("one", 7), ("same", 7), ("other", 8))
    ]

    first, second, third = [await one.everything(), await same.everything(), await other.everything()]

    assert first == second
    assert first != third
    assert one.truth == same.truth


async def test_a_database_with_other_citizens_is_refused(tmp_path: Path) -> None:
    """One conversation of somebody real is enough, and nothing is written."""
    settings = settings_in(tmp_path)
    store = await open_store(migrated(settings.database_url))
    await store.conversations.open(Address("web", "somebody"), "fr", NOON)
    await store.close()

    with pytest.raises(ConfigurationError, match="holds 1 conversations that no simulation made"):
        await fill(settings, run_of(2), model=small_model(), reads=FakeTriage(), taught=letters())
    store = await open_store(settings.database_url)
    articles, agents = await store.articles.all(), await store.agents.all()
    await store.close()
    assert (articles, agents) == ([], [])


async def test_a_run_is_not_repeated_nor_mixed(tmp_path: Path) -> None:
    """The same run again has nothing to do, another one is refused, and so is one that was cut short."""
    town = await filled(tmp_path, run_of(1, contacts=3))

    assert await fill(town.settings, run_of(1, contacts=3), model=small_model(), taught=letters()) is None
    with pytest.raises(ConfigurationError, match="filled by another simulation"):
        await fill(town.settings, run_of(1, seed=2, contacts=3), model=small_model(), taught=letters())
    store = await open_store(town.settings.database_url)
    await keep(store, Kept(run_of(5, contacts=3), 2), NOON)
    await store.close()
    with pytest.raises(ConfigurationError, match="cut short on day 3"):
        await fill(town.settings, run_of(5, contacts=3), model=small_model(), taught=letters())


def test_the_planted_topic_is_asked_and_not_answered(planted: Filled) -> None:
    """Its contacts can be counted by its word, on its days alone, and more come at the end than at the beginning."""
    topic = planted.truth.of(Plant.TOPIC)
    assert topic is not None
    rows = planted.rows(
        "SELECT conversation_id, min(at) FROM transcript WHERE author = 'citizen' AND lower(said) LIKE :word GROUP BY 1",
        word=f"%{topic.words[0]}%",
    )
    days = Counter(str(at)[:10] for _, at in rows)

    assert len(rows) == topic.count > 0
    assert min(days) >= str(topic.first_day)


def test_the_late_service_leaves_its_cases_for_days(planted: Filled) -> None:
    """What it took of the planted days it took five days later or more; the others take theirs within three."""
    late = planted.truth.of(Plant.LATE)
    assert late is not None
    taken = planted.rows(
        "SELECT service, julianday(taken_at) - julianday(opened_at) FROM cases WHERE taken_at IS NOT NULL AND kind ="
        " 'question' AND opened_at >= :first",
        first=f"{late.first_day} 00:00:00",
    )

    assert late.count > 0
    assert [days for service, days in taken if service == late.subject and days < 5] == []
    assert sorted(days for service, days in taken if service != late.subject)[len(taken) // 2] < 3


def test_the_silent_channel_brings_nothing_in_its_hours(planted: Filled) -> None:
    """On the planted evenings nobody begins on it, on those before somebody does."""
    silence = planted.truth.of(Plant.SILENCE)
    assert silence is not None
    heard = planted.rows(
        "SELECT t.at FROM transcript t JOIN conversations c ON c.id = t.conversation_id WHERE c.channel = :channel AND"
        " t.author = 'citizen'",
        channel=silence.subject,
    )
    # November: the town's clock is an hour ahead of UTC.
    evenings = [str(at)[:10] for (at,) in heard if 17 <= int(str(at)[11:13]) < 23]

    assert [day for day in evenings if day >= str(silence.first_day)] == []
    assert evenings != []
    assert silence.count > 0


def test_nobody_takes_anything_on_the_day_of_the_strike(planted: Filled) -> None:
    """Cases are opened on it, and none is taken."""
    strike = planted.truth.of(Plant.STRIKE)
    assert strike is not None
    happened = planted.rows(
        "SELECT what, count(*) FROM case_events WHERE substr(at, 1, 10) = :day GROUP BY what", day=str(strike.first_day)
    )
    counts = {str(what): int(count) for what, count in happened}

    assert counts.get("taken", 0) == 0
    assert counts.get("opened", 0) >= 1
    assert strike.count >= 1


def test_the_day_of_the_flood_has_far_more_contacts(planted: Filled) -> None:
    """It has more than twice as many new conversations as the median day."""
    flood = planted.truth.of(Plant.FLOOD)
    assert flood is not None
    days = dict(planted.rows("SELECT substr(created_at, 1, 10), count(*) FROM conversations GROUP BY 1"))
    counts = sorted(int(count) for count in days.values())

    assert int(days[str(flood.first_day)]) > 1.5 * counts[len(counts) // 2]
    assert flood.count > 0
