"""A town in which things happen by chance: citizens write, the bot and agents answer, clocks jump, messages come twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

import msgspec

from bot.agents import NewAgent, Role
from bot.cases import CaseKind, CaseState, Cause, NewCase
from bot.desk.hours import Hours
from bot.errors import CaseClosed, CaseTaken
from bot.letters import Letter
from bot.mailroom import NewLetter
from bot.messages import PUBLIC, Address, AnswerStatus, Author, Message, Reply, Source, Thread
from bot.readings import LetterKind, Reading, Scored, Suggested, Urgency
from bot.relays import Relay
from bot.settings_hours import read_week
from bot.store.base import Article, Prepared
from bot.store.sql import Store
from tests.knowledge import small

START = datetime(2026, 3, 20, 8, 0, tzinfo=timezone.utc)
"""Nine days before the town's clock jumps."""
OFFICE = msgspec.structs.replace(
    small.OFFICE,
    town=msgspec.structs.replace(
        small.OFFICE.town, opening=read_week({"mon-fri": "9:00-12:30 13:30-17:30", "sat": "9:00-12:00"})
    ),
)
HOURS = Hours(OFFICE)
ZONE = OFFICE.zone
SERVICES = (*sorted(OFFICE.services)[:3], "taxis_volants")
"""The last one was removed from office.yml."""
ARTICLES = {"piscine": SERVICES[0], "carte": SERVICES[1], "deneigement": SERVICES[0], "supprime": ""}
"""The service of each article; the last one is gone."""
CHANNELS = ("web", "telegram", "email", "form")
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is turned."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class Journal:
    """What no store tells again, by conversation."""

    ratings: dict[str, list[tuple[datetime, str, bool]]] = field(default_factory=dict)
    letters: dict[str, dict[str, NewLetter]] = field(default_factory=dict)
    openings: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Case → message id, first service."""
    conversations: dict[str, Address] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    """Messages that were said where others read them."""


class Town:
    """Writes to a store what a seed says."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.journal = Journal()
        self.now = START
        self._chance = random.Random(seed)
        self._numbers = 0

    async def begin(self) -> None:
        """The articles and the agents."""
        articles = [Article(name, name.title(), service, "Texte.") for name, service in ARTICLES.items() if service]
        await self.store.articles.replace("markdown", articles, START)
        for number in range(2):
            await self.store.agents.add(NewAgent(f"a{number}", f"Agent {number}", Role.AGENT, (), "hash"), START)

    async def live(self, steps: int, people: int = 4) -> None:
        """So many things happen."""
        chance = self._chance
        addresses = [Address(chance.choice((*CHANNELS, "web", "web")), f"p{number}") for number in range(people)]
        acts = [self.speak] * 8 + [self.handle] * 6 + [self.rate] * 4 + [self.jump]
        for _ in range(steps):
            self.now += chance.choice((1, 1, 3, 3, 30, 90, 239, 240, 241, 700)) * MINUTE
            await chance.choice(acts)(chance.choice(addresses))

    async def speak(self, address: Address) -> None:
        """A citizen says something, now, days ago, or twice; the bot answers a chat, and a letter is filed."""
        self._numbers += 1
        name, chance = f"m{self._numbers}", self._chance
        late = chance.choice((*[0] * 12, 300, 4000, -400)) * MINUTE
        thread = None
        if address.channel not in {"email", "form"} and chance.random() < 0.08:
            self.journal.public.add(name)
            thread = Thread(visibility=PUBLIC)
        message = Message(name, address, "bonjour", self.now - late, thread=thread)
        await self.store.inbox.put(message, "fr", self.now)
        if chance.random() < 0.2:
            await self.store.inbox.put(message, "fr", self.now + MINUTE)
        conversation = (await self.store.conversations.open(address, "fr", self.now)).id
        self.journal.conversations[conversation] = address
        if address.channel in {"email", "form"}:
            await self._file(conversation, name, address)
            return
        for number in range(chance.choice((0, 1, 1, 2))):
            status = chance.choice((None, *AnswerStatus, *[AnswerStatus.ANSWERED] * 6))
            article = chance.choice(("", *ARTICLES))
            sources = (Source("Page", "/p"), Source("Page", "/p", article=article)) if status else ()
            suffix = ".alarm" if chance.random() < 0.1 else f".{number}"
            await self._say(conversation, Reply(name + suffix, "Voici.", status=status, sources=sources))
        if chance.random() < 0.15:
            cause = chance.choice((Cause.ASKED, Cause.LOST, Cause.DANGER, Cause.FORM, Cause.COMMENT))
            await self._open(conversation, chance.choice((name, name, f"{name}-alarmed", "gone")), cause)

    async def handle(self, address: Address) -> None:
        """An agent, or the citizen, does something with a case."""
        conversation, chance = (await self.store.conversations.open(address, "fr", self.now)).id, self._chance
        cases = await self.store.cases.find(conversation)
        if not cases:
            return
        case, agent = chance.choice(cases), chance.choice((1, 2))
        act = chance.choice(("take", "take", "answer", "answer", "move", "relay", "close", "withdraw", "judge"))
        try:
            if act == "take":
                await self.store.cases.take(case.id, agent, self.now)
            elif act == "answer" and case.state is CaseState.TAKEN:
                self._numbers += 1
                await self._say(conversation, Reply(f"r{self._numbers}", "Bonjour.", author=Author.AGENT, name="A"))
            elif act == "move":
                await self.store.cases.transfer(case.id, case.agent_id or agent, chance.choice(SERVICES), "", self.now)
            elif act == "relay":
                service = chance.choice(("", *SERVICES))
                await self.store.relays.relay(case.id, case.version, Relay(service, case.service, 60), self.now)
            elif act == "close":
                await self.store.cases.close(case.id, case.agent_id or agent, self.now)
            elif act == "withdraw":
                await self.store.cases.withdraw(case.id, conversation, self.now)
            elif act == "judge":
                await self.store.cases.rate(case.id, conversation, chance.choice((1, 2, 3)), self.now)
        except (CaseTaken, CaseClosed):
            return

    async def rate(self, address: Address) -> None:
        """A citizen says whether an answer helped."""
        conversation = await self.store.conversations.find(address)
        if conversation is None or address.channel in {"email", "form"}:
            return
        self._numbers += 1
        article, helpful = self._chance.choice(list(ARTICLES)), self._chance.random() < 0.6
        await self.store.ratings.record(f"v{self._numbers}", conversation.id, article, helpful, self.now)
        self.journal.ratings.setdefault(conversation.id, []).append((self.now, article, helpful))

    async def jump(self, address: Address) -> None:
        """The clock is put back, or far ahead for a moment."""
        self.now += self._chance.choice((-3000, -100, 5000)) * MINUTE

    async def _say(self, conversation: str, reply: Reply) -> None:
        await self.store.outbox.add(conversation, [Prepared(reply)], self.now)

    async def _open(self, conversation: str, message_id: str, cause: Cause) -> int:
        service = self._chance.choice(SERVICES)
        due = self.now + self._chance.choice((100, 3000)) * MINUTE if self._chance.random() < 0.6 else None
        new = NewCase(
            conversation, message_id, "effect", CaseKind.QUESTION, service, cause, "Objet", callback=True, due_at=due
        )
        opened = await self.store.cases.open(new, self.now)
        if opened.fresh:
            self.journal.openings[opened.case.id] = (message_id, service)
        return opened.case.id

    async def _file(self, conversation: str, name: str, address: Address) -> None:
        """A letter opens a case, continues one, or is put aside; some are not read yet."""
        chance = self._chance
        if chance.random() < 0.1:
            return
        known = await self.store.cases.find(conversation)
        case = known[0].id if known and chance.random() < 0.3 else None
        if case is None and chance.random() < 0.8:
            case = await self._open(conversation, name, Cause.MAIL)
        suggestion = chance.choice(
            (
                (),
                (Suggested("carte", "Carte", "…", (Source("Carte", "/articles/carte"),), 0.8),),
                (Suggested("general.piscine", "Modèle", "…", (Source("Piscine", "/articles/piscine"),), 0.8),),
                (Suggested("general.rien", "Modèle", "…", (), 0.8),),
            )
        )
        new = NewLetter(
            conversation,
            name,
            case,
            Letter("Objet", "a@example.org", form="contact" if address.channel == "form" else ""),
            replace(READING, service=chance.choice(SERVICES), kind=chance.choice(list(LetterKind))),
            suggested=suggestion,
        )
        await self.store.letters.file(new, self.now)
        self.journal.letters.setdefault(conversation, {})[name] = new


READING = Reading(
    (Scored(SERVICES[0], 0.9),), SERVICES[0], True, LetterKind.REQUEST, Urgency.NORMAL, "fr", "Bonjour.", (), ()
)
