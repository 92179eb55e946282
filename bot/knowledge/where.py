"""Where a town is, as far as the State's pages tell places apart: « Cas général / À Mayotte » is no question in Nantes. Pure.

Read from the postcode in `town.address`. Where there is none, or a case names something that is not in these tables,
nothing is decided and the citizen is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.settings import Town
from bot.text.french import listed, tokens

_REGIONS = {
    "auvergne rhone alpes": "01 03 07 15 26 38 42 43 63 69 73 74",
    "bourgogne franche comte": "21 25 39 58 70 71 89 90",
    "bretagne": "22 29 35 56",
    "centre val de loire": "18 28 36 37 41 45",
    "corse": "20",
    "grand est": "08 10 51 52 54 55 57 67 68 88",
    "hauts de france": "02 59 60 62 80",
    "ile de france": "75 77 78 91 92 93 94 95",
    "normandie": "14 27 50 61 76",
    "nouvelle aquitaine": "16 17 19 23 24 33 40 47 64 79 86 87",
    "occitanie": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "pays de la loire": "44 49 53 72 85",
    "provence alpes cote d azur": "04 05 06 13 83 84",
}
_OVERSEAS = {
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "la reunion": "974",
    "saint pierre et miquelon": "975",
    "mayotte": "976",
    "saint barthelemy": "977",
    "saint martin": "978",
    "wallis et futuna": "986",
    "polynesie francaise": "987",
    "nouvelle caledonie": "988",
}
_DEPARTMENTS = {
    "alsace moselle": "57 67 68",
    "bas rhin": "67",
    "haut rhin": "68",
    "moselle": "57",
    "meurthe et moselle": "54",
    "nord": "59",
    "pas de calais": "62",
    "paris": "75",
    "seine et marne": "77",
    "yvelines": "78",
    "essonne": "91",
    "hauts de seine": "92",
    "seine saint denis": "93",
    "val de marne": "94",
    "val d oise": "95",
}
_MAINLAND = frozenset(number for numbers in _REGIONS.values() for number in numbers.split())
_BEYOND = frozenset(_OVERSEAS.values())
PLACES = {
    **{name: frozenset(numbers.split()) for name, numbers in (*_REGIONS.items(), *_DEPARTMENTS.items())},
    **{name: frozenset({number}) for name, number in _OVERSEAS.items()},
    "provence alpes cote d azur paca": frozenset(_REGIONS["provence alpes cote d azur"].split()),
    **dict.fromkeys(("metropole", "france metropolitaine", "hexagone"), _MAINLAND),
    **dict.fromkeys(("outre mer", "departement d outre mer", "com"), _BEYOND),
    **dict.fromkeys(("dom", "drom"), frozenset(["971", "972", "973", "974", "976"])),
    "province": _MAINLAND - frozenset(_REGIONS["ile de france"].split()),
}
"""Departments, as postcodes begin, by the folded name of what they are; Corsica's two share one number there."""
CITIES = listed("marseille lyon villeurbanne lille hellemmes lomme bordeaux montpellier toulouse nice cannes antibes")
"""Places that are told from the rest of the country by their own name, which is the town's or not."""
GENERAL = frozenset(
    {"cas general", "general", "autre departement", "autre region", "autre commune", "autres departements"}
    | {"dans une autre commune", "dans un autre departement", "ailleurs", "autres communes", "hors ile de france"}
)
"""What a case is called that holds wherever no other one does; folded."""
_AROUND = listed("a au aux en dans le la les l de du des d region departement departements commune communes et ou vous")
_AROUND |= listed("habitez residez habiter pour votre est ville")
_POSTCODE = re.compile(r"(?<!\d)(\d{5})(?= +[^\W\d])")
_NUMBERED = re.compile(r"[\w' -]+\((\d{2,3})\)")
_LONGEST = max(len(name.split()) for name in PLACES)


def department(town: Town) -> str:
    """The department of a town, as its postcode begins (three digits overseas); "" where its address has no postcode."""
    found = _POSTCODE.findall(town.address)
    code = found[-1] if found else ""
    number = code[:3] if code[:2] in {"97", "98"} else code[:2]
    return number if number in _MAINLAND | _BEYOND else ""


def local(options: Sequence[str], town: Town) -> int | None:
    """Which of a page's cases a town is in, by place; None where they are told apart by anything but places.

    The narrowest one that has the town, « Corse » before « France métropolitaine »; else the general one.
    """
    number = department(town)
    read = [_read(title) for title in options]
    if not number or any(one is None for one in read):
        return None
    own = " ".join(tokens(town.name))
    sizes = {
        at: len(numbers) if number in numbers else 1
        for at, (numbers, cities) in enumerate(one for one in read if one is not None)
        if number in numbers or own in cities
    }
    narrowest = [at for at, size in sizes.items() if size == min(sizes.values())]
    if narrowest:
        return narrowest[0] if len(narrowest) == 1 else None
    rest = [at for at, title in enumerate(options) if " ".join(tokens(title)) in GENERAL]
    return rest[0] if len(rest) == 1 else None


@lru_cache(maxsize=4096)
def _read(title: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The departments and the cities that a case is for, both empty for the general one; None if it is for anything else."""
    said = tokens(title)
    if " ".join(said) in GENERAL:
        return frozenset(), frozenset()
    numbers: set[str] = set()
    cities: set[str] = set()
    for part in re.split(r",", title):
        if numbered := _NUMBERED.fullmatch(part.strip()):
            numbers.add(numbered[1])
        elif (found := _places(tokens(part))) is not None:
            numbers |= found[0]
            cities |= found[1]
        else:
            return None
    return (frozenset(numbers), frozenset(cities)) if numbers or cities else None


def _places(said: Sequence[str]) -> tuple[set[str], set[str]] | None:
    """The places that words name one after the other; None if they say anything else."""
    numbers: set[str] = set()
    cities: set[str] = set()
    at = 0
    while at < len(said):
        for size in range(min(_LONGEST, len(said) - at), 0, -1):
            name = " ".join(said[at : at + size])
            if name in PLACES:
                numbers |= PLACES[name]
                break
        else:
            size = 1
            if said[at] in CITIES:
                cities.add(said[at])
            elif said[at] not in _AROUND:
                return None
        at += size
    return numbers, cities
