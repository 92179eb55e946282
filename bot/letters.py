"""What a letter is: a mail or a web form, which becomes a case with a suggested reply instead of a conversation with the bot.

Values only. A channel fills `Letter` in, `bot.triage` makes a `bot.readings.Reading` of it, the desk shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

CHANNELS = frozenset({"email", "form"})
"""The channels that bring letters."""


class Automatic(str, Enum):
    """Why nobody waits for an answer to a mail: it is never acknowledged, nor answered by itself (RFC 3834).

    BOUNCE: a delivery report. RECEIPT: that a mail of ours was read. ABSENCE: an out-of-office reply. REPLY: another reply of
    a machine. LIST: sent by a list or to many. OWN: it comes from an address of ours.
    """

    BOUNCE = "bounce"
    RECEIPT = "receipt"
    ABSENCE = "absence"
    REPLY = "reply"
    LIST = "list"
    OWN = "own"


class Verdict(str, Enum):
    """What our own mail server found about a sender's address, by its Authentication-Results (RFC 8601)."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proofs:
    """Whether a mail comes from where it says; NONE where our server said nothing."""

    spf: Verdict = Verdict.NONE
    dkim: Verdict = Verdict.NONE
    dmarc: Verdict = Verdict.NONE


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail or a web form carries besides its text; part of a `Message`."""

    subject: str = ""
    sender: str = ""
    """The address that an answer goes to, lower case; "" where a form asked for none."""
    name: str = ""
    """The sender's own name for themselves."""
    mailbox: str = ""
    """Our address that it came to; "" for a form."""
    form: str = ""
    """The form's name; "" for a mail."""
    service: str = ""
    """To whom the mailbox or the form belongs: a code of `office.yml`, "" for nobody in particular."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What a form gathered, by the name of its field, in its order."""
    automatic: Automatic | None = None
    """What its headers say; the text may still say it."""
    proofs: Proofs = Proofs()
    copies: int = 0
    """To how many others it was sent."""
    refused: tuple[str, ...] = ()
    """Why files of it were not taken: catalogue keys."""
    files: int = 0
    """How many photos and documents came with it."""
    returned: bool = False
    """It answers a case of ours, by its references or by the address that it was sent to."""
    masked: tuple[str, ...] = ()
    """Which kinds of identifiers were masked in it before it was kept: values of `bot.text.identifiers.Identifier`."""
