"""What a page may send that it should not, and danger in the midst of it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
import socketio

from bot.app import Gateway
from bot.store.sql import Store
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import page, until


@pytest.mark.parametrize("typed", ["/restart", '/affirm{"x": "1"}', "  /restart", "/ask_question", "EXTERNAL: affirm"])
async def test_typed_commands_are_text(running: Gateway, rasa: FakeRasa, typed: str) -> None:
    """Nothing that is typed reaches the core as a command."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say(typed, id="m1")
        await citizen.wait_for_texts(1)

    assert not rasa.heard[0]["message"].lstrip().startswith(("/", "EXTERNAL"))


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "empty"), ("\u200b \u2060", "empty"), ("\x00\x07", "empty"), ("a" * 100_000, "too_long"), (12, "unreadable")],
)
async def test_bad_messages_are_refused_in_words(running: Gateway, rasa: FakeRasa, text: Any, error: str) -> None:
    """Each refusal has a sentence, and the next message is answered."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        refused = await citizen.say(text, id="bad")
        accepted = await citizen.say("bonjour", id="good")
        await citizen.wait_for_texts(1)

    assert (refused["error"], accepted) == (error, {"ok": True})
    assert refused["text"]
    assert len(rasa.heard) == 1


@pytest.mark.parametrize("typed", ["c.est quoi vos horaires ?", "c.c.a.s. telephone", "c.AAAA"])
async def test_text_that_looks_like_a_token_is_text(running: Gateway, rasa: FakeRasa, typed: str) -> None:
    """Only what has a token's whole form can be a press."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say(typed, id="m1")
        texts = await citizen.wait_for_texts(1)

    assert (texts, len(rasa.heard)) == (["Oui."], 1)


async def test_danger_that_begins_like_a_token_is_danger(running: Gateway) -> None:
    """For stock widgets too, whose presses come as text."""
    async with page(running) as citizen:
        await citizen.request_session()
        await citizen.say("c.est urgent il y a le feu chez moi", id="m1")
        await until(lambda: any("112" in text for text in citizen.texts()), seconds=3)


async def test_a_press_of_another_form_is_refused(running: Gateway) -> None:
    """A token with a zero byte never reaches the database."""
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        taken = await citizen.say("Oui", id="m1", pressed="a\u0000b")

    assert taken["error"] == "unreadable"


async def test_html_is_only_text(running: Gateway, rasa: FakeRasa) -> None:
    """What was typed comes back as it was typed; showing it as text is the page's part."""
    rasa.answer("Oui.")
    typed = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    async with page(running) as citizen:
        session = await citizen.request_session(client="guichet")
        await citizen.say(typed, id="m1")
        await citizen.wait_for_texts(1)
        await citizen.request_session(session, client="guichet")
        history = citizen.events("session_ready")[-1]["history"]

    assert history[0]["text"] == typed


async def test_a_flood_is_slowed_and_others_are_not(running: Gateway, rasa: FakeRasa) -> None:
    """Beyond the allowance of office.yml a citizen is told how long to wait."""
    rasa.answer("Oui.")
    async with page(running) as flood, page(running) as citizen:
        await flood.request_session(client="guichet")
        await citizen.request_session(client="guichet")
        taken = [await flood.say("spam", id=f"m{number}") for number in range(30)]
        fine = await citizen.say("bonjour", id="m1")

    slowed = [answer for answer in taken if not answer["ok"]]
    assert slowed
    assert slowed[0]["error"] == "too_fast"
    assert slowed[0]["retry_after_s"] > 0
    assert fine == {"ok": True}


@pytest.mark.parametrize("own", [True, False])
async def test_danger_is_answered_to_who_is_too_fast(running: Gateway, rasa: FakeRasa, own: bool) -> None:
    """A throttled citizen who is in danger gets the numbers, once, and not only a request to wait."""
    rasa.answer("Oui.")
    async with page(running) as citizen:
        await citizen.request_session(**({"client": "guichet"} if own else {}))
        for number in range(30):
            await citizen.say("spam", id=f"m{number}")
        taken = await citizen.say("au secours il y a le feu", id="fire")
        await until(lambda: any("112" in text for text in citizen.texts()), seconds=3)

    assert taken == {"ok": True}


async def test_danger_in_an_overlong_message_is_answered(running: Gateway) -> None:
    """The message is refused, the numbers are told all the same."""
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        taken = await citizen.say("il y a le feu " + "a" * 10_000, id="long")
        await until(lambda: any("112" in text for text in citizen.texts()), seconds=3)

    assert taken["error"] == "too_long"


async def test_danger_is_answered_while_the_database_takes_nothing(running: Gateway, store: Store) -> None:
    """The numbers do not wait for the disk; the message is not acknowledged before it is stored."""
    holder = sqlite3.connect(str(running.store.database._path), isolation_level=None)  # type: ignore[attr-defined]
    holder.execute("BEGIN IMMEDIATE")
    try:
        async with page(running) as citizen:
            await citizen.request_session(client="guichet")
            saying = asyncio.create_task(citizen.say("je veux mourir", id="m" * 24))
            await until(lambda: any("3114" in text for text in citizen.texts()), seconds=3)
            assert not saying.done()
            holder.execute("ROLLBACK")

            assert await saying == {"ok": True}
            await until(lambda: len(citizen.events("bot_uttered")) == 2)
            assert len({entry["id"] for entry in citizen.events("bot_uttered")}) == 1
    finally:
        holder.close()


async def test_a_flood_from_one_address_is_slowed(running: Gateway) -> None:
    """Many sessions of one address share its allowance; connections beyond it are refused."""
    refused = 0
    async with AsyncExitStack() as stack:
        for _ in range(400):
            try:
                await stack.enter_async_context(page(running))
            except socketio.exceptions.ConnectionError:
                refused += 1
                if refused > 3:
                    break

    assert refused > 3


async def test_a_foreign_origin_is_turned_away(running: Gateway) -> None:
    """A page that office.yml does not list cannot embed the chat."""
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with page(running, Origin="https://evil.example"):
            pass


async def test_our_own_origin_is_welcome(running: Gateway) -> None:
    """The town's own page needs no listing."""
    async with page(running, Origin=f"http://127.0.0.1:{running.port}") as citizen:
        assert await citizen.request_session()


@pytest.mark.parametrize(
    "frame",
    [
        "40",
        "42[",
        '42["user_uttered"]',
        '42["user_uttered",',
        "9999",
        '42["nothing",{}]',
        "{}",
        '451-["user_uttered",{"_placeholder":true,"num":0}]',
    ],
)
async def test_malformed_frames_break_nothing(running: Gateway, rasa: FakeRasa, frame: str) -> None:
    """Whatever one socket sends, the next citizen is answered."""
    rasa.answer("Oui.")
    async with aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{running.port}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(url) as socket:
            await socket.receive()
            await socket.send_str("40")
            await socket.receive()
            await socket.send_str(frame)
            await socket.send_str("2probe")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("bonjour", id="m1")

        assert await citizen.wait_for_texts(1) == ["Oui."]
