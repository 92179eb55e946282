"""The public application: one list of everything that answers on the public port."""

from __future__ import annotations

from aiohttp import web

from bot.gateway import middleware
from bot.gateway.pages import Pages

MAX_BODY_BYTES = 1_000_000


def make_app(pages: Pages) -> web.Application:
    """The public application without its channels, which attach themselves."""
    app = web.Application(middlewares=[middleware.errors(pages.error)], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(middleware.add_headers)
    app.add_routes(pages.routes())
    return app


def peer_of(proxies: int, request: web.Request) -> str:
    """A client's network address, through so many reverse proxies of our own."""
    if proxies:
        hops = [
            hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if hop.strip()
        ]
        if hops:
            return hops[-min(proxies, len(hops))]
    return request.remote or ""
