"""What becomes of an article before it is published: the passages that the bot would quote, and what to look at again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from bot.articles import Draft
from bot.knowledge.articles import Passage, passages
from bot.privacy.redact import MASKS

SECTION_WORDS = 180
"""Three passages: whoever has to press « Voir plus » more often stops reading."""
MAX_WARNINGS = 30


class Doubt(Protocol):
    """A telephone number, address or URL that stands in no source."""

    @property
    def kind(self) -> Enum:
        """phone, email or url."""

    @property
    def text(self) -> str:
        """As it was written."""


class Vouches(Protocol):
    """Knows what the town vouches for; see `bot.sourced.Sourced`."""

    def check(self, text: str) -> Sequence[Doubt]:
        """What stands neither in the town's settings nor in a source."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to look at again; nothing forbids to publish it."""

    kind: str
    """A key of the desk's words."""
    text: str = ""
    """What it is about."""
    words: int = 0
    pieces: int = 0


def previewed(article_id: str, draft: Draft) -> tuple[Passage, ...]:
    """The passages that the bot would quote, in the order of the page."""
    return passages(draft.article(article_id, date.min))


def warnings(draft: Draft, pieces: Sequence[Passage], vouches: Vouches, today: date) -> list[Advice]:
    """What to look at again, the gravest first."""
    return list(_warnings(draft, pieces, vouches, today))[:MAX_WARNINGS]


def _warnings(draft: Draft, pieces: Sequence[Passage], vouches: Vouches, today: date) -> Iterator[Advice]:
    if not draft.title:
        yield Advice("no_title")
    if not pieces:
        yield Advice("empty")
    whole = f"{draft.title}\n{draft.body}"
    if masks := [mask for mask in MASKS if mask in whole]:
        yield Advice("masked", ", ".join(masks))
    seen: set[str] = set()
    for doubt in vouches.check(whole):
        if doubt.text not in seen:
            seen.add(doubt.text)
            yield Advice(str(doubt.kind.value), doubt.text)
    if draft.valid_until is not None and draft.valid_until < today:
        yield Advice("expired")
    if draft.review_on is not None and draft.review_on < today:
        yield Advice("review_past")
    sections: dict[tuple[str, ...], list[int]] = {}
    for piece in pieces:
        sections.setdefault(piece.headings, []).append(len(piece.text.split()))
    for headings, counts in sections.items():
        if sum(counts) > SECTION_WORDS:
            yield Advice("section_long", headings[-1] if headings else draft.title, sum(counts), len(counts))
