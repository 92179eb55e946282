"""Reading a fake town's site, as the tests of the site importer do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.knowledge.importers import Reading
from bot.knowledge.importers.site import read
from bot.settings_site import SiteSource
from tests.fakes.site import FakeSite

WEBSITE = "https://rivemont.example/"


async def imported(site: FakeSite, remember: Path | None = None, **settings: object) -> Reading:
    source = SiteSource(address=site.url, **{"delay_ms": 0, **settings})  # type: ignore[arg-type]
    return await read(source, WEBSITE, remember=remember, patience=timedelta(seconds=5))


def titles(reading: Reading) -> list[str]:
    return [article.title for article in reading.articles]


def problems(reading: Reading) -> dict[str, str]:
    return {problem.place: problem.sentence for problem in reading.problems}
