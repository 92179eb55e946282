"""`PUT /rasa` on the monitor port: where the gateway's supervisor tells it which Rasa processes answer from now on.

    PUT /rasa   Authorization: Bearer GUICHET_RASA_TOKEN   {"urls": ["http://127.0.0.1:21041", …]}
    200         {"rasa": {"http://127.0.0.1:21041": {"trusted": true, "detail": "model …", "under_way": 0}, …}}

It may be said again and again: an address that has left is told of for as long as it owes an answer.
"""

from __future__ import annotations

import hmac
from dataclasses import asdict

import msgspec
from aiohttp import web
from msgspec import Struct

from bot.errors import ConfigurationError
from bot.gateway.core import TrustedCore
from bot.settings_rasa import read_urls

MAX_BODY_BYTES = 16_384
BEARER = "Bearer "


class Wish(Struct, frozen=True):
    """The addresses that are to answer."""

    urls: tuple[str, ...]


def routes(core: TrustedCore, token: str) -> list[web.RouteDef]:
    """The route; none without a token, for nobody could be told from somebody else."""

    async def put(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"{BEARER}{token}".encode()):
            return web.json_response({"error": "the token is not that of Rasa's HTTP API"}, status=403)
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return web.json_response({"error": f"more than {MAX_BODY_BYTES} bytes"}, status=413)
        try:
            wish = msgspec.json.decode(await request.read(), type=Wish)
            urls = read_urls(",".join(wish.urls))
        except (msgspec.MsgspecError, ConfigurationError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"rasa": {url: asdict(standing) for url, standing in core.route(urls).items()}})

    return [web.put("/rasa", put)] if token else []
