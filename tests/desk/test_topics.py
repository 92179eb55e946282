"""What could not be answered, at the desk: who sees and decides what, drafts with the questions, undo, hostile words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest

from bot import clock
from bot.agents import Role
from bot.app import Gateway
from bot.desk.topic_shapes import outcome
from bot.desk.topics_api import TopicsApi
from bot.messages import Address, Message
from bot.store.base import Article
from bot.store.sql import Store
from bot.topics import Assigned, Course, Decision, Group, Near, Topic, Why
from tests.browser.fake_desk import FakeDesk
from tests.desk.office import at_desk

NEAR = (Near("velos", "Garer un vélo", "voirie", 0.21),)
SCOOTERS = ("trottinettes", "trottoir")
ONE_NAME = "{topic:[0-9]{1,15}}"
ROUTES = {("GET", "/desk/api/topics"), ("GET", "/desk/api/topics/{id}"), ("POST", "/desk/api/topics/{id}")}


async def group(
    store: Store, texts: tuple[str, ...], service: str = "voirie", words: tuple[str, ...] = SCOOTERS, name: str = "t"
) -> int:
    """A group of questions that were asked yesterday, each by somebody else; its id."""
    now = clock.now()
    at = now - timedelta(days=1)
    new = Group(None, words, {"trottinet": 1.0}, service, NEAR, Course.NEW, {at.date(): len(texts)})
    known = await store.topics.all()
    kept = [Group(one.id, one.words, one.weights, one.service, one.nearest, one.course, one.days) for one in known]
    ids = await store.topics.keep([*kept, new], (now.date() - timedelta(days=60), now.date()))
    lines = []
    for number, text in enumerate(texts):
        address = Address("web", f"{name}{number}")
        await store.inbox.put(Message(f"{name}.m{number}", address, text, at + timedelta(seconds=number)), "fr", at)
        conversation = await store.conversations.open(address, "fr", at)
        lines.append(
            Assigned((conversation.id, f"{name}.m{number}"), ids[-1], Why.LOST, at + timedelta(seconds=number))
        )
    await store.topics.assign(lines)
    return ids[-1]


ASKED = ("où garer une trottinette ?", "Où garer une trottinette", "les trottinettes gênent, mon numéro 06 12 34 56 78")


def test_the_table_holds_every_route() -> None:
    """A route that nobody has written down here fails this test."""
    api = TopicsApi(None, None)  # type: ignore[arg-type]
    routes: list[Any] = api.routes(lambda roles, answer: answer)  # type: ignore[arg-type,return-value]

    assert {(one.method, one.path.replace(ONE_NAME, "{id}")) for one in routes} == ROUTES


async def test_agents_see_the_groups_of_their_services(running: Gateway) -> None:
    """A supervisor sees all; an agent those of their services; one of no known service is the reception's."""
    roads = await group(running.store, ASKED)
    other = await group(running.store, ASKED, service="gone", words=("lune",), name="u")
    async with (
        at_desk(running, "claire", Role.SUPERVISOR) as claire,
        at_desk(running, "rachid", services=("voirie",)) as rachid,
        at_desk(running, "lea", services=("accueil_general",)) as lea,
    ):
        seen = [{one["id"] for one in (await who.done("GET", "/topics"))["topics"]} for who in (claire, rachid, lea)]
        refused = await rachid.ask("GET", f"/topics/{other}")
        undecided = await rachid.ask("POST", f"/topics/{other}", {"decision": "not_ours"})
        missing = await claire.ask("GET", "/topics/999")

    assert seen == [{roads, other}, {roads}, {other}]
    assert (refused[0], refused[1]["error"]) == (403, "not_allowed")
    assert undecided[0] == 403
    assert (missing[0], missing[1]["error"]) == (404, "topic_missing")
    assert (await running.store.topics.get(other)).decision is Decision.OPEN


async def test_examples_are_masked_and_listed_once(running: Gateway) -> None:
    """The newest first, one line for each wording, with its date and why; no personal data that is known by its form."""
    topic_id = await group(running.store, ASKED)
    async with at_desk(running, "claire", Role.SUPERVISOR) as claire:
        whole = await claire.done("GET", f"/topics/{topic_id}")
        listed = await claire.done("GET", "/topics")
    row = whole["topic"]

    assert (listed["topics"], listed["more"]) == ([{**row, "examples": whole["examples"]}], 0)

    assert [one["text"] for one in whole["examples"]] == [
        "les trottinettes gênent, mon numéro [téléphone]",
        "Où garer une trottinette",
    ]
    assert {one["why_name"] for one in whole["examples"]} == {"pas compris"}
    assert (row["name"], row["course_name"], row["count"], row["recent"]) == (
        "trottinettes · trottoir",
        "Nouveau",
        3,
        3,
    )
    assert [week["count"] for week in row["weeks"]] == [0] * 7 + [3]
    near = [(one["id"], one["title"], one["url"], one["percent"]) for one in row["nearest"]]
    assert near == [("velos", "Garer un vélo", "/articles/velos", 21)]
    assert (row["is_open"], row["decision"]) == (True, None)


async def test_an_article_is_opened_with_the_questions(running: Gateway) -> None:
    """A draft whose phrasings are the questions without personal data; twice it is one; undone, the empty draft goes."""
    topic_id = await group(running.store, ASKED)
    async with at_desk(running, "rachid", services=("voirie",)) as rachid:
        done = await rachid.done("POST", f"/topics/{topic_id}", {"decision": "article"})
        again = await rachid.done("POST", f"/topics/{topic_id}", {"decision": "article"})
        draft = (await rachid.done("GET", f"/articles/{done['article']}"))["article"]
        undone = await rachid.done("POST", f"/topics/{topic_id}", {"decision": ""})
        listed = (await rachid.done("GET", "/articles"))["articles"]
        third = await rachid.done("POST", f"/topics/{topic_id}", {"decision": "article"})

    assert done["article"] == again["article"] == third["article"] == draft["id"]
    assert (draft["keywords"], draft["service"], draft["state"]) == (["Où garer une trottinette"], "voirie", "draft")
    assert draft["title"] == "Où garer une trottinette"
    decided = done["topic"]["decision"]
    assert (decided["what"], decided["for_title"], decided["by"]) == ("article", draft["title"], "Rachid")
    assert decided["outcome"]["key"] == "soon"
    assert not done["topic"]["is_open"]
    assert (undone["topic"]["decision"], undone["topic"]["is_open"], undone["article"]) == (None, True, None)
    assert draft["id"] not in [one["id"] for one in listed]


async def test_a_draft_that_was_written_in_stays(running: Gateway) -> None:
    """Undo takes nobody's words away."""
    topic_id = await group(running.store, ASKED)
    async with at_desk(running, "rachid", services=("voirie",)) as rachid:
        done = await rachid.done("POST", f"/topics/{topic_id}", {"decision": "article"})
        body = {"title": "Trottinettes", "service": "voirie", "body": "On les gare là.", "version": 1}
        await rachid.done("PUT", f"/articles/{done['article']}", body)
        await rachid.done("POST", f"/topics/{topic_id}", {"decision": ""})
        kept = (await rachid.done("GET", f"/articles/{done['article']}"))["article"]

    assert kept["body"] == "On les gare là.\n"


async def test_a_group_is_taught_to_what_there_is(running: Gateway) -> None:
    """To an article by its id; to nothing, or to something that is not there, is refused in a sentence."""
    topic_id = await group(running.store, ASKED)
    await running.store.articles.replace("test", [Article("velos", "Garer un vélo", "voirie", "Là.")], clock.now())
    async with at_desk(running, "claire", Role.SUPERVISOR) as claire:
        done = await claire.done("POST", f"/topics/{topic_id}", {"decision": "taught", "for": "velos"})
        refused = [
            await claire.ask("POST", f"/topics/{topic_id}", body)
            for body in (
                {"decision": "taught", "for": "nowhere"},
                {"decision": "taught"},
                {"decision": "maybe"},
                {},
                {"decision": ["taught"]},
                {"decision": "taught", "for": "x" * 500},
            )
        ]

    decided = done["topic"]["decision"]
    assert (decided["what"], decided["for"], decided["for_title"]) == ("taught", "velos", "Garer un vélo")
    assert [(status, answer["error"]) for status, answer in refused] == [
        (422, "no_target"),
        (422, "no_target"),
        (422, "unreadable"),
        (422, "unreadable"),
        (422, "unreadable"),
        (413, "too_long"),
    ]


async def test_hostile_questions_stay_words(running: Gateway) -> None:
    """Markup, formulas and control characters are shown as they were typed, and a draft of them is a draft."""
    evil = ("<img src=x onerror=alert(1)> trottinette", '=HYPERLINK("x") trottinette', "trottinette \u202e\x07 gnp")
    topic_id = await group(running.store, evil, words=("<b>trottinette</b>", "=1+1"))
    async with at_desk(running, "claire", Role.SUPERVISOR) as claire:
        whole = await claire.done("GET", f"/topics/{topic_id}")
        done = await claire.done("POST", f"/topics/{topic_id}", {"decision": "article"})

    assert {one["text"] for one in whole["examples"]} == {
        "<img src=x onerror=alert(1)> trottinette",
        '=HYPERLINK("x") trottinette',
        "trottinette gnp",
    }
    assert whole["topic"]["name"] == "<b>trottinette</b> · =1+1"
    assert done["article"]


async def test_an_erased_group_leaves_the_list(running: Gateway) -> None:
    """With nothing left to read and nothing decided there is nothing to do."""
    topic_id = await group(running.store, ASKED)
    for number in range(len(ASKED)):
        await running.store.subjects.erase(Address("web", f"t{number}"), clock.now())
    async with at_desk(running, "claire", Role.SUPERVISOR) as claire:
        listed = await claire.done("GET", "/topics")
        whole = await claire.done("GET", f"/topics/{topic_id}")

    assert listed["topics"] == []
    assert whole["examples"] == []


@pytest.mark.parametrize(
    ("asked", "key"),
    [(0, "none"), (2, "shrank"), (8, "same"), (30, "grew")],
)
def test_what_came_of_a_decision(asked: int, key: str) -> None:
    """Four weeks after it, against two a week before; within a week nobody can say."""
    decided, today = date(2026, 5, 1), date(2026, 6, 1)
    topic = Topic(1, ("a",), {}, "voirie", (), decided, decided, Course.STEADY, Decision.NOT_OURS, weekly_before=2000)
    counted = replace(topic, days={date(2026, 5, 20): asked})

    assert outcome(counted, decided, today) == key
    assert outcome(counted, decided, decided + timedelta(days=3)) == "soon"


async def test_the_scripted_desk_speaks_as_the_gateway_does(running: Gateway) -> None:
    """A field that one of the two has and the other has not fails here, not in a town hall."""
    topic_id = await group(running.store, ASKED)
    async with (
        at_desk(running, "claire", Role.SUPERVISOR) as claire,
        FakeDesk() as fake,
        aiohttp.ClientSession() as http,
    ):
        await claire.done("POST", f"/topics/{topic_id}", {"decision": "not_ours"})
        listed = await claire.done("GET", "/topics")
        async with http.get(f"{fake.url}/desk/api/topics") as response:
            scripted = await response.json()
    (row,) = listed["topics"]
    decided = next(one for one in scripted["topics"] if one["decision"])
    near = next(one["nearest"][0] for one in scripted["topics"] if one["nearest"])

    assert set(listed) == set(scripted)
    assert set(row) == set(decided)
    assert set(row["decision"]) == set(decided["decision"])
    assert set(row["examples"][0]) == set(decided["examples"][0])
    assert set(row["nearest"][0]) == set(near)
    assert set(row["weeks"][0]) == set(decided["weeks"][0])
