"""A typed phrase as a short list of known words: mistakes, abbreviations, numbers in letters and English made one form.

A grammar then reads `Phrase.plain`, in which every word, number and sign stands between single spaces, and finds by
`Phrase.source` where that was in what the citizen typed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from bot.text.french import fold, listed
from bot.text.memory import remembered
from bot.text.normalise import MAX_CHARS
from bot.text.spelling import Speller

Span = tuple[int, int]
"""From and until, in characters of the text that was given."""

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet"),
    *("aout", "septembre", "octobre", "novembre", "decembre"),
)
WAYS = "rue|avenue|av|boulevard|bd|place|square|impasse|allee|chemin|quai|cours|route|pont|esplanade|parvis|r"
"""What may bear a day's name: « rue du 8 mai » is no date."""

_TOKEN = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+|[^\w\s]|\n")
_SIGNS = {**dict.fromkeys("-‐‑‒–—−", "-"), **dict.fromkeys("/.,;:?", ""), "\n": ",", "!": ",", "…": ",", ";": ","}
_APOSTROPHES = frozenset("'’‘ʼ＇`´′")
_OTHER = "·"
"""Stands for any sign that no grammar here knows."""
_STRUCK = "_"

_SAID = {
    "aujourdhui": "ajd auj ajrd ojd adj aujourdui ojourdui ojourdhui aujourdhui today",
    "demain": "dmain tomorrow tmrw tmr tomorow demin",
    "hier": "yesterday",
    "semaine": "semaines sem week weeks smaine semaien",
    "weekend": "wkend wkd weekends",
    "jour": "jours jr jrs day days",
    "mois": "month months",
    "prochain": "prochaine prochains prochaines proch prochin prochian procahin prochaiin prochene",
    "dernier": "derniere",
    "h": "heure heures heur hr hrs hour hours oclock",
    "matin": "matinee morning mat matain",
    "apresmidi": "aprem aprm apremidi apresmidi afternoon",
    "soir": "soiree evening",
    "ce soir": "tonight",
    "midi": "noon",
    "minuit": "midnight",
    "demi": "demie dmi",
    "entre": "between",
    "et": "and",
    "ou": "or",
    "avant": "before",
    "apres": "apre after",
    "vers": "around about",
    "a": "at",
    "dans": "in within",
    "le": "the",
    "ce": "cet cette this",
    "plutot": "plutto",
    "janvier": "janv january",
    "fevrier": "fevr february",
    "mars": "march",
    "juin": "june",
    "juillet": "juil juill july",
    "aout": "aou aoutt auot august",
    "lundi": "monday",
    "mardi": "tuesday",
    "mercredi": "wednesday",
    "jeudi": "thursday",
    "vendredi": "friday",
    "samedi": "saturday",
    "dimanche": "sunday",
}
_KNOWN = {word: said for said, words in _SAID.items() for word in words.split()}
_SHORT_WORDS = ("mars", "mai", "juin", "aout")
"""Too near to « mais », « main », « join »: read only when spelled right or as listed."""
_SPELLED = {word: word for word in (*WEEKDAYS, *MONTHS, "demain") if word not in _SHORT_WORDS} | {
    word: said for word, said in _KNOWN.items() if said in WEEKDAYS or word == "tomorrow"
}
_SPELLER = Speller(dict.fromkeys(_SPELLED, 1))
_NOT_MISSPELLED = listed(
    "mari maria hardi maudi chevrier levrier demains germain remain domain avris avrils fundi sundae monda"
)
"""Words of their own that are one mistake away from a day or a month."""

_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "zero",
            *("un une one", "deux two", "trois three", "quatre four", "cinq five", "six", "sept seven", "huit eight"),
            *("neuf nine", "dix ten", "onze eleven", "douze twelve", "treize", "quatorze", "quinze", "seize"),
        )
    )
    for word in words.split()
}
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50}
_ARTICLES = frozenset({"un", "une", "one"})
_COUNTED = frozenset({"h", "semaine", "mois", "jour"})
_ORDINALS = frozenset({"er", "ere", "e", "eme", "st", "nd", "rd", "th"})
_GLUED = {
    ("dem", "1"): "demain",
    ("2", "main"): "demain",
    ("2", "day"): "aujourdhui",
    ("2", "moro"): "demain",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Known words between single spaces, and where each came from."""

    plain: str
    starts: tuple[int, ...]
    """Of each word, in `plain`."""
    sources: tuple[Span, ...]
    """Of each word, in the text that was given."""

    def source(self, start: int, end: int) -> Span:
        """Where a part of `plain` stood in the text that was given."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        return self.sources[first][0], self.sources[last][1]

    def without(self, parts: list[Span]) -> Phrase:
        """The same with some parts of `plain` struck out, so that nothing is read twice."""
        plain = list(self.plain)
        for start, end in parts:
            for at in range(start, end):
                if plain[at] != " ":
                    plain[at] = _STRUCK
        return Phrase("".join(plain), self.starts, self.sources)


@dataclass(frozen=True, slots=True)
class _Word:
    said: str
    start: int
    end: int


def phrase(text: str) -> Phrase:
    """What a grammar reads of a text; what is longer than `MAX_CHARS` is cut."""
    words = _joined(_typed(text[:MAX_CHARS]))
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.said) + 1
    return Phrase(" ".join(word.said for word in words), tuple(starts), tuple((word.start, word.end) for word in words))


def _typed(text: str) -> list[_Word]:
    """Words, numbers and signs in order; what only binds words (apostrophes, hyphens) is left out."""
    words: list[_Word] = []
    for found in _TOKEN.finditer(text):
        typed, (start, end) = found[0], found.span()
        if typed in _APOSTROPHES:
            continue
        if typed.isdecimal():
            words.append(_Word("".join(str(unicodedata.digit(char)) for char in typed), start, end))
        elif typed[0].isalpha():
            words.append(_Word(_letters(typed), start, end))
        else:
            sign = _SIGNS.get(typed, _OTHER) or typed
            binds = text[start - 1 : start].isalpha() and text[end : end + 1].isalpha()
            if sign != "-" or not binds:
                words.append(_Word(sign, start, end))
    return words


def _joined(typed: list[_Word]) -> list[_Word]:
    """The same with what is said in several words, or in letters, made one."""
    words: list[_Word] = []
    at = 0
    while at < len(typed):
        word = typed[at]
        after = [other.said for other in typed[at + 1 : at + 4]] + ["", "", ""]
        glued = at + 1 < len(typed) and typed[at + 1].start == word.end
        said, took = _read(word.said, after, glued, words[-1].said if words else "")
        words.append(_Word(said, word.start, typed[at + took - 1].end))
        at += took
    return words


def _read(said: str, after: list[str], glued: bool, before: str) -> tuple[str, int]:
    """What a word and those after it say, and how many words that took."""
    if glued and (said, after[0]) in _GLUED:
        return _GLUED[said, after[0]], 2
    if said.isdigit():
        return said, 2 if glued and after[0] in _ORDINALS else 1
    if said == "aujourd" and after[0] in {"hui", "ui"}:
        return "aujourdhui", 2
    if said in {"apres", "apre"} and after[0] == "midi":
        return "apresmidi", 2
    if said == "week" and after[0] in {"end", "ends"}:
        return "weekend", 2
    if said == "o" and after[0] == "clock":
        return "h", 2
    if said == "premier" and _known(after[0]) in MONTHS:
        return "1", 1
    if said == "sept" and before.isdigit() and _known(after[0]) != "h":
        return "septembre", 1
    if said in _ARTICLES:
        return ("1", 1) if _known(after[0]) in _COUNTED else (said, 1)
    if said in _TENS:
        return _tens(said, after)
    if said in _NUMBERS:
        return _teens(said, after)
    return _known(said), 1


def _tens(said: str, after: list[str]) -> tuple[str, int]:
    tens = _TENS[said]
    if after[0] == "et" and after[1] in {"un", "une", "onze"}:
        return str(tens + _NUMBERS[after[1]]), 3
    if 2 <= _NUMBERS.get(after[0], 0) <= 9:
        return str(tens + _NUMBERS[after[0]]), 2
    return str(tens), 1


def _teens(said: str, after: list[str]) -> tuple[str, int]:
    if said == "dix" and after[0] in {"sept", "huit", "neuf"}:
        return str(10 + _NUMBERS[after[0]]), 2
    return str(_NUMBERS[said]), 1


@remembered(4096)
def _known(word: str) -> str:
    """The word a grammar knows, for one that was typed."""
    if word in _KNOWN:
        return _KNOWN[word]
    if not word.isalpha() or word in _NOT_MISSPELLED:
        return word
    meant = _SPELLER.correct(word)
    return _SPELLED[meant] if meant else word


@lru_cache(maxsize=8192)
def _letters(typed: str) -> str:
    folded = "".join(char for char in fold(typed) if "a" <= char <= "z")
    return folded or _OTHER
