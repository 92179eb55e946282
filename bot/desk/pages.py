"""The desk's page and its script: one page at several addresses, for whoever is signed in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

import jinja2
from aiohttp import web

from bot.desk.login import HOME, LOGIN, WEB, Login
from bot.errors import ConfigurationError, NotSignedIn
from bot.settings import Town

SCRIPT = "/desk/desk.js"
PAGES = ("letters", "articles", "topics", "teaching", "samples", "insights")
"""What follows `/desk/` in the address of a page, as web/desk/pages.ts has them."""


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
        """The page at each of its addresses, with and without the slash that people type, and its script."""
        addresses = [HOME, *(f"{HOME}/{name}" for name in PAGES)]
        pages = [web.get(path, self.page) for one in addresses for path in (one, f"{one}/")]
        return [*pages, web.get(SCRIPT, self.script)]

    async def page(self, request: web.Request) -> web.Response:
        """`/desk` and the pages below it; who is not signed in is asked to do so, and comes back to the same page."""
        try:
            await self._login.who(request)
        except NotSignedIn:
            is_home = request.path.rstrip("/") == HOME
            door = LOGIN if is_home else f"{LOGIN}?next={quote(request.path_qs, safe='')}"
            raise web.HTTPSeeOther(door, headers={"Cache-Control": "no-store"}) from None
        text = self._template.render(town=self._town, script=SCRIPT)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def script(self, request: web.Request) -> web.Response:
        """The page's script; it holds nothing that is anybody's."""
        headers = {"Cache-Control": "public, max-age=300", "ETag": f'"{self._etag}"'}
        if any(tag.value == self._etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._script, content_type="text/javascript", charset="utf-8", headers=headers)
