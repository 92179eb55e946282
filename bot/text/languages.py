"""In which language a text is written: French unless it is plain that it is another.

Two scripts tell by themselves (Arabic, Chinese), Cyrillic by letters and words that Russian lacks, and the Latin script
by a naive Bayes vote of the words of `languages.yml`, of what other words look like (pairs and triples of letters,
Cavnar and Trenkle 1994, with bounded votes), and of letters that few languages have. French begins ahead: a citizen who
is taken for a foreigner is worse served than a foreigner who is answered in French. Pure and the same on every machine.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.text.french import ASKING, FUNCTION, POLITE, TYPED, fold, listed
from bot.text.memory import remembered

WORDS = Path(__file__).parent / "languages.yml"
FULL = ("fr", "en")
"""Languages in which the assistant converses."""
GREETED = ("es", "ar", "uk", "de", "pt", "zh", "tr")
"""Languages in which it only says what it can do."""
SURE = 0.85
"""From this certainty on, a citizen is spoken to in the language that was found."""
SURE_AGAIN = 0.6
"""The same, where the conversation was in that language before."""
SURE_IN_DANGER = 0.5
"""The same, where somebody is in danger: the numbers can be read in any language."""
TELLING = 0.3
"""A guess that is less certain is none."""

MAX_CHARS = 800
"""What is looked at of a text; the language of a longer one has long been plain."""
COMMON, KNOWN, ABSENT = 8.0, 3.0, 0.06
"""Weights of a word in a language: one of grammar, one of its list, one that it does not list."""
LOOKS = 1.2
"""The most, in nats, that the look of one unknown word counts for one language against another."""
BEGINS = {"fr": 0.0, "en": -1.0}
BEHIND = -2.0
"""How far behind French another language begins, in nats."""
BEFORE = 1.5
"""What the language of the messages before counts, in nats."""
NAME = 0.25
"""What is left of the vote of a word that is written as a name, or stands in an address."""
SHARE = 0.7
"""A script that has less of a text's letters does not tell its language."""

MAX_LOOKED = 8_192
"""Unknown words whose votes are kept at hand."""

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ARABIC = re.compile(r"[\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]")
_NOT_ARABIC = re.compile(r"[\u0679\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06cc\u06d2]")
"""Letters that Persian and Urdu have and Arabic has not."""
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_NOT_CHINESE = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_GRAMMAR_HAN = re.compile(r"[我你您们的是不了在有吗嗎么麼好请請怎什哪想要能会這这]")
_LONE_ARABIC = re.compile(r"مرحبا|السلام|عليكم|شكرا|من فضلك|النجدة|حريق|أريد|مساعدة|كيف|هل")
_CYRILLIC_SIGNS = {
    "uk": re.compile(r"[іїєґ]|[нт]ня\b|\w[аиійоу]ти(?:ся)?\b|ого дня\b"),
    "ru": re.compile(r"[ыэъё]|(?:ни|ци)[еия]\b|\w[аеиоуя]ть(?:ся)?\b"),
    "bg": re.compile(r"ъ|щ[еи]"),
    "be": re.compile("ў"),
    "kk": re.compile("[әқңөұүһғ]"),
}
"""Letters and endings that tell one from the others."""

_NO_WORDS = re.compile(r"\S+@\S+|\bhttps?:\S+|\bwww\.\S+|\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+")
_WAYS = listed(
    "rue avenue av place boulevard bd impasse chemin allee residence villa quai cours lotissement hameau route square"
)
"""French words behind which a name stands, whatever language it sounds like."""
_NAMED = 3
"""So many words behind one of those may be that name."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A language as BCP 47 names it, and how sure it is, in [0, 1]."""

    language: str
    certainty: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Votes in nats by the languages of the Latin script, and the words of the Cyrillic ones."""

    names: tuple[str, ...]
    words: Mapping[str, tuple[float, ...]]
    known_in: Mapping[str, frozenset[int]]
    looks: Mapping[str, tuple[float, ...]]
    unseen: tuple[float, ...]
    letters: Mapping[str, tuple[float, ...]]
    cyrillic: Mapping[str, frozenset[str]]
    cries: Mapping[str, re.Pattern[str]]


def identify(text: str, past: str = "") -> Guess | None:
    """The language of a text; None where it does not tell: a name, a number, « ok », an address, an emoji.

    `past` is the language in which the citizen wrote before, "" if nobody knows.
    """
    seen = text[:MAX_CHARS]
    latin, arabic = len(_LATIN.findall(seen)), len(_ARABIC.findall(seen))
    han, cyrillic = len(_HAN.findall(seen)), len(_CYRILLIC.findall(seen))
    letters = latin + arabic + han + cyrillic
    if not letters:
        return None
    if latin >= SHARE * letters:
        guess = _latin(seen, past)
    elif arabic >= SHARE * letters:
        guess = _arabic(seen)
    elif cyrillic >= SHARE * letters:
        guess = _cyrillic(seen)
    elif han >= 0.5 * letters:
        # One character is a word: names in Latin letters between them soon have as many.
        guess = _chinese(seen, han)
    else:
        return None
    return guess if guess is not None and guess.certainty >= TELLING else None


def surely(text: str, past: str = "", bar: float = SURE) -> str:
    """The language of a text if that is sure, "" otherwise; less is asked of that of the messages before."""
    guess = identify(text, past)
    if guess is None or guess.certainty < (min(bar, SURE_AGAIN) if guess.language == past else bar):
        return ""
    return guess.language


def alarmed(text: str) -> str:
    """The language in which somebody cries for help, if it is one of `GREETED`; "" otherwise.

    Less is asked than of other messages, and one word may do: the numbers can be read in any language, and everybody
    writes in their own when they are afraid.
    """
    guess = identify(text)
    if guess is not None and (guess.language in FULL or guess.certainty >= SURE_IN_DANGER):
        return guess.language if guess.language in GREETED else ""
    if _CYRILLIC.search(text):
        # Who writes in Russian reads these numbers sooner than French ones.
        return "uk"
    said = fold(text)
    return next((name for name, cry in lexicon().cries.items() if cry.search(said)), "")


@lru_cache(maxsize=2)
def lexicon(path: Path = WORDS) -> Lexicon:
    """The words of a file, read once a process.

    Raises:
        ConfigurationError: it cannot be read, or is not such a file.
    """
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        lists = {**raw["languages"], **raw["others"]}
        weights = {
            name: {
                **dict.fromkeys(_folded(lists[name]["words"]), KNOWN),
                **dict.fromkeys(_folded(lists[name]["common"]), COMMON),
            }
            for name in lists
        }
        for word in chain(FUNCTION, ASKING, POLITE, TYPED):
            weights["fr"].setdefault(word, KNOWN)
        names = tuple(weights)
        letters: dict[str, list[float]] = {}
        for name, marks in raw["letters"].items():
            for mark, weight in marks.items():
                letters.setdefault(mark, [0.0] * len(names))[names.index(name)] = float(weight)
        looks, unseen = _looks(weights)
        words = sorted(set().union(*weights.values()))
        return Lexicon(
            names,
            {word: tuple(math.log(weights[name].get(word, ABSENT)) for name in names) for word in words},
            {word: frozenset(at for at, name in enumerate(names) if word in weights[name]) for word in words},
            looks,
            unseen,
            {mark: tuple(weights_of) for mark, weights_of in letters.items()},
            {name: listed(words_of.lower()) for name, words_of in raw["cyrillic"].items()},
            {
                name: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _folded(words)))})")
                for name, words in raw["cries"].items()
            },
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"{path}: is not a file of words by language: {error}") from error


def _folded(words: str) -> list[str]:
    return [word for entry in words.split() for word in _WORD.findall(fold(entry))]


def _pieces(word: str) -> Iterator[str]:
    """Pairs and triples of letters of a folded word, its beginning and its end among them."""
    bounded = f" {word} "
    for size in (2, 3):
        for at in range(len(bounded) - size + 1):
            yield bounded[at : at + size]


def _looks(
    weights: Mapping[str, Mapping[str, float]],
) -> tuple[dict[str, tuple[float, ...]], tuple[float, ...]]:
    """Log P(piece | language) from the words of each, add-half smoothed; and that of a piece which no list has."""
    counts = {name: Counter(chain.from_iterable(map(_pieces, words))) for name, words in weights.items()}
    pieces = sorted(set().union(*counts.values()))
    totals = [sum(each.values()) + 0.5 * len(pieces) for each in counts.values()]
    found = {
        piece: tuple(math.log((each[piece] + 0.5) / total) for each, total in zip(counts.values(), totals, strict=True))
        for piece in pieces
    }
    return found, tuple(math.log(0.5 / total) for total in totals)


def _latin(text: str, past: str) -> Guess | None:
    known = lexicon()
    scores = [BEGINS.get(name, BEHIND) + (BEFORE if name == past else 0.0) for name in known.names]
    marks = [0.0] * len(known.names)
    for mark in set(unicodedata.normalize("NFC", text)) & known.letters.keys():
        _add(marks, known.letters[mark], 1.0)
    _add(scores, marks, 1.0)
    evidence = [min(mark, 3.0) / 3.0 for mark in marks]
    heard: set[str] = set()
    for word, weight in _weighed(text):
        if word in known.words:
            _add(scores, known.words[word], weight)
            if word not in heard:
                for at in known.known_in[word]:
                    evidence[at] += weight * (1.0 if len(word) > 1 else 0.3)
        elif len(word) > 2 and word not in heard:
            _add(scores, _look(word), weight)
        heard.add(word)
    best = max(range(len(scores)), key=scores.__getitem__)
    if known.names[best] not in (*FULL, *GREETED):
        return None
    share = 1.0 / sum(math.exp(max(score - scores[best], -50.0)) for score in scores)
    return Guess(known.names[best], round(share * (1.0 - 0.36 ** evidence[best]), 4))


def _weighed(text: str) -> Iterator[tuple[str, float]]:
    """The folded words of a text, and what each counts: less if it is written as a name or stands in an address."""
    written = _WORD.findall(_NO_WORDS.sub(" ", text))
    shouted = text.isupper()
    titled = not shouted and len(written) > 1 and all(word[0].isupper() or len(word) < 4 for word in written)
    named = 0
    for at, word in enumerate(written):
        folded = fold(word)
        as_name = word[0].isupper() and not shouted and (titled or (at > 0 and folded not in lexicon().words))
        yield folded, NAME if as_name or named > 0 else 1.0
        named = _NAMED if folded in _WAYS else named - 1


@remembered(MAX_LOOKED)
def _look(word: str) -> list[float]:
    """What an unknown word looks like: at most `LOOKS` between the best language and the worst."""
    known = lexicon()
    pieces = list(_pieces(word))
    looked = [0.0] * len(known.names)
    for piece in pieces:
        _add(looked, known.looks.get(piece, known.unseen), 2.0 / len(pieces))
    best = max(looked)
    return [max(score - best, -LOOKS) for score in looked]


def _add(to: list[float], votes: Iterable[float], weight: float) -> None:
    to[:] = [score + weight * vote for score, vote in zip(to, votes, strict=True)]


def _arabic(text: str) -> Guess | None:
    if len(_NOT_ARABIC.findall(text)) > 1:
        return None
    words = sum(1 for word in _WORD.findall(text) if _ARABIC.match(word))
    return Guess("ar", 0.98 if words > 2 or _LONE_ARABIC.search(text) else 0.9 if words == 2 else 0.6)


def _chinese(text: str, characters: int) -> Guess | None:
    if _NOT_CHINESE.search(text):
        return None
    told = characters >= 2 and _GRAMMAR_HAN.search(text)
    # Names have three characters, seldom four.
    return Guess("zh", 0.98 if characters > 4 else 0.9 if told or characters == 4 else 0.5)


def _cyrillic(text: str) -> Guess | None:
    """Ukrainian if that is plain: Russian and others that share the script are not greeted in."""
    lowered = text.lower()
    words = _WORD.findall(lowered)
    signs = {name: len(sign.findall(lowered)) for name, sign in _CYRILLIC_SIGNS.items()}
    scores = {name: 2.0 * min(count, 3) for name, count in signs.items()}
    for word in set(words):
        having = [name for name, known in lexicon().cyrillic.items() if word in known]
        for name in having:
            scores[name] += 1.0 / len(having)
    ahead = scores.pop("uk") - max(scores.values())
    if signs["uk"] == sum(signs.values()):
        ahead += min(signs["uk"], 1)
    # One letter may be a name's: « Олексій ».
    return (
        Guess("uk", round(1.0 - 0.36**ahead, 4))
        if ahead > 0 and (len(words) > 1 or words[0] in lexicon().cyrillic["uk"])
        else None
    )
