"""The contract of photos: kept for their citizen, seen with their case."""

from __future__ import annotations

import pytest

from bot.cases import CaseKind
from bot.casework import StoredPhoto
from bot.errors import Missing, TooMany
from bot.messages import Location
from bot.store.belongings import MAX_PHOTOS
from bot.store.sql import Store
from tests.store.contract_cases import new
from tests.store.words import ANNE, BRUNO, START, conversation_of

WHERE = Location(47.2, -1.55)


def photo(name: str) -> StoredPhoto:
    return StoredPhoto(name, None, "image/jpeg", b"\xff\xd8" + name.encode(), WHERE)


class PhotosContract:
    async def test_a_photo_belongs_to_whoever_sent_it(self, store: Store) -> None:
        """Nobody else can put it into a message or a case."""
        await store.photos.add(ANNE, "fr", photo("p1"), START)
        theirs = await store.cases.open(new(await conversation_of(store, BRUNO)), START, photos=["p1"])
        own = await store.cases.open(
            new(await conversation_of(store), kind=CaseKind.STREET_ISSUE), START, photos=["p1", "p9"]
        )

        assert await store.photos.of(BRUNO, ["p1"]) == []
        assert [(one.id, one.location) for one in await store.photos.of(ANNE, ["p1", "p9"])] == [("p1", WHERE)]
        assert (theirs.case.photos, own.case.photos) == ((), ("p1",))
        assert (await store.photos.get("p1")).content == photo("p1").content
        with pytest.raises(Missing):
            await store.photos.get("p9")

    async def test_a_conversation_keeps_a_bounded_number(self, store: Store) -> None:
        """Nobody fills the town's disk."""
        for number in range(MAX_PHOTOS):
            await store.photos.add(ANNE, "fr", photo(f"p{number}"), START)
        with pytest.raises(TooMany):
            await store.photos.add(ANNE, "fr", photo("one-more"), START)
