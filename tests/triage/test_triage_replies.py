"""The replies that `guichet triage FILE --json` prints."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from pathlib import Path

from bot.commands.triage_replies import first_replies, reply_shown
from bot.knowledge.importers import markdown
from bot.letters import Letter
from bot.readings import LetterKind
from bot.settings import load
from bot.store.sql import migrate, open_store
from bot.triage.measures import Read, Row
from tests.triage.drafting import OFFICE, ROOT, read

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
LETTERS = (
    Read(Row(), Letter("Trou"), read("Un trou devant le 3 rue Haute.", kind=LetterKind.REPORT)),
    Read(Row(), Letter("Absence"), read("Je suis absent.", kind=LetterKind.AUTOREPLY)),
    Read(Row(), Letter("Hole"), read("A hole.", kind=LetterKind.REPORT, language="en")),
)


def test_before_there_is_a_database_the_folders_answer(tmp_path: Path) -> None:
    """Each letter has its best reply with the sources, a machine's has null."""
    settings = load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path)})
    hole, absence, english = map(reply_shown, asyncio.run(first_replies(settings, LETTERS)))

    assert hole is not None
    assert english is not None
    assert absence is None
    assert "Vous nous signalez une chaussée ou un trottoir abîmé, 3 rue Haute." in hole["text"]
    assert [source["url"] for source in hole["sources"]] == ["/articles/nid-de-poule"]
    assert english["text"].startswith("Hello,")
    assert list(tmp_path.glob("*.db")) == []


def test_a_database_answers_from_its_own_pages(tmp_path: Path) -> None:
    """A page that is not in it is no source."""
    settings = load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path)})
    migrate(settings.database_url)
    pages = markdown.read(ROOT / "knowledge", OFFICE.services).articles

    async def answered(*names: str) -> list[str]:
        store = await open_store(settings.database_url)
        await store.articles.replace("markdown", [page for page in pages if page.id in names], NOW)
        await store.close()
        reply = (await first_replies(settings, LETTERS[:1]))[0]
        return [source.url for source in reply.sources] if reply else ["no reply"]

    assert asyncio.run(answered("piscine-tarifs")) == []
    assert asyncio.run(answered("nid-de-poule")) == ["/articles/nid-de-poule"]
