"""A search over a few fiches: by the share of the question's words that they hold."""

from __future__ import annotations

from collections.abc import Sequence

from bot.fiches import Fiche
from bot.knowledge.engine.found import Findings, Found
from bot.knowledge.leaves import Outline, outline
from bot.text.french import words


class PlainSearcher:
    """See `bot.knowledge.engine.found.Searcher`."""

    def __init__(self, *fiches: Fiche, version: int = 1) -> None:
        self.version = version
        self._fiches = {fiche.key: fiche for fiche in fiches}
        self._outlines = {fiche.key: outline(fiche) for fiche in fiches}

    def search(self, question: str, limit: int = 5, audience: str | None = None) -> Findings:
        """See `Searcher.search`."""
        asked = set(words(question))
        found = []
        for key, fiche in self._fiches.items():
            texts = [fiche.title, *(" ".join((*leaf.headings, leaf.text)) for leaf in self._outlines[key].leaves)]
            score = len(asked & set(words(" ".join(texts)))) / max(len(asked), 1)
            scores = self.leaf_scores(key, question)
            leaf = max(range(len(scores)), key=scores.__getitem__) if scores else 0
            if score and (audience is None or fiche.audience == audience):
                found.append(Found(key, fiche.title, score * 0.9, score, leaf))
        hits = tuple(sorted(found, key=lambda hit: -hit.score)[:limit])
        return Findings(hits, hits[0].score if hits else 0.0)

    def fiche(self, key: str) -> Fiche | None:
        """See `Searcher.fiche`."""
        return self._fiches.get(key)

    def outline(self, key: str) -> Outline | None:
        """See `Searcher.outline`."""
        return self._outlines.get(key)

    def leaf_scores(self, key: str, question: str) -> Sequence[float]:
        """See `Searcher.leaf_scores`."""
        asked = set(words(question))
        return [
            float(len(asked & set(words(" ".join((*leaf.headings, leaf.text)))))) for leaf in self._outlines[key].leaves
        ]
