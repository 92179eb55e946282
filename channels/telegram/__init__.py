"""Telegram: a bot that citizens write to (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from telegram import LinkPreviewOptions, User
from telegram.constants import ChatAction

from bot.clock import Clock, now
from bot.errors import MediaRefused, SendError, SendFailed, SendRefused
from bot.messages import REMOTE_URL, Address, Attachment, Message, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import Telegram
from bot.text.wording import Wording
from channels import signatures
from channels.base import Channel, Cursor, Deliver, Event, Limits, RawRequest, Step
from channels.telegram import payloads, registration, render
from channels.telegram.client import Client, talking
from channels.telegram.polling import Poller

SECRET_HEADER = "x-telegram-bot-api-secret-token"
INTRODUCTION_SECONDS = 3.0
"""How long opening waits for Telegram to say our name."""


class TelegramChannel(Channel):
    """A bot on Telegram, called by its webhook or fetching by itself."""

    name: ClassVar[str] = payloads.NAME
    limits: ClassVar[Limits] = payloads.LIMITS

    def __init__(
        self,
        options: Telegram,
        token: str,
        webhook_secrets: Sequence[str],
        wording: Wording,
        website: str,
        clock: Clock = now,
    ) -> None:
        self._options = options
        self._token = token
        # An empty secret would be the header that is missing.
        self._secrets = tuple(secret for secret in webhook_secrets if secret)
        self._wording = wording
        self._website = website
        self._clock = clock
        self._connected: Client | None = None
        # A token begins with the bot's own id (https://core.telegram.org/bots/features#botfather).
        number = token.partition(":")[0]
        self._us = payloads.Us(int(number) if number.isascii() and number.isdigit() else None)

    def verify(self, request: RawRequest) -> None:
        """Believe a request with our secret and an update in it. The secret says nothing of the body: both are looked at.

        Raises:
            SignatureRejected: the header is not one of our secrets.
            PayloadRejected: the body is no update.
        """
        signatures.require_token(self._secrets, request.headers.get(SECRET_HEADER, ""))
        payloads.update(request.body)

    def parse(self, request: RawRequest) -> Sequence[Event]:
        """One update a request."""
        return payloads.events(payloads.update(request.body), self._us, self._clock())

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """As plain text with an inline keyboard."""
        return render.posts(reply, self._website, self._wording, self.limits)

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Send one message. Telegram takes no key of ours: what is sent twice is shown twice."""
        post = render.post(outgoing)
        with talking():
            sent = await self._client.send_message(
                _chat(to),
                post.text,
                reply_markup=post.keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return Receipt(f"{to.key}.{sent.message_id}")

    async def attend(self, message: Message) -> None:
        """Stop a pressed button's wheel, or show that we are typing."""
        query = message.receipt.removeprefix(payloads.CALLBACK)
        with talking():
            if message.receipt.startswith(payloads.CALLBACK):
                await self._client.answer_callback_query(query)
            elif message.receipt == payloads.CHAT:
                await self._client.send_chat_action(_chat(message.address), ChatAction.TYPING)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a photo or a document."""
        if attachment.size_bytes > self.limits.attachment_bytes:
            raise MediaRefused("more than may be fetched", "file_too_large")
        return await self._client.download(attachment.url.removeprefix(REMOTE_URL), self.limits.attachment_bytes)

    async def check(self) -> str:
        """Our name at Telegram, such as @pontavel_bot."""
        return f"@{(await self._introduce()).username}"

    async def register(self, address: str) -> list[Step]:
        """Set or delete the webhook, say what the bot is, and name what only @BotFather does."""
        me = await self._introduce()
        webhook = None if self.pulls else f"{address.rstrip('/')}/channels/{self.name}"
        return [
            await registration.connect(self._client, webhook, self._secrets[0] if self._secrets else ""),
            await registration.present(self._client, self._wording),
            *registration.by_hand(me),
        ]

    async def open(self) -> None:
        """Make ready to send. Telegram may be away: who we are there is then learnt later."""
        if self._connected is None:
            self._connected = Client(self._options.url, self._token)
        try:
            await asyncio.wait_for(self._introduce(), INTRODUCTION_SECONDS)
        except (SendError, asyncio.TimeoutError):
            # Only groups need our name, and are declined without it too.
            pass

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        """Fetch updates until cancelled. Telegram itself keeps how far we are, so that `cursor` is not needed."""
        if self.pulls:
            await Poller(self._client, lambda raw: payloads.events(raw, self._us, self._clock())).run(deliver)

    @property
    def pulls(self) -> bool:
        """Whether we fetch; `channels.telegram.receive` says so."""
        return self._options.receive == "polling"

    async def close(self) -> None:
        """Hang up."""
        client, self._connected = self._connected, None
        if client is not None:
            await client.close_connections()

    @property
    def _client(self) -> Client:
        if self._connected is None:
            raise SendFailed("the channel is not open")
        return self._connected

    async def _introduce(self) -> User:
        with talking():
            me = await self._client.get_me()
        self._us = payloads.Us(me.id, me.username)
        return me


def _chat(address: Address) -> int:
    """Raises:
    SendRefused: it is no chat of Telegram's.
    """
    try:
        return int(address.key)
    except ValueError as error:
        raise SendRefused("not a chat's number") from error
