"""The messages of a Facebook page, and what is said under its posts."""

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
from bot.settings_channels import Messenger as Options
from bot.text.clean import clean
from bot.text.wording import Wording
from channels import plain
from channels.base import Event, Limits, Step
from channels.meta import messaging, reading, registration
from channels.meta.base import ATTACHMENT_BYTES, INCOMING_TEXT_CHARS, WINDOW
from channels.meta.pages import COMMENT, PageChannel
from channels.meta.reading import Malformed, take

COMMENT_ID = re.compile(r"[0-9]{1,40}(_[0-9]{1,40}){0,2}")


class Post(Struct):
    """What was commented on."""

    permalink_url: str | None = None


class FeedChange(Struct):
    """Something under the page's posts.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/page/ (field `feed`), read 28 November 2026.
    """

    item: str
    verb: str
    comment_id: str | None = None
    message: str | None = None
    created_time: int | str | None = None
    post: Post | None = None


class Messenger(PageChannel):
    """A page's inbox."""

    name: ClassVar[str] = "messenger"
    topic: ClassVar[str] = "page"
    limits: ClassVar[Limits] = Limits(
        text_chars=2000,
        buttons=13,
        button_title_chars=20,
        incoming_text_chars=INCOMING_TEXT_CHARS,
        attachments=messaging.MAX_ATTACHMENTS,
        attachment_bytes=ATTACHMENT_BYTES,
        typing=True,
        receipts=True,
        window=WINDOW,
    )
    echoes_metadata: ClassVar[bool] = True

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
        self._page = options.page_id
        self._reader = messaging.Reader(self.name, self._page, self.limits.incoming_text_chars, graph.app_id)

    @property
    def _sender(self) -> str:
        return self._page

    def _measure(self, text: str) -> int:
        # "2000 characters" may be UTF-16 units: counted so, a text fits either way.
        return plain.utf16(text)

    def _entry(self, entry: Mapping[str, Any]) -> list[Event]:
        if str(entry.get("id")) != self._page:
            return [Skipped("foreign")]
        return [
            *reading.each(entry, "messaging", self._message),
            # Under the handover protocol another app answers there.
            *reading.each(entry, "standby", lambda _: [Skipped("standby")]),
            *reading.each(entry, "changes", self._change),
        ]

    def _message(self, item: Any) -> Sequence[Event]:
        ends = messaging.parties(item)
        return [Skipped("foreign")] if ends and self._page not in ends else self._reader.read(item)

    def _change(self, change: Any) -> list[Event]:
        if not isinstance(change, dict):
            raise Malformed("not an object")
        if change.get("field") != "feed":
            return [reading.UNKNOWN]
        found = take(change.get("value"), FeedChange)
        if found.item != "comment":
            return [Skipped("feed")]
        if found.verb != "add":
            return [Skipped("comment_changed")]
        if messaging.sender(change["value"]) == self._page:
            return [Skipped("own")]
        return [self._comment(found)]

    def _comment(self, found: FeedChange) -> Event:
        if found.comment_id is None or not COMMENT_ID.fullmatch(found.comment_id):
            raise Malformed("no comment's id")
        if not clean(found.message or ""):
            return Skipped("empty")
        url = reading.secure(found.post.permalink_url) if found.post else None
        key = f"{COMMENT}{found.comment_id}"
        message = Message(
            key,
            Address(self.name, key),
            found.message or "",
            reading.moment(found.created_time) if found.created_time is not None else self._clock(),
            thread=Thread(last_message_id=found.comment_id, visibility=PUBLIC, url=url),
        )
        return reading.worded(replace(message, kind=Kind.COMMENT), self.limits.incoming_text_chars)

    async def check(self) -> str:
        """The page's name."""
        found = await self._who(self._page, "id", "name")
        return f"page {found.get('name', found['id'])}"

    async def register(self, address: str) -> list[Step]:
        """Webhooks of the app and of the page, the greeting and the menu."""
        return await registration.messenger(
            self._graph, self._api, self._page, self._secrets, self._verify_token, self._wording, self._website, address
        )
