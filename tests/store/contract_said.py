"""The contract of transcript, the core's events, articles and ratings."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.errors import Missing, StoreError
from bot.messages import AnswerStatus, Button, Source
from bot.store.base import Article
from bot.store.sql import Store
from tests.store.words import BRUNO, START, after, conversation_of, message, prepared, put

DAY = timedelta(days=1)


def event(kind: str, seconds: float, **fields: object) -> dict[str, object]:
    return {"event": kind, "timestamp": START.timestamp() + seconds, **fields}


class SaidContract:
    async def test_a_stored_reply_shows_tokens(self, store: Store) -> None:
        """What choices mean to the core never leaves: the transcript carries their tokens, whatever was given."""
        conversation = await conversation_of(store)
        said = prepared("r1", choices=("oui", "non"))
        rich = replace(said.reply, sources=(Source("Fiche", "https://example.org"),), status=AnswerStatus.ANSWERED)
        await store.outbox.add(conversation, [replace(said, reply=rich)], START)
        (entry,) = await store.transcript.read(conversation)

        assert entry.reply == replace(rich, buttons=(Button("Oui", "token-oui"), Button("Non", "token-non")))
        assert (entry.author, entry.text, entry.at) == ("bot", "Voici.", START)

    async def test_an_offer_is_good_in_its_conversation_for_its_time(self, store: Store) -> None:
        """A token means its payload where it was offered, and nowhere else and no longer."""
        conversation, other = await conversation_of(store), await conversation_of(store, BRUNO)
        await store.outbox.add(conversation, [prepared("r1", choices=("oui",))], START)
        found = await store.transcript.offer(conversation, "token-oui", after(86399), DAY)

        assert found is not None
        assert (found.token, found.title, found.payload) == ("token-oui", "Oui", "/oui")
        assert await store.transcript.offer(conversation, "token-oui", after(days=1), DAY) is None
        assert await store.transcript.offer(other, "token-oui", START, DAY) is None
        assert await store.transcript.offer(conversation, "forged", START, DAY) is None

    async def test_a_transcript_is_read_from_a_cursor(self, store: Store) -> None:
        """The newest so many behind a position, the oldest first; nothing of another conversation."""
        conversation = await conversation_of(store)
        for number in range(6):
            await put(store, f"m{number}", text=f"ligne {number}", at=after(number))
            await put(store, f"x{number}", BRUNO)
        whole = await store.transcript.read(conversation)
        newest = await store.transcript.read(conversation, limit=2)
        rest = await store.transcript.read(conversation, after=whole[3].position)

        assert [entry.ref for entry in whole] == [f"m{number}" for number in range(6)]
        assert [entry.ref for entry in newest] == ["m4", "m5"]
        assert [entry.ref for entry in rest] == ["m4", "m5"]

    async def test_no_reader_with_a_cursor_misses_a_line(self, store: Store) -> None:
        """Positions are visible in their order, also while many write to one conversation at once."""
        conversation = await conversation_of(store)
        seen: list[int] = []

        async def watch() -> None:
            while len(seen) < 40:
                for entry in await store.transcript.read(conversation, after=seen[-1] if seen else 0):
                    seen.append(entry.position)

        async def write(writer: int) -> None:
            for number in range(5):
                await store.outbox.add(conversation, [prepared(f"r{writer}-{number}")], START)

        await asyncio.wait_for(asyncio.gather(watch(), *(write(writer) for writer in range(8))), 30)

        assert seen == [entry.position for entry in await store.transcript.read(conversation)]

    async def test_articles_are_replaced_as_a_whole(self, store: Store) -> None:
        """An import adds, changes and removes what is its own; the version grows only with a change."""
        first = Article(
            "a", "Carte", "etat_civil", "Texte.", valid_until=date(2027, 1, 1), keywords=("cni", "passeport")
        )
        second = Article("b", "Vote", "elections", "Texte.")
        assert await store.articles.version() == 0
        added = await store.articles.replace("markdown", [first, second], START)
        same = await store.articles.replace("markdown", [second, first], after(1))
        await store.articles.replace("site", [Article("c", "Eau", "eau", "Texte.")], after(2))
        changed = await store.articles.replace("markdown", [replace(first, body="Nouveau."), second], after(3))
        removed = await store.articles.replace("markdown", [second], after(4))

        assert [(i.added, i.changed, i.removed, i.version) for i in (added, same, changed, removed)] == [
            (2, 0, 0, 1),
            (0, 0, 0, 1),
            (0, 1, 0, 3),
            (0, 0, 1, 4),
        ]
        assert [(article.id, article.origin) for article in await store.articles.all()] == [
            ("b", "markdown"),
            ("c", "site"),
        ]
        assert await store.articles.get("b") == second
        assert await store.articles.version() == 4
        with pytest.raises(Missing):
            await store.articles.get("a")

    async def test_an_import_that_contradicts_changes_nothing(self, store: Store) -> None:
        """An id twice, or another origin's id: the whole import is refused."""
        mine, theirs = Article("a", "Carte", "etat_civil", "Texte."), Article("b", "Vote", "elections", "Texte.")
        await store.articles.replace("site", [theirs], START)
        with pytest.raises(StoreError):
            await store.articles.replace("markdown", [mine, mine], START)
        with pytest.raises(StoreError):
            await store.articles.replace("markdown", [mine, theirs], START)

        assert await store.articles.all() == [replace(theirs, origin="site")]

    async def test_a_rating_is_counted_once(self, store: Store) -> None:
        """A repeated message leaves one rating; another conversation's message of the same id is another."""
        assert await store.ratings.record("m1", "c1", "carte", True, START)
        assert not await store.ratings.record("m1", "c1", "carte", False, after(1))
        assert await store.ratings.record("m1", "c2", "carte", False, after(1))

    async def test_a_store_answers_its_ping(self, store: Store) -> None:
        """A database that reads and writes answers; a closed one says so."""
        await store.ping()
        await store.inbox.put(message("m1"), "fr", START)
        await store.ping()
