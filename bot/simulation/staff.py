"""The agents of a simulated town: when they are there, which case they take, and what they do with it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from random import Random

from bot.agents import Agent, NewAgent, Role
from bot.cases import Case, CaseKind, CaseState, Seen, View
from bot.desk.passwords import Passwords
from bot.errors import BotError
from bot.letters import CHANNELS as BY_LETTER
from bot.messages import AnswerStatus
from bot.simulation.town import Town
from bot.simulation.words import Words

Steps = AsyncIterator[timedelta]

LOGIN = "demo.agent{}"
SUPERVISOR = "demo.responsable"
HANDS = 2
"""How many agents each service has."""
ABSENT = 0.06
"""Share of the days on which somebody is ill or away."""
LOOKS = timedelta(minutes=4)
"""How often an agent without work looks at the queue."""
AWAY = timedelta(minutes=15)
WORST_WAIT_HOURS = 60.0
LATE_DAYS = (5, 9)
"""How many days a service that is late leaves a case alone."""
ISSUE_TAKES = timedelta(hours=30)
MOST_OPEN = 20_000
"""Cases that agents look through."""
WRONG = 0.04
"""How often an agent finds a case of a chat to be another service's."""

Late = Callable[[str, date], bool]
"""Whether a service is late with what comes on a day."""
Strike = Callable[[date], bool]


class Staff:
    """All agents."""

    def __init__(
        self, town: Town, words: Words, seed: str, late: Late, strike: Strike, services: dict[str, str]
    ) -> None:
        """`services` says, by a letter's address, whose it really is."""
        self._town = town
        self._words = words
        self._seed = seed
        self._late = late
        self._strike = strike
        self._services = services
        self._position = -1
        self._open: list[Case] = []

    async def hire(self, now: datetime) -> list[Agent]:
        """Make the accounts of the demonstration; the supervisor's is the first.

        Nobody knows their passwords: `guichet agents reset` gives one.
        """
        agents = self._town.store.agents
        hash_of_nothing = await Passwords().hash(secrets.token_urlsafe(24))
        new = NewAgent(SUPERVISOR, self._words.supervisor, Role.SUPERVISOR, (), hash_of_nothing, demo=True)
        hired = [await agents.add(new, now)]
        codes, names = list(self._town.office.services), self._words.agents
        for place, name in enumerate(names):
            own = tuple(
                code
                for index, code in enumerate(codes)
                if place in {(index + hand * (1 + index // len(names))) % len(names) for hand in range(HANDS)}
            )
            # An account without a service would serve all of them.
            new = NewAgent(LOGIN.format(place + 1), name, Role.AGENT, own or tuple(codes), hash_of_nothing, demo=True)
            hired.append(await agents.add(new, now))
        return hired

    async def work(self, agent: Agent, spawn: Callable[[Steps, timedelta], None]) -> Steps:
        """An agent's days, without an end; `spawn` lets something go on beside."""
        random = Random(f"{self._seed}:{agent.login}")
        present = self._town.present
        while True:
            if not self._is_there(agent):
                if agent.id in present:
                    del present[agent.id]
                    await self._town.store.agents.set_available(agent.id, False)
                yield AWAY
                continue
            if agent.id not in present:
                present[agent.id] = agent
                await self._town.store.agents.set_available(agent.id, True)
                await self._town.store.agents.seen([agent.id], self._town.clock())
            case = await self._next(agent)
            if case is None:
                yield LOOKS
                continue
            # Its citizen withdrew it or erased everything, or a colleague was faster.
            with contextlib.suppress(BotError):
                async for pause in self._handle(agent, case, random, spawn):
                    yield pause
            yield timedelta(minutes=random.randint(1, 6))

    def _is_there(self, agent: Agent) -> bool:
        moment = self._town.clock()
        day = self._town.calendar.day(moment)
        if self._strike(day) or Random(f"{self._seed}:{agent.login}:{day}").random() < ABSENT:
            return False
        return any(self._town.hours.is_open(code, moment) for code in agent.services or self._town.office.services)

    async def _next(self, agent: Agent) -> Case | None:
        """What is to be done next: who waits in the chat, what is urgent, then what has waited for its time."""
        waiting = [
            case
            for case in await self._waiting()
            if case.service in agent.services and case.state is CaseState.WAITING and self._is_ready(case)
        ]
        return min(waiting, key=lambda case: (not self._is_chat(case), not case.urgent, case.opened_at), default=None)

    async def _waiting(self) -> list[Case]:
        """Every open case; read anew when something has happened to one."""
        position = await self._town.store.cases.last_position()
        if position != self._position:
            self._position = position
            self._open = await self._town.store.cases.view(View.ALL, Seen(0, None, None), MOST_OPEN)
        return self._open

    def _is_ready(self, case: Case) -> bool:
        moment = self._town.clock()
        if not self._town.hours.is_open(case.service, moment):
            return False
        random = Random(f"{self._seed}:case:{case.id}")
        waits = timedelta(hours=min(random.lognormvariate(0.6, 0.9), WORST_WAIT_HOURS))
        if self._late(case.service, self._town.calendar.day(case.opened_at)):
            waits = timedelta(days=random.uniform(*LATE_DAYS))
        elif case.kind is CaseKind.APPOINTMENT and case.appointment_at is not None:
            waits = case.appointment_at - case.opened_at
        elif self._is_chat(case):
            waits = timedelta(minutes=random.uniform(0.5, 6))
        elif case.urgent:
            waits = timedelta(minutes=20)
        return moment - case.opened_at >= waits

    def _is_chat(self, case: Case) -> bool:
        by_letter = case.address is None or case.address.channel in BY_LETTER
        return case.kind is CaseKind.QUESTION and not case.callback and not by_letter

    async def _handle(
        self, agent: Agent, case: Case, random: Random, spawn: Callable[[Steps, timedelta], None]
    ) -> Steps:
        desk = self._town.desk
        case = await desk.take(agent, case.id)
        yield timedelta(seconds=random.randint(40, 150))
        right = self._services.get(str(case.address), case.service)
        if case.kind is CaseKind.QUESTION and not self._is_chat(case) and right != case.service:
            await desk.transfer(agent, case.id, right, random.choice(self._words.transfers))
            return
        if self._is_chat(case) and random.random() < WRONG:
            others = [code for code in self._town.office.services if code != case.service]
            await desk.transfer(agent, case.id, random.choice(others), random.choice(self._words.transfers))
            return
        if case.kind is CaseKind.QUESTION and not case.callback:
            async for pause in self._answer(agent, case, random):
                yield pause
        else:
            if case.has_contact:
                await desk.reveal(agent, case.id)
            await desk.note(agent, case.id, f"note-{case.id}", random.choice(self._words.notes))
        if case.kind is CaseKind.STREET_ISSUE:
            spawn(self._close(agent, case.id), timedelta(seconds=random.uniform(0.3, 2) * ISSUE_TAKES.total_seconds()))
        else:
            await desk.close(agent, case.id)
            await self._town.answer()

    async def _answer(self, agent: Agent, case: Case, random: Random) -> Steps:
        """Say something to a citizen, and read what they say to that."""
        desk, undo = self._town.desk, timedelta(seconds=self._town.office.desk.undo_seconds + 1)
        text, suggestion = await self._words_for(case, random)
        await desk.reply(agent, case.id, f"reply-{case.id}", text, (), suggestion)
        yield undo
        await desk.leave()
        if self._is_chat(case):
            yield timedelta(minutes=random.randint(3, 9))

    async def _words_for(self, case: Case, random: Random) -> tuple[str, str]:
        """The suggested reply of a letter, what an article says, or a line of one's own; with the suggestion's id."""
        filed = (await self._town.store.letters.of_cases([case.id])).get(case.id)
        if filed is not None and filed.suggested and random.random() < 0.7:
            used = filed.suggested[0]
            edited = random.random() < 0.3
            return (f"{used.text}\n\n{random.choice(self._words.answers)}" if edited else used.text), used.id
        answer = await self._town.knowledge.ask(case.subject)
        if answer.status is AnswerStatus.ANSWERED and answer.passages and random.random() < 0.6:
            return answer.passages[0].text, ""
        return random.choice(self._words.answers), ""

    async def _close(self, agent: Agent, case_id: int) -> Steps:
        yield timedelta(0)
        with contextlib.suppress(BotError):
            await self._town.desk.close(agent, case_id)
            await self._town.answer()
