"""What a night found, said in French."""

from __future__ import annotations

from datetime import date

import pytest

from bot.analytics.findings import Sort
from bot.contacts import Finding
from bot.desk.finding_words import Sentences, between, number
from bot.desk.words import load_words

SENTENCES = Sentences(
    load_words(), {"urbanisme": "Urbanisme", "voirie": "Voirie"}, {"7": "composteur collectif"}, date(2026, 3, 20), 7.5
)
FIRST, LAST = date(2026, 3, 12), date(2026, 3, 19)
HOUR = 3600


def said(sort: Sort, subject: str, days: tuple[date, date], seen: int, expected: int, detail: str = "") -> str:
    """The sentence of a finding, with plain spaces."""
    return SENTENCES(Finding(sort.value, subject, *days, seen, expected, 5, detail=detail))


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (
            (Sort.LATE, "urbanisme", (FIRST, LAST), 45 * HOUR, 15 * HOUR),
            "Urbanisme répond en 6 jours ouvrés en moyenne, contre 2 jours ouvrés d'habitude, depuis le 12 mars.",
        ),
        (
            (Sort.LATE, "voirie", (date(2026, 2, 1), date(2026, 2, 20)), int(6.5 * HOUR), 3 * HOUR, "others"),
            "Voirie dépasse souvent son délai, du 1er février au 20 février : réponse en 6,5 heures d'ouverture en moyenne, "
            "contre 3 heures d'ouverture dans les autres services.",
        ),
        (
            (Sort.SILENCE, "telegram", (FIRST, LAST), 1, 37, "18-24"),
            "Telegram n'apporte presque plus rien entre 18 h et minuit, depuis le 12 mars. Contacts : 1, contre 37 "
            "d'habitude.",
        ),
        (
            (Sort.SILENCE, "", (LAST, LAST), 0, 140),
            "Presque plus personne n'écrit, sur aucun canal, depuis le 19 mars. Contacts : 0, contre 140 d'habitude.",
        ),
        (
            (Sort.GAP, "7", (FIRST, LAST), 12, 0, "early"),
            "La question « composteur collectif » est revenue 12 fois, depuis le 12 mars, et aucun article n'y répond : c'est une "
            "grande part de ce qui reste sans réponse.",
        ),
        (
            (Sort.SILENCE, "telegram", (LAST, LAST), 0, 18, "early"),
            "Telegram n'a presque rien apporté, depuis le 19 mars, alors que les autres canaux continuent. Contacts : 0, contre 18 "
            "sur autant de jours ouvrés d'avant.",
        ),
        (
            (Sort.LATE, "voirie", (FIRST, LAST), 5 * HOUR, 0, "others"),
            "Voirie dépasse souvent son délai, depuis le 12 mars : réponse en 5 heures d'ouverture en moyenne.",
        ),
        (
            (Sort.SURGE, "", (FIRST, FIRST), 1450, 150, "voirie"),
            "1\u202f450 contacts le 12 mars, contre 150 d'habitude, pour la plupart : Voirie.",
        ),
        (
            (Sort.SURGE, "voirie", (FIRST, FIRST), 80, 20),
            "Voirie a reçu 80 contacts le 12 mars, contre 20 d'habitude.",
        ),
        (
            (Sort.STANDSTILL, "", (date(2025, 12, 2), date(2025, 12, 2)), 0, 52, "46"),
            "Presque rien n'a été pris en charge le 2 décembre 2025. Demandes reçues : 46 ; prises en charge : 0, contre 52 "
            "d'habitude.",
        ),
        (
            (Sort.GAP, "7", (FIRST, LAST), 31, 0),
            "Une question nouvelle, « composteur collectif », revient depuis le 12 mars et aucun article n'y répond : "
            "31 fois.",
        ),
        (
            (Sort.GAP, "7", (FIRST, LAST), 31, 6),
            "La question « composteur collectif » revient de plus en plus, depuis le 12 mars, et aucun article n'y répond : "
            "31 fois, contre 6 d'habitude.",
        ),
    ],
)
def test_every_sort_has_its_sentence(
    finding: tuple[Sort, str, tuple[date, date], int, int] | tuple[Sort, str, tuple[date, date], int, int, str],
    expected: str,
) -> None:
    """Names, days and numbers as French writes them; what goes on is said since its first day."""
    assert said(*finding) == expected


def test_what_is_unknown_is_said_by_its_code() -> None:
    """A service that was removed, a topic that is gone and a sort of a later version have a sentence all the same."""
    gone = said(Sort.LATE, "{0.__class__}", (FIRST, LAST), 1800, 600)
    later = SENTENCES(Finding("drift", "web", FIRST, LAST, 3, 1, 4))

    assert (gone, later) == (
        "{0.__class__} (ancien service) répond en 30 min en moyenne, contre 10 min d'habitude, depuis le 12 mars.",
        "web : 3, contre 1 d'habitude, depuis le 12 mars.",
    )


def test_numbers_and_hours() -> None:
    """A comma where a place says something, a space between thousands, and midnight by its name."""
    found = [number(0), number(2.04), number(9.96), number(12.6), number(31415), between("21-3"), between("0-6")]

    assert found == ["0", "2", "10", "13", "31\u202f415", "21 h et 3 h", "minuit et 6 h"]
