"""Sums of money in a text, in figures (« 1 250,50 € », « 12€50 ») and in words (« vingt euros »), as cents of a euro."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.text import counted

MAX_CENTS = 10**13
"""More is no sum."""
_WHOLE = r"\d{1,3}(?:[ \u00a0\u202f.']\d{3})+(?!\d)|\d{1,11}"
_EURO = r"(?:€|euros?\b|eur\b)"
_FIGURES = re.compile(
    rf"(?<![\w,.])(?P<whole>{_WHOLE})(?:[.,](?P<cents>\d{{1,2}})(?!\d))?[ \u00a0\u202f]?"
    rf"(?:(?P<thousand>k)[ ]?(?:€|euros?\b)|(?P<million>millions? d['’]){_EURO}|{_EURO}"
    r"(?:[ \u00a0]?(?:et )?(?P<tail>\d{2})(?:[ ]?(?:centimes?|cts?)\b|(?![\d,.]|[ ]?[€%h:/]|[ ]\d)))?)",
    re.IGNORECASE,
)
_SIGN_FIRST = re.compile(
    rf"(?:€|\beur)[ \u00a0]?(?P<whole>{_WHOLE})(?:[.,](?P<cents>\d{{1,2}}))?(?![\d,.]\d)", re.IGNORECASE
)
_CENTS = re.compile(r"(?<![\w,.])(?P<cents>\d{1,2})[ \u00a0]?(?:centimes?\b|cts?\b|c€)", re.IGNORECASE)
_WORDS = re.compile(
    rf"\b(?P<whole>{counted.RUN})[ ]{_EURO}(?:[ ](?:et[ ])?(?P<cents>{counted.RUN})(?:[ ]centimes?)?\b)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum and where it stands."""

    cents: int
    start: int
    end: int


def amounts(text: str) -> Iterator[Amount]:
    """Every sum of a text; places may overlap, the first is the surest."""
    if not _LIKELY.search(text):
        return
    for pattern in (_FIGURES, _SIGN_FIRST):
        for found in pattern.finditer(text):
            said = found.groupdict()
            factor = 1000 if said.get("thousand") else 1_000_000 if said.get("million") else 1
            decimals = f"{said['cents'] or said.get('tail') or ''}".ljust(2, "0")
            cents = (int(re.sub(r"\D", "", found["whole"])) * 100 + int(decimals)) * factor
            if cents <= MAX_CENTS:
                yield Amount(cents, found.start(), found.end())
    for found in _CENTS.finditer(text):
        yield Amount(int(found["cents"]), found.start(), found.end())
    for found in _WORDS.finditer(text):
        whole, part = counted.value(found["whole"]), counted.value(found["cents"] or "zéro")
        if whole is not None and part is not None and part < 100:
            yield Amount(whole * 100 + part, found.start(), found.end())


_LIKELY = re.compile(r"€|euro|\beur|\d\s?eur|centime|\bcts?\b|\d\s?cts?\b", re.IGNORECASE)
"""Most texts have none."""
