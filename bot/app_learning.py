"""The wiring of what is learnt from contacts: figures, and the steps of each night."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.analytics import findings, lessons, samples, topics
from bot.analytics.collector import Collector
from bot.analytics.counted import CountedSubjects
from bot.analytics.figures import Figures, Notice
from bot.analytics.findings_sorts import HISTORY_DAYS
from bot.analytics.naming import Naming
from bot.analytics.night import Night, Step, counting
from bot.analytics.night_state import last_state
from bot.analytics.report import CODE, before, figures_of
from bot.analytics.topic_nearest import nearest_in
from bot.clock import Clock, now
from bot.contacts import ContactBook, Span
from bot.desk.answering import Answering
from bot.desk.finding_words import Sentences
from bot.desk.hours import Hours
from bot.desk.insights_api import InsightsApi
from bot.desk.lesson_shapes import LessonShapes
from bot.desk.lessons_api import LessonsApi
from bot.desk.shapes import Shapes
from bot.desk.words import Words
from bot.knowledge.base import KnowledgeBase
from bot.linking import Cursors
from bot.privacy.own import own_contacts
from bot.safety import Safety
from bot.settings import Office, Settings
from bot.store.sql import Store
from bot.topics import Topics

GAP_WORDS = 3
"""Of a topic's own words in a sentence."""


@dataclass(frozen=True, slots=True)
class LearningParts:
    """What figures and lessons add to a gateway."""

    collector: Collector
    night: Night
    naming: Naming
    routes: Sequence[web.AbstractRouteDef] = ()

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {"analytics.collect": self.collector.run(), "analytics.night": self.night.run()}


def naming_of(settings: Settings, store: Store) -> Naming:
    """What the articles and services of the town are called."""
    return Naming(store.articles, store.fiches, settings.office)


def build_collector(settings: Settings, store: Store, naming: Naming, holder: str) -> Collector:
    """What turns conversations into contacts; `holder` names this process in the lease."""
    office = settings.office
    keeps = timedelta(days=office.retention.figures)
    hours = Hours(office)
    return Collector(store.contacts, store.cursors, naming.service_of, hours, office.zone, keeps, holder)


def counting_first(store: Store, collector: Collector) -> Store:
    """The store with erasures that are counted first: whoever erases everything was a contact all the same."""
    return replace(store, subjects=CountedSubjects(store.subjects, store.conversations, collector))


@dataclass(frozen=True, slots=True)
class Reporting:
    """The figures as the page and `guichet report` show them; see `bot.desk.insights_api.Reported`."""

    contacts: ContactBook
    topics: Topics
    cursors: Cursors
    naming: Naming
    office: Office
    words: Words
    clock: Clock = now

    async def figures(self, span: Span) -> Figures:
        """The figures of a span as they are counted by now, with what has to be known beside them."""
        names, moment = await self.naming.names(), self.clock()
        groups = {str(topic.id): " ".join(topic.words[:GAP_WORDS]) for topic in await self.topics.all()}
        former = self.words.say("former", "service", code=CODE)
        named = replace(names, topics={**names.topics, **groups}, former=former)
        today = moment.astimezone(self.office.zone).date()
        sentences = Sentences(self.words, names.services, groups, today)
        notices = await self._notices(span, today)
        return await figures_of(self.contacts, span, named, moment, sentences, notices)

    async def _notices(self, span: Span, today: date) -> list[Notice]:
        said: list[Notice] = []
        if stale := await self.contacts.stale(before(span).first, span.last):
            said.append(Notice("counting", {"days": str(stale)}))
        if failed := (await last_state(self.cursors)).failed:
            said.append(Notice("night", {"steps": " ".join(failed)}))
        begun = await self.contacts.begun()
        if begun is not None and (usual := begun + timedelta(days=HISTORY_DAYS + 1)) > today:
            said.append(Notice("young", {"from": usual.isoformat()}))
        return said

    async def dismiss(self, finding_id: int) -> None:
        """Somebody has seen to what was found."""
        await self.contacts.dismiss(finding_id, self.clock())


def build_learning(
    settings: Settings,
    store: Store,
    naming: Naming,
    collector: Collector,
    knowledge: KnowledgeBase,
    safety: Safety,
    words: Words,
    shapes: Shapes,
    answering: Answering,
    holder: str,
) -> LearningParts:
    """The parts of learning: what collects, what is done each night in its order, and the requests of their pages."""
    office = settings.office
    night = Night(store.cursors, steps(settings, store, knowledge, safety, naming), office.zone, holder)
    lesson_shapes = LessonShapes(shapes, words, knowledge, store.transcript, own_contacts(office))
    pages = (
        InsightsApi(
            Reporting(store.contacts, store.topics, store.cursors, naming, office, words),
            words,
            lambda: now().astimezone(office.zone).date(),
            words.names("channel"),
            {code: service.name for code, service in office.services.items()},
            tuple(words.names("language")),
        ),
        LessonsApi(store.lessons, store.samples, lesson_shapes, knowledge),
    )
    return LearningParts(collector, night, naming, [route for page in pages for route in page.routes(answering)])


def steps(
    settings: Settings, store: Store, knowledge: KnowledgeBase, safety: Safety, naming: Naming, clock: Clock = now
) -> list[Step]:
    """What is done each night, in its order: what counts stands before what reads the counts."""
    office, hours, own = settings.office, Hours(settings.office), own_contacts(settings.office)

    async def group() -> None:
        await topics.nightly(store.topics, nearest_in(knowledge), office.zone, own, clock)

    async def find() -> None:
        await findings.nightly(store.contacts, store.topics, hours, office, clock())

    async def teach() -> None:
        await lessons.nightly(store.lessons, safety, office.zone, clock(), own)

    async def draw() -> None:
        await samples.nightly(store.samples, await naming.service_of(), office.zone, clock())

    return [
        counting(store.contacts),
        Step("topics", group),
        Step("findings", find, needs=("roll_up", "topics")),
        Step("lessons", teach),
        Step("samples", draw),
    ]
