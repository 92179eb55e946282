"""A mistake in `office.yml` in the words of whoever wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

import msgspec
import yaml

from bot.errors import ConfigurationError
from bot.settings_hours import decode

COLOUR = r"^#[0-9a-fA-F]{6}$"
ORIGIN = r"^https?://[^/\s]+$"
ADDRESS = r"^https?://"
CODE = r"^[a-z][a-z0-9_]*$"
MAILBOX = r"^[^\s@]{1,64}@[^\s@]{1,255}$"
AFTER = r"^(seen|move: ?\S.{0,99})$"
CONFORMITY = r"^(non|partiellement|totalement) conforme$"
FORMS = {
    COLOUR: 'a colour is written in quotes, # and six digits or letters from a to f: "#1f4e79"',
    ORIGIN: "an origin is https:// and a host, without a path: https://www.mairie.example",
    ADDRESS: "an address begins with https:// or http://: https://www.mairie.example",
    CODE: "a service's code is small letters without accents, digits and _, a letter first: etat_civil",
    MAILBOX: "a mailbox is called by its address: contact@mairie.example",
    AFTER: "is seen, or move: and a folder: move:Traité",
    CONFORMITY: "is one of non conforme, partiellement conforme, totalement conforme",
}
DATE_FORM = "a date (year, month, day: 2026-12-24)"
TYPES = {
    "str": "a text (numbers and dates as texts stand in quotes)",
    "int": "a whole number",
    "float": "a number",
    "date": DATE_FORM,
    "bool": "true or false",
    "array": "a list",
    "object": "settings, one a line",
    "null": "nothing",
}
FOUND = {**TYPES, "str": "a text", "object": "a group of settings"}


class _Once(yaml.SafeLoader):
    """YAML whose keys stand there once, and whose dates stay as they are written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping, as it stands in the file.

        Raises:
            yaml.constructor.ConstructorError: a key stands there twice; YAML would forget the first.
        """
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value} stands there twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


# An impossible date would be an error without a place.
_Once.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Any:
    """What stands in a YAML file.

    Raises:
        ConfigurationError: it cannot be read, is not YAML, or says a thing twice.
    """
    try:
        loader = _Once(path.read_text(encoding="utf-8"))
        return loader.get_single_data()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error


def told(error: str, raw: Any, kind: Any) -> str:
    """What msgspec says of an office.yml, for the person who wrote it: the place in dotted form, and what is wrong.

    `kind` is the type of the whole file.
    """
    said, _, path = error.partition(" - at ")
    of_key, place = path.startswith("`key`"), path.rpartition("`$")[2].rstrip("`").lstrip(".")
    if place.startswith("services[...]"):
        place = f"services.{_broken_service(raw, kind)}{place.removeprefix('services[...]')}"
    if of_key:
        return _wrong_key(place, raw, kind)
    if said.startswith("."):
        return f"{place}{said}"
    quoted = re.findall(r"`([^`]*)`", said)
    if "unknown field" in said:
        return _unknown(place, quoted[0], kind)
    if "missing required field" in said:
        return f"{_dotted(place, quoted[0])} is missing"
    where = f"{place}: " if place else ""
    if " matching regex " in said:
        # msgspec shows the pattern as Python writes it.
        form = next((form for pattern, form in FORMS.items() if repr(pattern) in said), said)
        return f"{where}{form}"
    if at_most := re.search(r" of length <= (\d+)$", said):
        return f"{where}must have at most {at_most[1]} characters"
    if said.endswith("encoded date"):
        return f"{where}is not {DATE_FORM}"
    if " of length " in said:
        return f"{where}must not be empty"
    if limit := re.search(r"([<>]=) (\S+)$", said):
        return f"{where}must be at {'least' if limit[1] == '>=' else 'most'} {limit[2]}"
    if len(quoted) == 2:
        return f"{where}expected {TYPES.get(quoted[0], quoted[0])}, found {FOUND.get(quoted[1], quoted[1])}"
    return f"{where}{said}"


def _dotted(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _unknown(place: str, name: object, kind: Any) -> str:
    for part in place.replace("[...]", "[*]").split(".") if place else ():
        kind = _inside(kind, part)
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{_dotted(place, name)} is not a setting; {hint}"


def _inside(kind: Any, part: str) -> Any:
    """The type of a part of a type: a setting, one of a list, or whatever stands under a key that the town chose."""
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    name, index, _ = part.partition("[")
    found = next(field.type for field in msgspec.structs.fields(kind) if field.encode_name == name)
    if index:
        # Of a list the only type, of keys that the town chose that of what stands under them.
        found = [one for one in get_args(found) if one is not Ellipsis][-1]
    # What may be left out is a type or None.
    parts = [one for one in get_args(found) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return parts[0] if parts and NoneType in get_args(found) else found


def _wrong_key(place: str, raw: Any, kind: Any) -> str:
    keys: Any = raw
    for part in place.split(".") if place else ():
        name, index, _ = part.partition("[")
        keys = keys[name][int(index[:-1])] if index else keys[name]
    odd = next((key for key in keys if not isinstance(key, str)), None)
    if odd is None or place == "services":
        form = MAILBOX if place == "channels.email.mailboxes" else CODE
        wrong = next(key for key in keys if not (isinstance(key, str) and re.search(form, key)))
        return f"{place}.{wrong}: {FORMS[form]}"
    return _unknown(place, odd, kind)


def _broken_service(raw: Any, kind: Any) -> str:
    """The code of the first service that is wrong: msgspec does not say it."""
    service_kind = _inside(_inside(kind, "services"), "CODE")
    for code, service in raw["services"].items():
        try:
            msgspec.convert(service, service_kind, dec_hook=decode)
        except msgspec.ValidationError:
            return str(code)
    return "…"
