"""A simulation from its settings to its end: the database, the articles, the town, and all of its days."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from bot.correspondence import Reads
from bot.desk.hours import Hours
from bot.knowledge import importers
from bot.knowledge.importers import markdown
from bot.settings import Settings
from bot.simulation import database, hearing, owned, words
from bot.simulation.calendar import Calendar
from bot.simulation.month import Month, Tell
from bot.simulation.owned import Kept, Run
from bot.simulation.phrases import Letters, Questions, fiche_phrasings
from bot.simulation.plants import Truth
from bot.simulation.town import opened
from bot.store.sql import migrate
from bot.supervisor.plan import PROJECT
from bot.triage import examples, learning
from bot.triage.examples import Example
from nlu.components.understanding import Understanding


async def fill(
    settings: Settings,
    run: Run,
    tell: Tell = lambda day, contacts: None,
    model: Understanding | None = None,
    reads: Reads | None = None,
    taught: Sequence[Example] | None = None,
) -> Truth | None:
    """Fill the settings' database; the truth about it, None if exactly this run has filled it already.

    `model` understands messages, and `reads` letters, instead of what the town has trained; `taught` are the letters that
    its citizens' are made of, instead of the town's own training letters.

    Raises:
        ConfigurationError: the database or a file of the town's is not fit for it; see `owned.is_free`.
        StoreError: the database failed.
    """
    await asyncio.to_thread(migrate, settings.database_url)
    store = await database.opened(settings.database_url)
    try:
        start = Calendar(settings.office, Hours(settings.office), run.contacts_per_day).starts(run.first)
        spoken = words.load()
        # Before anything is written: what cannot be done changes nothing.
        known = taught or examples.load(learning.folder(settings.root), settings.office.services)
        if not await owned.is_free(store, run):
            return None
        understood = await asyncio.to_thread(hearing.trained, PROJECT) if model is None else model
        if not await store.articles.all():
            reading = markdown.read(settings.root / settings.office.knowledge.folder, settings.office.services)
            await importers.store(store.articles, markdown.ORIGIN, reading, start)
        async with opened(settings, store, understood, start, run.contacts_per_day, reads) as town:
            questions = Questions(
                await store.articles.all(),
                fiche_phrasings(PROJECT) if await store.fiches.version() > 0 else (),
                spoken,
                Random(f"{run.seed}:town"),
            )
            month = Month(town, run, questions, Letters(known, spoken), spoken)
            await owned.keep(store, Kept(run), start)
            return await month.fill(tell)
    finally:
        await store.close()
