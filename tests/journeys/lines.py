"""Citizens' ends of the channels, for journeys: what they say is posted until it is taken, and again; what arrived is read."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from channels.signatures import sign
from tests.fakes.api_client import FakeApiClient
from tests.fakes.graph import APP, APP_SECRET, BUSINESS, NUMBER, PAGE, FakeGraph, Sent
from tests.fakes.telegram import FakeTelegram

AGAIN_SECONDS = 0.3
"""Providers wait longer; a shorter wait is harder on us."""
POST_WITHIN = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Said:
    """Something a citizen did, as the provider keeps it."""

    text: str
    pressed: str
    body: Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something a citizen was shown; `key` is ours where the provider is told it, "" where not."""

    key: str
    text: str
    choices: tuple[tuple[str, str], ...]
    """Titles and tokens."""


class Line(Protocol):
    """One channel, seen from outside."""

    name: str
    keyed: bool
    """Whether it is told our key."""

    def said(self, key: str, text: str, token: str = "") -> Said:
        """Something new; with a token, the pressed button whose title is `text`."""

    async def hand_over(self, said: Said) -> None:
        """Until it is taken."""

    async def again(self, said: Said) -> bool:
        """Once more; whether it was taken."""

    def arrivals(self, key: str) -> list[Arrival]:
        """What one citizen was shown, in order."""


class _Posting:
    """Posts until it gets 2xx, now and then two at a time, as providers do whose answer was late."""

    doubling = 0.15

    def __init__(self, address: str, http: aiohttp.ClientSession, dice: random.Random) -> None:
        self._address = address
        self._http = http
        self._dice = dice
        self.refused = 0

    async def hand_over(self, said: Said) -> None:
        copies = 2 if self._dice.random() < self.doubling else 1
        while not any(await asyncio.gather(*(self.again(said) for _ in range(copies)))):
            self.refused += 1
            await asyncio.sleep(AGAIN_SECONDS * self._dice.uniform(0.5, 1.5))

    async def again(self, said: Said) -> bool:
        raise NotImplementedError

    async def _post(self, name: str, content: bytes, headers: dict[str, str]) -> bool:
        headers = {"content-type": "application/json", **headers}
        url = f"{self._address}/channels/{name}"
        try:
            async with self._http.post(url, data=content, headers=headers, timeout=POST_WITHIN) as response:
                if 400 <= response.status < 500:
                    raise AssertionError(f"{name} answers {response.status}: {await response.text()}")
                return 200 <= response.status < 300
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False


class TelegramLine(_Posting):
    """Telegram, by its webhook (the fake posts, one update after the other) or fetched from."""

    name = "telegram"
    keyed = False

    def __init__(
        self, fake: FakeTelegram, secret: str, address: str, http: aiohttp.ClientSession, dice: random.Random
    ) -> None:
        super().__init__(address, http, dice)
        self.fake = fake
        self._secret = secret

    def switch_on(self) -> None:
        """What `guichet channels register` does there."""
        self.fake.webhook = {"url": f"{self._address}/channels/{self.name}", "secret_token": self._secret}

    def said(self, key: str, text: str, token: str = "") -> Said:
        number = self.fake.press(int(key), token, text) if token else self.fake.say(int(key), text)
        update = self.fake.updates[-1]
        assert update["update_id"] == number
        return Said(text, token, update)

    async def hand_over(self, said: Said) -> None:
        await self.fake.taken(said.body["update_id"])

    async def again(self, said: Said) -> bool:
        if not self.fake.webhook:
            # As if its confirmation had been lost.
            if said.body not in self.fake.updates:
                self.fake.requeue(said.body)
            return True
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
        return await self._post(self.name, json.dumps(said.body).encode(), headers)

    def arrivals(self, key: str) -> list[Arrival]:
        return [
            Arrival(
                "",
                str(sent["text"]),
                tuple(
                    (button["text"], button["callback_data"])
                    for row in (sent.get("reply_markup") or {}).get("inline_keyboard", [])
                    for button in row
                ),
            )
            for sent in self.fake.sent
            if str(sent["chat_id"]) == key
        ]


class MetaLine(_Posting):
    keyed = True
    name: str
    topic: str

    def __init__(self, fake: FakeGraph, address: str, http: aiohttp.ClientSession, dice: random.Random) -> None:
        super().__init__(address, http, dice)
        self.fake = fake

    async def again(self, said: Said) -> bool:
        return await self._entry(said.body)

    async def report(self, stop: asyncio.Event) -> None:
        """Tell what has become of everything that was sent, a little later, each until it is taken; until `stop`."""
        told = 0
        while not stop.is_set():
            if told == len(self.fake.sent):
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            sent = self.fake.sent[told]
            entry = self.fate(sent)
            if entry is None or await self._entry(entry):
                told += 1
            else:
                await asyncio.sleep(AGAIN_SECONDS)

    def fate(self, sent: Sent) -> Any:
        """A webhook's entry about something that was sent, None if it is another channel's."""
        raise NotImplementedError

    async def _entry(self, entry: Any) -> bool:
        content = json.dumps({"object": self.topic, "entry": [entry]}).encode()
        return await self._post(self.name, content, {"x-hub-signature-256": f"sha256={sign(APP_SECRET, content)}"})


class WhatsAppLine(MetaLine):
    name = "whatsapp"
    topic = "whatsapp_business_account"

    def said(self, key: str, text: str, token: str = "") -> Said:
        what: dict[str, Any] = {"type": "text", "text": {"body": text}}
        if token:
            pressed = {"type": "button_reply", "button_reply": {"id": token, "title": text}}
            what = {"type": "interactive", "interactive": pressed}
        head = {"from": key, "id": f"wamid.{uuid.uuid4().hex}", "timestamp": str(int(time.time()))}
        person = {"profile": {"name": "Camille"}, "wa_id": key}
        return Said(text, token, _change(contacts=[person], messages=[{**head, **what}]))

    def fate(self, sent: Sent) -> Any:
        if sent.node != NUMBER:
            return None
        status = {"id": sent.id, "status": "delivered", "timestamp": str(int(time.time()))}
        key = sent.body["biz_opaque_callback_data"]
        return _change(statuses=[{**status, "recipient_id": sent.body["to"], "biz_opaque_callback_data": key}])

    def arrivals(self, key: str) -> list[Arrival]:
        return [_whatsapp(sent) for sent in self.fake.sent if sent.node == NUMBER and sent.body.get("to") == key]


class MessengerLine(MetaLine):
    name = "messenger"
    topic = "page"

    def said(self, key: str, text: str, token: str = "") -> Said:
        now = int(time.time() * 1000)
        message: dict[str, Any] = {"mid": f"m_{uuid.uuid4().hex}", "text": text}
        if token:
            message["quick_reply"] = {"payload": token}
        event = {"sender": {"id": key}, "recipient": {"id": PAGE}, "timestamp": now, "message": message}
        return Said(text, token, {"id": PAGE, "time": now, "messaging": [event]})

    def fate(self, sent: Sent) -> Any:
        if sent.node != PAGE:
            return None
        now = int(time.time() * 1000)
        said = sent.body["message"]
        echo = {"mid": sent.id, "is_echo": True, "app_id": int(APP), "metadata": said["metadata"], "text": said["text"]}
        event = {"sender": {"id": PAGE}, "recipient": sent.body["recipient"], "timestamp": now, "message": echo}
        return {"id": PAGE, "time": now, "messaging": [event]}

    def arrivals(self, key: str) -> list[Arrival]:
        return [
            Arrival(
                message.get("metadata", ""),
                message["text"],
                tuple((one["title"], one["payload"]) for one in message.get("quick_replies", [])),
            )
            for sent in self.fake.sent
            if sent.node == PAGE and sent.body["recipient"]["id"] == key
            for message in [sent.body["message"]]
        ]


class ApiLine(_Posting):
    """The signed API with a callback."""

    name = "api"
    keyed = True

    def __init__(self, fake: FakeApiClient, address: str, http: aiohttp.ClientSession, dice: random.Random) -> None:
        super().__init__(address, http, dice)
        self.fake = fake

    def said(self, key: str, text: str, token: str = "") -> Said:
        body = {"id": uuid.uuid4().hex, "conversation": key, "text": text, **({"pressed": token} if token else {})}
        return Said(text, token, body)

    async def again(self, said: Said) -> bool:
        try:
            status, answer = await self.fake.say(self._address, **said.body)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False
        if 400 <= status < 500:
            raise AssertionError(f"the API answers {status}: {answer}")
        return 200 <= status < 300

    def arrivals(self, key: str) -> list[Arrival]:
        return [
            Arrival(
                headers["webhook-id"],
                body["reply"]["text"],
                tuple((one["title"], one["token"]) for one in body["reply"]["buttons"]),
            )
            for headers, body in zip(self.fake.headers, self.fake.sent, strict=True)
            if body["conversation"] == key
        ]


def _change(**value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "33261914000", "phone_number_id": NUMBER}
    what = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {"id": BUSINESS, "changes": [{"field": "messages", "value": what}]}


def _whatsapp(sent: Sent) -> Arrival:
    body = sent.body
    key = body.get("biz_opaque_callback_data", "")
    if body["type"] == "text":
        return Arrival(key, body["text"]["body"], ())
    return Arrival(key, body["interactive"]["body"]["text"], tuple(_tappable(body["interactive"]["action"])))


def _tappable(action: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for button in action.get("buttons", []):
        yield button["reply"]["title"], button["reply"]["id"]
    for section in action.get("sections", []):
        for row in section["rows"]:
            yield row["title"], row["id"]
