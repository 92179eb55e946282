"""One host, fetched politely: one request at a time, bounded in bytes, time and redirects, and never another host."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.knowledge.importers.site.sitemap import Unreadable, unpacked

MAX_REDIRECTS = 5
MAX_PAGE_BYTES = 2_000_000
REQUEST_PATIENCE = timedelta(seconds=20)
AGENT = "guichet"
"""The name that robots.txt calls us by."""

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}
_LOCAL = {"localhost", "ip6-localhost"}


class Failed(Exception):
    """Why an address gave nothing, in a sentence; `passing` when it may be better tomorrow, `gone` when it is not there."""

    def __init__(self, sentence: str, passing: bool = False, gone: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    address: str
    """After redirects."""
    status: int
    """200, or 304 when it is as it was."""
    body: bytes
    kind: str
    """The media type, in small letters, without parameters."""
    charset: str
    headers: Mapping[str, str]


class Web:
    """One host. Not for use by two tasks at once."""

    def __init__(
        self, http: aiohttp.ClientSession, base: str, agent: str, delay: timedelta, patience: timedelta
    ) -> None:
        self._http = http
        self.base = base
        self._agent = agent
        self.delay = delay
        self._patience_seconds = patience.total_seconds()
        self._free_at = 0.0

    def own(self, address: str) -> str | None:
        """An address of this host in the one way that we write it, without fragment; None for any other host.

        `http` and `https` with their usual ports are one site: it is asked by the scheme that was configured.
        """
        try:
            here, there = urlsplit(self.base), urlsplit(urljoin(self.base, address.strip()))
            if there.scheme not in _PORTS or there.hostname != here.hostname or there.username is not None:
                return None
            ports = {here.port or _PORTS[here.scheme], there.port or _PORTS[there.scheme]}
            if len(ports) > 1 and ports != set(_PORTS.values()):
                return None
        except ValueError:
            return None
        if any(ord(char) < 33 for char in address.strip()):
            return None
        return urlunsplit((here.scheme, here.netloc, there.path or "/", there.query, ""))

    async def get(
        self, address: str, max_bytes: int = MAX_PAGE_BYTES, conditions: Mapping[str, str] | None = None
    ) -> Fetched:
        """What one address of this host gives, redirects on the host followed.

        Raises:
            Failed: another status than 200 and 304, another host, too big, too slow, not to be read.
        """
        for _ in range(MAX_REDIRECTS + 1):
            await self._turn()
            try:
                found = await self._once(address, max_bytes, conditions or {})
            except (asyncio.TimeoutError, TimeoutError) as error:
                raise Failed(f"took longer than {self._patience_seconds:g} seconds", passing=True) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise Failed(f"cannot be fetched ({_said(error)})", passing=True) from error
            finally:
                self._free_at = time.monotonic() + self.delay.total_seconds()
            if isinstance(found, Fetched):
                return found
            target = self.own(urljoin(address, found))
            if target is None:
                raise Failed(f"leads to another site ({(urlsplit(found).hostname or 'no address')[:100]})")
            address = target
        raise Failed(f"leads on more than {MAX_REDIRECTS} times")

    async def _turn(self) -> None:
        wait = self._free_at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _once(self, address: str, max_bytes: int, conditions: Mapping[str, str]) -> Fetched | str:
        """An answer, or where it sends us."""
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip", "Accept-Language": "fr", **conditions}
        timeout = aiohttp.ClientTimeout(total=self._patience_seconds)
        async with self._http.get(address, headers=headers, allow_redirects=False, timeout=timeout) as response:
            if response.status in _REDIRECTS:
                return response.headers.get("Location", "")
            if response.status == 304 and conditions:
                return Fetched(address, 304, b"", "", "", dict(response.headers))
            if response.status != 200:
                passing = response.status >= 500 or response.status in {408, 425, 429}
                raise Failed(f"answers with status {response.status}", passing, gone=response.status in {404, 410})
            kind = response.content_type.lower() if "Content-Type" in response.headers else ""
            body = await self._body(response, max_bytes) if not kind.startswith("application/pdf") else b""
            return Fetched(address, 200, body, kind, response.charset or "", dict(response.headers))

    async def _body(self, response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            if len(body) > max_bytes:
                raise Failed(f"is too big: more than {max_bytes} bytes")
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            return bytes(body)
        if encoding not in {"gzip", "x-gzip", "deflate"}:
            raise Failed("is packed in a way that we did not ask for")
        try:
            return unpacked(bytes(body), max_bytes)
        except Unreadable as error:
            raise Failed(str(error)) from error


@asynccontextmanager
async def opened(
    base: str, website: str, delay: timedelta, internal: bool = False, patience: timedelta = REQUEST_PATIENCE
) -> AsyncIterator[Web]:
    """A host, ready to be asked; `internal` says that its name may lead to a private address."""
    host = (urlsplit(base).hostname or "").lower()
    # An address or « localhost » that stands in office.yml is meant; a name that leads inside may be somebody's trick.
    resolver = aiohttp.ThreadedResolver() if internal or host in _LOCAL else Public()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, limit=1),
        # Unpacked by ourselves, so that a bomb is never whole in memory.
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as http:
        yield Web(http, base, f"Guichet (+{website})", delay, patience)


class Public(AbstractResolver):
    """Finds public addresses only."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: there are none, or one of them is private.
        """
        found = await self._inner.resolve(host, port, family)
        for entry in found:
            if not ipaddress.ip_address(entry["host"].partition("%")[0]).is_global:
                # aiohttp shows the second argument only.
                raise OSError(errno.EACCES, f"{host} leads to a private address; knowledge.site.internal allows that")
        return found

    async def close(self) -> None:
        """Close the resolver behind it."""
        await self._inner.close()


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
