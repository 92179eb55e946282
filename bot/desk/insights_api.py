"""The requests of the page of figures, as docs/desk-protocol.md gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from aiohttp import web

from bot.agents import Agent, Role
from bot.analytics.figures import Figures, as_json
from bot.contacts import Span
from bot.desk.answering import Answer, Answering
from bot.desk.finding_words import day_words
from bot.desk.insight_sheets import SHEETS, sheet
from bot.desk.refusals import NoFinding, NotLeading
from bot.desk.words import Words
from bot.errors import Missing, PayloadRejected

LEADING = (Role.SUPERVISOR, Role.ADMIN)
DEFAULT_DAYS = 30
MAX_DAYS = 1100
"""Three years and a month: a year, and the two before it."""
MAX_CHOICE_CHARS = 64
CHOICE = re.compile(r"[\w.:-]*", re.ASCII)
COUNT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


GROUPS = {"channels": "channel", "languages": "language", "causes": "cause", "statuses": "status"}
"""Tables whose names are the desk's words."""


class Reported(Protocol):
    """Where the figures come from; `bot.analytics.figures` makes them."""

    async def figures(self, span: Span) -> Figures:
        """The figures of a span, with those of the one before it."""

    async def dismiss(self, finding_id: int) -> None:
        """Somebody has seen to what was found.

        Raises:
            Missing: there is no such finding.
        """


class InsightsApi:
    """Every route about figures below `/desk/api/`: for supervisors and administrators.

    `channels`, `services` and `languages` are what can be chosen, by code with their names; `today` is the town's day.
    """

    def __init__(
        self,
        reported: Reported,
        words: Words,
        today: Callable[[], date],
        channels: Mapping[str, str],
        services: Mapping[str, str],
        languages: Sequence[str],
    ) -> None:
        self._reported = reported
        self._words = words
        self._today = today
        self._choices = {
            "channels": [{"key": key, "name": name} for key, name in channels.items()],
            "services": [{"key": key, "name": name} for key, name in services.items()],
            "languages": [{"key": key, "name": words.name("language", key)} for key in languages],
        }

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route; an agent without the right is told so in words of these pages."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/desk/api/insights", self.insights),
            ("GET", "/desk/api/insights.csv", self.csv),
            ("POST", "/desk/api/findings/{finding:[0-9]{1,15}}/dismiss", self.dismiss),
        ]
        return [web.route(method, path, answering(tuple(Role), _leading(answer))) for method, path, answer in table]

    async def insights(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/insights`"""
        today = self._today()
        figures = await self._figures(read_span(request.query, today))
        return {"figures": figures, "choices": self._choices, "today": today.isoformat()}

    async def csv(self, request: web.Request, agent: Agent) -> web.Response:
        """`GET /desk/api/insights.csv?table=…`: one of the page's tables as a spreadsheet reads it."""
        table = request.query.get("table", "")
        if table not in SHEETS:
            raise PayloadRejected(f"table is none of {', '.join(SHEETS)}", reason="figures_table")
        span = read_span(request.query, self._today())
        body = sheet(table, await self._figures(span), self._words)
        name = f"guichet-{table}-{span.first}-{span.last}.csv"
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)

    async def dismiss(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST /desk/api/findings/ID/dismiss`; seen to twice, it is seen to."""
        try:
            await self._reported.dismiss(int(request.match_info["finding"]))
        except Missing as error:
            raise NoFinding(str(error)) from error
        return {}

    async def _figures(self, span: Span) -> dict[str, Any]:
        """The figures as JSON, with a name for everything that has one."""
        return named(as_json(await self._reported.figures(span)), self._words)


def named(figures: dict[str, Any], words: Words) -> dict[str, Any]:
    """The figures with the desk's words for channels, languages, causes, statuses, what has no code, and notices."""
    tables = {
        table: [{**row, "name": _name(words, table, row)} for row in rows] for table, rows in figures["tables"].items()
    }
    by_service = {
        table: [{**row, "name": _name(words, "services", {**row, "key": row["service"]})} for row in figures[table]]
        for table in ("mails", "unclaimed")
    }
    notices = [{**one, "text": _said(words, one["key"], one["values"])} for one in figures["notices"]]
    return {**figures, "tables": tables, **by_service, "notices": notices}


def _said(words: Words, key: str, values: Mapping[str, str]) -> str:
    """The sentence of a notice."""
    if key == "counting" and values["days"] == "1":
        return words.say("notice", "counting_one")
    if key == "night":
        steps = [words.name("night_step", step) for step in values["steps"].split()]
        return words.say("notice", "night", steps=", ".join(steps))
    if key == "young":
        return words.say("notice", "young", **{"from": day_words(date.fromisoformat(values["from"]))})
    return words.say("notice", key, **values)


def _name(words: Words, table: str, row: Mapping[str, Any]) -> str:
    if not row["key"]:
        return words.name("nothing", table)
    name: str = words.name(GROUPS[table], row["key"]) if table in GROUPS else row["name"] or row["key"]
    return name[:1].upper() + name[1:]


def _leading(answer: Answer) -> Answer:
    async def checked(request: web.Request, agent: Agent) -> dict[str, Any] | web.Response:
        if agent.role not in LEADING:
            raise NotLeading(f"figures are not for the role {agent.role.value}")
        return await answer(request, agent)

    return checked


def read_span(query: Mapping[str, str], today: date) -> Span:
    """The days that are asked for, and what of them; `days` up to the last one, by default the last 30 with today.

    A service or channel that the town no longer has is none to refuse: what it did stands in the figures.

    Raises:
        PayloadRejected: with a reason, the key of a sentence: a day is none, the last comes before the first, there are
            too many of them, or a choice is nothing that was ever offered.
    """
    last = _day(query, "last") or today
    count = min(_count(query), (last - date.min).days + 1)
    first = _day(query, "first") or last - timedelta(days=count - 1)
    if first > last:
        raise PayloadRejected(f"first is {first}, behind last, {last}", reason="figures_order")
    if (last - first).days >= MAX_DAYS:
        raise PayloadRejected(f"first to last are more than {MAX_DAYS} days", reason="figures_long", limit=MAX_DAYS)
    return Span(first, last, *(_choice(query, name) for name in ("channel", "service", "language")))


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise PayloadRejected(f"{name} is not a day like 2026-01-31", reason="figures_day")


def _count(query: Mapping[str, str]) -> int:
    text = query.get("days", "") or str(DEFAULT_DAYS)
    if not COUNT.fullmatch(text):
        raise PayloadRejected("days is not a number of days", reason="figures_days")
    return min(int(text), MAX_DAYS + 1)


def _choice(query: Mapping[str, str], name: str) -> str:
    text = query.get(name, "")
    if len(text) > MAX_CHOICE_CHARS or not CHOICE.fullmatch(text):
        raise PayloadRejected(f"{name} is not a code", reason="figures_choice")
    return text
