"""What database and providers hold after a storm, counted: every message once, its answers once, nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversation import UNSAID
from bot.messages import Message
from bot.store import codec
from bot.store.desk_tables import bookings, cases
from bot.store.tables import conversations, inbox, outbox, ratings, transcript
from tests.journeys.citizen import Citizen
from tests.journeys.lines import Arrival
from tests.journeys.people import Person

APOLOGY = ".broken"
NUMBERS = re.compile(r"\bD-\w{4}-\w{4}\b|\d+")


@dataclass(slots=True)
class Turn:
    """One message, and what came of it."""

    row: Row[Any]
    message: Message
    answers: list[tuple[str, str]] = field(default_factory=list)
    """The end of each reply's id and its words without numbers."""
    effects: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Talk:
    """One conversation as the database has it."""

    turns: list[Turn]
    parts: list[Row[Any]]
    """The outbox, in order."""
    apologies: int


async def open_rows(engine: AsyncEngine) -> int:
    """How much is not settled yet."""
    async with engine.connect() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table).where(table.c.settled_at.is_(None)))
            for table in (inbox, outbox)
        ]
    return sum(counts)


async def read(engine: AsyncEngine, channel: str, address_key: str) -> Talk:
    """A conversation; one that never was has no turns."""

    async def rows(query: Select[Any]) -> Sequence[Row[Any]]:
        return (await connection.execute(query)).all()

    async with engine.connect() as connection:
        mine = select(conversations.c.id).where(
            conversations.c.channel == channel, conversations.c.address_key == address_key
        )
        found = await connection.scalar(mine)
        heard = await rows(select(inbox).where(inbox.c.conversation_id == found).order_by(inbox.c.id))
        lines = await rows(
            select(transcript).where(transcript.c.conversation_id == found).order_by(transcript.c.position)
        )
        parts = await rows(select(outbox).where(outbox.c.conversation_id == found).order_by(outbox.c.id))
        opened = await rows(select(cases).where(cases.c.conversation_id == found))
        booked = await rows(
            select(cases.c.message_id)
            .join_from(bookings, cases, bookings.c.case_id == cases.c.id)
            .where(bookings.c.conversation_id == found)
        )
        rated = await rows(select(ratings).where(ratings.c.conversation_id == found))

    turns = {row.message_id: Turn(row, codec.message(row.message)) for row in heard}
    apologies = 0
    for line in lines:
        if line.ref in turns:
            continue
        of, dot, end = line.ref.rpartition(".")
        if of not in turns:
            # An alarm's answer has an end of its own.
            of = max((one for one in turns if line.ref.startswith(one)), key=len)
            dot, end = "", line.ref[len(of) :]
        if dot + end == APOLOGY:
            apologies += 1
        else:
            turns[of].answers.append((dot + end, NUMBERS.sub("#", codec.reply(line.said).text)))
    for name, effects in (("case", opened), ("booking", booked), ("rating", rated)):
        for effect in effects:
            turns[effect.message_id].effects[name] += 1
    return Talk(list(turns.values()), list(parts), apologies)


@dataclass(slots=True)
class Count:
    """Numbers of a run, and what is wrong with them."""

    messages: int = 0
    replies: int = 0
    apologies: int = 0
    parts: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    doubled: Counter[str] = field(default_factory=Counter)
    """Parts that arrived more than once, by channel: each is marked."""
    wrong: list[str] = field(default_factory=list)

    def add(self, person: Person, talk: Talk, undisturbed: Talk) -> None:
        """Compare one conversation with what was said, what arrived, and the same script in a calm town."""
        name = f"{person.line.name} {person.key} ({person.script})"
        said = [turn for turn in talk.turns if turn.message.kind not in UNSAID]
        expected = [turn for turn in undisturbed.turns if turn.message.kind not in UNSAID]
        self._equal(f"{name}: taken", person.taken, len(person.said))
        self._equal(f"{name}: stored", [turn.message.text for turn in said], [one.text for one in person.said])
        self._turns(name, said, expected[: len(said)])
        hidden, known = len(talk.turns) - len(said), len(undisturbed.turns) - len(expected)
        if len(said) == len(expected):
            self._equal(f"{name}: aftermaths", hidden, known)
        self._arrivals(name, person, talk)
        self.apologies += talk.apologies

    def add_visitor(self, visitor: Citizen, texts: Sequence[str], talk: Talk, undisturbed: Talk) -> None:
        """The same for the web chat, whose page was told by socket."""
        name = f"web {visitor.session_id}"
        self._equal(f"{name}: stored", [turn.message.text for turn in talk.turns], list(texts))
        self._turns(name, talk.turns, undisturbed.turns[: len(texts)])
        for given, turn in zip(visitor.sent, talk.turns, strict=False):
            self._equal(f"{name}: shown for {given}", len(visitor.answers(given)), len(turn.answers))
        self._equal(f"{name}: changed words", visitor.changed, [])
        self.apologies += talk.apologies

    def _turns(self, name: str, turns: Sequence[Turn], expected: Sequence[Turn]) -> None:
        for number, (turn, calm) in enumerate(zip(turns, expected, strict=False)):
            self._equal(f"{name}: settled, message {number}", turn.row.settled_at is not None, True)
            self._equal(f"{name}: answers to message {number}", turn.answers, calm.answers)
            self._equal(f"{name}: effects of message {number}", turn.effects, calm.effects)
            self.messages += 1
            self.replies += len(turn.answers)
            self.effects += turn.effects

    def _arrivals(self, name: str, person: Person, talk: Talk) -> None:
        """Parts arrive in order, each at least once; more than once only if it is marked as doubtful."""
        arrivals = person.line.arrivals(person.key)
        place = 0
        for wanted, rows in _alike(talk.parts, person.line.keyed):
            came = 0
            while place < len(arrivals) and _is(arrivals[place], wanted, rows[0].key):
                came, place = came + 1, place + 1
            self.parts += len(rows)
            doubtful = [row for row in rows if row.doubtful]
            self.doubtful += len(doubtful)
            at_most = sum(row.attempts if row.doubtful else 1 for row in rows)
            if not len(rows) <= came <= at_most or any(row.given_up or row.settled_at is None for row in rows):
                states = [(row.reply_id, row.attempts, row.doubtful, row.error) for row in rows]
                self.wrong.append(f"{name}: {came} arrivals for {states}, at most {at_most}")
            if came > len(rows):
                self.doubled[person.line.name] += came - len(rows)
        if place < len(arrivals):
            self.wrong.append(
                f"{name}: arrival {place} of {len(arrivals)} is out of order or of nobody: {arrivals[place]}"
            )

    def _equal(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            self.wrong.append(f"{what}: {found!r} instead of {wanted!r}")


def _alike(parts: Sequence[Row[Any]], keyed: bool) -> Iterator[tuple[Arrival, list[Row[Any]]]]:
    """Parts that follow each other and cannot be told apart where the provider is not told our key."""
    last: Arrival | None = None
    rows: list[Row[Any]] = []
    for row in parts:
        wanted = _shown(row, keyed)
        if rows and wanted != last:
            assert last is not None
            yield last, rows
            rows = []
        last = wanted
        rows.append(row)
    if rows:
        assert last is not None
        yield last, rows


def _shown(row: Row[Any], keyed: bool) -> Arrival:
    if keyed:
        return Arrival(row.key, "", ())
    payload: dict[str, Any] = dict(codec.outgoing(row.outgoing).payload)
    choices = tuple((button["title"], button["token"]) for button in payload["buttons"])
    return Arrival("", payload["text"], choices)


def _is(arrival: Arrival, wanted: Arrival, key: str) -> bool:
    return arrival.key == key if wanted.key else (arrival.text, arrival.choices) == (wanted.text, wanted.choices)
