"""Questions in English: searched with French words, and only where they are plainly English."""

from __future__ import annotations

import pytest

from bot.knowledge.english import curated, french


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("lost my passport", "perte passeport"),
        ("birth certificate", "acte naissance"),
        ("driving licence", "permis conduire"),
        ("town hall marriage", "mariage"),
        ("How do I renew my ID card?", "renouvellement carte identite"),
        ("where can I register to vote", "inscription listes electorales"),
        ("my father passed away, what should I do", "deces"),
    ],
)
def test_english_words_lead_to_french_ones(question: str, words: str) -> None:
    """The longest phrase wins, and words of grammar are left out."""
    assert french(question) == words


@pytest.mark.parametrize(
    "question",
    [
        *(
            "passeport perdu",
            "divorce",
            "RSA",
            "je veux un visa",
            "permis de conduire",
            "car scolaire",
            "court de tennis",
        ),
        *("j'ai perdu my passport au marché", "fine de mort", "location d'un appartement", "pension alimentaire", ""),
        *("hello", "what is the weather like"),
    ],
)
def test_what_is_not_plainly_english_is_searched_as_it_is(question: str) -> None:
    """French questions, words of both languages, and English without a word of ours."""
    assert french(question) == ""


def test_the_list_is_whole() -> None:
    """Some hundred and fifty groups, each with French words to search with."""
    assert len(curated()) >= 150
