"""What a night finds in a simulated month, unaided: from the transcript to the sentence, through everything that stands between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot import safety
from bot.analytics.naming import Naming
from bot.app_learning import Reporting, build_collector, steps
from bot.contacts import Finding, Span
from bot.desk.words import load_words
from bot.knowledge.base import KnowledgeBase
from bot.simulation.filling import fill
from bot.simulation.plants import Plant, Planted
from bot.store.sql import Store, open_store
from bot.topics import Topic
from tests.simulation.towns import Filled, run_of, settings_in, small_model

pytestmark = [pytest.mark.rasa, pytest.mark.journey]

DAYS, CONTACTS, SEED = 30, 150, 3
FALSE_ALARMS = 2
AWAY = timedelta(days=8)
"""A finding begins so near to its fact; a service is late when the first late answers come."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What stands there on the morning after."""

    findings: tuple[Finding, ...]
    topics: tuple[Topic, ...]
    sentences: tuple[str, ...]

    def says(self, planted: Planted) -> list[Finding]:
        """The findings that say a planted fact."""
        return [one for one in self.findings if self._is(one, planted)]

    def _is(self, finding: Finding, planted: Planted) -> bool:
        near = abs(finding.first_day - planted.first_day) <= AWAY
        if planted.plant is Plant.TOPIC:
            words = next((topic.words for topic in self.topics if str(topic.id) == finding.subject), ())
            return finding.sort == planted.sort and near and planted.words[0] in words
        of_town = planted.plant in {Plant.STRIKE, Plant.FLOOD}
        return finding.sort == planted.sort and near and (of_town or finding.subject == planted.subject)


async def morning_after(town: Filled) -> Morning:
    """Collect, do every step of the night at 3:30 of the day after the last one, and read the report."""
    settings, truth = town.settings, town.truth
    office = settings.office
    at = datetime.combine(truth.last + timedelta(days=1), time(3, 30), office.zone)
    store = await open_store(settings.database_url)
    try:
        naming, knowledge = Naming(store.articles, store.fiches, office), KnowledgeBase(store.articles, office)
        await build_collector(settings, store, naming, "test").rebuild()
        for step in steps(settings, store, knowledge, safety.load(), naming, lambda: at):
            await step.do()
        await knowledge.close()
        return await _read(store, naming, town, at)
    finally:
        await store.close()


async def _read(store: Store, naming: Naming, town: Filled, at: datetime) -> Morning:
    span = Span(town.truth.first, town.truth.last)
    report = Reporting(
        store.contacts, store.topics, store.cursors, naming, town.settings.office, load_words(), lambda: at
    )
    figures = await report.figures(span)
    return Morning(
        tuple(await store.contacts.findings(span)),
        tuple(await store.topics.all()),
        tuple(one.sentence for one in figures.findings),
    )


@pytest.mark.timeout(900)
async def test_every_planted_fact_is_found(tmp_path: Path) -> None:
    """Each of the five is said, each has a sentence, and what is said beside them are two false alarms at most."""
    settings = settings_in(tmp_path)
    # Letters are read by what all of the project's letters teach: services then are as busy as their letters are many.
    truth = await fill(settings, run_of(DAYS, SEED, CONTACTS, tuple(Plant)), model=small_model())
    assert truth is not None
    town = Filled(settings, truth)
    morning = await morning_after(town)
    said = {planted.plant: morning.says(planted) for planted in town.truth.planted}
    right = {finding.id for found in said.values() for finding in found}

    assert {plant for plant, found in said.items() if not found} == set()
    assert len([one for one in morning.findings if one.id not in right]) <= FALSE_ALARMS
    assert all(morning.sentences)
