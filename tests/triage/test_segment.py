"""What of a mail is the sender's last word, and that nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.readings import PartKind
from bot.triage.segment import Segmented, segment
from bot.triage.segment_lines import CLEANED

MAILS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "segments.yml").read_text(encoding="utf-8"))
PIECES = [line for mail in MAILS for line in mail["body"].split("\n")]
HOSTILE = [
    ">" * 40 + " \n",
    "> \n",
    "Le 3 mars à\n",
    "De : a@b\n",
    "De : x\nÀ : y\n\n",
    "-----Message d'origine-----\n",
    "---------- Forwarded message ---------\nDe : a@b.c\nDate: 1\nTo: x\nSubject: Tr\n",
    "Cordialement,\n",
    "merci " * 60 + "\n",
    "Je vous prie d'agréer, Madame,\n",
    "Ce message et ses pièces jointes\n",
    "pour\na@b\n",
    "06 " * 100 + "\n",
    "Jean Dupont\n\n",
    "--\n",
    "\u200b\n",
    "a",
    "a ",
    "dans l'attente de " + "votre " * 60 + "\n",
    "|------+-----\n",
    "(See attached file: a) " * 15 + "\n",
    "bonjour " * 50 + "\n",
    "ß" * 300 + "\n",
]


def kept(text: str) -> list[str]:
    """Lines that are not blank."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in unified.split("\n") if line.translate(CLEANED).strip()]


def whole(mail: Segmented) -> list[str]:
    return [line for part in mail.parts for line in kept(part.text)]


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["name"])
def test_said(mail: dict[str, Any]) -> None:
    """The sender's last words are told from what stands around them."""
    found = segment(mail["body"], mail.get("subject", ""))

    assert found.said == mail["said"].strip()
    assert found.is_forward == mail.get("forward", False)
    assert found.forwarded_from == mail.get("from", "")
    assert found.greeting == mail.get("greeting", found.greeting).strip()
    assert found.signature.replace("\n\n", "\n") == mail.get("signature", found.signature.replace("\n\n", "\n")).strip()


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["name"])
def test_nothing_lost(mail: dict[str, Any]) -> None:
    """The parts hold every line of the mail once, in order."""
    assert whole(segment(mail["body"], mail.get("subject", ""))) == kept(mail["body"])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(HOSTILE), st.text(max_size=40)), max_size=40).map(
        "\n".join
    ),
    st.sampled_from(["", "Tr: x", "Re: x", "\x00", "Fwd: Tr: Fwd:"]),
)
def test_any_text(body: str, subject: str) -> None:
    """Whatever is sent is taken apart without loss, and something is said unless nothing was sent."""
    found = segment(body, subject)

    assert whole(found) == kept(body)
    assert bool(found.said) == bool(subject.strip() or found.parts)


@pytest.mark.parametrize("piece", HOSTILE, ids=lambda piece: repr(piece[:20]))
@pytest.mark.timeout(60)
def test_much_of_one_mark(piece: str) -> None:
    """A quarter of a megabyte of one mark is taken apart without loss: nothing looks at the whole mail again for each line."""
    body = piece * (250_000 // len(piece))

    assert whole(segment(body, "Tr: x")) == kept(body)


def test_parts_are_named() -> None:
    """Greeting, message, closing, signature, footer and quote stand in the order of the mail."""
    found = segment(
        "Bonjour,\n\nLe banc est cassé.\n\nCordialement\nEve Roy\n\nEnvoyé de mon iPhone\n\n"
        "Le 2 mars 2026 à 09:00, Mairie <m@exemple.fr> a écrit :\n> Bonjour"
    )

    assert [part.kind for part in found.parts] == [
        PartKind.GREETING,
        PartKind.BODY,
        PartKind.CLOSING,
        PartKind.SIGNATURE,
        PartKind.FOOTER,
        PartKind.QUOTE,
    ]


def test_forward_keeps_its_quotes_apart() -> None:
    """What a forwarded mail quotes is a quote, and what it says a forward."""
    mail = next(mail for mail in MAILS if mail["name"] == "a forwarded mail that quotes another")
    found = segment(mail["body"], mail["subject"])

    assert [part.kind for part in found.parts] == [PartKind.FORWARD, PartKind.QUOTE]
