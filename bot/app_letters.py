"""The letters' part of the wiring: what reads mail and web forms, suggests replies and acknowledges."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.correspondence import Correspondence
from bot.knowledge.base import KnowledgeBase
from bot.safety import Safety
from bot.settings import Settings
from bot.store.sql import Store
from bot.text.wording import Wording
from bot.triage import acknowledge
from bot.triage.live import LiveTriage


@dataclass(frozen=True, slots=True)
class LetterParts:
    """What letters add to a gateway."""

    correspondence: Correspondence
    triage: LiveTriage

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {"triage.follow": self.triage.follow()}


def build_letters(
    settings: Settings, store: Store, knowledge: KnowledgeBase, wording: Wording, safety: Safety
) -> LetterParts:
    """The parts of letters.

    Raises:
        ConfigurationError: the town's letters, rules or templates are wrong.
    """
    office = settings.office
    triage = LiveTriage(settings.root, settings.data, office, safety, store.articles, store.letters)
    drafts, acknowledgements = acknowledge.answering(settings.root, office, wording, knowledge, store.letters)
    return LetterParts(Correspondence(store, triage, drafts, acknowledgements), triage)
