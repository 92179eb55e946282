"""Webhooks in great number: plain HTTP/1.1 over connections that stay open, as providers keep theirs.

By hand and not with aiohttp's client: the generator shares the machine with what it measures, and so takes a third of the
processor time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.channels_payloads import Make

CONNECTIONS = 48
CITIZENS = 5_000
PATIENCE_SECONDS = 30


@dataclass
class Sent:
    """What was sent, and what was said to it."""

    seconds: list[float] = field(default_factory=list)
    """To each 200."""
    accepted: list[tuple[int, int]] = field(default_factory=list)
    """Number and citizen of each message that was answered 200, in the order of the answers."""
    refused: int = 0
    took: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.accepted) / self.took


class Connection:
    """One connection; one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
        return int(head[9:12])

    async def aclose(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()


class Load:
    """Sends one channel's webhooks; numbers go on from run to run."""

    def __init__(self, port: int, name: str, make: Make, citizens: int = CITIZENS) -> None:
        self._port = port
        self._path = f"/channels/{name}"
        self._make = make
        self._citizens = citizens
        self._numbers = itertools.count(1)

    async def flood(self, seconds: float, connections: int = CONNECTIONS) -> Sent:
        """As fast as the answers come."""
        sent = Sent()
        started = time.perf_counter()

        async def keep_on() -> None:
            async with contextlib.aclosing(Connection(self._port)) as connection:
                while time.perf_counter() - started < seconds:
                    await self._one(connection, next(self._numbers), sent)

        await asyncio.gather(*(keep_on() for _ in range(connections)))
        sent.took = time.perf_counter() - started
        return sent

    async def pour(self, rate: float, seconds: float) -> Sent:
        """At a fixed rate, whatever becomes of it. Each citizen keeps to one connection: it is the order of their words."""
        sent = Sent()
        total = int(rate * seconds)
        started = time.perf_counter()

        async def lane(numbers: Iterator[int], citizen: int) -> None:
            async with contextlib.aclosing(Connection(self._port)) as connection:
                for turn, number in enumerate(numbers):
                    due = started + (turn * self._citizens + citizen) / rate
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    await self._one(connection, number, sent, citizen)

        first = next(self._numbers)
        lanes = (iter(range(first + one, first + total, self._citizens)) for one in range(self._citizens))
        await asyncio.gather(*(lane(numbers, citizen) for citizen, numbers in enumerate(lanes)))
        self._numbers = itertools.count(first + total)
        sent.took = time.perf_counter() - started
        return sent

    async def _one(self, connection: Connection, number: int, sent: Sent, citizen: int | None = None) -> None:
        citizen = number % self._citizens if citizen is None else citizen
        body, headers = self._make(number, citizen)
        began = time.perf_counter()
        status = await asyncio.wait_for(connection.post(self._path, body, headers), PATIENCE_SECONDS)
        if status != 200:
            sent.refused += 1
            return
        sent.seconds.append(time.perf_counter() - began)
        sent.accepted.append((number, citizen))
