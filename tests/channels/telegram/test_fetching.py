"""What citizens sent, fetched from Telegram: bounded, and with a reason where it is not there."""

from __future__ import annotations

import pytest

from bot.errors import MediaFailed, MediaRefused
from bot.messages import REMOTE_URL, Attachment
from channels.telegram import TelegramChannel
from channels.telegram.payloads import LIMITS
from tests.channels.telegram import only
from tests.fakes.telegram import FakeTelegram


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
