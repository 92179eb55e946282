"""What the Telegram channel does at Telegram, over real HTTP against a server of our own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import MediaFailed, MediaRefused, SendFailed, SendRefused, SendUnsure
from bot.messages import REMOTE_URL, Address, Attachment, Button, Kind, Message, Outgoing, Reply, Skipped
from channels.telegram import TelegramChannel
from channels.telegram.client import Client, talking
from channels.telegram.payloads import LIMITS, UPDATES
from tests.channels.conformance import THREAD
from tests.channels.telegram import FIXTURES, SECRET, TOKEN, channel, fixture, only, parsed
from tests.fakes.telegram import RETRY_AFTER, FakeTelegram

CITIZEN = Address("telegram", "7")
HELLO = Outgoing({"text": "Bonjour", "buttons": []}, "r.1")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def ours(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    opened = channel(url=telegram.url)
    await opened.open()
    yield opened
    await opened.close()


async def test_a_reply_arrives_with_its_buttons(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """One button a row, no markup, no preview of links."""
    reply = Reply("r.1", "Cela *répond*-il ?", buttons=(Button("Oui", "c.aaaaaaaaaaaaaaaa"), Button("Non", "c.b")))
    (outgoing,) = ours.render(reply, THREAD)
    receipt = await ours.send(CITIZEN, outgoing)
    (sent,) = telegram.sent

    assert (sent["chat_id"], sent["text"]) == ("7", "Cela *répond*-il ?")
    assert sent["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Oui", "callback_data": "c.aaaaaaaaaaaaaaaa"}],
            [{"text": "Non", "callback_data": "c.b"}],
        ]
    }
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in sent
    assert receipt.provider_id == f"7.{sent['message_id']}"


async def test_the_longest_pieces_and_titles_are_taken(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """Our limits are within the server's."""
    buttons = tuple(Button("é" * LIMITS.button_title_chars, "t" * 64) for _ in range(LIMITS.buttons))
    pieces = ours.render(Reply("r", "😀 mot " * 3000, buttons=buttons), THREAD)
    for piece in pieces:
        await ours.send(CITIZEN, piece)

    assert len(telegram.sent) == len(pieces) > 1


async def test_a_limit_is_waited_for_as_long_as_telegram_says(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """It may be one chat's limit only: the others go on."""
    telegram.fault = "limiting"
    with pytest.raises(SendFailed) as raised:
        await ours.send(CITIZEN, HELLO)

    assert raised.value.retry_after == timedelta(seconds=RETRY_AFTER)
    assert not raised.value.everyone
    assert not isinstance(raised.value, SendUnsure)


async def test_a_limit_without_a_wait_is_a_failure_for_now(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """Older servers only say it in words."""
    telegram.fault, telegram.retry_after = "limiting", None
    with pytest.raises(SendFailed) as raised:
        await ours.send(CITIZEN, HELLO)

    assert raised.value.retry_after is None


@pytest.mark.parametrize("fault", ["failing", "gateway", "proxy"])
async def test_an_error_that_is_not_the_citizens_is_for_now(
    telegram: FakeTelegram, ours: TelegramChannel, fault: str
) -> None:
    """A 403 of something in between is no citizen who blocked us."""
    telegram.fault = fault
    with pytest.raises(SendFailed) as raised:
        await ours.send(CITIZEN, HELLO)

    assert not isinstance(raised.value, SendUnsure)
    assert telegram.sent == []


@pytest.mark.parametrize(("fault", "arrived"), [("closing", 0), ("taking_then_closing", 1), ("garbled", 1)])
async def test_an_answer_that_does_not_come_leaves_us_unsure(
    telegram: FakeTelegram, ours: TelegramChannel, fault: str, arrived: int
) -> None:
    """The message is there, or it is not: nobody can tell."""
    telegram.fault = fault
    with pytest.raises(SendUnsure):
        await ours.send(CITIZEN, HELLO)

    assert len(telegram.sent) == arrived


async def test_an_answer_that_takes_too_long_leaves_us_unsure(telegram: FakeTelegram) -> None:
    """The request went out."""
    client = Client(telegram.url, TOKEN, answer_seconds=0.2)
    telegram.fault = "hanging"
    with pytest.raises(SendUnsure), talking():
        await client.send_message(7, "Bonjour")
    await client.close_connections()


async def test_a_server_that_is_not_there_is_a_failure_for_now() -> None:
    """Nothing went out. Opening does not need it either."""
    async with FakeTelegram() as telegram:
        url = telegram.url
    ours = channel(url=url)
    await ours.open()
    with pytest.raises(SendFailed) as raised:
        await ours.send(CITIZEN, HELLO)
    await ours.close()

    assert not isinstance(raised.value, SendUnsure)


async def test_a_citizen_who_blocked_us_is_refused_for_good(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """Sending again would not help."""
    telegram.blocked.add(7)
    with pytest.raises(SendRefused, match="blocked by the user"):
        await ours.send(CITIZEN, HELLO)


@pytest.mark.parametrize("key", ["8", "@somebody"])
async def test_a_chat_that_does_not_exist_is_refused_for_good(
    telegram: FakeTelegram, ours: TelegramChannel, key: str
) -> None:
    """Neither does a name that is no number."""
    telegram.unknown.add(8)
    with pytest.raises(SendRefused):
        await ours.send(replace(CITIZEN, key=key), HELLO)


async def test_a_message_that_telegram_does_not_take_is_refused_for_good(
    telegram: FakeTelegram, ours: TelegramChannel
) -> None:
    """It would be no shorter the next time."""
    with pytest.raises(SendRefused, match="too long"):
        await ours.send(CITIZEN, Outgoing({"text": "x" * 4097, "buttons": []}))


async def test_a_wrong_token_stops_everyone(telegram: FakeTelegram) -> None:
    """No citizen's fault, and no message's."""
    ours = channel(url=telegram.url, token="4200:another-token")
    await ours.open()
    with pytest.raises(SendFailed) as raised:
        await ours.send(CITIZEN, HELLO)
    await ours.close()

    assert raised.value.everyone
    assert "another-token" not in str(raised.value)


async def test_neither_token_nor_words_are_logged(
    telegram: FakeTelegram, ours: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    """Even where everything else is logged down to DEBUG."""
    with caplog.at_level(logging.DEBUG):
        await ours.send(CITIZEN, HELLO)
        telegram.fault = "garbled"
        with pytest.raises(SendUnsure):
            await ours.send(CITIZEN, HELLO)

    assert "example-token" not in caplog.text
    assert "Bonjour" not in caplog.text


async def test_a_channel_that_is_not_open_fails_for_now() -> None:
    """It is opened later."""
    with pytest.raises(SendFailed, match="not open"):
        await channel().send(CITIZEN, HELLO)


async def test_a_channel_opens_again(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """After closing, and closing twice is nothing."""
    await ours.close()
    await ours.close()
    await ours.open()
    await ours.send(CITIZEN, HELLO)

    assert len(telegram.sent) == 1


async def test_a_pressed_button_stops_spinning(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """Telegram shows a wheel until the query is answered."""
    await ours.attend(only(fixture("callback")))

    assert telegram.calls[-1] == ("answerCallbackQuery", {"callback_query_id": "3006477107300000001"})


async def test_a_message_shows_that_we_are_typing(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """For five seconds, or until the answer comes."""
    await ours.attend(only(fixture("text")))

    assert telegram.calls[-1] == ("sendChatAction", {"chat_id": "700000001", "action": "typing"})


async def test_a_group_is_shown_nothing(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """It is declined, once."""
    before = len(telegram.calls)
    await ours.attend(only(fixture("group_added")))

    assert len(telegram.calls) == before


async def test_our_name_is_known_once_telegram_has_told_it(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """From then on mentions are seen, and commands for other bots are not ours."""
    assert await ours.check() == "@pontavel_bot"
    assert only(fixture("group_mention"), ours).kind is Kind.GROUP
    assert only(fixture("group_command"), ours).kind is Kind.GROUP
    assert list(parsed(fixture("group_other_command"), ours)) == [Skipped("group")]


async def test_a_photo_is_fetched(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """In the size that the message names."""
    telegram.send_photo(7, b"\xff\xd8jpeg", "un trou")
    (update,) = telegram.updates
    message = only(update)

    assert await ours.fetch(message.attachments[0]) == b"\xff\xd8jpeg"


@pytest.mark.parametrize("declared", [0, LIMITS.attachment_bytes + 1])
@pytest.mark.parametrize("extra", [1, 11_000_000])
async def test_a_file_over_the_limit_is_refused(
    telegram: FakeTelegram, ours: TelegramChannel, declared: int, extra: int
) -> None:
    """Whatever was declared; Telegram hands out nothing above 20 MB in any case."""
    file_id = telegram.keep(b"x" * (LIMITS.attachment_bytes + extra))
    with pytest.raises(MediaRefused) as raised:
        await ours.fetch(Attachment("plan.pdf", "application/pdf", declared, f"{REMOTE_URL}{file_id}"))

    assert raised.value.reason == "file_too_large"


async def test_no_more_than_the_limit_is_read(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """A server that understates a file's size does not fill our memory."""
    content = b"x" * (LIMITS.attachment_bytes + 1)
    file_id = telegram.keep(content)
    telegram.understated = True
    with pytest.raises(MediaRefused) as raised:
        await ours.fetch(Attachment("plan.pdf", "application/pdf", 0, f"{REMOTE_URL}{file_id}"))

    assert raised.value.reason == "file_too_large"


async def test_a_file_that_is_gone_is_refused(telegram: FakeTelegram, ours: TelegramChannel) -> None:
    """The citizen is asked to send it again."""
    with pytest.raises(MediaRefused) as raised:
        await ours.fetch(Attachment("photo.jpg", "image/jpeg", 0, f"{REMOTE_URL}AgACnothing"))

    assert raised.value.reason == "file_gone"


@pytest.mark.parametrize("fault", ["failing", "closing", "limiting", "garbled"])
@pytest.mark.parametrize("of", ["getFile", None])
async def test_a_download_that_fails_is_tried_again(
    telegram: FakeTelegram, ours: TelegramChannel, fault: str, of: str | None
) -> None:
    """Where the file is, and the file itself, are two questions."""
    attachment = Attachment("photo.jpg", "image/jpeg", 4, f"{REMOTE_URL}{telegram.keep(b'jpeg')}")
    telegram.fault, telegram.fault_of = fault, of
    with pytest.raises(MediaFailed):
        await ours.fetch(attachment)


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

    assert [one["command"] for one in commands] == ["aide", "personne", "horaires", "effacer"]
    assert commands[0]["description"] == "Que puis-je demander ?"
    assert telegram.settings["setMyCommands:en"]["commands"][0]["command"] == "help"
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
    from aiohttp import web

    from channels.base import RawRequest

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
