"""Web chats held open: each a WebSocket that speaks Engine.IO and Socket.IO by hand, as a page's client does.

A client library for a thousand of them would take more of the machine than the gateway that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks import machine
from benchmarks.channels_payloads import TEXT
from benchmarks.channels_town import Site, resident_bytes, shares

CHATS = 1_000
EVERY_SECONDS = 30.0
PER_ADDRESS = 100
"""Chats of one network address: the gateway takes 200 of one at once, and 240 that are opened in a minute."""
OPENING_PER_SECOND = 50
SETTLE_SECONDS = 5.0
LAST_ANSWER_SECONDS = 30


@dataclass
class Heard:
    """What all chats heard together."""

    said: int = 0
    refused: int = 0
    lost: int = 0
    """Connections that ended by themselves."""
    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    twice: int = 0


class Chat:
    """One page."""

    def __init__(self, http: aiohttp.ClientSession, heard: Heard) -> None:
        self._http = http
        self._heard = heard
        self._session = ""
        self._ready = asyncio.Event()
        self._said: dict[str, float] = {}
        self._waiting: dict[int, float] = {}
        self._answered: set[str] = set()
        self._numbers = itertools.count(1)

    async def open(self, address: str) -> None:
        """Connect and begin a session."""
        self._socket = await self._http.ws_connect(f"{address}/socket.io/?EIO=4&transport=websocket", compress=0)
        self._listener = asyncio.create_task(self._listen())
        await asyncio.wait_for(self._ready.wait(), 30)

    async def say(self, text: str) -> None:
        """Say something; the listener hears what comes of it."""
        given, number = uuid.uuid4().hex, next(self._numbers)
        self._said[given] = self._waiting[number] = time.perf_counter()
        self._heard.said += 1
        said = {"message": text, "session_id": self._session, "id": given}
        await self._socket.send_str(f"42{number}" + json.dumps(["user_uttered", said]))

    async def close(self) -> None:
        """Hang up."""
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        await self._socket.close()

    async def _listen(self) -> None:
        async for frame in self._socket:
            text: str = frame.data
            if text == "2":
                await self._socket.send_str("3")
            elif text.startswith("0"):
                await self._socket.send_str("40")
            elif text.startswith("40"):
                await self._socket.send_str("42" + json.dumps(["session_request", {"client": "guichet"}]))
            elif text.startswith("42"):
                self._event(*json.loads(text[2:]))
            elif text.startswith("43"):
                number, bracket, rest = text[2:].partition("[")
                self._acknowledged(int(number), json.loads(bracket + rest)[0])
        self._heard.lost += 1

    def _event(self, name: str, data: Any) -> None:
        if name == "session_confirm":
            self._session = data
        elif name == "session_ready":
            self._ready.set()
        elif name == "bot_uttered":
            given = data["id"].partition(".")[0]
            if given in self._answered:
                self._heard.twice += 1
            elif given in self._said:
                self._answered.add(given)
                self._heard.answered.append(time.perf_counter() - self._said[given])

    def _acknowledged(self, number: int, answer: Any) -> None:
        began = self._waiting.pop(number)
        if answer.get("ok"):
            self._heard.acknowledged.append(time.perf_counter() - began)
        else:
            self._heard.refused += 1


async def hold(site: Site, seconds: float, chats: int = CHATS) -> dict[str, Any]:
    """Figures of so many chats, each of which says something every half minute."""
    heard = Heard()
    address = f"http://127.0.0.1:{site.port}"
    gateway = site.pids["gateway"]
    async with contextlib.AsyncExitStack() as stack:
        opened: list[Chat] = []
        empty = resident_bytes(gateway)
        for number in range(chats):
            if number % PER_ADDRESS == 0:
                # Every address of 127.0.0.0/8 is this machine.
                connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{1 + number // PER_ADDRESS}", 0), limit=0)
                http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            chat = Chat(http, heard)
            await chat.open(address)
            stack.push_async_callback(chat.close)
            opened.append(chat)
            await asyncio.sleep(1 / OPENING_PER_SECOND)
        await asyncio.sleep(SETTLE_SECONDS)
        idle = resident_bytes(gateway)
        before, started = site.cpu(), time.perf_counter()

        async def talk(number: int) -> None:
            due = started + EVERY_SECONDS * number / chats
            for turn in itertools.count():
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                if time.perf_counter() - started >= seconds:
                    return
                await opened[number].say(TEXT.format(number=turn * chats + number))
                due += EVERY_SECONDS

        await asyncio.gather(*(talk(number) for number in range(chats)))
        cores = shares(before, site.cpu(), time.perf_counter() - started)
        for _ in range(LAST_ANSWER_SECONDS):
            if len(heard.answered) == heard.said - heard.refused:
                break
            await asyncio.sleep(1)
        busy = resident_bytes(gateway)
        return {
            "chats": chats,
            "seconds": seconds,
            "said": heard.said,
            "acknowledged": len(heard.acknowledged),
            "refused": heard.refused,
            "answered": len(heard.answered),
            "answered_twice": heard.twice,
            "connections_lost": heard.lost,
            "to_acknowledgement": machine.summary(heard.acknowledged),
            "to_answer": machine.summary(heard.answered),
            "memory_kib_per_idle_chat": round((idle - empty) / chats / 1024, 1),
            "memory_mib": {"empty": empty >> 20, "all open": idle >> 20, "at the end": busy >> 20},
            "cores": {who: round(share, 2) for who, share in cores.items()},
        }
