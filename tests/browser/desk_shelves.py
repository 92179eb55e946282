"""What the fake desk's page of mail holds: shelves, what was put aside, what was held, and what does not work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.browser.desk_letters import ELSEWHERE, FLOOD, HOLE, OFTEN, STRANGER, TOWN
from tests.browser.desk_script import SERVICE_NAMES, Shape


def shelves(now: datetime) -> list[Shape]:
    """The open letters by service."""

    def shelf(code: str, waiting: int, taken: int, late: int, high: int, minutes: float) -> Shape:
        return {
            "service": code,
            "service_name": SERVICE_NAMES[code],
            "waiting": waiting,
            "taken": taken,
            "late": late,
            "high": high,
            "oldest": (now - timedelta(minutes=minutes)).isoformat(),
        }

    return [
        shelf("voirie", 42, 7, 12, 3, 20_200),
        shelf("urbanisme", 18, 4, 2, 0, 9_300),
        shelf("etat_civil", 9, 2, 0, 0, 180),
        shelf("action_sociale_ccas", 1, 0, 0, 1, 25),
    ]


def aside(now: datetime) -> list[Shape]:
    """Letters that opened no case."""

    def one(number: int, subject: str, why: str, minutes: float, text: str, **more: Any) -> Shape:
        shape = {
            "id": number,
            "at": (now - timedelta(minutes=minutes)).isoformat(),
            "subject": subject,
            "name": "",
            "sender": "info@lampadaires.example",
            "mailbox": "contact@pontavel.example",
            "form": "",
            "kind_name": "Publicité ou message indésirable",
            "why": why,
            "service": "voirie",
            "service_name": "Voirie",
            "language": "fr",
            "text": text,
        }
        return shape | more

    return [
        one(
            50,
            "Automne : nos lampadaires à prix doux",
            "lettre d'information ou envoi en nombre",
            35,
            "Équipez votre commune cet automne. Notre nouvelle gamme est livrée en dix jours, garantie cinq ans.",
        ),
        one(
            51,
            "Réponse automatique : Trou rue du Lavoir",
            "message d'absence",
            200,
            "Je suis absente jusqu’au 3 décembre. En cas d’urgence, écrivez à mon collègue.",
            name="Lucie Garnier",
            sender="lucie@example.org",
        ),
    ]


def held(now: datetime) -> list[Shape]:
    """Letters whose acknowledgement was held: many of one sender, and one of another address than the case's own."""

    def one(number: int, case_id: int, minutes: float, subject: str, **more: Any) -> Shape:
        return {
            "id": number,
            "case": {"id": case_id, "number": f"D-7K3M-{case_id:04}"},
            "at": (now - timedelta(minutes=minutes)).isoformat(),
            "subject": subject,
            "name": "Paul Martin",
            "sender": "paul.martin@example.org",
            "service_name": SERVICE_NAMES["voirie"],
            "why": OFTEN,
            "trusted": True,
            "language": "fr",
            **more,
        }

    return [
        one(3, FLOOD, 30, "Septième message : toujours le même trou"),
        one(9, HOLE, 95, "Trou dangereux rue du Lavoir", name="", sender=STRANGER, why=ELSEWHERE, trusted=False),
    ]


def trouble(name: str, text: str, now: datetime, minutes: float) -> Shape:
    """Something that does not work, as the gateway tells it."""
    return {"id": name, "text": text, "since": (now - timedelta(minutes=minutes)).isoformat()}


def troubles(now: datetime) -> list[Shape]:
    """Mailboxes that are not read, and mail that does not leave."""
    box = "La boîte {} n'est pas lue normalement : le mot de passe est refusé."
    return [
        trouble("email smtp", "Les courriels ne partent pas : le serveur ne répond pas.", now, 12),
        *(trouble(f"email {one}", box.format(one), now, 3000) for one in (f"a@{TOWN}", f"b@{TOWN}", f"c@{TOWN}")),
    ]
