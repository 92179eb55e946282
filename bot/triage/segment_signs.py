"""What a line of the sender's is by itself: a greeting, a closing, a name, a sentence, something that a program added."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.triage.segment_lines import Line
from bot.triage.segment_names import BEGINS, BRIEFLY, NAMED, PARTICLES, PHONE, ROLES, SPEAKS, STREET, UNNAMED
from bot.triage.segment_words import (
    ADDRESSED,
    BANNERS,
    CLOSINGS,
    CONFIDENTIAL,
    DISCLAIMERS,
    FOOTERS,
    FORMULA,
    FORMULA_ENDS,
    GREETINGS,
    THANKS,
    TITLES,
)

GREETED = 90
"""Characters of a greeting."""
FORMAL = 5
"""Lines of « Je vous prie d'agréer … »."""
CLOSED = 160
"""Characters of a line of closing clauses."""
SHORT = 90
"""Characters of a line of a signature."""
PARAGRAPH = 4
"""Lines over which a disclaimer must have said what it is."""
EMPTY = ". ,;:!…-–—*_"
CLAUSES = re.compile(
    r"[,.;!…/]+| - | et (?=(?:bien |tres )?cordialement|(?:une )?(?:bonne|belle) |merci)"
    r"|(?<!bien)(?<!tres)(?<!plus) (?=(?:bien |tres |plus )?cordialement)"
    r"|(?<!tres)(?<!une) (?=(?:bonne|belle) (?:journee|soiree|fin|semaine)|bon week|bien a vous|dans l'attente)"
)
TOKENS = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?|&")
PHONED = re.compile(r"[ ,:(-]{0,3}(?:(?:tel|port|mob)[a-zé.]{0,8} ?:? ?)?\+?\d[\d .]{8,16}$", re.IGNORECASE)
"""A phone number behind a name."""
WORDS = re.compile(r"[^\W_]+")


def is_foot(line: Line) -> bool:
    """Whether a program or a company added this line."""
    return bool(FOOTERS.fullmatch(line.seen.strip("* "))) or bool(BANNERS.match(line.seen))


def disclaims(found: Sequence[Line], at: int) -> bool:
    """Whether a paragraph about confidentiality begins here."""
    text = found[at].seen
    if not text.lstrip("*-_[( ").startswith(DISCLAIMERS):
        return False
    for line in found[at + 1 : at + PARAGRAPH]:
        if line.gap and len(text) > SHORT:
            break
        text = f"{text} {line.seen}"
    return bool(CONFIDENTIAL.search(text) and ADDRESSED.search(CONFIDENTIAL.sub("", text)))


def greets(line: Line) -> bool:
    """Whether a line is a greeting and nothing else: « Bonjour je voudrais » is what somebody says."""
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


def formula_end(found: Sequence[Line], at: int) -> int:
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
    """What a clause is: "strong" if it ends a letter, "weak" if it does where nothing follows, "title" (« Madame »), or ""."""
    if CLOSINGS.fullmatch(clause):
        return "strong"
    if THANKS.fullmatch(clause):
        return "weak"
    if clause in TITLES or all(word in TITLES for word in WORDS.findall(clause)):
        return "title"
    return ""


def closing_of(line: Line) -> str:
    """Whether a line is made of closing clauses alone: "strong", "weak" as `_clause` says, or ""."""
    if len(line.text) > CLOSED or line.text.endswith("?"):
        return ""
    clauses = _clauses(line.seen)
    kinds = [_clause(clause) for clause in clauses[:8]]
    if kinds and len(clauses) <= 8 and all(kinds):
        return "strong" if "strong" in kinds else "weak" if "weak" in kinds else ""
    # « Cordialement, Jean Dupont », « Merci Julie »: what follows the closing on its line is a name.
    brief = BRIEFLY.match(line.seen)
    if brief and is_name(line.text[brief.end() :], alone=True):
        return "weak" if brief["weak"] else "strong"
    return ""


def goes_on(line: Line) -> bool:
    """Whether what stands below a line belongs to it: « Mon adresse : »."""
    return line.text.endswith((":", ","))


def is_sentence(line: Line) -> bool:
    """Whether somebody speaks in a line, which nobody does in a signature."""
    seen = line.seen
    if len(line.text) > SHORT * 2 or line.text.endswith("?"):
        return True
    words = WORDS.findall(seen)
    if len(words) < 4:
        return False
    if seen.startswith(BEGINS):
        return True
    return len(words) >= 5 and len({word for word in words if word in SPEAKS}) >= 2


def is_contact(line: Line) -> bool:
    """Whether a line is a phone number, an address of whichever kind, and nothing else."""
    if len(line.text) > SHORT:
        return False
    seen = line.seen
    if "@" in seen or "www." in seen or "http" in seen:
        return len(seen.split()) <= 5
    return bool(PHONE.fullmatch(seen) or STREET.match(seen))


def is_name(text: str, alone: bool = False) -> bool:
    """Whether a line is a person's name; `alone` allows a first name by itself."""
    text = PHONED.sub("", text[: 2 * SHORT]).strip(EMPTY + "()")
    if not 2 <= len(text) <= 60 or ":" in text or any(character.isdigit() for character in text):
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
        # « A. Castel » and « Amaury Le Roux » are names; « A demain » and « Le banc » are not.
        if folded in UNNAMED and not titled and not (word.endswith(".") or (capitals and folded in PARTICLES)):
            return False
        if word[0].isupper():
            capitals += 1
        elif folded not in PARTICLES and not titled:
            return False
    return capitals >= (1 if titled or alone else 2) or bool(titled and words)


def is_brief(line: Line) -> bool:
    """Whether a line may be what stands between a name and a phone number: a function, a firm."""
    return len(line.text) <= SHORT and line.text[-1] not in ".!?:,;" and not is_sentence(line)


def is_role(line: Line) -> bool:
    """Whether somebody signs with what they are: « Une voisine », « La directrice », « Collectif des Lilas »."""
    words = line.seen.split()
    return (
        len(words) <= 8
        and len(line.text) <= SHORT
        and line.text[-1] not in "?!:"
        and line.text[0].isupper()
        and bool(ROLES.match(line.seen))
        and not is_sentence(line)
    )
