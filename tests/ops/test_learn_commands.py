"""`guichet learn`, run on a database of its own: counted, written once, and what it would spoil left out."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.agents import NewAgent, Role
from bot.knowledge.importers import markdown
from bot.lessons import Decision, NewSample, Rating, Written
from bot.settings import load
from bot.store.sql import Store
from bot.topics import Decision as Attached
from bot.understanding.examples import check, read_evaluation, read_training
from bot.understanding.measures import Labelled
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

    assert found == {"waiting": 1, "right": 0, "intent": 2, "article": 1, "ignore": 0, "exported": 0, "changed": 0}
    assert "waiting" in town.guichet("learn").stdout


def test_an_export_is_written_once(town: Town, tmp_path: Path) -> None:
    """New files that the check of the examples has nothing against; what is left out is named, and a second export is empty."""
    into = tmp_path / "review"
    first = json.loads(town.guichet("learn", "export", "--into", str(into), "--json").stdout)
    files = sorted(path.relative_to(into).parent.as_posix() for path in into.rglob("*.*"))
    second = town.guichet("learn", "export", "--into", str(into))
    learnt = read_training(into / "nlu")
    checked = check([*read_training(ROOT / "nlu"), *learnt], read_evaluation(ROOT / "nlu" / "evaluation"))

    assert files == ["knowledge/phrasings", "nlu/intents"]
    assert (first["added"], {one["why"] for one in first["refused"]}) == (1, {"evaluation", "masked"})
    assert "There is nothing new to write." in second.stdout
    assert f"left out (evaluation): {LEAKED}" in second.stdout
    assert len(list(into.rglob("*.*"))) == 2
    assert [one.intent for one in learnt] == ["ask_question"]
    assert not checked.refused
    assert json.loads(town.guichet("learn", "--json").stdout)["exported"] == 1


def test_what_is_taken_back_comes_out_again(tmp_path: Path) -> None:
    """A phrasing stands in its article's file and nowhere else; decided anew it leaves both files, which are as they were."""
    town, into = Town(tmp_path / "var"), tmp_path / "review"
    reading = markdown.read(ROOT / "knowledge", load(town.environ).office.services)
    shutil.copytree(ROOT / "knowledge", into / "knowledge", ignore=shutil.ignore_patterns("phrasings"))
    file = into / "knowledge" / "bac-casse.md"
    before = file.read_bytes()

    async def judge(store: Store) -> None:
        await store.articles.replace(markdown.ORIGIN, reading.articles, START)
        await store.agents.add(NewAgent("lea.m", "Léa", Role.ADMIN, (), "hash"), START)
        await store.lessons.add([lesson(await conversation_of(store), "m1", WORDS)])

    async def decide(store: Store, decision: Decision, value: str) -> None:
        await store.lessons.decide(1, decision, value, 1, START)

    def export() -> dict[str, Any]:
        return dict(json.loads(town.guichet("learn", "export", "--into", str(into), "--json").stdout))

    town.store(judge)
    town.store(lambda store: decide(store, Decision.ARTICLE, "bac-casse"))
    first = export()
    added = file.read_bytes()
    town.store(lambda store: decide(store, Decision.INTENT, "complaint"))
    second = export()
    learnt = read_training(into / "nlu")
    town.store(lambda store: decide(store, Decision.IGNORE, ""))
    third = export()

    assert sorted(Path(one).parent.name for one in first["files"]) == ["intents", "knowledge"]
    assert added == before.replace(b"]\n---", f", {WORDS}]\n---".encode(), 1)
    assert (second["taken_out"], second["added"], file.read_bytes()) == (1, 1, before)
    assert learnt == [Labelled(WORDS, "complaint")]
    assert (third["taken_out"], third["added"]) == (1, 0)
    assert list((into / "nlu").rglob("*.yml")) == []
    assert export()["taken_out"] == 0


def test_what_stands_in_another_folder_is_named(tmp_path: Path) -> None:
    """An export into a folder without the file in which the words stand takes nothing out, and waits for one that can."""
    town, here, there = Town(tmp_path / "var"), tmp_path / "here", tmp_path / "there"
    town.environ["GUICHET_OFFICE"] = str(here / "office.yml")
    here.mkdir()
    shutil.copy(ROOT / "office.yml", here / "office.yml")
    (here / "knowledge" / "phrasings").mkdir(parents=True)
    shutil.copy(ROOT / "knowledge" / "bac-casse.md", here / "knowledge")
    (here / "knowledge" / "phrasings" / "learnt-2026-01-05.yml").write_text(f'F90001:\n  - "{WORDS}"\n', "utf-8")

    async def work(store: Store) -> None:
        await store.agents.add(NewAgent("lea.m", "Léa", Role.ADMIN, (), "hash"), START)
        await store.lessons.add([lesson(await conversation_of(store), "m1", WORDS)])
        await store.lessons.decide(1, Decision.ARTICLE, "part:F90001", 1, START)
        await store.lessons.exported([Written(1, "", "part:F90001")], START)
        await store.lessons.decide(1, Decision.NONE, "", 1, START)

    town.store(work)
    said = town.guichet("learn", "export", "--into", str(there)).stdout

    assert f"learnt-2026-01-05.yml: {WORDS}" in said.replace("\n", "")
    assert json.loads(town.guichet("learn", "--json").stdout)["changed"] == 1


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
