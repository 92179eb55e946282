"""What is masked before others than a conversation's agents read it."""

from __future__ import annotations

import pytest

from bot.privacy.redact import Redacted, redact

OWN = ("02 61 91 40 10", "etat-civil@pontavel.example", "1 place de la Halle, 44990 Pontavel")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour Mme Kerouanton, votre carte est prête.", "Bonjour Mme [nom], votre carte est prête."),
        ("Bonjour Marguerite, venez mardi.", "Bonjour [nom], venez mardi."),
        ("Bonjour Madame, Monsieur, venez mardi.", "Bonjour Madame, Monsieur, venez mardi."),
        ("Venez mardi.\n\nCordialement,\nClaire Morvan", "Venez mardi.\n\nCordialement,\n[nom]"),
        ("je m'appelle Jean-Marc Le Goff et je déménage", "je m'appelle [nom] et je déménage"),
        ("Je vous appelle au 06 12 34 56 78 demain.", "Je vous appelle au [téléphone] demain."),
        ("Écrivez à jean.dupont@orange.fr ou à anne@free.fr.", "Écrivez à [adresse e-mail] ou à [adresse e-mail]."),
        ("Nous passons au 12 bis rue des Lilas à 9 h.", "Nous passons au [adresse] à 9 h."),
        ("Votre dossier D-7K3M-92QX est complet.", "Votre dossier [numéro] est complet."),
        ("né le 12/03/1984 à Nantes", "né le [date de naissance] à Nantes"),
        ("née le 3 mars 1984", "née le [date de naissance]"),
        ("Sécurité sociale : 2 84 03 44 109 123 45", "Sécurité sociale : [numéro]"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN [numéro]"),
        ("La voiture AB-123-CD gêne.", "La voiture [numéro] gêne."),
    ],
)
def test_what_says_whose_it_was_is_masked(text: str, expected: str) -> None:
    """Names where names stand, contacts, homes, numbers and dates of birth."""
    assert redact(text, OWN).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Appelez le 02 61 91 40 10 ou écrivez à etat-civil@pontavel.example.",
        "Venez au 1 place de la Halle, de 9 h à 12 h 30.",
        "La rue du Lavoir est fermée jusqu'au 12 mars 2027.",
        "Le timbre coûte 86 €, la photo date de moins de 6 mois, en 2026 comme en 2027.",
        "Madame le Maire reçoit le samedi.",
        "Bonjour Votre carte est prête. Bonjour Nous sommes ouverts.",
    ],
)
def test_what_is_the_towns_own_stays(text: str) -> None:
    """Its telephones and addresses, streets, dates, prices."""
    assert redact(text, OWN).text == text


def test_masks_are_counted() -> None:
    """Whoever publishes the text is told how many there were; a masked text is not masked again."""
    once = redact("Bonjour Anne, au 06 12 34 56 78 ou anne@free.fr.")

    assert once.masked == 3
    assert redact(once.text).masked == 0


def test_a_long_text_is_read_to_its_end() -> None:
    """What stands behind the first thousands of characters is masked too."""
    text = "mot " * 3000 + "vu au 3 rue des Lilas, tél. 06 12 34 56 78"

    assert redact(text).text == "mot " * 3000 + "vu au [adresse], tél. [téléphone]"


def test_what_only_looks_like_an_address_hides_none() -> None:
    """Thousands of signs that belong to no address are read once each, and the address behind them is masked."""
    text = "a@b " * 3000

    assert redact(f"{text}jean.dupont@orange.fr") == Redacted(f"{text}[adresse e-mail]", 1)
