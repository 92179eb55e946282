"""A number on the WhatsApp Cloud API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import aiohttp

from bot.clock import Clock, now
from bot.errors import MediaFailed, MediaRefused, SendError, SendFailed, SendUnsure
from bot.messages import Address, Attachment, Message, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import GraphApi
from bot.settings_channels import WhatsApp as Options
from bot.text.wording import Wording
from channels import plain
from channels.base import Event, Limits, Step
from channels.meta import reading, registration
from channels.meta import whatsapp_messages as messages
from channels.meta.base import ATTACHMENT_BYTES, INCOMING_TEXT_CHARS, WINDOW, MetaChannel
from channels.meta.media import download
from channels.meta.whatsapp_payloads import PHONE, Reader


class WhatsApp(MetaChannel):
    """A WhatsApp number."""

    name: ClassVar[str] = "whatsapp"
    topic: ClassVar[str] = "whatsapp_business_account"
    limits: ClassVar[Limits] = Limits(
        text_chars=messages.TEXT_CHARS,
        buttons=messages.ROWS,
        button_title_chars=messages.ROW_TITLE_CHARS,
        incoming_text_chars=INCOMING_TEXT_CHARS,
        attachments=1,
        attachment_bytes=ATTACHMENT_BYTES,
        typing=True,
        receipts=True,
        window=WINDOW,
    )

    def __init__(
        self,
        http: aiohttp.ClientSession,
        graph: GraphApi,
        options: Options,
        token: str,
        app_secrets: Sequence[str],
        verify_token: str,
        wording: Wording,
        website: str,
        clock: Clock = now,
    ) -> None:
        super().__init__(http, graph, token, app_secrets, verify_token, wording, website, clock)
        self._options = options
        self._number = options.phone_number_id
        self._reader = Reader(self.name, self._number, self.limits.incoming_text_chars)

    def _entry(self, entry: Mapping[str, Any]) -> list[Event]:
        return reading.each(entry, "changes", self._reader.read)

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """Text with buttons, or a list; outside of the window the approved template, if there is one."""
        words = plain.body(reply, self._website, self._wording)
        template = self._options.template if self._outside_window(thread) else ""
        tapped = bool(reply.buttons and words) and not template and messages.tappable(reply.buttons)
        if reply.buttons and not tapped:
            words = f"{words}\n\n{plain.numbered(reply.buttons, reply.language, self._wording)}".strip()
        if not words:
            return []
        if template:
            payloads = messages.templates(words, template, self._options.template_language)
        elif tapped:
            label = self._wording.say("choices_title", reply.language)
            payloads = messages.choices(words, reply.buttons, label)
        else:
            payloads = messages.texts(words)
        return [Outgoing(payload) for payload in payloads]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """One message, to a user id or a telephone number."""
        # A user id in `to` would be answered with 200 and reach nobody (github.com/chatwoot/chatwoot/pull/15150, July 2026).
        field = "to" if PHONE.fullmatch(to.key) else "recipient"
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", field: to.key, **outgoing.payload}
        if outgoing.key:
            body["biz_opaque_callback_data"] = outgoing.key
        answer = await self._graph.post(f"{self._number}/messages", body)
        found = answer.get("messages")
        first = found[0] if isinstance(found, list) and found else None
        provider_id = first.get("id") if isinstance(first, dict) else None
        if not isinstance(provider_id, str):
            raise SendUnsure("the Graph API's answer names no message")
        return Receipt(provider_id)

    async def fetch(self, attachment: Attachment) -> bytes:
        """A file: its id leads to an address that is good for five minutes, and wants the token."""
        limit = self.limits.attachment_bytes
        try:
            found = await self._graph.get(self._remote(attachment), phone_number_id=self._number)
        except SendFailed as error:
            raise MediaFailed(str(error)) from None
        except SendError as error:
            raise MediaRefused(str(error), "file_gone") from None
        url, size = found.get("url"), found.get("file_size")
        if isinstance(size, int) and size > limit:
            raise MediaRefused(f"more than {limit} bytes", "file_too_large")
        if not isinstance(url, str):
            raise MediaFailed("the Graph API's answer names no file")
        return await download(self._graph, url, limit, with_token=True)

    async def attend(self, message: Message) -> None:
        """Two blue ticks, and that somebody is writing; it shows for 25 seconds at most."""
        if message.receipt:
            seen = {"status": "read", "message_id": message.receipt, "typing_indicator": {"type": "text"}}
            await self._graph.post(f"{self._number}/messages", {"messaging_product": "whatsapp", **seen})

    async def check(self) -> str:
        """The number, with the name that citizens see."""
        found = await self._who(self._number, "id", "display_phone_number", "verified_name")
        return f"{found.get('verified_name', '')} {found.get('display_phone_number', found['id'])}".strip()

    async def register(self, address: str) -> list[Step]:
        """Webhooks of the app and of the business account."""
        business, template = self._options.business_account_id, self._options.template
        return await registration.whatsapp(
            self._graph, self._api, business, template, self._secrets, self._verify_token, address
        )
