"""Files at the provider: bounded, and never fetched from a private network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import aiohttp
from yarl import URL

from bot.errors import MediaFailed, MediaRefused
from channels.meta.graph import Graph

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)
MAX_REDIRECTS = 3
TOKEN_DOMAINS = ("facebook.com", "fbsbx.com", "whatsapp.net", "instagram.com")
"""Where a media address of WhatsApp may lead with our token: to Meta's own servers only."""
CHUNK_BYTES = 65_536


async def download(graph: Graph, address: str, limit_bytes: int, with_token: bool = False) -> bytes:
    """The bytes behind an address.

    Raises:
        MediaRefused: for good.
        MediaFailed: for now.
    """
    url = _parse(address)
    for _ in range(MAX_REDIRECTS + 1):
        if not (url.absolute and url.host) or url.user:
            raise MediaRefused("that is no address", "file_refused")
        home = url.origin() == graph.home.origin()
        if not home and url.scheme != "https":
            raise MediaRefused("a file is only fetched over https", "file_refused")
        headers = graph.authorization if with_token and (home or _is_theirs(url)) else {}
        # The address that was checked is the one that is asked: a name that changes in between gains nothing.
        asked, host = (url, None) if home else (await _pinned(url), url.host)
        if host:
            headers = {**headers, "Host": url.authority if url.explicit_port else host}
        try:
            async with graph.http.get(
                asked, headers=headers, timeout=TIMEOUT, allow_redirects=False, server_hostname=host
            ) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = url.join(_parse(response.headers.get("Location", "")))
                    continue
                return await _read(response, limit_bytes)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise MediaFailed(f"the file's server did not answer: {type(error).__name__}") from None
    raise MediaFailed("the file's server sends us round in circles")


async def _read(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    if response.status in (404, 410):
        raise MediaRefused("the file is not there any more", "file_gone")
    if response.status != 200:
        raise MediaFailed(f"the file's server answers {response.status}")
    if (response.content_length or 0) > limit_bytes:
        raise MediaRefused(f"more than {limit_bytes} bytes", "file_too_large")
    data = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        data += chunk
        if len(data) > limit_bytes:
            raise MediaRefused(f"more than {limit_bytes} bytes", "file_too_large")
    return bytes(data)


def _parse(address: str) -> URL:
    try:
        return URL(address)
    except ValueError:
        raise MediaRefused("that is no address", "file_refused") from None


def _is_theirs(url: URL) -> bool:
    host = url.host or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in TOKEN_DOMAINS)


async def _pinned(url: URL) -> URL:
    """The address with its host's network address in place of the name.

    Raises:
        MediaRefused: one of its network addresses is not a public one.
        MediaFailed: it has none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise MediaFailed("the file's server has no address") from None
    hosts = [str(address[0]) for *_, address in found]
    if not hosts:
        raise MediaFailed("the file's server has no address")
    for host in hosts:
        if not _is_public(host.partition("%")[0]):
            raise MediaRefused("a file is not fetched from a private network", "file_refused")
    return url.with_host(hosts[0])


def _is_public(host: str) -> bool:
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
