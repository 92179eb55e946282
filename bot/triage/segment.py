"""A mail taken apart: the sender's last words, and what stands around them.

The rules are those of mail programs, in RFC 3676, 4.3 and 4.5 for signatures and marks of quotation, and in the habits of
Outlook, Gmail, Apple Mail, Thunderbird, Yahoo, Lotus Notes, Orange, La Poste and Free, in the languages that
`segment_headers` and `segment_words` hold. Time grows with the length of the mail alone: of each line `segment_lines.SEEN` characters are looked at,
and every mark is looked for over a bounded number of lines.

What cannot be told: an answer written into a quote that is not marked (« mes réponses en rouge »), and one below such a quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.readings import Part, PartKind
from bot.text.french import fold
from bot.triage.segment_headers import FORWARDS, REPLIES
from bot.triage.segment_lines import Line, joined, lines, read, unquoted
from bot.triage.segment_own import Own, own
from bot.triage.segment_quotes import is_webmail, marked, opening, quoted
from bot.triage.segment_signs import is_foot

NESTED = 4
"""Forwards within forwards that are opened."""


@dataclass(frozen=True, slots=True)
class Segmented:
    """A mail taken apart.

    The texts of `parts` hold the lines of the mail that are not blank, each once, in order. `said` is what the sender says, without
    odd spaces; of a forwarded mail the forwarder's note and the forwarded words; of a mail without words of its own the subject, else the
    words that it quotes. `greeting` and `signature` are "" where there are none.
    """

    parts: tuple[Part, ...]
    said: str
    greeting: str = ""
    signature: str = ""
    is_forward: bool = False
    forwarded_from: str = ""
    """Who wrote the forwarded mail, as its headers name them; "" where they do not."""


@dataclass(slots=True)
class _Region:
    """Lines of one origin. `below` is where its headers end."""

    kind: PartKind
    start: int
    end: int
    below: int = 0
    sender: str = ""
    subject: str = ""


@dataclass(slots=True)
class _Mail:
    """What one level of forwarding holds."""

    kept: list[tuple[PartKind, list[Line]]] = field(default_factory=list)
    said: str = ""
    greeting: str = ""
    signature: str = ""
    is_forward: bool = False
    forwarded_from: str = ""

    def keep(self, kind: PartKind, kept: Sequence[Line]) -> None:
        """Add lines, to the passage before if that is of the same kind."""
        if self.kept and self.kept[-1][0] is kind:
            self.kept[-1][1].extend(kept)
        elif kept:
            self.kept.append((kind, list(kept)))


def segment(body: str, subject: str = "") -> Segmented:
    """Take a mail apart. Any text is taken; nothing is raised."""
    found = lines(body)
    mail = _mail(found, subject, 0)
    parts = tuple(Part(kind, joined(kept)) for kind, kept in mail.kept)
    said = mail.said or subject.strip() or read(unquoted(found)) or read(found) or joined(found).strip()
    return Segmented(parts, said, mail.greeting, mail.signature, mail.is_forward, mail.forwarded_from)


def _mail(found: Sequence[Line], subject: str, level: int) -> _Mail:
    mail = _Mail()
    said: list[str] = []
    thanked: list[str] = []
    regions = _regions(found, subject)
    owns = [region for region in regions if region.kind is PartKind.BODY]
    for region in regions:
        here = found[region.start : region.end]
        if region.kind is PartKind.BODY:
            mine = own(here, last=region is owns[-1])
            said.append(read(mine.lines(PartKind.BODY)))
            thanked.append(read([here[place] for place in mine.thanked]))
            _keep(mail, mine)
        elif region.kind is PartKind.FORWARD and level < NESTED:
            mail.is_forward = True
            mail.forwarded_from = mail.forwarded_from or region.sender
            said.append(_forwarded(mail, found, region, level, alone=not owns))
        else:
            mail.keep(region.kind, here)
    mail.said = "\n\n".join(filter(None, said)) or "\n\n".join(filter(None, thanked))
    return mail


def _keep(mail: _Mail, mine: Own) -> None:
    for line, kind in zip(mine.found, mine.kinds, strict=True):
        mail.keep(kind, [line])
    mail.greeting = mail.greeting or read(mine.lines(PartKind.GREETING))
    mail.signature = "\n".join(filter(None, (mail.signature, read(mine.lines(PartKind.SIGNATURE)))))


def _forwarded(mail: _Mail, found: Sequence[Line], region: _Region, level: int, alone: bool) -> str:
    """The words of a forwarded mail; its passages are kept in `mail`."""
    inner = found[region.below : region.end]
    is_marked = any(line.depth for line in inner[:1])
    nested = _mail(unquoted(inner) if is_marked else inner, region.subject, level + 1)
    if is_marked:
        mail.keep(PartKind.FORWARD, found[region.start : region.end])
    else:
        mail.keep(PartKind.FORWARD, found[region.start : region.below])
        for kind, kept in nested.kept:
            mail.keep(PartKind.QUOTE if kind is PartKind.QUOTE else PartKind.FORWARD, kept)
    mail.forwarded_from = mail.forwarded_from or nested.forwarded_from
    if alone:
        mail.greeting = mail.greeting or nested.greeting
        mail.signature = mail.signature or nested.signature
    return nested.said


def _regions(found: Sequence[Line], subject: str) -> list[_Region]:
    """Whose words stand where, in order, without gaps."""
    title = fold(subject[:80].strip())
    forwards, replies = bool(FORWARDS.match(title)), bool(REPLIES.match(title))
    regions: list[_Region] = []
    spoken = False
    place = 0
    while place < len(found):
        line = found[place]
        if line.depth:
            end = marked(found, place)
            above = quoted(found, place, end)
            if is_webmail(found, place) and spoken:
                end = len(found)
            by_headers = above is not None and (above.forward or (forwards and above.headers))
            forward = by_headers or (forwards and not spoken)
            kind = PartKind.FORWARD if forward else PartKind.QUOTE
            known = (above.sender, above.subject) if above else ("", "")
            regions.append(_Region(kind, place, end, place, *known))
            place = end
            continue
        above = opening(found, place)
        if above is None:
            if regions and regions[-1].kind is PartKind.BODY:
                regions[-1].end = place + 1
            else:
                regions.append(_Region(PartKind.BODY, place, place + 1))
            spoken = spoken or not is_foot(line)
            place += 1
            continue
        forward = above.forward or forwards or (above.headers and not spoken and not replies)
        below = above.end
        is_marked = below < len(found) and found[below].depth > 0
        end = marked(found, below) if is_marked else len(found)
        kind = PartKind.FORWARD if forward else PartKind.QUOTE
        sender, title_below = above.sender, above.subject
        if is_marked and (inside := quoted(found, below, end)):
            sender, title_below = sender or inside.sender, title_below or inside.subject
        regions.append(_Region(kind, place, end, below, sender, title_below))
        place = end
    return regions
