"""The desk: what agents may do with cases, and what citizens are told of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.agents import Agent, Agents, Role
from bot.bus import DESK, INBOX, LEAVING, OUTBOX, Bus
from bot.cases import AGENT, WAITING, Case, CaseEvent, CaseKind, Pending, Seen, Standing, View
from bot.casework import Cases
from bot.clock import Clock, now
from bot.desk.hours import Hours
from bot.desk.labels import Labels
from bot.desk.promises import Promises
from bot.desk.queue import standing
from bot.desk.reach import Reaches
from bot.errors import Missing, NotAllowed, Stale
from bot.letters import CHANNELS as BY_LETTER
from bot.messages import Author, Kind, Message, Reply, Source
from bot.offering import CaseOffers
from bot.readings import Urgency
from bot.settings import GENERAL_SERVICE, Office, Service
from bot.store.base import Conversation, Conversations, Prepared
from bot.text import moments_words
from bot.text.wording import Wording

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(milliseconds=500)
FLUSHES = 3
"""As often a close waits for a reply that came in meanwhile."""


class Speaker(Protocol):
    """How the desk speaks to citizens; see `bot.conversation.Counter`."""

    async def say(self, conversation: Conversation, reply: Reply) -> None:
        """Say something that answers no stored message."""

    def prepare(self, reply: Reply, conversation: Conversation) -> Prepared:
        """A reply rendered by its channel."""


def seen_by(agent: Agent) -> Seen:
    """What an agent sees of the queue."""
    own = agent.services or None
    return Seen(agent.id, own if agent.role is Role.AGENT else None, own)


class Desk:
    """What agents do. Every method raises `NotAllowed` for a case that is not the agent's to see, and `Missing` for none."""

    def __init__(
        self,
        cases: Cases,
        agents: Agents,
        conversations: Conversations,
        speaker: Speaker,
        wording: Wording,
        office: Office,
        bus: Bus,
        clock: Clock = now,
        reaches: Reaches | None = None,
        labels: Labels | None = None,
        offers: CaseOffers | None = None,
        promises: Promises | None = None,
    ) -> None:
        """`labels` keeps what is decided about letters; without `offers` nothing is offered to anybody."""
        self._offers = offers
        self._hours = Hours(office)
        self._promises = promises or Promises(office, self._hours)
        self._labels = labels
        self._reaches = reaches or {}
        self._cases = cases
        self._agents = agents
        self._conversations = conversations
        self._speaker = speaker
        self._wording = wording
        self._office = office
        self._bus = bus
        self._clock = clock

    async def case(self, agent: Agent, case_id: int) -> Case:
        """One case."""
        case = await self._cases.get(case_id)
        if not (agent.serves(case.service) or case.is_for(agent.id)):
            raise NotAllowed(f"the case {case_id} is not one of {agent.login}'s services")
        return case

    async def whole_case(self, case_id: int) -> Case:
        """One case, for ourselves: whoever may see it. Raises: Missing."""
        return await self._cases.get(case_id)

    async def queue(self, agent: Agent, view: View, service: str = "") -> list[Case]:
        """What stands under a tab; with a service, of that one only."""
        if not service:
            return await self._cases.view(view, seen_by(agent))
        if not agent.serves(service):
            raise NotAllowed(f"{service} is not one of {agent.login}'s services")
        found = await self._cases.view(view, replace(seen_by(agent), services=(service,)))
        return [case for case in found if case.service == service]

    async def counts(self, agent: Agent) -> dict[View, int]:
        """How many cases stand under each tab."""
        return await self._cases.count(seen_by(agent))

    async def take(self, agent: Agent, case_id: int) -> Case:
        """Take a case; its citizen is told who is there. See `Cases.take`."""
        await self.case(agent, case_id)
        case = await self._cases.take(case_id, agent.id, self._clock())
        if case.live:
            await self._introduce(case)
        return await self._changed(case)

    async def pass_on(self, agent: Agent, case_id: int) -> Case:
        """Let somebody else be asked; nothing changes if the case is not offered to the agent any more."""
        await self.case(agent, case_id)
        if self._offers is not None:
            await self._offers.pass_on(case_id, agent.id, None, self._clock())
        return await self._changed(await self._cases.get(case_id))

    async def release(self, agent: Agent, case_id: int, reason: str = "") -> Case:
        """Put a case back into the queue. See `Cases.release`."""
        was = await self.case(agent, case_id)
        await self._flush(case_id)
        case = await self._cases.release(case_id, agent.id, self._clock(), reason)
        if was.live and not _by_letter(case):
            await self._tell(case, "agent_left", f"released-{case.version}", name=agent.name)
        return await self._changed(case)

    async def transfer(self, agent: Agent, case_id: int, service: str, note: str = "") -> Case:
        """Put a case into the queue of another service. See `Cases.transfer`.

        Raises:
            Missing: there is no such service.
        """
        if service not in self._office.services:
            raise Missing(f"there is no service {service}")
        was = await self.case(agent, case_id)
        await self._flush(case_id)
        case = await self.move(agent, was, service, note)
        if self._labels:
            await self._labels.moved(agent, case, service)
        return case

    async def move(self, agent: Agent, was: Case, service: str, note: str = "") -> Case:
        """Put a case that the agent may move into another queue. See `Cases.transfer`."""
        # The citizen has waited since the beginning, by the hours and the promise of whoever has the case now.
        due_at = self._promises.of(was, service)
        case = await self._cases.transfer(was.id, agent.id, service, note, self._clock(), due_at)
        if not _by_letter(case):
            await self._tell(
                case, "transferred", f"transferred-{case.version}", number=case.number, **self._names(case)
            )
        return await self._changed(case)

    async def close(self, agent: Agent, case_id: int, cancels: bool = False) -> Case:
        """Close a case; the bot has the conversation again. With `cancels` the citizen hears that the appointment is off.

        See `Cases.close`.
        """
        was = await self.case(agent, case_id)
        for _ in range(FLUSHES):
            await self._flush(case_id)
            moment = self._clock()
            farewell = None
            if was.address is not None and not self._only_once(was) and not _by_letter(was):
                name = f"{was.address.key}.case-{case_id}-{was.version}"
                farewell = Message(name, was.address, str(case_id), moment, Kind.RETURN)
            try:
                case = await self._cases.close(case_id, agent.id, moment, farewell, cancels)
            except Stale:
                was = await self.case(agent, case_id)
                continue
            cancelled_at = was.appointment_at if case.appointment_at is None else None
            if cancelled_at is not None:
                await self._tell_cancelled(case, cancelled_at)
            if was.live:
                await self._bus.publish(INBOX)
            elif cancelled_at is None and not _by_letter(case):
                await self._tell(case, "case_closed", "closed", number=case.number)
            return await self._changed(case)
        raise Stale(f"replies of the case {case_id} go on coming in")

    async def set_urgent(self, agent: Agent, case_id: int, urgent: bool) -> Case:
        """Mark a case urgent, or not. See `Cases.set_urgent`."""
        await self.case(agent, case_id)
        case = await self._cases.set_urgent(case_id, agent.id, urgent, self._clock())
        if self._labels:
            await self._labels.urgent(agent, case, Urgency.HIGH if urgent else Urgency.NORMAL)
        return await self._changed(case)

    async def reveal(self, agent: Agent, case_id: int) -> str:
        """The contact of a case; the history says who looked. See `Cases.reveal`."""
        case = await self.case(agent, case_id)
        contact = await self._cases.reveal(case_id, agent.id, self._clock())
        await self._changed(case)
        return contact

    async def note(self, agent: Agent, case_id: int, note_id: str, text: str) -> CaseEvent:
        """Add a private note. See `Cases.note`."""
        case = await self.case(agent, case_id)
        event = await self._cases.note(case_id, agent.id, note_id, text, self._clock())
        await self._changed(case)
        return event

    async def reply(
        self, agent: Agent, case_id: int, reply_id: str, text: str, sources: Sequence[Source], suggestion: str = ""
    ) -> Pending:
        """Say something to the citizen, in a few seconds. See `Cases.join` and `Cases.say_soon`.

        `suggestion` is the id of the suggested reply that it was made of.
        """
        was = await self.case(agent, case_id)
        moment = self._clock()
        case = await self._cases.join(case_id, agent.id, moment)
        if not was.live:
            await self._introduce(case)
        leaves_at = moment + timedelta(seconds=self._office.desk.undo_seconds)
        pending = Pending(
            reply_id, case_id, case.conversation_id, agent.id, agent.name, text, tuple(sources), leaves_at
        )
        said = await self._cases.say_soon(pending, moment)
        if self._labels:
            await self._labels.answered(agent, case, said, suggestion)
        await self._bus.publish(LEAVING)
        await self._changed(case)
        return said

    async def take_back(self, agent: Agent, case_id: int, reply_id: str) -> Pending | None:
        """Take one's own reply back; None if it has left. See `Cases.take_back`."""
        case = await self.case(agent, case_id)
        pending = await self._cases.take_back(case_id, reply_id, agent.id)
        await self._changed(case)
        return pending

    async def standing(self, conversation_id: str, language: str) -> Standing:
        """Who has a citizen's conversation."""
        for case in await self._cases.find(conversation_id):
            at = replace(Standing(), case=case.id, number=case.number, service=self._service(case).name)
            if case.live:
                return replace(at, state=AGENT, name=case.agent_name)
            if case.waits_live and case.kind is CaseKind.QUESTION:
                try:
                    queued = await standing(self._cases, self._agents, self._hours, case.id, self._clock())
                except Missing:
                    # Taken or closed between the two looks; whoever did it tells the page anew.
                    continue
                wait = moments_words.between(queued.wait.low, queued.wait.high, language) if queued.wait else ""
                return replace(at, state=WAITING, place=queued.place, wait=wait)
        return Standing()

    async def run(self) -> None:
        """Let replies leave when their time has come, and take conversations back from who has vanished, until cancelled."""
        while True:
            try:
                await self._leave(await self._cases.leaving(self._clock()))
                await self._look_for_vanished()
            except Exception:
                log.exception("desk.failed")
            await self._bus.wait(LEAVING, LOOK_EVERY)

    async def _look_for_vanished(self) -> None:
        moment = self._clock()
        patience = timedelta(seconds=self._office.desk.vanished_seconds)
        for case in await self._cases.vanished(moment - patience, moment):
            log.warning("desk.agent_vanished", case=case.id)
            await self._tell(case, "agent_vanished", f"vanished-{case.version}")
            await self._changed(case)

    async def _flush(self, case_id: int) -> None:
        """What was said before leaves before."""
        await self._leave(await self._cases.pending(case_id))

    async def _leave(self, due: Sequence[Pending]) -> None:
        for pending in due:
            try:
                conversation = await self._conversations.get(pending.conversation_id)
            except Missing:
                continue
            reply = Reply(
                id=f"case-{pending.case_id}.{pending.reply_id}",
                text=pending.text,
                # Agents write in the language of the office.
                language="fr",
                author=Author.AGENT,
                name=pending.agent_name,
                sources=pending.sources,
                service=self._service(await self._cases.get(pending.case_id)).name,
            )
            prepared = self._speaker.prepare(reply, conversation)
            if await self._cases.send(pending, prepared, self._clock()):
                await self._bus.publish(OUTBOX)
                await self._bus.publish(DESK)

    async def _introduce(self, case: Case) -> None:
        if _by_letter(case):
            return
        moment = case.taken_at.timestamp() if case.taken_at else 0
        await self._tell(
            case, "agent_joined", f"joined-{int(moment * 1000)}", name=case.agent_name, **self._names(case)
        )

    async def _tell(self, case: Case, line: str, ref: str, **values: str) -> None:
        """A line of the catalogue in the citizen's thread; once under its reference."""
        # The one message that may be sent to the author of a comment is the agent's answer.
        if self._only_once(case):
            return
        # Whose citizen has erased everything is told nothing.
        with contextlib.suppress(Missing):
            conversation = await self._conversations.get(case.conversation_id)
            said = self._wording.say(line, conversation.language, **values)
            reply = Reply(f"case-{case.id}.{ref}", said, conversation.language, Author.SYSTEM)
            await self._speaker.say(conversation, reply)

    def _only_once(self, case: Case) -> bool:
        reach = self._reaches.get(case.address.channel) if case.address else None
        return reach is not None and case.address is not None and reach.once(case.address)

    async def _tell_cancelled(self, case: Case, at: datetime) -> None:
        """That an appointment is off, by its date: it is read again on another day."""
        with contextlib.suppress(Missing):
            language = (await self._conversations.get(case.conversation_id)).language
            when = moments_words.in_full(at, self._clock(), self._office.zone, language)
            await self._tell(case, "case_cancelled", "cancelled", number=case.number, moment=when, **self._names(case))

    async def _changed(self, case: Case) -> Case:
        await self._bus.publish(DESK)
        return case

    def _names(self, case: Case) -> dict[str, str]:
        return self._office.reach(case.service)

    def _service(self, case: Case) -> Service:
        """The service of a case; the general one if `office.yml` has lost it."""
        return self._office.services.get(case.service) or self._office.services[GENERAL_SERVICE]


def _by_letter(case: Case) -> bool:
    """Whether a case is a correspondence: who comes and goes at the desk is not worth a mail each."""
    return case.address is not None and case.address.channel in BY_LETTER
