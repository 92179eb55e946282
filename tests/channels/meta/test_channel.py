"""Messenger, Instagram and WhatsApp pass the suite of all channels; signatures and the handshake."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.errors import EventIgnored, PayloadRejected, SignatureRejected
from bot.messages import Reply
from channels.base import RawRequest
from channels.meta import Instagram, Messenger, WhatsApp
from channels.meta.base import MetaChannel
from tests.channels.conformance import THREAD, Conformance
from tests.channels.meta.payloads import VERIFY_TOKEN, fixture, instagram, messenger, request, whatsapp

CHANNELS = pytest.mark.parametrize("channel", [messenger(), instagram(), whatsapp()], ids=lambda found: found.name)


class Meta(Conformance):
    def unsigned(self, request: RawRequest) -> RawRequest:
        return replace(request, headers={})

    def tampered(self, request: RawRequest) -> RawRequest:
        return replace(request, body=request.body + b" ")


class TestMessenger(Meta):
    def channel(self, *secrets: str) -> Messenger:
        return messenger(*secrets)

    def request(self, text: str, secret: str) -> RawRequest:
        data = fixture("messenger_text")
        data["entry"][0]["messaging"][0]["message"]["text"] = text
        return request("messenger", data, secret)


class TestInstagram(Meta):
    def channel(self, *secrets: str) -> Instagram:
        return instagram(*secrets)

    def request(self, text: str, secret: str) -> RawRequest:
        data = fixture("instagram_text")
        data["entry"][0]["messaging"][0]["message"]["text"] = text
        return request("instagram", data, secret)


class TestWhatsApp(Meta):
    def channel(self, *secrets: str) -> WhatsApp:
        return whatsapp(*secrets)

    def request(self, text: str, secret: str) -> RawRequest:
        data = fixture("whatsapp_text")
        data["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = text
        return request("whatsapp", data, secret)


def handshake(**query: str) -> RawRequest:
    return RawRequest(
        "GET", "/channels/messenger", b"", {}, {key.replace("_", ".", 1): value for key, value in query.items()}
    )


@CHANNELS
def test_the_handshake_is_answered(channel: MetaChannel) -> None:
    """Who knows our verify token gets the challenge back."""
    asked = handshake(hub_mode="subscribe", hub_verify_token=VERIFY_TOKEN, hub_challenge="1158201444")

    assert channel.challenge(asked) == "1158201444"


@CHANNELS
@pytest.mark.parametrize(
    "query",
    [
        {"hub_mode": "subscribe", "hub_verify_token": "something-else", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_verify_token": "é\udcff", "hub_challenge": "1"},
        {"hub_mode": "unsubscribe", "hub_verify_token": VERIFY_TOKEN, "hub_challenge": "1"},
    ],
)
def test_a_stranger_s_handshake_is_refused(channel: MetaChannel, query: dict[str, str]) -> None:
    """Nobody else gets an answer."""
    with pytest.raises(SignatureRejected):
        channel.challenge(handshake(**query))


@pytest.mark.parametrize("challenge", ["", "<script>alert(1)</script>", "1" * 201])
def test_a_challenge_that_is_no_number_is_not_repeated(challenge: str) -> None:
    """Nothing that a browser could run comes back from us."""
    asked = handshake(hub_mode="subscribe", hub_verify_token=VERIFY_TOKEN, hub_challenge=challenge)

    with pytest.raises(PayloadRejected):
        messenger().challenge(asked)


def test_other_requests_are_no_handshake() -> None:
    """A webhook, and a visit by a browser."""
    webhook = request("messenger", fixture("messenger_text"))

    assert messenger().challenge(webhook) is None
    assert messenger().challenge(RawRequest("GET", "/channels/messenger", b"")) is None


def test_a_signature_without_its_prefix_is_refused() -> None:
    """The algorithm is our choice, and it is named."""
    good = request("messenger", fixture("messenger_text"))
    bare = good.headers["x-hub-signature-256"].removeprefix("sha256=")

    for given in (bare, f"sha1={bare}", f"SHA256={bare}", "sha256=", "sha256=é"):
        with pytest.raises(SignatureRejected):
            messenger().verify(replace(good, headers={"x-hub-signature-256": given}))


@CHANNELS
def test_another_object_is_ignored(channel: MetaChannel) -> None:
    """A webhook about something else is theirs, and nothing for us."""
    body = json.dumps({"object": "permissions", "entry": []}).encode()

    with pytest.raises(EventIgnored):
        channel.parse(RawRequest("POST", "/", body))


@CHANNELS
def test_a_reply_that_says_nothing_sends_nothing(channel: MetaChannel) -> None:
    """No empty message, which providers refuse."""
    assert channel.render(Reply("r.1", "  "), THREAD) == []
