"""`guichet learn`, run on a database of its own: counted, written once, and what it would spoil left out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bot.agents import NewAgent, Role
from bot.lessons import Decision, NewSample, Rating
from bot.store.sql import Store
from bot.topics import Decision as Attached
from bot.understanding.examples import check, read_evaluation, read_training
from tests.ops.programs import ROOT
from tests.ops.test_privacy_commands import Town
from tests.store.contract_lessons import lesson
from tests.store.contract_topics import SCOOTERS, WINDOW, line
from tests.store.words import START, conversation_of, put

WORDS = "la benne de mon immeuble bâille depuis le grand vent"
LEAKED = read_evaluation(ROOT / "nlu" / "evaluation")[0].text


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town where three messages are judged, one waits, and one of two samples is rated."""
    town = Town(tmp_path / "var")

    async def work(store: Store) -> None:
        agent = (await store.agents.add(NewAgent("lea.m", "Léa", Role.ADMIN, (), "hash"), START)).id
        conversation = await conversation_of(store)
        for ref, text in (("m1", WORDS), ("m2", LEAKED), ("m3", "je suis [nom]"), ("m4", "autre chose")):
            await store.lessons.add([lesson(conversation, ref, text)])
        by_text = {one.text: one.id for one in await store.lessons.waiting(9)}
        await store.lessons.decide(by_text[WORDS], Decision.ARTICLE, "part:F90001", agent, START)
        for text in (LEAKED, "je suis [nom]"):
            await store.lessons.decide(by_text[text], Decision.INTENT, "complaint", agent, START)
        drawn = NewSample(conversation, "m1", "m1.0", "bac-casse", "voirie", 30)
        other = NewSample(conversation, "m2", "m2.0", "bac-casse", "voirie", 30)
        await store.samples.draw(date(2026, 1, 5), [drawn, other], START)
        first, _ = await store.samples.of([date(2026, 1, 5)])
        await store.samples.rate(first.id, Rating.RIGHT, agent, START)

    town.store(work)
    return town


def test_what_was_decided_is_counted(town: Town) -> None:
    """As a table, and as JSON for programs."""
    found = json.loads(town.guichet("learn", "--json").stdout)

    assert found == {"waiting": 1, "right": 0, "intent": 2, "article": 1, "ignore": 0, "exported": 0}
    assert "waiting" in town.guichet("learn").stdout


def test_an_export_is_written_once(town: Town, tmp_path: Path) -> None:
    """New files that the check of the examples has nothing against; what is left out is named, and a second export is empty."""
    into = tmp_path / "review"
    first = json.loads(town.guichet("learn", "export", "--into", str(into), "--json").stdout)
    files = sorted(path.relative_to(into).parent.as_posix() for path in into.rglob("*.*"))
    second = town.guichet("learn", "export", "--into", str(into))
    learnt = read_training(into / "nlu")
    words = {word for one in learnt for word in one.text.split()}
    # All with all takes minutes; whoever says nearly the same has most words in common.
    alike = [one for one in read_training(ROOT / "nlu") if len(words & set(one.text.split())) > len(words) // 2]
    checked = check([*alike, *learnt], read_evaluation(ROOT / "nlu" / "evaluation"))

    assert files == ["knowledge/phrasings", "nlu/intents"]
    assert (first["added"], {one["why"] for one in first["refused"]}) == (1, {"evaluation", "masked"})
    assert "There is nothing new to write." in second.stdout
    assert f"left out (evaluation): {LEAKED}" in second.stdout
    assert len(list(into.rglob("*.*"))) == 2
    assert [one.intent for one in learnt] == ["ask_question"]
    assert (checked.contradictions, checked.near, set(checked.leaked) & {WORDS}) == ((), (), set())
    assert json.loads(town.guichet("learn", "--json").stdout)["exported"] == 1


def test_an_attached_group_is_written_too(tmp_path: Path) -> None:
    """Its questions are phrasings of the page that an agent attached it to; the next export finds them known."""
    town, into = Town(tmp_path / "var"), tmp_path / "review"

    async def work(store: Store) -> None:
        agent = (await store.agents.add(NewAgent("lea.m", "Léa", Role.ADMIN, (), "hash"), START)).id
        await put(store, "m1", text=WORDS)
        conversation = await conversation_of(store)
        (topic_id,) = await store.topics.keep([SCOOTERS], WINDOW)
        await store.topics.assign([line(conversation, "m1", topic_id)])
        await store.topics.decide(topic_id, Attached.TAUGHT, "part:F90001", agent, 1000, START)

    town.store(work)
    first = json.loads(town.guichet("learn", "export", "--into", str(into), "--json").stdout)
    second = town.guichet("learn", "export", "--into", str(into))

    assert first["added"] == 1
    assert any(WORDS in path.read_text("utf-8") for path in (into / "knowledge").rglob("*.*"))
    assert "There is nothing new to write." in second.stdout


def test_the_quality_of_each_week_is_shown(town: Town) -> None:
    """With its margin, in both forms."""
    (week,) = json.loads(town.guichet("learn", "samples", "--json").stdout)

    assert (week["week"], week["answers"], week["drawn"], week["rated"], week["right"]) == ("2026-01-05", 30, 2, 1, 1.0)
    assert week["low"] < 0.3
    assert "2026-01-05" in town.guichet("learn", "samples").stdout
