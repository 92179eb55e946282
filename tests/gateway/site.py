"""A town's site over few articles and fiches, and a browser at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timezone
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.gateway.middleware import conserve, errors
from bot.settings import read_office
from bot.store.base import Article
from tests.fakes.town import TownOfFew

OFFICE = read_office(Path(__file__).resolve().parents[2] / "office.yml")
POOL = Article(
    "piscine", "Horaires de la piscine", "sports", "Ouverte le **mardi** soir.\n\n## Tarifs\n\n3 € l'entrée."
)
PASSPORT = Article("passeport", "Faire son passeport", "etat_civil", "Sur rendez-vous, pour <script>tous</script>.")
OLD = Article("vieux", "Passeport d'avant", "etat_civil", "Périmé.", valid_until=date(2020, 1, 1))


def noon() -> datetime:
    return datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


class Site:
    """A town's site, and a browser at it."""

    def __init__(self, town: TownOfFew, http: aiohttp.ClientSession, host: str) -> None:
        self.town = town
        self.http = http
        self.host = host

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.http.get(path, headers={"Accept": "text/html", **headers}, allow_redirects=False) as response:
            return response.status, await response.text()

    async def titles(self, question: str) -> list[str]:
        async with self.http.get("/search", params={"q": question}) as response:
            assert response.status == 200
            return [one["title"] for one in (await response.json())["results"]]

    async def read(self, path: str) -> str:
        """Follow a link of the results."""
        status, text = await self.get(path, Referer=f"http://{self.host}/articles?q=x")
        assert status == 200
        return text

    async def tell(self, outcome: str, page: str = "article:piscine", **headers: str) -> int:
        form = {"page": page, "outcome": outcome, "after": "search"}
        async with self.http.post("/avis", data=form, headers=headers, allow_redirects=False) as response:
            return response.status

    async def counted(self) -> dict[tuple[str, str], int]:
        await self.town.visiting.flush()
        return {(page, outcome.value): count for (_, page, outcome), count in self.town.visits.counts.items()}


@asynccontextmanager
async def visiting(town: TownOfFew) -> AsyncIterator[Site]:
    app = web.Application(middlewares=[conserve, errors(town.pages.error)])
    app.router.add_routes(town.routes())
    async with TestServer(app) as server, aiohttp.ClientSession(str(server.make_url("/"))) as http:
        yield Site(town, http, f"{server.host}:{server.port}")
    await town.base.close()
