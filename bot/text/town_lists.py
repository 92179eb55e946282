"""The lists of this town: its services out of `office.yml`, and the documents that come with the project."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import GENERAL_SERVICE, Office, Service
from bot.text.french import tokens
from bot.text.lists import Lists, read_documents

DOCUMENTS = Path(__file__).resolve().parents[2] / "nlu" / "lookups" / "documents.yml"
_JOINTS = re.compile(r",| et | - ")


def town_lists(office: Office, documents: Path = DOCUMENTS) -> Lists:
    """What the services of an office and documents are called.

    Raises:
        ConfigurationError: the list of documents cannot be read.
    """
    named = {code: names(service) for code, service in office.services.items() if code != GENERAL_SERVICE}
    parts = {code: parts_of(office.services[code]) for code in named}
    counts: dict[str, int] = {}
    for part in (part for several in parts.values() for part in several):
        counts[part] = counts.get(part, 0) + 1
    # What two services share names neither.
    own = {code: tuple(part for part in several if counts[part] == 1) for code, several in parts.items()}
    return Lists(
        named, {code: several for code, several in own.items() if several}, read_documents(documents), str(office.zone)
    )


def names(service: Service) -> tuple[str, ...]:
    """How a service is called: its name without brackets, and what stands in them; folded words."""
    whole, _, short = service.name.partition("(")
    return tuple(" ".join(tokens(name)) for name in (whole, short.rstrip(") ")) if name.strip())


def parts_of(service: Service) -> tuple[str, ...]:
    """The parts of a name that joins several, each alone: « finances » and « régie »."""
    pieces = [" ".join(tokens(piece)) for piece in _JOINTS.split(service.name.partition("(")[0])]
    return tuple(piece for piece in pieces if piece) if len(pieces) > 1 else ()
