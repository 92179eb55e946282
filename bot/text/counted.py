"""Telephone numbers that are written in words: « zéro un, vingt-trois, quarante-cinq, soixante-sept, huit neuf »."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SMALL = {
    "zéro": 0,
    "un": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
}
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "nonante": 90}
_WORDS = sorted({*_SMALL, *_TENS, "vingts", "octante", "huitante", "cent", "cents", "zero"}, key=len, reverse=True)
_JOINT = r"[ ,.;/-]{1,3}(?:et[ -])?"
_RUN = re.compile(rf"\b(?:{'|'.join(_WORDS)})(?:{_JOINT}(?:{'|'.join(_WORDS)})\b){{1,19}}", re.IGNORECASE)
RUN = rf"(?:{'|'.join([*_WORDS, 'mille'])})(?:[ -](?:et[ -])?(?:{'|'.join([*_WORDS, 'mille'])}))*(?![^\W_])"
"""The pattern of a number in words, a thousand included: « deux cent vingt-trois », « mille cinq cents »."""
_WORD = re.compile(rf"{'|'.join(_WORDS)}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:33)?0?[1-9]\d{8}|3\d{3}|11[68]\d{3}")
_LONG = 9


def spelled_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Digits and place of each run of number words that is as long as a telephone number.

    A run of four digits counts as one only in two pairs (« trente-neuf dix-neuf »), as such numbers are said.
    """
    for run in _RUN.finditer(text):
        groups = _groups([word.lower().replace("zero", "zéro") for word in _WORD.findall(run[0])])
        digits = "".join(groups)
        is_short = len(digits) == 4 and [len(group) for group in groups] == [2, 2]
        if _NUMBER.fullmatch(digits) and (len(digits) >= _LONG or is_short or len(digits) == 6):
            yield ("0" + digits[-9:] if len(digits) >= _LONG else digits), run.start(), run.end()


def value(said: str) -> int | None:
    """The number that a run of `RUN` says, below a million; None where its words are several numbers."""
    above, thousand, below = said.lower().replace("zero", "zéro").partition("mille")
    high, low = _below_thousand(above), _below_thousand(below)
    if high is None or low is None:
        return None
    return (high or 1) * 1000 + low if thousand else high


def _below_thousand(said: str) -> int | None:
    groups = [int(group) for group in _groups([word.lower() for word in _WORD.findall(said)])]
    # « cent vingt-trois » comes as 100 and 23.
    is_one = len(groups) < 2 or (len(groups) == 2 and groups[0] % 100 == 0 and 0 < groups[1] < 100 <= groups[0])
    return sum(groups) if is_one else None


def _groups(words: list[str]) -> list[str]:
    """What is said, as the digits of each number in it: « quatre-vingt-dix-sept » is one, « huit neuf » are two."""
    groups: list[str] = []
    at = 0
    while at < len(words):
        value, at = _number(words, at)
        groups.append(str(value))
    return groups


def _number(words: list[str], at: int) -> tuple[int, int]:
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word == "quatre" and following in {"vingt", "vingts"}:
        return _ended(80, words, at + 2, 19)
    if word in {"octante", "huitante"}:
        return _ended(80, words, at + 1, 9)
    if word in _TENS:
        return _ended(_TENS[word], words, at + 1, 19 if word == "soixante" else 9)
    if word in {"vingts", "cents"}:
        return 0, at + 1
    if following in {"cent", "cents"} and 1 < _SMALL.get(word, 0) < 10:
        return _ended(_SMALL[word] * 100, words, at + 2, 16)
    if word == "cent":
        return _ended(100, words, at + 1, 16)
    if word == "dix" and _SMALL.get(following, 0) in {7, 8, 9}:
        return 10 + _SMALL[following], at + 2
    return _SMALL[word], at + 1


def _ended(base: int, words: list[str], at: int, most: int) -> tuple[int, int]:
    """A number with the units behind it, as far as they go with it."""
    unit = _SMALL.get(words[at], 0) if at < len(words) else 0
    if not 0 < unit <= most:
        return base, at
    if unit == 10 and at + 1 < len(words) and _SMALL.get(words[at + 1], 0) in {7, 8, 9}:
        return base + 10 + _SMALL[words[at + 1]], at + 2
    return base + unit, at + 1
