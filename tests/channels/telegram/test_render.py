"""How a reply looks on Telegram."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import Author, Button, Reply, Source
from channels import plain
from channels.telegram.payloads import LIMITS
from channels.telegram.render import MAX_CALLBACK_BYTES
from tests.channels.conformance import THREAD
from tests.channels.telegram import channel


def rendered(reply: Reply) -> list[dict[str, Any]]:
    return [outgoing.payload for outgoing in channel().render(reply, THREAD)]


def test_buttons_stand_below_the_last_piece() -> None:
    """They belong to the question, which comes last."""
    text = "\n\n".join("mot " * 200 for _ in range(10))
    *earlier, last = rendered(Reply("r", text, buttons=(Button("Oui", "c.1"), Button("Non", "c.2"))))

    assert earlier
    assert all(piece["buttons"] == [] for piece in earlier)
    assert last["buttons"] == [{"title": "Oui", "token": "c.1"}, {"title": "Non", "token": "c.2"}]


def test_pieces_are_measured_as_telegram_does() -> None:
    """A 😀 is two units."""
    pieces = rendered(Reply("r", "😀" * 5000))

    assert [plain.utf16(str(piece["text"])) for piece in pieces] == [4096, 4096, 1808]


@pytest.mark.parametrize(
    "buttons",
    [
        tuple(Button(f"Choix {number}", f"c.{number}") for number in range(LIMITS.buttons + 1)),
        (Button("x" * (LIMITS.button_title_chars + 1), "c.1"), Button("Non", "c.2")),
        (Button("Oui", "é" * MAX_CALLBACK_BYTES), Button("Non", "c.2")),
    ],
)
def test_buttons_that_do_not_fit_become_a_list(buttons: tuple[Button, ...]) -> None:
    """Answered by number, with every title whole."""
    (piece,) = rendered(Reply("r", "Laquelle ?", buttons=buttons))

    assert piece["buttons"] == []
    assert all(f"{number}. {button.title}" in str(piece["text"]) for number, button in enumerate(buttons, 1))


def test_buttons_without_words_become_a_list() -> None:
    """Telegram takes no keyboard without a text."""
    (piece,) = rendered(Reply("r", "", buttons=(Button("Oui", "c.1"),)))

    assert piece["buttons"] == []
    assert "1. Oui" in str(piece["text"])


def test_a_reply_that_shows_nothing_is_not_sent() -> None:
    """Telegram would refuse it."""
    assert rendered(Reply("r", " \u200b ")) == []


def test_an_agent_is_named_and_sources_stand_with_their_address() -> None:
    """Citizens can tell who speaks, and read on."""
    reply = Reply("r", "Voici.", author=Author.AGENT, name="Léa", sources=(Source("Passeport", "/fiches/passeport"),))
    (piece,) = rendered(reply)

    assert piece["text"] == "Léa, de la mairie :\nVoici.\n\nPasseport\nhttps://www.pontavel.example/fiches/passeport"
