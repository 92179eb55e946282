"""The catalogues: every line a citizen reads from us, by key and language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from bot.errors import ConfigurationError
from bot.settings import Office
from bot.text.languages import FULL, GREETED
from bot.text.weeks import week_in

FOLDER = Path(__file__).parent / "catalogue"
DEFAULT = "fr"
GREETING = frozenset(
    {
        *("greeting", "greeting_again", "person_title", "english_title", "french_title"),
        *("emergency", "violence", "distress", "possible_emergency", "possible_violence", "possible_distress"),
    }
)
"""What is said in every language, also in those in which nobody converses: it has to be understood without French."""

LETTER = frozenset({"received_short"})
"""What the acknowledgement of a letter says first in a language in which nobody converses."""

PERSON = frozenset(
    {
        *("handoff_about_last", "handoff_for", "handoff_subject", "handoff_service", "handoff_closed"),
        *("handoff_closed_long", "handoff_unstaffed", "handoff_contact", "handoff_contact_again", "contact_short"),
        *("contact_long", "contact_invalid", "contact_premium", "handoff_opened", "handoff_next", "handoff_next_wait"),
        *(
            "handoff_place",
            "handoff_place_wait",
            "handoff_wait_unknown",
            "handoff_taken",
            "handoff_opens",
            "handoff_here",
            "handoff_meanwhile",
        ),
        *("handoff_callback_phone", "handoff_callback_email", "handoff_waiting", "handoff_callback_waiting"),
        *("handoff_with_agent", "handoff_refused", "withdrawn", "withdraw_title", "handoff_last_title"),
        *("handoff_other_title", "handoff_unsure_title", "contact_here_title", "contact_no_title"),
    }
)
"""The form that leads to a person, also said in every language: a greeting ends with a button that opens it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Lines by language and key, with the town's own facts filled in."""

    lines: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, str]
    hours: Mapping[str, str] = field(default_factory=dict)
    """When the town hall is open, in the languages that say it otherwise than `facts`."""

    def say(self, key: str, language: str = DEFAULT, /, **values: str) -> str:
        """The line of a key, in French where the language has none.

        Raises:
            KeyError: no catalogue has the key, or the line names a value that was not given.
        """
        primary = language.split("-")[0].lower()
        known = self.lines.get(primary, {})
        own = {"hours": self.hours[primary]} if key in known and primary in self.hours else {}
        return string.Formatter().vformat(
            known.get(key) or self.lines[DEFAULT][key], (), {**self.facts, **own, **values}
        )

    def spoken(self, language: str, *keys: str) -> str:
        """The language in which lines are said together: `language` if it has them all, else French."""
        known = self.lines.get(language.split("-")[0].lower(), {})
        return language if all(key in known for key in keys) else DEFAULT

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the assistant converses."""
        return tuple(sorted(language for language in self.lines if language in FULL))


@lru_cache(maxsize=64)
def _lines_of(catalogue: str) -> dict[str, str]:
    # Reading YAML takes most of what `load` takes, and a process may load the same catalogues many times.
    return {str(key): str(text) for key, text in yaml.safe_load(catalogue).items()}


def load(office: Office, folder: Path = FOLDER) -> Wording:
    """Every catalogue of a folder.

    Raises:
        ConfigurationError: a catalogue is broken, or has not the lines that its language needs: those of the French
            one, or `GREETING`, `PERSON` and `LETTER` in a language that is only greeted in.
    """
    lines: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            lines[path.stem] = dict(_lines_of(path.read_text("utf-8")))
        except (OSError, yaml.YAMLError, AttributeError) as error:
            raise ConfigurationError(f"{path}: is not a catalogue of lines: {error}") from error
    for language, known in lines.items():
        wanted = GREETING | PERSON | LETTER if language in GREETED else lines[DEFAULT].keys()
        if missing := sorted(wanted - known.keys()):
            raise ConfigurationError(f"{folder / language}.yml: has no line {', '.join(missing)}")
        if foreign := sorted(known.keys() - lines[DEFAULT].keys()):
            raise ConfigurationError(f"{folder / language}.yml: French has no line {', '.join(foreign)}")
    town = office.town
    facts = {
        "town": town.name,
        "office": town.office,
        "phone": town.phone,
        "counter": town.counter,
        "hours": town.hours,
        "email": town.email,
        "website": town.website,
        "days": str(office.retention.conversations),
    }
    # Hours that the town says in words of its own stay as they are.
    days = [[(span.opens_minutes, span.closes_minutes) for span in day] for day in town.opening.days]
    told = {language: week_in(language, days) for language in lines} if town.hours == town.opening.words else {}
    return Wording(lines, facts, {language: hours for language, hours in told.items() if hours})
