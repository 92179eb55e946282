"""The town's pages: the home page with the chat, the list of articles and each of them, privacy and accessibility."""

from __future__ import annotations

import html
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from aiohttp import web
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot import photos
from bot.clock import Clock, now
from bot.errors import ConfigurationError
from bot.gateway.middleware import etag
from bot.gateway.searching import Searching
from bot.gateway.visiting import Visiting, page_url
from bot.knowledge.articles import expired
from bot.settings import Office
from bot.store.base import Article, Articles
from bot.text.french import fold
from bot.text.typography import typeset
from bot.visits import Outcome

WEB = Path(__file__).resolve().parents[2] / "web"
WIDGET = "widget.js"
CACHE = "public, max-age=300"
PAGES_KEPT = 256
"""Pages kept as they are printed: their words change a few times a year, and setting them costs as much as making them."""
STATIC = ("site.css", "forms.css", "site.js", "icon.svg")

PAGE = re.compile(r"article:[a-z0-9][a-z0-9_-]{0,79}|fiche:(?:part|pro):[A-Z]{1,3}[0-9]{1,8}")
"""How an answer's page is named where it is counted."""

DEEPEST = 6
"""The deepest heading that HTML has."""

_HEADING = re.compile(r"(</?h)([1-6])>")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TEXT = re.compile(r"(?<=>)[^<>]*\w[^<>]*(?=<)")
"""What stands between tags; an attribute has no ">" of its own, it is escaped there."""
_TAG = re.compile(r"(<[^>]*>)")
_TYPED = re.compile(r"(<textarea\b.*?</textarea>)", re.DOTALL)
_REACHED = re.compile(
    r"(?P<tel>\b0\d(?: \d{2}){4}\b|\b0 8\d\d \d{3} \d{3}\b|\b116 \d{3}\b|\b3\d{3}\b(?!\.)"
    r"|(?<=ppelez le )1\d{1,2}\b)"
    r"|(?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<site>(?<![\w@/.-])(?:[a-z0-9-]+\.)+(?:fr|eu|org|com)\b(?![\w@/-]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormLink:
    """A web form that pages lead to, and the services that it fits."""

    name: str
    title: str
    about: str
    services: tuple[str, ...] = ()


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

    def __init__(
        self,
        office: Office,
        articles: Articles,
        web_folder: Path = WEB,
        clock: Clock = now,
        photos_per_message: int = 0,
        searching: Searching | None = None,
        visiting: Visiting | None = None,
        has_fiches: Callable[[], Awaitable[bool]] | None = None,
        forms: Sequence[FormLink] = (),
    ) -> None:
        """Without `searching` the pages have no search of their own, without `visiting` they count nothing.

        `has_fiches` says whether the State's fiches are there now, and so may be named.
        """
        self._has_fiches = has_fiches
        self._forms = forms
        self._office = office
        self._photos_per_message = photos_per_message
        self._articles = articles
        self._searching = searching
        self._visiting = visiting
        self._clock = clock
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
            *(self._searching.routes() if self._searching else ()),
            *((web.post("/avis", self.opinion), web.get("/avis", self.thanks)) if self._visiting else ()),
            web.get("/", self.home),
            web.get("/articles", self.every_article),
            web.get("/articles/{id}", self.article),
            web.get("/confidentialite", self.privacy),
            web.get("/accessibilite", self.accessibility),
            web.get("/chat/config", self.chat_config),
            *(web.get(path, self.file) for path in self._files),
        ]

    async def home(self, request: web.Request) -> web.Response:
        """`/`"""
        has_fiches = self._has_fiches is not None and await self._has_fiches()
        return self.render("home.html.j2", services=self._office.services, has_fiches=has_fiches)

    async def every_article(self, request: web.Request) -> web.Response:
        """`/articles`: the titles of all that is up to date, under the services in the town's order.

        `?q=`: what a search finds, for who has no script.
        """
        if self._searching and request.query.get("q", "").strip():
            sought = await self._searching.find(request)
            return self.render("found.html.j2", status=429 if sought.is_too_fast else 200, sought=sought)
        found: dict[str, list[Article]] = {}
        for article in await self._articles.all():
            if not self._expired(article):
                found.setdefault(article.service if article.service in self._office.services else "", []).append(
                    article
                )
        groups = [
            (code, self._office.services.get(code), sorted(found[code], key=lambda article: fold(article.title)))
            for code in (*self._office.services, "")
            if code in found
        ]
        return self.render("articles.html.j2", groups=groups)

    async def article(self, request: web.Request) -> web.Response:
        """`/articles/{id}`: one article, readable without script."""
        article = await self._articles.get(request.match_info["id"])
        shown = {
            "id": article.id,
            "title": article.title,
            "service": article.service,
            "html": self.words_of(article),
            "updated": article.updated,
            "expired": self._expired(article),
            # What an answer shows as its source is this page, unless the words were taken from another one.
            "source": article.source if article.source != request.path else "",
            "more": article.more,
        }
        service = self._office.services.get(article.service)
        page = f"article:{article.id}"
        by_search = self._visiting.read(request, page) if self._visiting else False
        return self.render("article.html.j2", article=shown, service=service, page=page, by_search=by_search)

    async def opinion(self, request: web.Request) -> web.Response:
        """`POST /avis`: whether an answer helped, from the form under it."""
        assert self._visiting is not None
        page, outcome = await self._visiting.take(request)
        if outcome is Outcome.ASKED or request.headers.get("Accept") == "application/json":
            return web.Response(status=204)
        query = urlencode({"page": page, "reponse": "oui" if outcome is Outcome.HELPED else "non"})
        return web.Response(status=303, headers={"Location": f"/avis?{query}"})

    async def thanks(self, request: web.Request) -> web.Response:
        """`GET /avis`: where the form leads without script."""
        page = request.query.get("page", "")
        back = page_url(page) if PAGE.fullmatch(page) else "/articles"
        return self.render("thanks.html.j2", back=back, helped=request.query.get("reponse") == "oui")

    async def privacy(self, request: web.Request) -> web.Response:
        """`/confidentialite`"""
        return self.render(
            "privacy.html.j2", retention=self._office.retention, elsewhere=self._office.channels.elsewhere
        )

    async def accessibility(self, request: web.Request) -> web.Response:
        """`/accessibilite`"""
        return self.render("accessibility.html.j2")

    async def chat_config(self, request: web.Request) -> web.Response:
        """What a widget needs before it is opened; holds nothing personal."""
        town = self._office.town
        body: dict[str, object] = {
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
        if self._photos_per_message:
            body["photos"] = {"max_bytes": photos.MAX_BYTES, "per_message": self._photos_per_message}
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
            return self.render("error.html.j2", status=status)
        return web.json_response({"error": status}, status=status)

    def words_of(self, article: Article, below: int = 0) -> Markup:
        """An article's text as HTML, its headings so many levels deeper."""
        return Markup(article_html(article.body, below))  # noqa: S704

    def today(self) -> date:
        """The day in the town."""
        return self._clock().astimezone(self._office.zone).date()

    def _expired(self, article: Article) -> bool:
        return expired(article, self.today())

    def _embedding(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin", "")
        return {"Access-Control-Allow-Origin": origin} if origin in self._office.origins else {}

    def render(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page of the site from its template."""
        text = _printed(self._fill(template, status, values))
        headers = {"Cache-Control": "no-cache", "Vary": "Referer", "ETag": f'"{etag(text.encode())}"'}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def render_private(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page for one person, of which nothing is kept; what they typed into a long field stays as it is."""
        parts = _TYPED.split(self._fill(template, status, values))
        text = "".join(part if part.startswith("<textarea") else _printed.__wrapped__(part) for part in parts)
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def _fill(self, template: str, status: int, values: Mapping[str, Any]) -> str:
        office = self._office
        return self._templates.get_template(template).render(
            town=office.town,
            site=office.site,
            status=status,
            searches=self._searching is not None,
            forms=self._forms,
            **values,
        )


def article_html(body: str, below: int = 0) -> str:
    """An article's Markdown as HTML, as its page shows it; whatever is not Markdown is escaped."""
    rendered = _MARKDOWN.render(body)
    if below:
        rendered = _HEADING.sub(lambda tag: f"{tag[1]}{min(int(tag[2]) + below, DEEPEST)}>", rendered)
    return _linked(rendered)


def article_preview(body: str) -> str:
    """As `article_html`, set as French is in print: a piece of a page that is made while somebody writes."""
    return _printed.__wrapped__(article_html(body))


def _linked(page: str) -> str:
    """An article's HTML in which numbers, mail addresses and sites can be followed, as far as its author left them bare."""
    parts, is_linked = [], False
    for part in _TAG.split(page):
        if part.startswith(("<a ", "<code", "</a", "</code")):
            is_linked = not part.startswith("</")
        is_words = not part.startswith("<") and not is_linked
        parts.append(_REACHED.sub(_link, part) if is_words else part)
    return "".join(parts)


def _link(found: re.Match[str]) -> str:
    words = found[0]
    if found["tel"]:
        return f'<a class="tel" href="tel:{words.replace(" ", "")}">{words}</a>'
    if found["mail"]:
        return f'<a href="mailto:{words}">{words}</a>'
    return f'<a href="https://{words.lower()}" rel="noreferrer">{words}</a>'


@lru_cache(maxsize=PAGES_KEPT)
def _printed(page: str) -> str:
    """A page with every text set as French is in print, whoever wrote it: templates, `office.yml`, articles."""
    return _TEXT.sub(lambda text: html.escape(typeset(html.unescape(text[0])), quote=False), page)


def _file(path: Path) -> File:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: the web pages are not built; run `make setup`") from error
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(body, media_type, etag(body))
