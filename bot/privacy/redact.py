"""Words of a conversation without what says whose it was: for texts that are shown to others than its agents.

What a machine can know by its form is masked: telephone numbers, e-mail and street addresses, numbers of files, accounts
and insured people, dates of birth, and names that their words announce (`bot.text.names`). A name in the middle of a
sentence that nothing announces is not found: somebody has to read the text before it is published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.text.addresses import read_address
from bot.text.contacts import ContactRead, read_email, read_phone
from bot.text.french import fold
from bot.text.identifiers import identifiers
from bot.text.names import names
from bot.text.normalise import MAX_CHARS

PHONE, EMAIL, ADDRESS = "[téléphone]", "[adresse e-mail]", "[adresse]"
NAME, NUMBER, BIRTH = "[nom]", "[numéro]", "[date de naissance]"
MASKS = (PHONE, EMAIL, ADDRESS, NAME, NUMBER, BIRTH)
MAX_FOUND = 200
"""Of one kind in one text; nobody writes more."""
OVERLAP_CHARS = 300
PHONE_DIGITS = 9
"""The last ones of a number say which it is, with or without the country's code."""

_NAMES = r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?:[ \u00a0][A-ZÀ-ÖØ-Þ][\w'’-]*\.?){0,3}"
_NO_NAMES = "Madame|Monsieur|Mme|M\\.|Mr|Mlle|Vo[tu]\\w+|No[tu]\\w+|Le|La|Les|Il|Elle|Je|On|Pour|Un|Une|Oui|Non|Merci|Si|Cette?|Ce"
"""What begins a sentence whose comma was forgotten."""
_DIGIT = re.compile(r"\d")
_DATE = r"\d{1,2}(?:[/.-]\d{1,2}[/.-]\d{2,4}|(?:er)? +[a-zéû]{3,9} +\d{4})"
_PATTERNS = (
    (NUMBER, re.compile(r"\b(?P<it>[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?)\b")),
    (NUMBER, re.compile(r"\b(?P<it>[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3}(?: ?\d{2})?)\b")),
    (NUMBER, re.compile(r"\b(?P<it>[A-Z]{2}-\d{3}-[A-Z]{2}|[DR]-[2-9A-Z]{4}-[2-9A-Z]{4})\b")),
    (NUMBER, re.compile(r"(?<![\w/.-])(?P<it>(?=[A-Z0-9-]*\d{5})[A-Z0-9][A-Z0-9-]{7,})\b(?!\.)")),
    (BIRTH, re.compile(rf"\bnée? +le +(?P<it>{_DATE})", re.IGNORECASE)),
    (
        NAME,
        re.compile(rf"\b(?:Bonjour|Bonsoir|Ch[eè]re?)[ \u00a0](?!(?:{_NO_NAMES})(?![\w]))(?P<it>{_NAMES})"),
    ),
    (NAME, re.compile(rf"\b(?:[Jj]e m['’]appelle|[Mm]on nom est|[Jj]e suis (?:M\.|Mme))[ \u00a0](?P<it>{_NAMES})")),
    (
        NAME,
        re.compile(
            rf"\b(?:[Cc]ordialement|[Bb]ien à vous|[Bb]onne journée|[Ss]incères salutations)\s*,?\s+(?P<it>{_NAMES})\s*\Z"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text, and how many places of it were masked."""

    text: str
    masked: int


def redact(text: str, keep: Collection[str] = ()) -> Redacted:
    """The text with every personal detail that is known by its form replaced by a mask in square brackets.

    `keep`: strings with the office's own contacts and addresses, which stay.
    """
    has_digits = bool(_DIGIT.search(text))
    own = "\n".join(keep)
    own_digits, own_words = re.sub(r"[^\d\n]", "", own), fold(own)
    found = [
        *_contacts(text, EMAIL, own_digits, own.lower()),
        *_contacts(text, PHONE, own_digits, own.lower()),
        *_addresses(text, own_words),
        *((start, end, NAME) for start, end in names(text) if text[start:end] not in own),
        *((one.start, one.end, NUMBER) for one in identifiers(text) if text[one.start : one.end] not in own),
        *(
            (match.start("it"), match.end("it"), mask)
            for mask, pattern in _PATTERNS
            if has_digits or mask == NAME
            for match in pattern.finditer(text)
            if match["it"] not in own
        ),
    ]
    parts, end, masked = [], 0, 0
    # Of two that overlap the one that begins first, and of those the longer one.
    for start, until, mask in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= end:
            parts += [text[end:start], mask]
            end, masked = until, masked + 1
    return Redacted("".join([*parts, text[end:]]), masked)


def _contacts(text: str, mask: str, own_digits: str, own: str) -> Iterator[tuple[int, int, str]]:
    offset = 0
    for _ in range(MAX_FOUND):
        read: ContactRead = read_email(text[offset:]) if mask == EMAIL else read_phone(text[offset:])
        if read.contact is None or read.span is None:
            # No valid one in all that was read, whatever looks like one.
            if offset + MAX_CHARS >= len(text):
                return
            offset = _further(text, offset)
            continue
        start, end = offset + read.span[0], offset + read.span[1]
        value = read.contact.value
        digits = re.sub(r"\D", "", value)[-PHONE_DIGITS:]
        known = digits in own_digits if mask == PHONE and digits else bool(value) and value.lower() in own
        if not known:
            yield start, end, mask
        offset = max(end, offset + 1)


def _addresses(text: str, own: str) -> Iterator[tuple[int, int, str]]:
    offset = 0
    for _ in range(MAX_FOUND):
        address = read_address(text[offset:])
        if address is None:
            if offset + MAX_CHARS >= len(text):
                return
            offset = _further(text, offset)
            continue
        start, end = address.span
        street = fold(f"{address.way} {address.name}")
        # A street alone is a place of the town; with a number it may be somebody's home.
        if address.number and street not in own:
            yield offset + start, offset + end, ADDRESS
        offset += max(end, 1)


def _further(text: str, offset: int) -> int:
    """Where to read on, at a space: readers take so much of a text at once, and what they find is short."""
    blank = text.rfind(" ", offset + 1, offset + MAX_CHARS - OVERLAP_CHARS)
    return blank if blank > offset else offset + MAX_CHARS - OVERLAP_CHARS
