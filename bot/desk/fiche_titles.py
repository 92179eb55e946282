"""The titles of the State's fiches, to find one to add the town's own words to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.feeds import Fiches
from bot.fiches import FicheKind, Head
from bot.text.french import tokens

FOUND = 12


@dataclass(frozen=True, slots=True)
class Title:
    """A fiche by its title."""

    audience: str
    id: str
    title: str
    url: str
    words: str
    """Folded, each with a blank before it."""


class FicheTitles:
    """Read once for each version of the fiches: there are some thousands."""

    def __init__(self, fiches: Fiches) -> None:
        self._fiches = fiches
        self._version = -1
        self._titles: tuple[Title, ...] = ()

    async def find(self, words: str) -> list[Title]:
        """Those whose title has every word, or its beginning, the shortest first; an id finds its own fiche.

        Raises:
            StoreError: the fiches cannot be read.
        """
        wanted = tokens(words)
        if not wanted:
            return []
        titles = await self._current()
        if len(wanted) == 1 and (own := [one for one in titles if one.id.lower() == wanted[0]]):
            return own
        found = [one for one in titles if all(f" {word}" in one.words for word in wanted)]
        return sorted(found, key=lambda one: (len(one.title), one.title, one.audience))[:FOUND]

    async def named(self, fiche_id: str) -> Title | None:
        """The fiche of an id, that of individuals if both audiences have it."""
        found = [one for one in await self._current() if one.id == fiche_id]
        return min(found, key=lambda one: one.audience, default=None)

    async def _current(self) -> tuple[Title, ...]:
        version = await self._fiches.version()
        if version != self._version:
            every = await self._fiches.heads()
            self._titles = await asyncio.to_thread(_titles, every)
            self._version = version
        return self._titles


def _titles(heads: Sequence[Head]) -> tuple[Title, ...]:
    return tuple(
        Title(one.audience, one.id, one.title, one.url, "".join(f" {token}" for token in tokens(one.title)))
        for one in heads
        if one.kind is not FicheKind.FOLDER
    )
