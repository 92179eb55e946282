"""What the tests of mailboxes share: a store that knows doubles, a cursor, and waiting for what has to come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

from bot.errors import StoreError
from bot.messages import Message, Status
from bot.settings_channels import Email as Options
from bot.settings_channels import Mailbox, MailServer
from bot.tasks import stop
from channels.email import Email
from tests.channels.email.mails import OWN, SECRETS, WORDING
from tests.mail_server import PASSWORD, Dovecot

VOIRIE = "voirie@pontavel.example"
PATIENCE_SECONDS = 30


class Kept:
    """Stores messages like the inbox: each once."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.statuses: list[Status] = []
        self.offered: list[str] = []
        self.full = False
        self.rejected: Callable[[Message], bool] = lambda message: False

    async def __call__(self, event: Message | Status) -> bool:
        if self.full:
            raise StoreError("the disk is full")
        if isinstance(event, Status):
            self.statuses.append(event)
            return True
        if self.rejected(event):
            raise ValueError("nobody has thought of such a mail")
        self.offered.append(event.text.strip())
        fresh = event.id not in self.messages
        self.messages.setdefault(event.id, event)
        return fresh

    @property
    def texts(self) -> list[str]:
        return [message.text.strip() for message in self.messages.values()]


class Note:
    """A cursor in memory."""

    def __init__(self) -> None:
        self.value = ""

    async def read(self) -> str:
        return self.value

    async def write(self, value: str) -> None:
        self.value = value


async def soon(wait: timedelta) -> None:
    """Tries again at once, nearly."""
    await asyncio.sleep(0.05)


def options(server: Dovecot, *addresses: str, **changes: Any) -> Options:
    imap = MailServer(host="127.0.0.1", port=server.port, security="none")
    boxes = {address: Mailbox(imap=imap, service=address.partition("@")[0]) for address in addresses or (OWN,)}
    return Options(**{"mailboxes": boxes, **changes})


def channel(settings: Options, **passwords: str) -> Email:
    known = dict.fromkeys(settings.mailboxes, PASSWORD)
    return Email(settings, {**known, **passwords}, SECRETS, WORDING, wait=soon)


@contextlib.asynccontextmanager
async def listening(reader: Email, kept: Kept, note: Note) -> AsyncIterator[asyncio.Task[None]]:
    """The channel reads for as long as the block lasts."""
    task = asyncio.create_task(reader.listen(kept, note))
    try:
        yield task
    finally:
        await stop(task)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to be so."""
    for _ in range(PATIENCE_SECONDS * 50):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("it did not come")
