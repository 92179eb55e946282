"""The signed API passes the suite of all channels, and what is its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ConfigurationError, PayloadRejected, SignatureRejected
from bot.messages import Address, AnswerStatus, Author, Button, Kind, Location, Reply, Source
from bot.settings_channels import Api, ApiClient
from channels.api import SignedApi
from channels.base import RawRequest
from tests.channels.api.door import WEBSITE, WORDING
from tests.channels.conformance import NOW, THREAD, Conformance
from tests.fakes.api_client import signed

SECRET = "s" * 40
NOBODY: Any = None
"""The pure half asks nobody."""


def api(*secrets: str, **others: tuple[str, ...]) -> SignedApi:
    known = {"borne": secrets, **others}
    return SignedApi(NOBODY, Api({name: ApiClient() for name in known}), known, WORDING, WEBSITE, clock=lambda: NOW)


def post(body: object, secret: str = SECRET, name: str = "borne", request_id: str = "r-1") -> RawRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawRequest("POST", "/channels/api", content, signed(name, secret, content, request_id, int(NOW.timestamp())))


def said(**fields: Any) -> Any:
    (message,) = api(SECRET).parse(post({"id": "m-1", "conversation": "c-1", **fields}))
    return message


class TestSignedApi(Conformance):
    def channel(self, *secrets: str) -> SignedApi:
        return api(*secrets)

    def request(self, text: str, secret: str) -> RawRequest:
        return post({"id": "m-1", "conversation": "c-1", "text": text}, secret)

    def unsigned(self, request: RawRequest) -> RawRequest:
        headers = {name: value for name, value in request.headers.items() if name != "webhook-signature"}
        return replace(request, headers=headers)

    def tampered(self, request: RawRequest) -> RawRequest:
        return replace(request, body=request.body.replace(b"bonjour", b"bonsoir"))


def test_a_message_is_its_clients_and_its_conversations() -> None:
    """Two clients, and two conversations, may choose the same ids."""
    two = api(SECRET, voix=("v" * 40,))
    ids = [
        (message.id, str(message.address))
        for name in ("borne", "voix")
        for conversation in ("c-1", "c-2")
        for message in two.parse(post({"id": "m", "conversation": conversation, "text": "a"}, name=name))
    ]

    assert ids == [
        ("borne.c-1.m", "api:borne.c-1"),
        ("borne.c-2.m", "api:borne.c-2"),
        ("voix.c-1.m", "api:voix.c-1"),
        ("voix.c-2.m", "api:voix.c-2"),
    ]


def test_a_press_carries_its_token() -> None:
    """A pressed button is its token; a title beside it is for the eye."""
    message = said(text="Oui", pressed="c.AAAABBBBCCCCDDDD")

    assert (message.pressed, message.text, message.kind) == ("c.AAAABBBBCCCCDDDD", "Oui", Kind.TEXT)
    assert said(pressed="c.AAAABBBBCCCCDDDD").text == ""


def test_a_place_needs_no_words() -> None:
    """A location alone is a location; with words it is a message that has one."""
    alone, described = (
        said(location={"latitude": 47, "longitude": -1.5}),
        said(text="Ici", location={"latitude": -90, "longitude": 180}),
    )

    assert (alone.kind, alone.location, alone.text) == (Kind.LOCATION, Location(47.0, -1.5), "")
    assert (described.kind, described.location) == (Kind.TEXT, Location(-90.0, 180.0))


def test_a_start_needs_no_words() -> None:
    """A conversation that is opened gets the welcome."""
    message = said(kind="start", language="fr-FR")

    assert (message.kind, message.text, message.language_hint) == (Kind.START, "", "fr-FR")


def test_half_a_character_is_no_obstacle() -> None:
    """JavaScript cuts strings in the middle of an emoji: the half goes, the words stay."""
    assert said(text="bonjour \ud83d").text == "bonjour"


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "a.b"},
        {"id": "a\n"},
        {"id": "a" * 65},
        {"id": 7},
        {"id": None},
        {"conversation": "c/1"},
        {"conversation": "é"},
        {"conversation": "٣"},
        {"text": 7},
        {"text": ["a"]},
        {"pressed": "a b"},
        {"pressed": ""},
        {"pressed": "c" * 65},
        {"language": "français"},
        {"language": "fr\n"},
        {"location": {}},
        {"location": {"latitude": 91, "longitude": 0}},
        {"location": {"latitude": "47", "longitude": 0}},
        {"location": {"latitude": True, "longitude": 0}},
        {"location": {"latitude": 1, "longitude": 2, "altitude": 3}},
        {"location": [47, -1]},
        {"kind": "edit"},
        {"kind": None},
        {"presed": "c.AAAABBBBCCCCDDDD"},
        {"attachments": []},
    ],
)
def test_a_bad_field_is_refused(fields: dict[str, Any]) -> None:
    """What is not as described is refused as a whole: a client's maker sees it at the first try."""
    with pytest.raises(PayloadRejected) as refused:
        said(**{"text": "a", **fields})

    assert refused.value.reason == "unreadable"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_is_none_is_no_place(number: str) -> None:
    """Python's reader takes NaN and Infinity, which are nowhere."""
    body = f'{{"id": "m", "conversation": "c", "location": {{"latitude": {number}, "longitude": 0}}}}'

    with pytest.raises(PayloadRejected):
        api(SECRET).parse(post(body.encode()))


@pytest.mark.parametrize(
    ("text", "reason"), [("a" * 4001, "too_long"), ("\u200b" * 4001, "too_long"), (" \n", "empty")]
)
def test_a_text_has_bounds(text: str, reason: str) -> None:
    """A text that is too long or says nothing is refused by name."""
    with pytest.raises(PayloadRejected) as refused:
        said(text=text)

    assert refused.value.reason == reason
    assert said(text="a" * 4000).text == "a" * 4000


def test_a_nonce_is_the_same_for_a_replay_only() -> None:
    """A request that is sent again is known by its id, within its client."""
    two = api(SECRET, voix=("v" * 40,))
    body = {"id": "m", "conversation": "c", "text": "a"}
    nonces = [
        two.nonce(post(body, request_id="r-1")),
        two.nonce(post(body, request_id="r-1")),
        two.nonce(post(body, request_id="r-2")),
        two.nonce(post(body, name="voix", request_id="r-1")),
    ]

    assert nonces == ["borne.r-1", "borne.r-1", "borne.r-2", "voix.r-1"]


def test_without_a_client_there_is_no_nonce_and_no_message() -> None:
    """Both are for verified requests alone."""
    nameless = replace(post({"id": "m", "conversation": "c", "text": "a"}), headers={})

    for step in (api(SECRET).nonce, api(SECRET).parse):
        with pytest.raises(SignatureRejected):
            step(nameless)


def test_what_we_sign_for_a_callback_is_no_message() -> None:
    """A callback that somebody sends back to us says nothing in a citizen's name."""
    for body in ({"conversation": "c-1", "reply": {"id": "r", "text": "t"}}, {"type": "ping"}):
        with pytest.raises(PayloadRejected):
            api(SECRET).parse(post(body))


def test_a_reply_is_one_object() -> None:
    """Words, speaker, choices and sources have fields of their own; addresses are whole."""
    sources = (
        Source("Horaires", "/articles/horaires", "Ville", "2026-01-02"),
        Source("État", "https://etat.example/a"),
    )
    reply = Reply(
        "r.1", "Bonjour.\n\nOuvert.", "fr", Author.AGENT, "Claire M.", (Button("Oui", "c.1"),), sources,
        status=AnswerStatus.ANSWERED,
    )  # fmt: skip
    (outgoing,) = api(SECRET).render(reply, THREAD)

    assert outgoing.payload == {
        "id": "r.1",
        "text": "Bonjour.\n\nOuvert.",
        "author": "agent",
        "name": "Claire M.",
        "language": "fr",
        "buttons": [{"title": "Oui", "token": "c.1"}],
        "sources": [
            {"title": "Horaires", "url": f"{WEBSITE}/articles/horaires", "publisher": "Ville", "updated": "2026-01-02"},
            {"title": "État", "url": "https://etat.example/a", "publisher": "", "updated": ""},
        ],
        "at": "2026-01-05T09:30:00+00:00",
    }
    json.dumps(outgoing.payload)


def test_only_an_enormous_text_is_split() -> None:
    """Beyond the limit a reply becomes several with ids of their own, and what belongs to its end stands at its end."""
    text = " ".join(f"mot{number}" for number in range(6000))
    reply = Reply("r.1", text, buttons=(Button("Oui", "c.1"),), sources=(Source("a", "/b"),))
    parts: list[Any] = [outgoing.payload for outgoing in api(SECRET).render(reply, THREAD)]

    assert " ".join(part["text"] for part in parts) == text
    assert [part["id"] for part in parts] == ["r.1-1", "r.1-2", "r.1"]
    assert all(len(part["text"]) <= SignedApi.limits.text_chars for part in parts)
    assert [len(part["buttons"]) + len(part["sources"]) for part in parts] == [0, 0, 2]


@pytest.mark.parametrize("buttons", [[f"Choix {n}" for n in range(13)], ["Oui", "n" * 121]])
def test_choices_beyond_the_limits_are_numbered(buttons: list[str]) -> None:
    """More than twelve choices, or an overlong one, are a list in the text."""
    reply = Reply("r.1", "Lequel ?", buttons=tuple(Button(title, "c.1") for title in buttons))
    (outgoing,) = api(SECRET).render(reply, THREAD)

    assert outgoing.payload["buttons"] == []
    assert all(f"{number}. {title}" in str(outgoing.payload["text"]) for number, title in enumerate(buttons, 1))


@pytest.mark.parametrize(
    ("secret", "callback"),
    [
        ("", ""),
        ("whsec_", ""),
        ("whsec_pas-du-base64", ""),
        (SECRET, "borne.example/rappel"),
        (SECRET, "ftp://borne.example"),
        (SECRET, "https://"),
        (SECRET, "https://borne.example:port/"),
    ],
)
def test_a_client_that_cannot_work_stops_the_start(secret: str, callback: str) -> None:
    """No secret, no start; no address, none either; and the secret is not in the error."""
    options = Api({"borne": ApiClient(callback)})

    with pytest.raises(ConfigurationError) as wrong:
        SignedApi(NOBODY, options, {"borne": (secret,)} if secret else {}, WORDING, WEBSITE)

    assert "pas-du-base64" not in str(wrong.value)


async def test_check_counts_the_clients() -> None:
    """Nobody has to be asked."""
    assert [await api(SECRET).check(), await api(SECRET, voix=("v" * 40,)).check()] == ["1 client", "2 clients"]


def test_the_address_is_read_back() -> None:
    """An address survives being written down."""
    assert Address.parse(str(said(text="a").address)) == Address("api", "borne.c-1")
