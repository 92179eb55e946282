"""What is set up at Telegram, and what it sends from then on."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.errors import SendRefused
from bot.messages import Message
from channels.base import RawRequest
from channels.telegram import TelegramChannel
from channels.telegram.payloads import UPDATES
from tests.channels.telegram import FIXTURES, SECRET, channel
from tests.fakes.telegram import FakeTelegram


async def test_registering_sets_the_webhook_with_the_newest_secret(telegram: FakeTelegram) -> None:
    """Twice is as once; what waits is not dropped."""
    ours = channel("n" * 40, SECRET, url=telegram.url)
    await ours.open()
    telegram.say(7, "bonjour")
    for _ in range(2):
        steps = await ours.register("https://chat.pontavel.example/")
    await ours.close()

    assert telegram.webhook["url"] == "https://chat.pontavel.example/channels/telegram"
    assert telegram.webhook["secret_token"] == "n" * 40
    assert telegram.webhook["allowed_updates"] == list(UPDATES)
    assert [step.done for step in steps][:2] == [True, True]
    assert any("/setjoingroups" in step.text for step in steps if not step.done)
    assert len(telegram.updates) == 1


async def test_registering_presents_the_bot_in_each_language(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """French is what all see who have no other."""
    await ours.register("https://chat.pontavel.example")
    commands = telegram.settings["setMyCommands:"]["commands"]

    assert [one["command"] for one in commands] == ["start", "aide", "personne", "horaires", "effacer"]
    assert commands[1]["description"] == "Que puis-je demander ?"
    assert telegram.settings["setMyCommands:en"]["commands"][1]["command"] == "help"
    assert "robot" in telegram.settings["setMyShortDescription:"]["short_description"]
    assert len(telegram.settings["setMyShortDescription:"]["short_description"]) <= 120
    assert len(telegram.settings["setMyDescription:en"]["description"]) <= 512


async def test_registering_for_polling_takes_the_webhook_away(telegram: FakeTelegram) -> None:
    """While one is set, nothing can be fetched."""
    ours = channel(url=telegram.url, receive="polling")
    telegram.webhook = {"url": "http://127.0.0.1:9/old"}
    await ours.open()
    await ours.register("https://chat.pontavel.example")
    await ours.close()

    assert telegram.webhook == {}


async def test_an_address_that_telegram_cannot_call_is_refused(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """In Telegram's own words, as far as they quote nothing."""
    with pytest.raises(SendRefused, match="https url must be provided"):
        await ours.register("http://chat.pontavel.example")


async def test_the_webhook_delivers_until_it_is_taken(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """What our parser is given over HTTP is what Telegram sent, with the secret; a 503 brings it again."""
    heard: list[Message] = []
    answers = iter([503, 200])

    async def webhook(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = RawRequest(request.method, request.path, await request.read(), headers)
        ours.verify(raw)
        heard.extend(event for event in ours.parse(raw) if isinstance(event, Message))
        return web.Response(status=next(answers))

    app = web.Application()
    app.add_routes([web.post("/channels/telegram", webhook)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await ours.register(f"http://127.0.0.1:{runner.addresses[0][1]}")
    telegram.press(7, "c.aaaaaaaaaaaaaaaa", "Oui")
    await asyncio.wait_for(telegram.quiet(), 10)
    await runner.cleanup()

    assert [message.text for message in heard] == ["Oui", "Oui"]
    assert heard[0].id == heard[1].id
    assert telegram.refused_by_webhook == 1


def test_fixtures_name_their_source() -> None:
    """Where each comes from stands in the README."""
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")

    assert [path.name for path in sorted(FIXTURES.glob("*.json")) if f"`{path.stem}`" not in readme] == []
