import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalise import MAX_CHARS, normalise


def test_spaces_and_lines_become_single_spaces() -> None:
    """Whatever separates words is one space, and none stands at the ends."""
    assert normalise(" carte\r\n\td'identité \u2003\u00a0?\n") == "carte d'identité ?"


def test_what_nobody_sees_is_gone() -> None:
    """Control, zero-width, bidirectional and variation characters are removed, not shown as spaces."""
    assert normalise("pas\u200bse\u202eport\x00\x1b\ufeff\ufe0f\u00ad") == "passeport"


def test_one_form_of_each_character() -> None:
    """Full-width, ligature and decomposed letters become the usual ones."""
    assert normalise("ｐａｓｓｅｐｏｒｔ e\u0301tat-civil ﬁn") == "passeport état-civil fin"


def test_a_hidden_character_does_not_keep_an_accent_apart() -> None:
    """An accent after a zero-width character still joins its letter."""
    assert normalise("e\u200b\u0301tat") == "état"


def test_length_is_bounded_even_when_characters_unfold() -> None:
    """One character that becomes eighteen does not pass the limit."""
    assert MAX_CHARS - 18 < len(normalise("\ufdfa" * 100_000)) <= MAX_CHARS


def test_a_limit_of_ones_own() -> None:
    """The limit counts characters of the result."""
    assert normalise("a  b  c", max_chars=3) == "a b"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """It is idempotent, and its result has no control character and only single spaces."""
    once = normalise(text)
    assert normalise(once) == once
    assert "  " not in once
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in once)
