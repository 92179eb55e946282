"""The grammar of days: each rule is a pattern over `Phrase.plain` and what it stands for on a given day.

The usual library, dateparser 1.5, read 66 of the 137 phrases of one day in `tests/text/test_dates.py` (without « mardi en
huit », « le quatorze », mistyped names and corrections), so the grammar is our own.
"""

from __future__ import annotations

import re
from datetime import date

from bot.text.spoken import readings
from bot.text.spoken.calendar import Days, Period, bare_weekday, next_named, next_weekday
from bot.text.spoken.phrase import MONTHS, WAYS, WEEKDAYS, Span
from bot.text.spoken.readings import MONTH, SHORT_DAYS, Reads

_W = "|".join(WEEKDAYS)
_ANY_W = "|".join((*WEEKDAYS, *SHORT_DAYS))
_DAY_NAME = rf"(?P<weekday>{_W})"
_M = "|".join(MONTH)
_MONTH = rf"(?P<month>{_M})(?: \.)?"
_LONG_MONTH = "|".join(MONTHS)
_N = r"\d{1,2}"
_YEAR = r"(?:(?: [,.])? (?P<year>\d{4}|\d{2}(?! (?:h|:|\d|\. \d))))?"
_LEAD = rf"(?:(?P<weekday>{_ANY_W})(?: \.)?(?: ,)? )?(?:(?:le|du|au|on|ce) )?"
_DET = r"(?:(?:le|ce|du|au|on) )?"
_NOT_COUNTED = (
    rf"(?! (?:[h:/·-]|\d+(?!\d| [h:](?!\S))|{WAYS}|[,.] \d+|bis|ter|euros?|ans?|personnes?|enfants?|min|minutes|am|pm|[ap] \. m"
    r"|mois|jour|semaine|fois|km|m)(?!\S))"
)
_NO_NUMBER_BEFORE = r"(?<!\d [/.-] )(?<!\d )(?<!\+ )"
_NO_NUMBER_AFTER = r"(?!(?: [/.-])? \d+(?!\d| [h:](?!\S)))(?! h(?!\S))"
_NEXT_WEEK = r"(?:(?:(?:de|a|de la|la) ){0,2}semaine (?:prochain|suivante|d apres|pro|pr)|next semaine)"
_HOLIDAY = "|".join(readings.HOLIDAYS)
_PART_OF_DAY = r"(?= (?:matin|midi|apresmidi|soir)(?!\S))"
_WEEK_PART = r"(?P<part>debut|milieu|mi|fin|early|mid|end)"
_NEXT = r"(?P<next>prochain|suivante?|qui vient)"


def _rule(words: str, reads: Reads) -> tuple[re.Pattern[str], Reads]:
    return re.compile(rf"(?<!\S)(?:{words})(?!\S)"), reads


def _now_on(found: re.Match[str], today: date) -> Days:
    return Days(period=Period(today, None))


RULES: tuple[tuple[re.Pattern[str], Reads], ...] = (
    # In figures.
    _rule(
        rf"{_NO_NUMBER_BEFORE}{_LEAD}(?P<year>\d{{4}}) (?P<sign>[/.-]) (?P<month>{_N}) (?P=sign) (?P<day>{_N}){_NO_NUMBER_AFTER}",
        readings.numeric_date,
    ),
    _rule(
        rf"{_NO_NUMBER_BEFORE}{_LEAD}(?P<day>{_N}) (?P<sign>[/.-]) (?P<month>{_N}) (?P=sign) (?P<year>\d{{4}}|\d{{2}})"
        + _NO_NUMBER_AFTER,
        readings.numeric_date,
    ),
    _rule(rf"{_NO_NUMBER_BEFORE}{_LEAD}(?P<day>{_N}) / (?P<month>{_N}){_NO_NUMBER_AFTER}", readings.numeric_date),
    _rule(
        rf"{_NO_NUMBER_BEFORE}{_LEAD}(?P<day>{_N}) (?P<month>{_N}) (?P<year>20\d\d){_NO_NUMBER_AFTER}",
        readings.only_real(readings.numeric_date),
    ),
    _rule(
        rf"{_NO_NUMBER_BEFORE}(?P<day>\d\d)(?P<month>\d\d)(?P<year>20\d\d){_NO_NUMBER_AFTER}",
        readings.only_real(readings.numeric_date),
    ),
    _rule(
        rf"(?:(?:(?P<weekday>{_W}) )?le |^)(?P<day>{_N}) [.-] (?P<month>{_N}){_NO_NUMBER_AFTER}"
        r"(?! (?:euros?|·))",
        readings.only_real(readings.numeric_date),
    ),
    # With a month's name.
    _rule(
        rf"(?:du|de|entre le|entre|le|from) (?P<from>{_N})(?: (?P<from_month>{_M}))? (?:au|a|et le|et|to|-) (?P<until>{_N}) {_MONTH}{_YEAR}",
        readings.number_to_number,
    ),
    _rule(
        rf"(?:le )?(?P<one>{_N}) ou (?:le )?(?P<other>{_N}) {_MONTH}{_YEAR}",
        readings.number_or_number,
    ),
    _rule(rf"{_LEAD}(?P<day>\d{{1,3}}) (?:de |du mois de |of )?{_MONTH}{_YEAR}", readings.named_month),
    _rule(
        rf"{_LEAD}(?P<month>{_M})(?: \.)? (?:le )?(?P<day>{_N})(?:(?: ,)? (?P<year>\d{{4}}))?(?! [h:](?!\S))",
        readings.named_month,
    ),
    # Weekdays.
    _rule(rf"{_DAY_NAME}(?: ,)? {_NEXT_WEEK}", readings.weekday_in_week(1)),
    _rule(rf"(?:la )?{_NEXT_WEEK}(?: ,)? (?:(?:le|on) )?{_DAY_NAME}", readings.weekday_in_week(1)),
    _rule(rf"{_DAY_NAME} (?:de )?ce semaine(?: ci)?", readings.weekday_in_week(0)),
    _rule(rf"ce semaine(?: ,)? (?:le )?{_DAY_NAME}", readings.weekday_in_week(0)),
    _rule(
        rf"(?:(?:le|ce) )?(?P<day>{_W}|demain|aujourdhui) en (?P<ahead>8|15)(?: jour)?",
        readings.in_eight,
    ),
    _rule(rf"(?:entre|de|du) (?:le )?(?P<from>{_W}) (?:et|a|au) (?:le )?(?P<until>{_W})", readings.weekday_to_weekday),
    _rule(rf"{_LEAD}(?P<day>\d{{1,2}}) (?:du|de) mois prochain", readings.number_in_month(1)),
    _rule(rf"{_LEAD}(?P<day>\d{{1,2}}) (?:de ce|du|de) mois(?: ci)?", readings.number_in_month(0)),
    _rule(
        rf"(?:le )?(?P<weekday>{_ANY_W})(?: \.)?(?: ,)? (?:le )?(?P<day>\d{{1,2}}){_NOT_COUNTED}",
        readings.number_alone,
    ),
    _rule(rf"{_DET}{_DAY_NAME} (?:dernier|passe)", readings.last_weekday),
    _rule(rf"last {_DAY_NAME}", readings.last_weekday),
    _rule(rf"{_DET}{_DAY_NAME} (?:prochain|pro|qui vient)", readings.by_weekday(next_named)),
    _rule(rf"(?:le )?(?:prochain|next) {_DAY_NAME}", readings.by_weekday(next_named)),
    _rule(
        rf"ce {_DAY_NAME}",
        readings.by_weekday(lambda weekday, today: Days((next_weekday(weekday, today),))),
    ),
    _rule(rf"{_DET}{_DAY_NAME}", readings.by_weekday(bare_weekday)),
    # « Vacances de Noël » and « rue de la Toussaint » are no day.
    _rule(
        rf"(?:a|pour|le jour de) (?:(?:la|l|le) )?(?P<holiday>{_HOLIDAY})"
        rf"|(?:(?:au|le) |(?:(?<=avant )|(?<=apres ))(?:(?:la|l|le) )?)(?P<bounded_holiday>{_HOLIDAY})",
        readings.holiday,
    ),
    # Counted from today.
    _rule(r"(?:le )?apres demain|apres dem|(?:le )?jour apres demain", readings.days_from_now(2)),
    _rule(r"avant hier|(?:le )?jour avant hier", readings.days_from_now(-2)),
    _rule("hier", readings.days_from_now(-1)),
    _rule("demain", readings.days_from_now(1)),
    _rule(rf"aujourdhui|ce jour|ce{_PART_OF_DAY}|(?:des )?maintenant|tout de suite", readings.days_from_now(0)),
    _rule(
        r"(?:il )?y a (?P<ago>\d{1,4}|un|une|quelques) (?P<ago_unit>jour|semaine|mois|an|ans)"
        r"|(?P<ago_in_english>\d{1,4}) (?P<ago_unit_in_english>jour|semaine|mois) ago",
        readings.days_ago,
    ),
    _rule(
        r"(?:dans|d ici|sous) (?:environ )?(?P<count>\d{1,4}|un|une|a|a couple of) (?P<unit>jour|j|semaine|mois|ans?|annee"
        r"|year|quinzaine|huitaine|dizaine de jour)(?: de jour)?",
        readings.in_a_while,
    ),
    # Periods.
    _rule(rf"(?:(?:le|ce|au) )?weekend(?: {_NEXT})?(?: ci)?", readings.weekend),
    _rule(rf"(?:ce|le) we(?: {_NEXT})?", readings.weekend),
    _rule(r"(?:le )?(?P<next>next) weekend", readings.weekend),
    _rule(
        rf"(?:(?:en|au|a) )?(?:(?:la|le) )?{_WEEK_PART} (?:de )?(?:(?:la|le|ce|of|of le) )?semaine(?: {_NEXT})?",
        readings.week_part,
    ),
    _rule(rf"(?:(?:la|ce|le|dans la|d ici la) )?semaine {_NEXT}", readings.week_part),
    _rule(r"(?P<next>next) semaine", readings.week_part),
    _rule(r"(?:ce|dans la|le courant de la) semaine(?: ci)?", readings.week_part),
    _rule(
        rf"(?:(?:en|au|a) )?(?:(?:la|le) )?{_WEEK_PART}(?: of| de)? (?:(?:le|du|de|ce) )?(?P<month>{_LONG_MONTH}|mois)(?: {_NEXT})?",
        readings.month_part,
    ),
    _rule(
        rf"(?:le )?(?P<month>mois) {_NEXT}",
        readings.month_part,
    ),
    _rule(r"(?P<next>next) (?P<month>mois)", readings.month_part),
    _rule(r"(?:ce|dans le) (?P<month>mois)(?: ci)?", readings.month_part),
    _rule(rf"(?:(?:en|courant|dans|au mois de?|dans le mois de?) )?(?P<month>{_LONG_MONTH})", readings.month_part),
    _rule(
        r"(?:le )?plus (?:tot|vite|rapidement) possible|(?:des|aussitot) que possible|au plus (?:tot|vite)|asap"
        r"|as soon as possible",
        _now_on,
    ),
    # « le 14 », once nothing longer begins like it.
    _rule(
        rf"(?:du|entre le) (?P<from>{_N}) (?:au|et le) (?P<until>{_N}){_NOT_COUNTED}",
        readings.number_to_number,
    ),
    _rule(rf"(?:le|du|au) (?P<day>\d{{1,2}}){_NOT_COUNTED}", readings.number_alone),
)

_FILLER = (
    r"(?:oui|non|ok|euh|bah|ben|alors|donc|pour|plutot|disons|svp|stp|merci|bonjour|finalement|c|est|ce|sera|je|veux|prends"
    r"|peut|etre|vers|[,.?])"
)
_ALONE = re.compile(rf"(?:{_FILLER} )*(?P<day>\d{{1,2}})(?: {_FILLER})*")


def whole_number(plain: str, today: date) -> tuple[Span, Days] | None:
    """« 14 » as the whole answer: where it stands and what it means."""
    found = _ALONE.fullmatch(plain)
    return (found.span("day"), readings.number_alone(found, today)) if found else None
