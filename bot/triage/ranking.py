"""How well replies fit a letter: by its own words, by how likely their service is, and by what agents chose before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.desk.suggest import Suggestion
from bot.knowledge.circumstances import stems
from bot.mailroom import Label, Told
from bot.readings import LetterKind, Scored
from bot.settings import GENERAL_SERVICE
from bot.triage import several
from bot.triage.phrases import held
from bot.triage.templates import Written

WORDS, OVERLAP, SERVICE = 0.5, 0.3, 0.2
"""Shares of a template's score: its own words in the letter, the letter's matter in its text, its service."""
MISSED = 0.55
"""What each further word of a template leaves of the doubt."""
ANY_WORDS = 0.2
"""A template that asks for no words fits by so much."""
ITS_KIND = 0.1
"""So much more, if it is for letters of one kind only."""
OF_KIND = 0.9
"""The same, where it is for letters of this kind alone and no page answers them: thanks."""
PASSAGE = {LetterKind.REQUEST: 0.85, LetterKind.COMPLAINT: 0.4, LetterKind.REPORT: 0.4}
"""What a passage's score counts: a page answers a question, but neither a hole in the road nor a complaint."""
ELSEWHERE = 0.6
"""The same, where a page is of a service that the letter is not for."""
CHOSEN = 0.15
"""The most that agents' choices add; half of it after `HALF` of them."""
HALF = 5
FRESH = timedelta(minutes=5)
"""Agents' choices are read again after so long."""
MAX_LABELS = 5_000


class Used(Protocol):
    """What agents chose before; `bot.mailroom.Letters` is one."""

    async def labels(self, what: Told, limit: int = 20_000) -> list[Label]:
        """What agents decided, the newest first."""


class Ranking:
    """Scores of templates and passages, in [0, 1]."""

    def __init__(self, templates: Sequence[Written], used: Used, clock: Clock) -> None:
        self._used = used
        self._clock = clock
        self._chosen: Mapping[str, int] = {}
        self._read_at: datetime | None = None
        self._stems = {
            one.id: stems(" ".join((one.template.title, *one.template.when.words, one.template.text)))
            for one in templates
        }
        having = Counter(stem for known in self._stems.values() for stem in known)
        self._weight = {stem: math.log(1 + len(self._stems) / count) for stem, count in having.items()}

    async def scores(
        self,
        words: str,
        services: Sequence[Scored],
        kind: LetterKind,
        templates: Sequence[Written],
        passages: Sequence[Suggestion],
    ) -> dict[str, float]:
        """By the id of a template or an article; `words` as `phrases.spread` gives them.

        Raises:
            StoreError: agents' choices have never been read and cannot be now.
        """
        chosen = await self._choices()
        own = stems(words)
        likely = {one.service: one.score for one in services}
        first = services[0].service
        found: dict[str, float] = {}
        for one in templates:
            fit = self._fit(one, words, own, kind)
            service = max(likely.get(one.service, 0.0), float(one.service == first)) if one.service else 0.0
            found[one.id] = fit + SERVICE * service
        for passage in passages:
            near = passage.service in likely or passage.service == GENERAL_SERVICE
            fit = passage.score * PASSAGE.get(kind, 0.0) * (1.0 if near else ELSEWHERE)
            found[passage.article_id] = max(fit, found.get(passage.article_id, 0.0))
        return {name: round(min(1.0, score + _prior(chosen.get(name, 0))), 4) for name, score in found.items()}

    def _fit(self, one: Written, words: str, own: Collection[str], kind: LetterKind) -> float:
        when = one.template.when
        if when.words:
            count = sum(min(2, len(phrase.split())) for phrase in held(words, when.words))
            told = 1 - MISSED**count
        else:
            thanked = when.kind == (LetterKind.THANKS,) == (kind,)
            told = OF_KIND if thanked else ANY_WORDS + ITS_KIND * (when.kind == (kind,))
        known = self._stems[one.id]
        mass = sum(self._weight[stem] for stem in own if stem in self._weight)
        shared = sum(self._weight[stem] for stem in own if stem in known)
        return WORDS * told + (OVERLAP * shared / mass if mass else 0.0)

    async def _choices(self) -> Mapping[str, int]:
        """How often each reply was chosen."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= FRESH:
            labels = await self._used.labels(Told.REPLY, MAX_LABELS)
            self._chosen = Counter(name for label in labels for name in several.ids(label.value))
            self._read_at = now
        return self._chosen


def _prior(times: int) -> float:
    return CHOSEN * times / (times + HALF)
