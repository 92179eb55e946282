"""« Votre question » on the town's pages: the same list as JSON while somebody types, and as a page without script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web

from bot.knowledge.lookup import MAX_CHARS, Lookup, Result
from bot.text.clean import clean
from bot.text.typography import typeset

WHILE_TYPING = 6
ON_A_PAGE = 20
CACHE = "public, max-age=60"


class Throttle(Protocol):
    """How fast one network address may ask."""

    def take(self, key: str) -> timedelta | None:
        """Count one event; None if it may pass, else how long to wait."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A search and what it found."""

    question: str
    results: tuple[Result, ...] = ()
    is_too_fast: bool = False


class Searching:
    """Looks up what is typed into a search field."""

    def __init__(self, lookup: Lookup, throttle: Throttle, peer_of: Callable[[web.Request], str]) -> None:
        self._lookup = lookup
        self._throttle = throttle
        self._peer_of = peer_of

    def routes(self) -> list[web.AbstractRouteDef]:
        """`GET /search?q=…`"""
        return [web.get("/search", self.search)]

    async def search(self, request: web.Request) -> web.Response:
        """`GET /search?q=…`: `{question, results: [{title, url, where, source, updated, snippet: [{text, hit}]}]}`."""
        sought = await self.find(request, WHILE_TYPING)
        if sought.is_too_fast:
            return web.json_response({"error": 429}, status=429, headers={"Retry-After": "5"})
        body = {"question": sought.question, "results": [_shape(one) for one in sought.results]}
        return web.json_response(body, headers={"Cache-Control": CACHE, "X-Robots-Tag": "noindex"})

    async def find(self, request: web.Request, limit: int = ON_A_PAGE) -> Sought:
        """What `?q=` of a request finds; nothing for an empty one."""
        question = clean(request.query.get("q", ""))[:MAX_CHARS]
        if not question.strip():
            return Sought("")
        if self._throttle.take(self._peer_of(request)):
            return Sought(question, is_too_fast=True)
        return Sought(question, tuple(await self._lookup.find(question, limit)))


def _shape(result: Result) -> dict[str, Any]:
    return {
        "title": typeset(result.title),
        "url": result.url,
        "where": typeset(result.where),
        "source": result.source,
        "updated": result.updated.isoformat() if result.updated else "",
        "snippet": [{"text": typeset(piece.text), "hit": piece.is_hit} for piece in result.snippet],
    }
