"""What the fake desk holds: the agents, the cases with their conversations, canned replies and passages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Shape = dict[str, Any]

SERVICES = [
    {"code": "etat_civil", "name": "État civil"},
    {"code": "voirie", "name": "Voirie"},
    {"code": "urbanisme", "name": "Urbanisme"},
    {"code": "action_sociale_ccas", "name": "Action sociale (CCAS)"},
]
SERVICE_NAMES = {one["code"]: one["name"] for one in SERVICES}

AGENT: Shape = {
    "id": 1,
    "login": "lea",
    "name": "Léa Martin",
    "role": "agent",
    "services": ["etat_civil", "voirie"],
    "available": True,
    "capacity": 3,
    "languages": ["en"],
    "skills": [],
}
OTHER = {"id": 2, "name": "Karim Benali"}

CANNED = [
    {"key": "bonjour", "title": "Bonjour", "text": "Bonjour, je reprends votre demande.", "services": []},
    {
        "key": "pieces",
        "title": "Pièces à fournir",
        "text": "Merci de préparer l’ancienne carte, une photo de moins de six mois et un justificatif de domicile.",
        "services": ["etat_civil"],
    },
    {
        "key": "attente",
        "title": "Faire patienter",
        "text": "Je cherche, merci de patienter un instant.",
        "services": [],
    },
]

SUGGESTIONS = [
    {
        "article": "carte-identite",
        "title": "Refaire sa carte d’identité",
        "text": "Prenez rendez-vous au service État civil, puis venez avec l’ancienne carte, une photo et un "
        "justificatif de domicile de moins d’un an.",
        "url": "/articles/carte-identite",
        "publisher": "Mairie de Pontavel",
        "updated": "2026-01-05",
        "service_name": "État civil",
        "score": 0.92,
    },
    {
        "article": "carte-perdue",
        "title": "Carte perdue ou volée",
        "text": "Le renouvellement coûte alors 25 € en timbre fiscal. Faites d’abord une déclaration.",
        "url": "https://www.service-public.fr/particuliers/vosdroits/F1344",
        "publisher": "service-public.fr",
        "updated": "2025-11-18",
        "service_name": "État civil",
        "score": 0.71,
    },
]

BOT_ANSWER = (
    "Prenez rendez-vous au service État civil, puis venez avec :\n- l’ancienne carte\n- une photo de moins de six mois\n"
    "- un justificatif de domicile de moins d’un an\n\nLe renouvellement est gratuit."
)
XSS = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> '
    "https://mechant.example/piege \u202eécrit à l’envers"
)


def said(position: int, author: str, text: str, at: datetime, **more: Any) -> Shape:
    """A line of a transcript."""
    line = {
        "position": position,
        "id": f"line-{position}",
        "author": author,
        "name": "",
        "text": text,
        "language": "fr" if author != "citizen" else "",
        "at": at.isoformat(),
        "sources": [],
        "photos": [],
        "files": [],
        "receiving": 0,
        "delivery": None,
        "status": None,
    }
    return line | more


def happened(position: int, what: str, name: str, at: datetime, agent: str = "", text: str = "") -> Shape:
    """A line of a case's history."""
    return {"position": position, "what": what, "what_name": name, "at": at.isoformat(), "agent": agent, "text": text}


def case(number: int, subject: str, now: datetime, minutes: float = 5, **more: Any) -> Shape:
    """A case that was opened so many minutes ago; everything else may be said."""
    code = str(more.pop("service", "etat_civil"))
    due_minutes = float(more.pop("due_minutes", 20))
    opened = now - timedelta(minutes=minutes)
    due = opened + timedelta(minutes=due_minutes)
    shape: Shape = {
        "id": number,
        "number": f"D-7K3M-{number:04}",
        "kind": "question",
        "kind_name": "Demande de contact",
        "state": "waiting",
        "service": code,
        "service_name": SERVICE_NAMES[code],
        "cause": "asked",
        "cause_name": "a demandé une personne",
        "subject": subject,
        "channel": "web",
        "channel_name": "Site de la ville",
        "language": "fr",
        "callback": False,
        "urgent": False,
        "live": False,
        "opened_at": opened.isoformat(),
        "due_at": due.isoformat(),
        "late": due < now,
        "taken_at": None,
        "closed_at": None,
        "agent": None,
        "offered": None,
        "relay": None,
        "rating": None,
        "version": 1,
        "details": [],
        "has_contact": False,
        "location": None,
        "appointment_at": None,
        "appointment_words": "",
        "photos": [],
        "channel_limits": {"text_chars": 20_000, "window_until": None, "after_window": "", "first_private": False},
        "also_on": [],
        "other_cases": [],
        "mail": None,
        "alike": 0,
        "new_reply": False,
        "letter": False,
        "form": "",
        "summary": "Demande de contact reçue aujourd’hui ; a demandé une personne ; le robot a cité : « Refaire sa "
        "carte d’identité ».",
    }
    return shape | more


OF_ROWS = frozenset({"letter", "form", "alike", "new_reply"})
"""What only the queue says of a case."""


def whole(row: Shape) -> Shape:
    """A case as it is opened."""
    return {name: value for name, value in row.items() if name not in OF_ROWS}


def cases(now: datetime) -> list[Shape]:
    """The town's day: what waits, what is taken, what is closed."""
    return [
        case(1, "Ma carte d’identité a été volée, que dois-je faire pour la refaire rapidement ?", now, 24),
        case(
            2,
            "Il y a des fils électriques au sol devant l’école",
            now,
            3,
            service="voirie",
            urgent=True,
            cause="danger",
            cause_name="danger",
        ),
        case(
            3,
            "Can I register my newborn without an appointment?",
            now,
            9,
            language="en",
            channel="telegram",
            channel_name="Telegram",
        ),
        case(4, "Je voudrais savoir où en est mon passeport, déposé en septembre", now, 17, state="taken", agent=OTHER),
        case(
            5,
            "Rappel demandé : acte de naissance pour un mariage",
            now,
            1500,
            due_minutes=2880,
            callback=True,
            has_contact=True,
        ),
        case(
            6,
            "Nid-de-poule profond rue du Lavoir",
            now,
            130,
            due_minutes=2880,
            kind="street_issue",
            kind_name="Signalement",
            service="voirie",
            cause="form",
            cause_name="formulaire",
            has_contact=True,
            details=[
                {"name": "Nature", "value": "Chaussée abîmée", "url": None},
                {"name": "Lieu", "value": "Rue du Lavoir, devant le 12", "url": None},
            ],
            location={"latitude": 48.1, "longitude": -1.6},
            photos=["photo-1", "photo-2"],
            summary="Signalement reçu aujourd’hui ; formulaire.",
        ),
        case(7, XSS, now, 2),
        case(
            8,
            "Merci pour les horaires de la déchetterie",
            now,
            300,
            state="closed",
            agent={"id": 1, "name": "Léa Martin"},
            closed_at=(now - timedelta(minutes=200)).isoformat(),
            rating=3,
        ),
    ]


def conversation(one: Shape, now: datetime) -> list[Shape]:
    """What was said in a case before an agent came."""
    opened = datetime.fromisoformat(one["opened_at"])
    sources = [{key: SUGGESTIONS[0][key] for key in ("title", "url", "publisher", "updated")}]
    return [
        said(1, "citizen", one["subject"], opened - timedelta(minutes=2), language=one["language"]),
        said(2, "bot", BOT_ANSWER, opened - timedelta(minutes=2), sources=sources),
        said(3, "citizen", "Je voudrais parler à quelqu’un.", opened, photos=one["photos"]),
        said(4, "system", "Votre demande est transmise au service. Une personne vous répond ici.", opened),
    ]
