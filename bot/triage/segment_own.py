"""What the sender wrote, taken apart: greeting, message, closing, signature, and what programs and companies add below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.readings import PartKind
from bot.triage.segment_lines import Line
from bot.triage.segment_names import NAMED, POSTSCRIPT
from bot.triage.segment_signs import (
    closing_of,
    disclaims,
    formula_end,
    goes_on,
    greets,
    is_brief,
    is_contact,
    is_name,
    is_role,
    is_sentence,
)
from bot.triage.segment_words import BANNERS, FOOTERS, THANKS

HEAD = 3
"""Lines that greet."""
LETTERHEAD = 16
"""Lines above the greeting of a mail that is laid out as a paper letter."""
SIGNED = 14
"""Lines of a signature."""
UNBROKEN = 45
"""Characters of a line that no mail program has broken."""


@dataclass(slots=True)
class Own:
    """A passage of the sender's, with what each line is; `thanked` are the closing lines that may be all that is said."""

    found: Sequence[Line]
    kinds: list[PartKind] = field(default_factory=list)
    thanked: list[int] = field(default_factory=list)

    def lines(self, kind: PartKind) -> list[Line]:
        """The lines of a kind."""
        return [line for line, its in zip(self.found, self.kinds, strict=True) if its is kind]


def own(found: Sequence[Line], last: bool = True) -> Own:
    """Take a passage of unquoted lines apart; `last` says that a signature without a closing may end it."""
    here = Own(found, [PartKind.BODY] * len(found))
    _foot(here)
    _greet(here)
    _delimit(here)
    _close(here)
    if last:
        _sign(here)
    return here


def _foot(here: Own) -> None:
    found, kinds = here.found, here.kinds
    said = False
    place = 0
    while place < len(found):
        line = found[place]
        legal = disclaims(found, place)
        if legal or BANNERS.match(line.seen):
            # Below the message a disclaimer goes on to the end, in as many paragraphs as lawyers wish.
            whole = legal and said
            end = place + 1
            while end < len(found) and (whole or not found[end].gap):
                end += 1
            kinds[place:end] = [PartKind.FOOTER] * (end - place)
            place = end
            continue
        if FOOTERS.fullmatch(line.seen.strip("* ")):
            kinds[place] = PartKind.FOOTER
        elif not greets(line):
            said = True
        place += 1


def _greet(here: Own) -> None:
    found, kinds = here.found, here.kinds
    start = next((place for place, kind in enumerate(kinds) if kind is PartKind.BODY), len(kinds))
    first = next((place for place in range(start, min(len(found), start + LETTERHEAD)) if greets(found[place])), None)
    if first is None:
        return
    above = range(start, first)
    if above:
        if not _is_letterhead([found[place] for place in above]):
            return
        for place in above:
            if not found[place].seen.startswith(
                ("objet", "sujet", "concerne", "reference", "ref", "n/ref", "v/ref", "subject", "betreff")
            ):
                kinds[place] = PartKind.SIGNATURE
    for place in range(first, min(len(found), first + HEAD)):
        if kinds[place] is not PartKind.BODY or not greets(found[place]):
            break
        kinds[place] = PartKind.GREETING


def _is_letterhead(above: Sequence[Line]) -> bool:
    if any(is_sentence(line) for line in above):
        return False
    return is_name(above[0].text) and any(is_contact(line) for line in above)


def _delimit(here: Own) -> None:
    """« -- » and what stands below it (RFC 3676, 4.3)."""
    found, kinds = here.found, here.kinds
    body = [place for place, kind in enumerate(kinds) if kind is PartKind.BODY]
    for place in body[-2 * SIGNED :]:
        if found[place].text not in ("--", "—", "---", "__"):
            continue
        below = [
            line for line, kind in zip(found[place + 1 :], kinds[place + 1 :], strict=True) if kind is PartKind.BODY
        ]
        exact = found[place].raw.startswith("-- ")
        if len(below) > SIGNED or sum(map(is_sentence, below)) > (len(below) // 3 if exact else 0):
            continue
        # Only « -- » with a space behind it is RFC 3676's; others divide a text, too.
        if not exact and not any(is_contact(line) or is_name(line.text) or NAMED.match(line.seen) for line in below):
            continue
        for later in range(place, len(found)):
            if kinds[later] is PartKind.BODY:
                kinds[later] = PartKind.SIGNATURE
        return


def _close(here: Own) -> None:
    found, kinds = here.found, here.kinds
    place, signed = 0, -1
    while place < len(found):
        if kinds[place] is not PartKind.BODY:
            place += 1
            continue
        line = found[place]
        end = formula_end(found, place)
        closing = closing_of(line) if end == place else "strong"
        if closing == "strong" and end > place:
            kinds[place:end] = [PartKind.CLOSING] * (end - place)
            place, signed = end, 0
            continue
        if closing == "strong" or (closing and (signed >= 0 or _ends(here, place))):
            kinds[place] = PartKind.CLOSING
            if THANKS.search(line.seen):
                here.thanked.append(place)
            signed = max(signed, 0)
        elif signed >= 0:
            if (
                signed >= SIGNED
                or POSTSCRIPT.match(line.seen)
                or is_sentence(line)
                or (line.text.endswith(":") and not is_name(line.text))
            ):
                signed = -1
            else:
                kinds[place] = PartKind.SIGNATURE
                signed += 1
        place += 1
    _before(here)


def _ends(here: Own, at: int) -> bool:
    """Whether a closing or nothing but a signature follows."""
    left = 0
    for place in range(at + 1, len(here.found)):
        if here.kinds[place] is not PartKind.BODY:
            continue
        line = here.found[place]
        left += 1
        if left > SIGNED or (is_sentence(line) and not POSTSCRIPT.match(line.seen)):
            return False
        if POSTSCRIPT.match(line.seen):
            return True
        closing = "strong" if formula_end(here.found, place) > place else closing_of(line)
        if closing == "strong":
            return True
        if not (closing or is_name(line.text, alone=True) or is_contact(line) or (left > 1 and is_brief(line))):
            return False
    return True


def _before(here: Own) -> None:
    """A name above the last closing, where none stands below."""
    last = max((place for place, kind in enumerate(here.kinds) if kind is PartKind.CLOSING), default=0)
    first = last
    while first and here.kinds[first] is PartKind.CLOSING:
        first -= 1
    if not last or PartKind.SIGNATURE in here.kinds[last:] or PartKind.BODY in here.kinds[last:]:
        return
    line = here.found[first]
    named = here.kinds[first] is PartKind.BODY and line.gap and NAMED.match(line.seen) and is_name(line.text)
    if named and first and not goes_on(here.found[first - 1]):
        here.kinds[first] = PartKind.SIGNATURE


def _sign(here: Own) -> None:
    """A name, and what stands below it, that ends a mail without any closing."""
    body = [place for place, kind in enumerate(here.kinds) if kind is PartKind.BODY]
    if not body or PartKind.SIGNATURE in here.kinds[body[-1] :]:
        return
    start = end = len(body)
    place = end
    while place > 1 and end - place < SIGNED:
        line, above = here.found[body[place - 1]], here.found[body[place - 2]]
        stopped = above.text[-1] in ".!?…)"
        named = is_name(line.text, alone=place < end or stopped) or is_role(line)
        if not (named or is_contact(line) or (place < end and is_brief(line))):
            break
        place -= 1
        # A short line is not broken: what follows it is not its rest.
        if named and (line.gap or stopped or (start == end and len(above.text) < UNBROKEN)):
            start = place
            if line.gap and not goes_on(above):
                break
    if start == end:
        return
    first, before = here.found[body[start]], here.found[body[start - 1]]
    if goes_on(before):
        return
    if before.text.isupper() and not NAMED.match(first.seen):
        return
    for place in body[start:]:
        here.kinds[place] = PartKind.SIGNATURE
