"""Telephone numbers, e-mail addresses and URLs in a text, however they are written, each in one form to compare by.

Made to miss none rather than to take none wrongly: what is found is only looked up, and what the source says too is
found in the source in the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from urllib.parse import urlsplit

from bot.text.contacts import read_email
from bot.text.counted import spelled_numbers
from bot.text.memory import remembered


class Detail(str, Enum):
    """What is found."""

    PHONE = "phone"
    EMAIL = "email"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Found:
    """Something by which somebody is reached."""

    kind: Detail
    key: str
    """Digits, « 0123456789 » for a French number; an address in small letters; "host/path" without www and scheme."""
    start: int
    end: int
    """Where it stands in the text."""


MAX_CHARS = 200_000
"""What is read of one text; no article is as long."""
KEPT, MAX_KEPT_CHARS = 1024, 8_000
"""So many of the last paragraphs, if no longer than that, need not be read again."""
BLANK_LINE = "\n\n"

_SEPARATOR = r"(?:[ .·•*_|~/()\[\]'\u2010-\u2015\u2212-]{0,3}|,|\n)"
_ZERO = rf"(?:\(0\)|0){_SEPARATOR}"
_PAIRS = rf"[1-9](?:{_SEPARATOR}\d){{8}}(?!\d)"
_ABROAD = rf"(?:\+{_SEPARATOR}|(?<!\d)0{_SEPARATOR}0{_SEPARATOR})"
_FRENCH = re.compile(
    rf"(?:{_ABROAD}3{_SEPARATOR}3{_SEPARATOR}(?:{_ZERO})?|(?<!\d)33{_SEPARATOR}(?:{_ZERO})?|(?<!\d){_ZERO}){_PAIRS}"
)
_FOREIGN = re.compile(rf"(?:\+{_SEPARATOR}|(?<!\d)00{_SEPARATOR})[1-9](?:{_SEPARATOR}\d){{6,14}}(?!\d)")
_OVERSEAS = re.compile(r"\+(262|590|594|596|508)0?(\d{9})")

_UNIT = (
    r"(?:€|euros?\b|eur\b|k€|ct\b|cts\b|centimes?\b|%|‰|°|m[²³23]?\b|[kcm]m[²2]?\b|ha\b|hectares?|k?g\b|tonnes?|litres?|l\b|kwh?\b|w\b|"
    r"habitants?|personnes?|ans?\b|années?|mois\b|semaines?|jours?|heures?|h\b|min\b|minutes?|secondes?|places?|logements?|"
    r"élèves?|enfants?|points?|signes?|caractères?|mots?|mètres?|kilomètres?|agents?|communes?|foyers?|parts?|fois\b|"
    r"exemplaires?|inhabitants|people|years?|months?|days?|hours?|minutes?)"
)
_NO_UNIT = rf"(?!\d|[.,]\d|-\w| \d{{3}}(?!\d)| ?{_UNIT}| ?x ?\d|e\b|ème\b)"
_ALONE = r"(?<![\w.,/+-])(?<!\d )(?<!article )(?<!articles )(?<!art\. )(?<!n° )(?<!n°)(?<![LRD]\. )"
_FOUR = re.compile(rf"{_ALONE}(?:3[ .·]?\d[ .·]?\d[ .·]?\d|3\d-\d\d){_NO_UNIT}", re.IGNORECASE)
_DAY = re.compile(r"3[01][.-](?:0\d|1[0-2])")
_SIX = re.compile(rf"{_ALONE}1 ?1 ?[68][ .·]?\d[ .·]?\d[ .·]?\d{_NO_UNIT}", re.IGNORECASE)

_MONTHS = r"(?:janv|févr?|mars|avril|mai|juin|juil|août|sept|oct|nov|déc|jan|feb|mar|apr|may|jun|jul|aug|dec)"
_STREET = r"(?:,? ?(?:bis|ter|rue|avenue|av\b|boulevard|bd\b|place|impasse|chemin|route|allée|quai|cours)\b)"
_SHORT = (
    rf"(?:\d{{4,6}}|\d \d \d|\d{{2,3}}|\d\d[ .-]\d\d)(?!\d|[.,]\d| ?h\b| ?{_UNIT}| {_MONTHS}|er\b|[/:-]\d|{_STREET})"
)
_GAP = (
    r"(?:(?: ?:)? (?:le|la|les|au|aux|par|a|à|un|une|us|me|the|on|at|is|est|numéro|number|n°|vert|court|gratuit|unique|"
    r"national|direct|d'urgence|suivant|sms|nous|vous|moi)\b){0,5}(?: ?:)? ?"
)
_CUED = re.compile(
    rf"\b(?:(?:r?appel|compos|t[ée]l[ée]phon|contact|joign|sonn)\w*|t[ée]l\b\.?|joindre|num[ée]ro|faites|sms|call|dial|phone|text|ring)"
    rf"{_GAP}(?P<first>{_SHORT})(?:(?:,| ou| et| or| and)+ (?:le |au |the )?{_SHORT})*",
    re.IGNORECASE,
)
_THE = re.compile(
    rf"\b(?:le|au|the) 1[0-2]\d(?!\d|e\b|ème\b|[.,]\d| ?h\b| ?{_UNIT}| {_MONTHS}|{_STREET})", re.IGNORECASE
)
_LISTED = re.compile(r"^(?:[-*•] )?(?:1\d{1,2}|3\d{3})(?= ?[:\u2013-])", re.MULTILINE)
_DIGITS = re.compile(r"\d(?:[ .·-]?\d)*")

_TOP = (
    r"(?:"
    # Country codes, but those that are words of a French sentence: « fin.et », « ici.la ».
    r"a[cdefgilmoqrstwxz]|b[abdefghijmnorstvwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrsu]|f[ijkmor]|g[abdefghilmnpqrstuwy]|"
    r"h[kmnrtu]|i[demoqrst]|j[emop]|k[eghimnprwyz]|l[bcikrstuvy]|m[cdeghklmnopqrstuvwxyz]|n[acfgilopruz]|om|"
    r"p[aefghklmnrstwy]|qa|r[eosuw]|s[bcdghjklmnorstvxyz]|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[te]|z[amw]|"
    r"com|org|net|info|gouv|gov|edu|mil|int|biz|name|pro|mobi|jobs|travel|museum|asia|cat|coop|aero|post|"
    r"bzh|paris|alsace|corsica|eus|quebec|brussels|vlaanderen|gal|wales|scot|cymru|london|berlin|hamburg|koeln|cologne|wien|"
    r"amsterdam|frl|barcelona|madrid|swiss|africa|nyc|city|town|moscow|tirol|ruhr|saarland|bayern|"
    r"app|dev|page|web|online|site|website|xyz|top|shop|store|club|link|click|live|life|world|blog|news|press|wiki|cloud|tech|"
    r"digital|email|support|help|services|solutions|agency|systems|network|group|team|company|immo|host|space|fun|icu|vip|"
    r"care|health|doctor|clinic|hospital|school|education|academy|university|foundation|ngo|ong|charity|law|legal|tax|finance|"
    r"bank|bio|eco|green|earth|energy|cafe|restaurant|hotel|tours|guide|events|media|social|chat|zone|today|"
    r"example|test|invalid|local"
    r")"
)
_URL = re.compile(
    rf"h(?:tt|xx)ps? ?: ?/ ?/? ?[^\s<>\"«»]+|(?<![\w@.])www\.[^\s<>\"«»]+"
    rf"|(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,8}}{_TOP}(?![\w-]|\.\w)(?:[/?#:][^\s<>\"«»]*)?"
    # Under whatever name, where a path follows.
    rf"|(?<![\w@.-])(?:[\w-]{{3,63}}\.){{1,8}}[a-z]{{3,24}}/[^\s<>\"«»]{{2,}}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+'%&-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}", re.IGNORECASE)
_MAIL_SIGN = re.compile(r"@|arob|arrob|[(\[] ?at ?[)\]]", re.IGNORECASE)
_DOT_SIGNS = re.compile(
    r" ?[(\[{] ?(?:\.|dot|point) ?[)\]}] ?| (?:dot|point) (?=(?:fr|com|org|net|eu|gouv)\b)| \. ?(?=(?:fr|com|org|net|eu)\b)",
    re.IGNORECASE,
)
_LETTER_DIGITS = re.compile(r"(?<![^\W\d])[oO](?=[ .-]?\d)|(?<=\d)[oO](?![^\W\d])|(?<=\d)[lI](?=[ .-]?\d)")
_LIKELY = re.compile(
    r"\d|@|\.\w|www|arob|arrob|[(\[{] ?(?:\.|at|dot|point)|https?|hxxp|(?:dot|point) (?:fr|com|org|net|eu|gouv)\b|\. ?(?:fr|com|org|net|eu)\b"
    r"|z[ée]ro|trente|cent|[^\x00-\u024f\u2009-\u2026\u202f\u20ac]",
    re.IGNORECASE,
)
"""Most texts have nothing of it, and need not be read letter by letter."""
_MASKED = re.compile(
    r"\+?\d{1,3}(?: \u00b7{2,4}){1,6} \d\d(?!\d)|(?<![\w.+-])\w?\.{3}\w?@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}"
)
"""A contact as `bot.text.contacts.mask` shows it to whoever gave it: nobody can call or write there."""
_ALIKE = {"’": "'", "\\": "/", "。": ".", "․": ".", "＠": "@"}
_CLOSING = ".,;:!?)]}'\"»…*_"


def details(text: str) -> list[Found]:
    """All that is found, in the order of the text; none overlaps another."""
    found: list[Found] = []
    at = 0
    # No detail goes over a blank line, and of what is said many paragraphs are the same in every answer. It is looked at
    # as it stands, then with what it quotes, then to be masked; pages are quoted again and again.
    for piece in text[:MAX_CHARS].split(BLANK_LINE):
        inside = _kept_details(piece) if len(piece) <= MAX_KEPT_CHARS else _details(piece)
        found += [replace(one, start=one.start + at, end=one.end + at) for one in inside] if at else inside
        at += len(piece) + len(BLANK_LINE)
    return found


@remembered(KEPT)
def _kept_details(text: str) -> tuple[Found, ...]:
    return tuple(_details(text))


def _details(text: str) -> list[Found]:
    if not _LIKELY.search(text):
        return []
    plain, places = _plain(text)
    plain = _MASKED.sub(lambda one: " " * len(one[0]), plain)
    found: list[Found] = []
    taken = bytearray(len(plain))
    for kind, key, start, end in (*_mails(plain), *_urls(plain), *_phones(plain)):
        if key and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Found(kind, key, places[start], places[end - 1] + 1))
    return sorted(found, key=lambda one: one.start)


def host_and_path(key: str) -> tuple[str, str]:
    """The two parts of a URL's key; the path is "" or begins with "/"."""
    host, slash, path = key.partition("/")
    return host, slash + path


def _plain(text: str) -> tuple[str, list[int]]:
    """A text with one kind of blank and of digit, nothing invisible, and dots as dots; where each character stood."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = _plain_char(char)
        chars.append(plain)
        places += [place] * len(plain)
    plain_text = _LETTER_DIGITS.sub(lambda one: "0" if one[0] in "oO" else "1", "".join(chars))
    return _dotted(plain_text, places)


@lru_cache(maxsize=2048)
def _plain_char(char: str) -> str:
    """A character as it is compared: one, several (« ½ »), or none."""
    plain = ""
    for one in unicodedata.normalize("NFKC", char):
        category = unicodedata.category(one)
        if category in {"Cf", "Cc", "Mn"} and one not in "\n\t\r":
            continue
        decimal = unicodedata.decimal(one, None)
        shown = str(decimal) if decimal is not None else one
        if one != "\n" and (category[0] == "Z" or one.isspace()):
            shown = " "
        plain += _ALIKE.get(shown, shown)
    return plain


def _dotted(text: str, places: list[int]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    for sign in _DOT_SIGNS.finditer(text):
        pieces += [text[at : sign.start()], "."]
        kept += [*places[at : sign.start()], places[sign.start()]]
        at = sign.end()
    return "".join([*pieces, text[at:]]), [*kept, *places[at:]]


def _mails(text: str) -> Iterator[tuple[Detail, str, int, int]]:
    for one in _MAIL.finditer(text):
        yield Detail.EMAIL, one[0].lower().strip(".'"), one.start(), one.end()
    at = 0
    while _MAIL_SIGN.search(text, at):
        read = read_email(text[at:])
        if read.contact is None or read.span is None or read.span[1] <= 0:
            return
        yield Detail.EMAIL, read.contact.value.lower(), at + read.span[0], at + read.span[1]
        at += read.span[1]


def _urls(text: str) -> Iterator[tuple[Detail, str, int, int]]:
    for one in _URL.finditer(text):
        words = one[0].rstrip(_CLOSING)
        yield Detail.URL, url_key(words), one.start(), one.start() + len(words)


def url_key(url: str) -> str:
    """A URL without what does not tell pages apart; never "": what cannot be read is its own key."""
    url = url.replace(" ", "").replace("\\", "/").lower().replace("hxxp", "http", 1)
    url = re.sub(r"^https?:/*", "", url)
    try:
        parts = urlsplit(f"//{url}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return url or "?"
    path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return host + path if host else url or "?"


def _phones(text: str) -> Iterator[tuple[Detail, str, int, int]]:
    for one in _FRENCH.finditer(text):
        if not _is_date(text, one.start(), one.end()):
            yield Detail.PHONE, "0" + re.sub(r"\D", "", one[0])[-9:], one.start(), one.end()
    for one in _FOREIGN.finditer(text):
        digits = "+" + re.sub(r"\D", "", one[0]).removeprefix("00")
        overseas = _OVERSEAS.fullmatch(digits)
        yield Detail.PHONE, "0" + overseas[2] if overseas else digits, one.start(), one.end()
    # What is written in groups (« 34 00 », « 116 006 ») before what only a word beside it makes a number.
    for pattern in (_FOUR, _SIX):
        for one in pattern.finditer(text):
            if not _DAY.fullmatch(one[0]):
                yield Detail.PHONE, re.sub(r"\D", "", one[0]), one.start(), one.end()
    for one in _CUED.finditer(text):
        for number in _DIGITS.finditer(text, one.start("first"), one.end()):
            yield Detail.PHONE, re.sub(r"\D", "", number[0]), number.start(), number.end()
    for pattern in (_THE, _LISTED):
        for one in pattern.finditer(text):
            digits = re.sub(r"\D", "", one[0])
            yield Detail.PHONE, digits, one.end() - len(digits), one.end()
    for digits, start, end in spelled_numbers(text):
        yield Detail.PHONE, digits, start, end


_DATE = re.compile(r"\d{1,2}([/.-])(?:0?\d|1[0-2])\1(?:19|20)\d\d(?= )")


def _is_date(text: str, start: int, end: int) -> bool:
    """Whether what looks like ten digits of a number is a date and the hour, or the date, behind it."""
    date = _DATE.match(text, start, end)
    return date is not None and bool(re.match(r" ?(?:h|:|€|/)|\d", text[end:]))
