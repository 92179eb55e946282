"""A town's own rules, from `triage/rules.yml`: where one fits, it decides, whatever the model thinks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError
from bot.letters import Letter
from bot.readings import LetterKind, Urgency
from bot.text.french import tokens

RULES = "rules.yml"


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is said has to fit: of `words` and `senders` one suffices, of `all_words` every one is needed."""

    name: Annotated[str, Meta(min_length=1)]
    words: tuple[str, ...] = ()
    """Words or phrases of the subject or the letter; case and accents do not count."""
    all_words: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    """Addresses, or what they end with: « @caf.fr »."""
    mailboxes: tuple[str, ...] = ()
    """Our addresses, or names of forms."""
    service: str = ""
    kind: LetterKind | None = None
    urgency: Urgency | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in their order: the first that fits decides on what it names."""

    rules: tuple[Rule, ...] = ()

    def fitting(self, letter: Letter, said: str) -> Rule | None:
        """The first rule that fits a letter."""
        words = f" {' '.join(tokens(f'{letter.subject} . {said}'))} "
        return next((rule for rule in self.rules if _fits(rule, letter, words)), None)


def load(folder: Path, services: Collection[str]) -> Rules:
    """The rules of a town; none where there is no such file.

    Raises:
        ConfigurationError: the file is wrong, or names a service that is not there; a rule asks for nothing, or says nothing.
    """
    path = folder / RULES
    if not path.is_file():
        return Rules()
    raw = mistakes.read(path)
    try:
        rules = msgspec.convert(raw or {}, _File).rules
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {mistakes.told(str(error), raw, _File)}") from error
    for rule in rules:
        if rule.service and rule.service not in services:
            raise ConfigurationError(f"{path}: {rule.name}: there is no service {rule.service} in office.yml")
        if not (rule.words or rule.all_words or rule.senders or rule.mailboxes):
            raise ConfigurationError(f"{path}: {rule.name}: it has to say when it fits")
        if not (rule.service or rule.kind or rule.urgency):
            raise ConfigurationError(f"{path}: {rule.name}: it has to say what it decides")
        for phrase in (*rule.words, *rule.all_words):
            if not tokens(phrase):
                raise ConfigurationError(f"{path}: {rule.name}: {phrase!r} holds no word")
    return Rules(rules)


def _fits(rule: Rule, letter: Letter, words: str) -> bool:
    return (
        (not rule.words or any(_holds(words, phrase) for phrase in rule.words))
        and all(_holds(words, phrase) for phrase in rule.all_words)
        and (not rule.senders or any(letter.sender.endswith(end.casefold()) for end in rule.senders))
        and (not rule.mailboxes or _came_to(letter, rule.mailboxes))
    )


def _holds(words: str, phrase: str) -> bool:
    return f" {' '.join(tokens(phrase))} " in words


def _came_to(letter: Letter, names: Sequence[str]) -> bool:
    return any(name and name.casefold() in {letter.mailbox.casefold(), letter.form.casefold()} for name in names)
