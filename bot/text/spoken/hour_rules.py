"""The grammar of hours: each rule is a pattern over `Phrase.plain` and the times it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.phrase import Span


@dataclass(frozen=True, slots=True)
class Window:
    """From `first` to `last`; None where it is open."""

    first: time | None
    last: time | None

    def holds(self, moment: time) -> bool:
        """Whether a time is in it, both ends included."""
        return (self.first is None or self.first <= moment) and (self.last is None or moment <= self.last)

    def shared(self, other: Window) -> Window | None:
        """What both hold; None if that is nothing."""
        first = max((end for end in (self.first, other.first) if end), default=None)
        last = min((end for end in (self.last, other.last) if end), default=None)
        return None if first and last and first >= last else Window(first, last)

    def spanning(self, other: Window) -> Window:
        """From the earlier beginning to the later end."""
        firsts, lasts = (self.first, other.first), (self.last, other.last)
        first = None if None in firsts else min(end for end in firsts if end)
        last = None if None in lasts else max(end for end in lasts if end)
        return Window(first, last)


@dataclass(frozen=True, slots=True)
class Hours:
    """What one mention stands for: times it may be, or a window, or why it is neither."""

    times: tuple[time, ...] = ()
    window: Window | None = None
    earliest: bool = False
    why: WhyNot | None = None


Reads = Callable[["re.Match[str]"], Hours | None]

IMPOSSIBLE = Hours(why=WhyNot.IMPOSSIBLE)
NOON = time(12)
SMALL_HOURS = range(1, 7)
"""« à 3h » may be said of the afternoon."""
MORNING, AFTERNOON, EVENING = Window(time(6), NOON), Window(NOON, time(18)), Window(time(18), time(22))
_PARTS = {
    "matin": MORNING,
    "apresmidi": AFTERNOON,
    "midi": Window(NOON, time(14)),
    "soir": EVENING,
    "journee": Window(time(6), time(22)),
}
_PARTS_OF_PARTS = {
    ("debut", "matin"): Window(time(6), time(10)),
    ("milieu", "matin"): Window(time(9), time(11)),
    ("fin", "matin"): Window(time(10, 30), NOON),
    ("debut", "apresmidi"): Window(NOON, time(15)),
    ("milieu", "apresmidi"): Window(time(14), time(16)),
    ("fin", "apresmidi"): Window(time(16), time(18)),
    ("debut", "soir"): Window(time(18), time(20)),
    ("fin", "soir"): Window(time(20), time(22)),
    ("debut", "journee"): Window(time(6), time(10)),
    ("milieu", "journee"): Window(time(11), time(14)),
    ("fin", "journee"): Window(time(16), time(19)),
}
_ENGLISH = {"early": "debut", "mid": "milieu", "late": "fin", "end": "fin", "mi": "milieu", "day": "journee"}
_FRACTIONS = {"quart": 15, "demi": 30, "quarter": 15}

_HALF = r"(?P<half{0}>am|pm|[ap] (?:\. )?m(?: \.)?)"
_PART = r"(?: ,)?(?: (?:du|de l|de la|dans l|dans la|dans le|le|l|ce))? (?P<part{0}>matin|apresmidi|soir|nuit)"
_CLOCK = (
    r"(?P<hour{0}>\d{{1,2}}|midi|minuit)(?:(?: h| [:.](?= \d\d))?(?: " + _HALF + r")|(?P<mark{0}> h| :)?"
    r"(?: et (?P<plus{0}>quart|demi)| moins (?:le )?(?P<minus{0}>quart|\d{{1,2}})|(?<= [h:]) (?P<minute{0}>\d{{1,2}})(?! h(?!\S))"
    r"|(?<=midi) (?P<noon{0}>[1-5]\d))?(?:" + _PART + r")?)"
)


def _clock(suffix: str = "") -> str:
    return _CLOCK.format(suffix)


def _rule(words: str, reads: Reads) -> tuple[re.Pattern[str], Reads]:
    return re.compile(rf"(?<!\S)(?:{words})(?!\S)"), reads


def times_of(hour: int, minute: int, half: str | None, *, small: bool) -> Hours:
    """The times that an hour may mean; `half` is « am », « pm » or a part of the day in French."""
    if not 0 <= minute <= 59 or not 0 <= hour <= 24 or (hour == 24 and minute):
        return IMPOSSIBLE
    hour %= 24
    if half in {"pm", "apresmidi", "soir"}:
        hour += 12 if hour < 12 else 0
    elif half == "am" and hour > 12:
        return IMPOSSIBLE
    elif half in {"am", "matin", "nuit"}:
        hour = 0 if hour == 12 and half != "matin" else hour
    elif small and hour in SMALL_HOURS:
        return Hours((time(hour, minute), time(hour + 12, minute)))
    return Hours((time(hour, minute),))


def _at(found: re.Match[str], suffix: str = "", half: str | None = None) -> Hours:
    said = found.groupdict()
    written = said[f"hour{suffix}"]
    hour = {"midi": 12, "minuit": 0}.get(written)
    minute = int(said[f"minute{suffix}"] or said.get(f"noon{suffix}") or 0)
    minute += _FRACTIONS.get(said.get(f"plus{suffix}") or "", 0)
    minus = said.get(f"minus{suffix}")
    less = (_FRACTIONS.get(minus) or int(minus)) if minus else 0
    half = _half(said.get(f"half{suffix}")) or said.get(f"part{suffix}") or half
    if hour is not None:
        half = None
    padded = written.startswith("0")
    hour = int(written) if hour is None else hour
    if less:
        if not 0 < less < 60 or hour > 24:
            return IMPOSSIBLE
        hour, minute = (hour - 1) % 24, 60 - less
    return times_of(hour, minute, half, small=not padded and written != "minuit")


def _half(said: str | None) -> str | None:
    return f"{said[0]}m" if said else None


def _in_english(found: re.Match[str]) -> Hours:
    """« half past nine », « quarter to ten »."""
    said = found.groupdict()
    minute = 30 if said["count"] == "half" else _FRACTIONS.get(said["count"]) or int(said["count"])
    hour = 12 if said["hour"] == "midi" else int(said["hour"])
    if minute > 59 or hour > 24:
        return IMPOSSIBLE
    if said["side"] == "to":
        hour, minute = (hour - 1) % 24, 60 - minute
    return times_of(hour, minute, _half(said["half"]), small=True)


def _half_day(found: re.Match[str]) -> Hours:
    said = found.groupdict()
    return times_of(int(said["hour"]), int(said["minute"] or 0), _half(said["half"]), small=False)


def _from_to(found: re.Match[str]) -> Hours | None:
    """« entre 10h et 11h », « 14-16h »: the end tells which half of the day the beginning is in."""
    last_half = _half(found["half_b"]) or found["part_b"]
    first, last = _at(found, "_a", last_half), _at(found, "_b")
    if first.why or last.why:
        return IMPOSSIBLE
    end = last.times[-1]
    begin = [moment for moment in first.times if moment < end]
    if not begin and last_half and (early := _at(found, "_a")).times[0] < end:
        begin = [early.times[0]]
    if not begin:
        if end.hour >= 12:
            return IMPOSSIBLE
        begin, end = [first.times[-1]], end.replace(hour=end.hour + 12)
        if begin[0] >= end:
            return IMPOSSIBLE
    return Hours(window=Window(begin[-1], end))


def _part_of_day(found: re.Match[str]) -> Hours:
    said = found.groupdict()
    part, of = said.get("piece"), said["part"]
    of = _ENGLISH.get(of, of)
    window = _PARTS_OF_PARTS.get((_ENGLISH.get(part, part), of)) if part else None
    return Hours(window=window or _PARTS[of])


def _window(first: time | None, last: time | None, *, earliest: bool = False) -> Reads:
    return lambda found: Hours(window=Window(first, last), earliest=earliest)


_NOT_LASTING = r"(?<!dans )(?<!pendant )(?<!depuis )(?<!durant )(?<!sous )(?<!les )(?<!for )"
_NOT_FIGURES = r"(?<!\d )(?<![/+€·] )(?<!\d [.,-] )"
_ENDS = (
    r"(?= ?$| (?:[,.?]|le|la|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|si|svp|stp|s|merci|ou|pile|max"
    r"|maximum|environ|plutot|ce|au|on|du|please|_+)(?!\S))(?! [,.] \d)"
)
_BARE = r"(?P<hour>\d{1,2})"
_AT = r"(?:" + "|".join(rf"(?<=\b{word} )" for word in ("a", "vers", "avant", "apres", "des", "by")) + ")"
RULES: tuple[tuple[re.Pattern[str], Reads], ...] = (
    _rule(r"entre midi et (?:2|deux)(?: h)?", _window(NOON, time(14))),
    _rule(
        rf"(?:entre|de|from) {_clock('_a')} (?:et|a|jusqu a|to|-) {_clock('_b')}(?! (?:ans?|euros?|personnes?)(?!\S))",
        _from_to,
    ),
    _rule(rf"{_NOT_FIGURES}(?=\S+ (?:h|:)|\S+ - \S+ (?:h|:)){_clock('_a')} (?:-|a|to) {_clock('_b')}", _from_to),
    _rule(
        r"(?P<count>half|quarter|\d{1,2}) (?P<side>past|to) (?P<hour>\d{1,2}|midi)(?: " + _HALF.format("") + ")?",
        _in_english,
    ),
    _rule(
        rf"{_NOT_FIGURES}(?P<hour>\d{{1,2}})(?: [:.h] (?P<minute>\d\d))?(?: h)? {_HALF.format('')}",
        _half_day,
    ),
    _rule(
        rf"{_NOT_FIGURES}{_NOT_LASTING}(?!\d+ h / )(?=\d+ (?:h|:(?= \d))|\d+ (?:et (?:quart|demi)|moins)|mi){_clock()}",
        _at,
    ),
    _rule(
        rf"{_NOT_FIGURES}{_BARE}(?:{_PART.format('')})",
        lambda found: times_of(int(found["hour"]), 0, found["part"], small=False),
    ),
    _rule(
        rf"{_AT}{_BARE} \. (?P<minute>[0-5]\d)(?! [.\d])",
        lambda found: times_of(int(found["hour"]), int(found["minute"]), None, small=True),
    ),
    _rule(
        _AT + r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)",
        lambda found: times_of(int(found["hour"]), int(found["minute"]), None, small=False),
    ),
    _rule(
        r"(?:(?:en|vers|a|au|the) )?(?:(?:le|la|l) )?(?P<piece>debut|milieu|fin|early|mid|mi|late|end)(?: de| d| of)?(?: (?:l|la|le))? (?P<part>matin|apresmidi|soir|journee|day)",
        _part_of_day,
    ),
    _rule(r"(?:(?:le|la|l|en|dans|ce) ){0,2}(?P<part>matin|apresmidi|soir)", _part_of_day),
    _rule(
        r"(?:(?:le )?plus (?:tot|vite) possible|(?:des|aussitot) que possible|au plus (?:tot|vite)|asap|as soon as possible|(?:a|des) l ouverture|(?:a|des) la premiere h|le plus tot)",
        _window(None, None, earliest=True),
    ),
    _rule(
        r"n importe (?:quand|quel h)|peu importe(?: l h)?|toute? la journee|any ?time|quand vous voulez|l h que vous voulez|a tout h",
        _window(None, None),
    ),
    _rule(
        rf"{_AT}{_BARE}{_ENDS}",
        lambda found: times_of(int(found["hour"]), 0, None, small=not found["hour"].startswith("0")),
    ),
)
_FILLER = (
    r"(?:oui|non|ok|euh|bah|ben|alors|donc|pour|plutot|disons|svp|stp|merci|bonjour|finalement|c|est|sera|je|prends|a|vers"
    r"|[,.?]|_+)"
)
_ALONE = re.compile(rf"(?:{_FILLER} )*(?P<hour>\d{{1,2}})(?: [.,] (?P<minute>[0-5]\d))?(?: {_FILLER})*")
# Not 20: « 2026 » is a year.
_FOUR = re.compile(rf"(?:{_FILLER} )*(?P<hour>[01]\d|2[1-3])(?P<minute>[0-5]\d)(?: {_FILLER})*")


def whole_hour(plain: str) -> tuple[Span, Hours] | None:
    """« 9 » or « 0930 » as the whole answer: where it stands and what it means."""
    found = _ALONE.fullmatch(plain) or _FOUR.fullmatch(plain)
    if not found:
        return None
    minute = found.groupdict().get("minute") or "0"
    start = found.start("hour")
    return (start, found.end()), times_of(
        int(found["hour"]), int(minute), None, small=not found["hour"].startswith("0")
    )
