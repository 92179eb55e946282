"""The fake desk's part for figures: what the gateway would give for the days of the address, from figures by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from aiohttp import web

from bot.analytics.figures import Figures, as_json
from bot.contacts import Span
from bot.desk.insight_sheets import sheet
from bot.desk.insights_api import named, read_span
from bot.desk.words import load_words
from bot.errors import PayloadRejected
from tests.browser import desk_script as script
from tests.browser.desk_script import Shape
from tests.desk import counted

TODAY = date(2026, 11, 28)
CHANNELS = ("web", "email", "form", "whatsapp", "telegram")
LANGUAGES = ("fr", "en", "ar", "uk")


class FakeInsights:
    """The figures of a `FakeDesk`; `made` gives them for a span."""

    def __init__(self) -> None:
        self.made: Callable[[Span], Figures] = counted.figures
        self.asked: list[Span] = []
        self.dismissed: set[int] = set()
        self._words = load_words()

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        return [
            web.get("/desk/api/insights", self._insights),
            web.get("/desk/api/insights.csv", self._csv),
            web.post("/desk/api/findings/{finding}/dismiss", self._dismiss),
        ]

    async def _insights(self, request: web.Request) -> web.Response:
        try:
            figures = self._figures(request)
        except PayloadRejected as error:
            text = self._words.say("refusal", error.reason, limit=str(error.limit))
            return web.json_response({"error": error.reason, "text": text}, status=400)
        choices = {
            "channels": [{"key": key, "name": self._words.name("channel", key)} for key in CHANNELS],
            "services": [{"key": one["code"], "name": one["name"]} for one in script.SERVICES],
            "languages": [{"key": key, "name": self._words.name("language", key)} for key in LANGUAGES],
        }
        return web.json_response({"figures": figures, "choices": choices, "today": TODAY.isoformat()})

    async def _csv(self, request: web.Request) -> web.Response:
        body = sheet(request.query["table"], self._figures(request), self._words)
        headers = {"Content-Disposition": f'attachment; filename="guichet-{request.query["table"]}.csv"'}
        return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)

    async def _dismiss(self, request: web.Request) -> web.Response:
        self.dismissed.add(int(request.match_info["finding"]))
        return web.json_response({})

    def _figures(self, request: web.Request) -> Shape:
        span = read_span(request.query, TODAY)
        self.asked.append(span)
        found: dict[str, Any] = named(as_json(self.made(span)), self._words)
        return {**found, "findings": [one for one in found["findings"] if one["id"] not in self.dismissed]}
