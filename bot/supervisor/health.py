"""When a program counts as ready, as hung and as well again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the supervisor is."""

    ready_within: timedelta = timedelta(seconds=120)
    look_every: timedelta = timedelta(milliseconds=250)
    """While a program starts."""
    ping_every: timedelta = timedelta(seconds=2)
    ping_within: timedelta = timedelta(seconds=5)
    misses: int = 3
    """So many pings in a row without an answer, after the first answer, mean that it hangs."""
    first_pause: timedelta = timedelta(milliseconds=500)
    longest_pause: timedelta = timedelta(seconds=30)
    trusted_within: timedelta = timedelta(seconds=60)
    """So long may a process with a new model take to prove itself to the gateway."""
    drain_within: timedelta = timedelta(seconds=25)
    """So long is waited for the answers of a process that is to end: a little longer than the gateway waits for one."""
    well_after: timedelta = timedelta(minutes=1)
    """A program that was ready for so long starts again after `first_pause`."""

    def pause(self, failures: int) -> timedelta:
        """The pause before the next start, after so many failures in a row beside this one."""
        # 2¹⁶ times half a second is far above any sensible limit.
        return min(self.first_pause * (1 << min(failures, 16)), self.longest_pause)


class Pinger:
    """Asks programs over HTTP; every ping is a connection of its own, so that none keeps a program from ending."""

    def __init__(self, http: aiohttp.ClientSession, within: timedelta) -> None:
        self._http = http
        self._timeout = aiohttp.ClientTimeout(total=within.total_seconds())

    async def ping(self, url: str) -> bool:
        """Whether `url` answers 200 in time."""
        return await self.status(url) == 200

    async def status(self, url: str) -> int | None:
        """The status that `url` answers with, None if it does not in time."""
        try:
            async with self._http.get(url, timeout=self._timeout, headers={"Connection": "close"}) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return None

    async def unready(self, url: str) -> dict[str, str] | None:
        """What a gateway's /ready complains of: check → detail, empty if it is ready, None if it does not answer."""
        try:
            async with self._http.get(url, timeout=self._timeout, headers={"Connection": "close"}) as response:
                body: Any = await response.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
            return None
        if not isinstance(body, dict) or not isinstance(body.get("checks"), dict):
            return None
        if body.get("ready"):
            return {}
        return {name: str(check.get("detail", "")) for name, check in body["checks"].items() if not check.get("ok")}
