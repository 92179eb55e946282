"""The desk's requests about what is passed on, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.agents import Agent, Role
from bot.desk import bodies, referring
from bot.desk.cases import Desk
from bot.desk.dossiers import Dossiers
from bot.desk.referrals import Passing, by_hand
from bot.desk.shapes import Shape
from bot.desk.words import Words
from bot.referrals import MAX_TEXT_CHARS, Referral
from bot.settings import Office

Answer = Callable[[web.Request, Agent], Awaitable[dict[str, Any]]]
Answering = Callable[[tuple[Role, ...], Answer], Callable[[web.Request], Awaitable[web.Response]]]
"""What every request of the desk goes through; see `DeskApi.answering`."""

ALL = "/desk/api/cases/{case:[0-9]{1,15}}/referrals"
ONE = ALL + "/{referral:[0-9]{1,15}}"


class ReferralsApi:
    """Every route about referrals below `/desk/api/`."""

    def __init__(self, passing: Passing, desk: Desk, dossiers: Dossiers, words: Words, office: Office) -> None:
        self._passing = passing
        self._desk = desk
        self._dossiers = dossiers
        self._words = words
        self._office = office

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """Every route; which cases an agent may see, their services say."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", ALL, self.overview),
            ("POST", ALL, self.ask),
            ("POST", f"{ONE}/answer", self.answer),
            ("POST", f"{ONE}/withdraw", self.withdraw),
            ("POST", f"{ONE}/sent", self.sent),
        ]
        return [web.route(method, path, answering(tuple(Role), answer)) for method, path, answer in table]

    async def overview(self, request: web.Request, agent: Agent) -> Shape:
        """`GET …/referrals`: the bodies, the likeliest of them, what is prefilled, and what was passed on."""
        case = await self._desk.case(agent, _case(request))
        found = await self._passing.of_case(agent, case.id)
        lines = await self._dossiers.lines(case)
        text = referring.draft(case, lines, self._office, self._words, self._dossiers.detail)[:MAX_TEXT_CHARS]
        near = self._passing.near(referring.said_by_citizen(case, lines))
        return {
            "bodies": [
                {"code": code, "name": door.body.name, "line": door.body.line, "mailed": self._passing.mailed(door)}
                for code, door in self._passing.bodies.items()
            ],
            "near": near,
            "draft": text,
            "personal": referring.personal(text),
            "max_text_chars": MAX_TEXT_CHARS,
            "referrals": [self.shape(one) for one in found],
        }

    async def ask(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/referrals`: ask the citizen."""
        body = await bodies.json_object(request)
        text = bodies.read_text(body, "text", MAX_TEXT_CHARS)
        code, closes = bodies.read_key(body, "body"), bodies.read_flag(body, "closes")
        referral, reached = await self._passing.ask(agent, _case(request), code, text, closes)
        return {"referral": self.shape(referral), "reached": reached}

    async def answer(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/referrals/ID/answer`: what the citizen said elsewhere."""
        given = bodies.read_flag(await bodies.json_object(request), "given")
        return {"referral": self.shape(await self._passing.noted(agent, _case(request), _referral(request), given))}

    async def withdraw(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/referrals/ID/withdraw`"""
        return {"referral": self.shape(await self._passing.withdraw(agent, _case(request), _referral(request)))}

    async def sent(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/referrals/ID/sent`: an agent has passed it on by hand."""
        return {"referral": self.shape(await self._passing.by_hand(agent, _case(request), _referral(request)))}

    def shape(self, one: Referral) -> Shape:
        """One of them, as the page reads it."""
        hand = by_hand(one)
        return {
            "id": one.id,
            "body": one.body,
            "name": one.name,
            "text": one.text,
            "closes": one.closes,
            "state": one.state.value,
            "state_name": self._words.name("referral_state", "by_hand" if hand else one.state.value),
            "by_hand": hand,
            "agent": one.agent_name,
            "asked_at": one.asked_at.isoformat(),
            "answered_at": referring.stamp(one.answered_at),
            "sent_at": referring.stamp(one.sent_at),
        }


def _case(request: web.Request) -> int:
    return int(request.match_info["case"])


def _referral(request: web.Request) -> int:
    return int(request.match_info["referral"])
