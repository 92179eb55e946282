import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.typography import typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("l'accueil de l'école", "l’accueil de l’école"),
        ("France Rénov' et l'eau", "France Rénov’ et l’eau"),
        ("Une question ? Oui ; bien.", "Une question\u202f? Oui\u202f; bien."),
        ("Apportez : une photo", "Apportez\u00a0: une photo"),
        ("la carte « stationnement » suffit", "la carte «\u00a0stationnement\u00a0» suffit"),
        ("de 9 h à 12 h 30", "de 9\u00a0h à 12\u00a0h\u00a030"),
        ("86 € ou 1 500 €", "86\u00a0€ ou 1\u202f500\u00a0€"),
        ("2 m³, 20 m², 300 m", "2\u00a0m³, 20\u00a0m², 300\u00a0m"),
        ("le 02 61 91 40 10", "le 02\u00a061\u00a091\u00a040\u00a010"),
        ("bulletin n° 3, 10 ans", "bulletin n°\u00a03, 10\u00a0ans"),
    ],
)
def test_french_is_set_as_in_print(typed: str, printed: str) -> None:
    """Apostrophes, high punctuation, guillemets, figures and their units."""
    assert typeset(typed) == printed


@pytest.mark.parametrize("text", ["https://a.example/x?y=1", "mairie@pontavel.example", "12:30", "44990 Pontavel", ""])
def test_addresses_are_left_as_they_are(text: str) -> None:
    """What is copied or followed has no space to bind and no apostrophe."""
    assert typeset(text) == text


@given(st.text())
def test_typesetting_twice_changes_nothing_more(text: str) -> None:
    """What is set is not set again."""
    assert typeset(typeset(text)) == typeset(text)
