"""The matters of a letter that asks several services at once: « le lampadaire est éteint ; ma carte de cantine n'arrive pas ».

A letter is cut where a sentence, a line or a turn such as « par ailleurs » begins. Where two of its pieces speak for different
services, both sides of each cut between them are read as letters of their own, and the cut holds whose weaker side speaks the
plainest, if that is plain enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.readings import Matter
from bot.text.french import words
from bot.triage.features import Vocabulary, said_of
from bot.triage.model import Plane

MAX_MATTERS = 3
MAX_PIECES = 16
MAX_CHARS = 3_000
"""Of a letter that is cut up; what is asked stands in it by then."""
LEAST_WORDS = 3
"""Words that say something, of a piece that is read by itself; a shorter one belongs to the piece before it."""
HINT = 0.45
"""So likely a piece is for its service before a cut is looked for beside it."""
PLAIN, SIDE_WORDS = 0.7, 6
"""So likely both sides of a cut are for their services, and so many words each of them has."""
PLAIN_AT_TURN, SIDE_WORDS_AT_TURN = 0.5, 2
"""The same where the writer says that something else begins: by a blank line, a list, « par ailleurs »."""
_TURN = (
    r"par ailleurs|d['’]autre part|autre (?:chose|question|sujet|point|demande)|j['’]en profite|je profite|deuxièmement|ensuite"
    r"|et aussi|en outre|et puis|de plus|enfin|dernière chose|sinon|en plus"
    r"|also|another (?:thing|question)|besides|secondly"
)
_CUT = re.compile(rf"((?:[ \t]*\n){{2,}}|\n+[ \t]*(?:[-*•]|\d[.)])[ \t]|\n+|(?<=[.!?;])\s+|(?=\b(?:{_TURN})\b))", re.I)
_TURNS = re.compile(rf"(?:et )?(?:{_TURN})\b|[-*•]|\d[.)]", re.I)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or two; `turns` where the writer says that something else begins with it."""

    text: str
    turns: bool


@dataclass(frozen=True, slots=True)
class Matters:
    """Tells the matters of letters by what was learnt of services."""

    plane: Plane
    vocabulary: Vocabulary

    def of(self, said: str) -> tuple[Matter, ...]:
        """The matters of a letter's own words, in their order, each for another service; none where there is but one."""
        found = self._parted(cut(said), MAX_MATTERS)
        return found if len({one.service for one in found}) > 1 else ()

    def _parted(self, pieces: Sequence[Piece], at_most: int) -> tuple[Matter, ...]:
        best: tuple[float, int, Matter, Matter] | None = None
        for place in self._places(pieces) if at_most > 1 else ():
            left, right = self._read(pieces[:place]), self._read(pieces[place:])
            least = min(left.score, right.score)
            if left.service == right.service or (best and least <= best[0]):
                continue
            turns = pieces[place].turns
            bar, length = (PLAIN_AT_TURN, SIDE_WORDS_AT_TURN) if turns else (PLAIN, SIDE_WORDS)
            if least >= bar and min(len(words(left.said)), len(words(right.said))) >= length:
                best = (least, place, left, right)
        if best is None:
            return ()
        _, place, left, right = best
        before = self._parted(pieces[:place], at_most - 1) or (left,)
        after = self._parted(pieces[place:], at_most - len(before)) or (right,)
        found = (*before, *after)
        return found if len({one.service for one in found}) == len(found) else (left, right)

    def _places(self, pieces: Sequence[Piece]) -> list[int]:
        """Where a matter may begin: between pieces that speak for different services."""
        if len(pieces) < 2:
            return []
        spoken = [
            (place, one.service) for place in range(len(pieces)) if (one := self._read([pieces[place]])).score >= HINT
        ]
        found: list[int] = []
        for (here, own), (there, other) in pairwise(spoken):
            if own != other:
                found += range(here + 1, there + 1)
        return found

    def _read(self, pieces: Sequence[Piece]) -> Matter:
        said = " ".join(piece.text for piece in pieces)
        scores = self.plane.of(self.vocabulary.row(said_of("", said)))
        place = int(scores.argmax())
        return Matter(self.plane.classes[place], said, round(float(scores[place]), 4))


def cut(said: str) -> list[Piece]:
    """A letter's pieces, in order."""
    found: list[Piece] = []
    turns = False
    for text in _CUT.split(said[:MAX_CHARS]):
        kept = text.strip(" \t\n-*•,;")
        turns = turns or text.count("\n") > 1 or bool(_TURNS.match(text.strip()))
        if not kept or not words(kept):
            continue
        if found and (len(found) >= MAX_PIECES or (len(words(kept)) < LEAST_WORDS and not turns)):
            found[-1] = Piece(f"{found[-1].text} {kept}", found[-1].turns)
        elif found and len(words(found[-1].text)) < (SIDE_WORDS_AT_TURN if turns else LEAST_WORDS):
            # « Bonjour à tous. » is nobody's matter.
            found[-1] = Piece(f"{found[-1].text} {kept}", found[-1].turns)
            turns = False
        else:
            found.append(Piece(kept, turns))
            turns = False
    return found
