"""Where in a mail somebody else's words begin: what mail programs write above what they quote or forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.triage.segment_headers import (
    DATED,
    FORWARDED,
    FORWARDED_BY,
    FROM,
    HEADERS,
    ORIGINAL,
    SENT,
    SUBJECT,
    TIME,
    TO,
    WROTE,
)
from bot.triage.segment_lines import Line, unquoted

BLOCK = 18
"""Lines that a block of headers may have, with what they are wrapped to."""
WRAPPED = 3
"""Lines that a header may be wrapped to: lists of recipients."""
BROKEN = 5
"""Lines that « On 3 March, X wrote: » may be broken to."""
ATTRIBUTION = 500
"""Characters of an attribution."""
RULES = "-_=*–—> "
WIDE = 55
"""Characters of a quoted line from which the next, unmarked one may be what a mail program wrapped it to."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands above a quoted or forwarded mail. `end` is the first line below it."""

    end: int
    forward: bool = False
    headers: bool = True
    """Not just « X wrote: »."""
    sender: str = ""
    subject: str = ""


def opening(found: Sequence[Line], at: int) -> Opening | None:
    """What opens a quote at this unmarked line, if something does."""
    return (
        _separator(found, at) or _block(found, at) or _flat(found, at) or _columns(found, at) or _attribution(found, at)
    )


def marked(found: Sequence[Line], at: int) -> int:
    """Where the lines that are marked with `>` from here on end, those that wrapping has left without a mark included."""
    end = at
    while end < len(found):
        line = found[end]
        if not line.depth and not _is_rest(found, end):
            break
        end += 1
    return end


def is_webmail(found: Sequence[Line], at: int) -> bool:
    """Whether a marked passage begins as those of Orange and La Poste do, who mark the headers and not always the text."""
    return found[at].seen.startswith(("message du ", "message from ")) and bool(TIME.search(found[at].seen))


def quoted(found: Sequence[Line], start: int, end: int) -> Opening | None:
    """What opens a mail inside a marked passage, counted in its lines without marks."""
    inner = unquoted(found[start : min(end, start + BLOCK)])
    return opening(inner, 0) if inner and not inner[0].depth else None


def _is_rest(found: Sequence[Line], at: int) -> bool:
    line, before = found[at], found[at - 1]
    if line.gap or not before.depth or len(before.text) < WIDE or before.text[-1:] in ".?!:;":
        return False
    closed = at + 1 == len(found) or found[at + 1].depth > 0
    return closed and len(line.text) <= WIDE and not line.text[0].isupper()


def _separator(found: Sequence[Line], at: int) -> Opening | None:
    seen = found[at].seen
    core = seen.strip(RULES).rstrip(" :")
    ruled = seen[:2] in ("--", "__", "==", "- ", "––", "——") or seen.endswith(":")
    forward = core in FORWARDED or (ruled and core.startswith(FORWARDED_BY))
    after = at + 1
    if forward or core in ORIGINAL:
        below = _block(found, after) if after < len(found) else None
        if not ruled and below is None and not (after < len(found) and found[after].depth):
            return None
        if below is None:
            return Opening(after, forward)
        return Opening(below.end, forward, sender=below.sender, subject=below.subject)
    bare = (not core and len(seen) >= 3) or (core.startswith("message du ") and TIME.search(core))
    if bare and after < len(found) and (below := _block(found, after, ruled=True)):
        return below
    return None


def _header(line: Line) -> tuple[str, str] | None:
    """Which header a line holds, and its value."""
    head, colon, _ = line.seen[:60].partition(":")
    if not colon:
        return None
    kind = HEADERS.get(head.strip(" *["))
    if kind is None:
        return None
    return kind, line.text.partition(":")[2].strip(" *")


def _block(found: Sequence[Line], at: int, ruled: bool = False) -> Opening | None:
    """Headers below one another, as Outlook, Apple Mail, Thunderbird and Lotus Notes write them in each language.

    Below a rule (`ruled`) fewer of them are enough.
    """
    if _header(found[at]) is None:
        return None
    values: dict[str, str] = {}
    last = at
    for place in range(at, min(len(found), at + BLOCK)):
        line = found[place]
        header = None if line.depth != found[at].depth else _header(line)
        if header is None:
            if place - last >= WRAPPED or line.depth != found[at].depth:
                break
            continue
        kind, value = header
        if kind in values and kind != "copy":
            break
        values[kind] = value
        last = place
    sender = values.get("from", "")
    addressed = "@" in sender
    dated = "sent" in values and any(character.isdigit() for character in values["sent"] or "0")
    enough = ("from" in values and "subject" in values and (dated or addressed)) or (
        addressed and (dated or "to" in values)
    )
    enough = enough or (ruled and "from" in values and len(values) > 1)
    if not (enough or {"subject", "sent", "to"} <= values.keys()):
        return None
    return Opening(last + 1, sender=sender, subject=values.get("subject", ""))


def _flat(found: Sequence[Line], at: int) -> Opening | None:
    """Headers that have run into one line, where a page was turned into text."""
    seen = found[at].seen
    head, colon, rest = seen.partition(":")
    if not colon or head.strip(" *") not in FROM:
        return None
    spaced = rest.replace(" :", ":")
    if not any(f" {name}:" in spaced for name in SUBJECT):
        return None
    if not any(f" {name}:" in spaced for name in (*SENT, *TO)):
        return None
    return Opening(at + 1)


def _columns(found: Sequence[Line], at: int) -> Opening | None:
    """The headers of Lotus Notes, whose names stand alone on their lines below the sender."""
    line = found[at]
    if "@" not in line.text and "/" not in line.text and not TIME.search(line.seen):
        return None
    for place in range(at + 1, min(len(found), at + 3)):
        if found[place].seen.rstrip(" :") not in ("pour", "to", "an", "a"):
            continue
        for below in range(place + 1, min(len(found), place + 8)):
            words = found[below].seen.split(maxsplit=1)
            if words[:1] and words[0].rstrip(":") in SUBJECT:
                alone = len(words) == 1
                subject = found[below + 1].text if alone and below + 1 < len(found) else found[below].text
                return Opening(below + (2 if alone else 1), sender=line.text, subject=subject)
    return None


def _attribution(found: Sequence[Line], at: int) -> Opening | None:
    """« Le 3 mars 2026 à 10:12, X a écrit : », also broken over lines."""
    first = found[at].seen
    if not first.startswith(DATED) and not WROTE.search(first):
        return None
    text, shown = "", ""
    for place in range(at, min(len(found), at + BROKEN)):
        line = found[place]
        if line.depth or len(text) + len(line.seen) > ATTRIBUTION:
            return None
        if place > at and line.gap and not WROTE.match(line.seen):
            return None
        text = f"{text} {line.seen}".strip()
        shown = f"{shown} {line.text}".strip()
        wrote = WROTE.search(text)
        if wrote is None:
            if text.endswith((":", "!", "?")) or (text.endswith(".") and place > at):
                return None
            continue
        head = text[: wrote.start()]
        ends = text.endswith(":") or (wrote.end() == len(text) and "@" in head)
        known = "@" in text or ("<" in text and ">" in text) or (bool(TIME.search(text)) and text.startswith(DATED))
        below = place + 1 < len(found) and found[place + 1].depth > 0
        if ends and (known or below):
            return Opening(place + 1, headers=False, sender=_author(shown, text))
        if known and "@" in head and text[wrote.end() :].lstrip().startswith(":"):
            # The quoted text has run into the line.
            return Opening(place + 1, headers=False)
        if text.endswith(":"):
            return None
    return None


def _author(shown: str, text: str) -> str:
    """Who wrote, of an attribution in one piece, if it can be told."""
    wrote = WROTE.search(text)
    if wrote is None or len(shown) != len(text):
        return ""
    times = [time for time in TIME.finditer(text) if time.end() <= wrote.start()]
    start = times[-1].end() if times else 0
    named = shown[start : wrote.start()].strip(" ,;") or shown[wrote.end() :].strip(" ,;:")
    return named.partition(",")[2].strip() or named
