"""Handing mail over to a real SMTP server: every answer has its meaning, and nobody is written to by mistake."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from bot.errors import MediaRefused, SendError, SendFailed, SendRefused, SendUnsure
from bot.messages import FILE_URL, Address, Attachment, Author, Outgoing, Reply, Thread
from channels.email import keys
from channels.email.charsets import clean
from channels.email.headers import headers_of, mailboxes
from tests.channels.email.mails import NOW, OWN, SECRETS
from tests.channels.email.reading import VOIRIE
from tests.channels.email.sending import CITIZEN, CONVERSATION, failure, outgoing, sender, sent
from tests.smtp_server import BREAK, Smtp, running_smtp

PDF = b"%PDF-1.4\nexemple\n%%EOF\n"


def commands(server: Smtp) -> str:
    return "\n".join(server.asked)


def envelope(asked: str) -> str:
    """The id under which a mail was handed over: at most 100 characters (RFC 3461, 4.4)."""
    return asked.partition("ENVID=")[2].split()[0]


async def test_a_reply_is_handed_over() -> None:
    """From the mailbox that the letter came to, to its sender alone, with the headers that bring an answer back."""
    async with running_smtp() as server:
        receipt = await sent(sender(server.port))
    (taken,) = server.taken
    mail = taken.mail

    assert (taken.sender, taken.recipients) == (VOIRIE, [CITIZEN])
    assert str(mail["To"]) == CITIZEN
    assert str(mail["From"]) == f"Camille Martin · Mairie de Pontavel <{VOIRIE}>"
    assert mail["Date"].datetime == NOW
    assert str(mail["Message-ID"]) == receipt.provider_id
    assert str(mail["In-Reply-To"]) == str(mail["References"]) == "<1@citoyen.example>"
    assert keys.conversation([str(mail["Reply-To"])], SECRETS) == CONVERSATION.key
    assert {"Cc", "Bcc", "List-Id", "List-Unsubscribe", "Sender"}.isdisjoint(mail.keys())
    assert all(octet < 128 for octet in taken.raw)
    assert max(len(line) for line in taken.raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize("author", [Author.BOT, Author.SYSTEM])
async def test_a_machine_says_so(author: Author) -> None:
    """So that no other machine answers (RFC 3834); what an agent writes says nothing of the kind."""
    async with running_smtp() as server:
        await sent(sender(server.port), Reply("r.1", "Reçu.", author=author))
        await sent(sender(server.port))
    automatic, own = (taken.mail for taken in server.taken)

    assert (automatic["Auto-Submitted"], automatic["Precedence"]) == ("auto-replied", "bulk")
    assert "OOF" in automatic["X-Auto-Response-Suppress"]
    assert "NDR" not in automatic["X-Auto-Response-Suppress"]
    assert {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"}.isdisjoint(own.keys())
    assert str(automatic["From"]) == f"Mairie de Pontavel <{VOIRIE}>"


async def test_a_second_attempt_has_the_same_message_id() -> None:
    """The server took the mail and broke off: we do not know, try again, and programs see one mail."""
    async with running_smtp() as server:
        server.answers["DATA"] = BREAK
        writer = sender(server.port)
        assert isinstance(await failure(writer), SendUnsure)
        server.answers.clear()
        receipt = await sent(writer)

    assert [taken.mail["Message-ID"] for taken in server.taken] == [receipt.provider_id] * 2


ANSWERS: list[tuple[str, str, type[SendError], bool]] = [
    ("MAIL", "421 4.3.2 closing", SendFailed, True),
    ("MAIL", "451 4.3.0 later", SendFailed, False),
    ("MAIL", "452 4.3.1 disk full", SendFailed, False),
    ("MAIL", "530 5.7.0 log in first", SendFailed, True),
    ("MAIL", "550 5.7.1 not your mailbox", SendRefused, False),
    ("MAIL", "552 5.3.4 too large", SendRefused, False),
    ("RCPT", "421 4.7.0 too many connections", SendFailed, True),
    ("RCPT", "450 4.2.0 greylisted", SendFailed, False),
    ("RCPT", "452 4.2.2 mailbox full", SendFailed, False),
    ("RCPT", "550 5.1.1 no such user", SendRefused, False),
    ("RCPT", "554 5.7.1 relay access denied", SendRefused, False),
    ("DATA", "451 4.3.0 later", SendFailed, False),
    ("DATA", "452 4.3.1 disk full", SendFailed, False),
    ("DATA", "550 5.7.1 spam", SendRefused, False),
    ("DATA", "554 5.6.0 refused after all", SendRefused, False),
    ("DATA", "299 what?", SendFailed, False),
]


@pytest.mark.parametrize(("command", "answer", "kind", "everyone"), ANSWERS)
async def test_every_answer_has_its_meaning(command: str, answer: str, kind: type[SendError], everyone: bool) -> None:
    """4xx for now, 5xx for good, and what is about us and not about this mail is known as such."""
    async with running_smtp() as server:
        server.answers[command] = answer
        error = await failure(sender(server.port))

    assert type(error) is kind
    assert getattr(error, "everyone", False) is everyone
    assert answer[:3] in str(error)
    assert answer[4:] in str(error)
    assert server.taken == [] or answer.startswith("2")


async def test_addresses_are_not_repeated() -> None:
    """What a server says stands in logs: nobody's address does."""
    async with running_smtp() as server:
        server.answers["RCPT"] = f"550 5.1.1 <{CITIZEN}>: {CITIZEN} unknown"
        error = await failure(sender(server.port))

    assert CITIZEN not in str(error)
    assert "unknown" in str(error)


REFUSED = ["", " ", "ada", "ada@", "@x.example", "a@b@c.example", "a@x.example, b@x.example", "a b@x.example"]
REFUSED += [
    "Ada <a@x.example>",
    "a@x.example\r\nBcc: b@x.example",
    "a@x.example\nRCPT TO:<b@x.example>",
    "a@x..example",
]


@pytest.mark.parametrize("to", REFUSED)
async def test_nobody_else_is_written_to(to: str) -> None:
    """No address, none that can be read, two of them, or one with a line of its own: no connection is even made."""
    async with running_smtp() as server:
        error = await failure(sender(server.port, to=to))

    assert isinstance(error, SendRefused)
    assert str(error).startswith("nobody can be written to")
    assert server.connections == 0


@pytest.mark.parametrize("to", [OWN, VOIRIE, "Contact@Pontavel.example", "contact+g.abc@pontavel.example"])
async def test_we_never_write_to_ourselves(to: str) -> None:
    """That would be a loop."""
    async with running_smtp() as server:
        error = await failure(sender(server.port, to=to))

    assert isinstance(error, SendRefused)
    assert "our own" in str(error)
    assert server.connections == 0


async def test_another_conversation_is_refused() -> None:
    """A key that no mail has is nobody's, be it one of another channel or one whose letters were erased."""
    async with running_smtp() as server:
        for key in ("abc", keys.key("<9@x.example>", "b@x.example")):
            with pytest.raises(SendRefused):
                await sender(server.port).send(Address("email", key), outgoing(sender()))
        with pytest.raises(SendRefused, match="cannot be read"):
            await sender(server.port).send(CONVERSATION, Outgoing({"text": "vieux"}))

    assert server.connections == 0


async def test_addresses_beyond_ascii() -> None:
    """Names of domains are written as every server knows them; a person's only where the server can, else it is refused."""
    async with running_smtp() as server:
        await sent(sender(server.port, to="ada@mairie-évry.example"))
        error = await failure(sender(server.port, to="élodie@citoyen.example"))
    async with running_smtp(utf8=True) as able:
        await sent(sender(able.port, to="élodie@citoyen.example"))

    assert [taken.recipients for taken in server.taken] == [["ada@xn--mairie-vry-h7a.example"]]
    assert isinstance(error, SendRefused)
    assert "such letters" in str(error)
    assert [taken.recipients for taken in able.taken] == [["élodie@citoyen.example"]]
    assert "To: élodie@citoyen.example\r\n".encode() in able.taken[0].raw


async def test_reports_are_asked_for() -> None:
    """Where the server offers DSN: of failures alone, with our key; elsewhere nothing is asked that it would not know."""
    async with running_smtp() as server:
        receipt = await sent(sender(server.port))
        asked = commands(server)
        server.reports = False
        server.asked.clear()
        await sent(sender(server.port))

    assert "RET=HDRS" in asked
    assert str(receipt.provider_id).startswith(f"<{envelope(asked)}@")
    assert len(envelope(asked)) <= 100
    assert "NOTIFY=FAILURE" in asked
    assert "NOTIFY" not in commands(server)
    assert len(server.taken) == 2


async def test_words_are_no_headers() -> None:
    """Line ends in a subject, a name, a file's name or a Message-ID add no header and no recipient."""
    evil = "X\r\nBcc: eve@evil.example\r\n\r\nBody"
    reply = Reply(
        "r.1", "Bonjour", author=Author.AGENT, name=evil,
        attachments=(Attachment(evil, "text/html\r\nBcc: eve@evil.example", 3, f"{FILE_URL}1"),),
    )  # fmt: skip
    thread = Thread("<1@x.example>\r\nBcc: eve@evil.example", (f"<{evil}@x.example>",), evil, mailbox=evil)

    async def bring(attachment: Attachment) -> bytes:
        return PDF

    async with running_smtp() as server:
        await sent(sender(server.port, bring=bring), reply, thread)
    (taken,) = server.taken

    assert taken.recipients == [CITIZEN]
    assert taken.sender == OWN
    assert not [line for line in taken.raw.split(b"\r\n") if line.lower().startswith(b"bcc:")]
    assert {"Bcc", "In-Reply-To", "References"}.isdisjoint(taken.mail.keys())
    assert "eve@evil.example" in str(taken.mail["Subject"])
    assert [part.get_content_type() for part in taken.mail.iter_attachments()] == ["application/octet-stream"]


async def test_files_go_along() -> None:
    """As they are kept; one that is gone stops its mail, in a sentence."""
    reply = Reply("r.1", "Voici.", attachments=(Attachment("arrêté été.pdf", "application/pdf", 3, f"{FILE_URL}7"),))

    async def bring(attachment: Attachment) -> bytes:
        if attachment.url != f"{FILE_URL}7":
            raise MediaRefused("not kept any more", "file_gone")
        return PDF

    async def nothing(attachment: Attachment) -> bytes:
        raise MediaRefused("not kept any more", "file_gone")

    async with running_smtp() as server:
        await sent(sender(server.port, bring=bring), reply)
        error = await failure(sender(server.port, bring=nothing), reply)
    (part,) = server.taken[0].mail.iter_attachments()

    assert (part.get_filename(), part.get_content_type()) == ("arrêté été.pdf", "application/pdf")
    assert part.get_payload(decode=True) == PDF
    assert isinstance(error, SendRefused)
    assert "not kept any more" in str(error)


async def test_a_mail_that_is_too_large_is_refused() -> None:
    """The server says so by its limit, before anything is handed over."""
    async with running_smtp(limit=10_000) as server:
        error = await failure(sender(server.port), Reply("r.1", "mot " * 5000))

    assert type(error) is SendRefused
    assert "552" in str(error)


async def test_a_plain_mailbox() -> None:
    """`reply_to: plain`: no address with a tag; the Message-ID still leads back."""
    async with running_smtp() as server:
        await sent(sender(server.port, reply_to="plain", name="Ville de Pontavel"))
    mail = server.taken[0].mail

    assert "Reply-To" not in mail
    assert keys.conversation([mail["Message-ID"]], SECRETS) == CONVERSATION.key
    assert str(mail["From"]) == f"Camille Martin · Ville de Pontavel <{VOIRIE}>"


@pytest.mark.parametrize("said", ["", "\n\n\n", "a\r\nb", ".\n..\n.", "\x00\ud800", "x" * 100_000, "من\u202e"])
async def test_any_text_arrives(said: str) -> None:
    """In lines that every server takes, dots included, and without what is not shown."""
    async with running_smtp() as server:
        await sent(sender(server.port), Reply("r.1", said))
    (taken,) = server.taken
    body = taken.mail.get_body(("plain",))
    assert body is not None

    assert "".join(body.get_content().split()).startswith("".join(clean(said).split()))
    assert max(len(line) for line in taken.raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "words", ["é" * 150, "Réunion « 漢字 » " * 10, "a" * 190, '"guillemets" \\ <et> (parenthèses), virgules; ' * 3]
)
async def test_headers_of_any_language_arrive_whole(words: str) -> None:
    """A subject and an agent's name, folded and encoded, are what they were."""
    reply = Reply("r.1", "Bonjour", author=Author.AGENT, name=words)
    async with running_smtp() as server:
        await sent(sender(server.port), reply, Thread(subject=words))
    (taken,) = server.taken
    # Not `taken.mail["From"]`: that parser leaves blanks between encoded words.
    ((name, address),) = mailboxes(headers_of(message_from_bytes(taken.raw)), "from")

    assert str(taken.mail["Subject"]) == f"Re: {words.strip()}"
    assert (name, address) == (f"{words.strip()[:60].strip()} · Mairie de Pontavel", OWN)
    assert max(len(line) for line in taken.raw.split(b"\r\n")) <= 998
