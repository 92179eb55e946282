"""Webhooks as providers send them: the recorded shapes of `tests/channels`, with other citizens, ids and words."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

from channels.signatures import derive, sign
from channels.telegram import SECRET_HEADER
from tests.channels import telegram as telegram_tests
from tests.channels.meta import payloads as meta_tests
from tests.fakes.api_client import signed
from tests.fakes.graph import APP_SECRET

SECRET = "a-secret-that-only-benchmarks-have-and-nobody-else"
API_CLIENT, API_SECRET = "borne", "k" * 40
TEXT = "Bonjour, où refaire ma carte d’identité avant les vacances ? ({number})"

Request = tuple[bytes, dict[str, str]]
"""A body and its headers."""
Make = Callable[[int, int], Request]
"""The webhook of one message: its number, and which citizen says it."""


def telegram() -> Make:
    """An update; the header is our own secret."""
    template = telegram_tests.fixture("text")
    headers = {SECRET_HEADER: derive(SECRET, "telegram webhook")}

    def make(number: int, citizen: int) -> Request:
        update = copy.deepcopy(template)
        message = update["message"]
        update["update_id"] = message["message_id"] = number
        message["from"]["id"] = message["chat"]["id"] = 700_000_000 + citizen
        message["date"] = int(time.time())
        message["text"] = TEXT.format(number=number)
        return json.dumps(update).encode(), headers

    return make


def _meta(name: str, fill: Callable[[Any, int, int], None]) -> Make:
    template = meta_tests.fixture(name)

    def make(number: int, citizen: int) -> Request:
        webhook = copy.deepcopy(template)
        fill(webhook["entry"][0], number, citizen)
        body = json.dumps(webhook).encode()
        return body, {"X-Hub-Signature-256": f"sha256={sign(APP_SECRET, body)}"}

    return make


def _page(entry: Any, number: int, citizen: int) -> None:
    (event,) = entry["messaging"]
    event["sender"]["id"] = str(24_680_000_000_000 + citizen)
    event["timestamp"] = int(time.time() * 1000)
    event["message"].update(mid=f"m_bench{number}", text=TEXT.format(number=number))


def _number(entry: Any, number: int, citizen: int) -> None:
    value = entry["changes"][0]["value"]
    (message,) = value["messages"]
    phone, user = str(33_600_000_000 + citizen), f"FR.{13_491_208_655_302_000_000 + citizen}"
    value["contacts"][0].update(wa_id=phone, user_id=user)
    message.update({"from": phone, "from_user_id": user, "id": f"wamid.bench{number}=="})
    message.update(timestamp=str(int(time.time())), text={"body": TEXT.format(number=number)})


def api() -> Make:
    """A message of a front end."""

    def make(number: int, citizen: int) -> Request:
        said = {"id": f"m-{number}", "conversation": f"c-{citizen}", "text": TEXT.format(number=number)}
        body = json.dumps(said).encode()
        return body, signed(API_CLIENT, API_SECRET, body)

    return make


MAKERS: dict[str, Callable[[], Make]] = {
    "telegram": telegram,
    "messenger": lambda: _meta("messenger_text", _page),
    "instagram": lambda: _meta("instagram_text", _page),
    "whatsapp": lambda: _meta("whatsapp_text", _number),
    "api": api,
}
