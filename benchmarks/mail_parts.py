"""A city's year of mail, put together from parts: the same seed makes the same mails, byte for byte.

What citizens ask for comes from the project's own letters (`triage/services`), machines' and traders' mail from
`triage/kinds`; around it come openings, places, closings, signatures, quotes, HTML, old charsets and small files.
"""

from __future__ import annotations

import base64
import html
import quopri
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
MAILBOX = "contact@pontavel.example"
SHARES = {"citizen": 0.70, "machine": 0.12, "newsletter": 0.13, "repeated": 0.05}
ANSWERS = 0.06
"""Of citizens' mails: answers to an earlier mail of their own."""
RECENT = 400
"""So many of the last mails may be answered, or their matter repeated by somebody else."""
BUSY = {
    1: ("elections", "finances_regie"),
    6: ("affaires_scolaires", "petite_enfance", "espaces_verts"),
    7: ("sports", "jeunesse", "eau_assainissement"),
    8: ("police_municipale_tranquillite", "proprete_dechets"),
    9: ("affaires_scolaires", "restauration_scolaire", "transports_scolaires", "vie_associative"),
    11: ("voirie", "eclairage_public", "espaces_verts"),
    12: ("eclairage_public", "voirie", "action_sociale_ccas"),
}
"""Services that get three times as much in a month."""
MONTHS = (9, 8, 8, 8, 8, 10, 7, 5, 12, 9, 8, 8)
FIRST = (
    "Lucie",
    "Ahmed",
    "Paul",
    "Marie-Hélène",
    "José",
    "Inès",
    "Yann",
    "Fatou",
    "Élodie",
    "Bernard",
    "Chloé",
    "Noël",
)
LAST = (
    "Martin",
    "Le Goff",
    "Benali",
    "Dupré",
    "Garcia",
    "Nguyen",
    "Hervé",
    "Moreau",
    "Traoré",
    "Lefèvre",
    "Roux",
    "Çelik",
)
STREETS = ("rue du Lavoir", "avenue de Bretagne", "place de la Halle", "impasse des Lilas", "quai Surcouf", "rue Pasteur",
           "chemin des Dunes", "boulevard Foch", "allée des Érables", "rue des Forges", "square Monnet", "route de la Mer")  # fmt: skip
OPENINGS = (
    "Bonjour,",
    "Madame, Monsieur,",
    "Bonjour Monsieur le Maire,",
    "bonjour",
    "Bonsoir,",
    "",
    "Madame,",
    "Messieurs,",
)
PLACES = (
    "C'est au {number} {street}.",
    "J'habite {number} {street}.",
    "Cela se passe {street}, devant le {number}.",
    "",
)
EXTRAS = ("Cela dure depuis {number} jours.", "Vous pouvez me joindre au 06 {a} {b} {c} {d}.", "Mon dossier porte le numéro {long}.",
          "Je vous ai déjà écrit le {day}.", "Pouvez-vous me répondre avant le {day} ?", "", "")  # fmt: skip
CLOSINGS = (
    "Cordialement,",
    "Merci d'avance.",
    "Bien à vous,",
    "Dans l'attente de votre réponse, recevez mes salutations.",
    "cdt",
    "",
)
FOOTERS = (
    "Envoyé de mon iPhone",
    "Sent from my phone",
    "-- \nCe message est confidentiel. Ne l'imprimez que si c'est nécessaire.",
)
QUOTES = "Le {day} 2026 à 10:{b}, Mairie de Pontavel <contact@pontavel.example> a écrit :\n> Bonjour,\n> Votre demande est reçue.\n> Cordialement"
ABSENT = ("Bonjour, je suis absent jusqu'au {day}. Pour toute urgence, écrivez à mes collègues.",
          "Réponse automatique : votre message a bien été reçu et porte le numéro {long}.",
          "I am out of the office until {day} and will answer on my return.")  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the year. `machine`: its headers say that nobody waits for an answer."""

    raw: bytes
    message_id: str
    kind: str
    machine: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about."""

    subject: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sent:
    """What later mails may answer or repeat."""

    message_id: str
    sender: str
    name: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What mails are made of."""

    matters: dict[str, tuple[Matter, ...]]
    newsletters: tuple[Matter, ...]


def parts(folder: Path) -> Parts:
    """The parts in a folder such as the project's `triage`."""
    matters = {}
    for path in sorted((folder / "services").glob("*.yml")):
        matters[path.stem] = tuple(_matter(one) for one in _examples(path))
    return Parts(matters, tuple(_matter(one) for one in _examples(folder / "kinds" / "spam.yml")))


def year(known: Parts, mails: int, seed: int) -> Iterator[Mail]:
    """The mails in the order in which they come in."""
    chance = random.Random(seed)
    recent: list[_Sent] = []
    kinds, shares = list(SHARES), list(SHARES.values())
    per_month = [mails * share // sum(MONTHS) for share in MONTHS]
    per_month[-1] += mails - sum(per_month)
    number = 0
    for month, count in enumerate(per_month, 1):
        services = list(known.matters)
        weights = [3 if one in BUSY.get(month, ()) else 1 for one in services]
        for place in range(count):
            number += 1
            at = YEAR + timedelta(days=30.4 * (month - 1 + place / max(1, count)), minutes=chance.randrange(600))
            kind = chance.choices(kinds, shares)[0]
            maker = _Maker(chance, number, seed, at)
            if kind == "machine":
                yield maker.machine()
            elif kind == "newsletter":
                yield maker.newsletter(known.newsletters)
            else:
                (service,) = chance.choices(services, weights)
                earlier = chance.choice(recent) if recent else None
                mail, sent = maker.citizen(kind, known.matters[service], earlier)
                recent = [*recent[-RECENT:], sent] if kind == "citizen" else recent
                yield mail


class _Maker:
    """Makes one mail."""

    def __init__(self, chance: random.Random, number: int, seed: int, at: datetime) -> None:
        self._chance = chance
        self._at = at
        self._id = f"<{seed}.{number}.{chance.getrandbits(40):x}@mail.example>"

    def machine(self) -> Mail:
        """An out-of-office reply or a receipt, with the headers that say so."""
        chance = self._chance
        text = self._filled(chance.choice(ABSENT))
        headers = [
            ("Auto-Submitted", chance.choice(("auto-replied", "auto-generated"))),
            ("X-Auto-Response-Suppress", "All"),
        ]
        sender = f"service{chance.randrange(3000)}@administration.example"
        raw = self._mime("Réponse automatique", text, sender, "", headers)
        return Mail(raw, self._id, "machine", machine=True)

    def newsletter(self, known: Sequence[Matter]) -> Mail:
        """A list's mail, always with HTML."""
        chance = self._chance
        matter, other = chance.choice(known), chance.choice(known)
        body = "\n\n".join((*matter.sentences, *other.sentences, "Pour vous désinscrire : https://news.example/stop"))
        listed = ("List-Unsubscribe", f"<https://news.example/stop/{chance.randrange(10**6)}>")
        headers = [listed, ("List-Id", f"<lettre{chance.randrange(40)}.news.example>"), ("Precedence", "bulk")]
        sender = f"lettre{chance.randrange(200)}@news.example"
        raw = self._mime(matter.subject, body, sender, "La lettre", headers, as_html=True)
        return Mail(raw, self._id, "newsletter", machine=True)

    def citizen(self, kind: str, matters: Sequence[Matter], earlier: _Sent | None) -> tuple[Mail, _Sent]:
        """A citizen's own matter, an answer in their own conversation, or what another one has written of already."""
        chance = self._chance
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        sender = f"citoyen{chance.randrange(40_000)}@courriel.example"
        headers: list[tuple[str, str]] = []
        matter = chance.choice(matters)
        body = self._said(matter, chance.choice(matters))
        subject = matter.subject
        if earlier is not None and kind == "repeated":
            subject, body = earlier.subject, earlier.body
        elif earlier is not None and chance.random() < ANSWERS:
            sender, name, subject = earlier.sender, earlier.name, f"Re: {earlier.subject}"
            headers = [("In-Reply-To", earlier.message_id), ("References", earlier.message_id)]
        text = "\n".join(filter(None, (chance.choice(OPENINGS), body, chance.choice(CLOSINGS), name)))
        if chance.random() < 0.2:
            text += f"\n\n{chance.choice(FOOTERS)}"
        if chance.random() < 0.15:
            text += f"\n\n{self._filled(QUOTES)}"
        raw = self._mime(
            subject, text, sender, name, headers, as_html=chance.random() < 0.6, files=chance.random() < 0.12
        )
        return Mail(raw, self._id, kind, machine=False), _Sent(self._id, sender, name, subject, body)

    def _said(self, matter: Matter, other: Matter) -> str:
        chance = self._chance
        said = list(matter.sentences)
        if chance.random() < 0.25:
            said.append(chance.choice(other.sentences))
        said += [self._filled(chance.choice(PLACES)), self._filled(chance.choice(EXTRAS))]
        return (" " if chance.random() < 0.5 else "\n").join(filter(None, said))

    def _filled(self, text: str) -> str:
        chance = self._chance
        two = [f"{chance.randrange(10, 99)}" for _ in range(4)]
        named: dict[str, Any] = dict(zip("abcd", two, strict=True))
        day = f"{chance.randrange(1, 28)} {chance.choice(('mars', 'juin', 'août', 'octobre'))}"
        return text.format(
            number=chance.randrange(1, 90),
            street=chance.choice(STREETS),
            long=chance.randrange(10**6),
            day=day,
            **named,
        )

    def _mime(
        self,
        subject: str,
        text: str,
        sender: str,
        name: str,
        headers: Sequence[tuple[str, str]],
        as_html: bool = False,
        files: bool = False,
    ) -> bytes:
        chance = self._chance
        charset = chance.choices(("utf-8", "iso-8859-1", "windows-1252", "iso-8859-15"), (80, 10, 7, 3))[0]
        coding = chance.choices(("quoted-printable", "base64", "8bit"), (60, 20, 20))[0]
        body = _part("plain", text, charset, coding)
        if as_html:
            shown = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n"))
            page = f"<html><head><style>p {{margin: 0}}</style></head><body>{shown}</body></html>"
            body = _multipart(
                "alternative", [body, _part("html", page, charset, coding)], f"a{chance.getrandbits(40):x}"
            )
        if files:
            body = _multipart("mixed", [body, self._file()], f"m{chance.getrandbits(40):x}")
        # Written as mail programs write it, old servers' lines included.
        lines = [
            "Received: from mx.example (mx.example [192.0.2.1]) by mail.pontavel.example; " + format_datetime(self._at),
            f"From: {Header(name, 'utf-8').encode()} <{sender}>" if name else f"From: {sender}",
            f"To: {MAILBOX}",
            f"Subject: {Header(subject, charset if _fits(subject, charset) else 'utf-8').encode()}",
            f"Date: {format_datetime(self._at)}",
            f"Message-ID: {self._id}",
            "MIME-Version: 1.0",
            *(f"{key}: {value}" for key, value in headers),
        ]
        return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n" + body

    def _file(self) -> bytes:
        """A small picture or paper, as far as anybody looks who does not open it."""
        chance = self._chance
        content = base64.encodebytes(b"%PDF-1.4\n" + chance.randbytes(chance.randrange(500, 4000)))
        head = 'Content-Type: application/pdf; name="piece.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        return f'{head}Content-Disposition: attachment; filename="piece.pdf"\r\n\r\n'.encode() + content


def _part(subtype: str, text: str, charset: str, coding: str) -> bytes:
    content = text.encode(charset, "replace")
    if coding == "quoted-printable":
        content = quopri.encodestring(content)
    elif coding == "base64":
        content = base64.encodebytes(content)
    head = f"Content-Type: text/{subtype}; charset={charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    return head.encode() + content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _multipart(subtype: str, inner: Sequence[bytes], boundary: str) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    mark = f"--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + one + b"\r\n" for one in inner) + mark + b"--\r\n"


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _examples(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["examples"]
    return found


def _matter(one: dict[str, Any]) -> Matter:
    sentences = tuple(part.strip() for part in _SENTENCE.split(one["body"]) if part.strip())
    return Matter(" ".join(one["subject"].split()), sentences)
