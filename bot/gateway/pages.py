"""The town's pages: the home page with the chat, each article, privacy and accessibility."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.errors import ConfigurationError
from bot.gateway.middleware import etag
from bot.settings import Office
from bot.store.base import Articles

WEB = Path(__file__).resolve().parents[2] / "web"
WIDGET = "widget.js"
CACHE = "public, max-age=300"
STATIC = ("site.css", "site.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class File:
    """A small file that is served from memory."""

    body: bytes
    media_type: str
    etag: str


class Pages:
    """Renders the templates and serves the few static files.

    Raises:
        ConfigurationError: the web pages have not been built.
    """

    def __init__(self, office: Office, articles: Articles, web_folder: Path = WEB) -> None:
        self._office = office
        self._articles = articles
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(web_folder / "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._files = {"/widget.js": _file(web_folder / "dist" / WIDGET)}
        for name in STATIC:
            if (path := web_folder / "pages" / name).exists():
                self._files[f"/static/{name}"] = _file(path)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every page's route."""
        return [
            web.get("/", self.home),
            web.get("/articles/{id}", self.article),
            web.get("/confidentialite", self.privacy),
            web.get("/accessibilite", self.accessibility),
            web.get("/chat/config", self.chat_config),
            *(web.get(path, self.file) for path in self._files),
        ]

    async def home(self, request: web.Request) -> web.Response:
        """`/`"""
        return self._page("home.html.j2", services=self._office.services)

    async def article(self, request: web.Request) -> web.Response:
        """`/articles/{id}`: one article, readable without script."""
        article = await self._articles.get(request.match_info["id"])
        shown = {
            "id": article.id,
            "title": article.title,
            # MarkdownIt with HTML switched off escapes whatever is not Markdown.
            "html": Markup(self._markdown.render(article.body)),  # noqa: S704
            "updated": article.updated,
            "valid_until": article.valid_until,
            "source": article.source,
        }
        service = self._office.services.get(article.service)
        return self._page("article.html.j2", article=shown, service=service)

    async def privacy(self, request: web.Request) -> web.Response:
        """`/confidentialite`"""
        return self._page("privacy.html.j2", retention=self._office.retention)

    async def accessibility(self, request: web.Request) -> web.Response:
        """`/accessibilite`"""
        return self._page("accessibility.html.j2")

    async def chat_config(self, request: web.Request) -> web.Response:
        """What a widget needs before it is opened; holds nothing personal."""
        town = self._office.town
        body = {
            "town": town.name,
            "office": town.office,
            "contact": {
                "phone": town.phone,
                "email": town.email,
                "counter": town.counter,
                "hours": town.hours,
                "address": town.address,
            },
            "colours": {"main": town.colours.main, "main_dark": town.colours.main_dark},
            "max_text_chars": self._office.chat.max_text_chars,
            "privacy_url": "/confidentialite",
            "accessibility_url": "/accessibilite",
        }
        headers = {"Cache-Control": CACHE, "Vary": "Origin", **self._embedding(request)}
        return web.json_response(body, headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        """A static file, with a validator so that a new release is seen within minutes."""
        file = self._files[request.path]
        headers = {
            "Cache-Control": CACHE,
            "ETag": f'"{file.etag}"',
            # The script is meant for other sites; what it may do there is decided where it connects.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
        }
        if any(tag.value == file.etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=file.body, content_type=file.media_type, charset="utf-8", headers=headers)

    def error(self, request: web.Request, status: int) -> web.Response:
        """An error as the client can read it."""
        if "text/html" in request.headers.get("Accept", ""):
            return self._page("error.html.j2", status=status)
        return web.json_response({"error": status}, status=status)

    def _embedding(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin", "")
        return {"Access-Control-Allow-Origin": origin} if origin in self._office.chat.allowed_origins else {}

    def _page(self, template: str, status: int = 200, **values: Any) -> web.Response:
        html = self._templates.get_template(template).render(town=self._office.town, status=status, **values)
        headers = {"Cache-Control": "no-cache", "ETag": f'"{etag(html.encode())}"'}
        return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def _file(path: Path) -> File:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: the web pages are not built; run `make setup`") from error
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(body, media_type, etag(body))
