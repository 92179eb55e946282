"""A dozen made-up fiches with every element that the dialogue knows, and a searcher by shared words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.fiches import (
    Choice,
    Contact,
    Fiche,
    FicheKind,
    Fork,
    Link,
    Notice,
    Online,
    Option,
    Part,
    Related,
    Section,
    Text,
)
from bot.knowledge import aspects
from bot.knowledge.engine.found import Findings, Found
from bot.knowledge.leaves import Outline, outline
from bot.text.french import words

DAY = date(2026, 10, 5)


def fiche(id_: str, title: str, *parts: Part, audience: str = "part", **more: object) -> Fiche:
    kind = more.pop("kind", FicheKind.INFORMATION)
    values: dict[str, object] = {
        "url": f"https://www.service-public.fr/vosdroits/{id_}",
        "modified": DAY,
        "publics": ("Particuliers",) if audience == "part" else ("Professionnels",),
        **more,
    }
    return Fiche(audience, id_, kind, title, parts=parts, **values)  # type: ignore[arg-type]


def case(title: str, *parts: Part) -> Option:
    return Option(title, parts)


MAIRIE = Contact("Mairie", ("mairie",))
CARD = fiche(
    "F1",
    "Carte d'identité perdue",
    Text("Après la perte de votre carte, vous devez la déclarer avant d'en demander une autre."),
    Choice(
        (
            case(
                "En France",
                Choice(
                    (
                        case(
                            "Vous êtes majeur",
                            Section(
                                "Déclaration",
                                (
                                    Text("Un adulte déclare la perte lui-même, au guichet de son choix."),
                                    Online(
                                        "Déclarer une perte (adulte)", "https://exemple.fr/perte-adulte", "Téléservice"
                                    ),
                                ),
                            ),
                            Section("Coût", (Text("Le timbre d'un adulte vaut 25 €."),)),
                        ),
                        case(
                            "Vous êtes mineur",
                            Section("Déclaration", (Text("Un parent déclare la perte pour son enfant."),)),
                            Section("Coût", (Text("Le timbre d'un enfant vaut 20 €."),)),
                        ),
                    )
                ),
                MAIRIE,
            ),
            case(
                "À l'étranger",
                Text("La perte se déclare au consulat, sur place."),
                Section("Coût", (Text("Le consulat demande 32 €."),)),
                Contact("Consulat de France", ("consulat",), text="+33 1 00 00 00 99"),
            ),
        ),
        situations=True,
    ),
    Section("Délai", (Text("La nouvelle carte arrive en trois semaines, où que vous soyez."),)),
)
PASSPORT = fiche(
    "F2",
    "Demande de permis de chasse",
    Section("Pièces", (Text("Pour la demande de permis de chasse, apportez une photo récente."),)),
    Choice(
        (
            case("Vous êtes majeur", Section("Prix", (Text("Le permis de chasse d'un adulte coûte 86 €."),))),
            case("Vous êtes mineur", Section("Prix", (Text("Le permis de chasse d'un enfant coûte 17 €."),))),
        )
    ),
)
FLAG = fiche(
    "F3",
    "Location de vacances",
    Text("Une location de vacances se déclare une fois par an."),
    notice=Notice("Page en cours de mise à jour", "Le barème change le 1er décembre.", DAY),
)
PRIVATE = fiche("F4", "Congé de bienvenue d'un salarié du secteur privé", Text("Le salarié prévient un mois avant."))
AGENT = fiche("F5", "Congé de bienvenue d'un agent public", Text("L'agent public écrit à son chef de service."))
EMPLOYER = fiche(
    "F6", "Congé de bienvenue : rôle de l'employeur", Text("L'employeur garde le poste libre."), audience="pro"
)
GUIDE = fiche(
    "R1",
    "Que faire quand on déménage ?",
    kind=FicheKind.GUIDED,
    guide=Fork(
        question="Que souhaitez-vous déplacer ?",
        forks=(
            Fork(
                "Un compteur",
                question="De quel fluide ?",
                help="Le fluide est écrit sur la facture.",
                forks=(Fork("Eau", links=(Link("Compteur d'eau", "F7"),)), Fork("Gaz", links=(Link("Gaz", "F8"),))),
            ),
            Fork("Un véhicule", links=(Link("Carte perdue", "F1"), Link("Permis de chasse", "F2"))),
            Fork("Autre chose", links=(Link("Guide du départ", url="https://exemple.fr/depart"),)),
        ),
    ),
)
METER = fiche(
    "F7",
    "Ouvrir un compteur d'eau",
    Choice(tuple(case(f"Secteur {name}", Text(f"Le secteur {name} se raccorde ainsi.")) for name in "ABCDEFGHIJKLMN")),
)
GAS = fiche(
    "F8",
    "Ouvrir un compteur de gaz",
    Choice((case("Maison", Text("Appelez le réseau.")), case("Appartement", Text("Appelez le réseau.")))),
)
LINKS = fiche(
    "F9",
    "Tremplin associatif",
    Online("Tremplin", "https://exemple.fr/tremplin"),
    kind=FicheKind.LINKS,
    description="Le tremplin aide les clubs à démarrer.",
)
FOLDER = fiche(
    "N1",
    "Papiers",
    kind=FicheKind.FOLDER,
    related=(Related("F1", "Carte d'identité perdue"), Related("F2", "Demande de permis de chasse")),
)
FORMS = fiche(
    "F11",
    "Concours de balcons fleuris",
    Text("Le concours de balcons est ouvert à tous les habitants."),
    forms=(Online("Bulletin du concours", "https://exemple.fr/bulletin", "Formulaire", form="99999*01"),),
)
FICHES = (CARD, PASSPORT, FLAG, PRIVATE, AGENT, EMPLOYER, GUIDE, METER, GAS, LINKS, FOLDER, FORMS)


class WordSearcher:
    """A searcher that knows nothing but shared beginnings of words; fit for a dozen fiches."""

    def __init__(self, fiches: Sequence[Fiche] = FICHES, version: int = 1) -> None:
        self.version = version
        self._fiches = {one.key: one for one in fiches}
        self._outlines = {one.key: outline(one) for one in fiches}

    def search(self, question: str, limit: int = 5, audience: str | None = None) -> Findings:
        asked = _stems(" ".join(word for word in words(question) if not aspects.beside(word)))
        found: list[Found] = []
        for key, one in self._fiches.items():
            if one.kind is FicheKind.FOLDER or audience not in (None, one.audience):
                continue
            title = _stems(one.title)
            page = title | _stems(" ".join(leaf.text for leaf in self._outlines[key].leaves))
            covered = len(asked & page) / len(asked) if asked else 0.0
            titled = len(asked & title) / len(asked) if asked else 0.0
            if covered:
                scores = self.leaf_scores(key, question)
                best = max(range(len(scores)), key=lambda number: scores[number], default=0)
                found.append(Found(key, one.title, (covered + titled) / 2, covered + titled, best))
        found.sort(key=lambda hit: -hit.score)
        return Findings(tuple(found[:limit]), found[0].score if found else 0.0)

    def fiche(self, key: str) -> Fiche | None:
        return self._fiches.get(key)

    def outline(self, key: str) -> Outline | None:
        return self._outlines.get(key)

    def leaf_scores(self, key: str, question: str) -> Sequence[float]:
        asked = _stems(question)
        return [
            float(len(asked & _stems(" ".join((*leaf.headings, leaf.text))))) for leaf in self._outlines[key].leaves
        ]


def _stems(text: str) -> set[str]:
    return {word[:5] for word in words(text)}
