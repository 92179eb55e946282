"""What the fake gateway says: the welcome, one article, and an answer to each question that the tests ask."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.store.base import Article

Entry = dict[str, Any]

WELCOME = """Bonjour, je suis l’assistant virtuel de la Mairie de Pontavel : un robot qui cherche pour vous dans les pages \
de la ville et les cite.

Posez votre question avec vos mots. Nos échanges sont gardés 90 jours ; vous pouvez les effacer depuis le menu.

Pour parler à une personne : 02 61 91 40 00, du lundi au vendredi, de 9 h à 12 h 30 et de 13 h 30 à 17 h 30."""
WELCOME_EN = "Hello, I am the virtual assistant of the town hall: a robot that searches the town’s pages for you and quotes them."

ARTICLE = Article(
    id="carte-identite",
    title="Refaire sa carte d’identité",
    service="etat_civil",
    body="""Prenez rendez-vous au service État civil, puis venez avec les originaux.

## Les pièces à apporter

- l’ancienne carte, si vous l’avez encore
- une photo de moins de six mois
- un justificatif de domicile de moins d’un an

## Combien de temps, combien cela coûte

| Cas | Prix |
| --- | --- |
| Renouvellement | gratuit |
| Carte perdue ou volée | 25 € en timbre fiscal |
""",
    source="https://www.service-public.fr/particuliers/vosdroits/F1342",
    updated=date(2026, 1, 5),
)

ANSWERS: dict[str, list[Entry]] = {
    "Comment refaire ma carte d’identité ?": [
        {
            "text": "Prenez rendez-vous au service État civil, puis venez avec :\n- l’ancienne carte\n"
            "- une photo de moins de six mois\n- un justificatif de domicile de moins d’un an\n\n"
            "Le renouvellement est gratuit. Comptez trois à quatre semaines.\n\n"
            "Cela répond-il à votre question ?",
            "sources": [
                {
                    "title": "Refaire sa carte d’identité",
                    "url": "/articles/carte-identite",
                    "publisher": "Mairie de Pontavel",
                    "updated": "2026-01-05",
                },
            ],
            "buttons": ["Oui", "Non"],
            "status": "answered",
        }
    ],
    "Oui": [{"text": "Merci, c’est noté. Avez-vous une autre question ?"}],
    "cantine": [
        {
            "text": "Plusieurs pages peuvent vous répondre. Laquelle est la bonne ?",
            "buttons": ["Inscrire un enfant à la cantine", "Payer la cantine", "Les menus et les allergies"],
            "status": "choose",
        }
    ],
    "long": [
        {
            "text": "\n\n".join(f"Paragraphe {number} : {'des mots qui se suivent ' * 7}." for number in range(1, 6))
            + "\n\nCela répond-il à votre question ?",
            "buttons": ["Oui", "Non"],
        }
    ],
    "au feu": [
        {
            "text": "Appelez tout de suite :\n- 112 : urgences, partout en Europe\n- 18 : pompiers\n"
            "- 114 : par SMS, si vous ne pouvez pas parler"
        }
    ],
    "agent": [
        {"text": "Bonjour, je suis au service Voirie. Dans quelle rue est-ce ?", "author": "agent", "name": "Claire M."}
    ],
    "script": [
        {
            "text": "<img src=x onerror=\"document.title='hacked'\"> <script>document.title='hacked'</script> & <b>gras</b>",
            "buttons": ["<i>Oui</i>"],
            "sources": [
                {"title": "<u>Titre</u>", "url": "javascript:document.title='hacked'", "publisher": "<s>x</s>"},
                {"title": "Ailleurs", "url": "//example.org/x"},
                {"title": "Externe", "url": "https://www.service-public.fr/"},
            ],
        }
    ],
}
