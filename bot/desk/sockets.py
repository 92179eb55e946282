"""The desk live: what changed in any case, told to every open page of an agent, and to the citizens it is about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

import socketio
import structlog
from aiohttp import web

from bot.agents import Agent, Agents
from bot.bus import DESK, Bus
from bot.cases import Case, Seen, Standing, View
from bot.casework import Cases
from bot.clock import Clock, now
from bot.desk.cases import Desk
from bot.desk.dossiers import Dossiers, Known
from bot.desk.failures import Failure, Failures, may_see
from bot.desk.login import Login, is_same_origin
from bot.desk.queue import OUT_OF_SIGHT, QUEUE_MOVES, moved_with
from bot.desk.shapes import Shape, Shapes
from bot.desk.troubles import Troubles
from bot.errors import BotError, DeskError, Missing, NotSignedIn
from bot.messages import Address
from bot.outgoing import Undelivered
from bot.tasks import repeat

log = structlog.get_logger(__name__)

NAMESPACE = "/desk"
LOOK_EVERY = timedelta(seconds=1)
AT_MOST_EVERY = timedelta(milliseconds=100)
"""Many changes at once are told together."""
SEEN_EVERY = timedelta(seconds=20)
"""Also how often a page whose session has ended finds out."""
TYPING_EVERY = timedelta(seconds=1)
OVERLAP = 200
"""So many positions before the newest are read again: on PostgreSQL one may be committed after a later one."""
KEEP_POSITIONS = 2000

EVERYTHING = Seen(0, None, None)


class Citizens(Protocol):
    """The pages of citizens, of whatever channel has such."""

    async def show(self, address: Address, standing: Standing) -> None:
        """Say who has the conversation, to a citizen whose page is connected here."""

    async def typing(self, address: Address, name: str) -> None:
        """Say that an agent is writing."""


@dataclass(slots=True)
class Page:
    """An agent's page that is connected here."""

    request: web.Request
    agent: Agent
    watched: int | None = None
    address: Address | None = None
    known: Known = field(default_factory=Known)
    """What the page knows of the watched case."""
    undelivered: int | None = None
    """How many replies that were given up the page was told of."""
    troubles: list[Shape] = field(default_factory=list)
    """What of the channels it was told does not work."""
    typed_at: float = 0.0


class DeskSockets:
    """Namespace `/desk` of the gateway's Socket.IO server; see docs/desk-protocol.md."""

    def __init__(
        self,
        server: socketio.AsyncServer,
        login: Login,
        desk: Desk,
        dossiers: Dossiers,
        failures: Failures,
        shapes: Shapes,
        cases: Cases,
        agents: Agents,
        citizens: Citizens,
        bus: Bus,
        clock: Clock = now,
        troubles: Troubles | None = None,
    ) -> None:
        self._troubles = troubles
        self._server = server
        self._login = login
        self._desk = desk
        self._dossiers = dossiers
        self._failures = failures
        self._shapes = shapes
        self._cases = cases
        self._agents = agents
        self._citizens = citizens
        self._bus = bus
        self._clock = clock
        self._pages: dict[str, Page] = {}
        self._seen: set[int] = set()
        self._given_up: list[Undelivered] = []
        self._shown: list[Failure] = []

    def attach(self) -> None:
        """Answer the events of the namespace."""
        for name, handler in self.handlers().items():
            self._server.on(name, handler, namespace=NAMESPACE)

    def handlers(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        """Every event that a page may send."""
        return {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "watch": self._watch,
            "typing": self._typing,
        }

    async def citizen_types(self, case_id: int) -> None:
        """A citizen is writing to the agent of a case."""
        await self._server.emit("citizen_typing", {"case": case_id}, room=_room(case_id), namespace=NAMESPACE)

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        last = await self._begin()
        while True:
            try:
                before, last = last, await self._tell_changes(last)
                await self._tell_undelivered(before != last)
                await self._tell_troubles()
                for sid, page in list(self._pages.items()):
                    await self._tell_watched(sid, page)
            except Exception:
                log.exception("desk.sockets_failed")
            await asyncio.sleep(AT_MOST_EVERY.total_seconds())
            await self._bus.wait(DESK, LOOK_EVERY)

    async def keep_seen(self) -> None:
        """Note who is there, and say goodbye to those whose session is over, until cancelled."""
        await repeat(self._look_who_is_there, SEEN_EVERY, log, "desk.presence_failed")

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> bool:
        request: web.Request = environ["aiohttp.request"]
        if not is_same_origin(request):
            return False
        try:
            signed_in = await self._login.who(request)
            await self._agents.seen([signed_in.agent.id], self._clock())
        except BotError:
            return False
        self._pages[sid] = Page(request, signed_in.agent)
        return True

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        page = self._pages.pop(sid, None)
        if page is not None and page.watched is not None:
            await self._forget_watched(page)

    async def _watch(self, sid: str, data: Any = None) -> dict[str, Any]:
        """`watch`: from now on the page is told of one case, or of none."""
        page = self._pages.get(sid)
        asked = data if isinstance(data, dict) else {}
        case_id, after = asked.get("case"), asked.get("after")
        if page is None:
            return self._shapes.refusal("signed_out") | {"ok": False}
        try:
            page.agent = (await self._login.who(page.request)).agent
            if page.watched is not None:
                await self._server.leave_room(sid, _room(page.watched), namespace=NAMESPACE)
            if not (isinstance(case_id, int) and not isinstance(case_id, bool)):
                await self._forget_watched(page)
                return {"ok": True, "watchers": []}
            case = await self._desk.case(page.agent, case_id)
            page.watched, page.address = case.id, case.address
            page.known = Known(after if isinstance(after, int) and after >= 0 else 0)
            await self._server.enter_room(sid, _room(case.id), namespace=NAMESPACE)
            await self._agents.watch(page.agent.id, case.id)
            await self._bus.publish(DESK)
            return {"ok": True, "watchers": await self._dossiers.watchers(case.id, page.agent)}
        except NotSignedIn:
            # The answer would be lost with the connection; who looks who is there ends that.
            await self._emit(sid, "signed_out", {})
            return self._shapes.refusal("signed_out") | {"ok": False}
        except (DeskError, Missing):
            return self._shapes.refusal("not_allowed") | {"ok": False}

    async def _typing(self, sid: str, data: Any = None) -> None:
        """`typing`: the citizen of one's own case sees that an answer is being written."""
        page = self._pages.get(sid)
        asked = data if isinstance(data, dict) else {}
        if page is None or page.watched is None or asked.get("case") != page.watched or page.address is None:
            return
        moment = time.monotonic()
        if moment - page.typed_at < TYPING_EVERY.total_seconds():
            return
        page.typed_at = moment
        try:
            page.agent = (await self._login.still(page.request)).agent
            case = await self._desk.case(page.agent, page.watched)
        except BotError:
            return
        if case.live and case.agent_id == page.agent.id:
            await self._citizens.typing(page.address, page.agent.name)

    async def _begin(self) -> int:
        while True:
            try:
                last = await self._cases.last_position()
                self._seen = {event.position for event in await self._cases.changed(max(0, last - OVERLAP))}
                return last
            except BotError:
                log.exception("desk.sockets_failed")
                await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def _tell_changes(self, last: int) -> int:
        """Tell agents and citizens of what happened behind a position; the newest position."""
        events = [event for event in await self._cases.changed(max(0, last - OVERLAP)) if self._is_new(event.position)]
        if not events:
            return last
        changed: dict[int, Case] = {}
        for case_id in dict.fromkeys(event.case_id for event in events):
            try:
                changed[case_id] = await self._cases.get(case_id)
            except Missing:
                continue
        moved = {event.case_id for event in events if event.what in OUT_OF_SIGHT}
        rows = dict(zip(changed, await self._dossiers.rows(list(changed.values())), strict=True))
        for sid, page in list(self._pages.items()):
            await self._tell_page(sid, page, changed, rows, moved)
        await self._tell_citizens(changed, {event.case_id for event in events if event.what in QUEUE_MOVES})
        return max(last, *(event.position for event in events))

    def _is_new(self, position: int) -> bool:
        if position in self._seen:
            return False
        self._seen.add(position)
        if len(self._seen) > KEEP_POSITIONS:
            self._seen = set(sorted(self._seen)[-KEEP_POSITIONS // 2 :])
        return True

    async def _tell_page(
        self, sid: str, page: Page, changed: dict[int, Case], rows: dict[int, Shape], moved: set[int]
    ) -> None:
        own = [case for case in changed.values() if page.agent.serves(case.service) or case.is_for(page.agent.id)]
        gone = sorted(moved - {case.id for case in own})
        if own or gone:
            await self._emit(sid, "cases", {"changed": [rows[case.id] for case in own], "gone": gone})
            counts = await self._desk.counts(page.agent)
            await self._emit(sid, "counts", {view.value: count for view, count in counts.items()})

    async def _tell_citizens(self, changed: dict[int, Case], moves: set[int]) -> None:
        """Those whose case changed, and those who have come forward in a queue by it."""
        about = dict(changed)
        if moves & changed.keys():
            queues = {changed[case_id].service for case_id in moves & changed.keys()}
            waiting = await self._cases.view(View.WAITING, EVERYTHING)
            about |= {case.id: case for case in waiting if moved_with(case, queues)}
        for case in about.values():
            if case.address is not None:
                await self._citizens.show(case.address, await self._desk.standing(case.conversation_id, case.language))

    async def _tell_watched(self, sid: str, page: Page) -> None:
        """The watched case anew, if anything of it has changed."""
        if page.watched is None:
            return
        known = page.known
        fresh = replace(known)
        try:
            dossier = await self._dossiers.read(page.agent, page.watched)
            if not fresh.learn(dossier):
                return
            whole = await self._dossiers.show(page.agent, dossier, known)
        except (DeskError, Missing):
            gone, page.watched = page.watched, None
            await self._emit(sid, "cases", {"changed": [], "gone": [gone]})
            return
        if page.known is not known:
            # It looks at something else by now.
            return
        page.known = fresh
        told = {"case": page.watched, "case_state": whole.pop("case"), **whole}
        names = told.pop("watchers")
        await self._emit(sid, "lines", told)
        if not known.rest or list(known.rest[-1]) != names:
            await self._emit(sid, "watchers", {"case": page.watched, "names": names})

    async def _tell_undelivered(self, cases_changed: bool) -> None:
        """How many replies were given up, to each page to which it is new."""
        found = await self._failures.given_up()
        if found != self._given_up or (found and cases_changed):
            self._shown = await self._failures.with_cases(found)
            self._given_up = found
        for sid, page in list(self._pages.items()):
            count = sum(may_see(page.agent, one.cases) for one in self._shown)
            if count != page.undelivered:
                page.undelivered = count
                await self._emit(sid, "undelivered", {"count": count})

    async def _tell_troubles(self) -> None:
        """What of the channels does not work, to each page that has heard otherwise."""
        for sid, page in list(self._pages.items()):
            found = self._troubles.shown(page.agent) if self._troubles is not None else []
            if found != page.troubles:
                page.troubles = found
                await self._emit(sid, "troubles", {"troubles": found})

    async def _look_who_is_there(self) -> None:
        for sid, page in list(self._pages.items()):
            try:
                page.agent = (await self._login.still(page.request)).agent
            except NotSignedIn:
                await self._sign_out(sid)
        here = sorted({page.agent.id for page in self._pages.values()})
        if here:
            await self._agents.seen(here, self._clock())

    async def _sign_out(self, sid: str) -> None:
        await self._emit(sid, "signed_out", {})
        self._pages.pop(sid, None)
        await self._server.disconnect(sid, namespace=NAMESPACE)

    async def _forget_watched(self, page: Page) -> None:
        page.watched, page.address, page.known = None, None, Known()
        others = [one.watched for one in self._pages.values() if one.agent.id == page.agent.id and one is not page]
        try:
            await self._agents.watch(page.agent.id, next((one for one in others if one is not None), None))
        except BotError:
            log.warning("desk.watch_not_forgotten", agent=page.agent.id)
        await self._bus.publish(DESK)

    async def _emit(self, sid: str, event: str, data: Any) -> None:
        """Tell one page, which is connected here: no other gateway has to know."""
        await self._server.emit(event, data, to=sid, namespace=NAMESPACE, ignore_queue=True)


def _room(case_id: int) -> str:
    return f"case:{case_id}"
