"""Rasa's rules read as tables: what follows a message, a form that has ended, and a message that no form wanted.

The project's rules are of few shapes, and this reads those and no others: a rule that is written in another way is
refused, so that a simulation cannot silently pass it over. `tests/simulation/test_rules.py` reads all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError

FALLBACK = "action_answer"
"""What answers where no rule says anything; `core_fallback_action_name` in config.yml."""

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """Names of actions, in order; a form is one too."""

    opening: Mapping[tuple[str, str], tuple[str, ...]]
    """By (open form or "", intent)."""
    ending: Mapping[str, tuple[str, ...]]
    """By the form that has just closed."""
    responses: Mapping[str, tuple[dict[str, Any], ...]]
    """By the name of an `utter_…`: the payloads that it says."""
    forms: Mapping[str, tuple[str, ...]]
    """By a form: its slots."""

    def follow(self, form: str, intent: str) -> tuple[str, ...]:
        """What is run for a message, the fallback where no rule is about it."""
        return self.opening.get((form, intent), (FALLBACK,))


def load(root: Path) -> Rules:
    """The rules below a project's root, and the answers and forms of its domain.

    Raises:
        ConfigurationError: a file cannot be read, or a rule is of a shape that this does not know.
    """
    domain = _yaml(root / "domain.yml")
    opening: dict[tuple[str, str], tuple[str, ...]] = {}
    ending: dict[str, tuple[str, ...]] = {}
    forms = {name: tuple(form["required_slots"]) for name, form in (domain.get("forms") or {}).items()}
    for path in sorted((root / "stories").glob("rules_*.yml")):
        for rule in _yaml(path).get("rules") or ():
            steps = rule.get("steps") or []
            where = f"{path}: « {rule.get('rule')} »"
            if "action" in steps[0]:
                if steps[0]["action"] in forms:
                    ending[steps[0]["action"]] = tuple(_actions(steps[1:], where))
                elif [step.get("action") for step in steps] != [FALLBACK, "action_listen"]:
                    raise ConfigurationError(f"{where} begins with an action that is no form")
                continue
            for intent in _intents(steps[0], where):
                opening[_form(rule, where), intent] = tuple(_actions(steps[1:], where))
    if not opening:
        raise ConfigurationError(f"{root / 'stories'}: there are no rules in it")
    responses = {
        name: tuple(variant["custom"] for variant in variants if "custom" in variant)[:1]
        for name, variants in (domain.get("responses") or {}).items()
    }
    return Rules(opening, ending, responses, forms)


def _form(rule: Mapping[str, Any], where: str) -> str:
    conditions = rule.get("condition") or []
    if not conditions:
        return ""
    if len(conditions) > 1 or set(conditions[0]) != {"active_loop"}:
        raise ConfigurationError(f"{where} has a condition that is no open form")
    return str(conditions[0]["active_loop"] or "")


def _intents(step: Step, where: str) -> Iterator[str]:
    choices: Sequence[Step] = step.get("or", [step])
    for choice in choices:
        if set(choice) != {"intent"}:
            raise ConfigurationError(f"{where} begins with something that is no intent")
        yield str(choice["intent"])


def _actions(steps: Sequence[Step], where: str) -> Iterator[str]:
    """The actions of a rule; which form they leave open shows by itself."""
    for step in steps:
        if set(step) == {"active_loop"}:
            continue
        if set(step) != {"action"}:
            raise ConfigurationError(f"{where} has a step that is neither an action nor a form")
        if step["action"] != "action_listen":
            yield str(step["action"])


def _yaml(path: Path) -> dict[str, Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - one of the two safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise ConfigurationError(f"{path}: holds no rules")
    return read
