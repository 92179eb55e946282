"""Simulated towns: runs on SQLite that take seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.settings import Settings, load
from bot.simulation.filling import fill
from bot.simulation.owned import Run
from bot.simulation.plants import Plant, Truth
from bot.store.sql import open_store
from bot.triage import examples
from bot.triage.examples import Example
from bot.understanding.examples import read_training
from nlu.components import understanding
from nlu.components.understanding import Understanding
from tests.fakes.triage import FakeTriage

ROOT = Path(__file__).resolve().parents[2]
LAST = date(2026, 11, 26)
CONTENT = (
    "SELECT c.channel, c.address_key, t.author, t.at, length(t.said) FROM transcript t JOIN conversations c"
    " ON c.id = t.conversation_id ORDER BY t.position",
    "SELECT kind, state, service, cause, subject, opened_at, taken_at, closed_at, rating FROM cases ORDER BY id",
    "SELECT case_id, what, at, agent_id FROM case_events ORDER BY position",
    "SELECT article_id, helpful, at FROM ratings ORDER BY id",
    "SELECT login, name, role, services, demo FROM agents ORDER BY id",
)
"""What is in a town, but for random ids."""
EACH = 60
"""One of so many examples is learnt by the tests' model."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A town that was filled."""

    settings: Settings
    truth: Truth

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds in its database."""
        return asyncio.run(self.read(query, **values))

    async def read(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """The same within an event loop."""
        store = await open_store(self.settings.database_url)
        try:
            found = await store.database.read(lambda connection: connection.execute(text(query), values).all())
            return [tuple(row) for row in found]
        finally:
            await store.close()

    async def everything(self) -> list[list[tuple[Any, ...]]]:
        """What is in it, but for random ids."""
        return [await self.read(query) for query in CONTENT]


def settings_in(folder: Path, database_url: str = "") -> Settings:
    """The example town with a data folder of its own, and a database there unless another one is given."""
    other = {"GUICHET_DATABASE_URL": database_url} if database_url else {}
    return load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(folder), **other})


@lru_cache(maxsize=1)
def small_model() -> Understanding:
    """What a part of the examples teaches, in some seconds."""
    taught = read_training(ROOT / "nlu")[::EACH]
    return understanding.train([one.text for one in taught], [one.intent for one in taught])


@lru_cache(maxsize=1)
def letters() -> tuple[Example, ...]:
    """The training letters of a few services."""
    services = ("urbanisme", "voirie", "eau_assainissement", "accueil_general")
    every = examples.load(ROOT / "triage", services)
    return tuple(one for one in every if one.is_letter and one.service and len(one.body) < 600)[::5]


def run_of(days: int, seed: int = 1, contacts: int = 14, plants: tuple[Plant, ...] = ()) -> Run:
    """A run that ends on a day that never changes."""
    return Run(seed, date.fromordinal(LAST.toordinal() - days + 1), days, contacts, plants)


async def filled(folder: Path, run: Run, database_url: str = "") -> Filled:
    """A town in a folder, filled by a run."""
    settings = settings_in(folder, database_url)
    truth = await fill(settings, run, model=small_model(), reads=FakeTriage(), taught=letters())
    assert truth is not None
    return Filled(settings, truth)
