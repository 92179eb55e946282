"""The shapes of docs/desk-protocol.md: what the gateway sends has the fields that the pages' tests are written against."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot import clock
from bot.app import Gateway
from tests.browser import desk_script as script
from tests.browser.fake_desk import CSRF, FakeDesk
from tests.desk.office import at_desk, open_case
from tests.fakes.fiches import FICHE
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import page

SUBJECT = "Comment refaire ma carte d'identité ?"


async def asked(desk: FakeDesk, path: str, body: Any = None) -> dict[str, Any]:
    """What the scripted desk answers."""
    async with (
        aiohttp.ClientSession(headers={"X-CSRF-Token": CSRF}) as http,
        http.request("POST" if body else "GET", f"{desk.url}/desk/api{path}", json=body) as response,
    ):
        found: dict[str, Any] = await response.json()
        return found


async def test_the_scripted_desk_speaks_as_the_gateway_does(running: Gateway, rasa: FakeRasa) -> None:
    """A field that one of the two has and the other has not fails here, not in a town hall."""
    rasa.answer(lambda heard: "Je cherche.")
    now = clock.now()
    async with page(running) as citizen, at_desk(running, "claire") as claire, FakeDesk() as fake:
        await citizen.request_session(client="guichet")
        await citizen.say(SUBJECT, id="m1")
        await citizen.wait_for_texts(1)
        case = await open_case(running.store, citizen.session_id.partition(".")[0], subject=SUBJECT)
        await claire.done("POST", f"/cases/{case.id}/take")
        event = await claire.done("POST", f"/cases/{case.id}/notes", {"id": "n1", "text": "À rappeler."})
        reply = await claire.done("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Bonjour."})
        whole = await claire.done("GET", f"/cases/{case.id}")
        found = await claire.done("GET", "/knowledge?q=piscine")
        me = await claire.done("GET", "/me")
        queue = await claire.done("GET", "/cases?view=mine")
        scripted_me, scripted_whole = await asked(fake, "/me"), await asked(fake, "/cases/4")
        scripted_queue = await asked(fake, "/cases?view=mine")
        scripted_pending = await asked(fake, "/cases/4/replies", {"id": "r1", "text": "Bonjour.", "sources": []})

    line, happening = script.said(1, "bot", "Je cherche.", now), script.happened(1, "note", "Note", now)
    assert [set(shape) for shape in (me, me["agent"], me["canned"][0], whole, whole["case"])] == [
        set(shape) for shape in (scripted_me, script.AGENT, script.CANNED[0], scripted_whole, scripted_whole["case"])
    ]
    assert script.OF_ROWS <= set(queue["cases"][0]) <= set(script.case(1, "", now))
    assert [set(shape) for shape in (whole["lines"][0], event["event"], found["suggestions"][0])] == [
        set(shape) for shape in (line, happening, script.SUGGESTIONS[0])
    ]
    assert set(reply["pending"]) == set(scripted_pending["pending"])
    assert set(queue) == set(scripted_queue)


async def test_the_scripted_desk_speaks_of_articles_as_the_gateway_does(running: Gateway) -> None:
    """A field that one of the two has and the other has not fails here, not in a town hall."""
    draft = {
        "title": "Louer une salle",
        "service": "voirie",
        "body": "À l'accueil. Tél. 06 12 34 56 78.",
        "owner": None,
    }
    await running.store.fiches.replace("part", [FICHE], {FICHE.id: "sum"}, {}, clock.now())
    async with at_desk(running, "claire") as claire, FakeDesk() as fake:
        made = (await claire.done("POST", "/articles", draft))["article"]
        listed = await claire.done("GET", "/articles?q=salle")
        history = await claire.done("GET", f"/articles/{made['id']}/history")
        shown = await claire.done("POST", "/preview", draft)
        fiches = await claire.done("GET", "/fiches?q=peche")
        scripted = (await asked(fake, "/articles", draft))["article"]
        scripted_list = await asked(fake, "/articles?q=salle")
        scripted_history = await asked(fake, f"/articles/{scripted['id']}/history")
        scripted_shown = await asked(fake, "/preview", draft)
        scripted_fiches = await asked(fake, "/fiches?q=carte")

    whole = {"body", "audience", "source", "more", "keywords", "url", "fiche_title", "fiche_url"}
    assert set(made) == set(scripted)
    assert set(listed) == set(scripted_list)
    assert set(listed["articles"][0]) == set(scripted) - whole
    assert set(listed["owners"][0]) == set(scripted_list["owners"][0])
    assert set(history["editions"][0]) == set(scripted_history["editions"][0])
    assert set(shown) == set(scripted_shown)
    assert [set(shown[key][0]) for key in ("passages", "warnings")] == [
        set(scripted_shown[key][0]) for key in ("passages", "warnings")
    ]
    assert set(fiches["fiches"][0]) == set(scripted_fiches["fiches"][0])
