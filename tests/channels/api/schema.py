"""As much of JSON Schema 2020-12 as docs/openapi.yml uses; a word that is not known here fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
SAYS_NOTHING = {"description", "default"}


def is_one(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(value: Any, schema: dict[str, Any], document: Any, place: str = "it") -> Iterator[str]:
    """What is wrong with a value."""
    for word, rule in schema.items():
        if word == "$ref":
            target = document
            for step in rule.removeprefix("#/").split("/"):
                target = target[step]
            yield from faults(value, target, document, place)
        elif word == "type":
            if not any(is_one(value, kind) for kind in ([rule] if isinstance(rule, str) else rule)):
                yield f"{place} is no {rule}"
        elif word == "oneOf":
            fits = [one for one in rule if not list(faults(value, one, document, place))]
            if len(fits) != 1:
                yield f"{place} fits {len(fits)} of {len(rule)}"
        elif word == "enum" or word == "const":
            if value not in (rule if word == "enum" else [rule]):
                yield f"{place} is not {rule}"
        elif word in {"required", "properties", "additionalProperties"}:
            yield from _object(word, value, schema, document, place) if isinstance(value, dict) else ()
        elif word == "items":
            for number, item in enumerate(value if isinstance(value, list) else ()):
                yield from faults(item, rule, document, f"{place}[{number}]")
        elif word == "maxItems":
            if isinstance(value, list) and len(value) > rule:
                yield f"{place} has more than {rule}"
        elif word in {"pattern", "maxLength", "format"}:
            yield from _string(word, value, rule, place) if isinstance(value, str) else ()
        elif word in {"minimum", "maximum"}:
            if is_one(value, "number") and not (value >= rule if word == "minimum" else value <= rule):
                yield f"{place} is beyond {rule}"
        elif word not in SAYS_NOTHING:
            raise AssertionError(f"{word} is not known here")


def _object(word: str, value: dict[str, Any], schema: dict[str, Any], document: Any, place: str) -> Iterator[str]:
    if word == "required":
        yield from (f"{place} has no {name}" for name in schema[word] if name not in value)
    elif word == "properties":
        for name, rule in schema[word].items():
            if name in value:
                yield from faults(value[name], rule, document, f"{place}.{name}")
    else:
        assert schema[word] is False
        yield from (f"{place} has {name}" for name in value if name not in schema["properties"])


def _string(word: str, value: str, rule: Any, place: str) -> Iterator[str]:
    if word == "pattern" and not re.search(rule, value):
        yield f"{place} does not match {rule}"
    if word == "maxLength" and len(value) > rule:
        yield f"{place} is longer than {rule}"
    if word == "format":
        assert rule == "date-time"
        if datetime.fromisoformat(value).tzinfo is None:
            yield f"{place} is no {rule}"
