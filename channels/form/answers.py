"""What was filled in, and whether it will do: values in, words out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot import photos
from bot.files import is_pdf
from channels.form.definitions import Definition, Field

EMAIL = re.compile(
    r"[^\s@<>(),;:\"\\\[\]]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]", re.UNICODE
)
PHONE = re.compile(r"0[1-9]\d{8}|\+[1-9]\d{6,14}|3\d{3}")
DAY = re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})")
MEGABYTES = photos.MAX_BYTES // 1_000_000
YES = "oui"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came. `is_too_large`: its bytes were not kept."""

    name: str
    content: bytes
    is_too_large: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What came for a form: texts and files by the names of their fields."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Sent]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stood in a field, "" if nothing did."""
        return next(iter(self.texts.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer will not do: a field, a catalogue key, and what its line needs."""

    name: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was read: values by field, in the form's order, those that are empty left out; or what is wrong."""

    values: Mapping[str, str]
    files: Mapping[str, Sequence[Sent]]
    problems: Sequence[Problem] = ()


def read(form: Definition, filled: Filled, today: date) -> Answers:
    """Check what came against a form; whatever else came is passed over."""
    values: dict[str, str] = {}
    files: dict[str, Sequence[Sent]] = {}
    problems: list[Problem] = []
    for one in form.fields:
        wanted = one.required and is_asked(one, values)
        if one.type == "file":
            kept = [sent for sent in filled.files.get(one.name, ()) if sent.content or sent.is_too_large]
            problem = _wrong_files(one, kept, wanted)
            files[one.name] = kept
        else:
            value = plain(filled.text(one.name), one.type == "longtext")
            value, problem = _read(one, value, wanted, today)
            if value:
                values[one.name] = value
        if problem:
            problems.append(problem)
    return Answers(values, {name: kept for name, kept in files.items() if kept}, problems)


def is_asked(field: Field, values: Mapping[str, str]) -> bool:
    """Whether the choices before a field ask for it."""
    return all(values.get(name) in wanted for name, wanted in field.only_if.items())


def plain(text: str, is_long: bool) -> str:
    """A text without what has no place in one: control characters, and line ends where there is only one line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        char if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} else " " for char in text
    )
    kept = unicodedata.normalize("NFC", kept)
    return kept.strip() if is_long else " ".join(kept.split())


def _read(field: Field, value: str, wanted: bool, today: date) -> tuple[str, Problem | None]:
    """A value as it is kept, and what is wrong with it."""
    if not value:
        key = {"choice": "form_missing_choice", "consent": "form_missing_consent"}.get(field.type, "form_missing")
        return "", _problem(field, key) if wanted else None
    if field.longest and len(value) > field.longest:
        values = {"count": str(len(value) - field.longest), "limit": str(field.longest)}
        return value, _problem(field, "form_too_long", **values)
    match field.type:
        case "email":
            return value, None if EMAIL.fullmatch(value) else _problem(field, "form_email")
        case "phone":
            digits = re.sub(r"[\s().-]|(?<=\d)/(?=\d)", "", value.replace("(0)", ""))
            digits = re.sub(r"^(?:00|\+)33(?=[1-9]\d{8}$)", "0", digits)
            digits = re.sub(r"^00", "+", digits)
            return value, None if PHONE.fullmatch(digits) else _problem(field, "form_phone")
        case "choice":
            known = any(one.value == value for one in field.options)
            return (value, None) if known else ("", _problem(field, "form_missing_choice"))
        case "consent":
            return YES, None
        case "date":
            return _read_date(field, value, today)
    return value, None


def _read_date(field: Field, value: str, today: date) -> tuple[str, Problem | None]:
    """A date as ISO writes it; browsers send that, and people type days first."""
    try:
        found = DAY.fullmatch(value)
        day = date(int(found["year"]), int(found["month"]), int(found["day"])) if found else date.fromisoformat(value)
    except ValueError:
        return value, _problem(field, "form_date")
    first, last = bounds(field, today)
    if first and day < first:
        return day.isoformat(), _problem(field, "form_date_early", day=said_day(first))
    if last and day > last:
        return day.isoformat(), _problem(field, "form_date_late", day=said_day(last))
    return day.isoformat(), None


def bounds(field: Field, today: date) -> tuple[date | None, date | None]:
    """The first and the last date that a field takes; None where there is none."""
    first, last = (None if days is None else today + timedelta(days=days) for days in (field.from_days, field.to_days))
    return first, last


def said_day(day: date) -> str:
    """A date as French forms write it."""
    return f"{day:%d/%m/%Y}"


def _wrong_files(field: Field, files: Sequence[Sent], wanted: bool) -> Problem | None:
    if not files:
        return _problem(field, "form_missing_file") if wanted else None
    if len(files) > field.max_files:
        return _problem(field, "form_files_many", limit=str(field.max_files))
    for one in files:
        if one.is_too_large or len(one.content) > photos.MAX_BYTES:
            return _problem(field, "form_file_large", file=one.name, megabytes=str(MEGABYTES))
        if photos.sniff(one.content) is None and not is_pdf(one.content):
            return _problem(field, "form_file_kind", file=one.name)
    return None


def _problem(field: Field, key: str, **values: str) -> Problem:
    return Problem(field.name, key, {"label": field.label, **values})
