"""What the tests of replies share: the example town, letters as they are read, and few choices of agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from bot.cases import Case, CaseKind, CaseState, Cause
from bot.knowledge.base import KnowledgeBase
from bot.letters import Letter
from bot.mailroom import Label, Told
from bot.readings import LetterKind, Part, PartKind, Reading, Scored, Urgency
from bot.settings import Office, read_office
from bot.store.base import Article
from bot.text import wording
from bot.triage.acknowledge import Acknowledgements, answering
from bot.triage.draft import Drafts
from tests.fakes.town import FewArticles

ROOT = Path(__file__).resolve().parents[2]
OFFICE = read_office(ROOT / "office.yml")
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
"""Ten o'clock in the town: the town hall is open, the urbanisme service is not."""
SUNDAY = datetime(2026, 11, 22, 9, tzinfo=timezone.utc)

WASTE = Article(
    "decheterie",
    "Déchèterie : horaires et carte d'accès",
    "proprete_dechets",
    "La déchèterie est ouverte du mardi au samedi, de 9 h à 12 h et de 14 h à 18 h. L'accès est gratuit avec la carte."
    "\n\n## Carte d'accès\n\nLa carte de déchèterie est gratuite. Elle arrive en dix jours.",
    keywords=("déchetterie", "horaires déchèterie"),
)
HOLE = Article(
    "nid-de-poule",
    "Signaler un nid-de-poule ou un trottoir abîmé",
    "voirie",
    "Signalez un nid-de-poule, un trou dans la route ou un trottoir cassé au service Voirie.",
)


class FewChoices:
    """What agents chose, as often as a test says."""

    def __init__(self, *values: str) -> None:
        self.read = 0
        self.values = values

    async def labels(self, what: Told, limit: int = 20_000) -> list[Label]:
        """See `Letters.labels`."""
        assert what is Told.REPLY
        self.read += 1
        return [Label(1, what, "", value, False, "", "", TUESDAY) for value in self.values]


def replying(
    at: datetime = TUESDAY, used: FewChoices | None = None, office: Office = OFFICE, root: Path = ROOT
) -> tuple[Drafts, Acknowledgements]:
    """Drafts and acknowledgements of the example town with two articles, on one day."""
    knowledge = KnowledgeBase(FewArticles(WASTE, HOLE), office, clock=lambda: at)
    return answering(root, office, wording.load(office), knowledge, used or FewChoices(), clock=lambda: at)


def read(
    said: str,
    service: str = "voirie",
    kind: LetterKind = LetterKind.REQUEST,
    *,
    language: str = "fr",
    alert: str = "",
    signature: str = "",
    others: Sequence[Scored] = (),
    duplicate_of: str = "",
) -> Reading:
    """A letter as triage would have read it."""
    parts = (Part(PartKind.BODY, said), *([Part(PartKind.SIGNATURE, signature)] if signature else []))
    return Reading(
        (Scored(service, 0.8), *others),
        service,
        True,
        kind,
        Urgency.HIGH if alert else Urgency.NORMAL,
        language,
        said,
        parts,
        (),
        alert=alert,
        duplicate_of=duplicate_of,
    )


def case_of(letter: Letter, reading: Reading, due_at: datetime | None, opened_at: datetime = TUESDAY) -> Case:
    """The case that a letter opened."""
    return Case(
        id=1,
        number="D-7K3M-92QX",
        conversation_id="c",
        address=None,
        language=reading.language,
        kind=CaseKind.QUESTION,
        state=CaseState.WAITING,
        service=reading.service,
        cause=Cause.MAIL,
        subject=letter.subject,
        details={},
        callback=False,
        has_contact=True,
        urgent=bool(reading.alert),
        live=False,
        opened_at=opened_at,
        due_at=due_at,
        taken_at=None,
        closed_at=None,
        agent_id=None,
        agent_name="",
        rating=None,
    )
