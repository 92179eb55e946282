"""Numbers that say who somebody is or where their money is, in a text: social security, bank account, card, company, tax.

The check digits are python-stdnum's: https://arthurdejong.org/python-stdnum/. A number that few others look like (NIR,
IBAN) is found however it is grouped; one whose check only rules out nine in ten has to be grouped as it is printed, or
to be named beside it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from stdnum import iban, luhn
from stdnum.fr import nif, nir, siren, siret

from bot.text.addresses import folded

MAX_FOUND = 50
"""In one text; nobody writes more."""
MASK = "••••"
SHOWN_CHARS = 4


class Identifier(str, Enum):
    """What a number is."""

    NIR = "nir"
    """Of social security, with or without its key: https://xml.insee.fr/schema/nir.html."""
    IBAN = "iban"
    ACCOUNT = "bank_account"
    """A French account as a RIB prints it: bank, branch, account, key."""
    CARD = "card"
    SIRET = "siret"
    SIREN = "siren"
    TAX = "tax_number"
    """The « numéro fiscal » of a person (SPI)."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Where such a number stands in a text."""

    kind: Identifier
    start: int
    end: int
    shown: str
    """What may be kept of it: « •••• 8491 »."""


_SIGNS = r"[\s.,_/'’·|\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]"
"""What is typed between groups, invisible characters included."""
_RUN = re.compile(rf"(?<!\d)[\dOo](?:{_SIGNS}{{0,3}}[\dOoIlAaBb])+")
_GROUP = re.compile(r"[\dOoIlAaBb]+")
_DIGIT = re.compile(r"\d")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IBAN = re.compile(
    rf"(?<![^\W\d_])[A-Za-z]{{2}}{_SIGNS}{{0,2}}\d{_SIGNS}{{0,2}}\d(?:{_SIGNS}{{0,3}}[A-Za-z0-9]){{11,30}}"
)
_LETTERS = {ord(char): str(int(char, 36)) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_IBAN_CHARS = {
    country: int(chars)
    for chars, countries in {
        "15": "NO", "16": "BE", "18": "DK FI FO GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU XK MN",
        "21": "CH HR LI LV", "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ DZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM", "28": "AL AZ BY CY DO EG GT HN HU LB NI PL SV CM SN MA CI ML BJ TG BF NE",
        "29": "BR PS QA UA", "30": "JO KW MU YE", "31": "MT SC", "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""How long an IBAN is, by country: the registry of ISO 13616 and, for Africa, what its banks print."""
_NIR = re.compile(r"[1-478]\d\d(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d\d|2[AB])\d{6}(?:\d\d)?")
_CARD = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15}")
_GROUPED = {
    Identifier.NIR: {(15,), (13, 2), (1, 2, 2, 2, 3, 3, 2), (1, 2, 2, 5, 3, 2), (13,), (1, 2, 2, 2, 3, 3)},
    Identifier.CARD: {(16,), (4, 4, 4, 4), (15,), (4, 6, 5), (14,), (4, 6, 4), (19,), (13,)},
    Identifier.SIRET: {(14,), (9, 5), (3, 3, 3, 5)},
    Identifier.SIREN: {(9,), (3, 3, 3)},
    Identifier.TAX: {(13,), (2, 2, 3, 3, 3)},
    Identifier.ACCOUNT: {(23,), (5, 5, 11, 2), (21, 2)},
}
_CUES = {
    Identifier.NIR: re.compile(r"\bsecu\b|securite sociale|\bnir\b|\bnss\b|\bvitale\b|\bassure|\bameli\b|\binsee\b"),
    Identifier.CARD: re.compile(r"\bcartes?\b|\bcb\b|\bvisa\b|mastercard|\bcard\b"),
    Identifier.SIRET: re.compile(r"\bsiren|\bsiret"),
    Identifier.SIREN: re.compile(r"\bsiren|\brcs\b|\bkbis\b|registre du commerce"),
    Identifier.TAX: re.compile(r"fiscal|\bimpots?\b|\bspi\b"),
    Identifier.ACCOUNT: re.compile(r"\brib\b|\bcompte|\biban\b|bancaire"),
}
_OTHERS = re.compile(
    r"\bfactures?\b|\bcontrats?\b|\bdossiers?\b|\bcommandes?\b|\bsuivi\b|\bcolis\b|\breferences?\b|\bref\b|\bclient\b"
    r"|\bcompteur|\blinky\b|\bpdl\b|\bpoint de livraison\b|\btitre de recettes?\b|\bcreancier\b"
)
"""What names a number that is none of these, though one in ten of them passes the check of a Siret."""
_OTHERS_BEFORE = 30
_BEFORE, _AFTER = 60, 30
"""How far from a number the word stands that names it, in characters."""
_PHONE = re.compile(rf"(?:0|(?:\+|00){_SIGNS}?33{_SIGNS}?)[1-9](?:{_SIGNS}{{0,2}}\d\d){{4}}")
_DIGIT = re.compile(r"\d")
_LENGTHS = (23, 19, 16, 15, 14, 13, 9)
_NIR_CHARS = 15
_MOST_GROUPS = max(len(sizes) for several in _GROUPED.values() for sizes in several)


@dataclass(frozen=True, slots=True)
class _Group:
    said: str
    start: int
    end: int


def identifiers(text: str) -> tuple[Identified, ...]:
    """Every such number of a text, in order; none overlaps another.

    Letters that are typed for digits (O, l) and any digits of Unicode are read; a number that is named (« numéro de
    sécu ») is found with a wrong key too: a slip of the finger gives away as much.
    """
    if len(_DIGIT.findall(text)) < _LENGTHS[-1] - 2:
        return ()
    found: list[Identified] = []
    taken = bytearray(len(text))
    for kind, start, end in _candidates(text):
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\x01" * (end - start)
        last = "".join(char for char in _ascii(text[start:end]) if char.isalnum())[-SHOWN_CHARS:].upper()
        found.append(Identified(kind, start, end, f"{MASK} {last}"))
        if len(found) >= MAX_FOUND:
            break
    return tuple(sorted(found, key=lambda one: one.start))


def masked(text: str) -> tuple[str, tuple[Identifier, ...]]:
    """The text with nothing but the last characters of each such number, and which kinds it had, each once.

    Idempotent. What is beyond `MAX_FOUND` is masked as well, in further rounds.
    """
    kinds: list[Identifier] = []
    while found := identifiers(text):
        parts, at = [], 0
        for one in found:
            parts += [text[at : one.start], one.shown]
            at = one.end
        text = "".join([*parts, text[at:]])
        kinds += [one.kind for one in found]
        if len(found) < MAX_FOUND:
            break
    return text, tuple(dict.fromkeys(kinds))


class _Around:
    """The words around a number; the text is folded once, and only if a number asks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain = ""
        self._cues: dict[Identifier, list[int]] = {}
        self._all: list[int] | None = None
        self._others: list[int] | None = None

    def named(self, kind: Identifier, start: int, end: int) -> bool:
        """Whether a word that names such a number stands near."""
        return _near(self._of(kind), start, end)

    def cued(self, start: int, end: int) -> bool:
        """Whether a word stands near that names any such number."""
        if self._all is None:
            self._all = sorted(place for kind in _CUES for place in self._of(kind))
        return _near(self._all, start, end)

    def named_else(self, start: int) -> bool:
        """Whether a word stands before a number that names another one."""
        if self._others is None:
            self._plain = self._plain or folded(self.text)
            self._others = [found.end() for found in _OTHERS.finditer(self._plain)]
        at = bisect_left(self._others, start - _OTHERS_BEFORE)
        return at < len(self._others) and self._others[at] <= start

    def _of(self, kind: Identifier) -> list[int]:
        if kind not in self._cues:
            self._plain = self._plain or folded(self.text)
            self._cues[kind] = [found.end() for found in _CUES[kind].finditer(self._plain)]
        return self._cues[kind]


def _near(cues: list[int], start: int, end: int) -> bool:
    at = bisect_left(cues, start - _BEFORE)
    return at < len(cues) and cues[at] <= end + _AFTER


def _candidates(text: str) -> Iterator[tuple[Identifier, int, int]]:
    yield from _ibans(text)
    around = _Around(text)
    for run in _RUN.finditer(text):
        groups = [
            _Group(_digits(group[0]), run.start() + group.start(), run.start() + group.end())
            for group in _GROUP.finditer(run[0])
            if _DIGIT.search(group[0])
        ]
        said = "".join(group.said for group in groups)
        begins = [0, *accumulate(len(group.said) for group in groups)]
        places = {begin: at for at, begin in enumerate(begins)}
        at = 0
        while at < len(groups):
            kind, until = _longest(around, groups, said, begins, places, at)
            if kind is not None:
                yield kind, groups[at].start, groups[until - 1].end
            at = until if kind is not None else at + 1


def _longest(
    around: _Around, groups: list[_Group], said: str, begins: list[int], places: dict[int, int], at: int
) -> tuple[Identifier | None, int]:
    """The longest number that begins with a group, and the group behind it.

    `said` are all figures of the groups, `begins` where each group begins in it, and `places` the groups by that.
    """
    begin = begins[at]
    for length in _LENGTHS:
        until = places.get(begin + length)
        if until is None:
            continue
        start, end = groups[at].start, groups[until - 1].end
        if until - at > _MOST_GROUPS:
            # Only what a number is, or the word beside it, can still tell.
            if length != _NIR_CHARS and not around.cued(start, end):
                continue
            sizes: tuple[int, ...] = ()
        else:
            sizes = tuple(len(group.said) for group in groups[at:until])
        kind = _kind(around, said[begin : begin + length], sizes, start, end)
        if kind is not None:
            return kind, until
    return None, at


def _kind(around: _Around, said: str, sizes: tuple[int, ...], start: int, end: int) -> Identifier | None:
    def named(kind: Identifier) -> bool:
        return around.named(kind, start, end)

    if len(said) in {13, 15} and _NIR.fullmatch(said):
        if named(Identifier.NIR):
            return Identifier.NIR
        # In pairs it may be telephone numbers in a row.
        if (
            _fits(said)
            and (sizes in _GROUPED[Identifier.NIR] or not _PHONE.search(around.text[start:end]))
            and nir.is_valid(said)
        ):
            return Identifier.NIR
    if not said.isdigit():
        return None
    if _CARD.fullmatch(said):
        # Thirteen or fourteen figures that only pass one check may be anything.
        by_form = len(said) > 14 and sizes in _GROUPED[Identifier.CARD] and luhn.is_valid(said)
        if by_form or named(Identifier.CARD):
            return Identifier.CARD
    checks = _CHECKED.get(len(said))
    if checks is None:
        return None
    kind, is_valid = checks
    grouped = sizes in _GROUPED[kind]
    if kind is Identifier.SIREN:
        fits = grouped and named(kind)
    else:
        fits = named(kind) or (grouped and not around.named_else(start))
    return kind if fits and is_valid(said) else None


def _fits(said: str) -> bool:
    """Whether the key of a NIR may fit: of Corsica's (2A, 2B) python-stdnum alone knows."""
    return len(said) == _NIR_CHARS and (not said.isdigit() or int(said[13:]) == 97 - int(said[:13]) % 97)


def _is_account(said: str) -> bool:
    """Whether the key of a RIB fits: https://fr.wikipedia.org/wiki/Clé_RIB."""
    bank, branch, account, key = int(said[:5]), int(said[5:10]), int(said[10:21]), int(said[21:])
    return key == 97 - (89 * bank + 15 * branch + 3 * account) % 97


_CHECKED: dict[int, tuple[Identifier, Callable[[str], bool]]] = {
    9: (Identifier.SIREN, siren.is_valid),
    13: (Identifier.TAX, nif.is_valid),
    14: (Identifier.SIRET, siret.is_valid),
    23: (Identifier.ACCOUNT, _is_account),
}
"""By length: what a number of figures alone may be."""


def _ibans(text: str) -> Iterator[tuple[Identifier, int, int]]:
    at = 0
    while found := _IBAN.search(text, at):
        country = found[0][:2].upper()
        chars = _IBAN_CHARS.get(country, 0)
        at = found.start() + 1
        kept = [found.start() + place for place, char in enumerate(found[0]) if char.isalnum()]
        if not chars or len(kept) < chars:
            continue
        end = kept[chars - 1] + 1
        said = _ascii("".join(text[place] for place in kept[:chars])).upper()
        if _fits_iban(said) and iban.is_valid(said, check_country=False):
            yield Identifier.IBAN, found.start(), end
            at = end


def _fits_iban(said: str) -> bool:
    """ISO 7064 MOD 97-10: what python-stdnum checks too, after much else."""
    figures = (said[4:] + said[:4]).translate(_LETTERS)
    return figures.isdecimal() and int(figures) % 97 == 1


def _digits(group: str) -> str:
    return _ascii(group).upper().translate(_LOOKALIKES)


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char, char)) for char in text)
