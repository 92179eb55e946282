"""Entities of a message: moments, addresses, services, documents, numbers of files, contacts, sums, identifiers.

One reading for all who need one: the component in Rasa's pipeline, forms, triage. Rules, no model: the same text gives the
same entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.text.addresses import addresses
from bot.text.amounts import amounts
from bot.text.contacts import ContactRead, emails, phones
from bot.text.identifiers import identifiers
from bot.text.lists import SERVICE, ListReader
from bot.text.normalise import MAX_CHARS
from bot.text.references import references
from bot.text.spoken.mentioned import mentioned

MAX_FOUND = 100
"""Of all kinds together."""
MAX_OF_A_KIND = 30
_DIALLED = re.compile(r"0[1-9]\d{8}")
_STRUCK = "\u00b7"


class EntityKind(str, Enum):
    """What an entity is, and what its value looks like."""

    TIME = "time"
    """ISO 8601: see `bot.text.spoken.mentioned.When`."""
    ADDRESS = "address"
    """« 12 bis rue des Lilas, 44990 Pontavel », as far as it was said."""
    SERVICE = "service"
    """The code in `office.yml`."""
    DOCUMENT = "document"
    """The id in `nlu/lookups/documents.yml`."""
    REFERENCE = "reference"
    """In capitals, as it is printed."""
    PHONE = "phone"
    """E.164."""
    EMAIL = "email"
    AMOUNT = "amount"
    """Cents of a euro, in figures: « 1250 »."""
    IDENTIFIER = "identifier"
    """« nir •••• 8491 »: the kind and the last characters, never the whole."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that a text names."""

    kind: EntityKind
    start: int
    end: int
    """Where it stands, in characters of the text that was given."""
    value: str
    alternatives: tuple[str, ...] = ()
    """What else it may mean: « à 3h » is T03:00 or T15:00."""

    @property
    def ambiguous(self) -> bool:
        """Whether one has to ask which is meant."""
        return bool(self.alternatives)


def entities(text: str, lists: ListReader, now: datetime, zone: str = "Europe/Paris") -> tuple[Entity, ...]:
    """Every entity of a text, in order; none overlaps another.

    Where two claim the same characters the surer kind has them: addresses of e-mail, identifiers, numbers of files, telephone numbers, sums, addresses,
    then names of lists, then moments. `now` is aware. What is beyond `MAX_CHARS` is not read.
    """
    text = text[:MAX_CHARS]
    found: list[Entity] = []
    taken = bytearray(len(text))

    def keep(several: Iterator[Entity]) -> None:
        for entity in several:
            if len(found) < MAX_FOUND and entity.start < entity.end and not any(taken[entity.start : entity.end]):
                taken[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
                found.append(entity)

    has_figures = any(char.isdecimal() for char in text)
    keep(_mails(text))
    if has_figures:
        keep(_identifiers(text))
        keep(_references(text))
        keep(_phones(text))
    keep(Entity(EntityKind.AMOUNT, one.start, one.end, str(one.cents)) for one in amounts(text))
    keep(_addresses(text))
    keep(_listed(text, lists))
    keep(_moments(_without(text, taken), now, zone))
    return tuple(sorted(found, key=lambda entity: entity.start))


def _mails(text: str) -> Iterator[Entity]:
    return _contacts(EntityKind.EMAIL, emails(text))


def _phones(text: str) -> Iterator[Entity]:
    return _contacts(EntityKind.PHONE, phones(text))


def _contacts(kind: EntityKind, reads: Iterator[ContactRead]) -> Iterator[Entity]:
    for read in islice(reads, MAX_OF_A_KIND):
        if read.contact and read.span:
            yield Entity(kind, *read.span, read.contact.value)


def _identifiers(text: str) -> Iterator[Entity]:
    for one in identifiers(text):
        yield Entity(EntityKind.IDENTIFIER, one.start, one.end, f"{one.kind.value} {one.shown}")


def _references(text: str) -> Iterator[Entity]:
    for one in references(text):
        # « Dossier, joignable au n° 0612345678 »: what is dialled is no number of a file.
        if not _DIALLED.fullmatch(one.value):
            yield Entity(EntityKind.REFERENCE, one.start, one.end, one.value)


def _addresses(text: str) -> Iterator[Entity]:
    for address in islice(addresses(text), MAX_OF_A_KIND):
        yield Entity(EntityKind.ADDRESS, *address.span, address.line)


def _listed(text: str, lists: ListReader) -> Iterator[Entity]:
    for one in lists.read(text):
        kind = EntityKind.SERVICE if one.label == SERVICE else EntityKind.DOCUMENT
        yield Entity(kind, one.start, one.end, one.id)


def _moments(text: str, now: datetime, zone: str) -> Iterator[Entity]:
    for one in mentioned(text, now, _zone(zone)):
        yield Entity(EntityKind.TIME, *one.span, one.values[0], one.values[1:])


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _without(text: str, taken: bytearray) -> str:
    """The text with a sign and blanks where something else stands: the figures of a telephone number are no time."""
    if not any(taken):
        return text
    chars = list(text)
    for place, is_taken in enumerate(taken):
        if is_taken:
            chars[place] = " " if place and taken[place - 1] else _STRUCK
    return "".join(chars)
