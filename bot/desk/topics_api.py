"""The desk's requests about what could not be answered, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from aiohttp import web

from bot.agents import Agent, Role
from bot.desk import bodies
from bot.desk.answering import Answer, Answering
from bot.desk.shapes import Shape
from bot.desk.topic_shapes import TopicShapes
from bot.desk.topics import DeskTopics, Shown
from bot.errors import PayloadRejected
from bot.topics import WINDOW, Decision

ONE = "/desk/api/topics/{topic:[0-9]{1,15}}"
MAX_TARGET_CHARS = 120
MAX_LISTED = 60
"""Of the open and of the decided groups: nobody looks at more at once, and each is read for its examples."""
PREVIEWED = 3


class TopicsApi:
    """Every route about groups below `/desk/api/`."""

    def __init__(self, topics: DeskTopics, shapes: TopicShapes) -> None:
        self._topics = topics
        self._shapes = shapes

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route; which groups an agent may see and decide about, their services say."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/desk/api/topics", self.all),
            ("GET", ONE, self.one),
            ("POST", ONE, self.decide),
        ]
        return [web.route(method, path, answering(tuple(Role), answer)) for method, path, answer in table]

    async def all(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/topics`"""
        every = await self._topics.all(agent)
        listed = [
            one for is_open in (True, False) for one in [it for it in every if it.is_open is is_open][:MAX_LISTED]
        ]
        rows = []
        for one in listed:
            examples = await self._topics.examples(one, PREVIEWED)
            rows.append(await self._row(one) | {"examples": self._shapes.examples(examples)})
        return {
            "topics": rows,
            "more": len(every) - len(listed),
            "days": WINDOW.days,
            "today": self._topics.today().isoformat(),
            "intents": [{"code": code, "name": name} for code, name in sorted(self._topics.intents.items())],
        }

    async def one(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/topics/ID`"""
        shown = await self._topics.get(agent, _topic(request))
        examples = await self._topics.examples(shown)
        return {"topic": await self._row(shown), "examples": self._shapes.examples(examples)}

    async def decide(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/topics/ID`"""
        body = await bodies.json_object(request)
        try:
            decision = Decision(body.get("decision"))
        except ValueError as error:
            raise PayloadRejected("decision is none of ours") from error
        target = bodies.read_text(body, "for", MAX_TARGET_CHARS, may_be_empty=True)
        shown, opened = await self._topics.decide(agent, _topic(request), decision, target)
        return {"topic": await self._row(shown), "article": opened or None}

    async def _row(self, shown: Shown) -> Shape:
        decided_for = shown.topic.decided_for
        target = await self._topics.title(decided_for) if decided_for else ""
        return self._shapes.row(shown, self._topics.today(), self._topics.day_of(shown.topic), target)


def _topic(request: web.Request) -> int:
    return int(request.match_info["topic"])
