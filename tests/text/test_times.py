from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.spoken.hour_rules import Window
from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.times import TimeRead, read_time

ONE_TIME = {
    "14h30": "14:30",
    "14 h 30": "14:30",
    "14:30": "14:30",
    "14H30": "14:30",
    "14h": "14:00",
    "14h00": "14:00",
    "14 heures": "14:00",
    "14 heures trente": "14:30",
    "quatorze heures trente": "14:30",
    "9h": "09:00",
    "9 heures": "09:00",
    "09h15": "09:15",
    "9 h 15 svp": "09:15",
    "9h du matin": "09:00",
    "3h du matin": "03:00",
    "2h de l'après-midi": "14:00",
    "2 h de l’après midi": "14:00",
    "2h30 de l'aprem": "14:30",
    "8h du soir": "20:00",
    "midi": "12:00",
    "à midi pile": "12:00",
    "midi et demi": "12:30",
    "midi et demie": "12:30",
    "midi et quart": "12:15",
    "midi moins le quart": "11:45",
    "midi trente": "12:30",
    "neuf heures et demie": "09:30",
    "9h et demi": "09:30",
    "9 heures et quart": "09:15",
    "dix heures moins le quart": "09:45",
    "dix heures moins quart": "09:45",
    "10h moins dix": "09:50",
    "10 heures 20": "10:20",
    "onze heures cinq": "11:05",
    "dix-sept heures": "17:00",
    "à 9": "09:00",
    "à 9h": "09:00",
    "9": "09:00",
    "9.30": "09:30",
    "à 9.30": "09:30",
    "0930": "09:30",
    "1430": "14:30",
    "neuf heures": "09:00",
    "minuit": "00:00",
    "2:30 pm": "14:30",
    "2.30pm": "14:30",
    "2:30 p.m.": "14:30",
    "9 am": "09:00",
    "9am please": "09:00",
    "12 pm": "12:00",
    "12 am": "00:00",
    "noon": "12:00",
    "half past nine": "09:30",
    "quarter to ten": "09:45",
    "quarter past ten": "10:15",
    "ten past nine": "09:10",
    "9 o'clock": "09:00",
    "at 9": "09:00",
    "02:30": "02:30",
    "à 3h l'après-midi": "15:00",
    "l'après-midi à 3h": "15:00",
    "demain matin à 9": "09:00",
    "le matin, 9h30": "09:30",
    "non, 15h": "15:00",
    "plutôt 15h": "15:00",
    "pas 14h, 15h": "15:00",
    "14h, non 15h plutôt": "15:00",
    "14h c'est pas possible, 15h": "15:00",
    "15h au lieu de 14h": "15:00",
    "je prends 9h30": "09:30",
    "je finis le travail à 17 heures": "17:00",
}
SEVERAL = {
    "à 3h": ("03:00", "15:00"),
    "2 heures": ("02:00", "14:00"),
    "à 2": ("02:00", "14:00"),
    "une heure": ("01:00", "13:00"),
    "2h30": ("02:30", "14:30"),
    "9h ou 10h": ("09:00", "10:00"),
}
WINDOWS = {
    "le matin": ("06:00", "12:00"),
    "matin": ("06:00", "12:00"),
    "en matinée": ("06:00", "12:00"),
    "dans la matinée": ("06:00", "12:00"),
    "in the morning": ("06:00", "12:00"),
    "l'après-midi": ("12:00", "18:00"),
    "l’aprem": ("12:00", "18:00"),
    "apres midi": ("12:00", "18:00"),
    "dans l'après-midi": ("12:00", "18:00"),
    "in the afternoon": ("12:00", "18:00"),
    "le soir": ("18:00", "22:00"),
    "en soirée": ("18:00", "22:00"),
    "en fin de journée": ("16:00", "19:00"),
    "fin d'après-midi": ("16:00", "18:00"),
    "en fin de matinée": ("10:30", "12:00"),
    "en début de matinée": ("06:00", "10:00"),
    "début d'après-midi": ("12:00", "15:00"),
    "late afternoon": ("16:00", "18:00"),
    "entre midi et deux": ("12:00", "14:00"),
    "après 16h": ("16:00", None),
    "apres 16 heures": ("16:00", None),
    "à partir de 14h": ("14:00", None),
    "dès 8h30": ("08:30", None),
    "pas avant 10h": ("10:00", None),
    "after 4 pm": ("16:00", None),
    "avant 10h": (None, "10:00"),
    "avant 10": (None, "10:00"),
    "avant midi": (None, "12:00"),
    "before 10": (None, "10:00"),
    "jusqu'à 11h": (None, "11:00"),
    "pas après 17h": (None, "17:00"),
    "au plus tard à 11h": (None, "11:00"),
    "entre 10h et 11h": ("10:00", "11:00"),
    "entre 10 et 11h": ("10:00", "11:00"),
    "entre dix et onze heures": ("10:00", "11:00"),
    "entre 10 et 11": ("10:00", "11:00"),
    "de 14h à 16h": ("14:00", "16:00"),
    "14h-16h": ("14:00", "16:00"),
    "14-16h": ("14:00", "16:00"),
    "14h30 - 15h": ("14:30", "15:00"),
    "between 10 and 11": ("10:00", "11:00"),
    "from 2 to 4 pm": ("14:00", "16:00"),
    "de 10h à midi": ("10:00", "12:00"),
    "le matin avant 10h": ("06:00", "10:00"),
    "le matin, à partir de 10h": ("10:00", "12:00"),
    "le matin ou l'après-midi": ("06:00", "18:00"),
    "n'importe quand": (None, None),
    "peu importe": (None, None),
    "toute la journée": (None, None),
    "le matin je peux pas, l'après-midi": ("12:00", "18:00"),
}
IMPOSSIBLE = ("25h", "14h60", "à 25 heures", "99:99", "14h75", "13:61 pm", "entre 25h et 26h", "24h30")
NOTHING = (
    *(
        "",
        "oui",
        "???",
        "je ne sais pas",
        "demain",
        "mardi",
        "le 14",
        "14/12",
        "dans 2 heures",
        "depuis 3 heures",
        "24h/24",
    ),
    *("pendant 2h", "44990", "06 12 34 56 78", "avec 3 enfants", "2026", "la mairie", "14,50 euros", "à 3 personnes"),
)


def at(clock: str | None) -> time | None:
    return time.fromisoformat(clock) if clock else None


@pytest.mark.parametrize(("text", "clock"), ONE_TIME.items())
def test_one_time(text: str, clock: str) -> None:
    """A phrase that names one time is read as that time and nothing is left to ask."""
    read = read_time(text)

    assert (read.times, read.window, read.why) == ((at(clock),), None, None)
    assert read.time == at(clock)


@pytest.mark.parametrize(("text", "clocks"), SEVERAL.items())
def test_several_times(text: str, clocks: tuple[str, ...]) -> None:
    """Small hours without « du matin » may be said of the afternoon; of two times one has to be chosen."""
    read = read_time(text)

    assert (read.times, read.ambiguous) == (tuple(at(clock) for clock in clocks), True)


@pytest.mark.parametrize(("text", "ends"), WINDOWS.items())
def test_windows(text: str, ends: tuple[str | None, str | None]) -> None:
    """Parts of the day, « après », « avant », « entre » give a beginning and an end, open where nothing was said."""
    read = read_time(text)

    assert (read.window, read.times, read.why) == (Window(at(ends[0]), at(ends[1])), (), None)
    assert not read.earliest


@pytest.mark.parametrize(
    "text",
    ["le plus tôt possible", "dès que possible", "au plus tôt", "asap", "à la première heure", "dès l'ouverture"],
)
def test_the_earliest(text: str) -> None:
    """« le plus tôt possible » is any time, the first that is free."""
    assert read_time(text) == TimeRead(window=Window(None, None), earliest=True, span=(0, len(text)))


@pytest.mark.parametrize(
    "text", ["vers 10h", "aux alentours de 10h", "autour de 10 heures", "around 10", "environ 10h"]
)
def test_about(text: str) -> None:
    """« vers » keeps the time and says that it is not exact."""
    read = read_time(text)

    assert (read.time, read.about) == (time(10), True)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_times_that_do_not_exist(text: str) -> None:
    """25 o'clock is told from nothing at all."""
    assert read_time(text).why is WhyNot.IMPOSSIBLE


@pytest.mark.parametrize("text", NOTHING)
def test_no_time(text: str) -> None:
    """Days, durations, telephone numbers and numbers of other things are no times."""
    assert read_time(text) == TimeRead(why=WhyNot.NONE)


@pytest.mark.parametrize(
    ("text", "part"),
    [("Bonjour, plutôt à 14 h 30 merci", "14 h 30"), ("mardi l’après-midi", "l’après-midi"), ("9", "9")],
)
def test_where_it_was_said(text: str, part: str) -> None:
    """The span is of the text as typed."""
    start, end = read_time(text).span or (0, 0)

    assert text[start:end] == part


WORDS = [
    *(
        "14",
        "h",
        "30",
        ":",
        "midi",
        "et",
        "demi",
        "moins",
        "le",
        "quart",
        "matin",
        "à",
        "entre",
        "après",
        "avant",
        "non",
    ),
    *(
        "pas",
        ",",
        "99",
        "pm",
        "-",
        "24h",
        "/",
        "minuit",
        "half",
        "past",
        "to",
        "du",
        "soir",
        "fin",
        "de",
        "journée",
        "0",
    ),
    *("٣h", "½", "une", "heure", "plutôt", "12:59"),
]


@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises, and exactly one of times, window and reason is given."""
    read = read_time(text)

    assert [bool(read.times), read.window is not None, read.why is not None].count(True) == 1
    assert read.times == tuple(sorted(set(read.times)))
    if read.span:
        assert 0 <= read.span[0] < read.span[1] <= len(text)


@given(st.times())
def test_a_full_time_is_read_as_written(moment: time) -> None:
    """Every minute of the day in figures is among what is read; with two digits it is the only one."""
    minute = moment.replace(second=0, microsecond=0)

    assert read_time(f"{minute:%H:%M}").time == minute
    assert minute in read_time(f"{minute.hour}h{minute:%M}").times
