import pytest

from bot.text.spelling import Speller, allowed_edits, distance

SPELLER = Speller({"passeport": 3, "cantine": 5, "cantines": 1, "horaires": 4, "carte": 9, "cinq": 1, "2026": 2})


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("carte", "carte", 0), ("crate", "carte", 1), ("cate", "carte", 1), ("cartte", "carte", 1), ("xarte", "carte", 1)],
)
def test_one_mistake_of_each_kind(one: str, other: str, edits: int) -> None:
    """Swapping neighbours is one mistake, as leaving out, doubling and replacing are."""
    assert distance(one, other, 2) == edits


def test_a_distance_beyond_the_limit_is_not_counted() -> None:
    """What is farther than asked for is one more than that, however far."""
    assert distance("piscine", "urbanisme", 2) == 3


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("cantine", "cantine"),
        ("catine", "cantine"),
        ("orraires", "horaires"),
        ("pasepor", None),
        ("passepotr", "passeport"),
        ("cin", None),
        ("2027", None),
        ("japon", None),
    ],
)
def test_the_word_that_was_meant(word: str, meant: str | None) -> None:
    """Near words are found, from eight letters on with two mistakes; short words and numbers are left alone."""
    assert SPELLER.correct(word) == meant


def test_of_equally_near_words_the_frequent_one() -> None:
    """« cantinee » is one letter from both « cantine » and « cantines »."""
    assert SPELLER.correct("cantinee") == "cantine"


def test_short_words_may_hold_no_mistake() -> None:
    """Words of up to three letters are too near to each other."""
    assert [allowed_edits(word) for word in ("eau", "voie", "piscines", "x2y4z")] == [0, 1, 2, 0]


def test_a_first_letter_that_is_wrong() -> None:
    """Found when thorough, by one mistake or two in a long word; a nearer start or end goes first."""
    words = {"encombrants": 9, "mairie": 9, "prairie": 3}

    assert Speller(words).correct("ancombrant") is None
    assert Speller(words, thorough=True).correct("ancombrant") == "encombrants"
    assert Speller(words, thorough=True).correct("ancombran") is None
    assert Speller(words, thorough=True).correct("nairies") is None
    assert Speller(words, thorough=True).correct("mairies") == "mairie"
