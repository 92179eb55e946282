"""A street address in a French sentence, as far as it was said, and whether it is in the town."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.text.clean import plain_apostrophes
from bot.text.french import fold, listed, tokens
from bot.text.normalise import MAX_CHARS
from bot.text.spelling import allowed_edits, distance
from bot.text.spoken.phrase import MONTHS

Span = tuple[int, int]

WAYS = {
    "rue": "rue r",
    "avenue": "avenue av ave",
    "boulevard": "boulevard bd bld boul bvd blvd",
    "impasse": "impasse imp",
    "allée": "allee allees all",
    "chemin": "chemin chem che ch",
    "place": "place pl plce",
    "square": "square sq",
    "quai": "quai",
    "route": "route rte",
    "cours": "cours crs",
    "passage": "passage pass",
    "faubourg": "faubourg fg fbg",
    "esplanade": "esplanade",
    "promenade": "promenade",
    "sentier": "sentier sente",
    "ruelle": "ruelle",
    "venelle": "venelle",
    "montée": "montee",
    "traverse": "traverse",
    "parvis": "parvis",
    "mail": "mail",
    "voie": "voie",
    "rocade": "rocade",
    "rond-point": "rond-point rondpoint rpt",
    "résidence": "residence res resid",
    "lotissement": "lotissement lot",
    "hameau": "hameau ham",
    "lieu-dit": "lieu-dit lieudit",
    "clos": "clos",
    "cité": "cite",
    "villa": "villa",
    "zone artisanale": "zone artisanale za",
    "zone industrielle": "zone industrielle zi",
}
_WAY_OF = {
    short: way
    for way, shorts in WAYS.items()
    for short in ((fold(way), shorts.split()[-1]) if " " in way else shorts.split())
}
_SHORT = frozenset(short for short, way in _WAY_OF.items() if short != fold(way) and len(short) < 5)
"""Abbreviations: without a number or a full stop they may be any other word."""
_ALSO_WORDS = listed(
    """
    place cours mail passage villa cite clos route voie traverse montee promenade residence lot chemin
    """
)
"""« une place en crèche » and « mon mail » name no street: without a number a name of its own has to follow."""
_OF_NO_STREET = listed(
    """
    parking stationnement creche cantine cinema libre assise handicapee handicape cours ecole soutien francais
    musique danse gym gymnastique yoga anglais route retour vie secours eau gaz bus
    """
)
_STOPS = listed(
    """
    devant derriere pres vers entre depuis sous sur dans pour parce car mais que qui ou dont quand il elle on je
    nous vous y cest est sont avec merci svp stp bonjour cordialement voila ca cela ce cet cette hier demain
    aujourdhui ya au aux face hauteur niveau juste apres avant jusqu jusque n ne pas plus se s tel
    telephone numero batiment bat appartement appt apt escalier etage bp cs cedex porte hall
    """
)
_ARTICLES = listed("de du des d la le les l")
_PARTICLES = listed("de du des d la le les l et en aux sur sous saint sainte st ste")
_NOT_TOWNS = listed(
    """
    cote droite gauche angle hauteur proximite partir cause partout nouveau moi vous nous lui minuit midi pied pieds
    reparer nettoyer coup savoir moitie peu interieur exterieur entree sortie ce cet cette un une
    quartier hameau centre bourg zone chez mairie ecole gare madame monsieur mme mr m melle famille residence
    """
)
_BEFORE_FIGURES = frozenset({"du", "le", "les", "des", *MONTHS})
"""« rue du 8 mai 1945 », and not « rue Pasteur 2 lampadaires »."""
_ABBREVIATED_CHARS = 3
"""« rue du Gal. Leclerc »; after a longer word a full stop ends the sentence."""
_MAX_NAME_WORDS, _MAX_TOWN_WORDS = 9, 6

_WAY_WORDS = "|".join(re.escape(way) for way in sorted(_WAY_OF, key=len, reverse=True))
_WAY = re.compile(
    rf"(?:(?<![\w/.,+-])(?P<number>\d{{1,4}})(?:[ -]?(?P<extra>bis|ter|quater|[a-d])\b)?(?:,| |(?= )){{1,2}})?"
    rf"(?<!\w)(?P<way>{_WAY_WORDS})(?P<stop>\.? )(?=\w|[(\"«])"
)
_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+|[.'])*")
_POSTCODE = re.compile(r"(?<![\d+])(?P<postcode>\d{2} ?\d{3})(?![\d])")
_GAP = re.compile(r"[ ,\n(-]{1,4}")
_AT_TOWN = re.compile(r",? (?P<at>[àÀaA]) ")
_AFTER_COMMA = re.compile(r" ?, ?|\n| \(")
_GOES_ON = re.compile(r"[ '-]\w")
_SENTENCE_END = re.compile(r"[;?!]|\. ")
_MAX_GAP = 80
"""Characters between a street and its postcode."""


@dataclass(frozen=True, slots=True)
class Address:
    """A street address as far as it was said."""

    number: str | None
    """« 12 », « 12 bis »."""
    way: str
    """The kind of way in full: « rue », « avenue »."""
    name: str
    """The rest of the street's name, as typed: « des Lilas »."""
    postcode: str | None
    town: str | None
    span: Span
    """Where it stands in the text that was given."""

    @property
    def line(self) -> str:
        """« 12 bis rue des Lilas, 44990 Pontavel »."""
        street = " ".join(part for part in (self.number, self.way, self.name) if part)
        town = " ".join(part for part in (self.postcode, self.town) if part)
        return f"{street}, {town}" if town else street


def read_address(text: str) -> Address | None:
    """The first street address of a sentence; None if there is none."""
    return next(addresses(text), None)


def addresses(text: str) -> Iterator[Address]:
    """Every street address of a text, in order; none overlaps another."""
    text = plain_apostrophes(text[:MAX_CHARS])
    plain = folded(text)
    until = 0
    for found in _WAY.finditer(plain):
        if found.start() < until:
            continue
        name_end = _name_end(text, plain, found.end())
        name = text[found.end() : name_end].strip(" .'-")
        if not name or not _is_street(found, text, name):
            continue
        postcode, town, end = _town(text, plain, name_end)
        number = found["number"]
        extra = found["extra"]
        until = max(end, name_end)
        yield Address(
            number=f"{number} {extra if len(extra) > 1 else extra.upper()}" if number and extra else number,
            way=_WAY_OF[found["way"]],
            name=name,
            postcode=postcode,
            town=town,
            span=(found.start(), until),
        )


def outside(address: Address, postcode: str, town: str) -> bool:
    """Whether an address clearly names another town, or no town and another postcode.

    A town may have several postcodes and share one with its neighbours, so that its name decides.
    """
    if address.town:
        return not _same_town(address.town, town)
    return address.postcode is not None and address.postcode != postcode.replace(" ", "")


def folded(text: str) -> str:
    """The text in small letters without accents, each character in its place."""
    return text.lower() if text.isascii() else "".join(map(_folded_char, text))


@lru_cache(maxsize=1024)
def _folded_char(char: str) -> str:
    return char.lower() if char.isascii() else fold(char)[:1] or " "


def _is_street(found: re.Match[str], text: str, name: str) -> bool:
    way, number = found["way"], found["number"]
    first = tokens(name)
    if not first or all(token in _PARTICLES for token in first):
        return False
    if way in _SHORT and not number and "." not in found["stop"]:
        # « av Foch » but not « r u sure »: a name of its own has to follow.
        return way not in {"r", "ch", "all", "lot", "res", "pass"} and has_capital(name)
    if number or way not in _ALSO_WORDS:
        return True
    content = [token for token in first if token not in _PARTICLES]
    if content[0] in _OF_NO_STREET:
        return False
    before = tokens(text[max(found.start() - 12, 0) : found.start()])
    if before and before[-1] in {"mon", "ma", "mes", "une", "un", "en", "votre", "vos", "par", "sa", "son"}:
        return False
    return has_capital(name) or first[0] in {"de", "du", "des", "d"}


def has_capital(name: str) -> bool:
    """Whether there is a capital letter in it."""
    return any(char.isupper() for char in name)


def _name_end(text: str, plain: str, start: int) -> int:
    """Where a street's name ends: at a sign, a word that begins something else, a postcode, or « à » a town."""
    end, before = start, ""
    for count, found in enumerate(_words_in_a_row(plain, start)):
        word = found[0].strip(".'")
        if count >= _MAX_NAME_WORDS or _POSTCODE.match(plain, found.start()):
            break
        if count and before not in _ARTICLES and _begins_something_else(text, plain, found, word):
            break
        if count == 0 and word in _STOPS:
            break
        if word.isdigit() and before and before not in _BEFORE_FIGURES:
            break
        before, end = word, found.end()
        if found[0].endswith(".") and len(word) > _ABBREVIATED_CHARS:
            break
    return end


def _begins_something_else(text: str, plain: str, found: re.Match[str], word: str) -> bool:
    """« devant », « à », « en face » after a name; with a capital, or before one, it may belong to the name."""
    typed = text[found.start() : found.end()]
    if word == "a" or (word == "en" and plain.startswith("en face", found.start())):
        return True
    if re.split(r"['-]", word)[0] not in _STOPS or (typed[:1].isupper() and not typed.isupper()):
        return False
    # « rue Saint-Jean sur Mer », and not « rue des Lilas sur le trottoir ».
    return not (word in {"sur", "sous"} and text[found.end() + 1 : found.end() + 2].isupper())


def _words_in_a_row(plain: str, start: int) -> list[re.Match[str]]:
    """Words from a place on with nothing but single spaces between, not many."""
    row: list[re.Match[str]] = []
    at = start
    while len(row) <= _MAX_NAME_WORDS and (found := _WORD.match(plain, at)):
        row.append(found)
        at = found.end() + 1
        if plain[found.end() : at] != " ":
            break
    return row


def _town(text: str, plain: str, start: int) -> tuple[str | None, str | None, int]:
    """Postcode and town after a street, and where they end."""
    postcode = _POSTCODE.search(plain, start, start + _MAX_GAP)
    if postcode and not _SENTENCE_END.search(plain, start, postcode.start()):
        at = postcode.end()
        gap = _GAP.match(plain, at)
        name, end = _town_name(text, plain, gap.end()) if gap else (None, at)
        return postcode["postcode"].replace(" ", ""), name, end if name else at
    if found := _AT_TOWN.match(text, start):
        name, end = _town_name(text, plain, found.end())
        if name and (has_capital(name) or (found["at"] in "àÀ" and _may_be_town(name))):
            return None, name, end
    elif found := _AFTER_COMMA.match(text, start):
        name, end = _town_name(text, plain, found.end())
        parts = [part for part in re.split(r"[ '-]", name or "") if part]
        ends = not _GOES_ON.match(text, end)
        if name and ends and all(part[0].isupper() or part in _PARTICLES for part in parts):
            return None, name, end
    return None, None, start


def _may_be_town(name: str) -> bool:
    """Whether small letters after « à » may name a town: « à nantes », and not « à la mairie », « à réparer »."""
    first = tokens(name)[:1]
    return bool(first) and first[0] not in _PARTICLES and not first[0].endswith(("er", "ir", "re"))


def _town_name(text: str, plain: str, start: int) -> tuple[str | None, int]:
    end, name_words = start, 0
    for found in _words_in_a_row(plain, start)[:_MAX_TOWN_WORDS]:
        word = found[0].strip(".'")
        first = re.split(r"['-]", word)[0]
        if word[0].isdigit() or (first in _STOPS and not (end > start and first in {"sur", "sous"})):
            break
        if end == start and (first in _NOT_TOWNS or first in _WAY_OF):
            break
        end = found.end()
        name_words += word not in _PARTICLES
    return (text[start:end].strip(" .'"), end) if name_words else (None, start)


def _same_town(said: str, town: str) -> bool:
    one, other = _town_words(said), _town_words(town)
    if not one or not other:
        return True
    if set(other) <= set(one) or set(one) <= set(other):
        return True
    a, b = " ".join(one), " ".join(other)
    edits = max(allowed_edits("".join(other)), 1)
    return distance(a, b, edits) <= edits or distance(a[: len(b)], b, edits) <= edits


def _town_words(name: str) -> list[str]:
    full = {"st": "saint", "ste": "sainte", "s": "sur"}
    return [
        full.get(token, token) for token in tokens(name) if token not in {"cedex", "france"} and not token.isdigit()
    ]
