"""How a letter's sender is greeted: by the name under it where the gender is said with it, else without one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.letters import Letter
from bot.readings import PartKind, Reading

MAX_LINES = 12
"""Of a signature that are looked at."""
MAX_NAME_CHARS = 60
MISTER, MISSES = "Monsieur", "Madame"
TITLES = {"m": MISTER, "mr": MISTER, "monsieur": MISTER, "mme": MISSES, "madame": MISSES, "mrs": "Mrs", "ms": "Ms"}
ENGLISH = {MISTER: "Mr", MISSES: "Ms"}
FIELDS = ("civilite", "civility", "title")
NAME_FIELDS = (("prenom", "nom"), ("firstname", "lastname"), ("nom_complet",), ("name",))
"""Names of a form's fields, in the orders in which a name is read from them."""

_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'.-]*"
_PARTICLE = r"(?:d[eu]|des|la|le|el|ben|van|von|d['’])"
_NAMED = re.compile(
    rf"^(?P<title>Mme|Madame|M\.|M|Mr|Monsieur|Mrs|Ms)\.? +(?P<name>{_WORD}(?: +(?:{_PARTICLE} +)*{_WORD}){{0,3}})\s*,?$"
)
_NAME = re.compile(rf"^{_WORD}(?: +(?:{_PARTICLE} +)*{_WORD}){{0,3}}$")
_OFFICES = re.compile(r"\b(?:Maire|Adjointe?|Directeur|Directrice|Président|Présidente|Préfet|Responsable)\b")


def name(letter: Letter, reading: Reading, language: str = "fr") -> str:
    """« Madame Lucie Martin », "Ms Lucie Martin"; "" where the gender is not said, or a name is not plain."""
    for line in _lines(letter, reading):
        found = _NAMED.match(line.strip())
        if found and len(line) <= MAX_NAME_CHARS and not _OFFICES.search(found["name"]):
            title = TITLES[found["title"].lower().rstrip(".")]
            title = ENGLISH.get(title, title) if language == "en" else MISTER if title == MISTER else MISSES
            return f"{title} {' '.join(found['name'].split())}"
    return ""


def _lines(letter: Letter, reading: Reading) -> Iterator[str]:
    fields = {key.casefold(): value.strip() for key, value in letter.fields.items()}
    title = next((fields[key] for key in FIELDS if fields.get(key)), "")
    for keys in NAME_FIELDS:
        said = " ".join(fields[key] for key in keys if fields.get(key))
        if title and said and _NAME.match(said):
            yield f"{title} {said}"
    yield letter.name
    signed = "\n".join(part.text for part in reading.parts if part.kind is PartKind.SIGNATURE)
    yield from signed.splitlines()[:MAX_LINES]
