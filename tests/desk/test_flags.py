"""What the desk says of a draft that nobody can vouch for."""

from __future__ import annotations

from bot import clock
from bot.app import Gateway
from bot.store.base import Article
from tests.desk.office import at_desk, open_case

DRAFT = "Appelez le 02 40 99 99 99, ou la ville au 02 61 91 40 00 ; voir https://invente.example/x."


async def test_what_is_in_no_source_is_flagged_and_may_be_sent(running: Gateway) -> None:
    """The town's own number is not; the reply leaves all the same."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take", {})
        flags = await claire.done("POST", f"/cases/{case.id}/flags", {"text": DRAFT})
        sent = await claire.done("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": DRAFT})

    assert flags == {
        "flags": [
            {"kind": "phone", "text": "02 40 99 99 99"},
            {"kind": "url", "text": "https://invente.example/x"},
        ]
    }
    assert sent["pending"]["text"] == DRAFT


async def test_what_the_sources_say_is_not_flagged(running: Gateway) -> None:
    """An article's words are vouched for by the article."""
    source = {"title": "Piscine", "url": "/articles/piscine"}
    words = "Bassin : 02 40 99 99 99, https://invente.example/x"
    await running.store.articles.replace("test", [Article("piscine", "Piscine", "sports", words)], clock.now())
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        with_source = await claire.done("POST", f"/cases/{case.id}/flags", {"text": DRAFT, "sources": [source]})

    assert with_source == {"flags": []}
