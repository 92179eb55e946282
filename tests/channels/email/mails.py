"""What the tests read mail with, and the mails that they make."""

from __future__ import annotations

from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path

from bot.messages import Message, Skipped, Status
from bot.settings import read_office
from bot.text import wording
from channels.email import mime
from channels.email.channel import words_of

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = Path(__file__).parent / "fixtures"
WORDING = wording.load(read_office(ROOT / "office.yml"))
SECRETS = ("n" * 40, "o" * 40)
OWN = "contact@pontavel.example"
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)
READER = mime.Reader(words_of(WORDING), SECRETS, (OWN,), "mx.pontavel.example")
ORIGIN = mime.Origin(OWN, "accueil_general", NOW, "place")


def fixture(name: str) -> bytes:
    """A mail of the folder."""
    return (FIXTURES / f"{name}.eml").read_bytes()


def event(raw: bytes, origin: mime.Origin = ORIGIN, reader: mime.Reader = READER) -> Message | Status | Skipped:
    """What becomes of a mail."""
    return mime.read(raw, origin, reader)


def message(raw: bytes, origin: mime.Origin = ORIGIN, reader: mime.Reader = READER) -> Message:
    """The message that a mail becomes."""
    found = event(raw, origin, reader)
    assert isinstance(found, Message)
    return found


def mail(text: str, number: int = 1, subject: str = "Trottoir", sender: str = "ada@citoyen.example") -> bytes:
    """A mail of a citizen."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OWN, subject
    made["Date"] = "Mon, 05 Jan 2026 09:12:00 +0100"
    made["Message-ID"] = f"<{number}@citoyen.example>"
    made.set_content(text)
    return made.as_bytes()


def with_file(raw_mail: bytes, name: str, content: bytes) -> bytes:
    """The same with a file."""
    from email import message_from_bytes, policy

    made = message_from_bytes(raw_mail, policy=policy.default)
    assert isinstance(made, EmailMessage)
    made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return made.as_bytes()
