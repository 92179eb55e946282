"""The contract of articles that are written at the desk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.articles import ArticleState, ArticleTaken, Did, Draft, Overtaken, Use, Written
from bot.errors import Missing
from bot.messages import Author, Source
from bot.store.base import Article, Prepared
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.words import ANNE, BRUNO, START, after, conversation_of, prepared

TODAY = START.date()
POOL = Draft("La piscine", "sports", "Elle ouvre à 10 h.", keywords=("nager",), fiche="F12", review_on=date(2027, 1, 5))
BROUGHT = Article("bac-casse", "Bac cassé", "voirie", "On le remplace.", keywords=("poubelle",), more="/dechets")


async def published(store: Store, agent_id: int) -> Written:
    made = await store.editions.create("piscine", POOL, agent_id, START)
    return await store.editions.publish("piscine", made.version, agent_id, TODAY, after(1))


def answer(name: str, article_id: str, author: Author = Author.BOT, url: str = "https://example.org") -> Prepared:
    said = prepared(name)
    source = Source("Une page", url, article=article_id)
    return replace(said, reply=replace(said.reply, sources=(source,), author=author))


class EditionsContract:
    async def test_a_draft_never_reaches_citizens(self, store: Store) -> None:
        """It is stored with its author, and the base does not know it, before and after it is saved again."""
        claire = await hired(store)
        made = await store.editions.create("piscine", replace(POOL, owner=claire.id), claire.id, START)
        saved = await store.editions.save("piscine", 1, replace(POOL, body="À 11 h."), claire.id, after(1))

        assert (made.version, made.draft.title, made.changed_by, made.owner_name) == (
            1,
            "La piscine",
            claire.name,
            claire.name,
        )
        assert (saved.version, saved.state(TODAY), saved.draft.body) == (2, ArticleState.DRAFT, "À 11 h.")
        assert await store.editions.all() == [saved]
        assert (await store.articles.all(), await store.articles.version()) == ([], 0)

    async def test_publishing_is_what_citizens_are_answered_from(self, store: Store) -> None:
        """The words go out as they were then; later ones wait; taken back, nobody is answered, and the words stay."""
        claire = await hired(store)
        out = await published(store, claire.id)
        base = await store.articles.get("piscine")
        version = await store.articles.version()
        later = await store.editions.save("piscine", out.version, replace(POOL, body="À 11 h."), claire.id, after(2))
        still = await store.articles.get("piscine")
        back = await store.editions.unpublish("piscine", later.version, claire.id, after(3))

        assert base == POOL.article("piscine", TODAY)
        assert (base.origin, base.fiche, base.updated, version) == ("desk", "F12", TODAY, 1)
        assert (still.body, later.changed, later.state(TODAY)) == (POOL.body, True, ArticleState.PUBLISHED)
        assert (back.state(TODAY), back.draft.body) == (ArticleState.DRAFT, "À 11 h.")
        assert (await store.articles.all(), await store.articles.version()) == ([], 2)

    async def test_a_published_article_expires(self, store: Store) -> None:
        """On its last valid day it answers; the day after it is expired. A review is due on its day."""
        claire = await hired(store)
        until = replace(POOL, valid_until=date(2026, 1, 31), review_on=date(2026, 1, 20))
        await store.editions.create("piscine", until, claire.id, START)
        out = await store.editions.publish("piscine", 1, claire.id, TODAY, after(1))

        assert out.state(date(2026, 1, 31)) is ArticleState.PUBLISHED
        assert out.state(date(2026, 2, 1)) is ArticleState.EXPIRED
        assert [out.to_review(date(2026, 1, day)) for day in (19, 20)] == [False, True]

    async def test_every_edition_is_kept_and_can_be_restored(self, store: Store) -> None:
        """Who did what, when, with which words; a restored one is a new one, and saving nothing new makes none."""
        claire, karim = await hired(store), await hired(store, "karim")
        await store.editions.create("piscine", POOL, claire.id, START)
        await store.editions.save("piscine", 1, replace(POOL, body="À 11 h."), karim.id, after(1))
        same = await store.editions.save("piscine", 2, replace(POOL, body="À 11 h."), claire.id, after(2))
        restored = await store.editions.restore("piscine", 2, 1, claire.id, after(3))
        history = await store.editions.history("piscine")
        with pytest.raises(Missing):
            await store.editions.restore("piscine", 3, 9, claire.id, after(4))

        assert same.version == 2
        assert (restored.version, restored.draft) == (3, POOL)
        assert [(one.number, one.did, one.agent, one.at) for one in history] == [
            (3, Did.RESTORED, claire.name, after(3)),
            (2, Did.SAVED, karim.name, after(1)),
            (1, Did.CREATED, claire.name, START),
        ]
        assert [one.number for one in await store.editions.history("piscine", limit=1)] == [3]

    async def test_of_two_editors_the_second_is_told(self, store: Store) -> None:
        """One of two simultaneous changes is kept, the other is told whose it was; nothing is overwritten."""
        claire, karim = await hired(store), await hired(store, "karim")
        await store.editions.create("piscine", POOL, claire.id, START)
        tries = [
            store.editions.save("piscine", 1, replace(POOL, body=f"De {agent.login}."), agent.id, after(1))
            for agent in (claire, karim)
        ]
        first, second = sorted(
            await asyncio.gather(*tries, return_exceptions=True), key=lambda one: isinstance(one, Exception)
        )
        kept = await store.editions.get("piscine")

        assert isinstance(second, Overtaken)
        assert kept == first
        assert second.by == kept.changed_by
        assert len(await store.editions.history("piscine")) == 2

    async def test_an_id_is_given_once(self, store: Store) -> None:
        """An article of the desk or of an import keeps its id; one reply becomes one draft."""
        claire = await hired(store)
        await store.articles.replace("markdown", [BROUGHT], START)
        first = await store.editions.create("piscine", POOL, claire.id, START, made_of="hash")
        again = await store.editions.create("autre", POOL, claire.id, after(1), made_of="hash")
        for taken in ("piscine", "bac-casse"):
            with pytest.raises(ArticleTaken):
                await store.editions.create(taken, POOL, claire.id, after(2))

        assert again == first

    async def test_an_imported_article_is_taken_over(self, store: Store) -> None:
        """It goes on answering, as the desk's; imports of its file leave it alone and say so, published or not."""
        claire = await hired(store)
        await store.articles.replace("markdown", [BROUGHT], START)
        mine = await store.editions.take_over("bac-casse", claire.id, date(2027, 1, 5), after(1))
        twice = await store.editions.take_over("bac-casse", claire.id, date(2027, 1, 5), after(2))
        base = await store.articles.get("bac-casse")
        other = Article("voirie", "Voirie", "voirie", "Texte.")
        imported = await store.articles.replace("markdown", [replace(BROUGHT, body="Du fichier."), other], after(3))
        await store.editions.unpublish("bac-casse", mine.version, claire.id, after(4))
        hidden = await store.articles.replace("markdown", [BROUGHT, other], after(5))

        assert mine == twice
        assert (mine.state(TODAY), mine.draft.body, mine.draft.review_on) == (
            ArticleState.PUBLISHED,
            BROUGHT.body,
            date(2027, 1, 5),
        )
        assert base == replace(BROUGHT, origin="desk")
        assert (imported.added, imported.changed, imported.removed, imported.held) == (1, 0, 0, ("bac-casse",))
        assert (hidden.added, hidden.held) == (0, ("bac-casse",))
        assert [one.id for one in await store.articles.all()] == ["voirie"]
        with pytest.raises(Missing):
            await store.editions.take_over("rien", claire.id, TODAY, after(6))

    async def test_a_removed_article_can_come_back(self, store: Store) -> None:
        """Nobody is answered from it and no list has it; its history brings it back as a draft. Its file may be imported."""
        claire = await hired(store)
        out = await published(store, claire.id)
        gone = await store.editions.remove("piscine", out.version, claire.id, after(2))
        listed, base = await store.editions.all(), await store.articles.all()
        with pytest.raises(Missing):
            await store.editions.save("piscine", gone.version, POOL, claire.id, after(3))
        back = await store.editions.restore("piscine", gone.version, 1, claire.id, after(4))
        await store.editions.remove("piscine", back.version, claire.id, after(5))
        imported = await store.articles.replace("markdown", [replace(BROUGHT, id="piscine")], after(6))
        with pytest.raises(ArticleTaken):
            await store.editions.restore("piscine", back.version + 1, 1, claire.id, after(7))

        assert (gone.removed, listed, base) == (True, [], [])
        assert (back.removed, back.state(TODAY), back.draft) == (False, ArticleState.DRAFT, POOL)
        assert (imported.added, imported.held) == (1, ())

    async def test_answers_are_counted_by_article_and_day(self, store: Store) -> None:
        """Each reply once, however often it is stored; the bot's by its article, an agent's by its page; and ratings beside."""
        conversation, other = await conversation_of(store, ANNE), await conversation_of(store, BRUNO)
        for name, at in (("r1", START), ("r1", START), ("r2", after(days=1))):
            await store.outbox.add(conversation, [answer(name, "piscine")], at)
        await store.outbox.add(other, [answer("r3", "", Author.AGENT, "/articles/piscine")], after(days=2))
        await store.outbox.add(other, [answer("r4", "", Author.BOT, "/articles/piscine")], after(days=2))
        await store.ratings.record("m1", conversation, "piscine", True, START)
        await store.ratings.record("m1", other, "piscine", False, after(days=1))
        await store.ratings.record("m2", other, "bac-casse", True, after(days=1))

        assert await store.editions.uses() == {"piscine": Use(3, 2, 1), "bac-casse": Use(1, 1, 1)}
        assert await store.editions.uses(after(days=1).date()) == {"piscine": Use(2, 1, 0), "bac-casse": Use(1, 1, 1)}

    async def test_many_answers_at_once_are_all_counted(self, store: Store) -> None:
        """Twenty conversations are answered from two articles at the same moment, in either order."""
        sources = (Source("A", "https://a.example", article="a"), Source("B", "https://b.example", article="b"))

        async def say(number: int) -> None:
            conversation = await conversation_of(store, replace(ANNE, key=f"anne-{number}"))
            said = prepared("r1")
            reply = replace(said.reply, sources=sources if number % 2 else sources[::-1])
            await store.outbox.add(conversation, [replace(said, reply=reply)], START)

        await asyncio.gather(*(say(number) for number in range(20)))

        assert await store.editions.uses() == {"a": Use(20), "b": Use(20)}
