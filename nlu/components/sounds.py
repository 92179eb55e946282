"""What a French word sounds like, roughly: « koi » and « quoi », « voudré » and « voudrais » are one.

Rules of spelling from the general to the silent endings, not a transcription: two words may share a sound that are
pronounced differently, and the classifier has their letters beside it.
"""

from __future__ import annotations

import functools
import re

_RULES = tuple(
    (re.compile(written), heard)
    for written, heard in (
        (r"eaux?|aux?", "o"),
        (r"oeu|eu", "e"),
        (r"oi", "wa"),
        (r"ou", "u"),
        (r"ph", "f"),
        (r"qu?", "k"),
        (r"ch", "x"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"(?<=j)e(?=[ao])", ""),
        (r"y", "i"),
        (r"h", ""),
        (r"z", "s"),
        (r"aient|ais|ait|ai|ei|ees$|ee$|es$|e$|er$|et$|ed$", "e"),
        # Vowels through the nose, where no vowel follows.
        (r"(?:ai|ei|i|u)[nm](?![aeiou])", "1"),
        (r"[ae][nm](?![aeiou])", "2"),
        (r"o[nm](?![aeiou])", "3"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)[stxdpe]+$", ""),
    )
)


@functools.lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """The sound of a folded word, a code of its own; never longer than the word by more than its « oi »."""
    for written, heard in _RULES:
        word = written.sub(heard, word)
    return word
