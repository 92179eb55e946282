"""Labelled messages: the examples that a model learns from, and the evaluation that it never sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.errors import ConfigurationError
from bot.understanding import nearness
from bot.understanding.measures import Labelled
from bot.understanding.pieces import key

LEAST_EXAMPLES = 30
"""Of an act; what is taught by fewer is recognised by luck."""
MAX_TEXT_CHARS = 4000
PAYLOAD_PREFIX = "/"
"""Examples that begin so are what buttons send; no model learns from them."""

_EXAMPLE = re.compile(r"^\s*-\s+(\S.*?)\s*$", re.MULTILINE)
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class _Line(msgspec.Struct):
    text: str
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two examples of different acts that say the same, or nearly."""

    first: Labelled
    second: Labelled


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with training data."""

    counts: dict[str, int]
    """Examples of each act, payloads left out."""
    thin: tuple[str, ...]
    """Acts under thirty examples."""
    contradictions: tuple[Pair, ...]
    """The same text, folded, taught as two acts."""
    near: tuple[Pair, ...]
    twice: tuple[Labelled, ...]
    """Examples that their act has already, letter by letter: harmless, and no help."""
    leaked: tuple[str, ...]
    """Texts of the evaluation that stand among the examples too: they measure nothing."""

    @property
    def refused(self) -> bool:
        """Whether a model should not be trained from this."""
        return bool(self.thin or self.contradictions or self.near or self.leaked)


def read_evaluation(file: Path) -> list[Labelled]:
    """The messages of a JSONL file, or of all those in a folder: `{"text": …, "intent": …}`.

    No intent, or null, is a message out of scope.

    Raises:
        ConfigurationError: it cannot be read, has no message, or a line is no such object; the line is named.
    """
    if file.is_dir():
        return [one for inside in sorted(file.glob("*.jsonl")) for one in read_evaluation(inside)]
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    found: list[Labelled] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = msgspec.json.decode(line, type=_Line)
        except msgspec.MsgspecError as error:
            raise ConfigurationError(f"{file}:{number}: {error}") from error
        if len(one.text) > MAX_TEXT_CHARS:
            raise ConfigurationError(f"{file}:{number}: the text is longer than {MAX_TEXT_CHARS} characters")
        found.append(Labelled(one.text, one.intent or ""))
    if not found:
        raise ConfigurationError(f"{file}: there is no message in it")
    return found


def read_training(folder: Path) -> list[Labelled]:
    """The examples of every YAML file below a folder, payloads left out.

    Raises:
        ConfigurationError: there is none, or a file cannot be read.
    """
    found = [one for file in sorted(folder.rglob("*.yml")) for one in read_examples(file)]
    if not found:
        raise ConfigurationError(f"{folder}: there are no examples below it")
    return found


def read_examples(file: Path) -> list[Labelled]:
    """The examples of one file in Rasa's form, payloads left out; none if it holds something else.

    Raises:
        ConfigurationError: it cannot be read.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(file.read_text("utf-8"), loader)  # noqa: S506 - one of the two safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    groups = content.get("nlu") if isinstance(content, dict) else None
    return [
        Labelled(text, group["intent"])
        for group in groups or ()
        if "intent" in group
        for text in _texts(group.get("examples") or "")
    ]


def _texts(block: str) -> Iterable[str]:
    texts = (_ANNOTATION.sub(r"\1", text) for text in _EXAMPLE.findall(block))
    return (text for text in texts if not text.startswith(PAYLOAD_PREFIX))


def check(examples: Sequence[Labelled], evaluation: Iterable[Labelled] = ()) -> Findings:
    """What is wrong with examples, and with an evaluation beside them."""
    counts: dict[str, int] = {}
    known: dict[str, Labelled] = {}
    contradictions, twice, kept = [], [], []
    seen: set[Labelled] = set()
    for one in examples:
        counts[one.intent] = counts.get(one.intent, 0) + 1
        if one in seen:
            twice.append(one)
            continue
        seen.add(one)
        first = known.setdefault(key(one.text), one)
        if first is one:
            kept.append(one)
        elif first.intent != one.intent:
            contradictions.append(Pair(first, one))
    return Findings(
        counts=dict(sorted(counts.items())),
        thin=tuple(intent for intent, count in sorted(counts.items()) if count < LEAST_EXAMPLES),
        contradictions=tuple(contradictions),
        near=tuple(_near(kept)),
        twice=tuple(twice),
        leaked=tuple(one.text for one in evaluation if key(one.text) in known),
    )


def _near(examples: Sequence[Labelled]) -> Iterable[Pair]:
    """Pairs of different acts that share most of their pieces."""
    found = nearness.across([one.text for one in examples], [one.intent for one in examples])
    return (Pair(examples[one], examples[other]) for one, other in found)
