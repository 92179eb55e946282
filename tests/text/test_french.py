import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.french import STOP_WORDS, fold, tokens, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Œuvre d’Été", "oeuvre d’ete"), ("ÇA Où", "ca ou"), ("naïve Æther", "naive aether"), ("İstanbul", "istanbul")],
)
def test_folding(text: str, folded: str) -> None:
    """Case, accents and ligatures go; everything else stays."""
    assert fold(text) == folded


def test_elision_and_hyphens_part_words() -> None:
    """Both apostrophes and every dash stand between words."""
    assert tokens("L’école d'Anne, rendez-vous n°12") == ["l", "ecole", "d", "anne", "rendez", "vous", "n", "12"]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Bonjour, je voudrais savoir comment refaire ma carte d'identité svp merci", ["refaire", "carte", "identite"]),
        ("c'est combien ?", []),
        ("Merci, bonne journée", []),
        ("jai perdu ma cni koi faire", ["perdu", "cni"]),
        ("Une journée à la piscine", ["journee", "piscine"]),
        ("est-ce qu'il y a l'eau", ["eau"]),
        ("", []),
        ("?!… 🙂", []),
    ],
)
def test_words_that_carry_the_subject(question: str, left: list[str]) -> None:
    """Grammar, asking and politeness are left out; polite pairs are told from the words they are made of."""
    assert words(question) == left


def test_stop_words_are_folded() -> None:
    """A stop word with an accent would never match."""
    assert {word for word in STOP_WORDS if tokens(word) != [word]} == set()


@given(st.text())
def test_tokens_are_plain(text: str) -> None:
    """A token is small letters and digits, and folding it again changes nothing."""
    assert all(token.isascii() and token.isalnum() and fold(token) == token for token in tokens(text))
