"""Whether addresses elsewhere still answer, asked politely: few at once, one at a time of each host, HEAD before GET."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp

AT_ONCE = 8
PATIENCE = timedelta(seconds=15)
PAUSE = timedelta(milliseconds=500)
"""Between two requests to one host."""
MAX_REDIRECTS = 5
MAX_BYTES = 65_536
"""Of a page's beginning: its status is all that is wanted."""

_HEADERS = {"User-Agent": "Guichet (link check)"}
_HEAD_REFUSED = frozenset({403, 404, 405, 406, 429, 500, 501, 503})
"""What servers answer to HEAD although they have the page."""
_THERE = frozenset({401, 403, 429})
"""Somebody answers, but not to a program: that says nothing of the page."""


async def broken(
    urls: Iterable[str], step: Callable[[str], None] = lambda _: None, pause: timedelta = PAUSE
) -> dict[str, str]:
    """The addresses that lead nowhere, and why; `step` hears each when it has been asked."""
    by_host: dict[str, list[str]] = defaultdict(list)
    found: dict[str, str] = {}
    for url in urls:
        try:
            by_host[urlsplit(url).netloc].append(url)
        except ValueError:
            found[url] = "is not an address"
    places = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=PATIENCE.total_seconds())
    async with aiohttp.ClientSession(timeout=timeout, headers=_HEADERS) as http:

        async def ask(host_urls: list[str]) -> None:
            for number, url in enumerate(host_urls):
                if number:
                    await asyncio.sleep(pause.total_seconds())
                async with places:
                    why = await _why(http, url)
                if why:
                    found[url] = why
                step(url)

        await asyncio.gather(*(ask(host_urls) for host_urls in by_host.values()))
    return found


async def _why(http: aiohttp.ClientSession, url: str) -> str:
    """Why an address is broken; "" if it is not."""
    try:
        status = await _status(http, "HEAD", url)
        if status in _HEAD_REFUSED:
            status = await _status(http, "GET", url)
    except aiohttp.TooManyRedirects:
        return f"leads on more than {MAX_REDIRECTS} times"
    except asyncio.TimeoutError:
        return f"does not answer within {PATIENCE.total_seconds():.0f} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    return "" if status < 400 or status in _THERE else f"HTTP {status}"


async def _status(http: aiohttp.ClientSession, method: str, url: str) -> int:
    async with http.request(method, url, allow_redirects=True, max_redirects=MAX_REDIRECTS) as response:
        if method == "GET":
            await response.content.read(MAX_BYTES)
        return response.status
