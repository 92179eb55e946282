"""The public application: one list of everything that answers on the public port."""

from __future__ import annotations

import ipaddress

from aiohttp import web

from bot.gateway import middleware
from bot.gateway.pages import Pages

MAX_BODY_BYTES = 1_000_000


def make_app(pages: Pages) -> web.Application:
    """The public application without its channels, which attach themselves."""
    app = web.Application(
        middlewares=[middleware.conserve, middleware.errors(pages.error)], client_max_size=MAX_BODY_BYTES
    )
    app.on_response_prepare.append(middleware.add_headers)
    app.add_routes(pages.routes())
    return app


def peer_of(proxies: int, request: web.Request) -> str:
    """A client's network, through so many reverse proxies of our own: its IPv4 address, or the /64 of its IPv6 address.

    One IPv6 line has a /64 to itself, and may choose another address in it for each connection.
    """
    peer = request.remote or ""
    if proxies:
        hops = [
            hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if hop.strip()
        ]
        if hops:
            peer = hops[-min(proxies, len(hops))]
    try:
        address = ipaddress.ip_address(peer.strip("[]").partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)
