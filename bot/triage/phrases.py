"""Words and phrases that a letter holds, whatever their case, accents and plural."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.text.french import tokens

ANY_ENDING = "*"
MAX_CHARS = 8_000
"""Of a letter that is looked through."""
_LEAST = 4


def spread(*texts: str) -> str:
    """Texts as phrases are looked for in them: their words without plural, one space around each."""
    return f" {' '.join(singular(token) for text in texts for token in (*tokens(text[:MAX_CHARS]), '.'))} "


def singular(token: str) -> str:
    """A folded word without the mark of its plural."""
    return token[:-1] if len(token) >= _LEAST and token[-1] in "sx" else token


@lru_cache(maxsize=8192)
def form(phrase: str) -> str:
    """A phrase as it stands in a spread text; "" if there is no word in it. `*` at its end stands for any ending."""
    known = tokens(phrase)
    if not known:
        return ""
    last = known[-1] if phrase.rstrip().endswith(ANY_ENDING) else f"{singular(known[-1])} "
    return f" {' '.join([*map(singular, known[:-1]), last])}"


def held(spread_text: str, phrases: Iterable[str]) -> Sequence[str]:
    """Those of the phrases that stand in a spread text."""
    return [phrase for phrase in phrases if (found := form(phrase)) and found in spread_text]
