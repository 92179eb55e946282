"""Replies as plain text, for channels that have no cards and few buttons: pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.messages import Author, Button, Reply
from bot.text.wording import Wording

Measure = Callable[[str], int]
_BREAKS = tuple(re.compile(pattern) for pattern in (r"\n\n", r"\n", r"(?<=[.!?…:;]) ", r"\s"))
"""Where a text may be cut, the best place first."""


def utf16(text: str) -> int:
    """A length as those providers count it whose servers count UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def body(reply: Reply, website: str, wording: Wording) -> str:
    """A reply's words: who speaks if it is a person, the text, and each source with its address."""
    parts = [reply.text.strip()]
    if reply.author is Author.AGENT:
        parts[0] = f"{wording.say('said_by_agent', reply.language, name=reply.name)}\n{parts[0]}"
    for source in reply.sources:
        url = website.rstrip("/") + source.url if source.url.startswith("/") else source.url
        parts.append(f"{source.title}\n{url}")
    return "\n\n".join(part for part in parts if part)


def numbered(buttons: Sequence[Button], language: str, wording: Wording, first: int = 1) -> str:
    """Choices as a list that is answered by number."""
    lines = [f"{number}. {button.title}" for number, button in enumerate(buttons, first)]
    return "\n".join([*lines, "", wording.say("choose_by_number", language)])


def split(text: str, limit: int, measure: Measure = len) -> list[str]:
    """A text in pieces that `measure` at most `limit`, cut between paragraphs, lines, sentences or words; nothing is lost
    but the white space at the cuts.
    """
    pieces: list[str] = []
    rest = text.strip()
    while measure(rest) > limit:
        end = _longest(rest, limit, measure)
        cut = _cut(rest, end)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest or not pieces:
        pieces.append(rest)
    return pieces


def shorten(title: str, limit: int) -> str:
    """A title within a limit; one that is cut ends with an ellipsis."""
    return title if len(title) <= limit else title[: limit - 1].rstrip() + "…"


def _longest(text: str, limit: int, measure: Measure) -> int:
    """How many characters of a text fit; at least one."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low


def _cut(text: str, end: int) -> int:
    """The best place to cut within the first `end` characters, not before their second half."""
    for pattern in _BREAKS:
        found = [match.end() for match in pattern.finditer(text, end // 2, min(len(text), end + 1))]
        found = [place for place in found if len(text[:place].rstrip()) <= end]
        if found:
            return min(found[-1], len(text))
    return end
