"""What a base has learnt from itself, kept for the next one while nearly all fiches are the same.

A day's import changes some of some thousand fiches. Their words have to be found at once; how signals are weighed, what a
strange question looks like and which words come near to which does not hang on a few pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from bot.fiches import Fiche
from bot.knowledge.engine import files
from bot.knowledge.engine.meaning import Meaning
from bot.knowledge.engine.resources import Resources

CHANGED = 0.02
"""From this share of fiches on that are new, gone or others since the base was taught, it is taught again."""


class Taught(Struct, frozen=True):
    """What a base was taught from; it goes with what was learnt from one base to the next, so small changes add up."""

    resources: str
    """The checksum of what ships with the search."""
    fiches: dict[str, str]
    """Checksums by key."""

    def near(self, other: Taught) -> bool:
        """Whether what was learnt from this holds for that."""
        keys = self.fiches.keys() | other.fiches.keys()
        changed = sum(self.fiches.get(key) != other.fiches.get(key) for key in keys)
        return self.resources == other.resources and changed < CHANGED * len(self.fiches)


class _Stems(Struct, frozen=True):
    stems: list[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a former base has learnt, as it stands in its files."""

    folder: Path
    taught: Taught
    quality: dict[str, float]

    def text(self, name: str) -> bytes:
        """One of its files.

        Raises:
            FilesError: it cannot be read.
        """
        return files.text(self.folder, name)

    def meaning(self, stems: Mapping[str, int]) -> Meaning:
        """Its directions for the stems of another base, by number; a stem that it has not has none.

        Raises:
            FilesError: they are damaged.
        """
        try:
            former = msgspec.json.decode(self.text(files.WORDS), type=_Stems).stems
        except msgspec.DecodeError as error:
            raise files.FilesError(
                f"{self.folder / files.WORDS}: is damaged; the base has to be built again"
            ) from error
        directions = files.mapped(self.folder, _Directions).meaning.terms
        if len(directions) != len(former):
            raise files.FilesError(f"{self.folder}: is damaged; the base has to be built again")
        found = np.zeros((len(stems), directions.shape[1]), directions.dtype)
        pairs = [(stems[stem], place) for place, stem in enumerate(former) if stem in stems]
        if pairs:
            here, there = np.array(pairs).T
            found[here] = directions[there]
        return Meaning(found)


@dataclass(frozen=True, slots=True)
class _Directions:
    """The only arrays of a former base that are read."""

    meaning: Meaning


def taught_from(fiches: Iterable[Fiche], resources: Resources) -> Taught:
    """What a base of some fiches is taught from."""
    return Taught(resources.checksum, {fiche.key: _checksum(fiche) for fiche in fiches})


def _checksum(fiche: Fiche) -> str:
    # As the database gives it back: an empty list that was read is written, the empty tuple that comes back is not.
    encode = msgspec.json.encode
    restored = msgspec.json.decode(encode(fiche), type=Fiche)
    return hashlib.blake2b(encode(restored), digest_size=8).hexdigest()


def kept(formers: Iterable[Path], now: Taught) -> Kept | None:
    """The first of some bases, if any, whose learning holds for what is there now; one that cannot be read is none."""
    for folder in formers:
        try:
            about: dict[str, Any] = files.manifest(folder)
            taught = msgspec.json.decode(files.text(folder, files.TAUGHT), type=Taught)
        except (files.FilesError, msgspec.DecodeError):
            continue
        if about.get("libraries") == files.libraries() and taught.near(now):
            return Kept(folder, taught, dict(about.get("pairs") or {}))
    return None
