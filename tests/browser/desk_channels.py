"""What the fake desk holds of channels that somebody else carries: cases with their conversations, and failed replies."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.browser.desk_script import Shape, case, said

WHATSAPP, MESSENGER, TELEGRAM = 30, 31, 32
POST = "https://www.facebook.com/pontavel/posts/1042"
REASON = "la fenêtre de réponse est fermée"


def delivery(state: str, reason: str = "", doubtful: bool = False) -> Shape:
    """What became of a reply."""
    return {"state": state, "reason": reason, "doubtful": doubtful}


def cases(now: datetime) -> list[Shape]:
    """One on WhatsApp that can be answered freely, one of a comment, one on Telegram of somebody with two channels."""
    return [
        case(
            WHATSAPP,
            "Bonjour, mon bail convient-il comme justificatif de domicile ?",
            now,
            14,
            channel="whatsapp",
            channel_name="WhatsApp",
            channel_limits={
                "text_chars": 4096,
                "window_until": (now + timedelta(hours=3, minutes=12, seconds=40)).isoformat(),
                "after_window": "template",
                "first_private": False,
            },
            also_on=["Telegram", "Site de la ville"],
            other_cases=[
                {
                    "id": 6,
                    "number": "D-7K3M-0006",
                    "service_name": "Voirie",
                    "subject": "Nid-de-poule profond rue du Lavoir",
                },
                {"id": None, "number": "D-7K3M-0099", "service_name": "Action sociale (CCAS)", "subject": ""},
            ],
        ),
        case(
            MESSENGER,
            "Et les poubelles de la rue Haute, c’est pour quand ?",
            now,
            40,
            service="voirie",
            channel="messenger",
            channel_name="Messenger",
            cause="comment",
            cause_name="commentaire public",
            details=[{"name": "Publication", "value": POST, "url": POST}],
            channel_limits={"text_chars": 2000, "window_until": None, "after_window": "", "first_private": True},
        ),
    ]


def conversation(one: Shape, now: datetime) -> list[Shape]:
    """What was said: on WhatsApp with every state that a reply may be in, and with a document."""
    opened = datetime.fromisoformat(one["opened_at"])
    if one["id"] == MESSENGER:
        return [said(1, "citizen", one["subject"], opened)]
    bail = {"id": "bail-1", "name": "bail.pdf", "size_bytes": 240_000}
    return [
        said(1, "citizen", one["subject"], opened - timedelta(minutes=3), files=[bail]),
        said(2, "bot", "Un bail signé convient.", opened - timedelta(minutes=3), delivery=delivery("read")),
        said(3, "citizen", "Et pour mon fils ? Voici sa carte.", opened - timedelta(minutes=1), receiving=1),
        said(4, "bot", "Je n’ai pas trouvé.", opened - timedelta(minutes=1), delivery=delivery("delivered")),
        said(5, "system", "Votre demande est transmise.", opened, delivery=delivery("sent", doubtful=True)),
        said(6, "agent", "Je regarde.", now, name="Léa Martin", delivery=delivery("failed", REASON, doubtful=True)),
        said(
            7,
            "agent",
            "Votre fils peut joindre une attestation d’hébergement.",
            now,
            name="Léa Martin",
            delivery=delivery("waiting", "le fournisseur n’a pas répondu"),
        ),
    ]


def undelivered(now: datetime) -> list[Shape]:
    """Replies that were given up: one of the WhatsApp case, one of a conversation without a case."""
    return [
        {
            "conversation": "conversation-30",
            "reply": "case-30.r1",
            "case": {"id": WHATSAPP, "number": "D-7K3M-0030"},
            "channel": "whatsapp",
            "channel_name": "WhatsApp",
            "text": "Je regarde.",
            "reason": REASON,
            "at": (now - timedelta(minutes=2)).isoformat(),
            "doubtful": True,
        },
        {
            "conversation": "conversation-32",
            "reply": "m7.0",
            "case": None,
            "channel": "telegram",
            "channel_name": "Telegram",
            "text": "La déchetterie est ouverte du mardi au samedi, de 9 h à 12 h et de 14 h à 18 h.",
            "reason": "la personne a bloqué le compte de la ville",
            "at": (now - timedelta(minutes=50)).isoformat(),
            "doubtful": False,
        },
    ]
