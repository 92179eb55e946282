"""`guichet knowledge deflection`."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import clock, settings
from bot.commands.knowledge import app
from bot.store.sql import open_store
from bot.visits import Counts, Outcome
from tests.databases import migrated

ROOT = Path(__file__).resolve().parents[2]
TODAY = clock.now().astimezone(settings.read_office(ROOT / "office.yml").zone).date()
POOL, CARD = "article:piscine", "fiche:part:F90001"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path)}


def counted(environ: dict[str, str], counts: Counts) -> None:
    url = migrated(settings.load(environ).database_url)

    async def add() -> None:
        store = await open_store(url)
        await store.visits.add(counts)
        await store.close()

    asyncio.run(add())


def test_the_figure_is_what_the_docs_say(environ: dict[str, str]) -> None:
    """Read less « non » and less asked, page by page and never below none; older days do not count."""
    counted(
        environ,
        {
            (TODAY, POOL, Outcome.READ): 10,
            (TODAY, POOL, Outcome.HELPED): 3,
            (TODAY - timedelta(days=29), POOL, Outcome.UNHELPED): 1,
            (TODAY, POOL, Outcome.ASKED): 2,
            (TODAY - timedelta(days=30), POOL, Outcome.READ): 100,
            (TODAY, CARD, Outcome.READ): 2,
            (TODAY, CARD, Outcome.ASKED): 5,
        },
    )

    printed = json.loads(CliRunner(env=environ).invoke(app, ["deflection", "--json"]).output)

    assert {name: printed[name] for name in printed if name != "pages"} == {
        "days": 30,
        "read": 12,
        "helped": 3,
        "unhelped": 1,
        "asked": 7,
        "deflected": 7,
        "rate": 0.5833,
    }
    assert [(one["page"], one["deflected"]) for one in printed["pages"]] == [(POOL, 7), (CARD, 0)]


def test_without_counts_there_is_no_rate(environ: dict[str, str]) -> None:
    """Nothing is divided by nothing."""
    printed = CliRunner(env=environ).invoke(app, ["deflection", "--json", "--days", "7"]).output
    table = CliRunner(env=environ).invoke(app, ["deflection"])

    assert json.loads(printed)["rate"] is None
    assert (table.exit_code, "all" in table.output) == (0, True)
