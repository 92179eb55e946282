"""The figures at the desk: who may see them, what is refused in words, and files that no spreadsheet obeys."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.agents import Role
from bot.analytics.figures import Figures
from bot.contacts import Span
from bot.desk.insight_sheets import SHEETS, cell
from bot.desk.insights_api import MAX_DAYS, InsightsApi, read_span
from bot.desk.words import load_words
from bot.errors import Missing, PayloadRejected
from bot.settings import Settings
from bot.store.sql import Store
from tests.desk import counted
from tests.desk.mailroom import Mailroom
from tests.desk.office import Colleague

TODAY = date(2026, 11, 28)


class Reporting:
    """Figures by hand; remembers what was asked."""

    def __init__(self) -> None:
        self.made: Callable[[Span], Figures] = counted.figures
        self.asked: list[Span] = []
        self.dismissed: list[int] = []

    async def figures(self, span: Span) -> Figures:
        self.asked.append(span)
        return self.made(span)

    async def dismiss(self, finding_id: int) -> None:
        if finding_id not in (7, 8):
            raise Missing("no such finding")
        self.dismissed.append(finding_id)


@pytest.fixture
def reporting() -> Reporting:
    return Reporting()


@pytest.fixture
async def room(settings: Settings, store: Store, reporting: Reporting) -> AsyncIterator[Mailroom]:
    room = Mailroom(settings, store)
    channels, services = {"web": "Site de la ville"}, {"voirie": "Voirie"}
    api = InsightsApi(reporting, load_words(), lambda: TODAY, channels, services, ["fr", "ar"])
    app = web.Application()
    app.add_routes([*room.parts.routes, *api.routes(room.parts.answering)])
    async with TestServer(app, host="127.0.0.1") as server:
        room.origin = str(server.make_url("")).rstrip("/")
        yield room


@pytest.fixture
async def lea(room: Mailroom) -> AsyncIterator[Colleague]:
    async with room.agent("lea", Role.SUPERVISOR) as colleague:
        yield colleague


@asynccontextmanager
async def downloaded(lea: Colleague, query: str) -> AsyncIterator[tuple[Any, bytes]]:
    async with lea.http.get(f"{lea.origin}/desk/api/insights.csv?{query}", headers=lea.headers()) as response:
        yield response, await response.read()


async def test_figures_are_given_with_choices_and_names(lea: Colleague) -> None:
    """The figures, what can be chosen, the town's day; channels, languages, causes and statuses by their French names."""
    answer = await lea.done("GET", "/insights")
    tables = answer["figures"]["tables"]

    assert (answer["today"], answer["choices"]["languages"][1]) == ("2026-11-28", {"key": "ar", "name": "arabe"})
    assert answer["figures"]["span"]["first"] == "2026-10-30"
    assert [row["name"] for row in tables["channels"]][:2] == ["Site de la ville", "Courriel"]
    assert tables["languages"][-1]["name"] == "Xx"
    assert tables["topics"][-1]["name"] == "Sans article"
    assert tables["statuses"][1]["name"] == "Question non comprise"


async def test_what_is_asked_for(lea: Colleague, reporting: Reporting) -> None:
    """Days and choices as the address says; a service that the town no longer has is no mistake."""
    await lea.done("GET", "/insights?first=2026-01-01&last=2026-01-31&channel=web&service=old_one&language=ar")

    assert reporting.asked == [Span(date(2026, 1, 1), date(2026, 1, 31), "web", "old_one", "ar")]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=2026-02-30", "Une date n’a pas pu être lue. Écrivez-la comme 2026-01-31."),
        ("first=28/11/2026", "Une date n’a pas pu être lue. Écrivez-la comme 2026-01-31."),
        ("last=2026-W01-1", "Une date n’a pas pu être lue. Écrivez-la comme 2026-01-31."),
        ("first=%D9%A2026-01-01", "Une date n’a pas pu être lue. Écrivez-la comme 2026-01-31."),
        ("first=2026-12-24", "La période finit avant de commencer. Changez une des deux dates."),
        ("first=1998-01-01", "La période est trop longue, 1100 jours au plus."),
        ("days=0", "Le nombre de jours n’a pas pu être lu."),
        ("days=1e3", "Le nombre de jours n’a pas pu être lu."),
        ("days=1101", "La période est trop longue, 1100 jours au plus."),
        ("service=%3Cscript%3E", "Un filtre n’a pas pu être lu. Choisissez-le dans la liste."),
        (f"channel={'x' * 65}", "Un filtre n’a pas pu être lu. Choisissez-le dans la liste."),
    ],
)
async def test_a_bad_question_is_refused_in_words(lea: Colleague, query: str, sentence: str) -> None:
    """400 and a sentence that says what to change, for the figures and for the file alike."""
    for path in (f"/insights?{query}", f"/insights.csv?table=days&{query}"):
        status, answer = await lea.ask("GET", path)

        assert (status, answer["text"].replace("'", "’")) == (400, sentence)


@pytest.mark.parametrize("path", ["/insights", "/insights.csv?table=days"])
async def test_an_agent_is_told_that_figures_are_not_theirs(room: Mailroom, reporting: Reporting, path: str) -> None:
    """403 with a sentence of its own, before anything is counted."""
    async with room.agent("claire", Role.AGENT) as claire:
        status, answer = await claire.ask("GET", path)
        seen_to, _ = await claire.ask("POST", "/findings/7/dismiss", {})

    assert (status, seen_to) == (403, 403)
    assert answer["text"] == "Les chiffres sont réservés aux responsables."
    assert (reporting.asked, reporting.dismissed) == ([], [])


async def test_nobody_without_a_session(lea: Colleague) -> None:
    """401 for whoever is not signed in."""
    async with lea.http.get(f"{lea.origin}/desk/api/insights") as response:
        assert response.status == 401


async def test_a_finding_is_dismissed(lea: Colleague, reporting: Reporting) -> None:
    """Once or twice; one that is not there is a 404 in words, another site's request none."""
    await lea.done("POST", "/findings/7/dismiss", {})
    await lea.done("POST", "/findings/7/dismiss", {})
    missing, answer = await lea.ask("POST", "/findings/99/dismiss", {})
    foreign, _ = await lea.ask("POST", "/findings/8/dismiss", {}, Origin="https://evil.example")

    assert (missing, answer["text"], foreign) == (404, "Ce point n’existe plus.".replace("’", "'"), 403)
    assert reporting.dismissed == [7, 7]


@pytest.mark.parametrize("table", SHEETS)
async def test_every_table_is_a_file(lea: Colleague, table: str) -> None:
    """UTF-8 with a mark, semicolons, CRLF, French headings, a name that says the table and its days, kept by nobody."""
    async with downloaded(lea, f"table={table}&first=2026-01-01&last=2026-01-07") as (response, body):
        name = f'attachment; filename="guichet-{table}-2026-01-01-2026-01-07.csv"'

    assert (response.headers["Content-Disposition"], response.headers["Cache-Control"]) == (name, "no-store")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert body.startswith(b"\xef\xbb\xbf")
    lines = body.decode("utf-8-sig").split("\r\n")
    headings = lines[0].split(";")
    assert headings[0][0].isupper()
    assert not set(headings) & set(SHEETS[table])
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    assert {len(row) for row in rows} == {len(SHEETS[table])}
    assert len(rows) > 1


async def test_hostile_names_are_text_in_a_file(lea: Colleague) -> None:
    """A topic named like a formula is a cell of text, in its own column."""
    async with downloaded(lea, "table=topics") as (_, body):
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))

    assert f"'{counted.HOSTILE}" in [row[1] for row in rows]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33 2 61", "'+33 2 61"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\ttexte", "'texte"),
        ("  =1", "'=1"),
        ("\u200b=1", "'=1"),
        ("＝1+1", "'＝1+1"),
        ("Carte\nd’identité", "Carte d’identité"),
        ("a=1", "a=1"),
        (-0.125, "-0,125"),
        (0.18, "0,18"),
        (1.0, "1"),
        (-3, "-3"),
        (None, ""),
    ],
)
def test_cells(value: object, written: str) -> None:
    """What a spreadsheet would compute is quoted, also behind what cannot be seen; numbers stay numbers."""
    assert cell(value) == written


async def test_a_table_that_is_none(lea: Colleague) -> None:
    """400 in words."""
    status, answer = await lea.ask("GET", "/insights.csv?table=../../etc")

    assert (status, answer["text"]) == (400, "Ce tableau n'existe pas.")


def test_the_longest_span() -> None:
    """So many days and not one more; the first day of all days is no trap."""
    assert read_span({"last": "0001-01-02"}, TODAY).first == date(1, 1, 1)
    assert read_span({"days": "7"}, TODAY) == Span(date(2026, 11, 22), TODAY)
    assert read_span({"first": "2023-11-25", "last": "2026-11-28"}, TODAY).first == date(2023, 11, 25)
    with pytest.raises(PayloadRejected) as refused:
        read_span({"first": "2023-11-24", "last": "2026-11-28"}, TODAY)

    assert (refused.value.reason, refused.value.limit) == ("figures_long", MAX_DAYS)


@pytest.mark.parametrize("made", [counted.nothing, counted.single])
async def test_an_empty_town_has_files_too(lea: Colleague, reporting: Reporting, made: Any) -> None:
    """Nothing and one contact give files with their headings."""
    reporting.made = made
    for table in SHEETS:
        async with downloaded(lea, f"table={table}") as (response, body):
            assert (response.status, body.count(b"\r\n") >= 1) == (200, True)
