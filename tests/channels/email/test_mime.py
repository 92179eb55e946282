"""Mail as messages: whatever is wrong with it, what can be read is read."""

from __future__ import annotations

import os
import random
import re
import struct
from base64 import encodebytes
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.letters import Automatic, Proofs, Verdict
from bot.messages import Fate, Kind, Message, Status
from channels.email import keys, mime
from channels.email.attachments import MAX_FILE_BYTES, MAX_FILES
from channels.email.mime import MAX_TEXT_CHARS
from tests.channels.email.expected import EXPECTED
from tests.channels.email.mails import (
    FIXTURES,
    NOW,
    ORIGIN,
    OWN,
    READER,
    SECRETS,
    event,
    fixture,
    mail,
    message,
    with_file,
)

LETTERS = sorted(path.stem for path in FIXTURES.glob("*.eml"))
TOKEN = keys.token(keys.key("<1@citoyen.example>", "ada@citoyen.example"), SECRETS)


def with_header(raw: bytes, line: str) -> bytes:
    return line.encode() + b"\r\n" + raw


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_is_read(name: str) -> None:
    """Each mail of the folder becomes its subject, sender, words and files."""
    read = message(fixture(name))
    assert read.letter is not None
    files = [
        (one.name, one.url.removeprefix("remote:refused/") if "refused/" in one.url else "") for one in read.attachments
    ]

    assert (read.letter.subject, read.letter.sender, read.text, files) == EXPECTED[name]


@pytest.mark.parametrize("name", LETTERS)
def test_no_value_holds_a_second_line(name: str) -> None:
    """Nothing of a mail's headers can become a header of ours."""
    read = message(fixture(name))
    assert read.letter is not None
    assert read.thread is not None
    values = [read.id, read.letter.subject, read.letter.sender, read.letter.name, read.thread.last_message_id or ""]
    values += [*read.thread.references, *(one.name + one.media_type + one.url for one in read.attachments)]

    assert not [value for value in values if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]", value)]


def test_a_letter_carries_what_is_around_it() -> None:
    """Kind, mailbox, service, date, thread and the conversation's address."""
    read = message(fixture("plain"))

    assert (read.kind, read.sent_at) == (Kind.LETTER, NOW - timedelta(hours=1, minutes=18))
    assert read.letter is not None
    assert read.thread is not None
    assert (read.letter.mailbox, read.letter.service, read.letter.name) == (OWN, "accueil_general", "Ada Exemple")
    assert (read.thread.last_message_id, read.thread.subject) == ("<plain@citoyen.example>", "Trottoir abîmé")
    assert str(read.address) == "email:" + keys.key("<plain@citoyen.example>", "ada@citoyen.example")


def test_a_date_that_cannot_be_is_when_it_was_received() -> None:
    """A mail from the future, or of no date, was written when it came."""
    raw = fixture("plain").replace(b"2026", b"2099")

    assert message(raw).sent_at == message(fixture("missing_from")).sent_at == NOW


def test_copies_are_one_message() -> None:
    """The same mail in two mailboxes has other headers of transport, and one id."""
    raw = mail("Bonjour.")
    copy = with_header(with_header(raw, "Delivered-To: voirie@pontavel.example"), "Received: from a by b; today")

    assert message(raw).id == message(copy, replace(ORIGIN, mailbox="voirie@pontavel.example")).id


def test_one_message_id_for_two_mails_is_two_messages() -> None:
    """Nobody hides a mail behind another's Message-ID."""
    assert message(mail("Bonjour.")).id != message(mail("Autre chose.")).id
    assert message(mail("Bonjour.")).id != message(with_file(mail("Bonjour."), "a.pdf", b"%PDF-1")).id


def test_an_answer_comes_back_by_the_address_or_the_references() -> None:
    """Our token leads to its conversation wherever it stands, whoever writes, and is known in capitals too."""
    known = keys.key("<1@citoyen.example>", "ada@citoyen.example")
    for line in (
        f"To: contact+{TOKEN}@pontavel.example",
        f"Delivered-To: CONTACT+{TOKEN.upper()}@PONTAVEL.EXAMPLE",
        f"References: <x@y.example> <{TOKEN}.7@pontavel.example>",
        f"In-Reply-To: <{TOKEN}.7@pontavel.example>",
    ):
        read = message(with_header(mail("Merci.", 2, sender="eve@ailleurs.example"), line))

        assert read.letter is not None
        assert (read.address.key, read.letter.returned, read.letter.sender) == (known, True, "eve@ailleurs.example")


def test_a_forged_token_is_none() -> None:
    """Neither a wrong signature nor that of a retired secret leads anywhere."""
    forged = TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1")
    old = keys.token(keys.key("<1@x.example>", "ada@citoyen.example"), ["r" * 40])
    for token in (forged, old):
        read = message(with_header(mail("Merci.", 2), f"References: <{token}.7@pontavel.example>"))

        assert read.letter is not None
        assert not read.letter.returned


def test_a_second_mail_of_the_same_sender_follows_the_first() -> None:
    """Without a token, the first Message-ID that a mail refers to and its sender name the conversation."""
    first = message(mail("Bonjour.", 1))
    second = message(with_header(mail("J'oubliais.", 2), "References: <1@citoyen.example>"))
    other = message(with_header(mail("Moi aussi.", 3, sender="eve@x.example"), "References: <1@citoyen.example>"))

    assert first.address == second.address != other.address


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("authenticated", Proofs(Verdict.PASS, Verdict.PASS, Verdict.FAIL)),
        ("authenticated_elsewhere", Proofs()),
        ("authenticated_other_domain", Proofs(dmarc=Verdict.FAIL)),
        ("plain", Proofs()),
    ],
)
def test_only_our_own_server_is_believed(name: str, wanted: Proofs) -> None:
    """The topmost header of our server counts; a forged one below it, or another server's, proves nothing."""
    read = message(fixture(name))

    assert read.letter is not None
    assert read.letter.proofs == wanted


def test_no_server_named_is_no_proof() -> None:
    """Without `authserv_id`, nobody is believed."""
    read = message(fixture("authenticated"), reader=replace(READER, authserv_id=""))

    assert read.letter is not None
    assert read.letter.proofs == Proofs()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("autoreply", Automatic.ABSENCE),
        ("list", Automatic.LIST),
        ("mdn", Automatic.RECEIPT),
        ("dsn_delayed", Automatic.BOUNCE),
        ("dsn_forged", Automatic.BOUNCE),
        ("plain", None),
    ],
)
def test_machines_are_known_by_their_headers(name: str, wanted: Automatic | None) -> None:
    """What nobody waits behind is marked."""
    read = message(fixture(name))

    assert read.letter is not None
    assert read.letter.automatic is wanted


def test_our_own_mail_is_known() -> None:
    """A mail from an address of ours, or a subaddress of one, never starts a loop."""
    for sender in (OWN, "Contact+g.abc@pontavel.example"):
        read = message(mail("Bonjour.", sender=sender))

        assert read.letter is not None
        assert read.letter.automatic is Automatic.OWN


def test_a_report_about_our_mail_fails_it() -> None:
    """A delivery report with a Message-ID of ours names it and the server's reason."""
    raw = fixture("dsn_failed").replace(b"TOKEN", f"{TOKEN}.7".encode())

    assert event(raw) == Status(
        Fate.FAILED,
        NOW,
        provider_id=f"<{TOKEN}.7@pontavel.example>",
        reason="5.1.1 550 5.1.1 <ada@citoyen.example>: user unknown",
    )


def test_a_report_that_somebody_made_up_fails_nothing() -> None:
    """Without a genuine token it is a mail like others, and marked as a bounce."""
    assert isinstance(event(fixture("dsn_forged")), Message)


def test_a_delay_is_no_failure() -> None:
    """Our server goes on trying."""
    assert isinstance(event(fixture("dsn_delayed").replace(b"TOKEN", f"{TOKEN}.7".encode())), Message)


def test_a_text_that_is_cut_says_so() -> None:
    """Two megabytes of words are no letter."""
    read = message(mail("mot " * 500_000))

    assert len(read.text) <= MAX_TEXT_CHARS
    assert read.text.endswith("[La suite de ce message est trop longue : elle n’a pas été reprise.]")


def test_a_stub_gives_way_to_the_page() -> None:
    """A plain version that only says that there is another is not what was written."""
    assert message(fixture("alternative_stub")).text.startswith("Je vous écris au sujet des travaux")


def test_too_many_parts_are_said() -> None:
    """Of 700 parts the first ones are read, and the text says that there is more."""
    text = message(fixture("many_parts")).text

    assert text.startswith("partie 0\n\npartie 1\n\n")
    assert text.endswith("[Une partie de ce message n’a pas pu être lue.]")


@pytest.mark.parametrize("depth", [150, 450, 3000])
def test_bottomless_nesting_is_said(depth: int) -> None:
    """Parts within parts within parts end somewhere, and the mail is still one."""
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))
    read = message(b"From: ada@citoyen.example\nSubject: Fond\n" + parts + b"\nau fond")

    assert read.letter is not None
    assert (read.letter.sender, read.letter.subject) == ("ada@citoyen.example", "Fond")
    assert read.text


def test_ten_thousand_recipients_are_counted() -> None:
    """They are neither parsed one by one nor kept."""
    many = ", ".join(f'"Voisin {number}" <v{number}@voisins.example>' for number in range(12_000))
    read = message(mail("Bonjour.").replace(b"To: contact", f"To: {many}, contact".encode()))

    assert read.letter is not None
    assert 9_990 <= read.letter.copies <= 10_000


def test_a_file_that_is_too_large_is_refused_at_once() -> None:
    """It is not fetched a second time to be refused then."""
    read = message(with_file(mail("Voici."), "grand.pdf", b"%PDF-1.4" + b"\0" * MAX_FILE_BYTES))

    assert [one.url for one in read.attachments] == ["remote:refused/file_too_large"]


def test_an_archive_is_never_unpacked() -> None:
    """What a bomb would fill the memory with stays in it."""
    bomb = b"PK\x03\x04" + struct.pack("<I", 0xFFFFFFFF) * 20
    read = message(with_file(mail("Voici."), "bombe.zip", bomb))

    assert [(one.size_bytes, one.url) for one in read.attachments] == [(len(bomb), "remote:refused/file_refused")]


def test_files_are_counted() -> None:
    """Of more than thirty, thirty are listed."""
    raw = mail("Voici.")
    for number in range(MAX_FILES + 5):
        raw = with_file(raw, f"{number}.pdf", b"%PDF-1.4")

    assert len(message(raw).attachments) == MAX_FILES


def test_a_file_is_found_again_by_its_number() -> None:
    """The order of the attachments is that of the files, refused ones included."""
    raw = fixture("attachment_kinds")
    numbers = [int(one.url.rpartition("/")[2]) for one in message(raw).attachments if "refused" not in one.url]

    assert [mime.files_of(raw, READER)[number].name for number in numbers] == ["photo.jpg", "sans_type"]


@pytest.mark.parametrize("name", LETTERS)
def test_no_damage_stops_the_reading(name: str) -> None:
    """Cut anywhere, with bytes changed anywhere, a mail is still an event."""
    raw = fixture(name)
    dice = random.Random(name)
    for _ in range(12):
        broken = bytearray(raw[: dice.randrange(len(raw) + 1)])
        for _ in range(dice.randrange(1, 20)):
            if broken:
                broken[dice.randrange(len(broken))] = dice.randrange(256)

        assert isinstance(event(bytes(broken)), (Message, Status))


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """Rubbish is a mail without words."""
    assert isinstance(event(raw), Message)


HEADERS = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Reply-To",
        "Content-Type",
        "Content-Disposition",
        "Authentication-Results",
    ]
)


@given(st.lists(st.tuples(HEADERS, st.text(max_size=80)), max_size=12), st.text(max_size=200))
def test_any_headers_are_a_message(headers: list[tuple[str, str]], body: str) -> None:
    """Whatever stands in them."""
    lines = "\r\n".join(f"{name}: {value}" for name, value in headers)

    assert isinstance(event(f"{lines}\r\n\r\n{body}".encode("utf-8", "surrogatepass")), (Message, Status))


def test_base64_without_end_is_read_as_far_as_it_goes() -> None:
    """A large part that was cut loses its end alone."""
    whole = encodebytes(os.urandom(50_000)).decode()
    raw = (
        "From: ada@citoyen.example\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nVoici.\n--m\n"
        f"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK{whole[:40_001]}"
    )
    read = message(raw.encode())

    assert read.text == "Voici."
    assert [one.name for one in read.attachments] == ["a.pdf"]
    assert 20_000 < read.attachments[0].size_bytes < 40_000
