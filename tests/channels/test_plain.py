"""Replies as plain text: cut to a limit, nothing lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.messages import Author, Button, Reply, Source
from bot.text import wording
from channels import plain
from tests.gateway.fronts import ROOT

LINES = wording.load(settings.read_office(ROOT / "office.yml"))
TEXTS = st.text(st.sampled_from("ab .\n!é😀")) | st.text()


@given(TEXTS, st.integers(2, 60))
def test_nothing_but_white_space_is_lost_by_a_cut(text: str, limit: int) -> None:
    """The pieces, put together, are the text; each fits."""
    pieces = plain.split(text, limit, plain.utf16)

    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
    assert all(plain.utf16(piece) <= limit for piece in pieces)


@given(TEXTS, st.integers(1, 60))
def test_a_piece_is_never_empty_unless_the_text_is(text: str, limit: int) -> None:
    """No provider takes an empty message."""
    pieces = plain.split(text, limit)

    assert pieces == [""] if not text.strip() else all(pieces)


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("Un. Deux.\n\nTrois.", 12, ["Un. Deux.", "Trois."]),
        ("Une phrase. Une autre phrase.", 20, ["Une phrase.", "Une autre phrase."]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("mot mot mot", 7, ["mot mot", "mot"]),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, limit: int, pieces: list[str]) -> None:
    """Between paragraphs, then sentences, then words; inside of a word only where there is nothing else."""
    assert plain.split(text, limit) == pieces


def test_who_speaks_is_said() -> None:
    """An agent's name stands before their words, and a source with its whole address behind them."""
    reply = Reply("r", "Bonjour.", author=Author.AGENT, name="Claire M.", sources=(Source("Piscine", "/piscine"),))

    assert plain.body(reply, "https://ville.example/", LINES) == (
        "Claire M., de la mairie :\nBonjour.\n\nPiscine\nhttps://ville.example/piscine"
    )


def test_choices_are_numbered_with_what_to_do() -> None:
    """One a line, and how to answer."""
    buttons = (Button("Oui", "c.1"), Button("Non", "c.2"))

    assert plain.numbered(buttons, "fr", LINES) == "1. Oui\n2. Non\n\nRépondez par le numéro de votre choix."
