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
CONVERSATION = tuple(field for field in registration.INSTAGRAM_FIELDS if field != "comments")
"""Fields whose changes are what otherwise stands in `messaging`."""


class Author(Struct):
    """Who commented; `self_ig_scoped_id` is there if it was the account itself."""

    id: str | int
    self_ig_scoped_id: str | None = None


class Comment(Struct):
    """Something under the account's posts.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram (field `comments`), read 28 November 2026.
    """

    id: str | int
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
        self._reader = messaging.Reader(self.name, self._account, self.limits.incoming_text_chars, graph.app_id)

    @property
    def _sender(self) -> str:
        # The token's own node: the page behind the account (graph.facebook.com), or the account (graph.instagram.com).
        return "me"

    def _measure(self, text: str) -> int:
        # The limit is one of bytes.
        return len(text.encode("utf-8", "surrogatepass"))

    def _entry(self, entry: Mapping[str, Any]) -> list[Event]:
        # Of accounts that sign in without a page, the only change may stand in the entry itself, and the presses of buttons
        # come as changes too (https://developers.facebook.com/documentation/instagram-platform/webhooks/examples, 24 November
        # 2025; https://github.com/chatwoot/chatwoot/pull/15294, August 2026).
        changes = {"changes": [entry]} if "field" in entry else entry
        return [
            *reading.each(entry, "messaging", lambda item: self._message(entry, item)),
            *reading.each(entry, "standby", lambda _: [Skipped("standby")]),
            *reading.each(changes, "changes", lambda change: self._change(entry, change)),
        ]

    def _message(self, entry: Mapping[str, Any], item: Any) -> Sequence[Event]:
        # Some notifications name the page behind the account in `entry.id`; the message names the account all the same.
        if not self._is_ours(entry) and self._account not in messaging.parties(item):
            return [Skipped("foreign")]
        return self._reader.read(item)

    def _is_ours(self, entry: Mapping[str, Any]) -> bool:
        return str(entry.get("id")) == self._account

    def _change(self, entry: Mapping[str, Any], change: Any) -> Sequence[Event]:
        if not isinstance(change, dict) or not isinstance(change.get("value"), dict):
            raise Malformed("not an object")
        if change.get("field") in CONVERSATION:
            return self._message(entry, change["value"])
        if not self._is_ours(entry):
            return [Skipped("foreign")]
        if change.get("field") != "comments":
            return [reading.UNKNOWN]
        value = change["value"]
        found = take({**value, "author": value.get("from")}, Comment)
        if found.author and (str(found.author.id) == self._account or found.author.self_ig_scoped_id):
            return [Skipped("own")]
        return [self._comment(found, str(found.id), entry.get("time"))]

    def _comment(self, found: Comment, comment_id: str, at: Any) -> Event:
        if not COMMENT_ID.fullmatch(comment_id):
            raise Malformed("no comment's id")
        if not clean(found.text or ""):
            return Skipped("empty")
        key = f"{COMMENT}{comment_id}"
        message = Message(
            key,
            Address(self.name, key),
            found.text or "",
            reading.moment(at) if isinstance(at, int) else self._clock(),
            thread=Thread(last_message_id=comment_id, visibility=PUBLIC),
        )
        return reading.worded(replace(message, kind=Kind.COMMENT), self.limits.incoming_text_chars)

    async def check(self) -> str:
        """The account's name."""
        found = await self._who(self._account, "id", "username")
        return f"@{found.get('username', found['id'])}"

    async def register(self, address: str) -> list[Step]:
        """Webhooks of the app and of the account."""
        return await registration.instagram(self._graph, self._api, self._secrets, self._verify_token, address)
