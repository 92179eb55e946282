"""What an export of lessons writes: new files of their own, in the form of those that are written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import ConfigurationError
from bot.understanding.learnt import Taught, page_of

INTENTS = Path("nlu") / "intents"
PHRASINGS = Path("knowledge") / "phrasings"
SHEETS = Path("learnt")
PREFIX = "learnt-"
"""How the names of these files begin; what the project ships has no such files."""
MAX_FILES_A_DAY = 99


@dataclass(frozen=True, slots=True)
class Places:
    """The folders below which an export writes: the acts', the town's, and the one for the sheet."""

    acts: Path
    town: Path


def is_fiche(article_id: str) -> bool:
    """Whether it is one of the State's; articles of a town have no colon in their ids."""
    return ":" in article_id


def examples(taught: Taught, day: date) -> str:
    """A YAML file of examples in Rasa's form; "" if there are none."""
    if not taught.examples:
        return ""
    lines = [
        'version: "3.1"',
        f"# Learnt from what agents decided, {day.isoformat()}. Read it before you train.",
        "nlu:",
    ]
    for intent, texts in taught.examples.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    return "\n".join([*lines, ""])


def phrasings(taught: Taught, day: date) -> str:
    """A YAML file of phrasings of the State's fiches; "" if there are none."""
    said: dict[str, list[str]] = {}
    for article_id, texts in taught.phrasings.items():
        if is_fiche(article_id):
            said.setdefault(page_of(article_id), []).extend(texts)
    if not said:
        return ""
    lines = [f"# Learnt from what agents decided, {day.isoformat()}. docs/phrasings.md says how they are used."]
    for name, texts in sorted(said.items()):
        # JSON's strings are YAML's, whatever stands in them.
        lines += [f"{name}:", *(f"  - {json.dumps(text, ensure_ascii=False)}" for text in texts)]
    return "\n".join([*lines, ""])


def sheet(taught: Taught, by_hand: Mapping[str, str], taken: Sequence[tuple[str, str]], day: date) -> str:
    """A page of Markdown for whoever reads the change: what has to be done by hand; "" if nothing has.

    `by_hand` are the titles of the articles that no file holds, by id; `taken` the phrasings that have to leave some of
    them, with their ids.
    """
    own = {article_id: texts for article_id, texts in taught.phrasings.items() if article_id in by_hand}
    if not own and not taken:
        return ""
    lines = [
        f"# Learnt, {day.isoformat()}",
        "",
        "These articles are not files of the town: change their `keywords` where they are written.",
    ]
    for article_id in sorted({*own, *(one for one, _ in taken)}):
        lines += ["", f"## {_plain(by_hand.get(article_id, article_id))} (`{article_id}`)", ""]
        lines += [f"- add: {_plain(text)}" for text in own.get(article_id, ())]
        lines += [f"- take out: {_plain(text)}" for one, text in taken if one == article_id]
    if taught.refused:
        lines += ["", "## Left out", ""]
        lines += [f"- {why.value}: {_plain(lesson.text)}" for lesson, why in taught.refused]
    return "\n".join([*lines, ""])


def write(
    taught: Taught, by_hand: Mapping[str, str], day: date, places: Places, taken: Sequence[tuple[str, str]] = ()
) -> list[Path]:
    """Write what is new into files that were not there before; which ones. See `sheet` for what is done by hand.

    Raises:
        ConfigurationError: a file cannot be written.
    """
    wanted = (
        (places.acts / INTENTS, "yml", examples(taught, day)),
        (places.town / PHRASINGS, "yml", phrasings(taught, day)),
        (places.town / SHEETS, "md", sheet(taught, by_hand, taken, day)),
    )
    return [_write(folder, day, ending, text) for folder, ending, text in wanted if text]


def _write(folder: Path, day: date, ending: str, text: str) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, MAX_FILES_A_DAY + 1):
            again = "" if number == 1 else f"-{number}"
            file = folder / f"{PREFIX}{day.isoformat()}{again}.{ending}"
            try:
                with file.open("x", encoding="utf-8") as opened:
                    opened.write(text)
            except FileExistsError:
                continue
            return file
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be written: {error.strerror}") from error
    raise ConfigurationError(f"{folder}: has {MAX_FILES_A_DAY} files of today already; put them together first")


def _plain(text: str) -> str:
    """Words that no reader of Markdown takes for more."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|!" else sign for sign in " ".join(text.split()))
