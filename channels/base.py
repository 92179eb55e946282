"""What a channel is: a way for citizens to reach us and for us to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Protocol

from bot.errors import MediaRefused
from bot.messages import Address, Attachment, Message, Outgoing, Receipt, Reply, Skipped, Status, Thread


@dataclass(frozen=True, slots=True)
class Limits:
    """What one provider message can carry. None means that the provider sets no limit we know of."""

    text_chars: int
    buttons: int
    """More than that become a numbered list in the text; the citizen answers by number."""
    button_title_chars: int
    incoming_text_chars: int
    attachments: int = 0
    """Files that a citizen may send with one message; 0 where none are taken."""
    attachment_bytes: int = 0
    typing: bool = False
    """Whether it shows that an answer is being written."""
    receipts: bool = False
    """Whether it tells what was delivered or read."""
    idempotent: bool = False
    """Whether what is sent twice under one key arrives once."""
    own_page: bool = False
    """Whether it is a page of ours, with a menu for languages and erasing; elsewhere that is said in words, and a number
    typed alone may be the choice of that place in the last reply's list."""
    window: timedelta | None = None
    """How long after a citizen's last message one may answer freely."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """Bytes from outside, before anybody believed them. Header names are lower case."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""


Event = Message | Status | Skipped
"""What a request may hold."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that makes a channel work at its provider: done just now, or left to a person."""

    done: bool
    text: str
    """In French, for the people who run the town's computers."""


Receive = Callable[[Message], Awaitable[bool]]
"""Stores a message; False if it was seen before."""
Deliver = Callable[[Message | Status], Awaitable[bool]]
"""The same, also of what a provider tells of a message of ours."""


class Cursor(Protocol):
    """How far a channel has fetched; outlives the process."""

    async def read(self) -> str:
        """The last value written, "" before the first."""

    async def write(self, value: str) -> None:
        """Everything up to `value` is stored."""


class Channel(ABC):
    """A way for citizens to reach us and for us to answer.

    `verify`, `parse`, `challenge` and `render` are pure: bytes and values in, values out. All others may do I/O.
    """

    name: ClassVar[str]
    """URL segment, settings prefix, fixtures folder."""
    limits: ClassVar[Limits]

    @abstractmethod
    def verify(self, request: RawRequest) -> None:
        """Believe the request or raise `SignatureRejected`."""

    @abstractmethod
    def parse(self, request: RawRequest) -> Sequence[Event]:
        """What is in a verified request. One item that cannot be read is `Skipped`, and never costs another.

        Raises:
            PayloadRejected: nothing of it can be read.
            EventIgnored: it is nothing for us.
        """

    @abstractmethod
    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """A reply as provider messages, split and degraded to `limits`."""

    @abstractmethod
    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Hand one provider message over.

        Raises:
            SendRefused: for good.
            SendFailed: for now; the provider does not have it.
            SendUnsure: for now; the provider may have it.
        """

    def nonce(self, request: RawRequest) -> str:
        """What no two verified requests share, where a repeated one is a replay and not a redelivery; "" elsewhere."""
        return ""

    def challenge(self, request: RawRequest) -> str | None:
        """The answer to a provider's handshake, None if this is none."""
        return None

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of something whose `url` begins with `REMOTE_URL`, at most `limits.attachment_bytes`.

        Raises:
            MediaRefused: for good; its reason is a catalogue key.
            MediaFailed: for now.
        """
        raise MediaRefused("this channel has no files", "file_refused")

    async def attend(self, message: Message) -> None:
        """Show the citizen that a message has arrived and is being answered. May fail: nobody depends on it."""

    async def check(self) -> str:
        """Ask the provider who we are: its name for us.

        Raises:
            SendError: it does not know us, or does not answer.
        """
        return ""

    async def register(self, address: str) -> list[Step]:
        """Do at the provider what its API lets us do, with the gateway's public address; safe to repeat.

        Raises:
            SendError: it does not know us, or does not answer.
        """
        return []

    async def open(self) -> None:
        """Connect whatever `send` needs."""

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        """Fetch messages until cancelled; for channels that are asked rather than told (`pulls`).

        Raises:
            SendError: the provider does not answer; it is called again later.
        """

    @property
    def pulls(self) -> bool:
        """Whether messages are fetched by `listen`; one process at a time does."""
        return False

    @property
    def hears(self) -> bool:
        """Whether messages come by the provider's requests."""
        return not self.pulls

    @property
    def faults(self) -> Mapping[str, str]:
        """What does not work just now while the rest does, such as one of several mailboxes: why, in English, by its name."""
        return {}

    async def close(self) -> None:
        """Let go of what `open` connected."""
