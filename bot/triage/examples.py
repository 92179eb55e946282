"""The letters that triage learns from: files under `triage/`, the town's own articles, and what agents corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError
from bot.mailroom import Label
from bot.readings import MACHINES, LetterKind, Urgency
from bot.settings import Office
from bot.store.base import Article

PARTS = ("services", "terms", "kinds")
"""The folders of the examples: odd letters of a service, its words and ordinary letters, and kinds that no service makes."""

DESK = "desk"
"""The hands of the town's citizens, whose letters agents have corrected."""


@dataclass(frozen=True, slots=True)
class Example:
    """A letter with what is right about it; None or "" where it teaches nothing of that."""

    subject: str
    body: str
    sender: str = ""
    service: str = ""
    also: tuple[str, ...] = ()
    """Other services that would be as right."""
    kind: LetterKind | None = None
    urgency: Urgency | None = None
    expects_reply: bool | None = None
    is_letter: bool = True
    """False for a term or an article: it teaches words, and nobody is measured by it."""
    origin: str = ""
    """Whose hand it is by: the folder of its file, or `DESK`. A model is measured on the letters of hands unknown to it."""


class _Letter(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    body: Annotated[str, Meta(min_length=1)]
    subject: str | None = ""
    sender: str = ""
    service: str = ""
    also: tuple[str, ...] = ()
    kind: LetterKind | None = None
    urgency: Urgency | None = None
    expects_reply: bool | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    examples: tuple[_Letter, ...] = ()
    service: str = ""
    kind: LetterKind | None = None
    urgency: Urgency | None = None
    expects_reply: bool | None = None
    terms: tuple[str, ...] = ()
    """Words and phrases that stand for the service wherever they stand."""


def load(folder: Path, services: Collection[str]) -> list[Example]:
    """All examples of a folder, those of services that the town does not have left out.

    Raises:
        ConfigurationError: a file is missing or wrong, or there is no example at all.
    """
    found: list[Example] = []
    for path in sorted(path for part in PARTS for path in (folder / part).glob("*.yml")):
        file = _read(path)
        for one in file.examples:
            service = one.service or file.service
            example = Example(
                subject=one.subject or "",
                body=one.body,
                sender=one.sender,
                service=service if service in services else "",
                also=tuple(code for code in one.also if code in services),
                kind=one.kind or file.kind,
                urgency=one.urgency or file.urgency,
                expects_reply=file.expects_reply if one.expects_reply is None else one.expects_reply,
                origin=path.parent.name,
            )
            if example.service or example.kind in MACHINES:
                found.append(example)
        if file.service in services:
            found += [Example("", term, service=file.service, is_letter=False) for term in file.terms]
    if not found:
        raise ConfigurationError(f"{folder}: no letter to learn from")
    return found


def of_articles(articles: Iterable[Article], office: Office) -> list[Example]:
    """What the town's pages and the list of its services say of whose a matter is."""
    pages = [
        Example(f"{one.title}, {', '.join(one.keywords)}", one.body, service=one.service, is_letter=False)
        for one in articles
        if one.service in office.services
    ]
    names = [
        Example(service.name, service.about, service=code, is_letter=False) for code, service in office.services.items()
    ]
    return [*pages, *names]


def of_labels(labels: Iterable[Label], services: Collection[str]) -> list[Example]:
    """What agents corrected or confirmed."""
    return [
        Example(label.subject, label.text, service=label.value, origin=DESK)
        for label in labels
        if label.value in services
    ]


def fingerprint(examples: Sequence[Example]) -> str:
    """A hash of everything that is learnt from."""
    digest = hashlib.sha256()
    for one in examples:
        digest.update(repr(one).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _read(path: Path) -> _File:
    raw = mistakes.read(path)
    try:
        return msgspec.convert(raw or {}, _File)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {mistakes.told(str(error), raw, _File)}") from error
