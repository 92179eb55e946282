"""What is found out about a letter before anybody has read it. Values only; `bot.triage` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.letters import Automatic
from bot.messages import Source


class LetterKind(str, Enum):
    """What a letter is. Newsletters and fraud are SPAM; out-of-office replies, bounces and receipts AUTOREPLY."""

    REQUEST = "request"
    COMPLAINT = "complaint"
    REPORT = "report"
    THANKS = "thanks"
    AUTOREPLY = "autoreply"
    SPAM = "spam"


class Urgency(str, Enum):
    """How soon somebody has to look at it. HIGH: danger, distress, or harm that comes with every hour."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class PartKind(str, Enum):
    """What a passage of a mail is."""

    GREETING = "greeting"
    BODY = "body"
    CLOSING = "closing"
    SIGNATURE = "signature"
    FOOTER = "footer"
    QUOTE = "quote"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a mail, as it stands there."""

    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A service, and how likely the letter is for it: calibrated, in [0, 1]."""

    service: str
    score: float


@dataclass(frozen=True, slots=True)
class Matter:
    """One of several things that a letter is about: whose it is, its words in the letter, and how likely that is."""

    service: str
    said: str
    score: float
    kind: LetterKind = LetterKind.REQUEST


MACHINES = frozenset({LetterKind.SPAM, LetterKind.AUTOREPLY})
"""Kinds that no citizen has written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a letter before anybody has read it."""

    services: tuple[Scored, ...]
    """The likeliest first, at most five; never empty."""
    service: str
    """Where it goes: the first of `services`, or the reception where nothing is sure."""
    sure: bool
    kind: LetterKind
    urgency: Urgency
    language: str
    """ISO 639-1."""
    said: str
    """The sender's last words, without quotes, signature and disclaimers; of a mail that only forwards, the forwarded ones."""
    parts: tuple[Part, ...]
    because: tuple[str, ...]
    """The words that decided on the service, the weightiest first, as they stand in the letter."""
    rule: str = ""
    """The town's own rule that decided, "" if none did."""
    automatic: Automatic | None = None
    expects_reply: bool = True
    alert: str = ""
    """The danger or distress that was seen, a value of `bot.safety.Alert`; "" for none."""
    personal: tuple[str, ...] = ()
    """Which personal data stands in it, such as `phone` or `iban`."""
    duplicate_of: str = ""
    """The id of an earlier letter that says the same; "" for none."""
    matters: tuple[Matter, ...] = ()
    """What it asks of several services, in its order; empty for a letter about one thing."""
    doubted: bool = False
    """Whether it is taken for a machine's or a trader's, and not surely enough to be put aside unseen."""

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody waits behind it, and it opens no case; danger always does, whatever a letter looks like."""
        machine = self.automatic is not None or self.kind in MACHINES
        return machine and not self.alert and not self.doubted


@dataclass(frozen=True, slots=True)
class Suggested:
    """A reply that an agent may send as it is, edit, or leave: whole, with greeting and signature."""

    id: str
    """Of the template or the article that it was made of: what is kept when an agent chooses it."""
    title: str
    text: str
    sources: tuple[Source, ...]
    score: float
    """How well it fits, in [0, 1]."""
