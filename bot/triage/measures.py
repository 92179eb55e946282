"""How well letters are read, on a file of letters whose answers are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bot.errors import ConfigurationError
from bot.letters import Letter
from bot.mailroom import Gist
from bot.readings import MACHINES, LetterKind, Reading, Urgency
from bot.triage.reading import Triage

BINS = 10
"""Of the calibration error (Guo et al. 2017)."""
AMONG = 400
"""Letters before one that it may repeat."""


class Row(Struct, frozen=True, rename={"sender": "from"}):
    """A line of a file; what is not said is not measured."""

    id: str | int = ""
    sender: str | None = ""
    subject: str | None = ""
    body: str | None = ""
    services: tuple[str, ...] = ()
    kind: LetterKind | None = None
    urgency: Urgency | None = None
    expects_reply: bool | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A line and what was read in it."""

    row: Row
    letter: Letter
    reading: Reading


def rows(file: Path) -> list[Row]:
    """The lines of a file, each with an id.

    Raises:
        ConfigurationError: it cannot be read, or a line is no letter; names the line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=Row)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ConfigurationError(f"{file}, line {number}: {error}") from error
        found.append(replace_id(row, number) if row.id == "" else row)
    return found


def replace_id(row: Row, name: str | int) -> Row:
    """The row under another id."""
    return msgspec.structs.replace(row, id=name)


def read_all(triage: Triage, given: Iterable[Row]) -> Iterator[Read]:
    """Read letters in their order; one that says what an earlier one said carries its id."""
    earlier: list[Gist] = []
    names: dict[int, str | int] = {}
    for number, row in enumerate(given):
        letter = Letter(row.subject or "", (row.sender or "").strip().lower())
        reading = triage.read(letter, row.body or "")
        if reading.kind not in MACHINES:
            gist = triage.gist(letter, reading)
            alike = triage.alike(gist, letter, earlier[-AMONG:])
            if alike is not None:
                reading = replace(reading, duplicate_of=str(names[alike.group]))
            names[number] = row.id
            earlier.append(Gist(number, None, alike.group if alike else number, gist, letter.sender))
        yield Read(row, letter, reading)


def measured(found: Sequence[Read]) -> dict[str, Any]:
    """The figures of `guichet triage evaluate`: shares in [0, 1], `automatic_answered` and `n` are counts."""
    routed = [one for one in found if one.row.services]
    of_kind = [one for one in found if one.row.kind]
    of_urgency = [one for one in found if one.row.urgency]
    high = [one for one in of_urgency if one.row.urgency is Urgency.HIGH]
    expecting = [one for one in found if one.row.expects_reply is not None]
    firsts = [(one.reading.services[0].score, _ranked(one)[0] in one.row.services) for one in routed]
    return {
        "accuracy@1": share(right for _, right in firsts),
        "accuracy@3": share(bool(set(_ranked(one)[:3]) & set(one.row.services)) for one in routed),
        "macro_f1": _macro_f1(routed),
        "kind_accuracy": share(one.reading.kind is one.row.kind for one in of_kind),
        "urgency_accuracy": share(one.reading.urgency is one.row.urgency for one in of_urgency),
        "high_recall": share(one.reading.urgency is Urgency.HIGH for one in high),
        "expects_reply_accuracy": share(one.reading.expects_reply is one.row.expects_reply for one in expecting),
        "automatic_answered": sum(one.reading.expects_reply for one in of_kind if one.row.kind is LetterKind.AUTOREPLY),
        "put_aside": sum(one.reading.is_nobodys for one in of_kind if one.row.kind not in MACHINES),
        "ece": _calibration_error(firsts),
        "n": len(found),
    }


def share(hits: Iterable[bool]) -> float:
    """Rounded; 0.0 of nothing."""
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else 0.0


def _ranked(one: Read) -> list[str]:
    return [scored.service for scored in one.reading.services]


def _macro_f1(routed: Sequence[Read]) -> float:
    """The mean over services of F1; a letter that may go to several counts for the one that it was given to, if right."""
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for one in routed:
        first = _ranked(one)[0]
        gold = first if first in one.row.services else one.row.services[0]
        given[first] += 1
        wanted[gold] += 1
        right[gold] += first == gold
    scores = [2 * right[name] / (given[name] + wanted[name]) for name in wanted]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _calibration_error(firsts: Sequence[tuple[float, bool]]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, right in firsts:
        bins[min(BINS - 1, int(score * BINS))].append((score, right))
    gaps = (abs(sum(score for score, _ in inside) - sum(right for _, right in inside)) for inside in bins.values())
    return round(sum(gaps) / len(firsts), 4) if firsts else 0.0
