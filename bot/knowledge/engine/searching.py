"""A base in use: what a question finds in it. Its files are mapped, its fiches read when they are asked for."""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from bot.fiches import Fiche
from bot.knowledge import aspects
from bot.knowledge.engine import building, files
from bot.knowledge.engine.arrays import Arrays
from bot.knowledge.engine.features import candidates
from bot.knowledge.engine.found import Findings, Found
from bot.knowledge.engine.gate import probability
from bot.knowledge.engine.meaning import cosines
from bot.knowledge.engine.postings import Floats, Ids
from bot.knowledge.leaves import Outline, outline

KEPT = 256
"""Fiches and outlines that a process keeps read."""
HEADING_FIT = 0.5
ASPECT_FIT = 0.4
T = TypeVar("T")


class _Kept(Generic[T]):
    """The values that were asked for last."""

    def __init__(self, make: Callable[[str], T]) -> None:
        self._make = make
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = self._make(key)
        with self._lock:
            self._values[key] = made
            while len(self._values) > KEPT:
                self._values.popitem(last=False)
        return made


class Engine:
    """One state of the fiches; implements `found.Searcher`."""

    def __init__(self, folder: Path, version: int = 0) -> None:
        """Open the files in a folder.

        Raises:
            FilesError: missing, damaged, or of another format.
        """
        self.version = version
        self.folder = folder
        self.about = files.manifest(folder)
        self._arrays = files.mapped(folder, Arrays)
        words = _decoded(folder, building.WORDS, building.Words)
        model = _decoded(folder, building.MODEL, building.Model)
        self._shelf = _decoded(folder, building.SHELF, building.Shelf)
        self._reader = building.reader(words, self._arrays.idf)
        self._ranking = building.ranking(model, files.text(folder, building.RANKER))
        self._gate = building.gate(model, files.text(folder, building.MATTER))
        self._blob = _mapped(folder / building.FICHES)
        entries = self._shelf.entries
        self._places = {key: place for place, entry in enumerate(entries) for key in entry.keys}
        audiences = {key.partition(":")[0] for key in self._places}
        self._of = {
            audience: np.array([any(key.startswith(f"{audience}:") for key in entry.keys) for entry in entries])
            for audience in audiences
        }
        self._fiches: _Kept[Fiche] = _Kept(self._read)
        self._outlines: _Kept[Outline] = _Kept(lambda key: outline(self._fiches.get(key)))

    def search(self, question: str, limit: int = 5, audience: str | None = None) -> Findings:
        """The fiches that answer, of one audience or of both; an id is found once. See `found.Searcher`."""
        query = self._reader.read(question)
        allowed = None if audience is None else self._of.get(audience)
        if query.empty or not self._shelf.entries or (audience is not None and allowed is None):
            return Findings((), 0.0)
        found = candidates(self._arrays, query, self._ranking.spread, allowed)
        if not len(found.places):
            return Findings((), 0.0)
        strengths = self._ranking.strengths(found)
        fused = self._ranking.fused(found.signals)
        scope = self._gate.in_scope(query, found, fused, strengths)
        order = self._once(found.places, np.argsort(-strengths, kind="stable"), limit + 1)
        likely = self._gate.likeliness(scope, found, fused, strengths, order)
        hits = []
        for rank, at in enumerate(order[:limit]):
            entry = self._shelf.entries[int(found.places[at])]
            key = next((key for key in entry.keys if audience and key.startswith(f"{audience}:")), entry.keys[0])
            leaf = int(self._arrays.leaves[found.passages[at]])
            hits.append(Found(key, entry.title, float(likely[rank]), float(strengths[at]), leaf))
        return Findings(tuple(hits), probability(scope))

    def fiche(self, key: str) -> Fiche | None:
        """A fiche by its key; None if there is none. Redirections are followed."""
        known = self._known(key)
        return self._fiches.get(known) if known else None

    def outline(self, key: str) -> Outline | None:
        """Its leaves and questions, cut once."""
        known = self._known(key)
        return self._outlines.get(known) if known else None

    def leaf_scores(self, key: str, question: str) -> Sequence[float]:
        """How well each leaf fits: its words, its meaning, its headings, and the side of the subject that is asked."""
        known = self._known(key)
        cut = self._outlines.get(known) if known else None
        if known is None or cut is None or not cut.leaves:
            return []
        query = self._reader.read(question)
        sides = aspects.asked(question)
        shown = np.array([aspects.fit(sides, leaf.headings[-1:], leaf.text) for leaf in cut.leaves], np.float32)
        fit = ASPECT_FIT * shown
        place = self._places.get(known)
        if place is not None and not query.empty:
            first, last = (int(at) for at in self._arrays.first[place : place + 2])
            spoken = self._arrays.passages.between(query.terms, query.weights, first, last) / (query.mass + 1)
            vector = self._arrays.meaning.of(query.terms, query.weights)
            meant = cosines(self._arrays.meant_passages[first:last], vector)
            said = {cut.leaves[leaf].text: row for row, leaf in enumerate(self._arrays.leaves[first:last])}
            passed = np.append(spoken + np.maximum(meant, 0), 0)
            fit = fit + passed[[said.get(leaf.text, -1) for leaf in cut.leaves]]
            fit = fit + HEADING_FIT * self._headed(query.terms, cut)
        return [float(value) for value in fit]

    def keys(self) -> list[str]:
        """Every fiche's key, folders' too."""
        return list(self._shelf.fiches)

    def _headed(self, terms: Ids, cut: Outline) -> Floats:
        """Which share of a question's words each leaf's own headings have, weighed by how rare they are."""
        idf = self._arrays.idf
        asked = {int(term): float(idf[term]) for term in terms}
        mass = sum(asked.values()) or 1.0
        held = [self._reader.numbers(" ".join(leaf.headings)) for leaf in cut.leaves]
        # What stands over all leaves tells none of them from the others.
        common = frozenset.intersection(*held) if held else frozenset()
        return np.array([sum(asked.get(term, 0.0) for term in own - common) / mass for own in held], np.float32)

    def _once(self, places: Any, order: Any, limit: int) -> list[int]:
        """The first places of an order, without a second text of the same id and without what is no page for readers."""
        taken: list[int] = []
        seen: set[str] = set()
        for at in order:
            id_, title = self._shelf.entries[int(places[at])].id, self._shelf.entries[int(places[at])].title
            if id_ not in seen and not title.startswith(INTERNAL):
                seen.add(id_)
                taken.append(int(at))
                if len(taken) >= limit:
                    break
        return taken

    def _known(self, key: str) -> str | None:
        for _ in range(MAX_REDIRECTIONS):
            if key in self._shelf.fiches:
                return key
            following = self._shelf.redirections.get(key)
            if following is None:
                return None
            key = following
        return None

    def _read(self, key: str) -> Fiche:
        begin, size = self._shelf.fiches[key]
        return msgspec.json.decode(self._blob[begin : begin + size], type=Fiche)


MAX_REDIRECTIONS = 8
INTERNAL = "["
"""How the source's own building blocks begin, which stand in other pages: « [Passeport - Majeur - 3 situations] »."""


def _decoded(folder: Path, name: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(files.text(folder, name), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise files.FilesError(f"{folder / name}: is damaged; the base has to be built again") from error


def _mapped(path: Path) -> mmap.mmap | bytes:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    except OSError as error:
        raise files.FilesError(f"{path}: cannot be read ({error.strerror})") from error
