"""Visits: what citizens do in the chat, step by step; each step says how long it is until the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from random import Random

from bot.messages import AnswerStatus, Author, Reply
from bot.simulation.calendar import POST
from bot.simulation.citizens import Citizen, Talk
from bot.simulation.phrases import Question, Questions
from bot.simulation.town import Town
from bot.simulation.words import Words

Steps = AsyncIterator[timedelta]

MOST_TURNS = 5
"""That somebody presses or says on one question."""
MOST_FIELDS = 16
"""That somebody answers of one form."""
WAITS, WAIT = 40, timedelta(minutes=2)
"""How often, and how far apart, somebody looks whether an agent has come."""
CHOOSING = frozenset({AnswerStatus.CHOOSE, AnswerStatus.NARROWED, AnswerStatus.GUIDED})
UNMET = frozenset({AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE, AnswerStatus.EXPIRED})
RATES, GLAD, MISSED = 0.45, 0.87, 0.35
"""Who rates an answer; who is glad of the right article, and of another."""
WANTS_PERSON = 0.4
"""Who presses the way to a person where it is offered."""
SORTS = {
    "ask": 0.74,
    "hours": 0.06,
    "issue": 0.06,
    "appointment": 0.05,
    "person": 0.04,
    "status": 0.03,
    "remark": 0.015,
    "erase": 0.005,
}
"""What one comes for."""


class Visits:
    """Makes the steps of a visit."""

    def __init__(self, town: Town, questions: Questions, words: Words) -> None:
        self._town = town
        self._questions = questions
        self._words = words

    def usual(self, citizen: Citizen, random: Random) -> Steps:
        """One visit without a plan of ours."""
        month = self._town.calendar.day(self._town.clock()).month
        if citizen.channel == POST:
            return self.post(citizen, random)
        if citizen.language == "en":
            return self.ask(citizen, [Question(random.choice(self._words.english))], random)
        if citizen.language != "fr":
            return self.ask(citizen, [Question(random.choice(self._words.foreign[citizen.language]))], random)
        (sort,) = random.choices(list(SORTS), list(SORTS.values()))
        if sort == "ask":
            many = random.choices((1, 2, 3), (70, 23, 7))[0]
            return self.ask(citizen, [self._questions.ask(month, random) for _ in range(many)], random)
        openings = {
            "hours": self._words.hours,
            "issue": self._words.issues,
            "appointment": self._words.appointments,
            "person": self._words.persons,
            "status": self._words.statuses,
            "remark": self._words.remarks,
            "erase": self._words.erasing[:1],
        }
        opening = random.choice(openings[sort])
        return self.erase(citizen) if sort == "erase" else self.form(citizen, opening, random)

    async def ask(self, citizen: Citizen, questions: list[Question], random: Random) -> Steps:
        """Some questions, one after the other."""
        talk = Talk(self._town, citizen)
        if random.random() < 0.2 and citizen.language == "fr":
            await talk.say("bonjour")
            yield _seconds(random, 5, 20)
        for question in questions:
            await talk.say(question.text)
            yield _seconds(random, 8, 40)
            async for pause in self._follow(talk, question, random):
                yield pause
        if random.random() < 0.25 and citizen.language == "fr":
            await talk.say(random.choice(self._words.thanks))

    async def form(self, citizen: Citizen, opening: str, random: Random) -> Steps:
        """Something that a form or an action answers."""
        talk = Talk(self._town, citizen)
        await talk.say(opening)
        yield _seconds(random, 6, 30)
        async for pause in self._fill(talk, random):
            yield pause
        async for pause in self._await(talk, random):
            yield pause

    async def post(self, citizen: Citizen, random: Random) -> Steps:
        """Something in public; nobody waits there."""
        await Talk(self._town, citizen).say(random.choice(self._words.posts))
        yield timedelta(0)

    async def erase(self, citizen: Citizen) -> Steps:
        """A question, then the wish to be forgotten."""
        talk = Talk(self._town, citizen)
        await talk.say(self._words.hours[0])
        yield timedelta(seconds=30)
        if citizen.channel == "web":
            # There the page's menu does it.
            await self._town.store.subjects.erase(citizen.address, self._town.clock())
            return
        for text in self._words.erasing:
            await talk.say(text)
            yield timedelta(seconds=20)

    async def _follow(self, talk: Talk, question: Question, random: Random) -> Steps:
        """What one does with the answer: rate it, choose, say it again, ask for a person."""
        said_again = False
        for _ in range(MOST_TURNS):
            reply = talk.last
            if talk.requested:
                async for pause in self._fill(talk, random):
                    yield pause
                break
            if reply is None or reply.status is None:
                break
            if reply.status is AnswerStatus.ANSWERED:
                async for pause in self._rate(talk, reply, question, random):
                    yield pause
                break
            if reply.status in CHOOSING:
                await self._choose(talk, question, random)
            elif reply.status in UNMET and not said_again and random.random() < 0.6:
                said_again = True
                await talk.say(self._questions.again(question, random) if question.core else question.text)
            elif talk.word("person_title") in talk.titles and random.random() < WANTS_PERSON:
                await talk.press(talk.word("person_title"))
            else:
                break
            yield _seconds(random, 8, 40)
        async for pause in self._await(talk, random):
            yield pause

    async def _rate(self, talk: Talk, reply: Reply, question: Question, random: Random) -> Steps:
        right = not question.article or any(source.article == question.article for source in reply.sources)
        if random.random() >= RATES:
            return
        glad = random.random() < (GLAD if right else MISSED)
        if not await talk.press(talk.word("yes_title" if glad else "no_title")):
            return
        yield _seconds(random, 8, 30)
        if not glad and random.random() < WANTS_PERSON and await talk.press(talk.word("person_title")):
            yield _seconds(random, 8, 30)
            async for pause in self._fill(talk, random):
                yield pause

    async def _choose(self, talk: Talk, question: Question, random: Random) -> None:
        """The title of what was meant, else mostly none of them, or the first."""
        titles = talk.titles
        meant = await self._town.knowledge.title(question.article) if question.article else ""
        fitting = [title for title in titles if meant and _plain(title) == _plain(meant)]
        none = talk.word("none_title")
        if fitting:
            await talk.press(fitting[0])
        elif none in titles and random.random() < 0.6:
            await talk.press(none)
        elif titles:
            await talk.press(titles[0])

    async def _fill(self, talk: Talk, random: Random) -> Steps:
        """Answer what a form asks, until it is done; now and then one leaves it."""
        for _ in range(MOST_FIELDS):
            requested = talk.requested
            if not requested:
                return
            if random.random() < 0.02:
                await talk.say(random.choice(self._words.gone))
                return
            await self._answer(talk, requested, random)
            yield _seconds(random, 6, 30)

    async def _answer(self, talk: Talk, requested: str, random: Random) -> None:
        words, citizen, titles = self._words, talk.citizen, talk.titles
        typed: dict[str, Callable[[], str]] = {
            "handoff_contact": lambda: citizen.mail if random.random() < 0.5 else citizen.phone,
            "appointment_contact": lambda: citizen.phone,
            "issue_contact": lambda: citizen.mail,
            "appointment_subject": lambda: random.choice(words.subjects),
            "issue_place": lambda: f"{random.randrange(1, 90)} {random.choice(words.streets)}",
            "issue_description": lambda: random.choice(words.issue),
            "issue_photo": lambda: "sans photo",
            "remark": lambda: random.choice(words.remark),
        }
        if requested in typed:
            await talk.say(typed[requested]())
        elif titles:
            # The first choice goes on; of days, times and categories any does.
            many = requested in {"appointment_service", "appointment_day", "appointment_time", "issue_category"}
            await talk.press(random.choice(titles[:3]) if many else titles[0])
        elif requested == "appointment_day":
            await talk.say(random.choice(words.days))
        else:
            await talk.say(random.choice(words.subjects))

    async def _await(self, talk: Talk, random: Random) -> Steps:
        """Wait for an agent, if a case of theirs waits for one here; thank them, and say whether it helped."""
        if not talk.conversation_id:
            return
        standing = await self._town.desk.standing(talk.conversation_id, "fr")
        if not standing.case:
            return
        thanked = False
        for _ in range(WAITS):
            yield WAIT
            await talk.look()
            if any(reply.author is Author.AGENT for reply in talk.replies) and not thanked:
                thanked = True
                await talk.say(random.choice(self._words.thanks))
            ratings = [talk.word(key) for key in ("yes_title", "partly_title", "no_title")]
            if talk.titles[:3] == ratings:
                if random.random() < 0.7:
                    await talk.press(random.choices(ratings, (68, 20, 12))[0])
                return
        if talk.word("withdraw_title") in talk.titles and random.random() < 0.5:
            await talk.press(talk.word("withdraw_title"))


def _plain(title: str) -> str:
    """A title as it is compared: buttons are set with fixed spaces, and cut where a channel must."""
    return " ".join(title.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").split())[:40]


def _seconds(random: Random, least: int, most: int) -> timedelta:
    return timedelta(seconds=random.randint(least, most))
