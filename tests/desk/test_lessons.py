"""The desk's requests about messages to judge and answers to rate: who may, what is refused, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.agents import Agent, NewAgent, Role
from bot.desk.lesson_shapes import LessonShapes
from bot.desk.lessons_api import LessonsApi
from bot.desk.refusals import REFUSALS, refusal_of
from bot.desk.shapes import Shapes
from bot.desk.words import load_words
from bot.errors import NotAllowed
from bot.knowledge.base import KnowledgeBase
from bot.lessons import NewSample, Written
from bot.messages import AnswerStatus, Source
from bot.store.base import Article
from bot.store.sql import Store
from bot.text import wording
from bot.understanding.measures import ALARMS
from tests.browser import fake_teaching
from tests.desk.doorway import OFFICE
from tests.store.conftest import sqlite_url as url
from tests.store.conftest import store
from tests.store.contract_lessons import lesson
from tests.store.words import ANNE, START, conversation_of, prepared, put
from tests.test_imports import ROOT

__all__ = ["store", "url"]

WEEK = date(2026, 1, 5)
ARTICLE = Article("bac-casse", "Bac cassé", "proprete_dechets", "Un bac cassé est remplacé.")
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(slots=True)
class Town:
    """The API over a store, and who asks."""

    store: Store
    client: TestClient[web.Request, web.Application]
    who: Agent

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.client.request(method, f"/desk/api/{path}", json=body) as response:
            return response.status, await response.json()

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(method, path, body)
        assert status == 200, answer
        return answer

    def be(self, role: Role, *services: str) -> None:
        """Ask as another one from now on."""
        self.who = replace(self.who, role=role, services=services)


@asynccontextmanager
async def town(store: Store) -> AsyncIterator[Town]:
    await store.articles.replace("test", [ARTICLE], START)
    agent = await store.agents.add(NewAgent("lea.m", "Léa M.", Role.SUPERVISOR, (), "hash"), START)
    knowledge, words = KnowledgeBase(store.articles, OFFICE), load_words()
    shapes = LessonShapes(Shapes(OFFICE, wording.load(OFFICE), words), words, knowledge, store.transcript)

    def answering(roles: tuple[Role, ...], answer: Any) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            try:
                if built.who.role not in roles:
                    raise NotAllowed("not with this role")
                return web.json_response(await answer(request, built.who))
            except REFUSALS as error:
                key, status = refusal_of(error)
                return web.json_response({"error": key, "text": words.say("refusal", key)}, status=status)

        return handler

    app = web.Application()
    app.add_routes(LessonsApi(store.lessons, store.samples, shapes, knowledge, lambda: START).routes(answering))
    async with TestClient(TestServer(app)) as client:
        built = Town(store, client, agent)
        yield built


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Town]:
    async with town(store) as built:
        conversation = await conversation_of(store)
        await store.lessons.add([lesson(conversation), lesson(conversation, "m2", "le bus")])
        yield built


async def draw(store: Store) -> list[int]:
    """Two answers of two services."""
    await put(store, "m1", ANNE, "je m'appelle Lucie Garnier, mon bac est cassé")
    conversation = await conversation_of(store)
    said = prepared("m1.0", text="Appelez le 02 61 91 40 17.")
    reply = replace(said.reply, status=AnswerStatus.ANSWERED, sources=(Source("Bac", "/x", article="bac-casse"),))
    await store.outbox.add(conversation, [replace(said, reply=reply)], START)
    one = NewSample(conversation, "m1", "m1.0", "bac-casse", "proprete_dechets", 30)
    await store.samples.draw(WEEK, [one, replace(one, answer_ref="m9.0", service="", stratum=5)], START)
    return [sample.id for sample in await store.samples.of([WEEK])]


async def test_messages_are_judged_and_taken_back(desk: Town) -> None:
    """A decision leaves the list and is counted; without one it waits again."""
    shown = await desk.done("GET", "lessons")
    first, second = shown["lessons"]
    made = await desk.done("POST", f"lessons/{first['id']}", {"decision": "article", "value": "bac-casse"})
    await desk.done("POST", f"lessons/{second['id']}", {"decision": "intent", "value": "ask_human"})
    left = await desk.done("GET", "lessons")
    back = await desk.done("POST", f"lessons/{first['id']}", {"decision": ""})

    assert (first["meant_title"], first["why_name"], first["intent_name"]) == (
        "Bac cassé",
        "corrigé par la personne",
        "Une question",
    )
    assert (made["lesson"]["value_name"], made["counts"]["article"]) == ("Bac cassé", 1)
    assert (left["lessons"], left["counts"]["waiting"]) == ([], 0)
    assert (back["lesson"]["decision"], back["lesson"]["value"], back["counts"]["waiting"]) == ("", "", 1)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"decision": "intent", "value": "emergency"}, 422, "no_act"),
        ({"decision": "intent", "value": "choose"}, 422, "no_act"),
        ({"decision": "intent"}, 422, "no_act"),
        ({"decision": "article", "value": "nowhere"}, 422, "no_page"),
        ({"decision": "article", "value": "part:F999999"}, 422, "no_page"),
        ({"decision": "article"}, 422, "no_page"),
        ({"decision": "burn"}, 422, "unreadable"),
        ({"decision": ["right"]}, 422, "unreadable"),
        ({"decision": "right", "value": 7}, 422, "unreadable"),
        ([], 422, "unreadable"),
        ({}, 422, "unreadable"),
    ],
)
async def test_a_decision_that_is_none_is_refused(desk: Town, body: Any, status: int, error: str) -> None:
    """In a sentence, and nothing is decided."""
    (one, _) = await desk.store.lessons.waiting(9)
    found = await desk.ask("POST", f"lessons/{one.id}", body)

    assert (found[0], found[1]["error"]) == (status, error)
    assert (await desk.store.lessons.counts())["waiting"] == 2


async def test_what_was_exported_is_shown_and_taken_back(desk: Town) -> None:
    """With its day and what it stands as; taken back it waits, and still says what is to be taken out."""
    (one, _) = await desk.store.lessons.waiting(9)
    await desk.done("POST", f"lessons/{one.id}", {"decision": "article", "value": "bac-casse"})
    await desk.store.lessons.exported([Written(one.id, "ask_question", "bac-casse")], START)
    (there,) = (await desk.done("GET", "lessons"))["exported"]
    back = await desk.done("POST", f"lessons/{one.id}", {"decision": ""})
    shown = await desk.done("GET", "lessons")

    assert (there["exported_at"], there["written"]) == (START.isoformat(), ["Une question", "Bac cassé"])
    assert (back["lesson"]["exported_at"], back["lesson"]["written"]) == ("", ["Une question", "Bac cassé"])
    assert (shown["exported"], shown["lessons"][0]["id"], shown["counts"]["changed"]) == ([], one.id, 1)


async def test_what_is_gone_is_said(desk: Town) -> None:
    """By its own sentence."""
    gone = await desk.ask("POST", "lessons/999", {"decision": "right"})

    assert (gone[0], gone[1]["error"]) == (404, "lesson_missing")
    assert await desk.ask("POST", "samples/999", {"rating": "right"}) == (404, gone[1])


async def test_agents_do_not_judge(desk: Town) -> None:
    """Messages are of the whole town: supervisors and admins see them."""
    desk.be(Role.AGENT, "voirie")

    assert (await desk.ask("GET", "lessons"))[0] == 403
    assert (await desk.ask("POST", "lessons/1", {"decision": "right"}))[0] == 403


async def test_agents_rate_what_their_services_answered(desk: Town) -> None:
    """They see no other's, may rate no other's, and the quality is that of theirs."""
    mine, others = await draw(desk.store)
    desk.be(Role.AGENT, "proprete_dechets")
    shown = await desk.done("GET", "samples")
    rated = await desk.done("POST", f"samples/{mine}", {"rating": "right"})
    refused = await desk.ask("POST", f"samples/{others}", {"rating": "right"})

    assert [one["id"] for one in shown["samples"]] == [mine]
    assert (rated["quality"]["answers"], rated["quality"]["rated"], rated["quality"]["right"]) == (30, 1, 1.0)
    assert refused[0] == 403


async def test_a_sample_is_shown_with_its_question(desk: Town) -> None:
    """The citizen's details are masked, the town's answer is not; what is gone says so."""
    await draw(desk.store)
    answer, gone = (await desk.done("GET", "samples?week=2026-01-05"))["samples"]

    assert answer["question"] == "je m'appelle [nom], mon bac est cassé"
    assert (answer["answer"], answer["article_title"]) == ("Appelez le 02 61 91 40 17.", "Bac cassé")
    assert (gone["gone"], gone["answer"], gone["service_name"]) == (True, "", "")


async def test_an_empty_town_and_other_weeks(store: Store) -> None:
    """No week, nothing known; a week without a sample has none; what is no date is refused."""
    async with town(store) as desk:
        empty = {"week": "", "weeks": [], "samples": [], "quality": None}

        assert await desk.done("GET", "samples") == empty
        assert (await desk.done("GET", "samples?week=2020-01-06"))["samples"] == []
        assert (await desk.ask("GET", "samples?week=demain"))[0] == 422
        assert (await desk.done("GET", "lessons"))["lessons"] == []


async def test_the_pages_fake_speaks_as_the_gateway(desk: Town) -> None:
    """What the browser's tests show has the fields of the real answers, no more and no fewer."""
    await draw(desk.store)
    lessons, samples = await desk.done("GET", "lessons"), await desk.done("GET", "samples")

    assert set(lessons["lessons"][0]) == set(fake_teaching.lessons()[0]) == set(fake_teaching.exported()[0])
    assert set(lessons["counts"]) == set(fake_teaching.FakeTeaching()._counts)
    assert set(samples["samples"][0]) == set(fake_teaching.samples()[0])
    assert set(samples["quality"]) == set(fake_teaching.FakeTeaching()._quality("2026-01-12"))


def test_every_act_but_danger_can_be_taught() -> None:
    """The desk names the acts that nlu/intents has examples of, danger and distress aside."""
    files = (ROOT / "nlu" / "intents").glob("*.yml")
    taught = {group["intent"] for file in files for group in yaml.safe_load(file.read_text("utf-8"))["nlu"]}

    assert set(load_words().names("intent")) == taught - set(ALARMS)
