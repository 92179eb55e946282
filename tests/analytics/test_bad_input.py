"""What reality does to figures: clocks that jump, what comes twice or late, services that are renamed, names that attack."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.analytics.collector import Collector
from bot.analytics.figures import as_json
from bot.analytics.naming import Naming
from bot.app_learning import Reporting
from bot.cases import CaseKind, Cause, NewCase
from bot.contacts import Finding, Span
from bot.desk.insight_sheets import FORMULA, SHEETS, sheet
from bot.desk.insights_api import named
from bot.desk.words import load_words
from bot.messages import PUBLIC, Address, AnswerStatus, Kind, Message, Reply, Source, Thread
from bot.settings import Office
from bot.store.base import Article, Prepared
from bot.store.sql import Store
from tests.analytics.town import HOURS, OFFICE, SERVICES, START, ZONE, Clock
from tests.desk.counted import HOSTILE

ANNE, BOB = Address("web", "anne"), Address("web", "bob")
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = load_words()


def collector(store: Store, clock: Clock) -> Collector:
    naming = Naming(store.articles, store.fiches, OFFICE)
    keeps = timedelta(days=1825)
    return Collector(store.contacts, store.cursors, naming.service_of, HOURS, ZONE, keeps, "w1", clock=clock)


async def says(store: Store, name: str, address: Address, sent_at: datetime, now: datetime | None = None) -> bool:
    return await store.inbox.put(Message(name, address, "bonjour", sent_at), "fr", now or sent_at)


async def opens(store: Store, address: Address, message: str, service: str, at: datetime) -> None:
    conversation = await store.conversations.open(address, "fr", at)
    new = NewCase(conversation.id, message, "handoff", CaseKind.QUESTION, service, Cause.ASKED, "Objet", callback=False)
    await store.cases.open(new, at)


async def counted(store: Store, now: datetime, span: Span = MARCH, office: Office = OFFICE) -> Mapping[str, Any]:
    """The figures as the page gets them, once everything is collected and counted."""
    clock = Clock(now)
    built = collector(store, clock)
    await built.collect()
    assert not await built.count()
    naming = Naming(store.articles, store.fiches, office)
    reporting = Reporting(store.contacts, store.topics, store.cursors, naming, office, WORDS, clock)
    return named(as_json(await reporting.figures(span)), WORDS)


def by_day(figures: Mapping[str, Any]) -> dict[str, int]:
    return {one["day"]: one["contacts"] for one in figures["series"]["days"] if one["contacts"]}


async def test_a_clock_that_jumps(store: Store) -> None:
    """Put back within a conversation it tears no contact apart; three years ahead for a moment it adds nothing to this month."""
    await says(store, "m1", ANNE, START + 2 * HOUR)
    await says(store, "m2", ANNE, START, START + 3 * HOUR)
    await says(store, "m3", ANNE, START.replace(year=2029), START + 4 * HOUR)
    here = await counted(store, START + 5 * HOUR)
    there = await counted(store, START + 5 * HOUR, Span(date(2029, 3, 1), date(2029, 3, 31)))

    assert (by_day(here), by_day(there)) == ({"2026-03-20": 1}, {"2029-03-20": 1})
    assert [one["hour"] for one in here["series"]["hours"]] == [START.astimezone(ZONE).hour]
    assert await collector(store, Clock(START + 5 * HOUR)).rebuild() == 0


async def test_the_hour_that_comes_twice_and_the_one_that_is_missing(store: Store) -> None:
    """In the nights in which the town's clock jumps nobody is lost: both hours from 2 to 3 are one line, or none."""
    twice = datetime.fromisoformat("2026-10-25T00:30:00+00:00")
    missing = datetime.fromisoformat("2026-03-29T00:30:00+00:00")
    for number, at in enumerate((twice, twice + HOUR, missing, missing + HOUR)):
        await says(store, f"m{number}", Address("web", f"p{number}"), at)
    autumn = await counted(store, twice + DAY, Span(date(2026, 10, 25), date(2026, 10, 25)))
    spring = await counted(store, twice + DAY, Span(date(2026, 3, 29), date(2026, 3, 29)))

    assert [(one["hour"], one["contacts"]) for one in autumn["series"]["hours"]] == [(2, 2)]
    assert [(one["hour"], one["contacts"]) for one in spring["series"]["hours"]] == [(1, 1), (3, 1)]


async def test_what_comes_twice_is_counted_once(store: Store) -> None:
    """A message and a case that come again, and a look that is repeated, change no figure."""
    for _ in range(3):
        await says(store, "m1", ANNE, START)
        await opens(store, ANNE, "m1", SERVICES[0], START)
    first = await counted(store, START + HOUR)
    again = await counted(store, START + 2 * HOUR)

    assert (first["cards"][0]["value"], [one["count"] for one in first["tables"]["causes"]]) == (1, [1])
    assert {**again, "mails": []} == {**first, "mails": []}


async def test_what_comes_late_is_counted_on_its_own_day(store: Store) -> None:
    """A message of last week joins last week's figures, which had been counted; today has none of it."""
    await says(store, "m1", ANNE, START)
    before = await counted(store, START + HOUR)
    await says(store, "m2", BOB, START - 7 * DAY, START + 2 * HOUR)
    after = await counted(store, START + 3 * HOUR)

    assert by_day(before) == {"2026-03-20": 1}
    assert by_day(after) == {"2026-03-13": 1, "2026-03-20": 1}


def called(name: str, code: str = SERVICES[0]) -> Office:
    """The town with its first service under another name, or code."""
    services = {code if old == SERVICES[0] else old: service for old, service in OFFICE.services.items()}
    renamed = msgspec.structs.replace(services[code], name=name)
    return msgspec.structs.replace(OFFICE, services={**services, code: renamed})


async def test_a_service_with_a_new_name(store: Store) -> None:
    """Under the same code all of its past has the new name, in tables, filters and files."""
    await says(store, "m1", ANNE, START)
    await opens(store, ANNE, "m1", SERVICES[0], START)
    figures = await counted(store, START + HOUR, office=called("Guichet unique"))
    rows = figures["tables"]["services"]

    assert [(one["key"], one["name"], one["count"]) for one in rows] == [(SERVICES[0], "Guichet unique", 1)]
    assert "Guichet unique" in sheet("services", figures, WORDS).decode()


async def test_a_service_with_a_new_code(store: Store) -> None:
    """What was counted stays under the old code, said to be a former service, and can be asked for; what comes is the new
    one's. Nothing is counted twice or lost, also when all is made anew.
    """
    office = called("Guichet unique", "guichet_unique")
    await says(store, "m1", ANNE, START)
    await opens(store, ANNE, "m1", SERVICES[0], START)
    await says(store, "m2", BOB, START + DAY)
    await opens(store, BOB, "m2", "guichet_unique", START + DAY)
    await store.contacts.find([Finding("late", SERVICES[0], START.date(), START.date(), 9000, 300, 5)], START)
    figures = await counted(store, START + 2 * DAY, office=office)
    old = await counted(store, START + 2 * DAY, Span(MARCH.first, MARCH.last, service=SERVICES[0]), office)
    await collector(store, Clock(START + 2 * DAY)).rebuild()
    anew = await counted(store, START + 2 * DAY, office=office)

    former = f"{SERVICES[0]} (ancien service)"
    names = {one["name"].lower(): one["count"] for one in figures["tables"]["services"]}
    assert names == {former: 1, "guichet unique": 1}
    assert (old["cards"][0]["value"], old["tables"]["services"][0]["key"]) == (1, SERVICES[0])
    assert figures["findings"][0]["sentence"].startswith(former)
    assert anew["tables"] == figures["tables"]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.COMMENT])
async def test_public_words_without_a_case_are_a_kind_of_their_own(store: Store, kind: Kind) -> None:
    """A comment, or a mention, that opens no case is a contact and no chat: it is neither solved nor left by the bot."""
    thread = Thread(last_message_id="1", visibility=PUBLIC)
    message = Message("m1", Address("mastodon", "anne"), "bonjour", START, kind=kind, thread=thread)
    await store.inbox.put(message, "fr", START)
    await says(store, "m2", Address("mastodon", "anne"), START + HOUR)
    figures = await counted(store, START + 2 * HOUR)
    chats = await store.contacts.counts(MARCH, "chats", [])

    assert (figures["cards"][0]["value"], chats[0].count) == (2, 1)


async def test_a_hostile_title_is_text_in_every_file(store: Store) -> None:
    """An article, a channel and a language named like formulas: no cell of any table begins like one."""
    await store.articles.replace("markdown", [Article("x", HOSTILE, SERVICES[0], "Texte.")], START)
    hostile = Address("@SUM(A1)", "anne")
    await says(store, "m1", hostile, START)
    conversation = await store.conversations.open(hostile, "-2+3", START)
    answer = Reply("r1", "Voici.", status=AnswerStatus.ANSWERED, sources=(Source("Page", "/p", article="x"),))
    await store.outbox.add(conversation.id, [Prepared(answer)], START + timedelta(minutes=1))
    await opens(store, hostile, "m1", "=cmd", START + HOUR)
    figures = await counted(store, START + 2 * HOUR)

    assert figures["tables"]["topics"][0]["name"] == HOSTILE
    for table in SHEETS:
        text = sheet(table, figures, WORDS).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
        assert [one for one in cells if one.startswith(FORMULA) and not is_number(one)] == []


def is_number(cell: str) -> bool:
    """Whether a spreadsheet has nothing to compute in it."""
    return cell.removeprefix("-").replace(",", "", 1).isdecimal()
