"""The catalogues: every line a citizen reads from us, by key and language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import ConfigurationError
from bot.settings import Office

FOLDER = Path(__file__).parent / "catalogue"
DEFAULT = "fr"


@dataclass(frozen=True, slots=True)
class Wording:
    """Lines by language and key, with the town's own facts filled in."""

    lines: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, str]

    def say(self, key: str, language: str = DEFAULT, /, **values: str) -> str:
        """The line of a key, in French where the language has none.

        Raises:
            KeyError: no catalogue has the key, or the line names a value that was not given.
        """
        primary = language.split("-")[0].lower()
        line = self.lines.get(primary, {}).get(key) or self.lines[DEFAULT][key]
        return string.Formatter().vformat(line, (), {**self.facts, **values})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a catalogue."""
        return tuple(sorted(self.lines))


def load(office: Office, folder: Path = FOLDER) -> Wording:
    """Every catalogue of a folder.

    Raises:
        ConfigurationError: a catalogue is broken or lacks a key that the French one has.
    """
    lines: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            lines[path.stem] = {str(key): str(text) for key, text in yaml.safe_load(path.read_text("utf-8")).items()}
        except (OSError, yaml.YAMLError, AttributeError) as error:
            raise ConfigurationError(f"{path}: is not a catalogue of lines: {error}") from error
    for language, known in lines.items():
        if missing := sorted(lines[DEFAULT].keys() - known.keys()):
            raise ConfigurationError(f"{folder / language}.yml: has no line {', '.join(missing)}")
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
    return Wording(lines, facts)
