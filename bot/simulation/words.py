"""The sentences of `words.yml`, typed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from bot import mistakes
from bot.errors import ConfigurationError

FILE = Path(__file__).with_name("words.yml")
Lines = tuple[str, ...]


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """What no article covers."""

    words: Lines
    questions: Lines


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter."""

    subject: str
    body: str


class Flood(Struct, frozen=True, forbid_unknown_fields=True):
    """What a day of high water brings."""

    questions: Lines
    letters: tuple[Written, ...]
    service: str


class Names(Struct, frozen=True, forbid_unknown_fields=True):
    """Of citizens."""

    first: Lines
    last: Lines


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; what each part is for stands there."""

    questions: Lines
    again: Lines
    thanks: Lines
    persons: Lines
    statuses: Lines
    appointments: Lines
    hours: Lines
    remarks: Lines
    remark: Lines
    erasing: Lines
    gone: Lines
    issues: Lines
    issue: Lines
    subjects: Lines
    days: Lines
    streets: Lines
    english: Lines
    foreign: dict[str, Lines]
    topic: Topic
    flood: Flood
    posts: Lines
    answers: Lines
    notes: Lines
    transfers: Lines
    people: Names
    agents: Lines
    supervisor: str
    seasons: dict[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def load() -> Words:
    """The file.

    Raises:
        ConfigurationError: it is wrong.
    """
    raw = mistakes.read(FILE)
    try:
        return msgspec.convert(raw, Words)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{FILE}: {mistakes.told(str(error), raw, Words)}") from error
