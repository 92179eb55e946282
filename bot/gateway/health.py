"""`/live`, `/ready` and `/metrics`, on a second and private port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics

PATIENCE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Check:
    """What a ping found."""

    ok: bool
    detail: str
    needed: bool = True
    """Whether the gateway is of no use without it: what fails and is not needed is reported, and costs nothing else."""


Ping = Callable[[], Awaitable[Check]]


class Health:
    """Asks every ping at once; one that hangs has failed."""

    def __init__(self, pings: Mapping[str, Ping]) -> None:
        self._pings = pings

    async def ask(self) -> dict[str, Check]:
        """Each ping's finding, by name."""
        found = await asyncio.gather(*(self._one(ping) for ping in self._pings.values()))
        checks = dict(zip(self._pings, found, strict=True))
        for name, check in checks.items():
            metrics.READY.labels(name).set(check.ok)
        return checks

    def application(self) -> web.Application:
        """The private application."""
        app = web.Application()
        app.add_routes(
            [web.get("/live", self._live), web.get("/ready", self._ready), web.get("/metrics", self._metrics)]
        )
        return app

    async def _one(self, ping: Ping) -> Check:
        try:
            return await asyncio.wait_for(ping(), PATIENCE.total_seconds())
        except asyncio.TimeoutError:
            return Check(False, f"no answer within {PATIENCE.total_seconds():.0f} s")
        except Exception as error:  # noqa: BLE001 - a ping that breaks is a finding, whatever broke
            return Check(False, f"{type(error).__name__}: {error}"[:300])

    async def _live(self, request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, request: web.Request) -> web.Response:
        checks = await self.ask()
        ready = all(check.ok or not check.needed for check in checks.values())
        body = {
            "ready": ready,
            "checks": {name: {"ok": check.ok, "detail": check.detail} for name, check in checks.items()},
        }
        return web.json_response(body, status=200 if ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        await self.ask()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
