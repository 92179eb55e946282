"""What the classifier sees of a text."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.features import Sample, Vocabulary, char_features, sample, word_features
from nlu.components.sounds import sound

TEXTS = ["bonjour madame", "merci madame", "merci pour la carte", "la piscine ouvre quand", "la cantine merci merci"]


def split(text: str) -> Sample:
    return Sample(tuple(text.split()), text)


def test_words_know_where_a_text_begins_and_ends() -> None:
    """« oui » alone has a feature that « oui » in a sentence has not."""
    alone, inside = set(word_features(split("oui"))), set(word_features(split("mais oui madame")))

    assert alone - inside == {"\x02 oui", "oui \x03", "~\x02 ui", "~ui \x03"}
    assert word_features(Sample((), "")) == []


def test_words_one_apart_are_paired() -> None:
    """« pas de rendez-vous » and « pas un rendez-vous » share something."""
    assert set(word_features(split("pas de rdv"))) & set(word_features(split("pas un rdv"))) >= {"pas_rdv"}


def test_words_are_known_by_their_sound_too() -> None:
    """« koi » and « quoi » share nothing but that."""
    shared = set(word_features(split("koi"))) & set(word_features(split("quoi")))

    assert shared == {"~kwa", "~\x02 kwa", "~kwa \x03"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("koi", "quoi"), ("voudre", "voudrais"), ("apele", "appeler"), ("pharmassie", "farmacie"), ("otobus", "autobus")],
)
def test_words_that_sound_alike_are_one(typed: str, meant: str) -> None:
    """By ear instead of by the book."""
    assert sound(typed) == sound(meant)


def test_sounds_stay_apart() -> None:
    """Short words that mean different things do not fall together, and a word of silent letters keeps one."""
    assert len({sound(word) for word in ("feu", "fou", "faim", "fond", "foi")}) == 5
    assert sound("h") == ""
    assert sound("") == ""


def test_pieces_stay_within_words() -> None:
    """Two to five characters with the blanks around; a short word is one last piece of its own."""
    assert char_features(split("à la")) == [" à", "à ", " à ", " l", "la", "a ", " la", "la ", " la "]


def test_a_text_is_read_with_lemmas_and_without_accents() -> None:
    """As Rasa's tokens have them."""
    read = sample("J’ai perdu mes CLÉS")

    assert read.words[1:] == ("avoir", "perdu", "mon", "cle")
    assert "cles" in read.text


def test_weights_are_those_of_scikit_learn() -> None:
    """Sublinear tf, smooth idf, each group of length 1."""
    import scipy.sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    samples = [split(text) for text in TEXTS]
    vectorizers = [
        TfidfVectorizer(analyzer=word_features, sublinear_tf=True),
        TfidfVectorizer(analyzer=char_features, sublinear_tf=True, min_df=2),
    ]
    expected = scipy.sparse.hstack([vectorizer.fit_transform(samples) for vectorizer in vectorizers])
    vocabulary = Vocabulary.learn(samples)

    assert [*vocabulary.words, *vocabulary.pieces] == [
        name for vectorizer in vectorizers for name in vectorizer.get_feature_names_out()
    ]
    assert vocabulary.matrix(samples).toarray() == pytest.approx(expected.toarray(), abs=1e-6)


def test_what_is_unknown_is_counted() -> None:
    """By weight: nothing of an example, all but nothing of a foreign word."""
    vocabulary = Vocabulary.learn([split(text) for text in TEXTS])
    known, strange = vocabulary.vector(split("merci madame")), vocabulary.vector(split("merci zzzzzz"))

    assert known is not None
    assert strange is not None
    assert known.unknown_words == 0
    assert 0.5 < strange.unknown_words < 1
    assert known.unknown_pieces < strange.unknown_pieces < 1


@pytest.mark.parametrize("text", ["", "7", "😀", "\u200b"])
def test_a_text_without_a_known_feature_is_no_vector(text: str) -> None:
    """Rather nothing than zeros that mean something; its row of a matrix is empty."""
    vocabulary = Vocabulary.learn([split(one) for one in TEXTS])

    assert vocabulary.vector(split(text)) is None
    assert vocabulary.matrix([split(text)]).nnz == 0


def test_weights_must_fit_the_names() -> None:
    """Files that do not belong together."""
    with pytest.raises(ValueError, match="shape"):
        Vocabulary(["a"], ["b"], np.ones(3, np.float32))


def test_signs_have_no_sound() -> None:
    """What holds no letter shares nothing with another sign: a face alone is not a thumb alone."""
    face, thumb = (set(word_features(sample(text))) for text in ("😀", "👍"))

    assert face.isdisjoint(thumb)
