"""Which cases of a fiche are the citizen's: what is known, what has to be asked, what may be shown. Pure.

`Known` says of choices, by number, which option is the citizen's. A leaf is shown only when every pair of its path is
known; the outermost choice that is not known is asked first.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

from bot.knowledge import aspects, choice
from bot.knowledge.circumstances import covered, facts, matched
from bot.knowledge.leaves import Leaf, Outline, Path, Question
from bot.text.french import fold, listed, words

Known = Mapping[int, int]
LIVING = listed("vis vit vivons vivent habite habites habitons habitez reside residons situe ans age cas situation")
"""Words around a circumstance: « je vis à l'étranger »."""
MAX_LEAVES = 400
"""As many pieces of one fiche are looked at; the longest fiches of the source have fewer."""


def holds(path: Path, known: Known) -> bool:
    """Whether everything on a path is the citizen's case for sure."""
    return all(known.get(number) == option for number, option in path)


def excluded(path: Path, known: Known) -> bool:
    """Whether a path is another case than the citizen's."""
    return any(known.get(number, option) != option for number, option in path)


def undecided(outline: Outline, path: Path, known: Known) -> Question | None:
    """What has to be asked before a path is known: its outermost open choice; None if nothing has."""
    return next((outline.questions[number] for number, _ in path if number not in known), None)


def visible(outline: Outline, known: Known) -> tuple[Leaf, ...]:
    """The leaves with words that may be shown, in the order of the page."""
    return tuple(leaf for leaf in outline.leaves if leaf.text and holds(leaf.path, known))


def reachable(outline: Outline, known: Known) -> list[Leaf]:
    """The leaves with words that are not another case's, in the order of the page."""
    return [leaf for leaf in outline.leaves[:MAX_LEAVES] if leaf.text and not excluded(leaf.path, known)]


def read(outline: Outline, text: str, title: str = "") -> dict[int, int]:
    """The cases that a citizen's words name, of every choice of a fiche; the words of its `title` tell none."""
    beside = {fact for fact in facts(title) if "@" not in fact}
    found = {question.number: matched(question.options, text, beside) for question in outline.questions}
    return {number: option for number, option in found.items() if option is not None}


def carried(outline: Outline, titles: Collection[str]) -> dict[int, int]:
    """The cases of a fiche that have the title of one that was chosen before, on this page or another."""
    chosen = {fold(title) for title in titles}
    found: dict[int, int] = {}
    for question in outline.questions:
        same = [option for option, title in enumerate(question.options) if fold(title) in chosen]
        if len(same) == 1:
            found[question.number] = same[0]
    return found


def picked(options: Sequence[str], text: str) -> int | None:
    """The case that words choose just after it was asked: its number, its place, its title, or words of it alone.

    « Combien pour un passeport de mineur ? » has more in it, and is a question of its own.
    """
    at = choice.titled(text, options)
    if at is None:
        at = choice.place(text, len(options))
    if at is None and not subject(text, options):
        at = matched(options, text)
    return choice.named(text, options) if at is None else at


def subject(text: str, options: Collection[str] = ()) -> list[str]:
    """The words of a text that name neither a circumstance, nor a side of a subject, nor one of the options."""
    beside = LIVING | covered(text) | {word for title in options for word in words(title)}
    named = {fact for title in options for fact in facts(title)}
    return [word for word in words(text) if word not in beside and not aspects.beside(word) and not facts(word) & named]


def cases(outline: Outline, path: Path) -> tuple[str, ...]:
    """The titles of the cases of a path, the outermost first."""
    return tuple(outline.questions[number].options[option] for number, option in path)


def valid(outline: Outline, path: Path) -> dict[int, int]:
    """The pairs of a path that this outline has."""
    return {
        number: option
        for number, option in path
        if 0 <= number < len(outline.questions) and 0 <= option < len(outline.questions[number].options)
    }


def mark(outline: Outline) -> int:
    """Tells one state of a fiche's choices from another: numbers of an older state are not believed."""
    return zlib.crc32(repr([(question.path, question.options) for question in outline.questions]).encode())
