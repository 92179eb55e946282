"""Validated identifiers in a text: found however they are written, and nothing else for them."""

from __future__ import annotations

import random
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nir

from bot.text.identifiers import Identifier, identifiers, masked

WRITTEN = [
    ("mon numéro est le 1 85 05 78 006 084 91", Identifier.NIR, "1 85 05 78 006 084 91"),
    ("185057800608491", Identifier.NIR, "185057800608491"),
    ("1.85.05.78.006.084.91", Identifier.NIR, "1.85.05.78.006.084.91"),
    ("1-85-05-78-006-084-91", Identifier.NIR, "1-85-05-78-006-084-91"),
    ("1 85 05 78 006 084 / 91", Identifier.NIR, "1 85 05 78 006 084 / 91"),
    ("1 85 O5 78 0O6 084 91", Identifier.NIR, "1 85 O5 78 0O6 084 91"),
    ("1 8 5 0 5 7 8 0 0 6 0 8 4 9 1", Identifier.NIR, "1 8 5 0 5 7 8 0 0 6 0 8 4 9 1"),
    ("née en Corse : 2 53 07 2B 073 004 70.", Identifier.NIR, "2 53 07 2B 073 004 70"),
    ("253072b07300470", Identifier.NIR, "253072b07300470"),
    ("1\u200b85\u200b05\u200b78\u200b006\u200b084\u200b91", Identifier.NIR, None),
    ("１８５０５７８００６０８４９１", Identifier.NIR, "１８５０５７８００６０８４９１"),
    ("1 85\u00a005\u202f78 006\n084 91", Identifier.NIR, None),
    ("numéro de sécu 1850578006084", Identifier.NIR, "1850578006084"),
    ("sécurité sociale : 1 85 05 78 006 084 92", Identifier.NIR, "1 85 05 78 006 084 92"),
    ("NIR185057800608491merci", Identifier.NIR, "185057800608491"),
    ("FR76 3000 6000 0112 3456 7890 189", Identifier.IBAN, "FR76 3000 6000 0112 3456 7890 189"),
    ("mon iban:fr7630006000011234567890189, merci", Identifier.IBAN, "fr7630006000011234567890189"),
    ("FR14-2004-1010-0505-0001-3M02-606", Identifier.IBAN, "FR14-2004-1010-0505-0001-3M02-606"),
    ("DE89 3704 0044 0532 0130 00 et voilà", Identifier.IBAN, "DE89 3704 0044 0532 0130 00"),
    ("BE68.5390.0754.7034", Identifier.IBAN, "BE68.5390.0754.7034"),
    ("rib 30006 00001 12345678901 89", Identifier.ACCOUNT, "30006 00001 12345678901 89"),
    ("ma carte 4111 1111 1111 1111 est refusée", Identifier.CARD, "4111 1111 1111 1111"),
    ("5500005555555559", Identifier.CARD, "5500005555555559"),
    ("amex 3782 822463 10005", Identifier.CARD, "3782 822463 10005"),
    ("carte bleue 4111 1111 1111 1112", Identifier.CARD, "4111 1111 1111 1112"),
    ("732 829 320 00074", Identifier.SIRET, "732 829 320 00074"),
    ("SIRET73282932000074", Identifier.SIRET, "73282932000074"),
    ("siret : 73 28 29 32 00 00 74", Identifier.SIRET, "73 28 29 32 00 00 74"),
    ("35600000000048", Identifier.SIRET, "35600000000048"),
    ("facture pour mon entreprise, siret 73282932000074", Identifier.SIRET, "73282932000074"),
    ("mon siren 732 829 320", Identifier.SIREN, "732 829 320"),
    ("732829320 RCS Nantes", Identifier.SIREN, "732829320"),
    ("numéro fiscal 30 23 217 600 053", Identifier.TAX, "30 23 217 600 053"),
    ("3023217600053", Identifier.TAX, "3023217600053"),
]
NOT_ONE = [
    "06 12 34 56 78",
    "tél. 02 61 91 40 10, 02 61 91 40 11, 02 61 91 40 12 ou 02 61 91 40 13",
    "+33 6 12 34 56 78 et 0033612345678",
    "dossier D-7K3M-92QX, reçu R-7K3M-92QX",
    "732829320",
    "facture n° 73282932000074",
    "mon compteur linky 35600000000048 est en panne",
    "commande 732 829 320 00074",
    "facture de 1 250,50 € du 14/12/2026 à 14h30",
    "un budget de 12 000 000 000 000 euros",
    "2026-12-14 14:30:00",
    "PC 044 123 26 A0012",
    "44990 Pontavel, 12 rue du 8 mai 1945",
    "AB-123-CD",
    "185057800608492",
    "FR76 3000 6000 0112 3456 7890 188",
    "4111 1111 1111 1112",
    "73282932000075",
    "colis 6A12345678901",
    "",
    "•••• 8491",
]


@pytest.mark.parametrize(("text", "kind", "typed"), WRITTEN)
def test_an_identifier_is_found_however_it_is_written(text: str, kind: Identifier, typed: str | None) -> None:
    """With its kind and its place."""
    found = identifiers(text)

    assert [one.kind for one in found] == [kind]
    assert typed is None or text[found[0].start : found[0].end] == typed


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_no_identifier_is_not_found(text: str) -> None:
    """Telephone numbers, numbers of requests, amounts, dates, and what fails its check and is not named."""
    assert identifiers(text) == ()


def test_the_last_characters_stay() -> None:
    """So that its owner knows which it was; and masking twice is masking once."""
    once, kinds = masked(
        "iban FR14 2004 1010 0505 0001 3M02 606, sécu 185057800608491, iban FR7630006000011234567890189"
    )

    assert once == "iban •••• 2606, sécu •••• 8491, iban •••• 0189"
    assert kinds == (Identifier.IBAN, Identifier.NIR)
    assert masked(once) == (once, ())


def test_more_than_fifty_are_all_masked() -> None:
    """Rounds go on until there is none."""
    text, _ = masked("185057800608491 ; " * 120)

    assert text == "•••• 8491 ; " * 120


def test_few_numbers_at_random_pass_for_one() -> None:
    """Of 4,000 made-up numbers of nine to sixteen figures in groups of two, at most one in two hundred."""
    random.seed(6)
    taken = 0
    for _ in range(4000):
        figures = "".join(random.choices("0123456789", k=random.randint(9, 16)))
        said = " ".join(figures[at : at + 2] for at in range(0, len(figures), 2))
        taken += bool(identifiers(f"mon dossier {said} merci"))

    assert taken <= 20


@given(
    st.from_regex(r"[12]\d\d(0[1-9]|1[0-2])(0[1-9]|[1-8]\d)\d{6}", fullmatch=True), st.sampled_from(["", " ", ".", "-"])
)
def test_every_valid_nir_is_found(number: str, sign: str) -> None:
    """Whatever the figures, in the usual groups."""
    whole = number + nir.calc_check_digits(number + "00")
    written = nir.format(whole, sign)

    assert [one.kind for one in identifiers(f"c'est {written} voilà")] == [Identifier.NIR]


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    """Any characters: places lie within the text and do not overlap."""
    found = identifiers(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "piece", ["1 ", "1-", "1 8 5 0 5 7 8 0 0 6 0 8 4 9 2 ", "FR76 ", "fr11", "4 ", "sécu 1 1 1 1 1 1 "]
)
def test_a_text_that_is_all_figures_costs_little(piece: str) -> None:
    """Four thousand characters that may be a number at each place: counted in calls, which no other load changes."""
    text = (piece * (4000 // len(piece) + 1))[:4000]
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        masked(text)
    finally:
        sys.setprofile(None)
    assert calls < 160_000
