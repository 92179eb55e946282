"""A fiche of our own with every element of a page, and a store of few of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone

from bot.errors import Missing
from bot.feeds import Feed
from bot.fiches import (
    Choice,
    Contact,
    Fiche,
    FicheKind,
    Fork,
    Head,
    Link,
    Notice,
    Online,
    Option,
    Related,
    Section,
    Text,
)
from bot.store.base import Imported

FICHE = Fiche(
    audience="part",
    id="F90001",
    kind=FicheKind.INFORMATION,
    title="Carte de pêche de l'étang",
    description="La carte de pêche permet de pêcher à l'étang toute l'année.",
    url="https://www.service-public.fr/particuliers/vosdroits/F90001",
    modified=date(2026, 9, 1),
    themes=("Loisirs", "Pêche"),
    publics=("Particuliers",),
    notice=Notice("Les tarifs changent", "Cette page est en cours de mise à jour.", date(2026, 10, 1)),
    parts=(
        Text("Il faut une carte pour pêcher à l'étang. Elle coûte 12 € par an <b>tout compris</b>."),
        Choice(
            (
                Option(
                    "Vous êtes majeur",
                    (
                        Section(
                            "Documents à fournir",
                            (
                                Text("Vous devez présenter :"),
                                Text("une pièce d'identité", line=True),
                                Text(
                                    "une photo récente, voir la carte d'identité",
                                    line=True,
                                    links=(Link("la carte d'identité", fiche="F90002"),),
                                ),
                                Text("Gardez la carte sur vous.", box="attention"),
                            ),
                        ),
                        Online(
                            "Demander la carte en ligne",
                            "https://peche.gouv.fr/carte",
                            kind="Téléservice",
                            form="99999*01",
                        ),
                    ),
                ),
                Option(
                    "Vous êtes mineur",
                    (
                        Text("La carte est gratuite avec l'accord d'un parent."),
                        Choice(
                            (
                                Option("Moins de 12 ans", (Text("Un adulte accompagne."),)),
                                Option("De 12 à 17 ans", (Text("Seul."),)),
                            )
                        ),
                    ),
                ),
            ),
            situations=True,
        ),
        Contact("Votre mairie", pivots=("mairie",)),
        Contact("Allô pêche", text="Par téléphone : 0 806 00 12 34, du lundi au vendredi.", help=True),
    ),
    questions=(Related("F90003", "Que faire en cas de perte de la carte de pêche ?", "part"),),
    related=(Related("F90004", "Trouver la bonne carte"),),
    forms=(Online("Déclaration de perte", "https://peche.gouv.fr/perte", kind="Formulaire"),),
    definitions=(("Étang", "Étendue d'eau peu profonde."),),
    references=(("Code de la pêche : articles R1 à R3", "https://www.legifrance.gouv.fr/codes/peche"),),
)
OTHER = Fiche(
    "part",
    "F90002",
    FicheKind.INFORMATION,
    "Carte d'identité de pêcheur",
    url="https://www.service-public.fr/particuliers/vosdroits/F90002",
    parts=(Text("La carte d'identité de pêcheur se demande en mairie."),),
)
GUIDE = Fiche(
    "part",
    "F90004",
    FicheKind.GUIDED,
    "Trouver la bonne carte",
    url="https://www.service-public.fr/particuliers/vosdroits/F90004",
    guide=Fork(
        question="Où pêchez-vous ?",
        help="Un étang est fermé, une rivière coule.",
        forks=(
            Fork("À l'étang", links=(Link("Carte de pêche de l'étang", fiche="F90001"),)),
            Fork(
                "En rivière",
                question="Quel âge avez-vous ?",
                forks=(
                    Fork("Moins de 18 ans", links=(Link("Carte des mineurs", url="https://peche.gouv.fr/mineurs"),)),
                    Fork("Plus de 18 ans", links=(Link("Carte d'identité de pêcheur", fiche="F90002"),)),
                ),
            ),
        ),
    ),
)


class FewFiches:
    """A store that holds what a test gives it."""

    def __init__(self, *fiches: Fiche, gone: Mapping[str, str] | None = None) -> None:
        self._fiches = {fiche.key: fiche for fiche in fiches}
        self._gone = dict(gone or {})

    async def replace(
        self,
        audience: str,
        fiches: Sequence[Fiche],
        sums: Mapping[str, str],
        redirections: Mapping[str, str],
        now: datetime,
    ) -> Imported:
        """See `Fiches.replace`."""
        raise NotImplementedError

    async def feed(self, audience: str) -> Feed | None:
        """See `Fiches.feed`."""
        ids = [fiche.id for fiche in self._fiches.values() if fiche.audience == audience]
        return Feed(audience, datetime.now(timezone.utc), dict.fromkeys(ids, "sum")) if ids else None

    async def all(self, audience: str | None = None) -> list[Fiche]:
        """See `Fiches.all`."""
        return [fiche for fiche in self._fiches.values() if audience in {None, fiche.audience}]

    async def heads(self) -> list[Head]:
        """See `Fiches.heads`."""
        return [Head(one.audience, one.id, one.kind, one.title, one.url) for one in self._fiches.values()]

    async def get(self, key: str) -> Fiche:
        """See `Fiches.get`."""
        try:
            return self._fiches[self._gone.get(key, key)]
        except KeyError as error:
            raise Missing(key) from error

    async def redirections(self) -> dict[str, str]:
        """See `Fiches.redirections`."""
        return self._gone

    async def version(self) -> int:
        """See `Fiches.version`."""
        return 1 if self._fiches else 0
