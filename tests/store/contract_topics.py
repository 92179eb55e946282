"""The contract of what could not be answered: found in the transcript, kept in groups, decided, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.errors import Missing
from bot.messages import Address, AnswerStatus
from bot.store.base import Prepared
from bot.store.sql import Store
from bot.topics import Assigned, Course, Decision, Group, Near, Why
from tests.store.contract_agents import hired
from tests.store.words import ANNE, BRUNO, START, after, conversation_of, prepared, put

TODAY = START.date()
WINDOW = (TODAY - timedelta(days=60), TODAY)
NEAR = (Near("velos", "Garer un vélo", "voirie", 0.2),)
SCOOTERS = Group(
    None, ("trottinette", "trottoir"), {"trottinet": 0.9, "trottoir": 0.4359}, "voirie", NEAR, Course.NEW, {TODAY: 3}
)


async def met(store: Store, name: str, status: AnswerStatus | None, address: Address = ANNE, days: float = 0) -> str:
    """A line of a citizen and the reply to it; the conversation's id."""
    await put(store, name, address, f"question {name}", after(days=days))
    conversation_id = await conversation_of(store, address)
    said = prepared(f"{name}.0")
    reply = replace(said.reply, status=status, text='Il a dit "status":"lost".')
    await store.outbox.add(conversation_id, [Prepared(reply)], after(days=days))
    return conversation_id


def line(conversation_id: str, ref: str, topic_id: int, why: Why = Why.LOST, seconds: float = 0) -> Assigned:
    return Assigned((conversation_id, ref), topic_id, why, after(seconds))


class TopicsContract:
    async def test_conversations_without_an_answer_are_swept_up(self, store: Store) -> None:
        """Those with a reply that answered nothing, young enough; words that only look like a status say nothing."""
        anne = await met(store, "a1", AnswerStatus.LOST)
        bruno = await met(store, "b1", AnswerStatus.UNAVAILABLE, BRUNO)
        await met(store, "c1", AnswerStatus.ANSWERED, Address("web", "carla"))
        await met(store, "d1", None, Address("web", "denis"))
        await met(store, "e1", AnswerStatus.OUT_OF_SCOPE, Address("web", "emma"), days=-61)
        swept = await store.topics.sweep(after(days=-60))

        assert (list(swept.conversation_ids), swept.after) == (sorted([anne, bruno]), None)
        assert (await store.topics.sweep(after(days=-60), after=10**6)).conversation_ids == ()

    async def test_useless_answers_are_found(self, store: Store) -> None:
        """Conversations in which somebody said so, since then; a rating that helped is none."""
        anne, bruno = await conversation_of(store), await conversation_of(store, BRUNO)
        await store.ratings.record("m1", anne, "velos", False, START)
        await store.ratings.record("m2", bruno, "velos", True, START)

        assert await store.topics.rated_useless(after(-1)) == [anne]
        assert await store.topics.rated_useless(after(1)) == []

    async def test_a_conversation_is_heard_with_its_ratings(self, store: Store) -> None:
        """Its lines in order and its ratings, the oldest first; one that has gone is left out."""
        anne = await met(store, "a1", AnswerStatus.LOST)
        await store.ratings.record("a2", anne, "velos", False, after(2))
        await store.ratings.record("a1", anne, "velos", True, after(1))
        (heard,) = await store.topics.heard([anne, "nobody"])

        assert [one.ref for one in heard.lines] == ["a1", "a1.0"]
        assert [(one.message_id, one.helpful) for one in heard.ratings] == [("a1", True), ("a2", False)]
        assert await store.topics.heard([]) == []

    async def test_a_group_is_kept_and_known_again(self, store: Store) -> None:
        """It has its words, weights, neighbours and counts; kept again under its id it is the same with new ones."""
        (topic_id,) = await store.topics.keep([SCOOTERS], WINDOW)
        made = await store.topics.get(topic_id)
        yesterday = TODAY - timedelta(days=1)
        again = replace(SCOOTERS, id=topic_id, words=("trottinettes",), course=Course.GROWING, days={yesterday: 2})
        ids = await store.topics.keep([again], WINDOW)
        (now,) = await store.topics.all()

        assert (made.words, dict(made.weights), made.nearest) == (SCOOTERS.words, SCOOTERS.weights, NEAR)
        assert (made.service, made.course, made.decision, made.asked) == ("voirie", Course.NEW, Decision.OPEN, 0)
        assert ids == [topic_id]
        assert (now.words, now.course, dict(now.days)) == (("trottinettes",), Course.GROWING, {yesterday: 2})
        assert (now.first_day, now.last_day) == (yesterday, yesterday)

    async def test_days_before_the_window_stay(self, store: Store) -> None:
        """They are history; a night counts its own window anew, of groups that are quiet too."""
        long_ago = TODAY - timedelta(days=70)
        old = (TODAY - timedelta(days=80), TODAY - timedelta(days=20))
        before = replace(SCOOTERS, days={long_ago: 4, TODAY - timedelta(days=21): 1})
        (topic_id,) = await store.topics.keep([before], old)
        await store.topics.keep([replace(SCOOTERS, id=topic_id, days={})], WINDOW)
        kept = await store.topics.get(topic_id)

        assert dict(kept.days) == {long_ago: 4}
        assert kept.last_day == TODAY - timedelta(days=21)

    async def test_lines_belong_to_groups(self, store: Store) -> None:
        """Their words are read from the transcript, the newest first; one that is not there is passed over."""
        anne = await met(store, "a1", AnswerStatus.LOST)
        await met(store, "a2", AnswerStatus.LOST, days=0.1)
        first, second = await store.topics.keep([SCOOTERS, replace(SCOOTERS, words=("vélo",))], WINDOW)
        given = [line(anne, "a1", first), line(anne, "a2", first, seconds=8640), line(anne, "gone", first)]
        await store.topics.assign(given)
        examples = await store.topics.examples(first)
        await store.topics.assign([line(anne, "a1", second, Why.USELESS)], [(anne, "a2")])

        assert [(one.text, one.why) for one in examples] == [("question a2", Why.LOST), ("question a1", Why.LOST)]
        assert (await store.topics.get(first)).asked == 0
        assert [(of.topic_id, of.why) for of in (await store.topics.lines()).values()] == [(second, Why.USELESS)]
        assert [one.text for one in await store.topics.examples(second, limit=1)] == ["question a1"]

    async def test_a_decision_is_kept_and_taken_back(self, store: Store) -> None:
        """With who decided, for what, when, and how often it was asked before; taken back, nothing of it is left."""
        claire = await hired(store)
        (topic_id,) = await store.topics.keep([SCOOTERS], WINDOW)
        await store.topics.decide(topic_id, Decision.TAUGHT, "velos", claire.id, 2500, START)
        decided = await store.topics.get(topic_id)
        await store.topics.decide(topic_id, Decision.OPEN, "", claire.id, 0, after(1))
        back = await store.topics.get(topic_id)

        assert (decided.decision, decided.decided_for, decided.decided_at) == (Decision.TAUGHT, "velos", START)
        assert (decided.decided_by, decided.weekly_before) == (claire.name, 2500)
        assert (back.decision, back.decided_for, back.decided_at, back.decided_by) == (Decision.OPEN, "", None, "")
        with pytest.raises(Missing):
            await store.topics.decide(topic_id + 1, Decision.NOT_OURS, "", claire.id, 0, START)
        with pytest.raises(Missing):
            await store.topics.get(topic_id + 1)

    async def test_what_nobody_asks_is_forgotten(self, store: Store) -> None:
        """An open group after the window; a decided one stays longer, for its history."""
        claire = await hired(store)
        long_ago = TODAY - timedelta(days=61)
        old = replace(SCOOTERS, days={long_ago: 3})
        gone, decided = await store.topics.keep([old, old], (long_ago, long_ago))
        await store.topics.decide(decided, Decision.NOT_OURS, "", claire.id, 0, START)
        await store.topics.keep([], WINDOW)
        left = [one.id for one in await store.topics.all()]
        later = TODAY + timedelta(days=400)
        await store.topics.keep([], (later, later))

        assert left == [decided]
        assert gone not in left
        assert await store.topics.all() == []

    async def test_an_erased_citizen_leaves_a_name_and_a_count(self, store: Store) -> None:
        """Which lines were theirs goes; the group's words and counts lead to nobody and stay."""
        anne = await met(store, "a1", AnswerStatus.LOST)
        (topic_id,) = await store.topics.keep([SCOOTERS], WINDOW)
        await store.topics.assign([line(anne, "a1", topic_id)])
        await store.subjects.erase(ANNE, START)
        kept = await store.topics.get(topic_id)

        assert (kept.words, kept.asked, dict(kept.days)) == (SCOOTERS.words, 0, {TODAY: 3})
        assert await store.topics.examples(topic_id) == []
        assert await store.topics.lines() == {}

    async def test_counts_are_of_days(self, store: Store) -> None:
        """What is between two days, both included."""
        days = {date(2026, 1, 1): 1, date(2026, 1, 2): 2, date(2026, 1, 4): 4}
        (topic_id,) = await store.topics.keep([replace(SCOOTERS, days=days)], WINDOW)
        kept = await store.topics.get(topic_id)

        assert kept.between(date(2026, 1, 2), date(2026, 1, 4)) == 6
