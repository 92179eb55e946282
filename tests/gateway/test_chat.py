"""A citizen's page and the gateway: a real Socket.IO client, a real database, a fake Rasa."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.app import Gateway
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import page, until


async def test_a_question_is_answered(running: Gateway, rasa: FakeRasa) -> None:
    """The main job: words in, words out, acknowledged once stored."""
    rasa.answer("Oui, le mardi.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        taken = await citizen.say("la piscine est ouverte ?", id="m1")
        texts = await citizen.wait_for_texts(1)

    assert (taken, texts) == ({"ok": True}, ["Oui, le mardi."])


async def test_the_same_id_is_answered_once(running: Gateway, rasa: FakeRasa) -> None:
    """A client may repeat until it is acknowledged, concurrently too."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await asyncio.gather(*(citizen.say("bonjour", id="same") for _ in range(5)))
        await citizen.wait_for_texts(1)
        await citizen.say("encore", id="other")
        texts = await citizen.wait_for_texts(2)

    assert (len(rasa.heard), len(texts)) == (2, 2)


async def test_answers_keep_their_order(running: Gateway, rasa: FakeRasa) -> None:
    """Ten messages sent at once are answered in the order they were stored."""
    rasa.answer(lambda heard: f"réponse à {heard['message']}")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        for number in range(10):
            await citizen.tell(f"question {number}", id=f"m{number}")
        texts = await citizen.wait_for_texts(10)

    assert texts == [f"réponse à question {number}" for number in range(10)]


async def test_a_reload_shows_everything_once(running: Gateway, rasa: FakeRasa) -> None:
    """History has the ids of what was shown live."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        session = await citizen.request_session(client="guichet")
        await citizen.say("bonjour", id="m1")
        await citizen.wait_for_texts(1)
        live = citizen.events("bot_uttered")[0]["id"]
    async with page(running) as reloaded:
        await reloaded.request_session(session, client="guichet")
        ready = reloaded.events("session_ready")[0]

    assert ready["resumed"]
    assert [(entry["id"], entry["author"]) for entry in ready["history"]] == [("m1", "citizen"), (live, "bot")]


async def test_an_answer_to_a_closed_page_is_in_its_history(running: Gateway, rasa: FakeRasa) -> None:
    """Who leaves before the answer finds it on return."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        session = await citizen.request_session(client="guichet")
        await citizen.say("bonjour", id="m1")
    await until(lambda: rasa.heard)

    async def history() -> list[Any]:
        async with page(running) as again:
            await again.request_session(session, client="guichet")
            entries: list[Any] = again.events("session_ready")[0]["history"]
            return entries

    for _ in range(100):
        if len(found := await history()) == 2:
            break
        await asyncio.sleep(0.02)

    assert [entry["text"] for entry in found] == ["bonjour", "Oui."]


@pytest.mark.parametrize("claimed", ["", "someone", "a" * 24 + "." + "b" * 24, 42, {"x": 1}, None])
async def test_a_foreign_session_id_is_replaced(running: Gateway, claimed: Any) -> None:
    """Nobody chooses whose conversation this is."""
    async with page(running) as citizen:
        given = await citizen.request_session(claimed)

    assert given != claimed
    assert isinstance(given, str)


async def test_a_forged_session_says_nothing(running: Gateway, rasa: FakeRasa) -> None:
    """A message under an id that we did not sign is refused and not stored."""
    async with page(running) as citizen:
        citizen.session_id = "a" * 24 + "." + "b" * 24
        taken = await citizen.say("bonjour", id="m1")

    assert (taken["ok"], taken["error"], rasa.heard) == (False, "unreadable", [])


async def test_one_citizen_never_hears_another(running: Gateway, rasa: FakeRasa) -> None:
    """Rooms belong to sessions."""
    rasa.answer("Pour vous seul.")
    async with page(running) as one, page(running) as other:
        await one.request_session(client="guichet")
        await other.request_session(client="guichet")
        await one.say("bonjour", id="m1")
        await one.wait_for_texts(1)
        await asyncio.sleep(0.05)

        assert other.texts() == []


async def test_two_tabs_show_the_same(running: Gateway, rasa: FakeRasa) -> None:
    """What is said in one tab appears in the other, with its answer."""
    rasa.answer("Oui.")
    async with page(running) as one, page(running) as other:
        session = await one.request_session(client="guichet")
        await other.request_session(session, client="guichet")
        await one.say("bonjour", id="m1")
        await other.wait_for_texts(1)

        assert [entry["text"] for entry in other.events("citizen_uttered")] == ["bonjour"]
        assert one.events("citizen_uttered") == []


async def test_a_choice_is_pressed_by_its_token(running: Gateway, rasa: FakeRasa) -> None:
    """The core gets the payload that it offered; the citizen's line is the title."""
    rasa.answer(
        {"text": "Laquelle ?", "buttons": [{"title": "Passeport", "payload": '/choose{"article": "passeport"}'}]}
    )
    async with page(running) as citizen:
        session = await citizen.request_session(client="guichet")
        await citizen.say("papiers", id="m1")
        await citizen.wait_for_texts(1)
        button = citizen.events("bot_uttered")[0]["buttons"][0]
        rasa.answer("Voici.")
        await citizen.say("Passeport", id="m2", pressed=button["token"])
        await citizen.wait_for_texts(2)
        await citizen.request_session(session, client="guichet")
        history = citizen.events("session_ready")[-1]["history"]

    assert rasa.heard[-1]["message"] == '/choose{"article": "passeport"}'
    assert "choose" not in str(citizen.heard)
    assert [entry["text"] for entry in history] == ["papiers", "Laquelle ?", "Passeport", "Voici."]


async def test_the_very_title_of_a_choice_is_a_press(running: Gateway, rasa: FakeRasa) -> None:
    """« Travaux » under a question is the case of that name, not a complaint; a number and other words are a citizen's own."""
    rasa.answer({"text": "Laquelle ?", "buttons": [{"title": "Travaux", "payload": '/case{"cases": "0.1"}'}]})
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("aide", id="m1")
        await citizen.wait_for_texts(1)
        rasa.answer({"text": "Laquelle ?", "buttons": [{"title": "Travaux", "payload": '/case{"cases": "0.1"}'}]})
        for number, words in enumerate(("1", "des travaux chez moi", "travaux"), 2):
            await citizen.say(words, id=f"m{number}")
            await citizen.wait_for_texts(number)

    heard = [one["message"] for one in rasa.heard]
    assert heard[1:] == ["1", "des travaux chez moi", '/case{"cases": "0.1"}']


async def test_words_choose_the_case_that_is_asked(running: Gateway, rasa: FakeRasa) -> None:
    """« C'est un robot » is a case of a fiche where one is asked; leaving, a person and another subject stay what they are."""
    asking = {
        "custom": {
            "say": "narrow",
            "status": "narrowed",
            "buttons": [
                {"title": "Robot de tonte", "payload": '/case{"article": "part:F1", "cases": "0.0", "mark": 1}'},
                {"title": "Conseiller agricole", "payload": '/case{"article": "part:F1", "cases": "0.1", "mark": 1}'},
                {"title": "Autres situations", "payload": '/case{"article": "part:F1", "page": 1, "again": 1}'},
            ],
        }
    }
    said = ("c'est un robot", "un conseiller", "laisse tomber", "autres", "un robot pour le ménage", "je suis agricole")
    rasa.answer(asking)
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        for number, words in enumerate(("machine", *said), 1):
            await citizen.say(words, id=f"m{number}")
            await citizen.wait_for_texts(number)

    first, second = (f'/case{{"article": "part:F1", "cases": "0.{place}", "mark": 1}}' for place in (0, 1))
    heard = [one["message"] for one in rasa.heard]
    assert heard[1:] == [first, "un conseiller", "laisse tomber", "autres", "un robot pour le ménage", second]


async def test_a_choice_of_another_conversation_commands_nothing(running: Gateway, rasa: FakeRasa) -> None:
    """A token is worth something only where it was offered."""
    rasa.answer({"text": "Laquelle ?", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
    async with page(running) as one, page(running) as other:
        await one.request_session(client="guichet")
        await one.say("papiers", id="m1")
        await one.wait_for_texts(1)
        token = one.events("bot_uttered")[0]["buttons"][0]["token"]
        await other.request_session(client="guichet")
        await other.say("Oui", id="m1", pressed=token)
        texts = await other.wait_for_texts(1)

    assert len(rasa.heard) == 1
    assert "plus valable" in texts[0]


async def test_erasing_gives_a_receipt_and_forgets(running: Gateway, rasa: FakeRasa) -> None:
    """« Supprimer mes données »: history is empty, other tabs are told."""
    rasa.answer("Oui.")
    async with page(running) as citizen, page(running) as tab:
        session = await citizen.request_session(client="guichet")
        await tab.request_session(session, client="guichet")
        await citizen.say("je m'appelle Zéphirine", id="m1")
        await citizen.wait_for_texts(1)
        erased = await citizen.client.call("erase", {"session_id": session}, timeout=10)
        await citizen.request_session(session, client="guichet")
        await until(lambda: tab.events("erased"))

    assert erased["ok"]
    assert erased["receipt"] in erased["text"]
    assert citizen.events("session_ready")[-1]["history"] == []


async def test_a_stranger_cannot_erase(running: Gateway) -> None:
    """Erasing needs a session id that we signed."""
    async with page(running) as citizen:
        erased = await citizen.client.call("erase", {"session_id": "x" * 49}, timeout=10)

    assert not erased["ok"]
