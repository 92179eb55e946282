"""Server-sent events, as far as a Mastodon server uses them.

https://docs.joinmastodon.org/methods/streaming#http, read in November 2026: `event:` and `data:` lines, a blank line
behind them, and comments that only show that the connection lives.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

MAX_EVENT_BYTES = 2_000_000


class StreamLost(Exception):
    """The stream ended, broke, fell silent or was not to be had: there is another one to open."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """Something that a server told; without a name it is a sign of life."""

    name: str = ""
    data: str = ""


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[ServerEvent, None]:
    """What is in a stream. An event that breaks off is none.

    Raises:
        StreamLost: it ended, or an event is too large.
    """
    rest = b""
    name, size_bytes = "", 0
    data: list[str] = []
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        size_bytes += len(chunk)
        for raw in lines:
            line = raw.rstrip(b"\r").decode("utf-8", "replace")
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if name or data:
                    yield ServerEvent(name or "message", "\n".join(data))
                name, data, size_bytes = "", [], len(rest)
            elif not field:
                yield ServerEvent()
                size_bytes = size_bytes if name or data else len(rest)
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
        if size_bytes > MAX_EVENT_BYTES:
            raise StreamLost("an event that is too large")
    raise StreamLost("ended")
