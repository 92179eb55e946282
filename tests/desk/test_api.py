"""The desk's requests: who may do what, two agents at once, and words for every refusal."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot import clock
from bot.agents import Role
from bot.app import Gateway
from bot.cases import CaseKind, Slot
from bot.casework import StoredPhoto
from bot.desk.api import DeskApi
from bot.desk.sockets import DeskSockets
from bot.messages import Address, Author
from bot.store.sql import Store
from tests.desk.office import Colleague, at_desk, connect, open_case, soon

ROADS = ("voirie",)
ANY = {Role.AGENT: 200, Role.SUPERVISOR: 200, Role.ADMIN: 200}
LEADING = {**ANY, Role.AGENT: 403}

NONE_GIVEN_UP = {"conversation": "none", "reply": "r1"}
"""Without a case, it would be for whoever has all services."""

# Every route below /desk/api, with what each role gets; the agent is of the case's service.
ROUTES: dict[tuple[str, str], tuple[Any, dict[Role, int]]] = {
    ("GET", "/desk/api/me"): (None, ANY),
    ("PUT", "/desk/api/me"): ({"available": True}, ANY),
    ("GET", "/desk/api/agents"): (None, LEADING),
    ("GET", "/desk/api/cases"): (None, ANY),
    ("GET", "/desk/api/cases/{case}"): (None, ANY),
    ("POST", "/desk/api/cases/{case}/take"): ({}, ANY),
    ("POST", "/desk/api/cases/{case}/pass"): ({}, ANY),
    ("POST", "/desk/api/cases/{case}/release"): ({}, ANY),
    ("POST", "/desk/api/cases/{case}/transfer"): ({"service": "voirie"}, ANY),
    ("POST", "/desk/api/cases/{case}/close"): ({}, ANY),
    ("POST", "/desk/api/cases/{case}/urgent"): ({"urgent": True}, ANY),
    ("POST", "/desk/api/cases/{case}/reveal"): ({}, ANY),
    ("POST", "/desk/api/cases/{case}/notes"): ({"id": "n1", "text": "À rappeler."}, ANY),
    ("POST", "/desk/api/cases/{case}/replies"): ({"id": "r1", "text": "Nous passons demain."}, ANY),
    ("POST", "/desk/api/cases/{case}/flags"): ({"text": "Appelez-nous."}, ANY),
    ("DELETE", "/desk/api/cases/{case}/replies/{reply}"): (None, ANY),
    ("GET", "/desk/api/cases/{case}/suggestions"): (None, ANY),
    ("POST", "/desk/api/cases/{case}/again"): ({"position": 10**9}, dict.fromkeys(Role, 409)),
    ("GET", "/desk/api/undelivered"): (None, ANY),
    ("POST", "/desk/api/undelivered/again"): (NONE_GIVEN_UP, {**dict.fromkeys(Role, 404), Role.AGENT: 403}),
    ("POST", "/desk/api/undelivered/dismiss"): (NONE_GIVEN_UP, LEADING),
    ("GET", "/desk/api/knowledge"): (None, ANY),
    ("GET", "/desk/api/photos/{photo}"): (None, ANY),
}
EVENTS = {"connect", "disconnect", "watch", "typing"}
NEEDS_TAKEN = ("release", "replies")
OF_A_CASE = [key for key in ROUTES if "{case}" in key[1] or "{photo}" in key[1]]


def test_the_table_holds_every_route_and_event() -> None:
    """A route or a socket event that nobody has written down here fails this test."""
    routes = {(route.method, route.path.replace(":[0-9]{1,15}", "")) for route in _api().routes()}  # type: ignore[attr-defined]

    assert routes == set(ROUTES)
    assert set(_sockets().handlers()) == EVENTS


def _api() -> DeskApi:
    return DeskApi(*[None] * 12)  # type: ignore[arg-type]


def _sockets() -> DeskSockets:
    return DeskSockets(*[None] * 10)  # type: ignore[arg-type]


async def ask(colleague: Colleague, method: str, path: str, body: Any, **headers: str) -> int:
    url = f"{colleague.origin}{path}"
    async with colleague.http.request(method, url, json=body, headers=colleague.headers(**headers)) as response:
        return response.status


async def prepared(store: Store, colleague: Colleague, method: str, path: str) -> str:
    """The path for a case in the state that the request is for."""
    case = await open_case(store, f"{colleague.agent.login}-{abs(hash((method, path)))}", contact="06 12 34 56 78")
    if "photos" in path:
        photo = StoredPhoto(f"p{case.id:021d}", None, "image/jpeg", b"\xff\xd8", None)
        assert case.address is not None
        await store.photos.add(case.address, "fr", photo, case.opened_at)
        return path.format(photo=photo.id)
    if path.rpartition("/")[2] in NEEDS_TAKEN or "{reply}" in path:
        await store.cases.take(case.id, colleague.agent.id, case.opened_at)
    if "{reply}" in path:
        await colleague.done("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Demain."})
    return path.format(case=case.id, reply="r1")


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_may_what_the_table_says(running: Gateway, role: Role) -> None:
    """All of it, with the right service."""
    async with at_desk(running, "claire", role, ROADS) as claire:
        found = {}
        for (method, path), (body, _) in ROUTES.items():
            found[method, path] = await ask(claire, method, await prepared(running.store, claire, method, path), body)

    assert found == {key: expected[role] for key, (_, expected) in ROUTES.items()}


async def test_an_agent_of_another_service_may_nothing(running: Gateway) -> None:
    """Neither read nor change a case that is not of their services, nor see its photos, nor watch it."""
    async with at_desk(running, "karim", Role.AGENT, ("sports",), live=True) as karim:
        found = {}
        for method, path in OF_A_CASE:
            if "{reply}" in path:
                continue
            case = await open_case(running.store, f"k{len(found)}")
            photo = StoredPhoto(f"q{case.id:021d}", None, "image/jpeg", b"\xff\xd8", None)
            await running.store.photos.add(Address("web", f"k{len(found)}"), "fr", photo, case.opened_at)
            body = ROUTES[method, path][0]
            found[method, path] = await ask(karim, method, path.format(case=case.id, photo=photo.id), body)
        watched = await karim.call("watch", {"case": case.id, "after": 0})
        shown = await karim.done("GET", "/cases?view=all")

    assert set(found.values()) == {403}
    assert (watched["ok"], watched["error"]) == (False, "not_allowed")
    assert shown["cases"] == []


async def test_nobody_signed_in_gets_nothing(running: Gateway) -> None:
    """No route and no socket without a session; in words and as JSON."""
    async with aiohttp.ClientSession() as http:
        found = set()
        for (method, path), (body, _) in ROUTES.items():
            url = f"http://127.0.0.1:{running.port}{path.format(case=1, reply='r1', photo='p')}"
            async with http.request(method, url, json=body) as response:
                found.add((response.status, (await response.json())["error"]))

    assert found == {(401, "signed_out")}


async def test_a_page_of_another_site_changes_nothing(running: Gateway) -> None:
    """With the cookie, but another Origin or without the session's token, nothing unsafe is done."""
    async with at_desk(running, "claire", Role.ADMIN) as claire:
        unsafe = [(method, path, body) for (method, path), (body, _) in ROUTES.items() if method != "GET"]
        statuses = set()
        for method, path, body in unsafe:
            url = path.format(case=1, reply="r1")
            statuses.add(await ask(claire, method, url, body, Origin="https://evil.example"))
            statuses.add(await ask(claire, method, url, body, **{"X-CSRF-Token": "another"}))
        with pytest.raises(Exception, match=r"(?i)connect|namespace"):
            await connect(claire, Origin="https://evil.example")

    assert statuses == {403}


async def test_two_agents_click_at_once(running: Gateway) -> None:
    """One gets it, the other is told who has it."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire, at_desk(running, "karim") as karim:
        answers = await asyncio.gather(*(one.ask("POST", f"/cases/{case.id}/take") for one in (claire, karim)))
        (status, lost), (_, won) = sorted(answers, key=lambda answer: -answer[0])

    assert (status, lost["error"], lost["by"]) == (409, "taken", won["case"]["agent"]["name"])
    assert lost["text"] == f"{lost['by']} s'occupe de cette demande."


async def test_a_reply_needs_the_case(running: Gateway) -> None:
    """Who has not taken it is told to; a closed one takes nothing more."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        early = await claire.ask("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Demain."})
        await claire.done("POST", f"/cases/{case.id}/take")
        await claire.done("POST", f"/cases/{case.id}/close")
        late = await claire.ask("POST", f"/cases/{case.id}/replies", {"id": "r2", "text": "Demain."})

    assert (early[0], early[1]["text"]) == (409, "Prenez d'abord cette demande en charge.")
    assert (late[0], late[1]["error"]) == (409, "closed")


async def test_an_appointment_is_cancelled_with_its_case(running: Gateway) -> None:
    """Its citizen hears of it by its date; what is neither true nor false cancels nothing."""
    begins = clock.now() + timedelta(days=1)
    slot = Slot(begins, begins + timedelta(minutes=30), places=1)
    case = await open_case(running.store, kind=CaseKind.APPOINTMENT, slot=slot)
    async with at_desk(running, "claire") as claire:
        unread = await claire.ask("POST", f"/cases/{case.id}/close", {"cancel_appointment": "yes"})
        done = await claire.done("POST", f"/cases/{case.id}/close", {"cancel_appointment": True})
        lines = await running.store.transcript.read(case.conversation_id)

    assert unread[0] == 422
    assert (done["case"]["state"], done["case"]["appointment_at"]) == ("closed", None)
    assert f"Votre rendez-vous {case.number} (" in lines[-1].text
    assert "est annulé" in lines[-1].text


async def test_a_close_and_an_answer_at_the_same_second(running: Gateway) -> None:
    """What was said before the close leaves before the bot has the conversation again, or is refused; it is never lost."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        (replied, said), (closed, _) = await asyncio.gather(
            claire.ask("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Demain."}),
            claire.ask("POST", f"/cases/{case.id}/close"),
        )
        lines = await running.store.transcript.read(case.conversation_id)
    left = [line.text for line in lines if line.author == Author.AGENT.value]

    assert (replied, closed, left) in [(200, 200, ["Demain."]), (409, 200, []), (200, 409, [])], said


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("notes", {"id": "n1"}, 422),
        ("notes", {"id": "../x", "text": "a"}, 422),
        ("notes", {"id": "n1", "text": "   "}, 422),
        ("notes", {"id": "n1", "text": "a" * 4001}, 413),
        ("replies", {"id": "r1", "text": 3}, 422),
        ("replies", {"id": "r1", "text": "a", "sources": [{"title": "x", "url": "javascript:alert(1)"}]}, 422),
        ("replies", {"id": "r1", "text": "a", "sources": [{"title": "x", "url": "//evil.example"}]}, 422),
        ("replies", {"id": "r1", "text": "a", "sources": "x"}, 422),
        ("transfer", {"service": "nowhere"}, 404),
        ("transfer", {}, 422),
        ("urgent", {"urgent": "yes"}, 422),
        ("urgent", [], 422),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(running: Gateway, path: str, body: Any, status: int) -> None:
    """Nothing changes, and the page has a sentence to show."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        found, answer = await claire.ask("POST", f"/cases/{case.id}/{path}", body)
        shown = await claire.done("GET", f"/cases/{case.id}")

    assert (found, bool(answer["text"])) == (status, True)
    assert [event["what"] for event in shown["history"]] == ["opened", "taken"]
    assert (shown["pending"], shown["case"]["service"]) == ([], "voirie")


async def test_a_reply_can_be_taken_back_until_it_leaves(running: Gateway) -> None:
    """Then it is on its way, under the agent's name, with its source."""
    case = await open_case(running.store)
    source = {"title": "Voirie", "url": "/articles/voirie", "publisher": "", "updated": ""}
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        body = {"id": "r1", "text": "Demain.", "sources": [source]}
        await claire.done("POST", f"/cases/{case.id}/replies", body)
        back = await claire.done("DELETE", f"/cases/{case.id}/replies/r1")
        await claire.done("POST", f"/cases/{case.id}/replies", {**body, "id": "r2"})

        async def has_left() -> bool:
            return not await running.store.cases.pending(case.id)

        await soon(has_left, 15)
        late = await claire.ask("DELETE", f"/cases/{case.id}/replies/r2")
        lines = (await claire.done("GET", f"/cases/{case.id}"))["lines"]

    assert back == {"text": "Demain.", "sources": [source]}
    assert (late[0], late[1]["error"]) == (409, "left")
    assert [(line["author"], line["name"], line["sources"]) for line in lines if line["author"] == "agent"] == [
        ("agent", "Claire", [source])
    ]


async def test_an_erased_conversation_is_gone_from_the_desk(running: Gateway) -> None:
    """The agent is told that the citizen may have erased everything."""
    case = await open_case(running.store)
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        await running.store.subjects.erase(Address("web", "anne"), case.opened_at)
        status, answer = await claire.ask("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Demain."})

    assert (status, answer["error"]) == (404, "missing")


async def test_suggestions_come_from_the_towns_articles(running: Gateway) -> None:
    """For the case's subject, for the citizen's last words, and for what the agent looks for."""
    case = await open_case(running.store, subject="À quelle heure ouvre la piscine ?")
    async with at_desk(running, "claire") as claire:
        suggested = await claire.done("GET", f"/cases/{case.id}/suggestions")
        searched = await claire.done("GET", "/knowledge?q=piscine")
        nothing = await claire.done("GET", "/knowledge?q=")

    assert [one["title"] for one in suggested["suggestions"]] == ["Piscine"]
    assert searched["suggestions"][0]["url"] == "/articles/piscine"
    assert nothing == {"suggestions": []}


async def test_a_case_is_shown_whole(running: Gateway) -> None:
    """Details under French names, appointment and deadlines in words, the contact only on demand."""
    case = await open_case(running.store, kind=CaseKind.STREET_ISSUE, contact="anne@example.org", urgent=True)
    async with at_desk(running, "claire", services=ROADS) as claire:
        shown = await claire.done("GET", f"/cases/{case.id}")
        contact = await claire.done("POST", f"/cases/{case.id}/reveal")
        history = (await claire.done("GET", f"/cases/{case.id}"))["history"]

    assert "anne@example.org" not in str(shown)
    assert (shown["case"]["kind_name"], shown["case"]["service_name"]) == ("Signalement", "Voirie")
    assert shown["case"]["summary"].startswith("Signalement reçu aujourd’hui")
    assert contact == {"contact": "anne@example.org"}
    assert history[-1]["what_name"] == "Coordonnées consultées"
