"""The desk's requests about messages to judge and answers to rate, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from aiohttp import web

from bot.agents import Agent, Role
from bot.analytics.samples import quality
from bot.clock import Clock, now
from bot.desk import bodies
from bot.desk.answering import Answer, Answering
from bot.desk.lesson_shapes import LessonShapes
from bot.desk.refusals import NoLesson
from bot.desk.shapes import Shape
from bot.errors import Missing, NotAllowed, PayloadRejected
from bot.knowledge.base import KnowledgeBase
from bot.lessons import Decision, Lessons, Rating, Sample, Samples

Choice = TypeVar("Choice", bound=Enum)

LEADING = (Role.SUPERVISOR, Role.ADMIN)
AT_ONCE = 50
"""Messages that the page gets; the next ones come when these are judged."""
WEEKS = 26
"""Half a year of history."""


class LessonsApi:
    """Every route about lessons and samples below `/desk/api/`.

    Lessons are of the whole town: supervisors and admins judge them. Agents rate the samples of their own services, and
    see what those say.
    """

    def __init__(
        self,
        lessons: Lessons,
        samples: Samples,
        shapes: LessonShapes,
        knowledge: KnowledgeBase,
        clock: Clock = now,
    ) -> None:
        self._lessons = lessons
        self._samples = samples
        self._shapes = shapes
        self._knowledge = knowledge
        self._clock = clock

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route, with the roles that may use it."""
        number = "{id:[0-9]{1,15}}"
        table: list[tuple[str, str, tuple[Role, ...], Answer]] = [
            ("GET", "/desk/api/lessons", LEADING, self.lessons),
            ("POST", f"/desk/api/lessons/{number}", LEADING, self.decide),
            ("GET", "/desk/api/samples", tuple(Role), self.samples),
            ("POST", f"/desk/api/samples/{number}", tuple(Role), self.rate),
        ]
        return [web.route(method, path, answering(roles, answer)) for method, path, roles, answer in table]

    async def lessons(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/lessons`"""
        waiting = await self._lessons.waiting(AT_ONCE)
        return {
            "lessons": await self._shapes.lessons(waiting),
            "exported": await self._shapes.lessons(await self._lessons.lately_exported(AT_ONCE)),
            "counts": dict(await self._lessons.counts()),
            "intents": [{"code": code, "name": name} for code, name in self._shapes.acts.items()],
        }

    async def decide(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/lessons/ID`; without a decision it waits again, and the next export takes out what one wrote.

        Raises:
            PayloadRejected: there is no such decision, act or article.
            NoLesson: it is gone.
        """
        body = await bodies.json_object(request)
        decision = _one_of(Decision, body, "decision")
        value = bodies.read_text(body, "value", bodies.MAX_KEY_CHARS, may_be_empty=True)
        if decision is Decision.INTENT and value not in self._shapes.acts:
            raise PayloadRejected("there is no such act to teach", reason="no_act")
        if decision is Decision.ARTICLE and not (value and await self._knowledge.title(value)):
            raise PayloadRejected("there is no such article", reason="no_page")
        if decision not in {Decision.INTENT, Decision.ARTICLE}:
            value = ""
        lesson_id = int(request.match_info["id"])
        try:
            decided = await self._lessons.decide(lesson_id, decision, value, agent.id, self._clock())
        except Missing as error:
            raise NoLesson(str(error)) from error
        (shape,) = await self._shapes.lessons([decided])
        return {"lesson": shape, "counts": dict(await self._lessons.counts())}

    async def samples(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/samples?week=…`: the newest week where none is named, and what is known of each."""
        weeks = await self._samples.weeks(WEEKS)
        week = _week(request.query.get("week", "")) or (weeks[0] if weeks else None)
        drawn = [one for one in await self._samples.of(weeks) if agent.serves(one.service)]
        if week is not None and week not in weeks:
            drawn += [one for one in await self._samples.of([week]) if agent.serves(one.service)]
        of_week = [one for one in drawn if one.week == week]
        return {
            "week": week.isoformat() if week else "",
            "weeks": [self._quality(one, drawn) for one in weeks],
            "samples": [await self._shapes.sample(one) for one in of_week],
            "quality": self._quality(week, drawn) if week else None,
        }

    async def rate(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/samples/ID`; without a rating it waits again.

        Raises:
            PayloadRejected: there is no such rating.
            NoLesson: it is gone.
            NotAllowed: it is of a service that is not the agent's.
        """
        rating = _one_of(Rating, await bodies.json_object(request), "rating")
        sample_id = int(request.match_info["id"])
        try:
            sample = await self._samples.get(sample_id)
            if not agent.serves(sample.service):
                raise NotAllowed("the sample is of a service that is not the agent's")
            rated = await self._samples.rate(sample_id, rating, agent.id, self._clock())
        except Missing as error:
            raise NoLesson(str(error)) from error
        of_week = [one for one in await self._samples.of([rated.week]) if agent.serves(one.service)]
        return {"sample": await self._shapes.sample(rated), "quality": self._quality(rated.week, of_week)}

    def _quality(self, week: date, drawn: Sequence[Sample]) -> Shape:
        return self._shapes.quality(week, quality([one for one in drawn if one.week == week]))


def _one_of(choices: type[Choice], body: Mapping[str, Any], name: str) -> Choice:
    """One of the values of an enumeration.

    Raises:
        PayloadRejected: it is none of them.
    """
    try:
        return choices(body.get(name))
    except ValueError as error:
        raise PayloadRejected(f"there is no such {name}") from error


def _week(text: str) -> date | None:
    """A week by its Monday; None if none is named.

    Raises:
        PayloadRejected: it is no date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise PayloadRejected("week is not a date") from error
