"""Typed text never commands Rasa."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rasa import NOTHING, disarm


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("bonjour", "bonjour"),
        ("/restart", "restart"),
        ("  /restart", "restart"),
        ("\n\t/restart", "restart"),
        ("\u00a0/restart", "restart"),
        ("\u200b/restart", "restart"),
        ("\ufeff/restart", "restart"),
        ("\u3164/restart", "restart"),
        ("\u2800 /restart", "restart"),
        ("\u034f/restart", "restart"),
        ("／restart", "restart"),
        ("∕restart", "restart"),
        ("⁄⧸/ restart", "restart"),
        ("//restart", "restart"),
        ("/ /restart", "restart"),
        ('/choose{"article": "x"}', 'choose{"article": "x"}'),
        ("/affirm@1.0", "affirm@1.0"),
        ("EXTERNAL: greet", "greet"),
        ("external:/greet", "greet"),
        ("/EXTERNAL: / EXTERNAL :greet", "greet"),
        ("et/ou", "et/ou"),
        ("externalisation", "externalisation"),
        ("le 12/05", "le 12/05"),
        ("http://mairie.example/a", "http://mairie.example/a"),
        ("une ligne\n/restart", "une ligne /restart"),
        ("/", NOTHING),
        ("", NOTHING),
        (" \u200b\n", NOTHING),
        ("EXTERNAL: ", NOTHING),
        ("\ud800", NOTHING),
        ("\x00/\x00restart", "restart"),
        ("😀", "😀"),
    ],
)
def test_a_typed_command_becomes_text(typed: str, sent: str) -> None:
    """What Rasa would obey is taken away in front; the rest is sent as it was meant."""
    assert disarm(typed) == sent


def test_a_long_text_is_cut() -> None:
    """Nobody makes Rasa read more than 4,000 characters."""
    assert len(disarm("a" * 100_000)) == 4000


@given(st.text(alphabet=st.sampled_from("/ \t\n\u200b\u3164／⁄EXTERNAL: aé😀\ud800"), max_size=40))
def test_nothing_typed_begins_like_a_command(typed: str) -> None:
    """Whatever is put together from signs, spaces and invisible characters."""
    sent = disarm(typed)

    assert sent.strip() == sent != ""
    assert not sent.startswith(("/", "EXTERNAL:"))
    assert disarm(sent) == sent
