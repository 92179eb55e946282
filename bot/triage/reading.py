"""A letter read: its own words, whose it is and why, what kind of letter, how urgent, and who wrote it to whom before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.letters import Automatic, Letter
from bot.mailroom import Gist
from bot.privacy.redact import ADDRESS, BIRTH, EMAIL, NAME, NUMBER, PHONE, redact
from bot.readings import MACHINES, LetterKind, Matter, Part, PartKind, Reading, Scored, Urgency
from bot.safety import Safety
from bot.settings import GENERAL_SERVICE
from bot.text.french import fold, words
from bot.text.languages import FULL, surely
from bot.text.wording import DEFAULT
from bot.triage import automatic, duplicates
from bot.triage.features import Floats, Sparse, plain, said_of
from bot.triage.matters import Matters
from bot.triage.model import YES, Model, Together
from bot.triage.rules import Rule, Rules
from bot.triage.segment import Segmented, segment
from bot.triage.signals import signals
from bot.triage.similar import Similar

MAX_SERVICES = 5
MAX_BECAUSE = 6
FRIGHTENING = 0.5
"""Where words stand in a letter that frighten, so much of the usual score makes it urgent."""
NOBODYS = 0.6
"""How much of a machine's or a trader's mail is the reception's, whatever it is about."""
DOUBTED_FROM = 0.6
"""How likely a letter is a machine's or a trader's before it is taken for one: the reception looks at it, in a case that
nobody is told of."""
MACHINE_FROM, MACHINE_FROM_IF_ASKING = 0.8, 0.95
"""How likely a letter is a machine's or a trader's before it opens no case; and before one that asks something is taken for
such a letter at all, as six in ten of citizens' do and one in ten of the others. A citizen's letter that nobody sees is worse than a trader's that opens a case:
of letters by a hand that nothing is known of, 2 in 1000 are put aside so, and 7 in 1000 with 0.6 for all."""
FEW_WORDS = 4
"""A cry of fewer words that say something tells no service."""
SILENT_FROM = 0.6
"""How sure it has to be that nobody waits for an answer."""
PERSONAL = {PHONE: "phone", EMAIL: "email", ADDRESS: "address", NAME: "name", NUMBER: "number", BIRTH: "birth_date"}
MAX_CHARS = 20_000
"""Of a letter that is looked through for danger and personal data."""

ASKING = (LetterKind.REQUEST, LetterKind.COMPLAINT, LetterKind.REPORT)
"""Kinds of which a letter may hold several."""

Named = Mapping[str, Mapping[str, float]]
"""By the name of a plane the probabilities of its classes."""

_NO_ANSWER = re.compile(
    r"\b(?:pour (?:votre )?(?:information|info)\b|a titre d information|ne necessite (?:pas|aucune) (?:de )?reponse|"
    r"pas besoin de (?:me )?repondre|inutile de (?:me )?repondre|sans reponse de votre part|no reply needed)"
)
_ASKS = re.compile(r"\?|\b(?:pouvez|pourriez|merci de (?:me|nous|bien)|puis[- ]je|j aimerais savoir|est[- ]ce que)\b")


@dataclass(frozen=True, slots=True)
class Triage:
    """Reads letters. Safe to use from any number of threads."""

    model: Model
    safety: Safety
    rules: Rules = field(default_factory=Rules)
    similar: Similar = field(default_factory=Similar)
    _letter: Together = field(init=False, repr=False, compare=False)
    _matters: Matters = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        model = self.model
        planes = {"kind": model.kind, "urgency": model.urgency, "urgent": model.urgent, "expects": model.expects}
        object.__setattr__(self, "_letter", Together(**planes))
        object.__setattr__(self, "_matters", Matters(model.service, model.vocabulary))

    def read(self, letter: Letter, text: str) -> Reading:
        """Read a letter; a few milliseconds. Nothing is raised, whatever stands in it."""
        taken = _whole(text) if letter.form else segment(text, letter.subject)
        said = taken.said or letter.subject
        machine = letter.automatic or automatic.by_text(letter.sender, letter.subject, text, taken)
        # In all of it: what stands below a closing is taken for a signature, and may be a cry.
        alert = self.safety.check(f"{letter.subject}\n{_own(taken) or said}"[:MAX_CHARS])
        matter = self.model.vocabulary.row(said_of(letter.subject, said))
        rule = self.rules.fitting(letter, said)
        whole = self._whole(letter, text)
        kind = self._kind(whole, rule, machine, said)
        scores = self._services(letter, matter, rule, kind in MACHINES)
        first = scores[0]
        # « Je sens le gaz » holds no word of a service: where danger is all that is said, the reception looks at once.
        bare = alert is not None and alert.is_sure and rule is None and not letter.form
        sure = first.score >= self.model.sure_from and not (bare and len(words(said)) < FEW_WORDS)
        language = surely(said)
        if kind is LetterKind.THANKS and rule is None and language and language not in FULL:
            # The model knows thanks in French and English; of any other language it would be a guess, and nobody answered.
            kind = LetterKind.REQUEST
        return Reading(
            services=scores,
            service=first.service if sure else GENERAL_SERVICE,
            sure=sure,
            kind=kind,
            urgency=self._urgency(whole, rule, alert is not None, alert is not None and alert.is_sure),
            language=language or DEFAULT,
            said=said,
            parts=taken.parts,
            because=self._because(matter, first.service, f"{letter.subject} {said}"),
            rule=rule.name if rule else "",
            automatic=machine or (Automatic.REPLY if kind is LetterKind.AUTOREPLY else None),
            expects_reply=self._expects(whole, kind, said),
            alert=alert.value if alert and alert.is_sure else "",
            personal=_personal(said),
            doubted=kind in MACHINES
            and not (machine or (rule and rule.kind))
            and whole["kind"].get(kind.value, 0.0) < MACHINE_FROM,
            matters=() if letter.form or (rule and rule.service) else self._several(letter, said, kind),
        )

    def gist(self, letter: Letter, reading: Reading) -> tuple[str, ...]:
        """What a letter says in few words."""
        return duplicates.gist(letter.subject, reading.said)

    def alike(self, gist: Sequence[str], letter: Letter, earlier: Sequence[Gist]) -> Gist | None:
        """The earlier letter that says the same."""
        return duplicates.alike(gist, letter, earlier)

    def _services(self, letter: Letter, matter: Sparse, rule: Rule | None, nobodys: bool) -> tuple[Scored, ...]:
        names = self.model.service.classes
        scores: Floats = self.model.service.of(matter)
        scores = self.similar.blend(matter, names, scores)
        decided = (rule.service if rule else "") or letter.service * (
            letter.service != GENERAL_SERVICE and bool(letter.form)
        )
        if decided in names:
            scores = scores * 0.0
            scores[names.index(decided)] = 1.0
        elif nobodys and GENERAL_SERVICE in names:
            # What no citizen has written is nobody's work: who looks at it after all is the reception.
            scores = scores * (1 - NOBODYS)
            scores[names.index(GENERAL_SERVICE)] += NOBODYS
        order = np.argsort(-scores, kind="stable")[:MAX_SERVICES]
        return tuple(Scored(names[place], round(float(scores[place]), 4)) for place in order)

    def _several(self, letter: Letter, said: str, kind: LetterKind) -> tuple[Matter, ...]:
        """What a letter asks of several services; each is a request, a complaint or a report of its own."""
        if kind not in ASKING:
            return ()
        found = []
        for matter in self._matters.of(said):
            scores = self._whole(Letter(sender=letter.sender), matter.said)["kind"]
            best = max(ASKING, key=lambda one: scores.get(one.value, 0.0))
            found.append(replace(matter, kind=best))
        return tuple(found)

    def _kind(self, whole: Named, rule: Rule | None, machine: Automatic | None, said: str) -> LetterKind:
        if rule and rule.kind:
            return rule.kind
        if machine:
            return LetterKind.AUTOREPLY if machine is not Automatic.LIST else LetterKind.SPAM
        scores = whole["kind"]
        ranked = sorted(scores, key=lambda name: -scores[name])
        best = LetterKind(ranked[0])
        if best in MACHINES:
            bar = MACHINE_FROM_IF_ASKING if _ASKS.search(plain(said)) else DOUBTED_FROM
            if scores[best.value] < bar:
                best = next(kind for name in ranked if (kind := LetterKind(name)) not in MACHINES)
        return best

    def _urgency(self, whole: Named, rule: Rule | None, frightens: bool, alarms: bool) -> Urgency:
        if alarms:
            return Urgency.HIGH
        if rule and rule.urgency:
            return rule.urgency
        bar = self.model.urgent_from * (FRIGHTENING if frightens else 1.0)
        if whole["urgent"].get(YES, 0.0) >= bar:
            return Urgency.HIGH
        scores = whole["urgency"]
        low, normal = scores.get(Urgency.LOW.value, 0.0), scores.get(Urgency.NORMAL.value, 0.0)
        return Urgency.LOW if low > normal else Urgency.NORMAL

    def _expects(self, whole: Named, kind: LetterKind, said: str) -> bool:
        if kind in MACHINES:
            return False
        folded = plain(said)
        if _NO_ANSWER.search(folded):
            return False
        if _ASKS.search(folded):
            return True
        waits = whole["expects"].get(YES, 1.0)
        return waits >= (1 - SILENT_FROM)

    def _whole(self, letter: Letter, text: str) -> Named:
        """What the whole letter with its signals says: kinds show in signatures and footers too."""
        words = self.model.vocabulary.row(said_of(letter.subject, text))
        marks = np.array(signals(letter.subject, text, letter.sender))
        shown = np.flatnonzero(marks)
        columns = np.concatenate([words.columns, (shown + self.model.vocabulary.width).astype(np.int32)])
        return self._letter.of(Sparse(columns, np.concatenate([words.values, marks[shown]])))

    def _because(self, matter: Sparse, service: str, text: str) -> tuple[str, ...]:
        """The words that speak most for a service, as they stand in the letter."""
        plane = self.model.service
        if service not in plane.classes:
            return ()
        of_words = matter.columns < len(self.model.vocabulary.words)
        columns, values = matter.columns[of_words], matter.values[of_words]
        lead = plane.weights[columns, plane.classes.index(service)] - plane.weights[columns].mean(axis=1)
        ranked = columns[np.argsort(-(values * lead))][: 4 * MAX_BECAUSE]
        written = re.findall(r"[^\W_]{2,}", text)
        standing = dict(zip(fold("\n".join(written)).split("\n"), written, strict=False))
        found: list[str] = []
        for place in ranked.tolist():
            if len(found) >= MAX_BECAUSE:
                break
            for word in self.model.vocabulary.shown[place].split():
                shown = standing.get(word, "")
                if shown and words(shown) and shown not in found:
                    found.append(shown)
        return tuple(found[:MAX_BECAUSE])


def _own(taken: Segmented) -> str:
    """What the sender has written, signature included, and what they forward; not what they quote."""
    return "\n".join(part.text for part in taken.parts if part.kind is not PartKind.QUOTE)


def _whole(text: str) -> Segmented:
    """A form's text is its citizen's own, all of it."""
    return Segmented((Part(PartKind.BODY, text),), text.strip())


def _personal(said: str) -> tuple[str, ...]:
    masked = redact(said[:MAX_CHARS]).text
    return tuple(name for mask, name in PERSONAL.items() if mask in masked and mask not in said)
