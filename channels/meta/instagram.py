"""The messages of a professional Instagram account, and what is said under its posts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import aiohttp
from msgspec import Struct

from bot.clock import Clock, now
from bot.messages import PUBLIC, Address, Kind, Message, Skipped, Thread
from bot.settings_channels import GraphApi
from bot.settings_channels import Instagram as Options
from bot.text.clean import clean
from bot.text.wording import Wording
from channels.base import Event, Limits, Step
from channels.meta import messaging, reading, registration
from channels.meta.base import ATTACHMENT_BYTES, INCOMING_TEXT_CHARS, WINDOW
from channels.meta.pages import COMMENT, PageChannel
from channels.meta.reading import Malformed, take

COMMENT_ID = re.compile(r"[0-9]{1,40}")


class Author(Struct):
    """Who commented; `self_ig_scoped_id` is there if it was the account itself."""

    id: str
    self_ig_scoped_id: str | None = None


class Comment(Struct):
    """Something under the account's posts.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram (field `comments`), read 28 November 2026.
    """

    id: str
    text: str | None = None
    author: Author | None = None


class Instagram(PageChannel):
    """An Instagram account's inbox."""

    name: ClassVar[str] = "instagram"
    topic: ClassVar[str] = "instagram"
    limits: ClassVar[Limits] = Limits(
        text_chars=1000,
        buttons=13,
        button_title_chars=20,
        incoming_text_chars=INCOMING_TEXT_CHARS,
        attachments=messaging.MAX_ATTACHMENTS,
        attachment_bytes=ATTACHMENT_BYTES,
        typing=True,
        receipts=True,
        window=WINDOW,
    )
    # `metadata` is documented for Messenger's echoes alone, and an unknown parameter costs the message.
    echoes_metadata: ClassVar[bool] = False

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
        self._account = options.account_id
        self._reader = messaging.Reader(self.name, self.limits.incoming_text_chars, graph.app_id)

    @property
    def _sender(self) -> str:
        # The token's own node: the page behind the account (graph.facebook.com), or the account (graph.instagram.com).
        return "me"

    def _measure(self, text: str) -> int:
        # The limit is one of bytes.
        return len(text.encode("utf-8", "surrogatepass"))

    def _entry(self, entry: Mapping[str, Any]) -> list[Event]:
        items = entry.get("messaging")
        ends = {end for item in (items if isinstance(items, list) else []) for end in messaging.parties(item)}
        # Some notifications name the page behind the account in `entry.id`; the message names the account all the same.
        if self._account != entry.get("id") and self._account not in ends:
            return [Skipped("foreign")]
        return [
            *reading.each(entry, "messaging", self._reader.read),
            *reading.each(entry, "standby", lambda _: [Skipped("standby")]),
            *reading.each(entry, "changes", lambda change: self._change(change, entry.get("time"))),
        ]

    def _change(self, change: Any, at: Any) -> list[Event]:
        if not isinstance(change, dict) or not isinstance(change.get("value"), dict):
            raise Malformed("not an object")
        if change.get("field") != "comments":
            return [reading.UNKNOWN]
        value = change["value"]
        found = take({**value, "author": value.get("from")}, Comment)
        if found.author and (found.author.id == self._account or found.author.self_ig_scoped_id):
            return [Skipped("own")]
        return [self._comment(found, at)]

    def _comment(self, found: Comment, at: Any) -> Event:
        if not COMMENT_ID.fullmatch(found.id):
            raise Malformed("no comment's id")
        if not clean(found.text or ""):
            return Skipped("empty")
        key = f"{COMMENT}{found.id}"
        message = Message(
            key,
            Address(self.name, key),
            found.text or "",
            reading.moment(at) if isinstance(at, int) else self._clock(),
            thread=Thread(last_message_id=found.id, visibility=PUBLIC),
        )
        return reading.worded(replace(message, kind=Kind.COMMENT), self.limits.incoming_text_chars)

    async def check(self) -> str:
        """The account's name."""
        found = await self._who(self._account, "id", "username")
        return f"@{found.get('username', found['id'])}"

    async def register(self, address: str) -> list[Step]:
        """Webhooks of the app and of the account."""
        return await registration.instagram(self._graph, self._api, self._secrets, self._verify_token, address)
