"""What forms there are: one YAML file each, checked when Guichet starts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError

CODE = re.compile(mistakes.CODE)
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
MAX_FIELDS = 40
MAX_FILES = 5
"""Of one field."""
SERVICES = "services"
"""Instead of choices: the services of `office.yml`."""
FOUND = {"name", "fits"}
"""What a form has and nobody writes."""
RESERVED = frozenset({"page_token", "verification"})
"""Names that the page itself needs."""
LONGEST = {"text": 200, "longtext": 4000, "email": 254, "phone": 40, "place": 300, "date": 40}
"""Characters that a field takes where nothing is said, by its type."""
AUTOCOMPLETE = frozenset(
    {
        *("", "off", "name", "given-name", "family-name", "organization", "email", "tel", "street-address"),
        *("postal-code", "address-level2", "bday"),
    }
)
"""HTML's names for what a browser may fill in (WCAG 2.1, 1.3.5); only those that a form of a town may ask for."""

Text = Annotated[str, Meta(min_length=1)]
Type = Literal["text", "longtext", "email", "phone", "choice", "date", "file", "place", "consent"]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the answers of a choice."""

    value: Text
    label: Text
    service: str = ""
    """To whom the whole form goes when it is chosen."""


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """A question of a form."""

    name: Text
    type: Type
    label: Text
    help: str = ""
    required: bool = False
    choices: tuple[Choice, ...] | Literal["services"] = ()
    only_if: dict[str, tuple[str, ...]] = {}
    """Asked where earlier choices have one of these values; it is then that `required` counts."""
    max_chars: Annotated[int, Meta(ge=1, le=20_000)] | None = None
    max_files: Annotated[int, Meta(ge=1, le=MAX_FILES)] = 3
    from_days: int | None = None
    """Of a date: the first that is taken, counted from today."""
    to_days: int | None = None
    autocomplete: str | None = None

    @property
    def options(self) -> tuple[Choice, ...]:
        """Its choices; those of `SERVICES` stand here once the file is loaded."""
        return self.choices if isinstance(self.choices, tuple) else ()

    @property
    def longest(self) -> int:
        """How many characters it takes."""
        return self.max_chars or LONGEST.get(self.type, 0)

    @property
    def fills(self) -> str:
        """What the browser may fill in."""
        known = {"email": "email", "phone": "tel", "place": "street-address"}
        return known.get(self.type, "") if self.autocomplete is None else self.autocomplete

    def said(self, value: str) -> str:
        """A value as people read it."""
        return next((one.label for one in self.options if one.value == value), value)


class Definition(Struct, frozen=True, forbid_unknown_fields=True):
    """A form."""

    title: Text
    about: str = ""
    subject: str = ""
    """Of the case; `{name}` is what was answered there. "" is the title."""
    message: str = ""
    """The field whose words are the message itself."""
    service: str = ""
    confirmation: str = ""
    """What is said when it is sent, besides its number."""
    submit: Text = "Envoyer"
    order: int = 100
    """Its place among the forms, the lowest first."""
    name: str = ""
    fits: tuple[str, ...] = ()
    """Of its file, and the services that the file names: both are found when it is read."""
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """A field by its name."""
        return next((one for one in self.fields if one.name == name), None)


def load(folder: Path, services: Mapping[str, str]) -> dict[str, Definition]:
    """The forms of a folder by their names, in their order. `services` are the town's, by code, with their names.

    Raises:
        ConfigurationError: a file is wrong; one sentence names the file and the field.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder of forms")
    found = [read(path, services) for path in sorted(folder.glob("*.yml"))]
    return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}


def read(path: Path, services: Mapping[str, str]) -> Definition:
    """One form.

    Raises:
        ConfigurationError: it is wrong.
    """
    if not CODE.search(path.stem):
        raise ConfigurationError(f"{path}: a form's file is named by small letters without accents, digits and _")
    raw = mistakes.read(path)
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path}: a form is a group of settings, with title and fields")
    if own := sorted(FOUND & raw.keys()):
        raise ConfigurationError(f"{path}: {own[0]} is not a setting; it follows from the file")
    given = raw.get("fields")
    if not isinstance(given, list) or not given:
        raise ConfigurationError(
            f"{path}: fields is missing; a form has at least one field, each with - before its name"
        )
    if len(given) > MAX_FIELDS:
        raise ConfigurationError(f"{path}: fields: a form has at most {MAX_FIELDS} of them, not {len(given)}")
    form: Definition = _convert(path, "", {**raw, "fields": []}, Definition)
    fields: list[Field] = []
    fits = {form.service}
    for number, one in enumerate(given, 1):
        label = one["name"] if isinstance(one, dict) and isinstance(one.get("name"), str) else str(number)
        field: Field = _convert(path, f"field {label}: ", one, Field)
        if field.choices == SERVICES:
            options = tuple(Choice(code, name, code) for code, name in services.items())
            # The list is the town's: a form that offers it fits no service in particular.
            field = msgspec.structs.replace(field, choices=options)
        else:
            fits |= {one.service for one in field.options}
        if problem := _wrong_field(field, fields, services):
            raise ConfigurationError(f"{path}: field {label}: {problem}")
        fields.append(field)
    fits -= {""}
    form = msgspec.structs.replace(form, name=path.stem, fits=tuple(sorted(fits)), fields=tuple(fields))
    if problem := _wrong_form(form, services):
        raise ConfigurationError(f"{path}: {problem}")
    return form


def _convert(path: Path, place: str, raw: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {place}{mistakes.told(str(error), raw, kind)}") from error


def _wrong_field(field: Field, before: Sequence[Field], services: Collection[str]) -> str:
    """What is wrong with a field, "" if nothing is."""
    if not CODE.search(field.name) or field.name in RESERVED:
        return f"{field.name} cannot be a name; it is small letters without accents, digits and _"
    if any(one.name == field.name for one in before):
        return "stands there twice"
    if field.type == "choice":
        if len(field.options) < 2:
            return "choices: a choice has at least two"
        if len({one.value for one in field.options}) < len(field.options):
            return "choices: two of them have the same value"
        if unknown := next((one.service for one in field.options if one.service and one.service not in services), ""):
            return f"choices: there is no service {unknown!r}"
    elif field.options:
        return f"choices: a {field.type} has none"
    if field.fills not in AUTOCOMPLETE:
        return f"autocomplete: {field.fills!r} is none of {', '.join(sorted(AUTOCOMPLETE - {''}))}"
    if field.type != "date" and (field.from_days, field.to_days) != (None, None):
        return "from_days and to_days belong to a date"
    if field.from_days is not None and field.to_days is not None and field.from_days > field.to_days:
        return "from_days is after to_days"
    for name, values in field.only_if.items():
        asked = next((one for one in before if one.name == name and one.type == "choice"), None)
        if asked is None:
            return f"only_if.{name}: there is no choice of that name before it"
        known = {one.value for one in asked.options}
        if not values or not known.issuperset(values):
            odd = next((value for value in values if value not in known), "nothing")
            return f"only_if.{name}: {odd} is none of {', '.join(sorted(known))}"
    return ""


def _wrong_form(form: Definition, services: Collection[str]) -> str:
    if form.service and form.service not in services:
        return f"service: there is no service {form.service!r}"
    if form.message:
        field = form.field(form.message)
        if field is None or field.type not in {"text", "longtext"}:
            return f"message: there is no text of the name {form.message!r}"
    for name in PLACEHOLDER.findall(form.subject):
        field = form.field(name)
        if field is None or field.type in {"file", "consent"}:
            return f"subject: there is no field {name!r} whose answer could stand there"
    for kind in ("email", "phone"):
        if len([one for one in form.fields if one.type == kind]) > 1:
            return f"fields: more than one {kind}; nobody could say where the answer goes"
    return ""
