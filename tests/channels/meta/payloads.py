"""Recorded shapes as requests, and channels to read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bot.messages import Message
from bot.settings import read_office
from bot.settings_channels import GraphApi
from bot.settings_channels import Instagram as InstagramOptions
from bot.settings_channels import Messenger as MessengerOptions
from bot.settings_channels import WhatsApp as WhatsAppOptions
from bot.text import wording
from channels.base import Event, RawRequest
from channels.meta import Instagram, Messenger, WhatsApp
from channels.meta.base import MetaChannel
from channels.signatures import sign
from tests.channels.conformance import NOW
from tests.fakes.graph import ACCOUNT, APP, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
ROOT = Path(__file__).resolve().parents[3]
LINES = wording.load(read_office(ROOT / "office.yml"))
WEBSITE = "https://www.pontavel.example"
VERIFY_TOKEN = "fake-verify-token"
NO_HTTP: Any = None
"""For what does no I/O."""


def settings(url: str = "https://graph.facebook.com", app_id: str = APP) -> GraphApi:
    return GraphApi(app_id=app_id, url=url)


def messenger(
    *secrets: str, http: aiohttp.ClientSession = NO_HTTP, api: GraphApi | None = None, token: str = TOKEN
) -> Messenger:
    options = MessengerOptions(page_id=PAGE)
    found = secrets or (APP_SECRET,)
    return Messenger(http, api or settings(), options, token, found, VERIFY_TOKEN, LINES, WEBSITE, clock=lambda: NOW)


def instagram(
    *secrets: str, http: aiohttp.ClientSession = NO_HTTP, api: GraphApi | None = None, token: str = TOKEN
) -> Instagram:
    options = InstagramOptions(account_id=ACCOUNT)
    found = secrets or (APP_SECRET,)
    return Instagram(http, api or settings(), options, token, found, VERIFY_TOKEN, LINES, WEBSITE, clock=lambda: NOW)


def whatsapp(
    *secrets: str,
    http: aiohttp.ClientSession = NO_HTTP,
    api: GraphApi | None = None,
    token: str = TOKEN,
    template: str = "",
) -> WhatsApp:
    options = WhatsAppOptions(phone_number_id=NUMBER, business_account_id=BUSINESS, template=template)
    found = secrets or (APP_SECRET,)
    return WhatsApp(http, api or settings(), options, token, found, VERIFY_TOKEN, LINES, WEBSITE, clock=lambda: NOW)


def channel_of(name: str) -> MetaChannel:
    """The channel that a fixture is for."""
    return {"messenger": messenger, "instagram": instagram, "whatsapp": whatsapp}[name.partition("_")[0]]()


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def request(name: str, data: Any, secret: str = APP_SECRET) -> RawRequest:
    body = json.dumps(data).encode()
    headers = {"x-hub-signature-256": f"sha256={sign(secret, body)}"}
    return RawRequest("POST", f"/channels/{name}", body, headers)


def events(name: str, data: Any = None) -> Sequence[Event]:
    """What the channel finds in a fixture, or in what was made of it."""
    channel = channel_of(name)
    return channel.parse(request(channel.name, fixture(name) if data is None else data))


def message(name: str) -> Message:
    """The only event of a fixture, which is a message."""
    (event,) = events(name)
    assert isinstance(event, Message)
    return event
