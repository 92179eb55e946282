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
from bot.text.french import carrying, fold, folded_tokens, words
from bot.triage.features import Vocabulary
from bot.triage.model import Plane
from bot.triage.runs import Run, Runs

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
# The letters that turns begin with are looked at first: every place in a letter is asked.
_CUT = re.compile(
    rf"((?:[ \t]*\n){{2,}}|\n+[ \t]*(?:[-*•]|\d[.)])[ \t]|\n+|(?<=[.!?;])\s+|\b(?=[abdejps])(?=(?:{_TURN})\b))", re.I
)
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
        pieces = cut(said)
        if len(pieces) < 2:
            return ()
        found = _Reader(pieces, self.plane, self.vocabulary).parted(0, len(pieces), MAX_MATTERS)
        return found if len({one.service for one in found}) > 1 else ()


class _Reader:
    """A letter's pieces, and what runs of them speak for: each run is read once, and the letter's words are counted once."""

    def __init__(self, pieces: Sequence[Piece], plane: Plane, vocabulary: Vocabulary) -> None:
        self._pieces = pieces
        self._classes = plane.classes
        self._runs = Runs([piece.text for piece in pieces], plane, vocabulary)
        self._known: dict[Run, tuple[str, float]] = {}

    def parted(self, first: int, end: int, at_most: int) -> tuple[Matter, ...]:
        """The matters of the pieces from `first` to before `end`."""
        places = self._places(first, end) if at_most > 1 else []
        spoken = self._read([run for place in places for run in ((first, place), (place, end))])
        best: tuple[float, int] | None = None
        for place, (own, score), (other, beside) in zip(places, spoken[::2], spoken[1::2], strict=True):
            least = min(score, beside)
            if own == other or (best and least <= best[0]):
                continue
            turns = self._pieces[place].turns
            bar, length = (PLAIN_AT_TURN, SIDE_WORDS_AT_TURN) if turns else (PLAIN, SIDE_WORDS)
            sides = self._said(first, place), self._said(place, end)
            if least >= bar and min(len(words(side)) for side in sides) >= length:
                best = (least, place)
        if best is None:
            return ()
        _, place = best
        left, right = self._matter(first, place), self._matter(place, end)
        before = self.parted(first, place, at_most - 1) or (left,)
        after = self.parted(place, end, at_most - len(before)) or (right,)
        found = (*before, *after)
        return found if len({one.service for one in found}) == len(found) else (left, right)

    def _places(self, first: int, end: int) -> list[int]:
        """Where a matter may begin: between pieces that speak for different services."""
        if end - first < 2:
            return []
        read = self._read([(place, place + 1) for place in range(first, end)])
        spoken = [(place, service) for place, (service, score) in enumerate(read, first) if score >= HINT]
        found: list[int] = []
        for (here, own), (there, other) in pairwise(spoken):
            if own != other:
                found += range(here + 1, there + 1)
        return found

    def _read(self, runs: Sequence[Run]) -> list[tuple[str, float]]:
        """For each run the service that it speaks for, and how plainly."""
        new = list(dict.fromkeys(run for run in runs if run not in self._known))
        if new:
            for run, scores in zip(new, self._runs.scores(new), strict=True):
                best = int(scores.argmax())
                self._known[run] = self._classes[best], round(float(scores[best]), 4)
        return [self._known[run] for run in runs]

    def _said(self, first: int, end: int) -> str:
        return " ".join(piece.text for piece in self._pieces[first:end])

    def _matter(self, first: int, end: int) -> Matter:
        ((service, score),) = self._read([(first, end)])
        return Matter(service, self._said(first, end), score)


def cut(said: str) -> list[Piece]:
    """A letter's pieces, in order."""
    found: list[Piece] = []
    turns = False
    parts = _CUT.split(said[:MAX_CHARS])
    kept = [part.strip(" \t\n-*•,;").replace("\n", " ") for part in parts]
    own: list[str] = []  # The last piece's tokens.
    for text, part, folded in zip(kept, parts, fold("\n".join(kept)).split("\n"), strict=True):
        turns = turns or part.count("\n") > 1 or bool((bare := part.strip()) and _TURNS.match(bare))
        if not text:
            continue
        said_in = folded_tokens(folded)
        telling = len(carrying(said_in))
        if not telling:
            continue
        if found and (len(found) >= MAX_PIECES or (telling < LEAST_WORDS and not turns)):
            found[-1] = Piece(f"{found[-1].text} {text}", found[-1].turns)
            own += said_in
        elif found and len(carrying(own)) < (SIDE_WORDS_AT_TURN if turns else LEAST_WORDS):
            # « Bonjour à tous. » is nobody's matter.
            found[-1] = Piece(f"{found[-1].text} {text}", found[-1].turns)
            own += said_in
            turns = False
        else:
            found.append(Piece(text, turns))
            own = said_in
            turns = False
    return found
