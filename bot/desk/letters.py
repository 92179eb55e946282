"""What agents see of letters, and do with them: senders, acknowledgements, corrections, and what was put aside."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.agents import Agent, Role
from bot.bus import DESK, Bus
from bot.cases import Case, CaseState
from bot.casework import Cases
from bot.clock import Clock, now
from bot.desk.cases import Desk, Speaker
from bot.desk.labels import Labels
from bot.desk.letter_shapes import LetterShapes, in_order
from bot.desk.refusals import NoLetter
from bot.desk.shapes import Shape, Shapes
from bot.errors import Missing, NotAllowed
from bot.mailroom import Acknowledged, Filed, Held, Letters, Shelf
from bot.messages import Reply
from bot.readings import LetterKind, Urgency
from bot.relays import Mark
from bot.settings import GENERAL_SERVICE
from bot.store.base import Conversations

ALIKE_SHOWN = 12
"""Of the letters that say the same, so many are listed; all are counted."""


class Correspondent(Protocol):
    """Who opens cases of letters, and knows what is said at once; see `bot.correspondence.Correspondence`."""

    async def acknowledgement(self, filed: Filed) -> Reply:
        """The one acknowledgement of a letter's case.

        Raises:
            Missing: it has no case, or that is gone.
        """

    async def open(self, filed: Filed) -> Case:
        """A letter that was put aside becomes a case after all.

        Raises:
            Missing: the conversation is gone.
        """


class DeskLetters:
    """The letters of the desk. Every method raises `NotAllowed` for what is not the agent's to see, `NoLetter` for none."""

    def __init__(
        self,
        letters: Letters,
        cases: Cases,
        conversations: Conversations,
        desk: Desk,
        labels: Labels,
        speaker: Speaker,
        shapes: LetterShapes,
        plain: Shapes,
        bus: Bus,
        correspondent: Correspondent | None = None,
        clock: Clock = now,
    ) -> None:
        """Without a `correspondent` no channel brings letters."""
        self._letters = letters
        self._cases = cases
        self._conversations = conversations
        self._desk = desk
        self._labels = labels
        self._speaker = speaker
        self._shapes = shapes
        self._plain = plain
        self._bus = bus
        self._correspondent = correspondent
        self._clock = clock

    async def of_case(self, agent: Agent, case: Case) -> Shape | None:
        """What a case has of letters; None if it has none."""
        filed = await self._letters.of_case(case.id)
        if not filed:
            return None
        decided = await self._letters.decided([one.id for one in filed])
        alike = [one for one in await self._letters.group(filed[0].id) if one.case_id != case.id]
        return {
            "letters": [self._shapes.letter(one, decided.get(one.id, {})) for one in filed],
            "elsewhere": self._shapes.elsewhere(case, filed[0]),
            "alike": len(alike),
            "alike_cases": await self._others(agent, alike),
            **self._shapes.choices(),
        }

    async def rows(self, cases: Sequence[Case], marks: Mapping[int, Mark]) -> list[Shape]:
        """Rows of the queue, with what letters add to them, and what rules did with the cases."""
        moment = self._clock()
        first = await self._letters.of_cases([case.id for case in cases])
        alike = await self._letters.alike([one.id for one in first.values()])
        taken = [case.conversation_id for case in cases if case.state is CaseState.TAKEN and case.conversation_id]
        heard = await self._letters.heard(taken)
        return [
            self._plain.row(case, moment, marks.get(case.id))
            | self._shapes.row(
                case,
                first.get(case.id),
                alike.get(first[case.id].id, 1) if case.id in first else 1,
                heard.get(case.conversation_id),
            )
            for case in cases
        ]

    async def trust(self, agent: Agent, case_id: int, letter_id: int) -> None:
        """Answer to the sender of a letter from now on; the history says who decided it."""
        case, filed = await self._of(agent, case_id, letter_id)
        if not filed.letter.sender:
            raise NoLetter(f"the letter {letter_id} has no sender")
        if await self._letters.correspondent(case.conversation_id) == filed.letter.sender and filed.trusted:
            return
        await self._letters.trust(filed.id)
        await self._desk.note(agent, case.id, f"trust-{filed.id}", self._shapes.trusted(filed))

    async def acknowledge(self, agent: Agent, case_id: int, letter_id: int) -> None:
        """Send an acknowledgement that was held; what is not held needs none."""
        _, filed = await self._of(agent, case_id, letter_id)
        if filed.acknowledged is Acknowledged.HELD:
            # Said once under its id, however often: a gateway that dies behind this line does no harm.
            await self._say(filed)
            await self._letters.let_go(filed.id)
            await self._bus.publish(DESK)

    async def drop(self, agent: Agent, case_id: int, letter_id: int) -> None:
        """Never send an acknowledgement that was held; the history says who decided it."""
        case, filed = await self._of(agent, case_id, letter_id)
        if await self._letters.drop(filed.id):
            await self._desk.note(agent, case.id, f"drop-{filed.id}", self._shapes.dropped(filed))

    async def held(self, agent: Agent) -> list[Held]:
        """The acknowledgements that were held in open cases of the agent's services, the newest first."""
        own = agent.services or None
        return await self._letters.held(own if agent.role is Role.AGENT else None)

    async def mark(self, case: Case) -> tuple[Any, ...]:
        """What agents may change of a case's letters without changing the case: a page that shows it looks again then."""
        filed = await self._letters.of_case(case.id)
        decided = await self._letters.decided([one.id for one in filed])
        return tuple(
            (one.id, one.trusted, one.acknowledged.value, tuple(sorted(decided.get(one.id, {}).items())))
            for one in filed
        )

    async def correct(self, agent: Agent, case_id: int, kind: LetterKind | None, urgency: Urgency | None) -> None:
        """Say what a case's letter is, or how urgent."""
        case = await self._desk.case(agent, case_id)
        filed = (await self._letters.of_cases([case.id])).get(case.id)
        if filed is None:
            raise NoLetter(f"the case {case_id} has no letter")
        if kind is not None:
            await self._labels.kind(agent, filed, kind)
        if urgency is not None:
            if case.urgent is not (urgency is Urgency.HIGH):
                case = await self._desk.set_urgent(agent, case.id, urgency is Urgency.HIGH)
            await self._labels.urgent(agent, case, urgency)
        await self._bus.publish(DESK)

    async def aside(self, agent: Agent) -> list[Filed]:
        """Letters that opened no case: for the reception and for supervisors."""
        _require_reception(agent)
        return await self._letters.aside()

    async def open_aside(self, agent: Agent, letter_id: int) -> Case:
        """Somebody waits behind a letter that was put aside: its case, opened and acknowledged; done twice, it is done."""
        _require_reception(agent)
        filed = await self._filed(letter_id)
        if self._correspondent is None:
            raise NoLetter("no channel brings letters")
        was_aside = filed.case_id is None
        try:
            case = await self._correspondent.open(filed)
            filed = await self._filed(letter_id)
            if filed.acknowledged is Acknowledged.SENT:
                await self._say(filed)
        except Missing as error:
            raise NoLetter(f"the letter {letter_id} is gone") from error
        if was_aside:
            await self._labels.kind(agent, filed, LetterKind.REQUEST)
        await self._bus.publish(DESK)
        return case

    async def shelves(self, agent: Agent) -> list[Shelf]:
        """The open letters of the agent's services, those that most need somebody first."""
        return in_order([one for one in await self._letters.shelves(self._clock()) if agent.serves(one.service)])

    async def _of(self, agent: Agent, case_id: int, letter_id: int) -> tuple[Case, Filed]:
        case = await self._desk.case(agent, case_id)
        for filed in await self._letters.of_case(case.id):
            if filed.id == letter_id:
                return case, filed
        raise NoLetter(f"the case {case_id} has no letter {letter_id}")

    async def _filed(self, letter_id: int) -> Filed:
        for filed in await self._letters.group(letter_id):
            if filed.id == letter_id:
                return filed
        raise NoLetter(f"there is no letter {letter_id}")

    async def _say(self, filed: Filed) -> None:
        if self._correspondent is None:
            raise NoLetter("no channel brings letters")
        conversation = await self._conversations.get(filed.conversation_id)
        await self._speaker.say(conversation, await self._correspondent.acknowledgement(filed))

    async def _others(self, agent: Agent, alike: Sequence[Filed]) -> list[Shape]:
        """The cases of letters that say the same; of one that is not the agent's to see, its number and service."""
        found = []
        for case_id in list(dict.fromkeys(one.case_id for one in alike if one.case_id is not None))[:ALIKE_SHOWN]:
            with contextlib.suppress(Missing):
                case = await self._cases.get(case_id)
                is_seen = agent.serves(case.service) or case.agent_id == agent.id
                found.append(self._plain.other(case, is_seen) | {"state": case.state.value})
        return found


def sees_aside(agent: Agent) -> bool:
    """Whether what was put aside is an agent's to look through: the reception's, and supervisors'."""
    return agent.role is not Role.AGENT or agent.serves(GENERAL_SERVICE)


def _require_reception(agent: Agent) -> None:
    if not sees_aside(agent):
        raise NotAllowed(f"{agent.login} is not of the reception")
