"""The indicators of a year as open data: CSV files with a data package, without a count that could point to somebody.

The package follows https://specs.frictionlessdata.io/tabular-data-package/; `bot.analytics.suppression` leaves out counts.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.analytics.counters import Count
from bot.analytics.report import Names
from bot.analytics.suppression import ALL, SMALLEST, Cell, protect, protect_line
from bot.contacts import ContactBook, Span, What

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
MONTH: dict[str, Any] = {
    "name": "mois",
    "type": "string",
    "description": "Mois, AAAA-MM ; « total » pour l'année entière",
    "constraints": {"required": True, "pattern": "[0-9]{4}-[0-9]{2}|total"},
}
COUNT: dict[str, Any] = {
    "name": "nombre",
    "type": "integer",
    "description": (
        "Effectif. Vide : de 1 à 4, ou un effectif dont on pourrait en déduire un ; 0 veut dire qu'il n'y en a pas eu."
    ),
    "constraints": {"minimum": 0},
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """A file: counts of a year by month and by one other thing."""

    name: str
    what: str
    column: str
    """By which it is counted, as `ContactBook.counts` calls it."""
    field: str
    about: str


CONTACTS = (
    Indicator("contacts-par-canal", Count.CONTACTS.value, "channel", "canal", "Canal par lequel la personne a écrit"),
    Indicator("contacts-par-service", Count.CONTACTS.value, "service", "service", "Code du service, vide si aucun"),
    Indicator("contacts-par-langue", Count.CONTACTS.value, "language", "langue", "Langue de la personne, code BCP 47"),
)
"""These have the totals of their months in common: what one of them tells of a month, all do."""
OTHERS = (
    Indicator("demandes-par-cause", What.OPENED.value, "detail", "cause", "Pourquoi un agent a été sollicité"),
    Indicator("reponses-par-statut", What.MET.value, "detail", "statut", "Comment une question a été traitée"),
)
SHARES = {
    "part_sans_agent": "Part des conversations qui n'ont pas demandé d'agent",
    "part_utile": (
        "Parmi celles-ci, notées par la personne, part de celles notées utiles et sans retour pour le même sujet en 7 jours"
    ),
}
DELAYS = {
    "attente": (What.TAKEN, "De l'ouverture d'une demande à sa prise en charge, heures d'ouverture"),
    "premiere_reponse": (What.ANSWERED, "De l'ouverture d'une demande à la première réponse, heures d'ouverture"),
    "cloture": (What.CLOSED, "De l'ouverture d'une demande à sa clôture, toutes heures"),
}


async def package(book: ContactBook, year: int, town: str, names: Names, today: date) -> dict[str, str]:
    """The files of a year's package by their names: `datapackage.json`, and the CSV files that it describes.

    Raises:
        StoreError: not now.
    """
    span = Span(date(year, 1, 1), date(year, 12, 31))
    files: dict[str, str] = {}
    resources: list[dict[str, Any]] = []
    shared: set[Cell] = set()
    for indicator in (*CONTACTS, *OTHERS):
        table: Counter[Cell] = Counter()
        for one in await book.counts(span, indicator.what, ["day", indicator.column]):
            table[one.key[0][:7], one.key[1]] += one.count
        if indicator is CONTACTS[0]:
            shared = protect_line(_totals(table))
        protected = protect(table, shared if indicator in CONTACTS else protect_line(_totals(table)))
        path = f"{indicator.name}-{year}.csv"
        files[path] = _csv(indicator, protected, names)
        resources.append(_described(indicator, path))
    path = f"indicateurs-{year}.csv"
    files[path] = await _indicators(book, span)
    resources.append(_of_indicators(path))
    described = {
        "profile": "tabular-data-package",
        "name": f"accueil-numerique-{year}",
        "title": f"{town}\u00a0: accueil numérique, indicateurs {year}",
        "description": "Contacts reçus par l'accueil numérique de la mairie, sans aucun effectif de 1 à 4.",
        "created": f"{today.isoformat()}T00:00:00Z",
        "licenses": [LICENCE],
        "resources": resources,
    }
    files["datapackage.json"] = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    return files


def _totals(table: Counter[Cell]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for (line, _), count in table.items():
        totals[line] += count
    return totals


def _csv(indicator: Indicator, protected: dict[Cell, int | None], names: Names) -> str:
    is_service = indicator.field == "service"
    head = ["mois", indicator.field, *(["nom"] if is_service else []), "nombre"]
    rows = []
    for (line, column), count in sorted(protected.items(), key=lambda one: (one[0][0] == ALL, one[0])):
        name = [_plain(names.services.get(column, column))] if is_service else []
        rows.append([line, _plain(column), *name, "" if count is None else count])
    return _written(head, rows)


async def _indicators(book: ContactBook, span: Span) -> str:
    """Shares to whole hundredths, where neither side is small; delays to whole minutes, of enough cases."""

    async def count(what: Count) -> int:
        found = await book.counts(span, what.value, [])
        return found[0].count if found else 0

    rows: list[list[object]] = []
    pairs = ((Count.CONTAINED, Count.CHATS), (Count.HELPED, Count.CHATS_RATED))
    for name, (part, whole) in zip(SHARES, pairs, strict=True):
        own, of = await count(part), await count(whole)
        rows.append([name, f"{own / of:.2f}" if min(own, of - own) >= SMALLEST else "", "part"])
    for name, (what, _) in DELAYS.items():
        spread = await book.spread(span, what)
        is_given = spread.count >= 4 * SMALLEST and spread.median is not None and spread.ninetieth is not None
        for suffix, seconds in (("mediane", spread.median), ("neuf_sur_dix", spread.ninetieth)):
            rows.append([f"{name}_{suffix}", (seconds or 0) // 60 if is_given else "", "minutes"])
    return _written(["indicateur", "valeur", "unite"], rows)


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _written(head: list[str], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([head, *rows])
    return out.getvalue()


def _resource(path: str, title: str, fields: list[dict[str, Any]], keys: list[str]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": path.removesuffix(".csv"),
        "path": path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": keys, "missingValues": [""]},
    }


def _described(indicator: Indicator, path: str) -> dict[str, Any]:
    about = f"{indicator.about} ; « {ALL} » pour tous ensemble"
    fields: list[dict[str, Any]] = [MONTH, {"name": indicator.field, "type": "string", "description": about}]
    if indicator.field == "service":
        fields.append({"name": "nom", "type": "string", "description": "Nom du service"})
    return _resource(path, indicator.name.replace("-", " ").capitalize(), [*fields, COUNT], ["mois", indicator.field])


def _of_indicators(path: str) -> dict[str, Any]:
    said = [f"{name} : {about}" for name, about in SHARES.items()]
    said += [f"{name} : {about}" for name, (_, about) in DELAYS.items()]
    fields: list[dict[str, Any]] = [
        {"name": "indicateur", "type": "string", "description": ". ".join(said), "constraints": {"required": True}},
        {"name": "valeur", "type": "number", "description": "Vide si trop peu de contacts pour être publiée"},
        {"name": "unite", "type": "string", "description": "part (de 0 à 1) ou minutes"},
    ]
    return _resource(path, "Indicateurs de l'année", fields, ["indicateur"])
