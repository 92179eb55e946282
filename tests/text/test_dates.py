"""Days that are named. Today is Thursday 26 November 2026 unless a test says otherwise."""

from datetime import date

import pytest

from bot.text.spoken.dates import read_date

THURSDAY = date(2026, 11, 26)
MONDAY, TUESDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 29)

ONE_DAY = {
    "demain": "2026-11-27",
    "Demain matin si possible": "2026-11-27",
    "dem1": "2026-11-27",
    "dem1 14h": "2026-11-27",
    "2main": "2026-11-27",
    "tomorrow": "2026-11-27",
    "tomorow please": "2026-11-27",
    "après-demain": "2026-11-28",
    "apres demain": "2026-11-28",
    "APRÈS DEMAIN": "2026-11-28",
    "apres dem1": "2026-11-28",
    "the day after tomorrow": "2026-11-28",
    "aujourd'hui": "2026-11-26",
    "aujourd’hui": "2026-11-26",
    "aujourdhui": "2026-11-26",
    "ajd": "2026-11-26",
    "ce matin": "2026-11-26",
    "cet après-midi": "2026-11-26",
    "ce soir": "2026-11-26",
    "today": "2026-11-26",
    "tonight": "2026-11-26",
    "mardi": "2026-12-01",
    "Mardi !": "2026-12-01",
    "ce mardi": "2026-12-01",
    "mardi qui vient": "2026-12-01",
    "mardi prochain": "2026-12-01",
    "mardi proch": "2026-12-01",
    "le mardi prochain": "2026-12-01",
    "next Tuesday": "2026-12-01",
    "on tuesday": "2026-12-01",
    "mardi en huit": "2026-12-08",
    "mardi en 8": "2026-12-08",
    "mardi en quinze": "2026-12-15",
    "demain en huit": "2026-12-04",
    "jeudi en huit": "2026-12-03",
    "jeudi prochain": "2026-12-03",
    "mardi de la semaine prochaine": "2026-12-01",
    "vendredi semaine prochaine": "2026-12-04",
    "la semaine prochaine, vendredi": "2026-12-04",
    "friday next week": "2026-12-04",
    "dimanche": "2026-11-29",
    "mercerdi": "2026-12-02",
    "mercredii": "2026-12-02",
    "lunid": "2026-11-30",
    "vendrdi": "2026-11-27",
    "samdi": "2026-11-28",
    "jedui prochain": "2026-12-03",
    "à Noël": "2026-12-25",
    "pour noel svp": "2026-12-25",
    "le jour de Noël": "2026-12-25",
    "au nouvel an": "2027-01-01",
    "le jour de l'an": "2027-01-01",
    "à la Toussaint": "2027-11-01",
    "à l'Assomption": "2027-08-15",
    "14": "2026-12-14",
    "le 14": "2026-12-14",
    "le 14 svp": "2026-12-14",
    "le quatorze": "2026-12-14",
    "plutôt le 28": "2026-11-28",
    "le 26": "2026-11-26",
    "le 1er": "2026-12-01",
    "le 31": "2026-12-31",
    "the 14th": "2026-12-14",
    "le lundi 14": "2026-12-14",
    "lundi 14": "2026-12-14",
    "le mardi 12": "2027-01-12",
    "mar. 15 déc.": "2026-12-15",
    "le 14 décembre": "2026-12-14",
    "14 déc": "2026-12-14",
    "14 dec": "2026-12-14",
    "14 decembr": "2026-12-14",
    "14 decenbre": "2026-12-14",
    "lundi 14 décembre 2026": "2026-12-14",
    "14 decembre 2026 à 9h": "2026-12-14",
    "le 14 décembre 10h": "2026-12-14",
    "14 dec 26": "2026-12-14",
    "le quatorze décembre": "2026-12-14",
    "le vingt et un décembre": "2026-12-21",
    "le trente et un décembre": "2026-12-31",
    "le dix-sept décembre": "2026-12-17",
    "Dec 14th": "2026-12-14",
    "December 14": "2026-12-14",
    "December 14, 2026": "2026-12-14",
    "14 December": "2026-12-14",
    "the 14th of December": "2026-12-14",
    "14/12": "2026-12-14",
    "le 14/12": "2026-12-14",
    "14/12/2026": "2026-12-14",
    "14/12/26": "2026-12-14",
    "14-12-2026": "2026-12-14",
    "14.12.26": "2026-12-14",
    "14.12.2026": "2026-12-14",
    "le 14.12": "2026-12-14",
    "14-12": "2026-12-14",
    "14 12 2026": "2026-12-14",
    "14122026": "2026-12-14",
    "2026-12-14": "2026-12-14",
    "lundi 14/12 à 9h30": "2026-12-14",
    "le 14 du mois prochain": "2026-12-14",
    "dans 3 jours": "2026-11-29",
    "dans trois jours": "2026-11-29",
    "in 3 days": "2026-11-29",
    "dans une semaine": "2026-12-03",
    "in a week": "2026-12-03",
    "dans deux semaines": "2026-12-10",
    "in two weeks": "2026-12-10",
    "dans 15 jours": "2026-12-10",
    "dans quinze jours": "2026-12-10",
    "dans une quinzaine": "2026-12-10",
    "dans une dizaine de jours": "2026-12-06",
    "dans un mois": "2026-12-26",
    "dans 3 mois": "2027-02-26",
    "le premier janvier": "2027-01-01",
    "1er janvier": "2027-01-01",
    "le 1er mars": "2027-03-01",
    "le 1er avril": "2027-04-01",
    "15 fevrier": "2027-02-15",
    "15 fevirer": "2027-02-15",
    "le 12 sept 2027": "2027-09-12",
    "le 3 aout 2027": "2027-08-03",
    "le 3 aoüt 2027": "2027-08-03",
    "29 février 2028": "2028-02-29",
    "non, jeudi prochain": "2026-12-03",
    "plutôt vendredi": "2026-11-27",
    "pas mardi, vendredi": "2026-11-27",
    "pas le 14, le 15": "2026-12-15",
    "mardi… non, vendredi": "2026-11-27",
    "mardi, euh pardon, vendredi": "2026-11-27",
    "mardi, vendredi plutôt": "2026-11-27",
    "mardi ou plutôt vendredi": "2026-11-27",
    "vendredi plutôt que mardi": "2026-11-27",
    "vendredi au lieu de mardi": "2026-11-27",
    "not tuesday, friday": "2026-11-27",
    "mardi je ne peux pas, vendredi": "2026-11-27",
    "mardi c'est pas possible, vendredi si": "2026-11-27",
    "ni lundi ni mardi, vendredi": "2026-11-27",
    "je ne suis pas disponible mardi, vendredi oui": "2026-11-27",
    "pourquoi pas mardi": "2026-12-01",
    "mardi 1er décembre": "2026-12-01",
    "le 1er décembre, c'est un mardi": "2026-12-01",
    "j'ai appelé hier, je voudrais venir vendredi": "2026-11-27",
    "rue du 8 mai, vendredi": "2026-11-27",
    "vendredi 27 à 9 h 30": "2026-11-27",
    "je voudrais un rendez-vous pour refaire ma carte le 14 décembre avec mes 2 enfants": "2026-12-14",
}
SEVERAL = {
    "jeudi": ("2026-11-26", "2026-12-03"),
    "samedi prochain": ("2026-11-28", "2026-12-05"),
    "vendredi prochain": ("2026-11-27", "2026-12-04"),
    "mardi 14": ("2026-12-14", "2026-12-15"),
    "mardi 14 décembre": ("2026-12-14", "2026-12-15"),
    "mardi ou vendredi": ("2026-11-27", "2026-12-01"),
    "le 14 ou le 15 décembre": ("2026-12-14", "2026-12-15"),
    "le 14 ou le 16": ("2026-12-14", "2026-12-16"),
    "dans huit jours": ("2026-12-03", "2026-12-04"),
    "un mardi en janvier": ("2027-01-05", "2027-01-12", "2027-01-19", "2027-01-26"),
}


def days(*isos: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(iso) for iso in isos)


@pytest.mark.parametrize(("text", "iso"), ONE_DAY.items())
def test_one_day(text: str, iso: str) -> None:
    """A phrase that names one day is read as that day and nothing is left to ask."""
    read = read_date(text, THURSDAY)

    assert (read.days, read.period, read.why) == (days(iso), None, None)
    assert read.day == date.fromisoformat(iso)


@pytest.mark.parametrize(("text", "isos"), SEVERAL.items())
def test_several_days(text: str, isos: tuple[str, ...]) -> None:
    """Where a phrase may mean several days, all are given, nearest first."""
    read = read_date(text, THURSDAY)

    assert (read.days, read.why, read.day) == (days(*isos), None, None)
    assert read.ambiguous


@pytest.mark.parametrize(
    ("today", "text", "isos"),
    [
        (MONDAY, "mardi", ("2026-11-24",)),
        (MONDAY, "mardi prochain", ("2026-11-24", "2026-12-01")),
        (MONDAY, "ce mardi", ("2026-11-24",)),
        (MONDAY, "mardi en huit", ("2026-12-01",)),
        (TUESDAY, "mardi", ("2026-11-24", "2026-12-01")),
        (TUESDAY, "ce mardi", ("2026-11-24",)),
        (TUESDAY, "mardi prochain", ("2026-12-01",)),
        (TUESDAY, "mardi en huit", ("2026-12-01",)),
        (SUNDAY, "mardi prochain", ("2026-12-01",)),
        (SUNDAY, "mardi en huit", ("2026-12-08",)),
        (MONDAY, "mardi de la semaine prochaine", ("2026-12-01",)),
        (date(2026, 12, 31), "demain", ("2027-01-01",)),
        (date(2026, 12, 31), "le 14", ("2027-01-14",)),
        (date(2027, 1, 31), "dans un mois", ("2027-02-28",)),
        (date(2027, 12, 1), "29 février", ("2028-02-29",)),
    ],
)
def test_the_same_words_on_other_days(today: date, text: str, isos: tuple[str, ...]) -> None:
    """« mardi prochain » is this week's or next week's while this week's is still to come."""
    assert read_date(text, today).days == days(*isos)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Bonjour, plutôt mardi prochain s'il vous plaît", "mardi prochain"),
        ("le 14 décembre, avec ma fille", "le 14 décembre"),
        ("pas mardi, Mercerdi !", "Mercerdi"),
        ("aujourd’hui ça va", "aujourd’hui"),
        ("Éh bien après-demain", "après-demain"),
        ("31 février svp", "31 février"),
    ],
)
def test_where_it_was_said(text: str, part: str) -> None:
    """The span is of the text as typed, so that a caller sees what else was said."""
    start, end = read_date(text, THURSDAY).span or (0, 0)

    assert text[start:end] == part
