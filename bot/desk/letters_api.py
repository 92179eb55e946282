"""The desk's requests about letters, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from aiohttp import web

from bot.agents import Agent, Role
from bot.desk import bodies
from bot.desk.answering import Answer, Answering
from bot.desk.cases import Desk
from bot.desk.dossiers import Dossiers
from bot.desk.letter_shapes import LetterShapes
from bot.desk.letters import DeskLetters, sees_aside
from bot.desk.shapes import Shape
from bot.errors import PayloadRejected
from bot.readings import LetterKind, Urgency

CASE = "/desk/api/cases/{case:[0-9]{1,15}}"
LETTER = "{letter:[0-9]{1,15}}"

Choice = TypeVar("Choice", bound=Enum)


class LettersApi:
    """Every route about letters below `/desk/api/`."""

    def __init__(self, letters: DeskLetters, shapes: LetterShapes, desk: Desk, dossiers: Dossiers) -> None:
        self._letters = letters
        self._shapes = shapes
        self._desk = desk
        self._dossiers = dossiers

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route; which letters an agent may see, their services say."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/desk/api/letters", self.overview),
            ("POST", f"/desk/api/letters/{LETTER}/open", self.open),
            ("POST", f"{CASE}/letter", self.correct),
            ("POST", f"{CASE}/letters/{LETTER}/trust", self.trust),
            ("POST", f"{CASE}/letters/{LETTER}/acknowledge", self.acknowledge),
            ("POST", f"{CASE}/letters/{LETTER}/drop", self.drop),
        ]
        return [web.route(method, path, answering(tuple(Role), answer)) for method, path, answer in table]

    async def overview(self, request: web.Request, agent: Agent) -> Shape:
        """`GET /desk/api/letters`: the open ones by service, whose acknowledgement was held, for the reception what opened no case."""
        aside = await self._letters.aside(agent) if sees_aside(agent) else None
        named = agent.role is not Role.AGENT
        return {
            "held": [self._shapes.held(one, named) for one in await self._letters.held(agent)],
            "shelves": [self._shapes.shelf(one) for one in await self._letters.shelves(agent)],
            "aside": None if aside is None else [self._shapes.aside(one) for one in aside],
        }

    async def open(self, request: web.Request, agent: Agent) -> Shape:
        """`POST /desk/api/letters/LETTER/open`: somebody waits behind it."""
        case = await self._letters.open_aside(agent, _letter(request))
        return {"case": {"id": case.id, "number": case.number}}

    async def correct(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/letter`: its kind, or its urgency."""
        body = await bodies.json_object(request)
        kind, urgency = _one_of(LetterKind, body, "kind"), _one_of(Urgency, body, "urgency")
        if kind is None and urgency is None:
            raise PayloadRejected("neither a kind nor an urgency")
        case_id = _case(request)
        await self._letters.correct(agent, case_id, kind, urgency)
        return await self._changed(agent, case_id)

    async def trust(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/letters/LETTER/trust`"""
        await self._letters.trust(agent, _case(request), _letter(request))
        return await self._changed(agent, _case(request))

    async def acknowledge(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/letters/LETTER/acknowledge`"""
        await self._letters.acknowledge(agent, _case(request), _letter(request))
        return await self._changed(agent, _case(request))

    async def drop(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/letters/LETTER/drop`"""
        await self._letters.drop(agent, _case(request), _letter(request))
        return await self._changed(agent, _case(request))

    async def _changed(self, agent: Agent, case_id: int) -> Shape:
        return {"case": await self._dossiers.case(agent, await self._desk.case(agent, case_id))}


def _one_of(choices: type[Choice], body: Mapping[str, Any], name: str) -> Choice | None:
    """One of the values of an enumeration; None if it is not given.

    Raises:
        PayloadRejected: it is none of them.
    """
    if name not in body:
        return None
    try:
        return choices(body[name])
    except ValueError as error:
        raise PayloadRejected(f"there is no such {name}") from error


def _case(request: web.Request) -> int:
    return int(request.match_info["case"])


def _letter(request: web.Request) -> int:
    return int(request.match_info["letter"])
