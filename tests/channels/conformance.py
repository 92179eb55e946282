"""What every channel has to pass. A channel's tests inherit `Conformance` and give it their provider's payloads.

The pure half stands here: bytes in, words out, and back. What needs a running gateway (doubled delivery, a provider
that fails) is tested where the gateway runs.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.errors import EventIgnored, PayloadRejected, RequestRejected, SignatureRejected
from bot.messages import MAX_BUTTONS, Author, Button, Kind, Message, Reply, Source, Thread
from channels.base import Channel, RawRequest

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)
THREAD = Thread(now=NOW)


def messages(channel: Channel, request: RawRequest) -> list[Message]:
    """What citizens said in a request."""
    return [event for event in channel.parse(request) if isinstance(event, Message)]


def refusal(channel: Channel, request: RawRequest) -> str:
    """The catalogue key of what the citizen is told: an exception's, or that of a message that cannot be read."""
    try:
        (message,) = messages(channel, request)
    except PayloadRejected as error:
        return error.reason
    return message.text if message.kind is Kind.UNREADABLE else f"a {message.kind.value}"


class Rendering(ABC):
    """What every channel passes, also one that fetches and believes no request."""

    NEW = "n" * 40
    OLD = "o" * 40

    @abstractmethod
    def channel(self, *secrets: str) -> Channel:
        """The channel, believing these secrets, the newest first."""

    def test_a_reply_survives_rendering(self) -> None:
        """Every word, choice and source of a reply is somewhere in what goes out, in JSON."""
        buttons = tuple(Button(f"Choix {number}", f"c.token{number}") for number in range(MAX_BUTTONS))
        source = Source("Carte d’identité", "https://www.pontavel.example/carte")
        reply = Reply(
            "r.1", "Première partie.\n\nSeconde partie.", author=Author.BOT, buttons=buttons, sources=(source,)
        )
        sent = json.dumps(
            [outgoing.payload for outgoing in self.channel(self.NEW).render(reply, THREAD)], ensure_ascii=False
        )

        for words in ("Première partie.", "Seconde partie.", "Choix 0", f"Choix {MAX_BUTTONS - 1}", source.url):
            assert words in sent

    def test_a_long_reply_is_split_not_cut(self) -> None:
        """The last word of a long reply goes out too."""
        text = "\n\n".join(f"Paragraphe {number} " + "mot " * 100 for number in range(40)) + "fin-du-texte"
        sent = json.dumps([outgoing.payload for outgoing in self.channel(self.NEW).render(Reply("r.2", text), THREAD)])

        assert "fin-du-texte" in sent


class Conformance(Rendering):
    """Inherit it, say how your provider's requests look, and add what is special to it."""

    @abstractmethod
    def request(self, text: str, secret: str) -> RawRequest:
        """A genuine request that carries a text, signed with a secret."""

    @abstractmethod
    def unsigned(self, request: RawRequest) -> RawRequest:
        """The same request without its signature."""

    @abstractmethod
    def tampered(self, request: RawRequest) -> RawRequest:
        """The same request with a wrong signature."""

    def test_a_good_signature_is_believed(self) -> None:
        """A request signed with our secret passes `verify`."""
        self.channel(self.NEW).verify(self.request("bonjour", self.NEW))

    def test_a_rotated_secret_is_still_believed(self) -> None:
        """During a rotation, what the older secret signed passes too."""
        self.channel(self.NEW, self.OLD).verify(self.request("bonjour", self.OLD))

    def test_a_retired_secret_is_not_believed(self) -> None:
        """After the rotation it does not."""
        with pytest.raises(SignatureRejected):
            self.channel(self.NEW).verify(self.request("bonjour", self.OLD))

    def test_a_missing_signature_is_refused(self) -> None:
        """No signature, no belief."""
        with pytest.raises(SignatureRejected):
            self.channel(self.NEW).verify(self.unsigned(self.request("bonjour", self.NEW)))

    def test_a_wrong_signature_is_refused(self) -> None:
        """Neither with a wrong one."""
        with pytest.raises(SignatureRejected):
            self.channel(self.NEW).verify(self.tampered(self.request("bonjour", self.NEW)))

    def test_a_text_arrives_as_it_was_typed(self) -> None:
        """Accents, angle brackets and slashes are the citizen's own."""
        said = messages(self.channel(self.NEW), self.request("/restart <b>été</b> à Noël ?", self.NEW))

        assert [message.text for message in said] == ["/restart <b>été</b> à Noël ?"]
        assert said[0].address.channel == self.channel(self.NEW).name
        assert said[0].sent_at.tzinfo is not None

    @pytest.mark.parametrize("text", ["", "   ", "\u200b\u2060", "\x00\x01"])
    def test_an_empty_text_is_refused_in_words(self, text: str) -> None:
        """What shows nothing says nothing: the citizen is told so."""
        assert refusal(self.channel(self.NEW), self.request(text, self.NEW)) == "empty"

    def test_an_overlong_text_is_refused_in_words(self) -> None:
        """100 kB are no message."""
        assert refusal(self.channel(self.NEW), self.request("a" * 100_000, self.NEW)) == "too_long"

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 2000, b'"text"', b"123"])
    def test_rubbish_is_refused(self, body: bytes) -> None:
        """A body that nobody can read is a refusal, never an exception of ours."""
        request = replace(self.request("bonjour", self.NEW), body=body)
        channel = self.channel(self.NEW)

        for step in (channel.verify, channel.parse):
            with pytest.raises(RequestRejected):
                step(request)

    def test_an_unknown_event_is_ignored_or_refused(self) -> None:
        """An object without anything we know is no message."""
        request = replace(self.request("bonjour", self.NEW), body=b'{"something": {"new": true}}')

        with pytest.raises((EventIgnored, PayloadRejected)):
            self.channel(self.NEW).parse(request)
