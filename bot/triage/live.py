"""The triage of a running gateway: it knows what agents decide while it runs, and a model that was trained meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from bot.errors import ConfigurationError, StoreError
from bot.letters import Letter
from bot.mailroom import Gist, Letters, Told
from bot.readings import Reading
from bot.safety import Safety
from bot.settings import Office
from bot.store.base import Article, Articles
from bot.triage import examples, learning, rules
from bot.triage.examples import Example
from bot.triage.reading import Triage

log = structlog.get_logger(__name__)

FOLLOW_EVERY = timedelta(minutes=1)
REMEMBERED = 5000
"""Decisions of agents that letters are compared with, the newest."""


class LiveTriage:
    """Reads letters with the newest that is known; see `bot.triage.reading.Triage`."""

    def __init__(
        self, root: Path, data: Path, office: Office, safety: Safety, articles: Articles, letters: Letters
    ) -> None:
        """Raises:
        ConfigurationError: the town's rules are wrong.
        """
        self._root = root
        self._data = data
        self._office = office
        self._safety = safety
        self._articles = articles
        self._letters = letters
        self._now: Triage | None = None
        self._decided: tuple[Example, ...] = ()
        self._made = 0.0
        self._opening = asyncio.Lock()
        # A wrong rule is told when the gateway starts, not when the first letter comes.
        rules.load(learning.folder(root), office.services)

    async def ready(self) -> None:
        """Be able to read, from the first letter on: learns where `guichet setup` has not, which takes half a minute.

        Raises:
            ConfigurationError: the town's files are wrong.
            StoreError: the database does not answer.
        """
        if self._now is not None:
            return
        async with self._opening:
            if self._now is None:
                self._decided = await self._known()
                self._now = await asyncio.to_thread(self._build, await self._articles.all())

    async def follow(self, every: timedelta = FOLLOW_EVERY) -> None:
        """Take up what agents decide and what is trained meanwhile, until cancelled.

        A model that is there is opened at once, and learnt anew if it is another version's: the first letter does not wait.
        """
        if learning.path(self._data).is_file():
            with contextlib.suppress(StoreError, ConfigurationError):
                # Told with the first letter, or below.
                await self.ready()
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                if self._now is None:
                    continue
                decided = await self._known()
                if decided != self._decided or self._changed():
                    self._decided = decided
                    self._now = await asyncio.to_thread(self._build, await self._articles.all())
            except (StoreError, ConfigurationError) as error:
                # What was known before goes on reading.
                log.warning("triage.not_followed", reason=str(error)[:200])

    def read(self, letter: Letter, text: str) -> Reading:
        """See `Triage.read`."""
        return self._triage.read(letter, text)

    def gist(self, letter: Letter, reading: Reading) -> tuple[str, ...]:
        """See `Triage.gist`."""
        return self._triage.gist(letter, reading)

    def alike(self, gist: Sequence[str], letter: Letter, earlier: Sequence[Gist]) -> Gist | None:
        """See `Triage.alike`."""
        return self._triage.alike(gist, letter, earlier)

    @property
    def _triage(self) -> Triage:
        if self._now is None:
            raise ConfigurationError("a letter is read before the triage is ready")
        return self._now

    async def _known(self) -> tuple[Example, ...]:
        labels = await self._letters.labels(Told.SERVICE, REMEMBERED)
        return tuple(examples.of_labels(labels, self._office.services))

    def _build(self, pages: Sequence[Article]) -> Triage:
        model = learning.in_place(self._root, self._data, self._office, pages, self._decided)
        self._made = self._stamp()
        return learning.triage(model, self._root, self._office, self._safety, self._decided)

    def _changed(self) -> bool:
        return self._stamp() != self._made

    def _stamp(self) -> float:
        try:
            return learning.path(self._data).stat().st_mtime
        except OSError:
            return 0.0
