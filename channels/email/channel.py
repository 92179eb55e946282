"""The town's mailboxes as a channel: letters come in by IMAP, and what is answered leaves by a `Sender`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from bot.clock import Clock, now
from bot.errors import (
    EventIgnored,
    MediaRefused,
    PayloadRejected,
    SendError,
    SendFailed,
    SendRefused,
    SignatureRejected,
)
from bot.messages import REMOTE_URL, Address, Attachment, Outgoing, Receipt, Reply, Skipped, Thread
from bot.settings_channels import Email as Options
from bot.tasks import stop
from bot.text.wording import DEFAULT, Wording
from channels.base import Channel, Cursor, Deliver, Event, Limits, RawRequest
from channels.email import encryption, mime, places, progress
from channels.email.attachments import MAX_FILE_BYTES, REFUSED, TOO_LARGE
from channels.email.bodies import Words
from channels.email.connection import Access, Connection
from channels.email.fetching import Fetching
from channels.email.imap import Mailbox, Pause, pause
from channels.email.smtp import Sender

LIMITS = Limits(
    text_chars=mime.MAX_TEXT_CHARS,
    buttons=0,
    button_title_chars=0,
    incoming_text_chars=mime.MAX_TEXT_CHARS,
    attachments=10,
    attachment_bytes=MAX_FILE_BYTES,
)


class Email(Channel):
    """The mailboxes of `office.yml`. Without a sender, mail comes in and nothing goes out."""

    name: ClassVar[str] = mime.NAME
    limits: ClassVar[Limits] = LIMITS

    def __init__(
        self,
        options: Options,
        passwords: Mapping[str, str],
        secrets: Sequence[str],
        wording: Wording,
        sender: Sender | None = None,
        clock: Clock = now,
        wait: Pause = pause,
    ) -> None:
        self._sender = sender
        self._clock = clock
        own = tuple(address.lower() for address in options.mailboxes)
        self._reader = mime.Reader(words_of(wording), tuple(secrets), own, options.authserv_id)
        self._accesses: dict[str, Access] = {}
        self._mailboxes: list[Mailbox] = []
        for given, box in options.mailboxes.items():
            encryption.check(f"channels.email.mailboxes.{given}.imap", box.imap)
            address, user = given.lower(), box.imap.user or given
            access = Access(address, box.imap, user, passwords[user], box.folder)
            self._accesses[address] = access
            self._mailboxes.append(Mailbox(access, box.service, options.folder_after, self._reader, wait))
        self._fetching = Fetching(self._accesses, options.folder_after, self._reader)

    @property
    def pulls(self) -> bool:
        """Mail is fetched."""
        return True

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong with a mailbox just now, by its address, or with what sends."""
        sending = self._sender.faults if self._sender else {}
        return {**{box.address: box.fault for box in self._mailboxes if box.fault}, **sending}

    def verify(self, request: RawRequest) -> None:
        """Believe nobody: mail comes from our mail server alone.

        Raises:
            SignatureRejected: always.
        """
        raise SignatureRejected("mail is fetched, never posted")

    def parse(self, request: RawRequest) -> Sequence[Event]:
        """A mail as it stands in a file.

        Raises:
            PayloadRejected: there is nothing in it.
            EventIgnored: it is nothing for us.
        """
        if not request.body.strip():
            raise PayloadRejected("no mail")
        at = self._clock()
        box = self._mailboxes[0]
        event = mime.read(request.body, mime.Origin(box.address, box.service, at), self._reader)
        if isinstance(event, Skipped):
            raise EventIgnored(event.reason)
        return [event]

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """A reply as a mail."""
        return self._sender.render(reply, thread) if self._sender else [Outgoing({"text": reply.text})]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Hand a mail over.

        Raises:
            SendRefused: for good; or no server takes our mail.
            SendFailed: for now.
        """
        if self._sender is None:
            raise SendRefused("office.yml names no channels.email.smtp: nothing is sent")
        return await self._sender.send(to, outgoing)

    @property
    def posts(self) -> Sender | None:
        """What writes to somebody who has not written to us; None without a server that takes mail."""
        return self._sender

    async def fetch(self, attachment: Attachment) -> bytes:
        """A file of a mail that is still on the server.

        Raises:
            MediaRefused: it was refused when the mail was read, or its mail is gone.
            MediaFailed: the server does not answer now.
        """
        text = attachment.url.removeprefix(REMOTE_URL)
        if text.startswith(REFUSED):
            reason = text.removeprefix(REFUSED)
            raise MediaRefused("refused when the mail was read", reason)
        place = places.parse(text)
        if place is None or place.mailbox not in self._accesses:
            raise MediaRefused("in no mailbox of ours", "file_gone")
        content = await self._fetching.file(place)
        if len(content) > MAX_FILE_BYTES:
            raise MediaRefused(f"{len(content)} bytes", TOO_LARGE)
        return content

    async def check(self) -> str:
        """Log in to every mailbox, and ask the sender.

        Raises:
            SendError: one of them does not work; the reasons of all.
        """
        found = await asyncio.gather(
            *(asyncio.to_thread(_ping, access) for access in self._accesses.values()),
            *([self._sender.check()] if self._sender else []),
            return_exceptions=True,
        )
        for result in found:
            if isinstance(result, BaseException) and not isinstance(result, SendError):
                raise result
        wrong = [result for result in found if isinstance(result, SendError)]
        if wrong:
            kind = SendRefused if any(isinstance(one, SendRefused) for one in wrong) else SendFailed
            raise kind("; ".join(str(one) for one in wrong))
        return ", ".join(str(result) for result in found if result)

    async def open(self) -> None:
        """Connect what sends."""
        if self._sender is not None:
            await self._sender.open()

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        """Read all mailboxes; one that breaks costs no other.

        Raises:
            StoreError: mail cannot be kept now; it stays on the server, unseen.
        """
        known = progress.loads(await cursor.read())
        saving = asyncio.Lock()

        async def run(box: Mailbox) -> None:
            async def save(reached: progress.Progress) -> None:
                async with saving:
                    if known.get(box.address) != reached:
                        known[box.address] = reached
                        await cursor.write(progress.dumps(known))

            await box.run(deliver, known.get(box.address, progress.Progress()), save)

        tasks = [asyncio.create_task(run(box), name=f"email.{box.address}") for box in self._mailboxes]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                await stop(task)
            for box in self._mailboxes:
                # Whoever reads it next says how that goes.
                box.fault = ""

    async def close(self) -> None:
        """Let go of what sends."""
        if self._sender is not None:
            await self._sender.close()


def words_of(wording: Wording) -> Words:
    """What is added to a mail's words, for agents: French first."""

    def say(key: str) -> str:
        return wording.say(f"mail_{key}", DEFAULT)

    return Words(**{name: say(name) for name in Words.__dataclass_fields__})


def _ping(access: Access) -> str:
    connection = Connection(access)
    try:
        connection.open()
        connection.select(readonly=True)
    finally:
        connection.close()
    return access.address
