"""Every channel that a provider calls, seen from its citizens: what they say to a running gateway, and what they get.

A test that is written for a `Front` runs on all of them; a new channel adds one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot import settings as settings_module
from bot.settings import Settings
from channels.signatures import derive
from tests.fakes.api_client import FakeApiClient, signed
from tests.fakes.graph import ACCOUNT, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN, FakeGraph
from tests.fakes.telegram import FakeTelegram

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-that-only-tests-have-and-nobody-else"
API_SECRET = "s" * 40
CLIENT = "borne"


@dataclass(frozen=True, slots=True)
class Post:
    """A request of a provider, signed."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Front(ABC):
    """A channel and its citizens, numbered from 1."""

    name: str

    @abstractmethod
    def says(self, citizen: int, text: str, number: int) -> Post:
        """A text of a citizen's; `number` makes its id at the provider."""

    @abstractmethod
    def batch(self, said: Sequence[tuple[int, str, int]], broken: bool) -> Post | None:
        """Several at once, with one in the middle that cannot be read; None where requests hold one."""

    @abstractmethod
    def unsigned(self, post: Post) -> Post:
        """The same without what makes it believed."""

    @abstractmethod
    def got(self, citizen: int) -> list[str]:
        """The texts that a citizen was sent, in order."""

    @abstractmethod
    def fail(self, fault: str | None) -> None:
        """What the provider does from now on: failing, limiting, hanging, closing, taking_then_closing."""

    def key(self, citizen: int) -> str:
        """The key of a citizen's address."""
        return str(citizen)


class OnTelegram(Front):
    name = "telegram"

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake

    def says(self, citizen: int, text: str, number: int) -> Post:
        person = {"id": citizen, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
        message = {
            "message_id": number,
            "from": person,
            "chat": {"id": citizen, "type": "private"},
            "date": int(time.time()),
        }
        body = json.dumps({"update_id": number, "message": {**message, "text": text}}).encode()
        return Post("/channels/telegram", body, {"X-Telegram-Bot-Api-Secret-Token": derive(SECRET, "telegram webhook")})

    def batch(self, said: Sequence[tuple[int, str, int]], broken: bool) -> Post | None:
        return None

    def unsigned(self, post: Post) -> Post:
        return Post(post.path, post.body)

    def got(self, citizen: int) -> list[str]:
        return [one["text"] for one in self.fake.sent if str(one["chat_id"]) == str(citizen)]

    def fail(self, fault: str | None) -> None:
        self.fake.fault, self.fake.fault_of = fault, "sendMessage"


class OnMeta(Front):
    """What Meta's three have in common."""

    def __init__(self, fake: FakeGraph) -> None:
        self.fake = fake

    def unsigned(self, post: Post) -> Post:
        return Post(post.path, post.body)

    def fail(self, fault: str | None) -> None:
        self.fake.fault = fault

    def says(self, citizen: int, text: str, number: int) -> Post:
        post = self.batch([(citizen, text, number)], broken=False)
        assert post
        return post

    def _post(self, payload: dict[str, Any]) -> Post:
        body = json.dumps(payload).encode()
        digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return Post(f"/channels/{self.name}", body, {"X-Hub-Signature-256": f"sha256={digest}"})


class OnPages(OnMeta):
    topic = "page"
    account = PAGE

    def batch(self, said: Sequence[tuple[int, str, int]], broken: bool) -> Post | None:
        events: list[Any] = [
            {
                "sender": {"id": self.key(citizen)},
                "recipient": {"id": self.account},
                "timestamp": int(time.time() * 1000),
                "message": {"mid": f"m_{number}", "text": text},
            }
            for citizen, text, number in said
        ]
        if broken:
            events.insert(1, {"sender": {"id": 7}, "message": {"mid": ["x"], "text": 3}})
        return self._post({"object": self.topic, "entry": [{"id": self.account, "time": 1, "messaging": events}]})

    def key(self, citizen: int) -> str:
        return f"246801357{citizen:06d}"

    def got(self, citizen: int) -> list[str]:
        return [
            str(one.body["message"]["text"])
            for one in self.fake.sent
            if one.body.get("recipient", {}).get("id") == self.key(citizen) and "message" in one.body
        ]


class OnMessenger(OnPages):
    name = "messenger"


class OnInstagram(OnPages):
    name = "instagram"
    topic = "instagram"
    account = ACCOUNT


class OnWhatsApp(OnMeta):
    name = "whatsapp"

    def batch(self, said: Sequence[tuple[int, str, int]], broken: bool) -> Post | None:
        messages: list[Any] = [
            {
                "from": self.key(citizen),
                "id": f"wamid.{number}",
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": text},
            }
            for citizen, text, number in said
        ]
        if broken:
            messages.insert(1, {"from": 7, "id": ["x"], "type": "text", "text": "no object"})
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, "messages": messages}
        return self._post(
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": BUSINESS, "changes": [{"field": "messages", "value": value}]}],
            }
        )

    def key(self, citizen: int) -> str:
        return f"336{citizen:08d}"

    def got(self, citizen: int) -> list[str]:
        return [
            str(
                (one.body.get("text") or one.body["interactive"]["body"]).get("body")
                or one.body["interactive"]["body"]["text"]
            )
            for one in self.fake.sent
            if one.body.get("to", one.body.get("recipient")) == self.key(citizen)
        ]


class OnApi(Front):
    name = "api"

    def __init__(self, fake: FakeApiClient) -> None:
        self.fake = fake

    def says(self, citizen: int, text: str, number: int) -> Post:
        body = json.dumps({"id": f"m{number}", "conversation": f"c{citizen}", "text": text}).encode()
        return Post("/channels/api", body, signed(CLIENT, API_SECRET, body))

    def batch(self, said: Sequence[tuple[int, str, int]], broken: bool) -> Post | None:
        return None

    def unsigned(self, post: Post) -> Post:
        return Post(post.path, post.body)

    def key(self, citizen: int) -> str:
        return f"{CLIENT}.c{citizen}"

    def got(self, citizen: int) -> list[str]:
        return [one["reply"]["text"] for one in self.fake.shown.values() if one.get("conversation") == f"c{citizen}"]

    def fail(self, fault: str | None) -> None:
        self.fake.fault = fault


NAMES = ("telegram", "messenger", "instagram", "whatsapp", "api")


@asynccontextmanager
async def fronts(folder: Path, environ: dict[str, str]) -> AsyncIterator[tuple[dict[str, Front], Settings]]:
    """All of them over fakes, and the settings of a gateway that knows them."""
    async with (
        FakeTelegram() as telegram,
        FakeGraph() as graph,
        FakeApiClient(CLIENT, API_SECRET) as client,
    ):
        office = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
        office["channels"] = {
            "web": True,
            "address": "https://chat.pontavel.example",
            "telegram": {"receive": "webhook", "url": telegram.url},
            "meta": {
                "app_id": "5050",
                "url": graph.url,
                "messenger": {"page_id": PAGE},
                "instagram": {"account_id": ACCOUNT},
                "whatsapp": {"phone_number_id": NUMBER, "business_account_id": BUSINESS},
            },
            "api": {"clients": {CLIENT: {"callback": client.callback}}},
        }
        for name in ("knowledge", "replies.yml"):
            if not (folder / name).exists():
                (folder / name).symlink_to(ROOT / name)
        path = folder / "office.yml"
        path.write_text(yaml.safe_dump(office, allow_unicode=True, sort_keys=False), encoding="utf-8")
        known: dict[str, Front] = {
            one.name: one
            for one in (
                OnTelegram(telegram),
                OnMessenger(graph),
                OnInstagram(graph),
                OnWhatsApp(graph),
                OnApi(client),
            )
        }
        yield (
            known,
            settings_module.load(
                {
                    **environ,
                    "GUICHET_OFFICE": str(path),
                    "GUICHET_SECRET": SECRET,
                    "GUICHET_TELEGRAM_TOKEN": telegram.token,
                    "GUICHET_META_APP_SECRET": APP_SECRET,
                    "GUICHET_MESSENGER_TOKEN": TOKEN,
                    "GUICHET_INSTAGRAM_TOKEN": TOKEN,
                    "GUICHET_WHATSAPP_TOKEN": TOKEN,
                    "GUICHET_API_SECRETS": f"{CLIENT}:{API_SECRET}",
                }
            ),
        )
