"""The contract of lessons and samples: found in what was said, kept once, decided, drawn and rated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.agents import NewAgent, Role
from bot.errors import Missing
from bot.lessons import Answered, Decision, NewLesson, NewSample, Rating, Understood, Why, Written
from bot.messages import Address, AnswerStatus, Source
from bot.store.sql import Store
from tests.store.words import ANNE, BRUNO, START, after, conversation_of, prepared, put, rewrite

WEEK = date(2026, 1, 5)
SINCE, UNTIL = after(-3600), after(3600)


def heard(ref: str, intent: str, confidence: float, text: str = "bonjour", **parsed: Any) -> dict[str, Any]:
    """A `user` event of Rasa's."""
    named = {"name": intent, "confidence": confidence}
    return {
        "event": "user",
        "text": text,
        "timestamp": START.timestamp(),
        "metadata": {"message_id": ref},
        "parse_data": {"intent": named, **parsed},
    }


def loop(name: str | None) -> dict[str, Any]:
    return {"event": "active_loop", "name": name, "timestamp": after(days=-3).timestamp()}


def scored(**scores: float) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": score} for name, score in scores.items()]


def lesson(conversation_id: str, ref: str = "m1", text: str = "ma poubelle") -> NewLesson:
    return NewLesson(conversation_id, ref, text, "fr", "ask_question", 0.3, "", "bac-casse", Why.CORRECTED, 2, START)


async def agent_of(store: Store) -> int:
    return (await store.agents.add(NewAgent("lea.m", "Léa M.", Role.SUPERVISOR, (), "hash"), START)).id


async def answer(store: Store, conversation_id: str, ref: str, article: str, at: float = 0) -> None:
    """A reply of the bot that rests on an article; on none with ""."""
    said = prepared(ref)
    sources = (Source("Titre", "/page", article=article),) if article else ()
    reply = replace(said.reply, status=AnswerStatus.ANSWERED, sources=sources)
    await store.outbox.add(conversation_id, [replace(said, reply=reply)], after(at))


async def keep(store: Store, address: Address = ANNE, ref: str = "m1", text: str = "ma poubelle") -> int:
    """A lesson of an address; its id."""
    await store.lessons.add([lesson(await conversation_of(store, address), ref, text)])
    return next(one.id for one in await store.lessons.waiting(99) if one.text == text)


class LessonsContract:
    async def test_a_talk_has_what_was_said_and_what_was_understood(self, store: Store) -> None:
        """Lines and the core's reading of them meet by the message's id; the fallback is told by what it stands for."""
        await put(store, "m1", text="ma poubelle")
        conversation = await conversation_of(store)
        await answer(store, conversation, "m1.0", "bac-casse")
        scope = {"scope": {"tier": "unsure"}}
        ranking = scored(nlu_fallback=0.25, ask_question=0.2, emergency=0.125, greet=0.1)
        await store.tracker_events.append(
            conversation, [heard("m1", "nlu_fallback", 0.25, intent_ranking=ranking, **scope)], 0
        )
        (talk,) = await store.lessons.talks(SINCE, UNTIL, "", 10)

        assert [line.ref for line in talk.lines] == ["m1", "m1.0"]
        assert talk.language == "fr"
        assert talk.understood == {"m1": Understood("ask_question", 0.2, pytest.approx(0.075), 0.125, unsure=True)}

    async def test_a_press_and_a_forms_answer_are_told_apart(self, store: Store) -> None:
        """A button has no words; what is said in an open form, however long it has been open, is marked."""
        await put(store, "m1")
        conversation = await conversation_of(store)
        article = {"entities": [{"entity": "article", "value": "bac-casse"}]}
        said = [
            loop("form"),
            heard("m1", "inform", 0.9),
            loop(None),
            heard("m2", "choose", 1.0, '/choose{"article": "bac-casse"}', **article),
            heard("m3", "said_to_agent", 1.0),
        ]
        await store.tracker_events.append(conversation, said, 0)
        (talk,) = await store.lessons.talks(SINCE, UNTIL, "", 10)

        assert talk.understood == {
            "m1": Understood("inform", 0.9, 0.9, in_form=True),
            "m2": Understood("choose", 1.0, 1.0, pressed=True, article="bac-casse"),
        }

    async def test_events_that_cannot_be_read_teach_nothing(self, store: Store) -> None:
        """Damaged rows, foreign shapes and figures that are none are passed over."""
        await put(store, "m1")
        conversation = await conversation_of(store)
        broken = [heard("m1", "greet", 0.9), {**heard("m2", "greet", 0.9), "parse_data": ["x"]}]
        odd = [heard("m3", "greet", 7.0, intent_ranking=["x", {"name": 1}], scope="x"), {"event": "user"}]
        await store.tracker_events.append(conversation, [*broken, *odd], 0)
        await rewrite(store, "events", "event", "{", "", "position = 0")
        (talk,) = await store.lessons.talks(SINCE, UNTIL, "", 10)

        assert talk.understood == {"m3": Understood("greet", 1.0, 1.0)}

    async def test_useless_ratings_come_with_their_talk(self, store: Store) -> None:
        """By the message that gave them; helpful ones are left out."""
        await put(store, "m1")
        conversation = await conversation_of(store)
        await store.ratings.record("m2", conversation, "carte", False, START)
        await store.ratings.record("m3", conversation, "carte", True, START)
        (talk,) = await store.lessons.talks(SINCE, UNTIL, "", 10)

        assert talk.useless == {"m2": "carte"}

    async def test_talks_are_read_in_pages(self, store: Store) -> None:
        """Each conversation once, in the order of the ids; who was silent since is not there."""
        await put(store, "m1", ANNE)
        await put(store, "m2", BRUNO)
        await put(store, "m3", Address("web", "chloe"), at=after(days=-9))
        (first,) = await store.lessons.talks(SINCE, UNTIL, "", 1)
        (second,) = await store.lessons.talks(SINCE, UNTIL, first.conversation_id, 1)

        assert first.conversation_id < second.conversation_id
        assert await store.lessons.talks(SINCE, UNTIL, second.conversation_id, 1) == []

    async def test_a_lesson_is_kept_once(self, store: Store) -> None:
        """The same message a second time, or one whose citizen was erased, adds nothing."""
        conversation = await conversation_of(store)
        one = lesson(conversation)
        assert await store.lessons.add([one]) == 1
        assert await store.lessons.add([one, lesson("gone")]) == 0
        (kept,) = await store.lessons.waiting(9)

        assert (kept.text, kept.why, kept.meant, kept.times) == ("ma poubelle", Why.CORRECTED, "bac-casse", 2)
        assert await store.lessons.texts(9) == ["ma poubelle"]
        assert await store.lessons.count(START, UNTIL) == 1
        assert await store.lessons.count(UNTIL, after(days=1)) == 0
        assert await store.lessons.get(kept.id) == kept

    async def test_a_decision_can_be_changed_and_taken_back(self, store: Store) -> None:
        """What is decided the same once more stands where it was exported."""
        agent, one = await agent_of(store), await keep(store)
        decided = await store.lessons.decide(one, Decision.ARTICLE, "bac-casse", agent, after(1))
        back = await store.lessons.decide(one, Decision.NONE, "bac-casse", agent, after(2))
        await store.lessons.decide(one, Decision.INTENT, "greet", agent, after(3))
        (ready,) = await store.lessons.to_export(9)
        marked = await store.lessons.exported([Written(one, "greet")], after(4))
        again = await store.lessons.exported([Written(one, "thank")], after(5))
        same = await store.lessons.decide(one, Decision.INTENT, "greet", agent, after(6))

        assert (decided.decision, decided.value, decided.decided_at) == (Decision.ARTICLE, "bac-casse", after(1))
        assert (back.decision, back.value, back.decided_at) == (Decision.NONE, "", None)
        assert (ready.id, ready.value) == (one, "greet")
        assert (marked, again) == (1, 0)
        assert (same.exported_at, same.written_act, same.decided_at) == (after(4), "greet", after(3))
        assert await store.lessons.to_export(9) == []
        with pytest.raises(Missing):
            await store.lessons.decide(999, Decision.RIGHT, "", agent, START)

    async def test_what_was_exported_can_be_taken_back(self, store: Store) -> None:
        """It waits before all others, and what was written for it is known until it is taken out."""
        agent, one = await agent_of(store), await keep(store)
        await store.lessons.decide(one, Decision.ARTICLE, "bac-casse", agent, after(1))
        await store.lessons.exported([Written(one, "ask_question", "bac-casse")], after(2))
        other = await keep(store, BRUNO, "m2", "le bus")
        (there,) = await store.lessons.lately_exported(9)
        back = await store.lessons.decide(one, Decision.NONE, "", agent, after(3))
        (first, second) = await store.lessons.waiting(9)
        (outdated,) = await store.lessons.to_withdraw(9)
        counted = await store.lessons.counts()
        changed = await store.lessons.decide(one, Decision.INTENT, "greet", agent, after(4))
        unwritten = await store.lessons.to_export(9)
        await store.lessons.withdrawn([Written(one)])

        assert (there.id, there.exported_at) == (one, after(2))
        assert (back.decision, back.exported_at, back.is_written) == (Decision.NONE, None, True)
        assert (first.id, second.id, first) == (one, other, outdated)
        assert (outdated.written_act, outdated.written_page) == ("ask_question", "bac-casse")
        assert (counted["changed"], counted["exported"]) == (1, 0)
        assert (changed.value, changed.written_page, unwritten) == ("greet", "bac-casse", [])
        assert await store.lessons.to_withdraw(9) == []
        assert [ready.id for ready in await store.lessons.to_export(9)] == [one]

    async def test_what_was_known_can_be_written_later(self, store: Store) -> None:
        """When the same words, that stood there by another decision, were taken out."""
        agent, one = await agent_of(store), await keep(store)
        await store.lessons.decide(one, Decision.INTENT, "greet", agent, after(1))
        marks = [
            await store.lessons.exported([Written(one, act)], after(n)) for n, act in enumerate(["", "", "greet", ""])
        ]
        kept = await store.lessons.get(one)

        assert marks == [1, 0, 1, 0]
        assert (kept.written_act, kept.exported_at) == ("greet", after(2))

    async def test_lessons_are_counted(self, store: Store) -> None:
        """By decision, those that wait, and those in training data; an empty town has zeros."""
        empty = await store.lessons.counts()
        agent = await agent_of(store)
        first, second = await keep(store), await keep(store, BRUNO, "m2", "le bus")
        await keep(store, ANNE, "m3", "la mer")
        await store.lessons.decide(first, Decision.RIGHT, "", agent, START)
        await store.lessons.decide(second, Decision.IGNORE, "", agent, START)
        await store.lessons.exported([Written(first)], START)

        zeros = {"waiting": 0, "right": 0, "intent": 0, "article": 0, "ignore": 0, "exported": 0, "changed": 0}
        assert empty == zeros
        assert await store.lessons.counts() == {**zeros, "waiting": 1, "right": 1, "ignore": 1, "exported": 1}
        assert await store.lessons.to_export(9) == []

    async def test_a_decided_lesson_outlives_its_conversation(self, store: Store) -> None:
        """The masked words and the decision stay for their time; nothing leads to the citizen."""
        await put(store, "m1")
        agent, one = await agent_of(store), await keep(store)
        await store.lessons.decide(one, Decision.IGNORE, "", agent, START)
        await store.subjects.purge(after(days=91), {"conversations": timedelta(days=90)})

        assert (await store.lessons.get(one)).text == "ma poubelle"

    async def test_answers_of_a_time_are_read_in_order(self, store: Store) -> None:
        """Those of the bot that answer, with the article they rest on; not what was said before or behind."""
        conversation = await conversation_of(store)
        await answer(store, conversation, "m0.0", "carte", at=-7200)
        await answer(store, conversation, "m1.0", "carte")
        await store.outbox.add(conversation, [prepared("m2.0", text='"status":"answered"')], START)
        await answer(store, conversation, "m3.0", "")
        await answer(store, conversation, "m4.0", "eau", at=1)
        found = await store.samples.answers(SINCE, UNTIL, 0, 9)
        rest = await store.samples.answers(SINCE, UNTIL, found[0].position, 1)

        assert [(one.answer_ref, one.article) for one in found] == [("m1.0", "carte"), ("m3.0", ""), ("m4.0", "eau")]
        assert rest == [Answered(found[1].position, conversation, "m3.0", "")]

    async def test_a_week_is_drawn_once(self, store: Store) -> None:
        """Whoever draws it again changes nothing; who was erased in between is not drawn."""
        conversation = await conversation_of(store)
        drawn = NewSample(conversation, "m1", "m1.0", "carte", "etat_civil", 12)
        assert not await store.samples.drawn(WEEK)
        kept = await store.samples.draw(WEEK, [drawn, replace(drawn, conversation_id="gone")], START)
        again = await store.samples.draw(WEEK, [replace(drawn, answer_ref="m2.0")], START)
        (one,) = await store.samples.of([WEEK])

        assert (kept, again) == (1, 0)
        assert await store.samples.drawn(WEEK)
        assert (one.answer_ref, one.service, one.stratum, one.rating) == ("m1.0", "etat_civil", 12, Rating.NONE)
        assert await store.samples.weeks(9) == [WEEK]
        assert await store.samples.get(one.id) == one

    async def test_a_rating_can_be_changed_and_taken_back(self, store: Store) -> None:
        """As often as its agent likes."""
        conversation, agent = await conversation_of(store), await agent_of(store)
        await store.samples.draw(WEEK, [NewSample(conversation, "m1", "m1.0", "carte", "", 1)], START)
        (one,) = await store.samples.of([WEEK])
        rated = [await store.samples.rate(one.id, rating, agent, START) for rating in (Rating.WRONG, Rating.NONE)]

        assert [each.rating for each in rated] == [Rating.WRONG, Rating.NONE]
        with pytest.raises(Missing):
            await store.samples.rate(999, Rating.RIGHT, agent, START)
        with pytest.raises(Missing):
            await store.samples.get(999)
