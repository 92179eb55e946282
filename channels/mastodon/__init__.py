"""An account on a Mastodon server: whoever mentions it is answered in private."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from aiohttp import ClientSession

from bot import settings_channels
from bot.clock import Clock, now
from bot.errors import MediaRefused, SendError, SendRefused, SendUnsure, SignatureRejected
from bot.messages import REMOTE_URL, Address, Attachment, Outgoing, Receipt, Reply, Thread
from bot.text.wording import Wording
from channels.base import Channel, Cursor, Deliver, Event, Limits, RawRequest, Step
from channels.mastodon import payloads, profile, render
from channels.mastodon.client import Answer, Api
from channels.mastodon.mentions import Mentions, Pace, follow

MAX_TEXT_CHARS = 100_000
"""What a server may say of its limit and be believed."""


class Mastodon(Channel):
    """Mentions are fetched; replies are statuses that only the citizen reads."""

    name = "mastodon"
    limits = Limits(
        text_chars=render.TEXT_CHARS,
        buttons=0,
        button_title_chars=0,
        incoming_text_chars=4000,
        attachments=payloads.MAX_ATTACHMENTS,
        attachment_bytes=10_000_000,
        idempotent=True,
    )

    def __init__(
        self,
        http: ClientSession,
        options: settings_channels.Mastodon,
        token: str,
        wording: Wording,
        website: str,
        clock: Clock = now,
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._api = Api(http, options.instance, token, clock, self._pace.answer)
        self._host = payloads.host(options.instance)
        self._wording = wording
        self._website = website
        self._clock = clock
        self._own: payloads.Own | None = None
        self._text_chars = render.TEXT_CHARS
        self._streaming: object = None

    def verify(self, request: RawRequest) -> None:
        """Nobody posts to us: what comes is fetched.

        Raises:
            SignatureRejected: always.
        """
        raise SignatureRejected("this channel takes no requests")

    def parse(self, request: RawRequest) -> Sequence[Event]:
        """One notification, as the server lists it."""
        return [self._event(payloads.read(request.body))]

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """Direct statuses, or an unlisted one where the reply is public; without the mention that `send` adds."""
        return render.statuses(reply, thread, self._website, self._wording, self._text_chars)

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Post a status that mentions the citizen."""
        user, _, server = to.key.partition("@")
        if not (user and server):
            raise SendRefused("an address that is no account")
        mention = user if server.lower() == self._host else to.key
        body = {name: value for name, value in outgoing.payload.items() if name != "text"}
        body["status"] = f"@{mention} {outgoing.payload.get('text', '')}"
        answer = await self._post(body, outgoing.key)
        if answer.status in (404, 410, 422) and body.pop("in_reply_to_id", None) is not None:
            if body.get("visibility") == render.OPEN:
                # Without what it answers to, it would stand on its own in the feeds of all who follow us.
                raise SendRefused(f"the server answers {answer.status}: what it answers to is gone, or it is not taken")
            # The citizen has deleted the question, or hides it from us: the answer goes out without hanging on it.
            answer = await self._post(body, outgoing.key)
        if not answer.taken:
            raise answer.failure(self._clock())
        found = answer.data()
        if not (isinstance(found, dict) and isinstance(found.get("id"), str)):
            raise SendUnsure("the server's answer is no status")
        return Receipt(found["id"])

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of an image, from the instance or over TLS."""
        if not attachment.url.startswith(REMOTE_URL):
            raise MediaRefused("not at the server", "file_gone")
        return await self._api.download(attachment.url[len(REMOTE_URL) :], self.limits.attachment_bytes)

    async def check(self) -> str:
        """Our account's name."""
        self._own = await profile.own(self._api)
        shown = f"@{self._own.username}@{self._host}"
        return f"{shown} ({self._own.name})" if self._own.name else shown

    async def register(self, address: str) -> list[Step]:
        """Set up the profile; nothing has to know our address, since we call."""
        return await profile.set_up(self._api, self._website, self._clock())

    async def open(self) -> None:
        """Learn what the server allows. If it is away now, `listen` asks again, and until then Mastodon's own limits hold."""
        with contextlib.suppress(SendError):
            await self._learn()

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        """Hand over mentions, from where the cursor stands."""
        await self._learn()
        mentions = Mentions(self._api, self._event, deliver, cursor, self._clock)
        await mentions.begin()
        await follow(self._api, self._api.streaming(self._streaming), mentions, self._pace)

    @property
    def pulls(self) -> bool:
        """Mentions are fetched."""
        return True

    def _event(self, item: object) -> Event:
        return payloads.event(item, self._own, self._host, self.limits.incoming_text_chars)

    async def _post(self, body: dict[str, object], key: str) -> Answer:
        return await self._api.call("POST", "/api/v1/statuses", body=body, key=key)

    async def _learn(self) -> None:
        self._own = await profile.own(self._api)
        answer = await self._api.call("GET", "/api/v2/instance")
        if answer.status == 404:
            # Before 4.0, and on servers that only have the same API: https://docs.joinmastodon.org/methods/instance/#v1
            answer = await self._api.call("GET", "/api/v1/instance")
        if not answer.taken:
            raise answer.failure(self._clock())
        instance = answer.data()
        configuration = _part(instance, "configuration")
        told = _part(configuration, "statuses").get("max_characters")
        if isinstance(told, int) and not isinstance(told, bool) and render.TEXT_CHARS <= told <= MAX_TEXT_CHARS:
            self._text_chars = told
        self._streaming = _part(configuration, "urls").get("streaming") or _part(instance, "urls").get("streaming_api")


def _part(data: object, name: str) -> dict[str, object]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
