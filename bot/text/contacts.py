"""The e-mail address or telephone number in what a citizen typed, and how it is shown again without giving it away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.text.clean import plain_apostrophes
from bot.text.normalise import MAX_CHARS

Span = tuple[int, int]


class Kind(Enum):
    """How a citizen is reached."""

    EMAIL = "email"
    PHONE = "phone"


class WhyNot(Enum):
    """Why no contact was read."""

    NONE = "none"
    """Nothing that looks like one."""
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    """It looks like one, but no such number or address can exist."""
    PREMIUM = "premium"
    """A number that costs whoever calls it more than a call."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a citizen."""

    kind: Kind
    value: str
    """E.164, or the address with its domain in small letters."""
    shown: str
    """« 06 12 34 56 78 », or the address."""


@dataclass(frozen=True, slots=True)
class ContactRead:
    """A contact and where it stood in the text, or why there is none."""

    contact: Contact | None = None
    why: WhyNot | None = None
    span: Span | None = None


MASK = "·"
OVERSEAS = ("GP", "GF", "MQ", "RE", "YT", "PM", "BL", "MF")
"""Regions that are dialled with ten digits from one another and from France."""
_COSTLY = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})

_AT_SIGN = re.compile(
    r"\s?@\s?|\s?[(\[]\s?(?:at|arobase|arobaz)\s?[)\]]\s?|(?<=\w) (?:arobase?|arobas|arobaz|arrobase|arobasse) ?(?=\w)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"[\w.+'%&-]+$")
_AFTER = re.compile(r"[\w.-]+")
_JOINTS = {
    "point": ".",
    "dot": ".",
    "pt": ".",
    ".": ".",
    "tiret": "-",
    "trait d'union": "-",
    "-": "-",
    "tiret bas": "_",
    "tiret du bas": "_",
    "underscore": "_",
    "souligné": "_",
    "_": "_",
}
_JOINT = "|".join(re.escape(words) for words in sorted(_JOINTS, key=len, reverse=True))
_JOINED_BEFORE = re.compile(rf"(?P<word>[\w.-]{{1,64}}) (?P<joint>{_JOINT}) ?$", re.IGNORECASE)
_JOINED_AFTER = re.compile(
    rf" ?(?P<joint>{_JOINT}) (?P<word>[\w-]{{1,63}})| (?P<dotted>\.[a-z]{{2,24}})", re.IGNORECASE
)
_MAX_JOINTS = 8
_LOOK_BACK = 160
_TOP = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{2,59}")

_DIGIT = re.compile(r"\d")
_PHONE = re.compile(r"(?<![\d\w@+])(?:\+|\(\+?)?\d(?:[ .\-/·_\u00a0\u202f]{0,2}[()]?[ ]?\d){4,18}(?![\w@])")
_FRENCH = re.compile(r"(?:(?:\+|00) ?33 ?(?:\(0\) ?|0)?|0)[1-9](?:[ .\-/·_]{0,2}\d\d){4}(?!\d)")
_CUE = re.compile(
    r"(?:t[ée]l|t[ée]l[ée]phone|portable|mobile|fixe|num[ée]ro|num|joindre|appel\w*|rappel\w*|phone|call)\b",
    re.IGNORECASE,
)
_CUE_REACH = 40
_OTHER_NUMBER = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{2}|\d{4})|\d{4}-\d\d-\d\d|\d{2}[/.-]\d{2}|\d{1,2}[h:]\d{2}")
_DIGITS_SHORT, _DIGITS_LONG = 10, 15


def read_email(text: str) -> ContactRead:
    """The first e-mail address in a text, typed or spelled out (« jean point dupont arobase orange point fr »).

    An address with accents before the sign is taken for a slip. Reserved domains (`.example`, `.test`) pass: whether a domain takes mail is found out by writing to it.
    """
    reads = list(_first_good(emails(text)))
    return reads[-1] if reads and reads[-1].contact else (*reads, ContactRead(why=WhyNot.NONE))[0]


def emails(text: str) -> Iterator[ContactRead]:
    """All in a text that is meant as an e-mail address, in order: those that are one, and those that cannot be."""
    text = plain_apostrophes(text[:MAX_CHARS])
    if not ("@" in text or "(" in text or "[" in text or "rob" in text.lower()):
        # Nothing that can be the sign, which is slow to look for.
        return
    for sign in _AT_SIGN.finditer(text):
        local, start = _local_part(text, sign.start())
        domain, end = _domain(text, sign.end())
        if not local or not domain:
            continue
        contact = _email(local, domain)
        yield ContactRead(contact, None if contact else WhyNot.INVALID, (start, end))


def read_phone(text: str, region: str = "FR") -> ContactRead:
    """The first valid telephone number in a text; what only looks like one gives the reason.

    `region`: where a number without country code is dialled from.
    """
    reads = list(_first_good(phones(text, region)))
    return reads[-1] if reads and reads[-1].contact else (*reads, ContactRead(why=WhyNot.NONE))[0]


def phones(text: str, region: str = "FR") -> Iterator[ContactRead]:
    """All in a text that is meant as a telephone number, in order: those that are valid, and those that cannot be."""
    text = text[:MAX_CHARS]
    if not _DIGIT.search(text):
        return
    for found in _PHONE.finditer(text):
        french = _FRENCH.match(text, found.start()) if region == "FR" else None
        start, end = french.span() if french and not _runs_over(text, french.end(), found.end()) else found.span()
        typed = text[start:end]
        read = _phone(typed, region)
        if isinstance(read, Contact):
            if typed[0] in "+0(" or _expected(text, start, end):
                yield ContactRead(read, span=(start, end))
        elif _meant_as_phone(text, start, end):
            yield ContactRead(why=read, span=(start, end))


def _first_good(reads: Iterator[ContactRead]) -> Iterator[ContactRead]:
    """Reads up to the first with a contact."""
    for read in reads:
        yield read
        if read.contact:
            return


def read_contact(text: str, region: str = "FR") -> ContactRead:
    """An e-mail address or a telephone number, the first that is valid; of two reasons the more telling one."""
    reads = [read_email(text), read_phone(text, region)]
    if good := [read for read in reads if read.contact]:
        return min(good, key=lambda read: read.span or (0, 0))
    return next((read for read in reads if read.why is not WhyNot.NONE), reads[0])


def mask(contact: Contact) -> str:
    """Enough to recognise one's own: « j…t@orange.fr », « 06 ·· ·· ·· 78 »."""
    if contact.kind is Kind.EMAIL:
        local, _, domain = contact.value.rpartition("@")
        last = local[-1] if len(local) > 3 else ""
        return f"{local[0] if len(local) > 1 else ''}…{last}@{domain}"
    first, *rest = contact.shown.split(" ")
    hidden = " ".join(re.sub(r"\d", MASK, group) for group in rest)
    return f"{first} {hidden[:-2]}{contact.value[-2:]}"


def _local_part(text: str, end: int) -> tuple[str, int]:
    """What stands before the sign, with the parts that are joined to it in words; and where it starts."""
    window = text[max(end - _LOOK_BACK, 0) : end]
    offset = end - len(window)
    found = _BEFORE.search(window)
    if not found:
        return "", end
    local, start = found[0].lstrip("."), found.start() + (len(found[0]) - len(found[0].lstrip(".")))
    for _ in range(_MAX_JOINTS):
        if not (joined := _JOINED_BEFORE.search(window[:start].removesuffix(" ") + " ")):
            break
        local = joined["word"] + _JOINTS[joined["joint"].lower()] + local
        start = joined.start()
    for elided in ("c'est", "l'adresse", "d'", "l'"):
        if local.lower().startswith(elided):
            start, local = start + len(elided), local[len(elided) :]
    return local, offset + start


def _domain(text: str, start: int) -> tuple[str, int]:
    """What stands after the sign, likewise; and where it ends."""
    found = _AFTER.match(text, start)
    if not found:
        return "", start
    domain = found[0].rstrip(".-_")
    end = start + len(domain)
    for _ in range(_MAX_JOINTS):
        joined = _JOINED_AFTER.match(text, end)
        if not joined or (
            joined["joint"] in {".", "-"} and _TOP.fullmatch(domain.rpartition(".")[2]) and "." in domain
        ):
            break
        domain += joined["dotted"] or _JOINTS[joined["joint"].lower()] + joined["word"]
        end = joined.end()
    return domain.lower(), end


def _email(local: str, domain: str) -> Contact | None:
    if not _TOP.fullmatch(domain.rpartition(".")[2]) or "." not in domain:
        return None
    try:
        checked = validate_email(
            f"{local}@{domain}", check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        return None
    return Contact(Kind.EMAIL, checked.normalized, checked.normalized)


def _phone(typed: str, region: str) -> Contact | WhyNot:
    dialled = re.sub(r"[^\d+]", "", typed.replace("(0)", ""))
    national = region in {"FR", *OVERSEAS}
    if national:
        # « +33 (0)6 », « 0033 06 »: the zero is not dialled after the country code.
        dialled = re.sub(r"^(?:\+|00)(33|262|59[046]|508)0", r"+\1", dialled)
    reason = WhyNot.INVALID
    for at in (region, *(OVERSEAS if national else ())):
        try:
            number = phonenumbers.parse(dialled, at)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            if phonenumbers.number_type(number) in _COSTLY:
                return WhyNot.PREMIUM
            return Contact(Kind.PHONE, _written(number, phonenumbers.PhoneNumberFormat.E164), _shown(number))
    digits = len(dialled.lstrip("+"))
    if digits < _DIGITS_SHORT and not dialled.startswith("+"):
        reason = WhyNot.TOO_SHORT
    elif dialled.startswith("0") and not dialled.startswith("00") and digits > _DIGITS_SHORT:
        reason = WhyNot.TOO_LONG
    elif dialled.startswith(("+", "00")):
        reason = _reason_abroad(dialled, region)
    return reason


def _reason_abroad(dialled: str, region: str) -> WhyNot:
    try:
        possible = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(dialled, region))
    except phonenumbers.NumberParseException:
        return WhyNot.TOO_LONG if len(dialled) > _DIGITS_LONG else WhyNot.INVALID
    if possible == phonenumbers.ValidationResult.TOO_SHORT:
        return WhyNot.TOO_SHORT
    return WhyNot.TOO_LONG if possible == phonenumbers.ValidationResult.TOO_LONG else WhyNot.INVALID


def _shown(number: phonenumbers.PhoneNumber) -> str:
    """As it is written at home; with the country code when home is elsewhere."""
    home = phonenumbers.region_code_for_number(number) in {"FR", *OVERSEAS}
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return _written(number, form)


def _written(number: phonenumbers.PhoneNumber, form: int) -> str:
    return str(phonenumbers.format_number(number, form))


def _runs_over(text: str, french_end: int, end: int) -> bool:
    """Whether digits that are no second number follow a French one, and nothing else: a slip of the finger."""
    extra = sum(char.isdigit() for char in text[french_end:end])
    return 0 < extra < _DIGITS_SHORT and not any(char.isalnum() for char in text[end:])


def _expected(text: str, start: int, end: int) -> bool:
    """Whether a number that begins like any other is a telephone's: it is all there is, or the text says so."""
    rest = text[:start] + text[end:]
    return not any(char.isalnum() for char in rest) or bool(_CUE.search(text[max(start - _CUE_REACH, 0) : start]))


def _meant_as_phone(text: str, start: int, end: int) -> bool:
    typed = text[start:end]
    if _OTHER_NUMBER.fullmatch(typed):
        return False
    if typed[0] in "+(":
        return True
    return (typed[0] == "0" and sum(char.isdigit() for char in typed) > 5) or _expected(text, start, end)
