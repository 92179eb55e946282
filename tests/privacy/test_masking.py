"""What of a message is masked before it is stored."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.messages import Address, Attachment, Kind, Message, Thread
from bot.privacy.masking import mask
from bot.text.identifiers import Identifier

AT = datetime(2026, 11, 28, tzinfo=timezone.utc)
NIR = "1 85 05 78 006 084 91"


def said(text: str = "", kind: Kind = Kind.TEXT, thread: Thread | None = None, name: str = "") -> Message:
    files = (Attachment(name, "application/pdf", 10, "remote:1"),) if name else ()
    return Message("1", Address("web", "k"), text, AT, kind, thread=thread, attachments=files)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDIT, Kind.COMMENT, Kind.LOCATION, Kind.START, Kind.GROUP])
def test_words_of_a_citizen_are_masked(kind: Kind) -> None:
    """Typed, corrected, said in public, in a group, beside a position or by a link."""
    found = mask(said(f"voilà {NIR}", kind))

    assert (found.message.text, found.kinds) == ("voilà •••• 8491", (Identifier.NIR,))


def test_subject_and_names_of_files_are_masked() -> None:
    """A scan is often named by what stands on it."""
    found = mask(said("le rib", thread=Thread(subject=f"sécu {NIR}"), name="FR7630006000011234567890189.pdf"))

    assert found.message.thread == Thread(subject="sécu •••• 8491")
    assert [one.name for one in found.message.attachments] == ["•••• 0189.pdf"]
    assert found.kinds == (Identifier.NIR, Identifier.IBAN)


def test_a_message_without_any_is_the_same_object() -> None:
    """Nothing is copied for the many that give nothing away."""
    message = said("bonjour, le 06 12 34 56 78", name="photo.jpg")

    assert mask(message).message is message


def test_what_we_say_ourselves_is_left() -> None:
    """The number of a case that is handed back is no citizen's word."""
    message = said("185057800608491", Kind.RETURN)

    assert mask(message).message is message
