"""The desk live: pages of agents and citizens are told of what the others do, as it happens."""

from __future__ import annotations

from typing import Any

from bot import clock
from bot.app import Gateway
from bot.cases import CaseState, What
from bot.messages import Address, Mode
from tests.desk.office import Colleague, at_desk, open_case, soon
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import Page, page, until

OWN = {"client": "guichet"}


def rows(colleague: Colleague) -> list[dict[str, Any]]:
    return [row for event in colleague.events("cases") for row in event["changed"]]


def states(citizen: Page) -> list[tuple[str, int, str]]:
    return [(one["state"], one["place"], one["name"]) for one in citizen.events("desk")]


async def case_of(built: Gateway, citizen: Page, **more: Any) -> int:
    return (await open_case(built.store, citizen.session_id.partition(".")[0], **more)).id


async def test_a_new_case_comes_to_every_desk_that_may_see_it(running: Gateway) -> None:
    """To agents of its service and to supervisors, whichever process opened it; with the counts of their tabs."""
    async with (
        at_desk(running, "claire", services=("voirie",), live=True) as claire,
        at_desk(running, "karim", services=("sports",), live=True) as karim,
    ):
        case = await open_case(running.store)
        await until(lambda: claire.events("counts"))

        assert [(row["id"], row["state"], row["subject"]) for row in rows(claire)] == [
            (case.id, "waiting", "Le trou de la rue du Lavoir")
        ]
        assert claire.events("counts")[-1]["waiting"] == 1
        assert rows(karim) == []


async def test_a_transferred_case_leaves_one_desk_and_comes_to_the_other(running: Gateway) -> None:
    """Whose services it is not any more is told that it is gone."""
    case = await open_case(running.store)
    async with (
        at_desk(running, "claire", services=("voirie",), live=True) as claire,
        at_desk(running, "karim", services=("sports",), live=True) as karim,
    ):
        answer = await claire.done("POST", f"/cases/{case.id}/transfer", {"service": "sports", "note": "Pour vous."})
        await until(lambda: rows(karim))
        await until(lambda: claire.events("cases"))

        assert (answer["case"]["service"], rows(karim)[-1]["service"]) == ("sports", "sports")
        assert claire.events("cases")[-1] == {"changed": [], "gone": [case.id]}


async def test_agent_and_citizen_talk(running: Gateway, rasa: FakeRasa) -> None:
    """From the queue to the rating: each sees the other's words and typing; the bot is silent, then back."""
    rasa.answer(lambda heard: "De retour." if heard["message"].startswith("/returned") else "Je cherche.")
    async with page(running) as citizen, at_desk(running, "claire", live=True) as claire:
        citizen.client.on("desk", citizen._listener("desk"))
        citizen.client.on("typing", citizen._listener("typing"))
        await citizen.request_session(**OWN)
        await citizen.say("j'ai une fuite", id="m1")
        await citizen.wait_for_texts(1)
        case_id = await case_of(running, citizen)
        await until(lambda: states(citizen) == [("waiting", 1, "")])

        await claire.done("POST", f"/cases/{case_id}/take")
        await until(lambda: states(citizen)[-1] == ("agent", 0, "Claire"))
        watched = await claire.call("watch", {"case": case_id, "after": 0})
        await until(lambda: claire.events("lines"))
        await claire.client.emit("typing", {"case": case_id}, namespace="/desk")  # type: ignore[union-attr]
        await until(lambda: citizen.events("typing"))
        await citizen.client.emit("typing", {"session_id": citizen.session_id})
        await until(lambda: claire.events("citizen_typing"))

        await citizen.say("dans la rue du Lavoir", id="m2")
        body = {"id": "r1", "text": "Nous passons cet après-midi."}
        await claire.done("POST", f"/cases/{case_id}/replies", body)
        await until(lambda: any("cet après-midi" in text for text in citizen.texts()), 15)
        await claire.done("POST", f"/cases/{case_id}/close")
        await until(lambda: states(citizen)[-1][0] == "bot")
        await until(lambda: "De retour." in citizen.texts())

        shown = [line for event in claire.events("lines") for line in event["lines"]]
        assert watched == {"ok": True, "watchers": []}
        assert citizen.events("typing") == [{"name": "Claire"}]
        assert claire.events("citizen_typing") == [{"case": case_id}]
        assert [(entry["author"], entry["name"]) for entry in citizen.events("bot_uttered")] == [
            ("bot", ""),
            ("system", ""),
            ("agent", "Claire"),
            ("bot", ""),
        ]
        assert [line["text"] for line in shown if line["author"] != "system"][:4] == [
            "j'ai une fuite",
            "Je cherche.",
            "dans la rue du Lavoir",
            "Nous passons cet après-midi.",
        ]
        assert [heard["message"] for heard in rasa.heard] == ["j'ai une fuite", f'/returned{{"case": "{case_id}"}}']
        remembered = [
            event["text"] for event in rasa.trackers[rasa.heard[0]["sender"]] if "ref" in event.get("metadata", {})
        ]
        assert remembered[-2:] == ["dans la rue du Lavoir", "Nous passons cet après-midi."]


async def test_those_behind_come_forward(running: Gateway) -> None:
    """When somebody before them is taken, a citizen's page says the new place."""
    first = await open_case(running.store, "first")
    async with page(running) as citizen, at_desk(running, "claire") as claire:
        citizen.client.on("desk", citizen._listener("desk"))
        await citizen.request_session(**OWN)
        await case_of(running, citizen)
        await until(lambda: states(citizen) == [("waiting", 2, "")])
        await claire.done("POST", f"/cases/{first.id}/take")
        await until(lambda: len(states(citizen)) > 1)

        assert states(citizen)[-1] == ("waiting", 1, "")


async def test_a_resumed_chat_knows_who_has_it(running: Gateway) -> None:
    """`session_ready` says it, before anything changes."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)
        session_id = citizen.session_id
        await case_of(running, citizen)
    async with page(running) as again:
        await again.request_session(session_id, **OWN)

        assert again.events("session_ready")[-1]["desk"]["state"] == "waiting"


async def test_two_agents_on_one_case_see_each_other(running: Gateway) -> None:
    """Until one of them looks elsewhere."""
    case = await open_case(running.store)
    async with at_desk(running, "claire", live=True) as claire, at_desk(running, "karim", live=True) as karim:
        await claire.call("watch", {"case": case.id, "after": 0})
        second = await karim.call("watch", {"case": case.id, "after": 0})
        await until(lambda: {"case": case.id, "names": ["Karim"]} in claire.events("watchers"))
        await karim.call("watch", {"case": None})
        await until(lambda: claire.events("watchers")[-1] == {"case": case.id, "names": []})

        assert second == {"ok": True, "watchers": ["Claire"]}


async def test_an_agent_who_vanishes_is_replaced(running: Gateway) -> None:
    """The case goes back to the queue with its history, and the citizen is told."""
    async with page(running) as citizen, at_desk(running, "claire") as claire:
        await citizen.request_session(**OWN)
        case_id = await case_of(running, citizen)
        await claire.done("POST", f"/cases/{case_id}/take")
        await citizen.wait_for_texts(1)
        long_ago = clock.now().replace(year=2020)
        set_back = "UPDATE agents SET seen_at = :at", "UPDATE cases SET taken_at = :at"
        await _run(running, set_back, long_ago)

        async def is_back() -> bool:
            return (await running.store.cases.get(case_id)).state is CaseState.WAITING

        await soon(is_back)
        await citizen.wait_for_texts(2)
        history = [event.what for event in await running.store.cases.history(case_id)]
        conversation = await running.store.conversations.find(Address("web", citizen.session_id.partition(".")[0]))

        assert history == [What.OPENED, What.TAKEN, What.VANISHED]
        assert conversation is not None
        assert conversation.mode is Mode.BOT
        assert citizen.texts()[-1].startswith("L’agent n’est plus connecté.")


async def test_an_agent_who_is_signed_out_hears_of_it(running: Gateway) -> None:
    """At the next thing the page asks for; what was written stays on the page."""
    case = await open_case(running.store)
    async with at_desk(running, "claire", live=True) as claire:
        await running.store.agents.set_disabled(claire.agent.id, True, clock.now())
        answer = await claire.call("watch", {"case": case.id, "after": 0})
        await until(lambda: claire.events("signed_out"))

        assert (answer["ok"], answer["error"]) == (False, "signed_out")


async def _run(built: Gateway, statements: tuple[str, ...], moment: Any) -> None:
    import sqlalchemy

    from bot.store.columns import Moment

    def work(connection: sqlalchemy.Connection) -> None:
        for statement in statements:
            bound = sqlalchemy.text(statement).bindparams(sqlalchemy.bindparam("at", type_=Moment))
            connection.execute(bound, {"at": moment})

    await built.store.database.write(work)
