"""Numbers of files and requests in a text: our own, those of building permits, and what a word beside it makes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OURS = re.compile(r"(?<![a-z0-9])([dr])\s*[-–. ]?\s*([a-z0-9]{4})\s*[-–. ]?\s*([a-z0-9]{4})(?![a-z0-9])", re.IGNORECASE)
"""D-7K3M-92QX of a request and R-7K3M-92QX of an erasure, however typed."""
_PERMIT = re.compile(
    r"\b(?P<kind>PC|DP|CU[ab]?|PA|PD|AT)[ -]?(?P<department>\d{3}|0?2[AB])[ -]?(?P<town>\d{3})[ -]?(?P<year>\d{2})"
    r"[ -]?(?P<rest>[A-Z]?\d{4,5})\b",
    re.IGNORECASE,
)
"""Articles A. 423-1 ff. of the code of town planning: kind, department, commune, year, number."""
_MARK = r"(?:n\s?[°ºo]\s?|num[ée]ros?\s|num\.?\s|#|:\s?|=\s?)"
_CUED = re.compile(
    r"\b(?:(?:r[ée]f[ée]rences?|r[ée]f\.?)|(?:num[ée]ros?|n\s?[°º])\s?(?:de\s|d['’]\s?|du\s)?(?:mon\s|ma\s|la\s|l['’])?(?:dossier|demande|suivi"
    r"|facture|contrat|commande|titre|avis|ticket|signalement|r[ée]clamation|contravention|courrier|recommand[ée]|fps|pv)"
    r"|(?:dossier|demande|facture|contrat|commande|titre|avis|ticket|signalement|r[ée]clamation|contravention|recommand[ée]"
    r"|fps|pv)(?=\s?,?\s?" + _MARK + r"))"
    r"(?:\s?(?:est|c['’]est|de\s(?:la|ma)\sdemande|du\sdossier|le))?\s{0,2},?\s?(?:" + _MARK + r"){0,2}"
    r"(?P<it>(?=[\w/.-]{0,24}\d)[A-Z0-9][A-Z0-9/_.-]{2,24}[A-Z0-9])(?![\w@])",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:dossier|demande|facture|contrat|ticket|signalement|fps)\s(?P<it>(?=[A-Z-]*\d)[A-Z0-9]{2,}(?:[-/][A-Z0-9]+)+"
    r"|[A-Z]{1,6}\d{3,}|\d{5,12})(?![\w@])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A number of a file and where it stands."""

    value: str
    """In capitals; ours and those of permits as they are printed."""
    start: int
    end: int
    ours: bool = False


def references(text: str) -> Iterator[Reference]:
    """Every number of a file in a text; the first kinds are the surer ones, and places may overlap."""
    for found in OURS.finditer(text):
        letters = f"{found[2]}{found[3]}".upper()
        # Eight letters without a digit are a word: « d'accorder ».
        if any(letter.isdecimal() for letter in letters) or "-" in found[0]:
            yield Reference(f"{found[1].upper()}-{letters[:4]}-{letters[4:]}", found.start(), found.end(), ours=True)
    for found in _PERMIT.finditer(text):
        parts = (found["department"].zfill(3), found["town"], found["year"], found["rest"])
        yield Reference(" ".join((found["kind"], *parts)).upper(), found.start(), found.end())
    for pattern in (_CUED, _BARE):
        for found in pattern.finditer(text):
            yield Reference(found["it"].upper(), found.start("it"), found.end("it"))


def read_number(text: str) -> str:
    """The number of a request in a text, as we write it; "" if there is none."""
    return next((one.value for one in references(text) if one.ours and one.value.startswith("D")), "")
