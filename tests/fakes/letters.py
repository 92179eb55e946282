"""A few letters to learn from, where it does not matter how much is known."""

from __future__ import annotations

from pathlib import Path

from bot.readings import LetterKind, Urgency
from bot.triage import learning, training
from bot.triage.examples import Example

MATTERS = {
    "voirie": ("trou dans la chaussée", "nid de poule", "trottoir cassé", "pavé descellé", "bordure abîmée"),
    "eau_assainissement": ("fuite d'eau", "compteur d'eau", "facture d'eau", "égout bouché", "eau trouble"),
    "eclairage_public": (
        "lampadaire en panne",
        "lampe éteinte",
        "candélabre tombé",
        "feu tricolore",
        "éclairage la nuit",
    ),
    "sports": ("piscine fermée", "créneau de gymnase", "stade de foot", "vestiaire du gymnase", "cours de natation"),
}
TURNS = ("Bonjour, {} rue du Lavoir.", "Il y a {} chez nous, merci.", "Je vous écris pour {}.", "{} : que faire ?")


def examples() -> list[Example]:
    """Enough letters to tell four services apart."""
    found = []
    for number, (service, matters) in enumerate(MATTERS.items()):
        for matter in matters:
            for turn, text in enumerate(TURNS):
                urgency = Urgency.HIGH if (number + turn) % 5 == 0 else Urgency.NORMAL
                words = text.format(matter) + (
                    " C'est dangereux, quelqu'un est blessé." if urgency is Urgency.HIGH else ""
                )
                kind = LetterKind.REPORT if number == 0 else LetterKind.REQUEST
                found.append(Example(matter, words, service=service, kind=kind, urgency=urgency))
    found += [
        Example("Promotion", f"Offre {place} pour collectivités, cliquez.", kind=LetterKind.SPAM) for place in range(6)
    ]
    found += [Example("", "ralentisseur", service="voirie", is_letter=False)]
    return found


def learnt(data: Path) -> None:
    """Put a small model where a gateway looks for the one that it was set up with."""
    taught = examples()
    training.train(taught, [one.body for one in taught]).save(learning.path(data))
