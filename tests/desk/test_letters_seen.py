"""Who sees which letters: shelves by service, what was put aside, and what is closed to other services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.agents import Role
from bot.cases import CaseState, View
from bot.correspondence import MAX_ACKNOWLEDGED
from bot.letters import Automatic
from bot.mailroom import Acknowledged, Told
from bot.settings import Settings
from bot.store.sql import Store
from tests.desk.mailroom import Mailroom, mailroom, values

ROADS = ("voirie",)
RECEPTION = ("accueil_general",)


@pytest.fixture
async def room(settings: Settings, store: Store) -> AsyncIterator[Mailroom]:
    async with mailroom(settings, store) as built:
        yield built


async def test_what_was_put_aside_becomes_a_case(room: Mailroom) -> None:
    """Once, with a label, however often somebody asks; what carries a machine's headers is not acknowledged even then."""
    filed = await room.take("m1", "Promo : un trou devant chez moi.", automatic=Automatic.LIST)
    async with room.agent(services=RECEPTION) as claire:
        (item,) = (await claire.done("GET", "/letters"))["aside"]
        opened = [(await claire.done("POST", f"/letters/{filed.id}/open"))["case"]["id"] for _ in range(2)]
        left = (await claire.done("GET", "/letters"))["aside"]

    case = await room.case(filed)
    assert (item["why"], item["sender"]) == ("lettre d'information ou envoi en nombre", "m1@example.org")
    assert (opened, left, case.service, case.subject) == ([case.id] * 2, [], "voirie", "Voirie")
    assert await room.said(filed) == []
    assert (await room.store.letters.of_case(case.id))[0].acknowledged is Acknowledged.NONE
    assert await values(room.store, Told.KIND) == ["request"]


async def test_a_citizens_letter_that_was_put_aside_is_acknowledged(room: Mailroom) -> None:
    """Its words alone looked like trade: once it is a case, its sender is told, once."""
    filed = await room.take("m1", "Promo : un trou devant chez moi.")
    async with room.agent(services=RECEPTION) as claire:
        for _ in range(2):
            await claire.done("POST", f"/letters/{filed.id}/open")

    case = await room.case(filed)
    assert await room.said(filed) == [f"Reçu sous le numéro {case.number}."]
    assert (await room.store.letters.of_case(case.id))[0].acknowledged is Acknowledged.SENT


async def test_held_acknowledgements_stand_on_the_desk(room: Mailroom) -> None:
    """Each with its case, why, and since when, to those who serve it; whose address it is, to supervisors alone."""
    for number in range(MAX_ACKNOWLEDGED + 2):
        held = await room.take(f"m{number}", f"Un trou, le {number}.", sender="lucie@example.org")
    case = await room.case(held)
    async with (
        room.agent("chief", Role.SUPERVISOR) as chief,
        room.agent(services=ROADS) as claire,
        room.agent("zoe", services=("sports",)) as zoe,
    ):
        all_held = (await chief.done("GET", "/letters"))["held"]
        own = (await claire.done("GET", "/letters"))["held"]
        others = (await zoe.done("GET", "/letters"))["held"]
        refused = await zoe.ask("POST", f"/cases/{held.case_id}/letters/{held.id}/drop")
        await claire.done("POST", f"/cases/{held.case_id}/letters/{held.id}/acknowledge")
        left = (await chief.done("GET", "/letters"))["held"]

    assert [one["case"]["id"] for one in all_held] == [case.id, case.id - 1]
    assert all_held[0]["case"]["number"] == case.number
    assert (all_held[0]["sender"], all_held[0]["at"]) == ("lucie@example.org", held.at.isoformat())
    assert all_held[0]["why"] == "cet expéditeur en a reçu beaucoup en une heure"
    assert [one["sender"] for one in own] == ["", ""]
    assert (others, refused[0]) == ([], 403)
    assert [one["id"] for one in left] == [all_held[1]["id"]]


async def test_a_stranger_s_held_letter_says_why(room: Mailroom) -> None:
    """It would tell the case's own address of another's mail: it is not said that they have written often."""
    first = await room.take("m1", key="lucie")
    async with room.agent("chief", Role.SUPERVISOR) as chief:
        await chief.done("POST", f"/cases/{first.case_id}/take")
        await chief.done("POST", f"/cases/{first.case_id}/close")
        await room.take("m2", "Un trou aussi.", key="lucie", sender="autre@example.org")
        (item,) = (await chief.done("GET", "/letters"))["held"]

    assert (item["trusted"], item["sender"]) == (False, "autre@example.org")
    assert item["why"] == "le courrier vient d'une autre adresse que celle de la demande"


async def test_the_shelves_stand_by_what_is_late(room: Mailroom) -> None:
    """For a supervisor all services, for an agent their own; the queue shows one service on demand."""
    await room.take("m1")
    await room.take("m2", "Une question.")
    async with room.agent("chief", Role.SUPERVISOR) as chief, room.agent(services=ROADS) as claire:
        all_of_them = await chief.done("GET", "/letters")
        own = await claire.done("GET", "/letters")
        queue = (await chief.done("GET", "/cases?view=all&service=voirie"))["cases"]
        foreign = await claire.ask("GET", "/cases?view=all&service=sports")

    assert [(one["service"], one["waiting"]) for one in all_of_them["shelves"]] == [
        ("voirie", 1),
        ("accueil_general", 1),
    ]
    assert ([one["service"] for one in own["shelves"]], own["aside"]) == (["voirie"], None)
    assert [one["service"] for one in queue] == ["voirie"]
    assert foreign[0] == 403


@pytest.mark.parametrize("path", ["letters/{id}/trust", "letters/{id}/acknowledge", "letter", "transfer", "take"])
async def test_letters_of_other_services_are_closed(room: Mailroom, path: str) -> None:
    """An agent without the service neither sees nor changes anything."""
    filed = await room.take("m1")
    body = {"kind": "thanks", "service": "sports"}
    async with room.agent(services=("sports",)) as paul:
        status, answer = await paul.ask("POST", f"/cases/{filed.case_id}/{path.format(id=filed.id)}", body)

    case = await room.case(filed)
    assert (status, answer["error"]) == (403, "not_allowed")
    assert (case.service, case.state) == ("voirie", CaseState.WAITING)
    assert await values(room.store, Told.KIND) == []


async def test_what_was_put_aside_is_for_the_reception(room: Mailroom) -> None:
    """Another service's agent gets no list and opens nothing."""
    filed = await room.take("m1", "Promo.")
    async with room.agent(services=ROADS) as paul, room.agent("chief", Role.SUPERVISOR, ROADS) as chief:
        status, answer = await paul.ask("POST", f"/letters/{filed.id}/open")
        shown = await chief.done("GET", "/letters")

    assert (status, answer["error"]) == (403, "not_allowed")
    assert [one["id"] for one in shown["aside"]] == [filed.id]
    assert await room.store.cases.find(filed.conversation_id) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("letter", {}, 422),
        ("letter", {"kind": "novel"}, 422),
        ("letter", {"urgency": 3}, 422),
        ("letter", {"kind": []}, 422),
        ("letters/999999/trust", {}, 404),
        ("letters/999999/acknowledge", {}, 404),
        ("replies", {"id": "r1", "text": "a", "suggestion": 3}, 422),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(room: Mailroom, path: str, body: Any, status: int) -> None:
    """And the page has a sentence to show."""
    filed = await room.take("m1")
    async with room.agent(services=ROADS) as claire:
        await claire.done("POST", f"/cases/{filed.case_id}/take")
        found, answer = await claire.ask("POST", f"/cases/{filed.case_id}/{path}", body)
        missing = await claire.ask("POST", "/letters/999999/open")

    assert (found, bool(answer["text"])) == (status, True)
    assert missing[0] == 403


async def test_a_letter_of_another_case_is_not_reached_through_ones_own(room: Mailroom) -> None:
    """The letter has to be the case's."""
    mine, theirs = await room.take("m1"), await room.take("m2", "Une question.")
    async with room.agent(services=ROADS) as claire:
        status, answer = await claire.ask("POST", f"/cases/{mine.case_id}/letters/{theirs.id}/trust")

    assert (status, answer["error"]) == (404, "letter_missing")


async def test_the_tabs_are_those_of_the_agent(room: Mailroom) -> None:
    """One service of the queue holds no other one's cases, not even the agent's own."""
    own = await room.take("m1", "Une question.")
    await room.take("m2")
    async with room.agent("chief", Role.SUPERVISOR) as chief:
        await chief.done("POST", f"/cases/{own.case_id}/take")
        rows = (await chief.done("GET", f"/cases?view={View.ALL.value}&service=voirie"))["cases"]

    assert [row["service"] for row in rows] == ["voirie"]
