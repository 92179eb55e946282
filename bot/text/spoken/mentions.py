"""Of all that a phrase mentions, what is meant in the end: « pas mardi, jeudi », « mardi… non, jeudi plutôt »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import Protocol, TypeVar

from bot.text.spoken.phrase import Span


class WhyNot(Enum):
    """Why nothing was read."""

    NONE = "none"
    """Nothing of the kind was said."""
    IMPOSSIBLE = "impossible"
    """It does not exist: 31 February, 25 o'clock."""
    PAST = "past"


class Bound(Enum):
    """What a word before a mention makes of it."""

    UNTIL = "until"
    """« avant », « au plus tard »: what is mentioned is the end."""
    UNTIL_INCLUDED = "until_included"
    FROM = "from"
    """« à partir de »: what is mentioned is the beginning."""
    AFTER = "after"
    ABOUT = "about"


class Mention(Protocol):
    """What was said once, somewhere in the phrase."""

    @property
    def at(self) -> Span:
        """In characters of the phrase's `plain`."""


M = TypeVar("M", bound=Mention)

_BETWEEN = r"(?: (?:le|ce|a|de|du|au|pour|vers|en))?"
_DENIED_BEFORE = re.compile(
    r"(?<!\S)(?:(?<!pourquoi )pas(?: (?:disponible|dispo|libre|possible|la))?|not|ni|sauf|excepte|impossible"
    r"|plutot que|au lieu|a la place|instead of|rather than)" + _BETWEEN + "$"
)
_NOT_FITTING = (
    r"(?:impossible|complique|(?:peux|peut|pourrai|va|marche|suis|convient|possible|dispo|arrange) (?:vraiment )?pas"
    r"|pas (?:possible|dispo|disponible|libre|la)|can t|cannot)"
)
_DENIED_AFTER = re.compile(rf"(?: [a-z0-9]+){{0,4}}? {_NOT_FITTING}(?!\S)")
_TAKEN_BACK = re.compile(
    r"(?<!\S)(?:non|no|nan|pardon|finalement|en fait|je voulais dire|je veux dire|oups|erreur|sorry|actually|i mean"
    r"|je me trompe|je me suis trompee?|je prefere|je prefererais|(?:plutot|disons|enfin|rather|mieux|mais)(?=(?: ,)?"
    r"(?: (?:le|ce|a|de|pour|vers|on))? $))(?!\S)"
)
_TAKEN_BACK_AFTER = re.compile(r" (?:plutot|finalement|en fait|instead|rather|actually)(?!\S)(?! que| than)")
_BOUNDS = (
    (
        Bound.FROM,
        r"(?:pas avant|a partir(?: de?)?|a compter(?: de?)?|des|from|as of|starting(?: from)?|not before)",
    ),
    (Bound.UNTIL_INCLUDED, r"(?:pas apres|(?:pas|au) plus tard(?: que)?|jusqu|until|till|d ici|by|not after)"),
    (Bound.UNTIL, r"(?:avant)"),
    (Bound.AFTER, r"(?:apres)"),
    (Bound.ABOUT, r"(?:vers(?: les)?|environ|autour(?: de)?|alentours(?: de)?|aux environs(?: de)?)"),
)
_BOUND = tuple((bound, re.compile(rf"(?<!\S){words}(?: (?:le|a|du|au))?$")) for bound, words in _BOUNDS)
_LOOK_BACK = 48
"""Characters before a mention in which its « pas » or « avant » stands."""
_LOOK_AHEAD = 64


def meant(plain: str, mentions: Sequence[M]) -> list[M]:
    """The mentions that were neither denied nor taken back, in order."""
    kept = [mention for mention in mentions if not _denied(plain, mention, among=len(mentions))]
    start = 0
    for i, (one, other) in enumerate(pairwise(kept), start=1):
        if _TAKEN_BACK.search(f"{plain[one.at[1] : other.at[0]].rstrip()} "):
            start = i
    if len(kept) > 1 and _TAKEN_BACK_AFTER.match(plain, kept[-1].at[1]):
        start = len(kept) - 1
    return kept[start:]


def bound(plain: str, mention: Mention) -> Bound | None:
    """What stands before a mention and makes it a beginning, an end, or about."""
    before = _before(plain, mention)
    return next((bound for bound, words in _BOUND if words.search(before)), None)


def _denied(plain: str, mention: Mention, among: int) -> bool:
    before = _before(plain, mention)
    if _DENIED_BEFORE.search(before):
        return True
    end = mention.at[1]
    return among > 1 and bool(_DENIED_AFTER.match(plain[end : end + _LOOK_AHEAD]))


def _before(plain: str, mention: Mention) -> str:
    start = mention.at[0]
    return plain[max(start - _LOOK_BACK, 0) : start].rstrip()
