"""The French of the desk: names of what the code calls otherwise, and whole sentences."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("words.yml")
KIND = re.compile(r"^[A-Z][A-Za-z]+: ")
"""The class of an error, before what it says."""
GIVEN_UP = re.compile(r"^given up after (\d+) attempts: ")
"""As `bot.delivery` writes it."""


class Words:
    """The French of the desk."""

    def __init__(self, lines: Mapping[str, Mapping[str, str]]) -> None:
        self._lines = lines

    def name(self, group: str, key: str) -> str:
        """What a value of the code is called; the value itself where it has no name."""
        return self._lines[group].get(key, key)

    def names(self, group: str) -> Mapping[str, str]:
        """Every value of a group with its name, in the order of the file."""
        return self._lines[group]

    def say(self, group: str, key: str, **values: str) -> str:
        """A sentence with its values."""
        return string.Formatter().vformat(self._lines[group][key], (), values)

    def reason(self, text: str) -> str:
        """Why something was not delivered, as our channels say it: in French where it is known, else as it came."""
        text = KIND.sub("", text)
        attempts = GIVEN_UP.match(text)
        text = KIND.sub("", text[attempts.end() :]) if attempts else text
        known = next((french for english, french in self._lines["reason"].items() if english in text), text)
        return self.say("delivery", "given_up", attempts=attempts[1], reason=known) if attempts else known


def load_words(path: Path = FILE) -> Words:
    """The words of the desk, as they stand beside this module."""
    lines = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Words({group: {str(key): str(text) for key, text in names.items()} for group, names in lines.items()})
