"""What the tests of sending share: a sender at a server, and what it writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.errors import SendError
from bot.messages import Address, Author, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import Email as Options
from bot.settings_channels import Mailbox, MailServer
from channels.email import Sender
from channels.email.keys import key
from tests.channels.email.mails import NOW, OWN, SECRETS, WORDING
from tests.channels.email.reading import VOIRIE
from tests.smtp_server import PASSWORD

CITIZEN = "ada@citoyen.example"
CONVERSATION = Address("email", key("<1@citoyen.example>", CITIZEN))
OUTGOING_KEY = "0123456789abcdef0123456789abcdef01234567"
THREAD = Thread("<1@citoyen.example>", (), "Trottoir", mailbox=VOIRIE)
REPLY = Reply("r.1", "Bonjour,\n\nLe trottoir sera réparé lundi.", author=Author.AGENT, name="Camille Martin")


def options(**changes: Any) -> Options:
    imap = MailServer(host="127.0.0.1", security="none")
    return Options(**{"mailboxes": {OWN: Mailbox(imap=imap), VOIRIE: Mailbox(imap=imap)}, **changes})


def sender(port: int = 1, to: str = CITIZEN, **changes: Any) -> Sender:
    """A sender whose citizen has an address. `changes` are of its server, of its options, or its own."""

    async def correspondent(key: str) -> str:
        return to if key == CONVERSATION.key else ""

    server: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none"}
    server |= {name: changes.pop(name) for name in ("host", "security", "user", "ca_file") if name in changes}
    own = {name: changes.pop(name) for name in ("bring", "patience", "password") if name in changes}
    return Sender(
        options(**changes),
        MailServer(**server),
        own.pop("password", PASSWORD),
        SECRETS,
        WORDING,
        "Mairie de Pontavel",
        "https://www.pontavel.example",
        correspondent,
        own.pop("bring", None),
        lambda: NOW,
        own.pop("patience", timedelta(seconds=15)),
    )


def outgoing(writer: Sender, reply: Reply = REPLY, thread: Thread = THREAD) -> Outgoing:
    """A reply, as the outbox gives it out."""
    (one,) = writer.render(reply, thread)
    return Outgoing(one.payload, OUTGOING_KEY)


async def sent(writer: Sender, reply: Reply = REPLY, thread: Thread = THREAD) -> Receipt:
    """Hand a reply over."""
    return await writer.send(CONVERSATION, outgoing(writer, reply, thread))


async def failure(writer: Sender, reply: Reply = REPLY) -> SendError:
    """Why it was not sent."""
    with pytest.raises(SendError) as caught:
        await sent(writer, reply)
    return caught.value
