"""A town that gets mail: one gateway in a process of its own, without the core, between a real IMAP server and an SMTP sink."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import yaml

from bot import clock
from bot.agents import NewAgent, Role
from bot.cases import Case
from bot.desk.sessions import _hash
from bot.messages import Address
from bot.store.base import Entry
from bot.store.sql import Store, open_store
from channels.email import keys
from tests.databases import migrated
from tests.desk.office import CSRF, Colleague
from tests.fakes import letters
from tests.journeys.staffed import always_open
from tests.journeys.town import ROOT
from tests.mail_server import PASSWORD, Dovecot, running_dovecot
from tests.servers import free_port
from tests.smtp_server import Smtp, Taken, running_smtp

CONTACT, VOIRIE = "contact@pontavel.example", "voirie@pontavel.example"
SECRET = "not-a-secret-" * 3
PATIENCE_SECONDS = 60.0
NUMBER = re.compile(r"\bD-\w{4}-\w{4}\b")
Found = TypeVar("Found")


class Post:
    """The gateway, what it speaks with, and its database."""

    def __init__(self, folder: Path, dovecot: Dovecot, smtp: Smtp, undo_seconds: int = 0) -> None:
        self.folder, self.dovecot, self.smtp = folder, dovecot, smtp
        self.port, self.monitor = free_port(), free_port()
        self.data = folder / "var"
        path = always_open(folder)
        office = yaml.safe_load(path.read_text("utf-8"))
        server = {"host": "127.0.0.1", "security": "none"}
        imap = {"imap": {**server, "port": dovecot.port}}
        office["channels"]["email"] = {
            "smtp": {**server, "port": smtp.port},
            "mailboxes": {CONTACT: imap, VOIRIE: {**imap, "service": "voirie"}},
        }
        office["channels"]["form"] = {"folder": str(ROOT / "forms")}
        office["desk"]["undo_seconds"] = undo_seconds
        path.write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
        self.database = f"sqlite:///{self.data / 'guichet.db'}"
        self.environ = {
            **os.environ,
            "GUICHET_OFFICE": str(path),
            "GUICHET_DATA": str(self.data),
            "GUICHET_SECRET": SECRET,
            "GUICHET_EMAIL_PASSWORDS": f"{CONTACT}:{PASSWORD}\n{VOIRIE}:{PASSWORD}",
            "PORT": str(self.port),
            "GUICHET_MONITOR_PORT": str(self.monitor),
            # Nobody listens there: letters need no core.
            "GUICHET_RASA_URL": f"http://127.0.0.1:{free_port()}",
            "GUICHET_ACTIONS_URL": f"http://127.0.0.1:{free_port()}",
            "OMP_NUM_THREADS": "1",
        }
        self.store: Store
        self.http: aiohttp.ClientSession
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start the gateway; nothing is waited for."""
        with (self.folder / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "gateway"], cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    async def start(self) -> None:
        """Start the gateway; returns when it listens."""
        self.launch()
        await self.until(self.ready, "the gateway does not listen")

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)
            self._process = None

    def stop(self) -> int:
        """As a service manager does; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(timeout=60)
        self._process = None
        return status

    def log(self) -> str:
        return (self.folder / "gateway.log").read_text("utf-8", "replace")[-4000:]

    async def ready(self) -> dict[str, Any]:
        """What `/ready` says; empty where nobody answers."""
        try:
            async with self.http.get(f"http://127.0.0.1:{self.monitor}/ready") as response:
                found: dict[str, Any] = await response.json()
                return found
        except (aiohttp.ClientError, json.JSONDecodeError):
            return {}

    async def until(self, look: Callable[[], Awaitable[Found]], otherwise: str) -> Found:
        """The first thing that a look finds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := await look()):
            assert time.monotonic() < deadline, f"{otherwise}: {self.log()}"
            assert self._process is None or self._process.poll() is None, self.log()
            await asyncio.sleep(0.05)
        return found

    async def post(self, raw: bytes, mailbox: str = CONTACT) -> None:
        """Put a mail into a mailbox, as a mail server does."""
        await asyncio.to_thread(self.dovecot.deliver, mailbox, raw)

    async def line(self, raw: bytes, sender: str = "") -> Address:
        """The address of the conversation that a first mail begins."""
        mail = read(raw)
        return Address("email", keys.key(str(mail["Message-ID"]), sender or str(mail["From"])))

    async def cases(self, address: Address) -> list[Case]:
        """Its cases, the newest first."""
        conversation = await self.store.conversations.find(address)
        return await self.store.cases.find(conversation.id) if conversation else []

    async def case(self, address: Address, number: int = 1) -> Case:
        """The newest of its cases, once there are so many."""

        async def look() -> list[Case]:
            found = await self.cases(address)
            return found if len(found) >= number else []

        return (await self.until(look, "no case was opened"))[0]

    async def lines(self, address: Address) -> list[Entry]:
        """All that was said."""
        conversation = await self.store.conversations.find(address)
        return await self.store.transcript.read(conversation.id) if conversation else []

    def sent_to(self, recipient: str) -> list[Taken]:
        """What left for somebody."""
        return [taken for taken in self.smtp.taken if taken.recipients == [recipient]]

    async def answer(self, recipient: str, number: int = 1) -> EmailMessage:
        """The last mail to somebody, once there are so many."""

        async def look() -> list[Taken]:
            found = self.sent_to(recipient)
            return found if len(found) >= number else []

        return (await self.until(look, f"{recipient} gets no mail"))[-1].mail

    @asynccontextmanager
    async def at_desk(self, login: str = "lea", services: tuple[str, ...] = ()) -> AsyncIterator[Colleague]:
        """A signed-in agent."""
        moment = clock.now()
        agent = await self.store.agents.add(NewAgent(login, "Léa Martin", Role.AGENT, services, "no password"), moment)
        await self.store.agents.seen([agent.id], moment)
        await self.store.agents.begin_session(_hash(f"token-of-{login}"), agent.id, CSRF, moment)
        yield Colleague(agent, self.origin, f"token-of-{login}", self.http)


def mail(
    text: str,
    sender: str = "lucie@citoyen.example",
    subject: str = "Trou rue du Lavoir",
    to: str = CONTACT,
    **more: str,
) -> bytes:
    """A mail of a citizen; `more` are headers, `_` for `-`, and "" leaves one out."""
    made = EmailMessage()
    headers = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(clock.now()),
        "Message-ID": make_msgid(domain="citoyen.example"),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    for name, value in headers.items():
        if value:
            del made[name]
            made[name] = value
    made.set_content(text)
    return made.as_bytes()


def read(raw: bytes) -> EmailMessage:
    """A mail of bytes."""
    from email import message_from_bytes, policy

    made = message_from_bytes(raw, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def words(mail: EmailMessage) -> str:
    """What a mail says in plain text, as one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@asynccontextmanager
async def running_post(folder: Path, small: bool = True) -> AsyncIterator[Post]:
    """A town whose gateway runs; `small` with a small model of letters."""
    with running_dovecot() as dovecot:
        dovecot.accounts(CONTACT, VOIRIE)
        async with running_smtp() as smtp:
            post = Post(folder, dovecot, smtp)
            migrated(post.database)
            if small:
                letters.learnt(post.data)
            async with aiohttp.ClientSession() as post.http:
                post.store = await open_store(post.database)
                try:
                    await post.start()
                    yield post
                finally:
                    post.kill()
                    await post.store.close()
