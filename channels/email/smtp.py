"""Our mail on its way to the town's mail server, by SMTP (RFC 5321): one connection, one mail, one recipient."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiosmtplib import SMTP, SMTPException
from email_validator import EmailNotValidError, validate_email

from bot.clock import Clock, now
from bot.errors import MediaError, SendError, SendFailed, SendRefused
from bot.messages import Address, Attachment, Author, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import Email as Options
from bot.settings_channels import MailServer
from bot.text.wording import Wording
from channels.email import composing, encryption, rendering, tokens
from channels.email.answers import Stage, error_of
from channels.email.mime import is_own

PATIENCE = timedelta(seconds=18)
"""For a whole mail: under what delivery waits, so that we know how far it came."""
CONNECTIONS = 4
"""At once; mail servers let nobody have many."""
TLS_PORT, SUBMISSION_PORT = 465, 587
"""RFC 8314, 3.3; RFC 6409, 3.1."""
NAME = "smtp"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

Correspondent = Callable[[str], Awaitable[str]]
"""Who is written to in the conversation of a key; "" if nobody can be."""
Bring = Callable[[Attachment], Awaitable[bytes]]
"""The content of a file that we keep."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that may be written to."""

    address: str
    international: bool
    """Only servers that speak SMTPUTF8 can write to it (RFC 6531)."""


async def nobody(key: str) -> str:
    """Nobody is known; where nothing is sent."""
    return ""


class Sender:
    """Writes and hands over our mail.

    `secrets` make our tokens, the newest first; `password` is that of `options.smtp.user`.
    """

    def __init__(
        self,
        options: Options,
        server: MailServer,
        password: str,
        secrets: Sequence[str],
        wording: Wording,
        town: str,
        website: str,
        correspondent: Correspondent,
        bring: Bring | None = None,
        clock: Clock = now,
        patience: timedelta = PATIENCE,
    ) -> None:
        encryption.check("channels.email.smtp", server)
        self._server = server
        self._password = password
        self._secrets = tuple(secrets)
        self._wording = wording
        self._town = options.name or town
        self._website = website
        self._correspondent = correspondent
        self._bring = bring
        self._clock = clock
        self._patience = patience.total_seconds()
        self._mailboxes = tuple(address.lower() for address in options.mailboxes)
        self._plus = options.reply_to == "plus"
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._fault = ""

    @property
    def faults(self) -> Mapping[str, str]:
        """Why no mail is taken at all just now."""
        return {NAME: f"{self._server.host}: {self._fault}"} if self._fault else {}

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """A reply as one mail."""
        return [rendering.mail(reply, thread, self._website, self._wording)]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Hand a mail over; its Message-ID is what a server reports of it.

        Raises:
            SendRefused: for good, or nobody can be written to.
            SendFailed: for now.
            SendUnsure: for now; the server may have it.
        """
        mail = composing.read(outgoing)
        mailbox = mail.mailbox.lower() if mail.mailbox.lower() in self._mailboxes else self._mailboxes[0]
        try:
            message_id = tokens.message_id(to.key, outgoing.key, mailbox, self._secrets)
            reply_to = tokens.reply_to(mailbox, to.key, self._secrets) if self._plus else mailbox
        except ValueError as error:
            raise SendRefused("no conversation of a mail") from error
        recipient = recipient_of(await self._correspondent(to.key), self._mailboxes)
        heading = composing.Heading(mailbox, recipient.address, reply_to, message_id, self._clock(), self._town)
        content = composing.compose(mail, heading, [await self._file(file) for file in mail.files])
        await self._with_server(lambda handing: handing.mail(mailbox, recipient, content, message_id))
        return Receipt(message_id)

    async def post(self, to: str, subject: str, text: str, key: str, name: str) -> None:
        """Hand a mail over to somebody who has not written to us, in an agent's `name`; one `key` is one mail.

        Raises:
            SendRefused: for good, or `to` is no address, or one of ours.
            SendFailed: for now.
        """
        written = rendering.mail(
            Reply(key, text, author=Author.AGENT, name=name), Thread(), self._website, self._wording
        )
        mail = composing.read(Outgoing({**written.payload, "subject": subject}))
        mailbox = self._mailboxes[0]
        recipient = recipient_of(to, self._mailboxes)
        message_id = tokens.posted_id(key, mailbox, self._secrets)
        heading = composing.Heading(mailbox, recipient.address, mailbox, message_id, self._clock(), self._town)
        content = composing.compose(mail, heading)
        await self._with_server(lambda handing: handing.mail(mailbox, recipient, content, message_id))

    async def check(self) -> str:
        """Log in; the server's name.

        Raises:
            SendError: it does not let us in.
        """

        async def nothing(handing: Handing) -> None:
            return None

        await self._with_server(nothing)
        return self._server.host

    async def open(self) -> None:
        """Nothing: each mail has its connection."""

    async def close(self) -> None:
        """Nothing is left open."""

    async def _file(self, file: composing.File) -> bytes:
        if self._bring is None:
            raise SendRefused("no file can be sent")
        try:
            return await self._bring(Attachment(file.name, file.media_type, 0, file.url))
        except MediaError as error:
            raise SendRefused(f"a file is not there any more: {error}") from error

    async def _with_server(self, work: Callable[[Handing], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        try:
            await asyncio.wait_for(self._places.acquire(), self._patience / 2)
        except asyncio.TimeoutError as error:
            raise SendFailed("all connections to the mail server are in use") from error
        handing = Handing(self._server, self._password, self._patience)
        try:
            await asyncio.wait_for(self._talk(handing, work), until - loop.time())
        except asyncio.TimeoutError as error:
            raise self._noted(handing.stage, error) from error
        except (SMTPException, OSError, ValueError) as error:
            # ValueError: an answer, or a TLS name, that the library cannot read.
            raise self._noted(handing.stage, error) from error
        else:
            await handing.leave()
        finally:
            handing.close()
            self._places.release()

    async def _talk(self, handing: Handing, work: Callable[[Handing], Awaitable[None]]) -> None:
        await handing.open()
        self._fault = ""
        await work(handing)

    def _noted(self, stage: Stage, error: Exception) -> SendError:
        found = error_of(stage, error)
        if isinstance(found, SendFailed) and found.everyone:
            self._fault = str(found)
        return found


class Handing:
    """One connection for one mail; knows how far it has come."""

    def __init__(self, server: MailServer, password: str, patience: float) -> None:
        self._server, self._password = server, password
        self._client = SMTP(hostname=server.host, local_hostname=_our_name(), timeout=patience)
        self.stage = Stage.OPENING

    async def open(self) -> None:
        """Connect and log in."""
        server, tls = self._server, self._server.security == "tls"
        await self._client.connect(
            port=server.port or (TLS_PORT if tls else SUBMISSION_PORT),
            use_tls=tls,
            start_tls=server.security == "starttls",
            tls_context=None if server.security == "none" else encryption.context(server),
        )
        await self._client.ehlo()
        if server.user:
            self.stage = Stage.LOGIN
            await self._client.login(server.user, self._password)

    async def mail(self, mailbox: str, recipient: Recipient, content: bytes, message_id: str) -> None:
        """Hand one mail over.

        Raises:
            SendRefused: the server cannot write to that address.
        """
        offers = self._client.supports_extension
        if recipient.international and not offers("smtputf8"):
            raise SendRefused("the mail server cannot write to an address with such letters")
        options = [f"SIZE={len(content)}"] if offers("size") else []
        options += ["SMTPUTF8", "BODY=8BITMIME"] if recipient.international else []
        notify = []
        if offers("dsn"):
            # RFC 3461: a report brings the headers back, and this id even where a server has changed the Message-ID.
            options += ["RET=HDRS", f"ENVID={message_id.strip('<>').partition('@')[0]}"]
            notify = ["NOTIFY=FAILURE"]
        encoding = "utf-8" if recipient.international else "ascii"
        self.stage = Stage.SENDER
        await self._client.mail(mailbox, options=options, encoding=encoding)
        self.stage = Stage.RECIPIENT
        await self._client.rcpt(recipient.address, options=notify, encoding=encoding)
        self.stage = Stage.CONTENT
        await self._client.data(content)

    async def leave(self) -> None:
        """Say goodbye; the mail is taken, whatever comes now."""
        try:
            await asyncio.wait_for(self._client.quit(), 1.0)
        except (SMTPException, OSError, asyncio.TimeoutError):
            pass

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def _our_name() -> str:
    """What we call ourselves to servers; the full name would have to be asked of the DNS, which may hang."""
    name = socket.gethostname()
    return name if _HOST.fullmatch(name) else "localhost"


def recipient_of(given: str, own: Sequence[str]) -> Recipient:
    """The one address that is written to.

    Raises:
        SendRefused: there is none, it is none, or it is ours.
    """
    text = given.strip()
    if not text:
        raise SendRefused("nobody can be written to: the letter names no address")
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise SendRefused("nobody can be written to: that is no e-mail address") from error
    address = found.ascii_email or found.normalized
    if is_own(address.lower(), own) or is_own(found.normalized.lower(), own):
        raise SendRefused("nobody is written to: the address is our own")
    return Recipient(address, found.ascii_email is None)
