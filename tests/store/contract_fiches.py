"""The contract of the State's fiches."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import Missing, StoreError
from bot.feeds import Change
from bot.fiches import PART, PRO, Choice, Contact, Fiche, FicheKind, Head, Link, Online, Option, Section, Text
from bot.store.sql import Store
from tests.store.words import START, after


def fiche(page: str, audience: str = PART, title: str = "Louer une barque") -> Fiche:
    parts = (
        Text("Vous louez une barque au lac.", links=(Link("au lac", fiche="F9"),)),
        Section(
            "Coût",
            (
                Choice(
                    (
                        Option("Vous êtes mineur", (Text("3 €", line=True),)),
                        Option("Vous êtes majeur", (Online("Payer", "https://lac.example/payer"), Contact("Mairie"))),
                    )
                ),
            ),
        ),
    )
    return Fiche(audience, page, FicheKind.INFORMATION, title, parts=parts)


_LONG = tuple(Text(f"Le bateau numéro {number} attend au ponton.") for number in range(2000))


class FichesContract:
    """See `bot.feeds.Feeds`."""

    async def test_reading_all_leaves_the_loop_to_others(self, store: Store) -> None:
        """While thousands of fiches are unpacked for a list of titles, whoever asks something else is answered."""
        many = [Fiche(PART, f"F{n}", FicheKind.INFORMATION, "Long", parts=_LONG) for n in range(300)]
        await store.fiches.replace(PART, many, {one.id: "a" for one in many}, {}, START)
        gaps: list[float] = []

        async def others() -> None:
            while True:
                begun = time.perf_counter()
                await asyncio.sleep(0.001)
                gaps.append(time.perf_counter() - begun)

        waiting = asyncio.create_task(others())
        begun = time.perf_counter()
        heads = await store.fiches.heads()
        took = time.perf_counter() - begun
        await asyncio.sleep(0.002)
        waiting.cancel()

        assert len(heads) == 300
        assert max(gaps) < took / 2

    async def test_fiches_are_replaced_as_a_whole(self, store: Store) -> None:
        """A feed adds, changes and removes what is its own; the version grows only with a change."""
        one, two = fiche("F1"), fiche("F2")
        assert (await store.fiches.version(), await store.fiches.feed(PART)) == (0, None)
        added = await store.fiches.replace(PART, [one, two], {"F1": "a", "F2": "b"}, {}, START)
        theirs = await store.fiches.replace(PRO, [fiche("F1", PRO)], {"F1": "p"}, {}, START)
        same = await store.fiches.replace(PART, [], {"F1": "a", "F2": "b"}, {}, after(1))
        newer = fiche("F1", title="Louer un canot")
        changed = await store.fiches.replace(PART, [newer], {"F1": "c"}, {}, after(2))
        feed = await store.fiches.feed(PART)

        assert [
            (found.added, found.changed, found.removed, found.version) for found in (added, theirs, same, changed)
        ] == [
            (2, 0, 0, 1),
            (1, 0, 0, 2),
            (0, 0, 0, 2),
            (0, 1, 1, 3),
        ]
        assert await store.fiches.all() == [newer, fiche("F1", PRO)]
        assert await store.fiches.all(PRO) == [fiche("F1", PRO)]
        assert await store.fiches.heads() == [
            Head(one.audience, one.id, one.kind, one.title, one.url) for one in (newer, fiche("F1", PRO))
        ]
        assert feed is not None
        assert (feed.imported_at, feed.sums) == (after(2), {"F1": "c"})
        assert await store.fiches.version() == 3

    async def test_a_checksum_without_a_fiche_is_refused(self, store: Store) -> None:
        """Nothing is changed, in no audience, when one of them does not fit."""
        await store.fiches.replace(PART, [fiche("F1")], {"F1": "a"}, {}, START)
        good = Change(PART, [fiche("F2")], {"F2": "b"}, {})
        for bad in (
            Change(PRO, [], {"F3": "c"}, {}),
            Change(PRO, [fiche("F3")], {"F3": "c"}, {}),
            Change(PRO, [fiche("F3", PRO)], {}, {}),
            Change(PRO, [fiche("F3", PRO), fiche("F3", PRO)], {"F3": "c"}, {}),
            Change(PART, [], {"F1": "changed"}, {}),
        ):
            with pytest.raises(StoreError):
                await store.fiches.switch([good, bad], after(1))

        assert await store.fiches.all() == [fiche("F1")]
        assert await store.fiches.version() == 1
        assert await store.fiches.feed(PRO) is None

    async def test_an_id_that_is_gone_leads_on(self, store: Store) -> None:
        """Redirections are followed, into the other audience too; circles end, and what is nowhere is missing."""
        redirections = {"F7": "F8", "F8": "F1", "F5": "F6", "F6": "F5", "F4": "F40", "F3": "F2"}
        await store.fiches.replace(PART, [fiche("F1")], {"F1": "a"}, redirections, START)
        await store.fiches.replace(PRO, [fiche("F2", PRO)], {"F2": "b"}, {}, START)

        assert (await store.fiches.get("part:F1")).id == "F1"
        assert (await store.fiches.get("part:F7")).id == "F1"
        assert (await store.fiches.get("part:F3")).key == "pro:F2"
        assert (await store.fiches.redirections())["part:F3"] == "pro:F2"
        for gone in ("part:F5", "part:F4", "pro:F7", "part:", "", "F1", "part:F1:x"):
            with pytest.raises(Missing):
                await store.fiches.get(gone)

    async def test_other_redirections_are_a_change(self, store: Store) -> None:
        """Who follows the version hears of them."""
        await store.fiches.replace(PART, [fiche("F1")], {"F1": "a"}, {}, START)
        led = await store.fiches.replace(PART, [], {"F1": "a"}, {"F9": "F1"}, START)

        assert (led.added, led.changed, led.removed, led.version) == (0, 0, 0, 2)

    async def test_the_stamp_of_a_feed_is_kept(self, store: Store) -> None:
        """What the source said of its state is there at the next import, and changes no version."""
        change = Change(PART, [fiche("F1")], {"F1": "a"}, {}, "etag-1")
        await store.fiches.switch([change], START)
        await store.fiches.switch([Change(PART, [], {"F1": "a"}, {}, "etag-2")], after(1))
        feed = await store.fiches.feed(PART)

        assert feed is not None
        assert feed.stamp == "etag-2"
        assert await store.fiches.version() == 1

    async def test_two_imports_at_once_are_one_after_the_other(self, store: Store) -> None:
        """Neither is lost nor mixed with the other."""
        await asyncio.gather(
            store.fiches.replace(PART, [fiche("F1")], {"F1": "a"}, {}, START),
            store.fiches.replace(PART, [fiche("F1"), fiche("F2")], {"F1": "a", "F2": "b"}, {}, START),
            store.fiches.replace(PRO, [fiche("F3", PRO)], {"F3": "c"}, {}, START),
        )
        keys = [found.key for found in await store.fiches.all()]

        assert keys in (["part:F1", "pro:F3"], ["part:F1", "part:F2", "pro:F3"])
