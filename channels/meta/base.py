"""What Messenger, Instagram and WhatsApp have in common: signatures, the handshake, and entries in batches."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import aiohttp

from bot.clock import Clock, now
from bot.errors import EventIgnored, PayloadRejected, SendRefused, SignatureRejected
from bot.messages import REMOTE_URL, Attachment, Message, Thread
from bot.settings_channels import GraphApi
from bot.text.wording import Wording
from channels.base import Channel, Event, RawRequest
from channels.meta import reading
from channels.meta.graph import Graph
from channels.signatures import require, require_token

SIGNATURE = "x-hub-signature-256"
PREFIX = "sha256="
CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
WINDOW = timedelta(hours=24)
ATTACHMENT_BYTES = 10_000_000
INCOMING_TEXT_CHARS = 4000


class MetaChannel(Channel):
    """A channel whose webhooks are Meta's and whose messages go out over the Graph API."""

    topic: ClassVar[str]
    """What a webhook is about, its `object`."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        graph: GraphApi,
        token: str,
        app_secrets: Sequence[str],
        verify_token: str,
        wording: Wording,
        website: str,
        clock: Clock = now,
    ) -> None:
        self._graph = Graph(http, graph, token)
        self._api = graph
        self._secrets = tuple(app_secrets)
        self._verify_token = verify_token
        self._wording = wording
        self._website = website
        self._clock = clock

    def verify(self, request: RawRequest) -> None:
        """The HMAC of the raw bytes, by one of the app's secrets."""
        given = request.headers.get(SIGNATURE, "")
        if not given.startswith(PREFIX):
            raise SignatureRejected("no signature")
        require(self._secrets, request.body, given[len(PREFIX) :])

    def challenge(self, request: RawRequest) -> str | None:
        """The handshake by which Meta makes sure that the address is ours."""
        if request.method != "GET" or "hub.mode" not in request.query:
            return None
        if request.query["hub.mode"] != "subscribe":
            raise SignatureRejected("a handshake that subscribes to nothing")
        require_token([self._verify_token], request.query.get("hub.verify_token", ""))
        answer = request.query.get("hub.challenge", "")
        if not CHALLENGE.fullmatch(answer):
            raise PayloadRejected("a handshake without a challenge")
        return answer

    def parse(self, request: RawRequest) -> list[Event]:
        """Every event of every entry."""
        data = reading.body(request.body)
        topic = data.get("object")
        if not (isinstance(topic, str) and isinstance(data.get("entry"), list)):
            raise PayloadRejected("no webhook of the Graph API")
        if topic != self.topic:
            raise EventIgnored("about something else")
        return reading.each(data, "entry", self._read_entry)

    def _read_entry(self, entry: Any) -> list[Event]:
        if not isinstance(entry, dict):
            return [reading.MALFORMED]
        return self._entry(entry) or [reading.UNKNOWN]

    @abstractmethod
    def _entry(self, entry: Mapping[str, Any]) -> list[Event]:
        """The events of one entry, [] if it holds nothing that is known."""

    def _outside_window(self, thread: Thread) -> bool:
        """Whether the citizen was last heard too long ago to be answered freely."""
        if thread.now is None or thread.last_heard_at is None:
            return False
        return thread.now - thread.last_heard_at > WINDOW

    def _remote(self, attachment: Attachment) -> str:
        """What an attachment's address says to `fetch`."""
        return attachment.url.removeprefix(REMOTE_URL)

    async def attend(self, message: Message) -> None:
        """Show that the message was seen and is being answered."""

    async def _who(self, node: str, *fields: str) -> dict[str, str]:
        """What the provider says of an object of ours.

        Raises:
            SendError: it does not know us, or does not answer.
        """
        found = await self._graph.get(node, fields=",".join(fields))
        if not isinstance(found.get("id"), str):
            raise SendRefused("the Graph API answers with something else")
        return {name: value for name, value in found.items() if isinstance(value, str)}
