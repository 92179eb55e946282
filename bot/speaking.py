"""From a reply to what a channel sends: choices get their tokens, and the reply its place in the channel's thread."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock, now
from bot.messages import Address, Author, Button, Message, Reply, Thread
from bot.sourced import Sourced
from bot.store.base import Conversation, Offer, Prepared
from channels.base import Channel

TOKEN_PREFIX = "c."


class Speaker:
    """Prepares what is said; what no person says leaves with nothing unsourced in it."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock = now, sourced: Sourced | None = None) -> None:
        self._channels = channels
        self._clock = clock
        self._sourced = sourced

    def answer(
        self, reply: Reply, message: Message, conversation: Conversation | None = None, quoted: Iterable[str] = ()
    ) -> Prepared:
        """A reply to a message, under it where the channel has threads. `quoted`: what it may repeat besides."""
        before = conversation.thread if conversation else None
        reply = self._checked(reply, quoted)
        return self._prepare(reply, message.address, message.thread or before, message.sent_at)

    def say(self, reply: Reply, conversation: Conversation) -> Prepared:
        """A reply to no message in particular: under the citizen's last one."""
        reply = self._checked(reply)
        return self._prepare(reply, conversation.address, conversation.thread, conversation.last_heard_at)

    def again(self, reply: Reply, conversation: Conversation) -> Prepared:
        """A reply that was prepared before, rendered anew: its choices have their tokens, and were offered."""
        rendered = self._render(reply, conversation.address, conversation.thread, conversation.last_heard_at)
        return replace(rendered, offers=())

    def _checked(self, reply: Reply, quoted: Iterable[str] = ()) -> Reply:
        """An agent answers for their own words: the desk flags them, and they leave as they are."""
        if self._sourced is None or reply.author is Author.AGENT:
            return reply
        return self._sourced.masked(reply, quoted)

    def _prepare(self, reply: Reply, to: Address, thread: Thread | None, heard_at: datetime) -> Prepared:
        offers = tuple(
            Offer(TOKEN_PREFIX + secrets.token_urlsafe(12), button.title, button.payload) for button in reply.buttons
        )
        shown = replace(reply, buttons=tuple(Button(offer.title, offer.token) for offer in offers))
        return replace(self._render(shown, to, thread, heard_at), offers=offers)

    def _render(self, reply: Reply, to: Address, thread: Thread | None, heard_at: datetime) -> Prepared:
        hung = replace(thread or Thread(), last_heard_at=heard_at, now=self._clock())
        channel = self._channels.get(to.channel)
        return Prepared(reply, (), tuple(channel.render(reply, hung)) if channel else ())
