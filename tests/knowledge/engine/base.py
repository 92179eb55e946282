"""Two dozen made-up fiches of an invented administration, and what a search over them is built with."""

from __future__ import annotations

from pathlib import Path

from bot.fiches import Choice, Contact, Fiche, FicheKind, Fork, Link, Online, Option, Part, Section, Text
from bot.knowledge import engine
from bot.knowledge.engine import Engine, Resources
from bot.knowledge.engine.resources import outside
from bot.knowledge.synonyms import Group, Kind

REDIRECTIONS = {"part:F900": "part:F10", "part:F901": "part:F900"}
RESOURCES = Resources(
    phrasings={"F12": ("mon toutou a mordu le facteur", "le clebs du voisin m'a attaqué")},
    groups=(
        Group(("bagnole", "tuture"), ("véhicule",), Kind.EVERYDAY, 1),
        Group(("bpf",), ("brevet de pêche fluviale",), Kind.ABBREVIATION, 2),
    ),
    outside=outside(),
)


def fiche(id_: str, title: str, *texts: str | Part, audience: str = "part", **more: object) -> Fiche:
    parts = tuple(Text(part) if isinstance(part, str) else part for part in texts)
    kind = more.pop("kind", FicheKind.INFORMATION)
    return Fiche(audience, id_, kind, title, parts=parts, **more)  # type: ignore[arg-type]


def section(title: str, *texts: str | Part) -> Section:
    return Section(title, tuple(Text(part) if isinstance(part, str) else part for part in texts))


FICHES = (
    fiche(
        "F10",
        "Brevet de pêche fluviale",
        "Le brevet de pêche permet de pêcher dans les rivières du domaine public.",
        section("Coût", "Le brevet coûte 41 € par an, payables en ligne."),
        section("Délai", "Le brevet est envoyé sous dix jours ouvrés."),
        section("Pièces à fournir", "Apportez un justificatif de domicile et une photo."),
        description="Conditions pour pêcher en rivière",
        abbreviations=(("BPF", "brevet de pêche fluviale"),),
    ),
    fiche(
        "F11",
        "Immatriculation d'un véhicule ancien",
        "Un véhicule de plus de trente ans reçoit une plaque particulière.",
        Text("Pour la pêche, voyez le permis de rivière.", links=(Link("permis de rivière", "F10"),)),
        Online("Demander une plaque de collection", "https://exemple.fr/plaque"),
    ),
    fiche("F9", "[Brevet de pêche fluviale - 2 situations]", "Le brevet de pêche fluviale se demande ainsi."),
    fiche("F12", "Morsure par un animal domestique", "Le propriétaire de l'animal fait venir un vétérinaire."),
    fiche("F13", "Location d'un jardin partagé", "Les parcelles sont attribuées chaque printemps par tirage au sort."),
    fiche("F13", "Location d'un jardin partagé", "Une entreprise loue une parcelle par contrat.", audience="pro"),
    fiche("F14", "Taxe sur les enseignes lumineuses", "La taxe dépend de la surface.", audience="pro"),
    fiche("F15", "Registre des moulins", "Chaque moulin à eau est inscrit au registre."),
    fiche("F15", "Registre des moulins", "Chaque moulin à eau est inscrit au registre.", audience="pro"),
    fiche("N16", "Rivières et pêche", "Brevet, moulins, barrages.", kind=FicheKind.FOLDER),
    fiche(
        "F17",
        "Que faire si une ruche est abandonnée ?",
        kind=FicheKind.GUIDED,
        guide=Fork(
            question="Où se trouve la ruche ?",
            forks=(Fork("Dans un verger", links=(Link("Prévenir l'apiculteur", "F18"),)), Fork("Sur la voie publique")),
        ),
    ),
    fiche("F18", "Déclaration de ruches", "L'apiculteur déclare ses colonies avant décembre."),
    fiche(
        "F19",
        "Peut-on se baigner dans un étang communal ?",
        Choice(
            (
                Option("En été", (Text("La baignade est surveillée en juillet et en août."),)),
                Option("En hiver", (Text("La baignade est interdite de novembre à mars."),)),
            )
        ),
        Contact("Garde champêtre", ("garde",)),
        kind=FicheKind.QUESTION,
    ),
    *(fiche(f"F{number}", title, f"{title} : la règle se lit en mairie.") for number, title in enumerate(
        (
            "Ouverture d'une buvette temporaire", "Vente de bois de chauffage", "Carte de transport scolaire",
            "Inscription à la chorale municipale", "Ramonage des cheminées", "Piégeage des frelons",
            "Autorisation de tournage", "Bornage d'un terrain agricole", "Recensement des lavoirs",
            "Subvention pour un toit en ardoise", "Prêt d'une salle des fêtes", "Épreuve du certificat de batelier",
            "Plaque de rue endommagée", "Nettoyage des tags",
        ), 30)),
)  # fmt: skip


def built(folder: Path, fiches: tuple[Fiche, ...] = FICHES, resources: Resources = RESOURCES) -> Engine:
    """A search over fiches, its files in a new folder below `folder`."""
    return engine.load(engine.build(fiches, REDIRECTIONS, folder / "base", resources), version=7)


def many(count: int) -> tuple[Fiche, ...]:
    """Made-up fiches that name each other: enough to learn a ranking from."""
    things = ("barque", "moulin", "verger", "lavoir", "fontaine", "grange", "ruelle", "halle", "digue", "serre")
    acts = ("location", "vente", "entretien", "classement", "fermeture", "assurance", "peinture", "transport")
    places = ("communale", "rurale", "ancienne", "flottante", "couverte", "publique", "privée", "fleurie")
    made = []
    for number in range(count):
        thing, act = things[number % 10], acts[number // 10 % 8]
        place = places[number // 80 % 8]
        other = (number * 7 + 3) % count
        said = f"{acts[other // 10 % 8]} de {things[other % 10]} {places[other // 80 % 8]}"
        made.append(
            fiche(
                f"F{1000 + number}",
                f"Comment se passe la {act} d'une {thing} {place} ?" if number % 2 else f"{act} : {thing} {place}",
                Text(f"Pour la {act}, la {thing} {place} est visitée le jour {number}."),
                Text(f"Voir aussi la {said}.", links=(Link(said, f"F{1000 + other}"),)),
                description=f"Règles de {act} d'une {thing} dans la zone {place}",
                kind=FicheKind.QUESTION if number % 2 else FicheKind.INFORMATION,
            )
        )
    return tuple(made)
