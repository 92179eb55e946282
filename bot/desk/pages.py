"""The desk's page and its script: one page, for whoever is signed in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import jinja2
from aiohttp import web

from bot.desk.login import HOME, LOGIN, WEB, Login
from bot.errors import ConfigurationError, NotSignedIn
from bot.settings import Town

SCRIPT = "/desk/desk.js"


class DeskPages:
    """`/desk` and what it loads.

    Raises:
        ConfigurationError: the web pages have not been built.
    """

    def __init__(self, login: Login, town: Town, web_folder: Path = WEB) -> None:
        self._login = login
        self._town = town
        path = web_folder / "dist" / "desk.js"
        try:
            self._script = path.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{path}: the web pages are not built; run `make setup`") from error
        self._etag = hashlib.sha256(self._script).hexdigest()[:32]
        self._template = jinja2.Environment(
            loader=jinja2.FileSystemLoader(web_folder / "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template("desk.html.j2")

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page, with and without the slash that people type, and its script."""
        return [web.get(HOME, self.page), web.get(f"{HOME}/", self.page), web.get(SCRIPT, self.script)]

    async def page(self, request: web.Request) -> web.Response:
        """`/desk`; who is not signed in is asked to do so."""
        try:
            await self._login.who(request)
        except NotSignedIn:
            raise web.HTTPSeeOther(LOGIN, headers={"Cache-Control": "no-store"}) from None
        text = self._template.render(town=self._town, script=SCRIPT)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def script(self, request: web.Request) -> web.Response:
        """The page's script; it holds nothing that is anybody's."""
        headers = {"Cache-Control": "public, max-age=300", "ETag": f'"{self._etag}"'}
        if any(tag.value == self._etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._script, content_type="text/javascript", charset="utf-8", headers=headers)
