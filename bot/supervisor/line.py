"""The line to the gateway: which Rasa processes answer from now on (`PUT /rasa` on its monitor port)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import aiohttp
import msgspec
from msgspec import Struct


class Standing(Struct, frozen=True):
    """What the gateway knows of a process."""

    trusted: bool
    detail: str
    under_way: int


class Told(Struct, frozen=True):
    """Its answer: each address that it asks, or that still owes it an answer."""

    rasa: dict[str, Standing]


class Line:
    """To one gateway."""

    def __init__(self, http: aiohttp.ClientSession, monitor: str, token: str, within: timedelta) -> None:
        self._http = http
        self._url = f"{monitor}/rasa"
        self._headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        self._timeout = aiohttp.ClientTimeout(total=within.total_seconds())

    async def route(self, urls: Sequence[str]) -> dict[str, Standing] | None:
        """Tell it the addresses; what it knows of each, None if it does not answer now."""
        try:
            async with self._http.put(
                self._url, json={"urls": list(urls)}, timeout=self._timeout, headers=self._headers
            ) as response:
                body = await response.read()
                return msgspec.json.decode(body, type=Told).rasa if response.status == 200 else None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, msgspec.MsgspecError):
            return None
