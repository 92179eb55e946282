"""Spelling against a vocabulary of one's own: the base's words, not a dictionary's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.text import memory

MIN_CHARS = 4
"""Shorter words are too near to each other."""
TWO_EDITS_FROM_CHARS = 8
TWO_EDITS_ANYWHERE_FROM_CHARS = 10
ENDING_CHARS = 4
MOST_CORRECTED = 20_000
"""Words whose correction is kept: most come again."""


def allowed_edits(word: str) -> int:
    """How many mistakes a word may hold: 0 when short or a number, 1, or 2 from eight letters on."""
    if len(word) < MIN_CHARS or not word.isalpha():
        return 0
    return 2 if len(word) >= TWO_EDITS_FROM_CHARS else 1


def distance(one: str, other: str, at_most: int) -> int:
    """Optimal string alignment (insert, delete, replace, swap neighbours); `at_most` + 1 when it is more."""
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, start=1):
        before_that, before = before, row
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != against))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
        if min(row) > at_most:
            return at_most + 1
    return row[-1]


class Speller:
    """Finds the word that was meant. Candidates share the first letter or the last four: mistakes rarely touch both."""

    def __init__(self, vocabulary: Mapping[str, int], thorough: bool = False) -> None:
        """`vocabulary`: folded words and how often each occurs.

        `thorough` also finds what is neither begun nor ended like the word, when there is no other candidate: one
        mistake, two from ten letters on (« ancombrant » for « encombrants »).
        """
        self._counts = dict(vocabulary)
        buckets: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for word in sorted(self._counts):
            if word.isalpha() and len(word) >= MIN_CHARS:
                letters = _letters(word)
                for bucket in _buckets(word):
                    buckets[bucket].append((word, letters))
                if thorough:
                    buckets[_length(len(word))].append((word, letters))
        self._buckets = dict(buckets)
        self._corrected: memory.Kept[str | None] = memory.Kept()

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def correct(self, word: str) -> str | None:
        """The nearest known word, the most frequent of equals; None if none is near enough."""
        if word in self._counts:
            return word
        edits = allowed_edits(word)
        if not edits:
            return None
        known = self._corrected.get(word, "")
        if known == "":
            if len(self._corrected) >= MOST_CORRECTED:
                self._corrected.clear()
            self._corrected[word] = known = self._meant(word, edits)
        return known

    def _meant(self, word: str, edits: int) -> str | None:
        anywhere = edits if len(word) >= TWO_EDITS_ANYWHERE_FROM_CHARS else 1
        lengths = tuple(_length(len(word) + more) for more in range(-anywhere, anywhere + 1))
        return self._nearest(word, _buckets(word), edits) or self._nearest(word, lengths, anywhere)

    def _nearest(self, word: str, buckets: tuple[str, ...], edits: int) -> str | None:
        letters, length = _letters(word), len(word)
        # One edit changes the set of letters by two at most; most words of a large base are out by that alone.
        near = {
            candidate
            for bucket in buckets
            for candidate, others in self._buckets.get(bucket, ())
            if abs(len(candidate) - length) <= edits and (letters ^ others).bit_count() <= 2 * edits
        }
        best: tuple[int, int, str] | None = None
        for candidate in near:
            found = distance(word, candidate, edits)
            if found <= edits:
                rank = (found, -self._counts[candidate], candidate)
                best = min(best, rank) if best else rank
        return best[2] if best else None


def _buckets(word: str) -> tuple[str, str]:
    return f"{word[0]}*", f"*{word[-ENDING_CHARS:]}"


def _length(chars: int) -> str:
    return f"={chars}"


def _letters(word: str) -> int:
    """The set of a word's letters, as bits."""
    found = 0
    for char in word:
        found |= 1 << (ord(char) & 31)
    return found
