"""Letters as the desk's page reads them: pure functions to the dictionaries of docs/desk-protocol.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cases import Case
from bot.desk.shapes import Shape, Shapes
from bot.desk.words import Words
from bot.letters import Proofs, Verdict
from bot.mailroom import Acknowledged, Filed, Held, Shelf, Told
from bot.readings import LetterKind, PartKind, Scored, Suggested, Urgency
from bot.text.typography import shorten

LIKELY = ((0.8, "surely"), (0.5, "likely"), (0.2, "maybe"), (0.0, "hardly"))
"""From which score on a service is called what."""
OWN_WORDS = frozenset({PartKind.GREETING, PartKind.BODY, PartKind.CLOSING})
"""What is shown of a letter before somebody asks for the rest."""
FIRST_CHARS = 240
"""Of a letter that was put aside, as much stands in the list."""
ELSEWHERE = 3
"""So many other services are offered for a case that came to the wrong one."""


class LetterShapes:
    """Turns letters into what the page shows."""

    def __init__(self, shapes: Shapes, words: Words) -> None:
        self._shapes = shapes
        self._words = words

    def letter(self, filed: Filed, decided: Mapping[Told, str]) -> Shape:
        """A letter of a case, with what agents decided about it."""
        letter, reading = filed.letter, filed.reading
        kind = decided.get(Told.KIND, reading.kind.value)
        urgency = decided.get(Told.URGENCY, reading.urgency.value)
        shown = {part.kind for part in reading.parts} & OWN_WORDS
        return {
            "id": filed.id,
            "message": filed.message_id,
            "at": filed.at.isoformat(),
            "subject": letter.subject,
            "name": letter.name,
            "mailbox": letter.mailbox,
            "form": self._shapes.form(letter.form),
            "fields": [{"name": name, "value": value} for name, value in letter.fields.items()],
            "copies": letter.copies,
            "parts": [
                {
                    "kind": part.kind.value,
                    "kind_name": self._words.name("part", part.kind.value),
                    "text": part.text,
                    # A mail that only forwards, or only has a quote, says nothing else.
                    "folded": bool(shown) and part.kind not in OWN_WORDS,
                }
                for part in reading.parts
            ],
            "services": [self._scored(one) for one in reading.services],
            "service": reading.service,
            "service_name": self._shapes.service(reading.service),
            "sure": reading.sure,
            "because": list(reading.because),
            "rule": reading.rule,
            "kind": kind,
            "kind_name": self._words.name("letter_kind", kind),
            "urgency": urgency,
            "urgency_name": self._words.name("urgency", urgency),
            "alert": self._words.name("alert", reading.alert) if reading.alert else "",
            "language": reading.language,
            "personal": [self._words.name("personal", one) for one in reading.personal],
            "masked": [self._words.name("identifier", one) for one in letter.masked],
            "automatic": self.automatic(filed),
            "proofs": self._proofs(letter.proofs) if letter.mailbox else [],
            "forged": is_doubtful(letter.proofs),
            "trusted": filed.trusted,
            # Whose address is not the case's own is named: an agent has to judge it.
            "stranger": "" if filed.trusted else letter.sender,
            "acknowledged": filed.acknowledged.value,
            "acknowledged_words": self._acknowledged(filed),
            "suggested": [self.suggested(one) for one in filed.suggested],
        }

    def row(self, case: Case, first: Filed | None, alike: int, heard_at: datetime | None) -> Shape:
        """What the queue shows of a case besides itself."""
        answered = heard_at is not None and case.taken_at is not None and case.agent_id is not None
        return {
            "letter": first is not None,
            "alike": max(0, alike - 1),
            "new_reply": bool(answered and heard_at and case.taken_at and heard_at > case.taken_at),
            "form": self._shapes.form(first.letter.form) if first else "",
        }

    def elsewhere(self, case: Case, filed: Filed) -> list[Shape]:
        """The next likeliest services for a case."""
        others = [one for one in filed.reading.services if one.service != case.service]
        return [self._scored(one) for one in others[:ELSEWHERE]]

    def suggested(self, one: Suggested) -> Shape:
        """A whole reply that an agent may send."""
        return {"id": one.id, "title": one.title, "text": one.text, "sources": self._shapes.sources(one.sources)}

    def aside(self, filed: Filed) -> Shape:
        """A letter that opened no case."""
        letter = filed.letter
        return {
            "id": filed.id,
            "at": filed.at.isoformat(),
            "subject": letter.subject,
            "name": letter.name,
            "sender": letter.sender,
            "mailbox": letter.mailbox,
            "form": self._shapes.form(letter.form),
            "kind_name": self._words.name("letter_kind", filed.reading.kind.value),
            "why": self.automatic(filed) or self._words.name("letter_kind", filed.reading.kind.value),
            "service": filed.reading.service,
            "service_name": self._shapes.service(filed.reading.service),
            "language": filed.reading.language,
            "text": shorten(filed.reading.said, FIRST_CHARS),
        }

    def held(self, one: Held, named: bool) -> Shape:
        """A letter whose acknowledgement was held; its sender's address only for whom it is `named`."""
        letter = one.filed.letter
        return {
            "id": one.filed.id,
            "case": {"id": one.case_id, "number": one.number},
            "at": one.filed.at.isoformat(),
            "subject": letter.subject,
            "name": letter.name,
            "sender": letter.sender if named else "",
            "service_name": self._shapes.service(one.service),
            "why": self._words.name("held", _held(one.filed)),
            "trusted": one.filed.trusted,
            "language": one.filed.reading.language,
        }

    def shelf(self, one: Shelf) -> Shape:
        """The open letters of a service."""
        return {
            "service": one.service,
            "service_name": self._shapes.service(one.service),
            "waiting": one.waiting,
            "taken": one.taken,
            "late": one.late,
            "high": one.high,
            "oldest": one.oldest.isoformat() if one.oldest else None,
        }

    def choices(self) -> Shape:
        """What a letter's kind and urgency may be."""
        return {
            "kinds": [{"code": one.value, "name": self._words.name("letter_kind", one.value)} for one in LetterKind],
            "urgencies": [{"code": one.value, "name": self._words.name("urgency", one.value)} for one in Urgency],
        }

    def dropped(self, filed: Filed) -> str:
        """What the history says when an acknowledgement is never sent."""
        return self._words.say("letter", "dropped")

    def trusted(self, filed: Filed) -> str:
        """What the history says when replies go to another address from now on."""
        return self._words.say("letter", "trusted", sender=filed.letter.sender)

    def automatic(self, filed: Filed) -> str:
        """Why nobody waits behind a letter, in words; "" if somebody may."""
        found = filed.reading.automatic or filed.letter.automatic
        return self._words.name("automatic", found.value) if found else ""

    def _acknowledged(self, filed: Filed) -> str:
        if filed.acknowledged is not Acknowledged.HELD:
            return self._words.name("acknowledged", filed.acknowledged.value)
        return self._words.say("acknowledged", "held", why=self._words.name("held", _held(filed)))

    def _scored(self, one: Scored) -> Shape:
        word = next(name for least, name in LIKELY if one.score >= least)
        return {
            "code": one.service,
            "name": self._shapes.service(one.service),
            "likely": self._words.name("likely", word),
        }

    def _proofs(self, proofs: Proofs) -> list[Shape]:
        return [
            {"what": what, "verdict": verdict.value, "text": self._words.name("proof", f"{what}_{verdict.value}")}
            for what, verdict in (("spf", proofs.spf), ("dkim", proofs.dkim), ("dmarc", proofs.dmarc))
        ]


def _held(filed: Filed) -> str:
    """Why an acknowledgement was held: too many of one sender, or it would tell the case's own address of another's mail."""
    return "often" if filed.trusted else "stranger"


def is_doubtful(proofs: Proofs) -> bool:
    """Whether a mail may come from somebody else than it says: DMARC failed, or what it rests on, and nothing passed."""
    if proofs.dmarc is not Verdict.NONE:
        return proofs.dmarc is Verdict.FAIL
    found = {proofs.spf, proofs.dkim}
    return Verdict.FAIL in found and Verdict.PASS not in found


def in_order(shelves: Sequence[Shelf]) -> list[Shelf]:
    """Shelves by how much needs somebody: the most late ones first, then the oldest."""
    return sorted(
        shelves, key=lambda one: (-one.late, one.oldest.timestamp() if one.oldest else float("inf"), one.service)
    )
