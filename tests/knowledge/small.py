"""A small town and its eight articles, which no change of the example town touches."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

from bot.knowledge.importers.markdown import read
from bot.knowledge.index import Index
from bot.settings import Knowledge, Office, Service, Town
from bot.store.base import Article

FOLDER = Path(__file__).parent / "articles"
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)

OFFICE = Office(
    town=Town(
        name="Rivemont",
        office="Mairie de Rivemont",
        address="1 place du Pont",
        phone="01 00 00 00 00",
        email="mairie@rivemont.example",
        counter="rez-de-chaussée",
        hours="de 9 h à 17 h",
        website="https://rivemont.example/",
    ),
    services={
        "etat_civil": Service(name="État civil", about="actes, papiers d'identité", phone="01 00 00 00 01"),
        "ecoles": Service(name="Écoles", about="inscription, garderie", phone="01 00 00 00 02"),
        "sports": Service(name="Sports et loisirs", about="gymnases, stades"),
        "accueil_general": Service(name="Accueil", about="tout le reste", phone="01 00 00 00 00"),
    },
    knowledge=Knowledge(answer_threshold=0.5, choose_threshold=0.15),
)


def articles() -> tuple[Article, ...]:
    reading = read(FOLDER, OFFICE.services)
    assert not reading.problems
    return reading.articles


def index() -> Index:
    return Index(articles(), OFFICE.services, [OFFICE.town.name])
