"""A private SMTP server: aiosmtpd on a port of its own, which answers as a test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "contact@pontavel.example", "mot:de,passe-d'essai"
BREAK = "break"
"""Instead of an answer: the connection is cut."""
HANG = "hang"
"""The same: nothing comes, ever."""


@dataclass(slots=True)
class Taken:
    """A mail as the server has it."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """It, read."""
        read = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class Smtp:
    """A running server; `answers` are by command, and None is the usual one."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The commands as they came, with what stands behind addresses."""
    reports: bool = True
    """Whether it offers DSN."""
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-DSN"] if self.reports else []), responses[-1]]

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._answer(server, "MAIL")
        if said.startswith("2"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._answer(server, "RCPT")
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - named by aiosmtpd
        assert isinstance(envelope.content, bytes)
        mail = Taken(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content)
        said = self.answers.get("DATA", "250 OK")
        if said.startswith("2") or said in (BREAK, HANG):
            # As servers do that are cut off while they answer.
            self.taken.append(mail)
        return await self._answer(server, "DATA")

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Believe the one user."""
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=right, auth_data=data)

    async def _answer(self, server: SMTP, command: str) -> str:
        said = self.answers.get(command, "250 OK")
        if said == HANG:
            await asyncio.Event().wait()
        if said == BREAK:
            assert server.transport is not None
            server.transport.close()
        return said


class _Protocol(SMTP):
    """Takes what DSN adds to commands (RFC 3461), which aiosmtpd does not know."""

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - named by aiosmtpd
        await super().smtp_MAIL(self._without(arg, ("RET=", "ENVID=")))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - named by aiosmtpd
        await super().smtp_RCPT(self._without(arg, ("NOTIFY=",)))

    async def handle_exception(self, error: Exception) -> str:
        """The client has gone."""
        return "451 broken"

    def _without(self, arg: str, names: tuple[str, ...]) -> str:
        server: Smtp = self.event_handler
        server.asked.append(arg)
        return " ".join(part for part in arg.split(" ") if not (server.reports and part.startswith(names)))


@contextlib.asynccontextmanager
async def running_smtp(
    login: bool = False, utf8: bool = False, certificate: Path | None = None, implicit: bool = False, limit: int = 0
) -> AsyncIterator[Smtp]:
    """A server that asks for a login, speaks SMTPUTF8, or TLS at once (`implicit`) or by STARTTLS, if it is told to."""
    server = Smtp()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    transports: list[asyncio.BaseTransport] = []

    class Protocol(_Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            server.connections += 1
            transports.append(transport)
            super().connection_made(transport)

    def protocol() -> SMTP:
        return Protocol(
            server,
            hostname="smtp.pontavel.example",
            enable_SMTPUTF8=utf8,
            tls_context=None if implicit else context,
            require_starttls=context is not None and not implicit,
            auth_require_tls=False,
            authenticator=server.authenticate if login else None,
            auth_exclude_mechanism=() if login else ("LOGIN", "PLAIN"),
            data_size_limit=limit or 33_000_000,
            loop=loop,
        )

    listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if implicit else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for transport in transports:
            transport.close()
        await listening.wait_closed()
        # Transports tell their protocols in the next turns of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
