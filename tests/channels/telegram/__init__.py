"""The Telegram channel's tests, and what they share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bot.messages import Message
from bot.settings import read_office
from bot.settings_channels import Telegram
from bot.text import wording
from channels.base import Event, RawRequest
from channels.telegram import SECRET_HEADER, TelegramChannel

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = Path(__file__).parent / "fixtures"
WORDING = wording.load(read_office(ROOT / "office.yml"))
WEBSITE = "https://www.pontavel.example"
TOKEN = "4200:example-token-of-nobody"
SECRET = "s" * 40
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)


def channel(
    *secrets: str, url: str = "https://api.telegram.org", token: str = TOKEN, receive: str = "webhook"
) -> TelegramChannel:
    """The channel of Pontavel's bot."""
    options = Telegram(receive=receive, url=url)  # type: ignore[arg-type]
    return TelegramChannel(options, token, secrets or (SECRET,), WORDING, WEBSITE, clock=lambda: NOW)


def fixture(name: str) -> dict[str, Any]:
    """An update as Telegram sends it."""
    raw: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return raw


def request(update: Any, secret: str = SECRET) -> RawRequest:
    """The webhook's request that carries an update."""
    body = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
    headers = {"content-type": "application/json", SECRET_HEADER: secret}
    return RawRequest("POST", "/channels/telegram", body, headers)


def parsed(update: Any, reader: TelegramChannel | None = None) -> Sequence[Event]:
    """What the channel finds in an update."""
    return (reader or channel()).parse(request(update))


def only(update: Any, reader: TelegramChannel | None = None) -> Message:
    """The one message in an update."""
    (message,) = parsed(update, reader)
    assert isinstance(message, Message), message
    return message
