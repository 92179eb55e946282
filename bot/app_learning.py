"""The wiring of what is learnt from contacts: figures, and the steps of each night."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.analytics.collector import Collector
from bot.analytics.counted import CountedSubjects
from bot.analytics.naming import Naming
from bot.analytics.night import Night, Step, counting
from bot.desk.hours import Hours
from bot.settings import Settings
from bot.store.sql import Store


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


def build_collector(settings: Settings, store: Store, naming: Naming, holder: str) -> Collector:
    """What turns conversations into contacts; `holder` names this process in the lease."""
    office = settings.office
    keeps = timedelta(days=office.retention.figures)
    hours = Hours(office)
    return Collector(store.contacts, store.cursors, naming.service_of, hours, office.zone, keeps, holder)


def counting_first(settings: Settings, store: Store, holder: str) -> Store:
    """The store with erasures that are counted first: whoever erases everything was a contact all the same."""
    collector = build_collector(settings, store, Naming(store.articles, store.fiches, settings.office), holder)
    return replace(store, subjects=CountedSubjects(store.subjects, store.conversations, collector))


def build_learning(
    settings: Settings,
    store: Store,
    holder: str,
    steps: Sequence[Step] = (),
    routes: Sequence[web.AbstractRouteDef] = (),
) -> LearningParts:
    """The parts of learning; `steps` are done each night behind the count of the days, in their order."""
    naming = Naming(store.articles, store.fiches, settings.office)
    collector = build_collector(settings, store, naming, holder)
    night = Night(store.cursors, [counting(store.contacts), *steps], settings.office.zone, holder)
    return LearningParts(collector, night, naming, routes)
