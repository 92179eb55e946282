"""The night's work on what could not be answered, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.analytics.topics import Night, course, nightly
from bot.analytics.topics_taught import taught
from bot.messages import Address, AnswerStatus, Message, Reply
from bot.store.base import Prepared
from bot.store.sql import Store, open_store
from bot.topics import Course, Decision, Near, Topic, is_back, weekly_before, weekly_since
from tests.analytics.topic_phrasings import HELD_OUT
from tests.databases import migrated
from tests.store.contract_agents import hired

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2026, 5, 1, 1, 30, tzinfo=timezone.utc)
TODAY = date(2026, 5, 1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store on a database of its own."""
    opened = await open_store(migrated(f"sqlite+aiosqlite:///{tmp_path / 'guichet.db'}"))
    yield opened
    await opened.close()


async def near(question: str) -> Sequence[Near]:
    """A knowledge base that knows one page about sound systems."""
    found = [Near("materiel", "Emprunter du matériel", "associations", 0.3), Near("fetes", "Fêtes", "culture", 0.1)]
    return found if "sono" in question else ()


async def ask(store: Store, who: str, text: str, at: datetime, status: AnswerStatus = AnswerStatus.LOST) -> None:
    """A question that was met so."""
    address = Address("web", who)
    name = f"{who}.{at.timestamp()}"
    await store.inbox.put(Message(name, address, text, at), "fr", at)
    conversation = await store.conversations.open(address, "fr", at)
    await store.outbox.add(conversation.id, [Prepared(Reply(f"{name}.0", "…", status=status))], at)


async def ask_all(store: Store, subject: str, days_ago: float, prefix: str = "") -> None:
    for number, text in enumerate(HELD_OUT[subject]):
        await ask(store, f"{prefix}{subject}{number}", text, NIGHT - timedelta(days=days_ago, minutes=number))


async def work(store: Store, at: datetime = NIGHT) -> Night:
    return await nightly(store.topics, near, PARIS, clock=lambda: at)


async def by_name(store: Store) -> dict[str, Topic]:
    return {topic.words[0]: topic for topic in await store.topics.all()}


async def test_a_night_groups_what_was_not_answered(store: Store) -> None:
    """Each subject is a group with its count by day, its neighbours and the service that answers for the nearest."""
    await ask_all(store, "sono", 2)
    await ask_all(store, "sapin", 20)
    await ask(store, "anne", "bonjour", NIGHT - timedelta(days=1))
    await ask(store, "bea", "les horaires de la piscine", NIGHT - timedelta(days=1), AnswerStatus.ANSWERED)
    night = await work(store)
    found = await by_name(store)

    assert (night.groups, night.fresh, set(found)) == (2, 2, {"sono", "sapins"})
    assert night.questions == len(HELD_OUT["sono"]) + len(HELD_OUT["sapin"])
    assert (found["sono"].service, [one.id for one in found["sono"].nearest]) == ("associations", ["materiel", "fetes"])
    assert (found["sapins"].service, found["sapins"].nearest) == ("", ())
    assert dict(found["sono"].days) == {date(2026, 4, 29): 6}
    assert (found["sono"].course, found["sapins"].course) == (Course.NEW, Course.FADING)
    assert found["sono"].asked == 6


async def test_a_second_night_changes_nothing(store: Store) -> None:
    """The same questions are the same groups under the same ids."""
    await ask_all(store, "sono", 2)
    await ask_all(store, "sapin", 20)
    await work(store)
    before, lines = await store.topics.all(), await store.topics.lines()
    night = await work(store)

    assert night.fresh == 0
    assert await store.topics.all() == before
    assert await store.topics.lines() == lines


async def test_names_stay_after_an_erasure(store: Store) -> None:
    """Everybody who asked is erased: the group keeps its id and its words, shows no question, and goes with the time."""
    await ask_all(store, "sono", 2)
    await work(store)
    (before,) = await store.topics.all()
    for number in range(len(HELD_OUT["sono"])):
        await store.subjects.erase(Address("web", f"sono{number}"), NIGHT)
    await work(store, NIGHT + timedelta(days=1))
    (after,) = await store.topics.all()
    await ask_all(store, "sono", -3, "new")
    await work(store, NIGHT + timedelta(days=4))
    (again,) = await store.topics.all()
    await work(store, NIGHT + timedelta(days=90))

    assert (after.id, after.words, after.asked, after.course) == (before.id, before.words, 0, Course.FADING)
    assert (again.id, again.asked) == (before.id, 6)
    assert await store.topics.all() == []


async def test_personal_data_takes_no_part(store: Store) -> None:
    """A telephone number that three people gave is in no name."""
    for number in range(4):
        await ask(
            store, f"p{number}", "la sono, appelez Mme Kerouanton au 06 12 34 56 78", NIGHT - timedelta(hours=number)
        )
    await work(store)
    (topic,) = await store.topics.all()

    assert "kerouanton" not in topic.words
    assert all(not any(char.isdigit() for char in word) for word in topic.words)


async def test_a_decided_group_shows_whether_it_shrank_and_comes_back_when_it_grows(store: Store) -> None:
    """Six a month before the article; one a week after it is less, and six in a week bring it back."""
    claire = await hired(store)
    await ask_all(store, "sono", 10)
    await work(store)
    (open_,) = await store.topics.all()
    before = weekly_before(open_, TODAY)
    await store.topics.decide(open_.id, Decision.ARTICLE, "sono", claire.id, before, NIGHT)
    await ask_all(store, "sono", -10, "later")
    await work(store, NIGHT + timedelta(days=12))
    (later,) = await store.topics.all()
    day = TODAY + timedelta(days=12)

    assert before == 1500
    assert weekly_since(later, TODAY, TODAY + timedelta(days=5)) is None
    assert weekly_since(later, TODAY, TODAY + timedelta(days=9)) == 0
    assert weekly_since(later, TODAY, day) == round(6 * 7 * 1000 / 11)
    assert (is_back(later, TODAY, TODAY + timedelta(days=9)), is_back(later, TODAY, day)) == (False, True)
    assert not is_back(replace(later, weekly_before=40_000), TODAY, day)


def test_the_course_compares_a_week_with_the_four_before() -> None:
    """New this week, more than by chance, less than by chance, and about the same."""
    month_ago = TODAY - timedelta(days=40)

    def went(recent: int, before: int, first: date = month_ago) -> Course:
        return course({TODAY - timedelta(days=3): recent, TODAY - timedelta(days=20): before}, first, TODAY)

    assert went(5, 0, TODAY - timedelta(days=3)) is Course.NEW
    assert went(20, 20) is Course.GROWING
    assert went(2, 40) is Course.FADING
    assert went(0, 1) is Course.FADING
    assert went(6, 20) is Course.STEADY
    assert went(2, 0) is Course.STEADY
    assert course({TODAY: 50}, month_ago, TODAY) is Course.FADING


async def test_attached_groups_become_phrasings(store: Store) -> None:
    """Of what was attached, each wording once and without personal data; what was decided otherwise is left out."""
    claire = await hired(store)
    await ask_all(store, "sono", 2)
    await ask_all(store, "sapin", 3)
    await ask(store, "again", "Louer la sono de la mairie ?", NIGHT - timedelta(days=1))
    await ask(store, "phone", "la sono, rappelez le 06 12 34 56 78", NIGHT - timedelta(days=1))
    await work(store)
    found = await by_name(store)
    await store.topics.decide(found["sono"].id, Decision.TAUGHT, "materiel", claire.id, 0, NIGHT)
    await store.topics.decide(found["sapins"].id, Decision.NOT_OURS, "", claire.id, 0, NIGHT)
    (one,) = await taught(store.topics)

    assert (one.topic_id, one.target) == (found["sono"].id, "materiel")
    assert one.phrasings[0] == "Louer la sono de la mairie ?"
    assert "louer la sono de la mairie" not in one.phrasings
    assert len(one.phrasings) == len(HELD_OUT["sono"])
    assert not any("06" in text or "[" in text for text in one.phrasings)


async def test_no_day_of_the_window_is_counted_by_half(store: Store) -> None:
    """A night that is made up for in the evening counts the first day of its window from midnight on, as every day."""
    morning, evening = (NIGHT + timedelta(hours=hours) for hours in (5, 16))
    await ask_all(store, "sono", 60, "old")
    for number, text in enumerate(HELD_OUT["sono"]):
        await ask(store, f"late{number}", text, morning - timedelta(days=60, minutes=number))
    await work(store, evening)
    (found,) = await store.topics.all()

    assert sum(found.days.values()) == 2 * len(HELD_OUT["sono"])
