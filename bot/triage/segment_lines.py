"""The lines of a mail, cleaned to be looked at and kept to be given back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.text.french import fold

SEEN = 400
"""Characters of a line that are looked at. What is longer is a paragraph: no mark of a mail is."""
INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u2066\u2067\u2068\u2069\x00")
)
SPACES = dict.fromkeys(
    map(
        ord,
        "\t\v\f\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\x85\u2028\u2029",
    ),
    " ",
)
CLEANED = str.maketrans({**INVISIBLE, **SPACES})
APOSTROPHES = str.maketrans("’ʼ‘´`", "'''''")
ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank.

    `raw` as it stands in the mail; `text` cleaned, without marks of quotation; `seen` the folded beginning of `text`, which
    is all that patterns are tried on; `depth` how many `>` stand before it; `gap` whether a blank line stands before it.
    """

    raw: str
    text: str
    seen: str
    depth: int
    gap: bool


def lines(body: str) -> list[Line]:
    """The lines of a mail that are not blank, in order. Lines end with CR LF, LF or CR."""
    found: list[Line] = []
    gap = False
    for raw in ENDS.split(body):
        text = raw.translate(CLEANED).strip(" ")
        if not text:
            gap = True
            continue
        found.append(_line(raw, text, gap))
        gap = False
    return found


def unquoted(quoted: Iterable[Line]) -> list[Line]:
    """The same lines with one level of marks less, as the mail that they quote had them."""
    found: list[Line] = []
    gap = False
    for line in quoted:
        text = line.raw.translate(CLEANED).strip(" ")
        if text[0] == ">":
            text = text[1:].strip(" ")
        if not text:
            gap = True
            continue
        found.append(_line(line.raw, text, gap or line.gap))
        gap = False
    return found


def joined(kept: Sequence[Line]) -> str:
    """Lines as they stand in the mail; a blank line where there was at least one."""
    return "\n".join(f"\n{line.raw}" if line.gap and place else line.raw for place, line in enumerate(kept))


def read(kept: Sequence[Line]) -> str:
    """Lines as they are read: without marks, odd spaces and invisible characters."""
    return "\n".join(
        f"\n{line.text}" if line.gap and place else line.text for place, line in enumerate(kept) if line.text
    )


def _line(raw: str, text: str, gap: bool) -> Line:
    depth = 0
    if text[0] == ">":
        bare = text.lstrip("> ")
        depth = text.count(">", 0, len(text) - len(bare))
        text = bare
    text = " ".join(text.split(" ")) if "  " not in text else " ".join(part for part in text.split(" ") if part)
    return Line(raw, text, fold(text[:SEEN].translate(APOSTROPHES)).strip("* "), depth, gap)
