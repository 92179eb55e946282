"""What the sender wrote, taken apart: greeting, message, closing, signature, and what programs and companies add below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.readings import PartKind
from bot.triage.segment_lines import Line
from bot.triage.segment_words import (
    ADDRESSED,
    BANNERS,
    BEGINS,
    CLOSINGS,
    CONFIDENTIAL,
    DISCLAIMERS,
    FOOTERS,
    FORMULA,
    FORMULA_ENDS,
    GREETINGS,
    NAMED,
    PARTICLES,
    PHONE,
    POSTSCRIPT,
    SPEAKS,
    STREET,
    THANKS,
    TITLES,
    UNNAMED,
)

GREETED = 90
"""Characters of a greeting."""
HEAD = 3
"""Lines that greet."""
LETTERHEAD = 16
"""Lines above the greeting of a mail that is laid out as a paper letter."""
FORMAL = 5
"""Lines of « Je vous prie d'agréer … »."""
CLOSED = 160
"""Characters of a line of closing clauses."""
SIGNED = 14
"""Lines of a signature."""
SHORT = 90
"""Characters of a line of a signature."""
PARAGRAPH = 4
"""Lines over which a disclaimer must have said what it is."""
EMPTY = ". ,;:!…-–—*_"
CLAUSES = re.compile(
    r"[,.;!…/]+| - | et (?=(?:bien |tres )?cordialement|(?:une )?(?:bonne|belle) |merci)"
    r"| (?=(?:bien |tres )?cordialement|(?:bonne|belle) (?:journee|soiree|fin|semaine)|bon week|bien a vous|dans l'attente)"
)
TOKENS = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?|&")
WORDS = re.compile(r"[^\W_]+")


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


def is_foot(line: Line) -> bool:
    """Whether a program or a company added this line."""
    return bool(FOOTERS.fullmatch(line.seen.strip("* "))) or bool(BANNERS.match(line.seen))


def _foot(here: Own) -> None:
    found, kinds = here.found, here.kinds
    said = False
    place = 0
    while place < len(found):
        line = found[place]
        disclaims = line.seen.lstrip("*-_[( ").startswith(DISCLAIMERS) and _disclaims(found, place)
        if disclaims or BANNERS.match(line.seen):
            # Below the message a disclaimer goes on to the end, in as many paragraphs as lawyers wish.
            whole = bool(disclaims) and said
            end = place + 1
            while end < len(found) and (whole or not found[end].gap):
                end += 1
            kinds[place:end] = [PartKind.FOOTER] * (end - place)
            place = end
            continue
        if FOOTERS.fullmatch(line.seen.strip("* ")):
            kinds[place] = PartKind.FOOTER
        elif not _greets(line):
            said = True
        place += 1


def _disclaims(found: Sequence[Line], at: int) -> bool:
    text = found[at].seen
    for line in found[at + 1 : at + PARAGRAPH]:
        if line.gap and len(text) > SHORT:
            break
        text = f"{text} {line.seen}"
    return bool(CONFIDENTIAL.search(text) and ADDRESSED.search(CONFIDENTIAL.sub("", text)))


def _greets(line: Line) -> bool:
    if len(line.text) > GREETED or line.text.endswith("?"):
        return False
    match = GREETINGS.match(line.seen.lstrip(EMPTY))
    if match is None:
        return False
    # Capitals are looked for in the text, whose letters stand where the folded ones do, but for ligatures.
    rest = line.text.lstrip(EMPTY)[match.end() :]
    for word in WORDS.findall(rest):
        folded = word.lower()
        if folded in TITLES:
            continue
        if not word[0].isupper() or folded in UNNAMED or folded in SPEAKS:
            return False
    return len(WORDS.findall(rest)) <= 9


def _greet(here: Own) -> None:
    found, kinds = here.found, here.kinds
    start = next((place for place, kind in enumerate(kinds) if kind is PartKind.BODY), len(kinds))
    first = next((place for place in range(start, min(len(found), start + LETTERHEAD)) if _greets(found[place])), None)
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
        if kinds[place] is not PartKind.BODY or not _greets(found[place]):
            break
        kinds[place] = PartKind.GREETING


def _is_letterhead(above: Sequence[Line]) -> bool:
    if any(_is_sentence(line) for line in above):
        return False
    return _is_name(above[0].text) and any(_is_contact(line) for line in above)


def _delimit(here: Own) -> None:
    """« -- » and what stands below it (RFC 3676, 4.3)."""
    found, kinds = here.found, here.kinds
    for place in range(max(0, len(found) - 2 * SIGNED), len(found)):
        if found[place].text not in ("--", "—", "---", "__") or kinds[place] is not PartKind.BODY:
            continue
        below = [
            line for line, kind in zip(found[place + 1 :], kinds[place + 1 :], strict=True) if kind is PartKind.BODY
        ]
        if len(below) > SIGNED or sum(_is_sentence(line) for line in below) > len(below) // 3:
            continue
        if found[place].text != "--" and place and not any(_is_contact(line) or _is_name(line.text) for line in below):
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
        end = _formula(found, place)
        closing = _closing(line) if end == place else "strong"
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
                or _is_sentence(line)
                or (line.text.endswith(":") and not _is_name(line.text))
            ):
                signed = -1
            else:
                kinds[place] = PartKind.SIGNATURE
                signed += 1
        place += 1
    _before(here)


def _formula(found: Sequence[Line], at: int) -> int:
    """Where the formula that begins here ends; `at` itself if none does."""
    seen = found[at].seen
    start = FORMULA.search(seen)
    if start is None or not all(_clause(clause) for clause in _clauses(seen[: start.start()])):
        return at
    for place in range(at, min(len(found), at + FORMAL)):
        line = found[place]
        if place > at and line.gap:
            return at
        ends = FORMULA_ENDS.search(line.seen, start.end() if place == at else 0)
        if ends is None:
            continue
        if len(line.seen) - ends.end() > CLOSED or _is_sentence_after(line.seen[ends.end() :]):
            return at
        after = place + 1
        if (
            after < len(found)
            and not found[after].gap
            and found[after].text[0].islower()
            and len(found[after].text) < SHORT // 2
        ):
            after += 1
        return after
    return at


def _is_sentence_after(rest: str) -> bool:
    _, _, later = rest.partition(".")
    return len([word for word in WORDS.findall(later) if word in SPEAKS]) >= 2


def _clauses(seen: str) -> list[str]:
    return [clause for part in CLAUSES.split(seen) if (clause := part.strip(EMPTY))]


def _clause(clause: str) -> str:
    """ "strong" for what ends a letter, "weak" for what does where nothing follows, "title" for « Madame », else ""."""
    if CLOSINGS.fullmatch(clause):
        return "strong"
    if THANKS.fullmatch(clause):
        return "weak"
    if clause in TITLES or all(word in TITLES for word in WORDS.findall(clause)):
        return "title"
    return ""


def _closing(line: Line) -> str:
    if len(line.text) > CLOSED or line.text.endswith("?"):
        return ""
    clauses = _clauses(line.seen)
    kinds = [_clause(clause) for clause in clauses[:8]]
    if kinds and len(clauses) <= 8 and all(kinds):
        return "strong" if "strong" in kinds else "weak" if "weak" in kinds else ""
    # « Cordialement, Jean Dupont »: what follows the closing on its line is a name.
    named = line.text.split(",", 1)
    if len(kinds) == 2 and kinds[0] == "strong" and len(named) == 2 and _is_name(named[1]):
        return "strong"
    return ""


def _ends(here: Own, at: int) -> bool:
    """Whether nothing but closings and a signature follows."""
    left = 0
    for place in range(at + 1, len(here.found)):
        if here.kinds[place] is not PartKind.BODY:
            continue
        line = here.found[place]
        left += 1
        if left > SIGNED or (_is_sentence(line) and not POSTSCRIPT.match(line.seen)):
            return False
        if POSTSCRIPT.match(line.seen):
            return True
        if _formula(here.found, place) > place or _closing(line):
            continue
        if not (_is_name(line.text) or _is_contact(line) or here.found[place - 1].gap or left > 1):
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
    if here.kinds[first] is PartKind.BODY and first and line.gap and NAMED.match(line.seen) and _is_name(line.text):
        if not here.found[first - 1].text.endswith((":", ",")):
            here.kinds[first] = PartKind.SIGNATURE


def _sign(here: Own) -> None:
    """A name, and what stands below it, that ends a mail without any closing."""
    body = [place for place, kind in enumerate(here.kinds) if kind is PartKind.BODY]
    if not body or PartKind.SIGNATURE in here.kinds[body[-1] :]:
        return
    start = len(body)
    while start > 1 and len(body) - start < SIGNED:
        line = here.found[body[start - 1]]
        if not (_is_name(line.text) or _is_contact(line)):
            break
        start -= 1
        if here.found[body[start]].gap and _is_name(line.text) and not _goes_on(here.found[body[start - 1]]):
            break
    if start == len(body):
        return
    first, before = here.found[body[start]], here.found[body[start - 1]]
    parted = first.gap or before.text[-1] in ".!?…)"
    if not parted or _goes_on(before) or not _is_name(first.text, alone=len(body) - start > 1):
        return
    if before.text.isupper() and not NAMED.match(first.seen):
        return
    for place in body[start:]:
        here.kinds[place] = PartKind.SIGNATURE


def _goes_on(line: Line) -> bool:
    return line.text.endswith((":", ","))


def _is_sentence(line: Line) -> bool:
    seen = line.seen
    if len(line.text) > SHORT * 2 or line.text.endswith("?"):
        return True
    words = WORDS.findall(seen)
    if len(words) < 4:
        return False
    if seen.startswith(BEGINS):
        return True
    return len(words) >= 5 and len({word for word in words if word in SPEAKS}) >= 2


def _is_contact(line: Line) -> bool:
    if len(line.text) > SHORT:
        return False
    seen = line.seen
    if "@" in seen or "www." in seen or "http" in seen:
        return len(seen.split()) <= 5
    return bool(PHONE.fullmatch(seen) or STREET.match(seen))


def _is_name(text: str, alone: bool = False) -> bool:
    """Whether a line is a person's name; `alone` allows a first name by itself."""
    text = text.strip(EMPTY + "()")
    if not 2 <= len(text) <= 60 or any(character.isdigit() for character in text):
        return False
    titled = NAMED.match(text.lower())
    words = TOKENS.findall(text[titled.end() :] if titled else text)
    if not 1 <= len(words) <= 5 or sum(map(len, words)) + len(words) + 3 < len(
        text[titled.end() :] if titled else text
    ):
        return False
    capitals = 0
    for word in words:
        folded = word.lower().rstrip(".")
        if folded in UNNAMED and not titled:
            return False
        if word[0].isupper():
            capitals += 1
        elif folded not in PARTICLES and not titled:
            return False
    return capitals >= (1 if titled or alone else 2) or bool(titled and words)
