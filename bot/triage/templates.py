"""The replies that a town has ready, from `triage/templates/<code>.yml`: checked when they are read, filled in when offered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError
from bot.readings import LetterKind, Urgency
from bot.triage.phrases import form, held

FOLDER = "templates"
GENERAL = "general"
"""The file of the replies that every service sends; its name begins their ids."""
ALWAYS = frozenset({"town", "office", "service", "phone", "hours", "email", "website", "address", "date"})
"""Variables that always have a value: the town and the service by `office.yml`, and the day."""
SOMETIMES = frozenset({"name", "number", "subject", "street", "due", "opens", "documents"})
"""Variables that a letter or a service may not have: they stand in a part in brackets, which is left out then."""
DIRECTORY = "directory."
"""Before an official code of `directory`: another office with its contact, where the town names it."""
MAX_TEMPLATES = 60

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_ONE = re.compile(r"directory\.[a-z][a-z0-9_]*")
_GAPS = re.compile(r"[ \t]{2,}")
_LINES = re.compile(r"\n{3,}")


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """What has to hold of a letter; what is not said holds of any."""

    kind: tuple[LetterKind, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    words: tuple[Annotated[str, Meta(min_length=2)], ...] = ()
    """One of these words or phrases stands in it; `*` stands for any ending."""
    without: tuple[Annotated[str, Meta(min_length=2)], ...] = ()
    """None of these does."""
    photo: bool | None = None
    address: bool | None = None
    open: bool | None = None
    """Whether the service is open now."""
    alert: bool | None = None
    """Whether danger or distress was seen."""
    duplicate: bool | None = None
    """Whether an earlier letter says the same."""


class Template(Struct, frozen=True, forbid_unknown_fields=True):
    """A reply without greeting and signature; parts in brackets are left out where one of their variables has no value."""

    key: Annotated[str, Meta(pattern=mistakes.CODE)]
    title: Annotated[str, Meta(min_length=1)]
    text: Annotated[str, Meta(min_length=1)]
    when: When = When()
    en: str = ""
    """The same in English; without it, it is not offered to who writes English."""
    source: str = ""
    """The id of the town's article that it says the same as: shown beside it."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    templates: tuple[Template, ...]
    service: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions of templates are asked about."""

    words: str
    """Subject and letter, as `phrases.spread` gives them."""
    kind: LetterKind | None = None
    """None in a chat: any."""
    urgency: Urgency | None = None
    photo: bool = False
    address: bool = False
    open: bool = True
    alert: bool = False
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A template of a service; `service` is "" for the general ones."""

    service: str
    template: Template

    @property
    def id(self) -> str:
        """« voirie.trou »: what is kept when an agent chooses it."""
        return f"{self.service or GENERAL}.{self.template.key}"

    def fits(self, facts: Facts) -> bool:
        """Whether its conditions hold; who only thanks is answered by what is written for thanks."""
        when = self.template.when
        named = facts.kind in when.kind
        return (
            (named or facts.kind is None or (not when.kind and facts.kind is not LetterKind.THANKS))
            and (not when.urgency or facts.urgency is None or facts.urgency in when.urgency)
            and (not when.words or bool(held(facts.words, when.words)))
            and not held(facts.words, when.without)
            and when.photo in {None, facts.photo}
            and when.address in {None, facts.address}
            and when.open in {None, facts.open}
            and when.alert in {None, facts.alert}
            and when.duplicate in {None, facts.duplicate}
        )

    def body(self, values: Mapping[str, str], language: str) -> str:
        """Its words with the variables filled in; "" where it has none in a language."""
        return filled(self.template.en if language == "en" else self.template.text, values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its values; what a citizen wrote is put in as it stands and never read as a variable."""
    kept = ""
    for place, part in enumerate(_PART.split(text)):
        optional = place % 2 == 1
        if optional and not all(values.get(name) for name in _VARIABLE.findall(part)):
            continue
        kept += _VARIABLE.sub(lambda found: values[found[1]], part)
    lines = (_GAPS.sub(" ", line).strip() for line in kept.splitlines())
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def load(folder: Path, services: Collection[str]) -> tuple[Written, ...]:
    """The templates of a folder, without those of services that the town does not have; none without the folder.

    Raises:
        ConfigurationError: a file is wrong; names it, and the template.
    """
    found: list[Written] = []
    for path in sorted((folder / FOLDER).glob("*.yml")):
        raw = mistakes.read(path)
        try:
            file = msgspec.convert(raw or {}, _File)
        except msgspec.ValidationError as error:
            raise ConfigurationError(f"{path}: {mistakes.told(str(error), raw, _File)}") from error
        if file.service != ("" if path.stem == GENERAL else path.stem):
            raise ConfigurationError(f"{path}: service has to be the name of the file, {path.stem}")
        if len(file.templates) > MAX_TEMPLATES:
            raise ConfigurationError(f"{path}: there are {len(file.templates)} templates, {MAX_TEMPLATES} at most")
        _check(path, file.templates)
        if not file.service or file.service in services:
            found += [Written(file.service, template) for template in file.templates]
    return tuple(found)


def _check(path: Path, templates: Sequence[Template]) -> None:
    seen: set[str] = set()
    for template in templates:
        place = f"{path}: {template.key}"
        if template.key in seen:
            raise ConfigurationError(f"{place}: stands there twice")
        seen.add(template.key)
        for phrase in (*template.when.words, *template.when.without):
            if not form(phrase):
                raise ConfigurationError(f"{place}: {phrase!r} holds no word")
            if "*" in phrase.rstrip()[:-1]:
                raise ConfigurationError(f"{place}: {phrase!r}: the * stands at the end of a phrase only")
        for text in (template.text, template.en):
            _check_text(place, text)


def _check_text(place: str, text: str) -> None:
    for number, part in enumerate(_PART.split(text)):
        if stray := re.search(r"[\[\]]", part):
            raise ConfigurationError(f"{place}: a part in brackets is not closed, or holds another ({stray[0]})")
        for name in _VARIABLE.findall(part):
            known = name in ALWAYS or name in SOMETIMES or _ONE.fullmatch(name)
            if not known:
                names = ", ".join(sorted(ALWAYS | SOMETIMES))
                raise ConfigurationError(f"{place}: there is no variable {{{name}}}; there are {names}")
            if number % 2 == 0 and name not in ALWAYS:
                raise ConfigurationError(f"{place}: {{{name}}} may have no value and has to stand in [brackets]")
        if stray := re.search(r"[{}]", _VARIABLE.sub("", part)):
            raise ConfigurationError(f"{place}: a {stray[0]} belongs to no variable")
