"""A town's web site: pages, a sitemap, robots.txt, and whatever a test puts in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MENU = '<header><nav><ul><li><a href="/">Accueil</a></li><li><a href="/sports">Sports</a></li></ul></nav></header>'
FOOT = "<footer><p>Mairie de Rivemont, 1 place du Pont</p></footer>"


def page(title: str, text: str, head: str = "") -> str:
    """A whole page, with the menu and the footer that every page of the site has."""
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title} | Ville de Rivemont</title>{head}'
        f"</head><body>{MENU}<main><h1>{title}</h1>{text}</main>{FOOT}</body></html>"
    )


def prose(about: str) -> str:
    """A paragraph that only a page about this has."""
    return (
        f"<p>Le service de {about} vous reçoit sans rendez-vous le mardi matin et le jeudi après-midi. "
        f"Pour {about}, apportez une pièce d'identité et un justificatif de domicile récent.</p>"
    )


class FakeSite:
    """A site on a free port of the loopback interface; `async with FakeSite() as site`."""

    def __init__(self) -> None:
        self.answers: dict[str, str | bytes | web.Response | Handler] = {}
        """By path with its query; text is a page in HTML."""
        self.asked: list[web.Request] = []
        self.at: list[float] = []
        """When each request came."""
        self.released = asyncio.Event()
        """What a slow answer waits for."""
        self.busy = 0
        self.most_busy = 0

    def publish(self, *paths: str) -> None:
        """List pages in /sitemap.xml; a path without an answer gets a page of its own."""
        for path in paths:
            name = path.strip("/").replace("/", " ") or "accueil"
            self.answers.setdefault(path, page(name.capitalize(), prose(name)))
        self.answers["/sitemap.xml"] = sitemap(*(self.url + path for path in paths))

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path_qs for request in self.asked]

    async def __aenter__(self) -> FakeSite:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        server = web.TCPSite(self._runner, "127.0.0.1", 0)
        await server.start()
        assert server._server is not None
        self.port = server._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        await self._runner.cleanup()

    async def slow(self, request: web.Request) -> web.StreamResponse:
        """An answer that does not come while anybody waits for it."""
        await self.released.wait()
        return web.Response(text=page("Lent", prose("lenteur")), content_type="text/html")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.at.append(asyncio.get_running_loop().time())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            found = self.answers.get(request.path_qs)
            if found is None:
                return web.Response(status=404)
            if isinstance(found, web.Response):
                # A response is sent once.
                return web.Response(body=found.body, status=found.status, headers=found.headers)
            if isinstance(found, bytes):
                return web.Response(body=found)
            if isinstance(found, str):
                kind = "text/html" if "<html" in found else "application/xml" if "<" in found else "text/plain"
                return web.Response(text=found, content_type=kind)
            return await found(request)
        finally:
            self.busy -= 1


def sitemap(*addresses: str, modified: str = "") -> str:
    """A sitemap of pages."""
    when = f"<lastmod>{modified}</lastmod>" if modified else ""
    listed = "".join(f"<url><loc>{address.replace('&', '&amp;')}</loc>{when}</url>" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    )


def index(*addresses: str) -> str:
    """A sitemap of sitemaps."""
    listed = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'
    )
