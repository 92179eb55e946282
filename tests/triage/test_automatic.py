"""No mail of a machine is taken for a citizen's, and no citizen's for a machine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.letters import Automatic
from bot.triage.automatic import by_headers, by_text

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "automatic.yml").read_text(encoding="utf-8"))
MACHINES = [(kind, mail) for kind, mails in CASES["machine"].items() for mail in mails]
OWN = ("contact@pontavel.exemple", "Voirie@Pontavel.exemple")
CITIZEN = "lea@exemple.fr"
HUMAN: Mapping[str, Sequence[str]] = {
    "from": ["Léa <lea@exemple.fr>"],
    "return-path": ["<lea@exemple.fr>"],
    "content-type": ["multipart/mixed; boundary=x"],
    "auto-submitted": ["no"],
    "subject": ["Trou dans la chaussée"],
    "x-auto-response-suppress": ["DR, RN, NRN"],
    "x-autoreply": ["no"],
    "precedence": ["first-class"],
    "x-loop": ["autre@exemple.org"],
}
HEADERS: list[tuple[str, dict[str, list[str]], str, Automatic]] = [
    ("null return path", {"return-path": ["<>"]}, CITIZEN, Automatic.BOUNCE),
    (
        "null return path of a responder",
        {"return-path": ["<>"], "subject": ["Réponse automatique : x"]},
        CITIZEN,
        Automatic.ABSENCE,
    ),
    ("auto-replied", {"auto-submitted": ["auto-replied"]}, CITIZEN, Automatic.REPLY),
    ("with parameters", {"auto-submitted": ["Auto-Replied; owner-email=x"]}, CITIZEN, Automatic.REPLY),
    ("auto-generated", {"auto-submitted": ["auto-generated (cron)"]}, CITIZEN, Automatic.REPLY),
    (
        "away",
        {"auto-submitted": ["auto-replied"], "subject": ["Absence du bureau : x"]},
        CITIZEN,
        Automatic.ABSENCE,
    ),
    ("unknown keyword", {"auto-submitted": ["yes"]}, CITIZEN, Automatic.REPLY),
    ("precedence bulk", {"precedence": ["Bulk"]}, CITIZEN, Automatic.LIST),
    ("precedence list", {"precedence": ["list "]}, CITIZEN, Automatic.LIST),
    ("precedence junk", {"precedence": ["junk"]}, CITIZEN, Automatic.LIST),
    ("precedence auto_reply", {"precedence": ["auto_reply"]}, CITIZEN, Automatic.REPLY),
    ("list-id", {"list-id": ["<maires.exemple.org>"]}, CITIZEN, Automatic.LIST),
    ("list-unsubscribe", {"list-unsubscribe": ["<mailto:u@exemple.org>"]}, CITIZEN, Automatic.LIST),
    ("list-post", {"list-post": ["<mailto:l@exemple.org>"]}, CITIZEN, Automatic.LIST),
    ("suppressed", {"x-auto-response-suppress": ["DR, OOF, AutoReply"]}, CITIZEN, Automatic.REPLY),
    ("all suppressed", {"x-auto-response-suppress": ["All"]}, CITIZEN, Automatic.REPLY),
    ("x-autoreply", {"x-autoreply": ["yes"]}, CITIZEN, Automatic.REPLY),
    ("x-autorespond", {"x-autorespond": ["Re: x"]}, CITIZEN, Automatic.REPLY),
    ("qmail", {"delivered-to": ["Autoresponder"]}, CITIZEN, Automatic.REPLY),
    ("our loop", {"x-loop": ["contact@pontavel.exemple"]}, CITIZEN, Automatic.OWN),
    (
        "delivery report",
        {"content-type": ['multipart/report; report-type="delivery-status"; boundary=b']},
        CITIZEN,
        Automatic.BOUNCE,
    ),
    (
        "receipt",
        {"content-type": ["Multipart/Report; report-type=disposition-notification"]},
        CITIZEN,
        Automatic.RECEIPT,
    ),
    ("complaint", {"content-type": ["multipart/report; report-type=feedback-report"]}, CITIZEN, Automatic.REPLY),
    ("calendar", {"content-type": ['text/calendar; charset="utf-8"; method=REPLY']}, CITIZEN, Automatic.REPLY),
    (
        "calendar of Exchange",
        {"content-class": ["urn:content-classes:calendarmessage"], "subject": ["Accepté : Réunion"]},
        CITIZEN,
        Automatic.REPLY,
    ),
    ("failed recipients", {"x-failed-recipients": ["x@exemple.org"]}, CITIZEN, Automatic.BOUNCE),
    ("daemon", {}, "MAILER-DAEMON@mx.exemple", Automatic.BOUNCE),
    ("postmaster", {}, "postmaster@exemple.fr", Automatic.BOUNCE),
    ("no-reply", {}, "no-reply@exemple.fr", Automatic.REPLY),
    ("noreply within", {}, "facture_noreply@exemple.fr", Automatic.REPLY),
    ("ne pas répondre", {}, "nepasrepondre@exemple.fr", Automatic.REPLY),
    ("owner of a list", {}, "owner-maires@exemple.fr", Automatic.LIST),
    ("request of a list", {}, "maires-request@exemple.fr", Automatic.LIST),
    ("ours", {}, "Contact@pontavel.exemple", Automatic.OWN),
    ("ours in capitals", {}, "voirie@PONTAVEL.exemple", Automatic.OWN),
    ("ours with a subaddress", {}, "contact+g.abc.def@pontavel.exemple", Automatic.OWN),
]


@pytest.mark.parametrize(("name", "headers", "sender", "expected"), HEADERS, ids=[case[0] for case in HEADERS])
def test_headers_of_machines(name: str, headers: dict[str, list[str]], sender: str, expected: Automatic) -> None:
    """Each sign of a machine in the headers is enough by itself."""
    found = by_headers({"return-path": [f"<{sender}>"], **headers}, sender, OWN)

    assert found is expected


@pytest.mark.parametrize(
    "sender", [CITIZEN, "", "norelyf@exemple.fr", "reply.martin@exemple.fr", "jean.notification-free@exemple.fr"]
)
def test_headers_of_people(sender: str) -> None:
    """Headers that mail programs of people write too are no sign, nor are names that resemble a machine's."""
    assert by_headers(HUMAN, sender, OWN) is None


def test_no_headers() -> None:
    """Without headers nothing is said of a citizen's address."""
    assert by_headers({}, CITIZEN, ()) is None


@pytest.mark.parametrize(
    ("kind", "mail"), MACHINES, ids=lambda value: value if isinstance(value, str) else value["subject"]
)
def test_text_of_machines(kind: str, mail: dict[str, str]) -> None:
    """Mails of machines are known by their words where no header tells."""
    assert by_text(mail.get("sender", CITIZEN), mail["subject"], mail["body"]) is Automatic(kind)


@pytest.mark.parametrize("mail", CASES["people"], ids=lambda mail: mail["subject"])
def test_text_of_people(mail: dict[str, str]) -> None:
    """Citizens who mention, quote or forward such mails are no machines."""
    assert by_text(mail.get("sender", CITIZEN), mail["subject"], mail["body"]) is None


@settings(deadline=None, max_examples=100)
@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=200),
    st.dictionaries(
        st.sampled_from(
            ["auto-submitted", "content-type", "x-loop", "precedence", "return-path", "subject", "content-class"]
        ),
        st.lists(st.text(max_size=40), max_size=2),
    ),
)
def test_any_mail(sender: str, subject: str, body: str, headers: dict[str, list[str]]) -> None:
    """Whatever stands in a mail, something is said of it."""
    assert by_text(sender, subject, body) in (None, *Automatic)
    assert by_headers(headers, sender, [sender, subject]) in (None, *Automatic)


@pytest.mark.parametrize(
    "piece", ["votre message ", "automatique ", "je suis ", "550 5.1.1 ", "a.b-", "no-reply.", "n'a pas pu "]
)
@pytest.mark.timeout(30)
def test_much_of_one_word(piece: str) -> None:
    """A megabyte of one word is read in bounded time, as body, subject and address alike."""
    text = piece * (1_000_000 // len(piece))

    assert by_text(f"{text}@exemple.fr", text, text) in (None, *Automatic)
