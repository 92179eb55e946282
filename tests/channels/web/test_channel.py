"""The web chat passes the suite of all channels, and what is its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PayloadRejected
from bot.messages import AnswerStatus, Button, Kind, Reply, Source
from bot.store.base import CITIZEN, Entry
from channels.base import RawRequest
from channels.web import WebChat, payloads
from channels.web.sessions import Sessions
from channels.web.sockets import make_server
from tests.channels.conformance import NOW, THREAD, Conformance

WEBSITE = "https://www.pontavel.example"
KEY = "k" * 24


class TestWebChat(Conformance):
    def channel(self, *secrets: str) -> WebChat:
        server = make_server(lambda origin, environ: True, None)
        return WebChat(server, Sessions(secrets), WEBSITE, 4000, clock=lambda: NOW)

    def request(self, text: str, secret: str) -> RawRequest:
        body = {"message": text, "session_id": Sessions([secret]).new(), "id": "m-1"}
        return RawRequest("EVENT", "user_uttered", json.dumps(body).encode())

    def unsigned(self, request: RawRequest) -> RawRequest:
        data = json.loads(request.body)
        del data["session_id"]
        return replace(request, body=json.dumps(data).encode())

    def tampered(self, request: RawRequest) -> RawRequest:
        data = json.loads(request.body)
        key, _, signature = data["session_id"].partition(".")
        data["session_id"] = f"{key}.{signature[::-1]}"
        return replace(request, body=json.dumps(data).encode())


def said(**data: Any) -> Any:
    return payloads.message("web", KEY, data, NOW, 4000)


def test_a_message_id_belongs_to_its_session() -> None:
    """Two citizens may choose the same id."""
    mine, theirs = said(message="a", id="1"), payloads.message("web", "z" * 24, {"message": "b", "id": "1"}, NOW, 4000)

    assert mine.id != theirs.id


def test_a_message_without_an_id_gets_one() -> None:
    """Stock widgets send none; each of their messages is new."""
    assert said(message="a").id != said(message="a").id


@pytest.mark.parametrize("given_id", ["", "a b", "x" * 65, 12, "é", {"a": 1}, "a/b"])
def test_an_id_of_another_form_is_refused(given_id: Any) -> None:
    """An id has the documented form or there is none."""
    with pytest.raises(PayloadRejected):
        said(message="a", id=given_id)


@pytest.mark.parametrize("opening", sorted(payloads.OPENINGS))
def test_an_opening_of_a_stock_widget_is_a_start(opening: str) -> None:
    """Stock widgets open with a command: it gets the welcome and is never a command."""
    assert said(message=opening).kind is Kind.START


@pytest.mark.parametrize("data", [{"customData": {}}, {"message": None}])
def test_a_message_without_words_opens_the_chat(data: dict[str, Any]) -> None:
    """rasa-webchat sends one when it is opened without an initial payload."""
    assert said(**data).kind is Kind.START


@pytest.mark.parametrize("data", [{"message": 1}, {"message": "a", "pressed": 4}, {"pressed": ""}])
def test_wrong_types_are_refused(data: dict[str, Any]) -> None:
    """What is not of the documented type is not guessed at."""
    with pytest.raises(PayloadRejected):
        said(**data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["message", "id", "pressed", "language", "metadata"]), JSON))
def test_no_payload_breaks_the_parser(data: dict[str, Any]) -> None:
    """Whatever is sent, the parser gives a message or a refusal."""
    try:
        message = payloads.message("web", KEY, data, NOW, 4000)
    except PayloadRejected:
        return
    assert message.text or message.pressed or message.kind is Kind.START


def test_stock_widgets_get_one_event_a_paragraph_and_the_source_before_the_question() -> None:
    """As Rasa's own channel does it; sources become text because stock widgets know none."""
    reply = Reply(
        "k.m.0",
        "Prenez rendez-vous.\n\nCela répond-il ?",
        buttons=(Button("Oui", "c.1"), Button("Non", "c.2")),
        sources=(Source("Carte d’identité", "/articles/cni"),),
    )
    (outgoing,) = TestWebChat().channel("s" * 40).render(reply, THREAD)

    assert outgoing.payload["stock"] == [
        {"text": "Prenez rendez-vous.", "quick_replies": []},
        {"text": "Carte d’identité : https://www.pontavel.example/articles/cni", "quick_replies": []},
        {
            "text": "Cela répond-il ?",
            "quick_replies": [
                {"content_type": "text", "title": "Oui", "payload": "c.1"},
                {"content_type": "text", "title": "Non", "payload": "c.2"},
            ],
        },
    ]


def test_our_widget_gets_one_entry_a_reply() -> None:
    """With everything that docs/web-chat.md promises."""
    reply = Reply(f"{KEY}.m-1.0", "Oui.", sources=(Source("T", "/a", "Ville", "2026-01-01"),), status=AnswerStatus.ANSWERED)
    (outgoing,) = TestWebChat().channel("s" * 40).render(reply, THREAD)

    assert outgoing.payload["entry"] == {
        "id": "m-1.0",
        "author": "bot",
        "name": "",
        "text": "Oui.",
        "language": "fr",
        "at": NOW.isoformat(),
        "buttons": [],
        "sources": [{"title": "T", "url": "/a", "publisher": "Ville", "updated": "2026-01-01"}],
        "status": "answered",
    }


def test_history_shows_the_ids_that_were_shown_live() -> None:
    """What a page already shows, it can recognise: a message with dots in its id included."""
    at = datetime(2026, 1, 5, tzinfo=timezone.utc)
    mine = payloads.entry(Entry(1, f"{KEY}.a.b", CITIZEN, "bonjour", at))
    answer = payloads.entry(Entry(2, f"{KEY}.a.b.0", "bot", "Bonjour.", at, Reply(f"{KEY}.a.b.0", "Bonjour.")))

    assert (mine["id"], answer["id"]) == ("a.b", "a.b.0")
