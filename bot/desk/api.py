"""The desk's requests, as docs/desk-protocol.md gives them: who asks, whether they may, and the answer as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from bot.agents import Agent, Agents, Role
from bot.articles import Overtaken
from bot.cases import View
from bot.casework import Cases, Photos, StoredPhoto
from bot.clock import Clock, now
from bot.desk import bodies, suggest
from bot.desk.answering import Answer
from bot.desk.canned import Canned, for_agent
from bot.desk.cases import Desk
from bot.desk.dossiers import Dossiers
from bot.desk.failures import Failures
from bot.desk.files import handed_out
from bot.desk.login import Login, guard
from bot.desk.queue import SEEN_WITHIN
from bot.desk.refusals import REFUSALS, Left, Settled, refusal_of
from bot.desk.shapes import Shapes
from bot.errors import (
    CaseTaken,
    Missing,
    NotAllowed,
    NotSignedIn,
    PayloadRejected,
    StoreError,
)
from bot.knowledge.base import KnowledgeBase
from bot.messages import Author
from bot.settings import Office
from bot.sourced import Sourced
from bot.text.clean import clean

log = structlog.get_logger(__name__)


MAX_REASON_CHARS = 200


class DeskApi:
    """Every route below `/desk/api/`."""

    def __init__(
        self,
        desk: Desk,
        login: Login,
        shapes: Shapes,
        agents: Agents,
        cases: Cases,
        photos: Photos,
        dossiers: Dossiers,
        failures: Failures,
        knowledge: KnowledgeBase,
        canned: tuple[Canned, ...],
        office: Office,
        sourced: Sourced,
        clock: Clock = now,
    ) -> None:
        self._desk = desk
        self._login = login
        self._shapes = shapes
        self._agents = agents
        self._cases = cases
        self._photos = photos
        self._dossiers = dossiers
        self._failures = failures
        self._knowledge = knowledge
        self._canned = canned
        self._office = office
        self._sourced = sourced
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every route, with the roles that may use it."""
        anybody, leading = tuple(Role), (Role.SUPERVISOR, Role.ADMIN)
        one = "/desk/api/cases/{case:[0-9]{1,15}}"
        table: list[tuple[str, str, tuple[Role, ...], Answer]] = [
            ("GET", "/desk/api/me", anybody, self.me),
            ("PUT", "/desk/api/me", anybody, self.set_me),
            ("GET", "/desk/api/agents", leading, self.colleagues),
            ("GET", "/desk/api/cases", anybody, self.queue),
            ("GET", one, anybody, self.case),
            ("POST", f"{one}/take", anybody, self.take),
            ("POST", f"{one}/pass", anybody, self.pass_on),
            ("POST", f"{one}/release", anybody, self.release),
            ("POST", f"{one}/transfer", anybody, self.transfer),
            ("POST", f"{one}/close", anybody, self.close),
            ("POST", f"{one}/urgent", anybody, self.urgent),
            ("POST", f"{one}/reveal", anybody, self.reveal),
            ("POST", f"{one}/notes", anybody, self.note),
            ("POST", f"{one}/replies", anybody, self.reply),
            ("POST", f"{one}/flags", anybody, self.flags),
            ("DELETE", one + "/replies/{reply}", anybody, self.take_back),
            ("POST", f"{one}/again", anybody, self.again),
            ("GET", f"{one}/suggestions", anybody, self.suggestions),
            ("GET", "/desk/api/undelivered", anybody, self.undelivered),
            ("POST", "/desk/api/undelivered/again", anybody, self.send_again),
            ("POST", "/desk/api/undelivered/dismiss", anybody, self.dismiss),
            ("GET", "/desk/api/knowledge", anybody, self.knowledge),
        ]
        routes = [web.route(method, path, self.answering(roles, answer)) for method, path, roles, answer in table]
        return [*routes, web.get("/desk/api/photos/{photo}", self.photo)]

    async def me(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/me`"""
        signed_in = await self._login.who(request)
        town = self._office.town
        return {
            "agent": self._shapes.agent(agent),
            "csrf": signed_in.csrf,
            "town": town.name,
            "office": town.office,
            "language": "fr",
            "services": [{"code": code, "name": one.name} for code, one in self._office.services.items()],
            "canned": [
                {"key": one.key, "title": one.title, "text": one.text, "services": list(one.services)}
                for one in for_agent(self._canned, agent)
            ],
            "views": [view.value for view in View if view is not View.UNTAKEN or agent.role is not Role.AGENT],
            "undo_seconds": self._office.desk.undo_seconds,
            "max_text_chars": self._office.chat.max_text_chars,
        }

    async def set_me(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`PUT /desk/api/me`"""
        available = bodies.read_flag(await bodies.json_object(request), "available")
        await self._agents.set_available(agent.id, available)
        return {"agent": {**self._shapes.agent(agent), "available": available}}

    async def colleagues(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/agents`"""
        since = self._clock() - SEEN_WITHIN
        shown = [one for one in await self._agents.all() if not one.disabled]
        return {
            "agents": [
                {
                    "id": one.id,
                    "name": one.name,
                    "services": list(one.services),
                    "available": one.available,
                    "present": one.seen_at is not None and one.seen_at >= since,
                    "capacity": self._shapes.agent(one)["capacity"],
                }
                for one in shown
            ]
        }

    async def queue(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/cases?view=…&service=…`"""
        try:
            view = View(request.query.get("view", View.WAITING.value))
        except ValueError as error:
            raise PayloadRejected("there is no such view") from error
        rows = await self._dossiers.rows(await self._desk.queue(agent, view, request.query.get("service", "")))
        return {"cases": rows, "counts": {view.value: n for view, n in (await self._desk.counts(agent)).items()}}

    async def case(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/cases/ID`"""
        return await self._dossiers.whole(agent, _case(request))

    async def take(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/take`"""
        return await self._changed(agent, (await self._desk.take(agent, _case(request))).id)

    async def pass_on(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/pass`; whose services are others sees it no more afterwards."""
        return {"case": await self._dossiers.case(agent, await self._desk.pass_on(agent, _case(request)))}

    async def release(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/release`"""
        reason = bodies.read_text(await bodies.json_object(request), "reason", MAX_REASON_CHARS, may_be_empty=True)
        return await self._changed(agent, (await self._desk.release(agent, _case(request), reason)).id)

    async def transfer(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/transfer`; whose services are others sees it no more afterwards."""
        body = await bodies.json_object(request)
        service = bodies.read_text(body, "service", MAX_REASON_CHARS)
        note = bodies.read_text(body, "note", self._office.chat.max_text_chars, may_be_empty=True)
        case = await self._desk.transfer(agent, _case(request), service, note)
        return {"case": await self._dossiers.case(agent, case)}

    async def close(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/close`; with `cancel_appointment` the time of an appointment is free again."""
        body = await bodies.json_object(request)
        cancels = "cancel_appointment" in body and bodies.read_flag(body, "cancel_appointment")
        return await self._changed(agent, (await self._desk.close(agent, _case(request), cancels)).id)

    async def urgent(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/urgent`"""
        urgent = bodies.read_flag(await bodies.json_object(request), "urgent")
        return await self._changed(agent, (await self._desk.set_urgent(agent, _case(request), urgent)).id)

    async def reveal(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/reveal`"""
        return {"contact": await self._desk.reveal(agent, _case(request))}

    async def note(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/notes`"""
        body = await bodies.json_object(request)
        text = bodies.read_text(body, "text", self._office.chat.max_text_chars)
        return {"event": self._shapes.event(await self._desk.note(agent, _case(request), bodies.read_id(body), text))}

    async def reply(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/replies`"""
        body = await bodies.json_object(request)
        text = bodies.read_text(body, "text", self._office.chat.max_text_chars)
        used = bodies.read_text(body, "suggestion", bodies.MAX_KEY_CHARS, may_be_empty=True)
        said = bodies.read_id(body), text, bodies.read_sources(body)
        return {"pending": self._shapes.pending(await self._desk.reply(agent, _case(request), *said, suggestion=used))}

    async def flags(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/flags`: what of a draft is in no source; it may be sent all the same."""
        body = await bodies.json_object(request)
        text = bodies.read_text(body, "text", self._office.chat.max_text_chars)
        lines = await self._dossiers.lines(await self._desk.case(agent, _case(request)))
        said = [line.text for line in lines if line.author != Author.AGENT.value]
        found = await self._sourced.flags(text, bodies.read_sources(body), said)
        return {"flags": [{"kind": one.kind.value, "text": one.text} for one in found]}

    async def take_back(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`DELETE …/replies/REPLY`

        Raises:
            Left: it has left.
        """
        pending = await self._desk.take_back(agent, _case(request), request.match_info["reply"])
        if pending is None:
            raise Left("the reply has left")
        return {"text": pending.text, "sources": self._shapes.sources(pending.sources)}

    async def again(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST …/again`: a line of the case's conversation that was given up.

        Raises:
            Settled: it is not.
        """
        case = await self._desk.case(agent, _case(request))
        position = bodies.read_position(await bodies.json_object(request))
        ref = next((line.ref for line in await self._dossiers.lines(case) if line.position == position), "")
        if not (ref and await self._failures.send_again(agent, case.conversation_id, ref)):
            raise Settled("the line is not given up")
        return {}

    async def undelivered(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/undelivered`"""
        shown = await self._failures.shown(agent)
        return {"undelivered": [self._shapes.undelivered(failure, text) for failure, text in shown]}

    async def send_again(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST /desk/api/undelivered/again`

        Raises:
            Settled: it is not given up (any more).
        """
        body = await bodies.json_object(request)
        named = bodies.read_key(body, "conversation"), bodies.read_key(body, "reply")
        if not await self._failures.send_again(agent, *named):
            raise Settled("the reply is not given up")
        return {}

    async def dismiss(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`POST /desk/api/undelivered/dismiss`; put away twice, it is put away."""
        body = await bodies.json_object(request)
        await self._failures.dismiss(agent, bodies.read_key(body, "conversation"), bodies.read_key(body, "reply"))
        return {}

    async def suggestions(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET …/suggestions`"""
        case = await self._desk.case(agent, _case(request))
        words = suggest.asked(await self._dossiers.lines(case), case.subject)
        return await self._found(words)

    async def knowledge(self, request: web.Request, agent: Agent) -> dict[str, Any]:
        """`GET /desk/api/knowledge?q=…`"""
        return await self._found(clean(request.query.get("q", "")))

    async def photo(self, request: web.Request) -> web.Response:
        """`GET /desk/api/photos/PHOTO`: a photo or a document, to agents who may see its case, or one of whoever sent it."""
        try:
            signed_in = await self._login.who(request)
            photo = await self._photos.get(request.match_info["photo"])
            await self._require_photo(signed_in.agent, photo)
        except (NotSignedIn, NotAllowed, Missing) as error:
            return self._refused(error)
        return handed_out(photo)

    async def _require_photo(self, agent: Agent, photo: StoredPhoto) -> None:
        """Raises: NotAllowed, Missing."""
        if photo.case_id is not None:
            await self._desk.case(agent, photo.case_id)
        elif not any(agent.serves(case.service) for case in await self._cases.find(photo.conversation_id)):
            raise NotAllowed("the photo is of nobody whose case the agent may see")

    async def _changed(self, agent: Agent, case_id: int) -> dict[str, Any]:
        return {"case": await self._dossiers.case(agent, await self._desk.case(agent, case_id))}

    async def _found(self, words: str) -> dict[str, Any]:
        found = await suggest.find(self._knowledge, self._office, words)
        return {"suggestions": [self._shapes.suggestion(one) for one in found]}

    def answering(self, roles: tuple[Role, ...], answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A handler that knows who asks, lets only these roles through, and answers in JSON but for what is a file."""

        async def handler(request: web.Request) -> web.Response:
            try:
                signed_in = await self._login.who(request)
                guard(request, signed_in)
                if signed_in.agent.role not in roles:
                    raise NotAllowed(f"not with the role {signed_in.agent.role.value}")
                body = await answer(request, signed_in.agent)
            except REFUSALS as error:
                return self._refused(error)
            if not isinstance(body, web.Response):
                body = web.json_response(body, headers={"Cache-Control": "no-store"})
            return body

        return handler

    def _refused(self, error: Exception) -> web.Response:
        key, status = refusal_of(error)
        by = error.by if isinstance(error, (CaseTaken, Overtaken)) else ""
        if isinstance(error, CaseTaken) and not by:
            key = "taken_by_nobody"
        if isinstance(error, StoreError) and status == 503:
            log.error("desk.not_stored", error=str(error))
        limit = getattr(error, "limit", 0) or self._office.chat.max_text_chars
        body = self._shapes.refusal(key, by=by, limit=str(limit))
        if by:
            body["by"] = by
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})


def _case(request: web.Request) -> int:
    return int(request.match_info["case"])
