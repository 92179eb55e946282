"""A run of days: everything that happens is a step of somebody's, taken in the order of the simulated clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

import msgspec

from bot.errors import ConfigurationError
from bot.simulation import owned
from bot.simulation.calendar import CHANNELS, FORM, MAIL, POST
from bot.simulation.citizens import Citizen, somebody
from bot.simulation.owned import Kept, Run
from bot.simulation.phrases import Letters, Question, Questions
from bot.simulation.plants import LATE_SERVICE, Plant, Planted, Truth, planned
from bot.simulation.post import Post
from bot.simulation.staff import Staff
from bot.simulation.town import Town
from bot.simulation.visits import Visits
from bot.simulation.words import Words
from bot.triage.examples import Example

Steps = AsyncIterator[timedelta]
Tell = Callable[[date, int], None]
"""A day is whole: which, and how many contacts there were in it."""

COMES_BACK = 0.3
"""Share of the visits that are somebody's who has written before."""
REMEMBERED = 600
"""So many of those who wrote last may come back."""
TOPIC_A_DAY = (3.0, 9.0)
"""Questions about the planted topic on its first and on its last day, of a hundred and fifty contacts."""
FLOOD_TIMES = 2.6
"""Contacts of the day of high water, in those of a usual one; what is more is about water."""
USUAL = 150
DELIVERS = timedelta(hours=1)


@dataclass(slots=True)
class Counted:
    """How often something planted happened."""

    contacts: int = 0
    planted: dict[Plant, int] = field(default_factory=dict)

    def add(self, plant: Plant) -> None:
        """One more."""
        self.planted[plant] = self.planted.get(plant, 0) + 1


class Month:
    """The days of a run."""

    def __init__(self, town: Town, run: Run, questions: Questions, letters: Letters, words: Words) -> None:
        """Raises:
        ConfigurationError: the run is too short for what it plants, or the town has not what it plants it in.
        """
        self._town = town
        self._run = run
        self._words = words
        if Plant.LATE in run.plants and LATE_SERVICE not in town.office.services:
            raise ConfigurationError(f"--plant late: office.yml has no service {LATE_SERVICE}")
        plan = planned(run.plants, run.first, run.days, town.calendar.works, words.topic.words)
        self._plan = {one.plant: one for one in plan}
        self._visits = Visits(town, questions, words)
        self._post = Post(town, letters)
        self._staff = Staff(town, words, str(run.seed), self._is_late, self._is_strike, self._post.services)
        self._counted = Counted()
        self._waiting: list[tuple[datetime, int, Steps]] = []
        self._order = itertools.count()
        self._people: dict[str, list[Citizen]] = {channel: [] for channel in CHANNELS}
        self._number = 0

    async def fill(self, tell: Tell) -> Truth:
        """Let all of it happen; the truth about it.

        Raises:
            BotError: a store, or the bot itself, failed.
        """
        run, town = self._run, self._town
        for agent in await self._staff.hire(town.clock()):
            self._spawn(self._staff.work(agent, self._spawn), timedelta(0))
        self._spawn(self._deliver(), DELIVERS)
        for number in range(run.days):
            day = run.first + timedelta(days=number)
            before = self._counted.contacts
            self._plan_day(day)
            await self._until(town.calendar.ends(day))
            await town.deliver()
            await owned.keep(town.store, Kept(run, number + 1), town.clock())
            tell(day, self._counted.contacts - before)
        await self._count_cases()
        planted = tuple(
            msgspec.structs.replace(one, count=self._counted.planted.get(plant, 0)) for plant, one in self._plan.items()
        )
        last = run.first + timedelta(days=run.days - 1)
        return Truth(run.seed, run.first, last, self._counted.contacts, planted)

    def _plan_day(self, day: date) -> None:
        """Put everybody who comes on a day into the queue."""
        random = Random(f"{self._run.seed}:{day}")
        calendar = self._town.calendar
        for _ in range(calendar.count(day, random)):
            channel = random.choices(list(CHANNELS), list(CHANNELS.values()))[0]
            at = calendar.moment(day, channel, random)
            if self._is_silent(channel, at):
                self._counted.add(Plant.SILENCE)
                continue
            self._come(channel, at, random)
        share = self._run.contacts_per_day / USUAL
        if topic := self._within(Plant.TOPIC, day):
            first, last = TOPIC_A_DAY
            grown = (day - topic.first_day) / max(topic.last_day - topic.first_day, timedelta(days=1))
            for _ in range(max(1, round(share * (first + (last - first) * grown)))):
                self._extra(Plant.TOPIC, day, random, self._words.topic.questions)
        if self._within(Plant.FLOOD, day):
            for _ in range(round(calendar.expected(day) * (FLOOD_TIMES - 1))):
                self._extra(Plant.FLOOD, day, random, self._words.flood.questions)

    def _come(self, channel: str, at: datetime, random: Random) -> None:
        """A contact without a plan of ours."""
        own = Random(random.getrandbits(64))
        citizen = self._citizen(channel, own)
        self._counted.contacts += 1
        visit = self._post.write(citizen, own) if channel in {MAIL, FORM} else self._later(citizen, own)
        self._at(at, visit)

    def _extra(self, plant: Plant, day: date, random: Random, questions: tuple[str, ...]) -> None:
        """A contact that is planted."""
        own = Random(random.getrandbits(64))
        channel = own.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        channel = "web" if channel in {FORM, POST} or (plant is Plant.TOPIC and channel == MAIL) else channel
        at = self._town.calendar.moment(day, channel, own)
        if self._is_silent(channel, at):
            channel = "web"
        citizen = replace(self._citizen(channel, own, new=True), language="fr", asked_hint=False)
        self._counted.contacts += 1
        self._counted.add(plant)
        if channel == MAIL:
            letter = own.choice(self._words.flood.letters)
            service = self._words.flood.service
            written = Example(letter.subject, f"{letter.body}\n{citizen.name}", service=service)
            self._at(at, self._post.write(citizen, own, written))
        else:
            self._at(at, self._visits.ask(citizen, [Question(own.choice(questions))], own))

    async def _later(self, citizen: Citizen, random: Random) -> Steps:
        """A visit that is thought of when it begins: what one asks depends on the day."""
        async for pause in self._visits.usual(citizen, random):
            yield pause

    def _citizen(self, channel: str, random: Random, new: bool = False) -> Citizen:
        known = self._people[channel]
        # A letter is a conversation of its own; those who write in the chat come back into theirs.
        if known and not new and channel not in {MAIL, FORM} and random.random() < COMES_BACK:
            return random.choice(known)
        self._number += 1
        citizen = somebody(self._number, channel, self._words.people, random, sorted(self._words.foreign))
        known.append(citizen)
        del known[:-REMEMBERED]
        return citizen

    async def _until(self, end: datetime) -> None:
        """Take every step before a moment, in order; what comes later waits for its day."""
        while self._waiting and self._waiting[0][0] < end:
            at, _, steps = heapq.heappop(self._waiting)
            self._town.clock.set(at)
            pause = await anext(steps, None)
            if pause is not None:
                self._at(max(at, self._town.clock()) + pause, steps)
        self._town.clock.set(end - timedelta.resolution)

    async def _deliver(self) -> Steps:
        while True:
            await self._town.deliver()
            yield DELIVERS

    def _spawn(self, steps: Steps, after: timedelta) -> None:
        self._at(self._town.clock() + after, steps)

    def _at(self, moment: datetime, steps: Steps) -> None:
        heapq.heappush(self._waiting, (moment, next(self._order), steps))

    def _within(self, plant: Plant, day: date) -> Planted | None:
        found = self._plan.get(plant)
        return found if found is not None and found.first_day <= day <= found.last_day else None

    def _is_silent(self, channel: str, at: datetime) -> bool:
        silence = self._plan.get(Plant.SILENCE)
        local = at.astimezone(self._town.calendar.zone)
        return silence is not None and silence.subject == channel and silence.covers(local.date(), local.hour)

    def _is_late(self, service: str, day: date) -> bool:
        return service == LATE_SERVICE and self._within(Plant.LATE, day) is not None

    def _is_strike(self, day: date) -> bool:
        return self._within(Plant.STRIKE, day) is not None

    async def _count_cases(self) -> None:
        """How many cases the planted facts are about, from the database."""
        late, strike = self._plan.get(Plant.LATE), self._plan.get(Plant.STRIKE)
        for opened_at, service in await self._town.opened_cases():
            day = self._town.calendar.day(opened_at)
            if late is not None and service == late.subject and late.covers(day):
                self._counted.add(Plant.LATE)
            if strike is not None and strike.covers(day):
                self._counted.add(Plant.STRIKE)
