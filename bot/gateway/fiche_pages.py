"""The State's fiches on the town's site: one page each, readable without script, with the town's own words on top."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from markupsafe import Markup

from bot.errors import Missing
from bot.feeds import Fiches
from bot.fiches import AUDIENCES, PART, PRO, Fiche, Link, Related
from bot.gateway import fiche_view
from bot.gateway.pages import Pages
from bot.gateway.visiting import Visiting
from bot.knowledge.articles import expired
from bot.knowledge.lookup import fiche_url
from bot.settings import Office
from bot.store.base import Articles

OFFICIAL = {
    PART: "https://www.service-public.fr/particuliers/vosdroits/{}",
    PRO: "https://entreprendre.service-public.fr/vosdroits/{}",
}
LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
ID = "[A-Z]{1,3}[0-9]{1,8}"
MAX_STEPS = 40

_WAY = re.compile(r"\d{1,3}(?:-\d{1,3})*")


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids that have a page of ours, as they were at one version of the fiches."""

    version: int
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Own:
    """An article of the town's that adds to a fiche."""

    id: str
    title: str
    html: Markup
    updated: date | None


class FichePages:
    """`/fiches/…`"""

    def __init__(self, pages: Pages, fiches: Fiches, articles: Articles, office: Office, visiting: Visiting) -> None:
        self._pages = pages
        self._fiches = fiches
        self._articles = articles
        self._office = office
        self._visiting = visiting
        self._ids = _Ids(-1, frozenset())

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every page of fiches."""
        one = f"/fiches/{{audience:part|pro}}/{{id:{ID}}}"
        return [
            web.get(f"/fiches/{{id:{ID}}}", self.moved),
            web.get(one, self.fiche),
            web.get(one + "/{way:[0-9-]{1,160}}", self.step),
        ]

    async def moved(self, request: web.Request) -> web.Response:
        """`/fiches/{id}`: to the page of the audience that has it."""
        for audience in AUDIENCES:
            try:
                fiche = await self._fiches.get(f"{audience}:{request.match_info['id']}")
            except Missing:
                continue
            return _moved(fiche_url(fiche.key))
        raise Missing(request.match_info["id"])

    async def fiche(self, request: web.Request) -> web.Response:
        """`/fiches/{audience}/{id}`"""
        fiche = await self._get(request)
        if fiche.key != _key(request):
            return _moved(fiche_url(fiche.key))
        if fiche.guide is not None:
            return await self._step(request, fiche, ())
        keys = await self._known()
        page = f"fiche:{fiche.key}"
        return self._pages.render(
            "fiche.html.j2",
            fiche=fiche,
            blocks=fiche_view.blocks(fiche, self._office, lambda link: _href(fiche, link, keys)),
            intro=fiche_view.intro(fiche),
            own=await self._own(fiche),
            onward=[(one.title, self._related(fiche, one, keys)) for one in (*fiche.questions, *fiche.related)],
            page=page,
            by_search=self._visiting.read(request, page),
            official=_official(fiche),
            licence=LICENCE,
        )

    async def step(self, request: web.Request) -> web.Response:
        """`/fiches/{audience}/{id}/{way}`: a step of a guided search, by the numbers of the answers before it."""
        fiche, way = await self._get(request), request.match_info["way"]
        if fiche.guide is None or not _WAY.fullmatch(way):
            raise Missing(way)
        if fiche.key != _key(request):
            return _moved(fiche_url(fiche.key))
        return await self._step(request, fiche, tuple(int(number) for number in way.split("-")))

    async def _step(self, request: web.Request, fiche: Fiche, way: tuple[int, ...]) -> web.Response:
        assert fiche.guide is not None
        fork = fiche_view.step(fiche.guide, way) if len(way) <= MAX_STEPS else None
        if fork is None:
            raise Missing(request.path)
        keys = await self._known()
        url = fiche_url(fiche.key)
        said = [fiche_view.step(fiche.guide, way[: length + 1]) for length in range(len(way))]
        return self._pages.render(
            "guide.html.j2",
            fiche=fiche,
            fork=fork,
            answers=[(answer.title, _step_url(url, (*way, number))) for number, answer in enumerate(fork.forks)],
            links=[(link.words, _href(fiche, link, keys)) for link in fork.links],
            before=[(one.title, _step_url(url, way[:length])) for length, one in enumerate(said) if one],
            back=_step_url(url, way[:-1]) if way else "",
            page=f"fiche:{fiche.key}",
            by_search=self._visiting.read(request, f"fiche:{fiche.key}") if not way else False,
            official=_official(fiche),
            licence=LICENCE,
        )

    async def _get(self, request: web.Request) -> Fiche:
        return await self._fiches.get(_key(request))

    async def _known(self) -> frozenset[str]:
        """The keys of all fiches."""
        version = await self._fiches.version()
        if version != self._ids.version:
            feeds = [(audience, await self._fiches.feed(audience)) for audience in AUDIENCES]
            keys = frozenset(f"{audience}:{one}" for audience, feed in feeds if feed for one in feed.sums)
            self._ids = _Ids(version, keys)
        return self._ids.keys

    async def _own(self, fiche: Fiche) -> list[_Own]:
        """The town's own words to a fiche."""
        today = self._pages.today()
        added = [one for one in await self._articles.all() if one.fiche == fiche.id and not expired(one, today)]
        return [_Own(one.id, one.title, self._pages.words_of(one, below=1), one.updated) for one in added]

    def _related(self, fiche: Fiche, related: Related, keys: frozenset[str]) -> str:
        audience = related.audience or fiche.audience
        return _page_of(audience, related.id, keys)


def _official(fiche: Fiche) -> str:
    return fiche.url or OFFICIAL[fiche.audience].format(fiche.id)


def _href(fiche: Fiche, link: Link, keys: frozenset[str]) -> str:
    if link.fiche:
        return _page_of(fiche.audience, link.fiche, keys)
    # What a browser would do something else with than open a page is no link.
    return link.url if link.url.startswith(("https://", "http://", "mailto:", "tel:")) else ""


def _page_of(audience: str, fiche_id: str, keys: frozenset[str]) -> str:
    """Our page of a fiche, of the same audience first; the official one where we have none."""
    for one in dict.fromkeys((audience, *AUDIENCES)):
        if f"{one}:{fiche_id}" in keys:
            return fiche_url(f"{one}:{fiche_id}")
    return OFFICIAL[audience].format(fiche_id)


def _step_url(url: str, way: tuple[int, ...]) -> str:
    return f"{url}/{'-'.join(str(number) for number in way)}" if way else url


def _key(request: web.Request) -> str:
    return f"{request.match_info['audience']}:{request.match_info['id']}"


def _moved(url: str) -> web.Response:
    return web.Response(status=301, headers={"Location": url})
