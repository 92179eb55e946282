"""What a channel is: a way for citizens to reach us and for us to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from bot.messages import Address, Message, Outgoing, Receipt, Reply, Thread


@dataclass(frozen=True, slots=True)
class Limits:
    """What one provider message can carry. None means that the provider sets no limit we know of."""

    text_chars: int
    buttons: int
    button_title_chars: int
    incoming_text_chars: int
    attachments: int = 0
    attachment_bytes: int = 0
    typing: bool = False
    receipts: bool = False


@dataclass(frozen=True, slots=True)
class RawRequest:
    """Bytes from outside, before anybody believed them. Header names are lower case."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""


Deliver = Callable[[Message], Awaitable[bool]]
"""Stores a message; False if it was seen before."""


class Channel(ABC):
    """A way for citizens to reach us and for us to answer.

    `verify`, `parse` and `render` are pure: bytes and values in, values out. Only `open`, `send`, `listen` and
    `close` may do I/O.
    """

    name: ClassVar[str]
    """URL segment, settings prefix, fixtures folder."""
    limits: ClassVar[Limits]

    @abstractmethod
    def verify(self, request: RawRequest) -> None:
        """Believe the request or raise `SignatureRejected`."""

    @abstractmethod
    def parse(self, request: RawRequest) -> list[Message]:
        """The messages in a verified request.

        Raises:
            PayloadRejected: it cannot be read.
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
            SendFailed: for now.
        """

    def challenge(self, request: RawRequest) -> str | None:
        """The answer to a provider's handshake, None if this is none."""
        return None

    async def open(self) -> None:
        """Connect whatever `send` needs."""

    async def listen(self, deliver: Deliver) -> None:
        """Fetch messages until cancelled; for channels that are asked rather than told."""

    async def close(self) -> None:
        """Let go of what `open` connected."""
