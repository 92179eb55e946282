"""Reads letters by the words that a test writes into them, and acknowledges them in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cases import Case
from bot.letters import Automatic, Letter
from bot.mailroom import Gist
from bot.messages import Reply
from bot.readings import LetterKind, Part, PartKind, Reading, Scored, Suggested, Urgency

DELAY = timedelta(days=5)
OTHERS = (Scored("eclairage_public", 0.06), Scored("proprete_dechets", 0.03))
SIGNED = "\n-- \n"
"""What stands before a signature."""


class FakeTriage:
    """Voirie by « trou », a machine by « absent », danger by « danger », English by « hello »; else the reception."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []
        self.kind = LetterKind.REQUEST
        """Of what no machine has written."""
        self.danger = "danger"
        """The word that makes a letter urgent; with another one than this, letters about a « trou » say the same."""

    async def ready(self) -> None:
        pass

    def read(self, letter: Letter, text: str) -> Reading:
        self.read_texts.append(text)
        folded = text.casefold()
        service = "voirie" if "trou" in folded else "accueil_general"
        automatic = Automatic.ABSENCE if "absent" in folded else letter.automatic
        danger = self.danger in folded
        kind = LetterKind.AUTOREPLY if automatic else LetterKind.SPAM if "promo" in folded else self.kind
        said, mark, signature = text.partition(SIGNED)
        parts = (Part(PartKind.BODY, said), *((Part(PartKind.SIGNATURE, signature),) if mark else ()))
        return Reading(
            services=(Scored(service, 0.9), *OTHERS),
            service=service,
            sure=True,
            kind=kind,
            urgency=Urgency.HIGH if danger else Urgency.NORMAL,
            language="en" if "hello" in folded else "es" if "hola" in folded else "fr",
            said=said,
            parts=parts,
            because=("trou",) if "trou" in folded else (),
            automatic=automatic,
            expects_reply=kind not in {LetterKind.AUTOREPLY, LetterKind.SPAM} and "merci" not in folded,
            alert="emergency" if danger else "",
        )

    def gist(self, letter: Letter, reading: Reading) -> tuple[str, ...]:
        if self.danger != "danger" and "trou" in reading.said.casefold():
            return ("trou",)
        return tuple(sorted(set(reading.said.casefold().split())))

    def alike(self, gist: Sequence[str], letter: Letter, earlier: Sequence[Gist]) -> Gist | None:
        return next((one for one in earlier if one.words == tuple(gist)), None)

    async def suggest(self, letter: Letter, reading: Reading, limit: int) -> Sequence[Suggested]:
        return [Suggested("patience", "Patience", "Bonjour, …", (), 0.5)][:limit]

    def delay(self, service: str, opened_at: datetime) -> datetime | None:
        return opened_at + DELAY

    async def words(self, case: Case, letter: Letter, reading: Reading) -> Reply:
        return Reply("", f"Reçu sous le numéro {case.number}.", case.language)
