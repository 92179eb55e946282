"""A letter as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bot.triage import features
from bot.triage.features import Vocabulary, plain, said_of, tokens

TEXTS = (
    "un trou dans la chaussée",
    "le trou du trottoir",
    "la chaussée est abîmée",
    "facture d'eau trop élevée",
    "une fuite d'eau dans la rue",
)


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return features.learn([said_of("", text) for text in TEXTS])


def dense(known: Vocabulary, *texts: str) -> features.Floats:
    return np.asarray(known.matrix([said_of("", text) for text in texts]).todense())


def test_addresses_links_and_figures_look_alike() -> None:
    """Whose address, which page and which date do not tell whose matter it is."""
    assert plain("Écrire à lou@exemple.example, www.pontavel.example le 12/03") == plain(
        "ecrire a paul.b@autre.example, https://exemple.example/a?b=1 le 07/11"
    )


def test_both_halves_of_a_vector_have_length_one(known: Vocabulary) -> None:
    """Words and pieces count the same, however long a letter is."""
    row = dense(known, "un trou dans la chaussée, encore un trou")[0]
    words = len(known.words)

    assert np.isclose(np.linalg.norm(row[:words]), 1.0)
    assert np.isclose(np.linalg.norm(row[words:]), 1.0)


def test_a_text_without_a_known_word_is_nothing(known: Vocabulary) -> None:
    """Zeros, not an error: the empty letter, signs, and a script that nothing was learnt of."""
    assert not dense(known, "", "!!! ???", "漢字漢字").any()


def test_a_misspelt_word_is_known_by_its_pieces(known: Vocabulary) -> None:
    """« chausée » is near to « chaussée », and far from « facture »."""
    slip, right, other = dense(known, "chausée", "chaussée", "facture")

    assert slip @ right > 0.3
    assert slip @ right > 2 * (slip @ other)


def test_a_text_counts_the_same_alone_and_among_others(known: Vocabulary) -> None:
    """Nothing of one letter stays for the next, though words are kept cut up."""
    together = dense(known, *TEXTS, *TEXTS)

    for place, text in enumerate([*TEXTS, *TEXTS]):
        assert np.array_equal(dense(known, text)[0], together[place])


def test_what_is_kept_at_hand_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many words come by, and a word without end is cut."""
    monkeypatch.setattr(features, "MAX_CACHED", 10)
    known = features.learn([said_of("", text) for text in TEXTS])
    for number in range(50):
        dense(known, f"mot{'abcdefghij'[number % 10]}{'x' * number}")

    assert len(known._cut) <= 10
    assert max(map(len, tokens("z" * 5000))) == features.MAX_WORD


def test_a_vocabulary_is_the_same_after_reading(known: Vocabulary) -> None:
    """From arrays to arrays."""
    again = features.read_arrays(known.arrays())

    assert np.array_equal(dense(again, *TEXTS), dense(known, *TEXTS))
    assert again.shown == known.shown


def test_the_subject_counts_more_than_the_same_words_below(known: Vocabulary) -> None:
    """A short subject beside a long body."""
    body = "la rue, la rue, le trottoir, la facture, une fuite"
    above = np.asarray(known.matrix([said_of("chaussée", body)]).todense())[0]
    below = np.asarray(known.matrix([said_of("", f"chaussée {body}")]).todense())[0]
    place = known.words["chaussee"]

    assert above[place] > below[place]
