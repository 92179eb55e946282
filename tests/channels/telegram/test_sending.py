"""What the Telegram channel does at Telegram, over real HTTP against a server of our own."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import SendFailed, SendRefused, SendUnsure
from bot.messages import Address, Button, Kind, Outgoing, Reply, Skipped
from channels.telegram import TelegramChannel
from channels.telegram.client import Client, talking
from channels.telegram.payloads import LIMITS
from tests.channels.conformance import THREAD
from tests.channels.telegram import TOKEN, channel, fixture, only, parsed
from tests.fakes.telegram import RETRY_AFTER, FakeTelegram

CITIZEN = Address("telegram", "7")
HELLO = Outgoing({"text": "Bonjour", "buttons": []}, "r.1")


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


async def test_what_is_stored_and_no_message_is_refused_for_good(ours: TelegramChannel) -> None:
    """It would not become one."""
    with pytest.raises(SendRefused):
        await ours.send(CITIZEN, Outgoing({"entry": "Bonjour"}))


@pytest.mark.parametrize("fault", ["failing", "limiting", "closing", "garbled", "proxy"])
async def test_opening_does_not_need_telegram(telegram: FakeTelegram, fault: str) -> None:
    """The channel catches up once it is back."""
    telegram.fault = fault
    ours = channel(url=telegram.url)
    await ours.open()
    telegram.fault = None
    await ours.send(CITIZEN, HELLO)
    await ours.close()

    assert len(telegram.sent) == 1
