"""Web forms: pages of the town that anybody can fill in without script; what is sent becomes a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bot.errors import PayloadRejected, SignatureRejected
from bot.messages import Address, Message, Outgoing, Receipt, Reply, Thread
from bot.photos import MAX_BYTES
from channels.base import Channel, Limits, RawRequest
from channels.form.definitions import MAX_FILES


class WebForm(Channel):
    """Whoever left no address reads the answers on the page of their receipt: what is said stands in the transcript."""

    name: ClassVar[str] = "form"
    limits: ClassVar[Limits] = Limits(
        text_chars=20_000,
        buttons=0,
        button_title_chars=0,
        incoming_text_chars=20_000,
        attachments=MAX_FILES,
        attachment_bytes=MAX_BYTES,
        # The page shows the transcript, where a reply stands once.
        idempotent=True,
    )

    @property
    def hears(self) -> bool:
        """Forms come to pages of their own, which believe what `channels.form.tokens` made."""
        return False

    def verify(self, request: RawRequest) -> None:
        """Nobody but our own pages brings anything."""
        raise SignatureRejected("forms come by their pages")

    def parse(self, request: RawRequest) -> Sequence[Message]:
        """Nothing is believed, so nothing is read."""
        raise PayloadRejected("forms come by their pages")

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """The reply as it stands in the transcript."""
        return [Outgoing({"text": reply.text}, reply.id)]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Nothing more to do: whoever opens the receipt's page reads the transcript."""
        return Receipt()
