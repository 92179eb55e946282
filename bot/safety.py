"""Danger and distress, seen before anything else and without any model.

The lexicon is data (`safety_lexicon.yml`): patterns for what is said in danger or in distress, and patterns for what
only sounds like it (« feu tricolore », « acte de décès »). A match that overlaps one of the latter does not count.
It runs in every state of a conversation and needs neither Rasa nor the knowledge base; what it misses may still be
recognised by the intents `emergency` and `self_harm_distress`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.text.clean import clean, plain_apostrophes
from bot.text.french import fold

LEXICON = Path(__file__).parent / "safety_lexicon.yml"
MAX_CHARS = 4000
"""Longer texts are looked at in their first and last half of this."""


class Alert(str, Enum):
    """What was seen; the value is the catalogue line that answers it."""

    DANGER = "emergency"
    DISTRESS = "distress"


@dataclass(frozen=True, slots=True)
class Safety:
    """The compiled lexicon."""

    danger: re.Pattern[str]
    distress: re.Pattern[str]
    not_danger: re.Pattern[str]
    not_distress: re.Pattern[str]

    def check(self, text: str) -> Alert | None:
        """What a text shows, danger before distress, None for neither."""
        if len(text) > MAX_CHARS:
            text = f"{text[: MAX_CHARS // 2]} {text[-MAX_CHARS // 2 :]}"
        folded = " ".join(fold(plain_apostrophes(clean(text))).split())
        if _found(self.danger, self.not_danger, folded):
            return Alert.DANGER
        if _found(self.distress, self.not_distress, folded):
            return Alert.DISTRESS
        return None


def load(path: Path = LEXICON) -> Safety:
    """The lexicon of a file.

    Raises:
        ConfigurationError: it cannot be read, or a pattern is not a regular expression.
    """
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Safety(
            danger=_one(pattern for patterns in raw["danger"].values() for pattern in patterns),
            distress=_one(raw["distress"]),
            not_danger=_one(raw["not_danger"]),
            not_distress=_one(raw["not_distress"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, re.error) as error:
        raise ConfigurationError(f"{path}: is not a lexicon of patterns: {error}") from error


def _one(patterns: Iterable[str]) -> re.Pattern[str]:
    listed = [f"(?:{re.compile(pattern).pattern})" for pattern in patterns]
    if not listed:
        raise TypeError("a list of patterns is empty")
    return re.compile("|".join(listed))


def _found(seen: re.Pattern[str], only_sounds: re.Pattern[str], text: str) -> bool:
    harmless = [match.span() for match in only_sounds.finditer(text)]
    return any(
        not any(start < end_of and begin < stop for begin, end_of in harmless)
        for start, stop in (match.span() for match in seen.finditer(text))
    )
