"""What an import and a search ask of the storage of fiches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.fiches import AUDIENCES, Fiche, Head
from bot.store.base import Imported


@dataclass(frozen=True, slots=True)
class Feed:
    """What is stored of one audience of the fiches."""

    audience: str
    imported_at: datetime
    sums: dict[str, str]
    """A checksum of each fiche, as it was read, by its id: what an import need not store again."""
    stamp: str = ""
    """What the source said of its state when it was read, for the importer alone; "" if it said nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an audience is to become; see `Fiches.replace`."""

    audience: str
    fiches: Sequence[Fiche]
    sums: Mapping[str, str]
    redirections: Mapping[str, str]
    stamp: str = ""


def keyed(redirections: Mapping[str, Mapping[str, str]], stored: Collection[str]) -> dict[str, str]:
    """Redirections of ids by audience, as redirections of keys; `stored` are the keys of all fiches.

    What leads to an id that only the other audience has leads there.
    """
    found: dict[str, str] = {}
    for audience, leads in sorted(redirections.items()):
        for gone, stands in sorted(leads.items()):
            choices = [f"{one}:{stands}" for one in (audience, *AUDIENCES)]
            found[f"{audience}:{gone}"] = next((key for key in choices if key in stored), choices[0])
    return found


class Fiches(Protocol):
    """The State's fiches, as they were imported last. See `bot.fiches`."""

    async def replace(
        self,
        audience: str,
        fiches: Sequence[Fiche],
        sums: Mapping[str, str],
        redirections: Mapping[str, str],
        now: datetime,
    ) -> Imported:
        """Make `sums` the ids of an audience, in one transaction: `fiches` are those that are new or have changed.

        An id of `sums` that is neither stored nor in `fiches` is refused; a stored one that is not in `sums` goes. The
        version grows only if something changed. `redirections` lead from an id that is gone to one that stands for it.

        Raises:
            StoreError: an id of `sums` has no fiche; nothing is changed.
        """

    async def feed(self, audience: str) -> Feed | None:
        """What is stored of an audience; None before its first import."""

    async def all(self, audience: str | None = None) -> list[Fiche]:
        """Every fiche of one audience, or of both, by audience and id."""

    async def heads(self) -> list[Head]:
        """What names every fiche, in the order of `all`; a tenth of what reading all of them takes."""

    async def get(self, key: str) -> Fiche:
        """One fiche by its key; an id that is gone leads to the one that stands for it.

        Raises:
            Missing: there is none.
        """

    async def redirections(self) -> dict[str, str]:
        """From the keys that are gone to those that stand for them."""

    async def version(self) -> int:
        """Grows with every change; 0 before the first."""


class Feeds(Fiches, Protocol):
    """What an import of several audiences asks."""

    async def switch(self, changes: Sequence[Change], now: datetime, renewed: bool = False) -> Imported:
        """As `replace`, for several audiences in one transaction: all of them become current, or none.

        The version grows even if nothing changed where `renewed` says that what is built from the fiches is another now.

        Raises:
            StoreError: an id of `sums` has no fiche, or a fiche is not of its audience; nothing is changed.
        """
