"""A feed over HTTP: only what has changed, only over TLS, never without end."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.knowledge.importers.service_public.archive import MAX_ZIP_BYTES
from bot.knowledge.importers.service_public.errors import FeedRefused, FeedUnreachable

MAX_REDIRECTS = 5
TOTAL = timedelta(minutes=10)
SILENCE = timedelta(seconds=60)
"""How long the server may say nothing."""
MAX_TAG_CHARS = 500
_CHUNK_BYTES = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": "Guichet (service-public importer)", "Accept": "application/zip, application/octet-stream"}


@dataclass(frozen=True, slots=True)
class State:
    """What a server said of a file; both are "" where it said nothing."""

    etag: str = ""
    modified: str = ""


async def fetch(url: str, target: Path, known: State | None = None) -> State | None:
    """Download a feed into a file; None if the server says that it is still the `known` one.

    Raises:
        FeedRefused: the address is not one to download from, or what it gives is too big.
        FeedUnreachable: the server does not answer, or with something else.
    """
    timeout = aiohttp.ClientTimeout(total=TOTAL.total_seconds(), sock_read=SILENCE.total_seconds())
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers=_HEADERS) as http:
            return await _fetch(http, url, target, known)
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FeedUnreachable(f"{url}: cannot be downloaded ({reason})") from error


def allowed(url: str) -> bool:
    """Whether an address may be downloaded from: nobody on the way may change what citizens are told."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)))
    except ValueError:
        return False


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _fetch(http: aiohttp.ClientSession, url: str, target: Path, known: State | None) -> State | None:
    headers = {}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.modified:
        headers["If-Modified-Since"] = known.modified
    address = url
    for _ in range(MAX_REDIRECTS + 1):
        if not allowed(address):
            raise FeedRefused(f"{address}: a feed is downloaded over https only")
        async with http.get(address, headers=headers, allow_redirects=False) as response:
            if response.status in _MOVED and "Location" in response.headers:
                address = urljoin(address, response.headers["Location"])
                continue
            if response.status == 304 and headers:
                return None
            if response.status != 200:
                raise FeedUnreachable(f"{url}: answers with HTTP {response.status}")
            await _save(response, url, target)
            return State(
                response.headers.get("ETag", "")[:MAX_TAG_CHARS],
                response.headers.get("Last-Modified", "")[:MAX_TAG_CHARS],
            )
    raise FeedUnreachable(f"{url}: leads on more than {MAX_REDIRECTS} times")


async def _save(response: aiohttp.ClientResponse, url: str, target: Path) -> None:
    left = MAX_ZIP_BYTES
    with target.open("wb") as file:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise FeedRefused(f"{url}: is too big: more than {MAX_ZIP_BYTES} bytes")
            file.write(chunk)
