"""What the fake desk holds of mail and web forms: letters as the gateway shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.browser.desk_script import Shape, case, said

HOLE, FLOOD, FORM, DANGER = 40, 41, 42, 43
TOWN = "pontavel.example"
STRANGER = "syndic.du.lavoir@example.org"
KINDS = [
    {"code": "request", "name": "Demande"},
    {"code": "complaint", "name": "Réclamation"},
    {"code": "report", "name": "Signalement"},
    {"code": "thanks", "name": "Remerciement"},
    {"code": "autoreply", "name": "Réponse automatique"},
    {"code": "spam", "name": "Publicité ou message indésirable"},
]
URGENCIES = [
    {"code": "low", "name": "Peut attendre"},
    {"code": "normal", "name": "Normale"},
    {"code": "high", "name": "Urgente"},
]
OFTEN = "cet expéditeur en a reçu beaucoup en une heure"
ELSEWHERE = "le courrier vient d'une autre adresse que celle de la demande"
ACKNOWLEDGED = {
    "sent": "Accusé de réception envoyé",
    "held": f"Accusé de réception retenu : {OFTEN}",
    "none": "Pas d'accusé de réception pour ce courrier",
}
PROOFS = {
    "spf": {"pass": "SPF, serveur d'envoi autorisé", "fail": "SPF, serveur d'envoi non autorisé"},
    "dkim": {"pass": "DKIM, signature valable", "fail": "DKIM, signature fausse"},
    "dmarc": {
        "pass": "DMARC, l'adresse est celle de l'expéditeur",
        "fail": "DMARC, l'adresse n'est pas celle de l'expéditeur",
    },
}
SOURCE = {"title": "Signaler un problème de voirie", "url": "/articles/voirie", "publisher": "Mairie", "updated": ""}
REPLIES: list[Shape] = [
    {
        "id": "voirie-nid-de-poule",
        "title": "Nid-de-poule : réparation sous dix jours",
        "text": "Bonjour,\n\nMerci pour votre signalement rue du Lavoir. Une équipe passera sous dix jours ouvrés. "
        "Si le trou s’agrandit ou devient dangereux, appelez le service.\n\nCordialement,\nLe service Voirie",
        "sources": [SOURCE],
    },
    {
        "id": "voirie-precisions",
        "title": "Demander le lieu exact",
        "text": "Bonjour,\n\nPouvez-vous préciser le numéro de la rue, et joindre une photo si possible ?\n\n"
        "Cordialement,\nLe service Voirie",
        "sources": [],
    },
]
WORDS = (
    "Depuis trois semaines, un nid-de-poule profond s’est formé sur la chaussée devant le 12 rue du Lavoir. "
    "Hier, un cycliste est tombé. Pouvez-vous le faire reboucher avant l’hiver ?"
)
QUOTE = "> Bonjour, votre demande de juillet a été transmise.\n> Le service Voirie"
PARTS = [
    ("greeting", "Formule d'appel", "Bonjour,"),
    ("body", "Texte", WORDS),
    ("closing", "Formule de politesse", "Merci d’avance,"),
    ("signature", "Signature", "Lucie Garnier\n12 rue du Lavoir\n06 12 34 56 78"),
    ("footer", "Mentions automatiques", "Envoyé de mon téléphone"),
    ("quote", "Message cité", QUOTE),
]
OWN = ("greeting", "body", "closing")


def letter(number: int, message: str, now: datetime, minutes: float, **more: Any) -> Shape:
    """A letter; everything may be said otherwise."""
    parts = more.pop("parts", PARTS)
    verdict = more.pop("verdict", "pass")
    acknowledged = str(more.get("acknowledged", "sent"))
    shape: Shape = {
        "id": number,
        "message": message,
        "at": (now - timedelta(minutes=minutes)).isoformat(),
        "subject": "Trou dangereux rue du Lavoir",
        "name": "Lucie Garnier",
        "mailbox": "contact@pontavel.example",
        "form": "",
        "fields": [],
        "copies": 0,
        "parts": [
            {"kind": kind, "kind_name": name, "text": text, "folded": kind not in OWN} for kind, name, text in parts
        ],
        "services": [
            {"code": "voirie", "name": "Voirie", "likely": "très probable"},
            {"code": "urbanisme", "name": "Urbanisme", "likely": "peu probable"},
            {"code": "etat_civil", "name": "État civil", "likely": "peu probable"},
        ],
        "service": "voirie",
        "service_name": "Voirie",
        "sure": True,
        "because": ["nid-de-poule", "chaussée", "reboucher"],
        "rule": "",
        "kind": "report",
        "kind_name": "Signalement",
        "urgency": "normal",
        "urgency_name": "Normale",
        "alert": "",
        "language": "fr",
        "personal": ["un numéro de téléphone", "une adresse postale"],
        "masked": [],
        "automatic": "",
        "proofs": [{"what": what, "verdict": verdict, "text": words[verdict]} for what, words in PROOFS.items()],
        "forged": verdict == "fail",
        "trusted": True,
        "stranger": "",
        "acknowledged": acknowledged,
        "acknowledged_words": ACKNOWLEDGED[acknowledged],
        "suggested": [],
    }
    return shape | more


def mail(letters: list[Shape], alike: int = 0) -> Shape:
    """What a case has of letters."""
    others = [
        {"id": FORM, "number": f"D-7K3M-{FORM:04}", "service_name": "Voirie", "subject": "Trou", "state": "waiting"},
        {"id": None, "number": "D-7K3M-0099", "service_name": "Urbanisme", "subject": "", "state": "closed"},
    ]
    return {
        "letters": letters,
        "elsewhere": [
            {"code": "urbanisme", "name": "Urbanisme", "likely": "peu probable"},
            {"code": "etat_civil", "name": "État civil", "likely": "peu probable"},
        ],
        "alike": alike,
        "alike_cases": others if alike else [],
        "kinds": KINDS,
        "urgencies": URGENCIES,
    }


def cases(now: datetime) -> list[Shape]:
    """A mail with its like, one whose sender is doubtful and acknowledgement held, a form, and danger."""
    by_mail = {"channel": "email", "channel_name": "Courriel", "cause": "mail", "cause_name": "courriel"}
    roads = {**by_mail, "service": "voirie", "due_minutes": 7200.0, "has_contact": True, "letter": True, "form": ""}
    summary = "Demande de contact reçue aujourd’hui ; courriel."
    return [
        case(
            HOLE,
            "Trou dangereux rue du Lavoir",
            now,
            95,
            alike=11,
            new_reply=False,
            summary=summary,
            mail=mail(
                [
                    letter(1, "line-1", now, 95, suggested=REPLIES),
                    letter(
                        2,
                        "line-3",
                        now,
                        12,
                        subject="RE: Trou dangereux rue du Lavoir",
                        name="Syndic du Lavoir",
                        parts=[("body", "Texte", "Nous confirmons, la copropriété est gênée aussi.")],
                        trusted=False,
                        stranger=STRANGER,
                        acknowledged="none",
                        personal=[],
                    ),
                ],
                alike=11,
            ),
            **roads,
        ),
        case(
            FLOOD,
            "Facture impayée, dernier rappel",
            now,
            9000,
            alike=0,
            new_reply=True,
            summary=summary,
            mail=mail(
                [
                    letter(
                        3,
                        "line-1",
                        now,
                        9000,
                        subject="Facture impayée, dernier rappel",
                        name="",
                        copies=14,
                        parts=[("body", "Texte", "Votre facture est en attente. Réglez-la aujourd’hui.")],
                        verdict="fail",
                        acknowledged="held",
                        because=[],
                        sure=False,
                        personal=[],
                        automatic="réponse d'une machine",
                    )
                ]
            ),
            **roads | {"state": "taken", "agent": {"id": 1, "name": "Léa Martin"}},
        ),
        case(
            FORM,
            "Trou devant l’école",
            now,
            30,
            alike=11,
            new_reply=False,
            summary=summary,
            mail=mail(
                [
                    letter(
                        4,
                        "line-1",
                        now,
                        30,
                        subject="Trou devant l’école",
                        mailbox="",
                        form="Problème dans la rue",
                        fields=[
                            {"name": "Nature", "value": "Chaussée abîmée"},
                            {"name": "Lieu", "value": "Rue des Écoles, devant le 3"},
                        ],
                        parts=[("body", "Texte", "Les enfants passent par là tous les matins.")],
                        masked=["un IBAN", "un numéro de carte bancaire"],
                        because=["chaussée"],
                        proofs=[],
                        personal=[],
                    )
                ],
                alike=11,
            ),
            **roads | {"channel": "form", "channel_name": "Formulaire", "cause": "form", "cause_name": "formulaire"},
        ),
        case(
            DANGER,
            "Odeur de gaz dans le hall",
            now,
            2,
            urgent=True,
            alike=0,
            new_reply=False,
            summary=summary,
            mail=mail(
                [
                    letter(
                        5,
                        "line-1",
                        now,
                        2,
                        subject="Odeur de gaz dans le hall",
                        parts=[("body", "Texte", "Bonjour, ça sent le gaz dans notre hall depuis ce matin.")],
                        alert="Danger",
                        urgency="high",
                        urgency_name="Urgente",
                        because=["gaz"],
                        personal=[],
                    )
                ]
            ),
            **roads,
        ),
    ]


def conversation(one: Shape, now: datetime) -> list[Shape]:
    """What was written in the case of a letter."""
    opened = datetime.fromisoformat(one["opened_at"])
    told = f"Bonjour,\n\nVotre demande est enregistrée sous le numéro {one['number']}, reçue par le service Voirie."
    lines = [
        said(1, "citizen", one["mail"]["letters"][0]["parts"][0]["text"], opened),
        said(2, "system", told, opened),
    ]
    if len(one["mail"]["letters"]) > 1:
        lines.append(said(3, "citizen", "Nous confirmons.", now - timedelta(minutes=12)))
    return lines
