"""A case with all that an agent reads beside it: gathered, compared with what a page knows already, and shaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agents import Agent, Agents
from bot.cases import Case, CaseEvent, CaseState, Pending
from bot.casework import Cases
from bot.clock import Clock, now
from bot.desk.cases import Desk
from bot.desk.letters import DeskLetters
from bot.desk.queue import SEEN_WITHIN
from bot.desk.shapes import Shape, Shapes
from bot.errors import Missing
from bot.letters import CHANNELS as BY_LETTER
from bot.linking import Links
from bot.outgoing import Delivered, Outbox
from bot.relays import Relays
from bot.store.base import Conversations, Entry, Transcript

LINES = 1000
"""Of a conversation, as many as an agent reads."""
WITHOUT_PROVIDER = "web"
"""The channel whose replies nobody else delivers: nothing is asked of the outbox for it."""

Mark = tuple[Delivered | None, tuple[str, ...]]
"""What may change of a line that was said: what became of it, and where its files are."""
PLAIN: Mark = (None, ())


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case as it stands."""

    case: Case
    lines: Sequence[Entry]
    states: Mapping[str, Delivered]
    history: Sequence[CaseEvent]
    pending: Sequence[Pending]
    watchers: Sequence[str]
    letters: tuple[Any, ...] = ()
    """See `DeskLetters.mark`."""

    def marks(self) -> dict[int, Mark]:
        """The marks of all lines that have one, by position."""
        marks = {
            line.position: (self.states.get(line.ref), tuple(one.url for one in line.attachments))
            for line in self.lines
        }
        return {position: mark for position, mark in marks.items() if mark != PLAIN}


@dataclass(slots=True)
class Known:
    """What a page knows of a case."""

    after: int = 0
    """The transcript's position up to which it knows the lines."""
    marks: Mapping[int, Mark] = field(default_factory=dict)
    rest: tuple[Any, ...] = ()

    def learn(self, dossier: Dossier) -> bool:
        """Know what stands in the dossier; whether any of it is new."""
        after = max(self.after, dossier.lines[-1].position if dossier.lines else 0)
        marks = dossier.marks()
        rest = (
            dossier.case.version,
            dossier.history[-1].position if dossier.history else 0,
            tuple(one.reply_id for one in dossier.pending),
            dossier.letters,
            tuple(dossier.watchers),
        )
        is_new = (after, marks, rest) != (self.after, self.marks, self.rest)
        self.after, self.marks, self.rest = after, marks, rest
        return is_new


class Dossiers:
    """Reads cases for the desk's page."""

    def __init__(
        self,
        desk: Desk,
        shapes: Shapes,
        agents: Agents,
        cases: Cases,
        conversations: Conversations,
        transcript: Transcript,
        outbox: Outbox,
        links: Links,
        letters: DeskLetters,
        relays: Relays,
        clock: Clock = now,
    ) -> None:
        self._desk = desk
        self._shapes = shapes
        self._agents = agents
        self._cases = cases
        self._conversations = conversations
        self._transcript = transcript
        self._outbox = outbox
        self._links = links
        self._letters = letters
        self._relays = relays
        self._clock = clock

    async def read(self, agent: Agent, case_id: int) -> Dossier:
        """A case as it stands now.

        Raises:
            NotAllowed, Missing: see `Desk.case`.
        """
        case = await self._desk.case(agent, case_id)
        has_provider = case.address is not None and case.address.channel != WITHOUT_PROVIDER
        return Dossier(
            case,
            await self.lines(case),
            await self._outbox.states(case.conversation_id) if has_provider else {},
            await self._cases.history(case.id),
            await self._cases.pending(case.id),
            await self.watchers(case.id, agent),
            await self._letters.mark(case) if case.address and case.address.channel in BY_LETTER else (),
        )

    async def whole(self, agent: Agent, case_id: int) -> Shape:
        """A case, its conversation, its history and what has not left yet.

        Raises:
            NotAllowed, Missing: see `Desk.case`.
        """
        return await self.show(agent, await self.read(agent, case_id), Known())

    async def show(self, agent: Agent, dossier: Dossier, known: Known) -> Shape:
        """What a page reads of a dossier; of the lines, those that it does not know as they are."""
        case, marks = dossier.case, dossier.marks()
        fresh = [
            line
            for line in dossier.lines
            if line.position > known.after or marks.get(line.position) != known.marks.get(line.position)
        ]
        channel = case.address.channel if case.address else ""
        return {
            "case": await self.case(agent, case, dossier.lines),
            "lines": [self._shapes.line(line, dossier.states.get(line.ref), channel) for line in fresh],
            "history": [self._shapes.event(event) for event in dossier.history],
            "pending": [self._shapes.pending(one) for one in dossier.pending],
            "watchers": list(dossier.watchers),
        }

    async def case(self, agent: Agent, case: Case, lines: Sequence[Entry] | None = None) -> Shape:
        """A case by itself."""
        moment = self._clock()
        marks = await self._relays.marks([case.id]) if case.state is CaseState.WAITING else {}
        lines = await self.lines(case) if lines is None else lines
        shape = self._shapes.case(case, lines, moment, marks.get(case.id))
        shape["mail"] = await self._letters.of_case(agent, case)
        if not case.conversation_id:
            return shape | self._shapes.nobody()
        try:
            heard_at = (await self._conversations.get(case.conversation_id)).last_heard_at
        except Missing:
            # Erased since the case was read.
            return shape | self._shapes.nobody()
        others = [
            one
            for one in await self._cases.find(case.conversation_id, linked=True)
            if one.id != case.id and one.state is not CaseState.CLOSED
        ]
        seen = {one.id for one in others if agent.serves(one.service) or one.is_for(agent.id)}
        return shape | {
            "channel_limits": self._shapes.limits(case, heard_at, moment),
            "also_on": self._shapes.channels(await self._links.others(case.conversation_id)),
            "other_cases": [self._shapes.other(one, one.id in seen) for one in others],
        }

    def detail(self, key: str) -> str:
        """What a form's field is called."""
        return self._shapes.detail(key)

    async def rows(self, cases: Sequence[Case]) -> list[Shape]:
        """Cases as rows of the queue."""
        marks = await self._relays.marks([case.id for case in cases if case.state is CaseState.WAITING])
        return await self._letters.rows(cases, marks)

    async def lines(self, case: Case) -> list[Entry]:
        """The conversation of a case."""
        return await self._transcript.read(case.conversation_id, limit=LINES) if case.conversation_id else []

    async def watchers(self, case_id: int, agent: Agent) -> list[str]:
        """Who else has a case open."""
        watching = await self._agents.watching(case_id, self._clock() - SEEN_WITHIN)
        return [one.name for one in watching if one.id != agent.id]
