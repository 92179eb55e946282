"""The desk's requests about articles, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.agents import Agent, Role
from bot.articles import Draft
from bot.desk import article_bodies, bodies
from bot.desk.answering import Answer, Answering
from bot.desk.article_preview import Vouches, previewed, warnings
from bot.desk.article_shapes import ArticleShapes
from bot.desk.articles import Listed, Writing
from bot.desk.cases import Desk
from bot.desk.dossiers import Dossiers
from bot.desk.fiche_titles import FicheTitles
from bot.desk.shapes import Shape
from bot.settings import Office
from bot.text.clean import clean

MAX_SEARCH_CHARS = 200
ONE = "/desk/api/articles/{article:[a-z0-9][a-z0-9_-]{0,79}}"


class ArticlesApi:
    """Every route about articles below `/desk/api/`."""

    def __init__(
        self,
        writing: Writing,
        shapes: ArticleShapes,
        desk: Desk,
        dossiers: Dossiers,
        fiches: FicheTitles,
        vouches: Vouches,
        render: Callable[[str], str],
        office: Office,
    ) -> None:
        """`render` makes HTML of Markdown, as the town's page shows it."""
        self._writing = writing
        self._shapes = shapes
        self._desk = desk
        self._dossiers = dossiers
        self._fiches = fiches
        self._vouches = vouches
        self._render = render
        self._office = office

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route; which articles an agent may see and change, their services say."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/desk/api/articles", self.all),
            ("POST", "/desk/api/articles", self.create),
            ("GET", ONE, self.one),
            ("PUT", ONE, self.save),
            ("GET", f"{ONE}/history", self.history),
            ("POST", f"{ONE}/publish", self.publish),
            ("POST", f"{ONE}/unpublish", self.unpublish),
            ("POST", f"{ONE}/restore", self.restore),
            ("POST", f"{ONE}/remove", self.remove),
            ("POST", f"{ONE}/take-over", self.take_over),
            ("POST", "/desk/api/preview", self.preview),
            ("GET", "/desk/api/fiches", self.fiches),
            ("POST", "/desk/api/cases/{case:[0-9]{1,15}}/article", self.of_reply),
        ]
        return [web.route(method, path, answering(tuple(Role), answer)) for method, path, answer in table]

    async def all(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/articles?q=…`"""
        words = clean(request.query.get("q", "")[:MAX_SEARCH_CHARS])
        today = self._writing.today()
        return {
            "articles": [self._shapes.row(one, today) for one in await self._writing.all(agent, words)],
            "owners": [{"id": one.id, "name": one.name} for one in await self._writing.owners()],
            "today": today.isoformat(),
        }

    async def create(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/articles`"""
        return await self._shown(await self._writing.create(agent, await self._draft(request)))

    async def one(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/articles/ID`"""
        return await self._shown(await self._writing.get(agent, _article(request)))

    async def save(self, request: web.Request, agent: Agent) -> Shape:
        """`PUT /desk/api/articles/ID`"""
        version = article_bodies.read_version(await bodies.json_object(request))
        return await self._shown(
            await self._writing.save(agent, _article(request), version, await self._draft(request))
        )

    async def history(self, request: web.Request, agent: Agent) -> Shape:
        """`GET …/history`"""
        found = await self._writing.history(agent, _article(request))
        return {"editions": [self._shapes.edition(one) for one in found]}

    async def publish(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/publish`"""
        version = article_bodies.read_version(await bodies.json_object(request))
        return await self._shown(await self._writing.publish(agent, _article(request), version))

    async def unpublish(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/unpublish`"""
        version = article_bodies.read_version(await bodies.json_object(request))
        return await self._shown(await self._writing.unpublish(agent, _article(request), version))

    async def restore(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/restore`"""
        body = await bodies.json_object(request)
        version, number = article_bodies.read_version(body), article_bodies.read_version(body, "edition")
        return await self._shown(await self._writing.restore(agent, _article(request), version, number))

    async def remove(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/remove`"""
        version = article_bodies.read_version(await bodies.json_object(request))
        return await self._shown(await self._writing.remove(agent, _article(request), version))

    async def take_over(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/take-over`"""
        return await self._shown(await self._writing.take_over(agent, _article(request)))

    async def preview(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/preview`: nothing is kept of it."""
        draft = await self._draft(request, is_new=True)
        pieces = previewed("preview", draft)
        found = warnings(draft, pieces, self._vouches, self._writing.today())
        return {
            "html": self._render(draft.body),
            "passages": [self._shapes.passage(one) for one in pieces],
            "warnings": [self._shapes.warning(one) for one in found],
        }

    async def fiches(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/fiches?q=…`"""
        words = clean(request.query.get("q", "")[:MAX_SEARCH_CHARS])
        return {"fiches": self._shapes.fiches(await self._fiches.find(words))}

    async def of_reply(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/cases/ID/article`: a draft of the agent's reply at a line of its conversation."""
        position = bodies.read_position(await bodies.json_object(request))
        case = await self._desk.case(agent, int(request.match_info["case"]))
        lines = await self._dossiers.lines(case)
        return await self._shown(await self._writing.create_of_reply(agent, case, lines, position))

    async def _draft(self, request: web.Request, is_new: bool = False) -> Draft:
        owners = frozenset(one.id for one in await self._writing.owners())
        body = await bodies.json_object(request)
        return article_bodies.read_draft(body, self._office.services, owners, may_be_untitled=is_new)

    async def _shown(self, one: Listed) -> Shape:
        fiche = await self._fiches.named(one.draft.fiche) if one.draft.fiche else None
        return {"article": self._shapes.article(one, self._writing.today(), fiche)}


def _article(request: web.Request) -> str:
    return request.match_info["article"]
