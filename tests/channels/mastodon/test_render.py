"""How a reply looks on Mastodon."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.messages import PUBLIC, Author, Button, Outgoing, Reply, Source, Thread
from channels.mastodon import render
from tests.channels.conformance import NOW, THREAD
from tests.channels.mastodon.test_channel import make
from tests.fakes.mastodon import counted


def rendered(reply: Reply, thread: Thread = THREAD) -> list[dict[str, Any]]:
    return [outgoing.payload for outgoing in make().render(reply, thread)]


ASKED = Thread("115", visibility=PUBLIC, subject="Voirie", now=NOW)


def test_a_reply_is_for_the_citizen_alone() -> None:
    """Even to a public question the answer is direct, hangs on it and keeps its warning."""
    assert rendered(Reply("r.1", "Bonjour."), ASKED) == [
        {
            "text": "Bonjour.",
            "visibility": "direct",
            "in_reply_to_id": "115",
            "spoiler_text": "Voirie",
            "language": "fr",
        }
    ]


def test_a_public_reply_is_its_text_and_nothing_else() -> None:
    """No source, no choice, no agent's name is said where others read it."""
    reply = Reply(
        "r.2",
        "Je vous réponds en privé.",
        public=True,
        author=Author.AGENT,
        name="Léa",
        buttons=(Button("Oui", "c.token"),),
        sources=(Source("Page", "/page"),),
    )
    (payload,) = rendered(reply, ASKED)

    assert payload["visibility"] == "unlisted"
    assert payload["text"] == "Je vous réponds en privé."


def test_choices_are_answered_by_number() -> None:
    """There are no buttons on Mastodon."""
    (payload,) = rendered(Reply("r.3", "Laquelle ?", buttons=(Button("Une", "c.1"), Button("Deux", "c.2"))))

    assert payload["text"] == "Laquelle ?\n\n1. Une\n2. Deux\n\nRépondez par le numéro de votre choix."


def test_each_piece_hangs_on_the_question_and_fits() -> None:
    """With the longest user name and the warning before it, each piece is within the server's limit."""
    words = " ".join(f"mot{number} https://www.pontavel.example/{'x' * (number % 90)}/{number}" for number in range(80))
    pieces = rendered(Reply("r.4", words), ASKED)

    assert len(pieces) > 1
    for piece in pieces:
        assert counted(f"@{'a' * 30}@{'b' * 60}.example {piece['text']}", "Voirie") <= 500
        assert piece["in_reply_to_id"] == "115"
    assert " ".join(piece["text"] for piece in pieces).split() == words.split()


def test_an_address_counts_as_23() -> None:
    """Fifteen long addresses fit in one status, as Mastodon counts."""
    words = " ".join(f"https://www.pontavel.example/{'x' * 100}/{number}" for number in range(15))
    (payload,) = rendered(Reply("r.5", words))

    assert counted(payload["text"]) <= 500 < len(payload["text"])


def test_a_long_address_is_not_cut() -> None:
    """One that is longer than a status is still whole."""
    address = "https://www.pontavel.example/" + "x" * 700
    texts = [payload["text"] for payload in rendered(Reply("r.6", f"{'mot ' * 100}{address} fin"))]

    assert any(address in text for text in texts)


def test_what_is_no_public_address_counts_in_full() -> None:
    """A server of the town's own network is not an address to Mastodon: nothing is saved there."""
    pieces = rendered(Reply("r.7", " ".join(["http://intranet/" + "y" * 80] * 10)))

    assert all(len(piece["text"]) <= 500 - render.MENTION_CHARS for piece in pieces)


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("demandez à @bob", "demandez à @\u2060bob"),
        ("(@bob@autre.example)", "(@\u2060bob@autre.example)"),
        ("@@bob", "@@\u2060bob"),
        ("mairie@pontavel.example", "mairie@pontavel.example"),
        ("https://autre.example/@bob", "https://autre.example/@bob"),
        ("https://autre.example/a,@bob", "https://autre.example/a,%40bob"),
    ],
)
def test_a_reply_calls_nobody(said: str, sent: str) -> None:
    """Whoever a direct status mentions reads it: a name in a reply is written so that it is none."""
    assert [payload["text"] for payload in rendered(Reply("r.8", said))] == [sent]


def test_a_long_warning_is_shortened() -> None:
    """A warning that would fill the status leaves room for the answer."""
    (payload,) = rendered(Reply("r.9", "Bonjour."), replace(ASKED, subject="w" * 480))

    assert payload["spoiler_text"] == "w" * 99 + "…"


def test_what_is_rendered_can_be_stored() -> None:
    """An outgoing status survives JSON."""
    for outgoing in make().render(Reply("r.10", "Bonjour.", language="en-GB"), ASKED):
        assert Outgoing(json.loads(json.dumps(outgoing.payload))) == outgoing
        assert outgoing.payload["language"] == "en"
