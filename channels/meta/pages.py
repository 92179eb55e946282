"""What goes out over the Send API, which Messenger and Instagram share.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages (updated 5 May 2026),
https://developers.facebook.com/docs/messenger-platform/reference/send-api, read 28 November 2026.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from bot.errors import SendUnsure
from bot.messages import PUBLIC, Address, Attachment, Author, Message, Outgoing, Receipt, Reply, Thread
from channels import plain
from channels.meta.base import MetaChannel
from channels.meta.media import download

COMMENT = "comment:"
"""How the key of somebody begins who is known by a public comment alone."""


class PageChannel(MetaChannel):
    """A channel whose citizens are reached through the Send API."""

    echoes_metadata: ClassVar[bool]
    """Whether what we add to a message comes back with its echo."""

    @property
    @abstractmethod
    def _sender(self) -> str:
        """The node that messages are sent from."""

    @abstractmethod
    def _measure(self, text: str) -> int:
        """A text's length as the provider counts it."""

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """Text messages, with the choices as quick replies under the last one where they fit."""
        words = plain.body(reply, self._website, self._wording)
        buttons = reply.buttons
        titles_fit = all(len(button.title) <= self.limits.button_title_chars for button in buttons)
        # A private reply to a comment is the only message that one may send: a choice is typed there.
        tapped = titles_fit and len(buttons) <= self.limits.buttons and thread.visibility != PUBLIC and bool(words)
        if buttons and not tapped:
            words = f"{words}\n\n{plain.numbered(buttons, reply.language, self._wording)}".strip()
        if not words:
            return []
        texts = plain.split(words, self.limits.text_chars, self._measure)
        found: list[dict[str, object]] = [{"text": text} for text in texts]
        if buttons and tapped:
            found[-1]["quick_replies"] = [
                {"content_type": "text", "title": button.title, "payload": button.payload} for button in buttons
            ]
        kind = self._kind(reply, thread)
        return [Outgoing({"message": message, **kind}) for message in found]

    def _kind(self, reply: Reply, thread: Thread) -> dict[str, object]:
        """Why we may write: a person has seven days, a robot 24 hours."""
        # To a comment one may write once within seven days, whoever writes.
        if reply.author is Author.AGENT and thread.visibility != PUBLIC and self._outside_window(thread):
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        return {"messaging_type": "RESPONSE"}

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """One message, to a citizen or in private to who wrote a comment."""
        comment = to.key.removeprefix(COMMENT) if to.key.startswith(COMMENT) else ""
        recipient = {"comment_id": comment} if comment else {"id": to.key}
        body = {**outgoing.payload, "recipient": recipient}
        message = outgoing.payload.get("message")
        if self.echoes_metadata and outgoing.key and isinstance(message, dict):
            body["message"] = {**message, "metadata": outgoing.key}
        answer = await self._graph.post(f"{self._sender}/messages", body)
        provider_id = answer.get("message_id")
        if not isinstance(provider_id, str):
            raise SendUnsure("the Graph API's answer names no message")
        return Receipt(provider_id)

    async def fetch(self, attachment: Attachment) -> bytes:
        """A file from the provider's CDN, whose address is a secret of its own: no token goes there."""
        return await download(self._graph, self._remote(attachment), self.limits.attachment_bytes)

    async def attend(self, message: Message) -> None:
        """Mark as seen, and show that somebody is writing."""
        if message.address.key.startswith(COMMENT):
            return
        for action in ("mark_seen", "typing_on"):
            body = {"recipient": {"id": message.address.key}, "sender_action": action}
            await self._graph.post(f"{self._sender}/messages", body)
