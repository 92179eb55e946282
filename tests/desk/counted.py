"""Figures that tests write by hand: a full month, a town in which nothing happened, and one contact alone."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

from bot.analytics.figures import (
    Card,
    Day,
    Figures,
    Found,
    Hour,
    Mails,
    Moved,
    Mover,
    Notice,
    Row,
    Sentence,
    Series,
    Tables,
    Time,
    Times,
    Trend,
    Unclaimed,
)
from bot.contacts import Span

HOSTILE = '=HYPERLINK("http://evil.example";"Cliquez") <img src=x onerror=alert(1)>'
SERVICES = (
    ("etat_civil", "État civil et titres d’identité", 0.31),
    ("voirie", "Voirie et espaces publics", 0.22),
    ("proprete_dechets", "Propreté et déchets", 0.16),
    ("ecoles", "Écoles, cantine et périscolaire", 0.14),
    ("accueil_general", "Accueil général", 0.11),
    ("urbanisme", "Urbanisme", 0.06),
)
TOPICS = (
    ("carte-identite", "Refaire sa carte d’identité", 212, 121),
    ("dechetterie", "Horaires de la déchèterie", 118, 124),
    ("cantine", "Inscrire un enfant à la cantine", 96, 88),
    ("encombrants", "Faire enlever des encombrants", 81, 90),
    ("hostile", HOSTILE, 40, 12),
    ("", "", 33, 30),
)


def figures(span: Span) -> Figures:
    """A town at work: about forty contacts on a working day, ten at the weekend, more in the last week."""
    count = (span.last - span.first).days + 1
    days = tuple(_day(span.first + timedelta(days=number), count - number <= 7) for number in range(count))
    total = sum(day.contacts for day in days)
    before = round(total / 1.18)
    return Figures(
        span=Span(span.first, span.last, span.channel, span.service, span.language),
        sentence=_sentence("more", total, before, 0.18),
        cards=(
            Card("contacts", total, "count", before, 0.18),
            Card("contained", 0.63, "share", 0.66, -0.03),
            Card("helped", 0.78, "share", 0.74, 0.04),
            Card("satisfaction", 0.86, "share", None, None),
        ),
        series=Series(days, _hours()),
        tables=Tables(
            channels=_rows((("web", 0.58), ("email", 0.19), ("form", 0.12), ("whatsapp", 0.08), ("telegram", 0.03)), total),
            services=tuple(
                Row(code, name, round(total * share), round(before * share), share) for code, name, share in SERVICES
            ),
            topics=tuple(Row(key, name, now, was, now / total) for key, name, now, was in TOPICS),
            languages=_rows((("fr", 0.9), ("ar", 0.04), ("en", 0.03), ("uk", 0.02), ("xx", 0.01)), total),
            causes=_rows((("asked", 0.4), ("lost", 0.25), ("form", 0.2), ("rated", 0.1), ("danger", 0.05)), total // 3),
            statuses=_rows((("answered", 0.7), ("lost", 0.12), ("out_of_scope", 0.1), ("choose", 0.08)), total * 2),
        ),
        times=Times(Time(320, 1260, 9400, 1500), Time(300, 5400, 30_600, 4200), Time(280, 90_000, 412_000, None)),
        mails=(
            Mails("voirie", "Voirie et espaces publics", 14, 5, 262, 61, 48),
            Mails("etat_civil", "État civil et titres d’identité", 6, 0, 31, 80, 84),
            Mails("urbanisme", "Urbanisme", 0, 0, None, 9, 7),
        ),
        unclaimed=(
            Unclaimed("voirie", "Voirie et espaces publics", 17, 12, 3, 5),
            Unclaimed("urbanisme", "Urbanisme", 0, 0, 4, 0),
            Unclaimed("ecoles", "Écoles, cantine et périscolaire", 0, 2, 0, 0),
        ),
        findings=(
            Found(7, "late", "voirie", "Voirie et espaces publics", span.last, span.last, 31, 9, 6,
                  "Voirie et espaces publics répond en 31 h ouvrées, contre 9 h d’habitude."),
            Found(8, "gap", "hostile", HOSTILE, span.first, span.last, 40, 12, 5,
                  f"« {HOSTILE} » : 40 questions sans article, contre 12 d’habitude."),
        ),
        trend=Trend(
            Moved(412, 349, 0.1805, Mover("topics", "carte-identite", "Refaire sa carte d’identité", 61)),
            Moved(total, before, 0.18, Mover("services", "etat_civil", "État civil et titres d’identité", 80)),
        ),
    )  # fmt: skip


def tidy(span: Span) -> Figures:
    """The same without anything hostile, to be photographed."""
    full = figures(span)
    name = "Louer une salle municipale"
    rows = tuple(replace(row, name=name) if row.name == HOSTILE else row for row in full.tables.topics)
    found = tuple(replace(one, sentence=one.sentence.replace(HOSTILE, name)) for one in full.findings)
    return replace(full, tables=replace(full.tables, topics=rows), findings=found)


def hostile(span: Span) -> Figures:
    """The same with a hostile name for everything that has one: what is counted, what moved, what was found."""
    full = figures(span)
    tables = {
        field.name: tuple(
            replace(row, key=f"{HOSTILE}{number}", name=f"{HOSTILE}{number}")
            for number, row in enumerate(getattr(full.tables, field.name))
        )
        for field in fields(Tables)
    }
    mover = Mover("topics", HOSTILE, HOSTILE, 61)
    return replace(
        full,
        sentence=replace(full.sentence, values={**full.sentence.values, "mover": HOSTILE}),
        tables=Tables(**tables),
        mails=tuple(replace(one, service=f"{HOSTILE}{number}", name=HOSTILE) for number, one in enumerate(full.mails)),
        unclaimed=tuple(
            replace(one, service=f"{HOSTILE}{number}", name=HOSTILE) for number, one in enumerate(full.unclaimed)
        ),
        findings=tuple(replace(one, subject=HOSTILE, name=HOSTILE, sentence=HOSTILE) for one in full.findings),
        trend=Trend(replace(full.trend.week, mover=mover), replace(full.trend.month, mover=mover)),
        notices=(Notice("night", {"steps": HOSTILE.replace(" ", "_")}),),
    )


def young(span: Span) -> Figures:
    """One contact of a town that has just begun, some of whose days are still being counted."""
    notices = (Notice("counting", {"days": "12"}), Notice("young", {"from": span.last.isoformat()}))
    return replace(single(span), notices=notices)


def nothing(span: Span) -> Figures:
    """Nobody has written yet."""
    none = Time(0, None, None, None)
    full = figures(span)
    quiet = tuple(replace(day, contacts=0, contained=0, cases=0, mails=0) for day in full.series.days)
    return replace(
        full,
        sentence=Sentence("empty", {"contacts": 0, "before": 0, "change": 0, "table": "", "mover": "", "moved": 0}),
        cards=tuple(
            replace(
                card, value=0 if card.unit == "count" else None, before=0 if card.unit == "count" else None, change=None
            )
            for card in full.cards
        ),
        series=Series(quiet, ()),
        tables=Tables((), (), (), (), (), ()),
        times=Times(none, none, none),
        mails=(),
        unclaimed=(),
        findings=(),
        trend=Trend(Moved(0, 0, None, None), Moved(0, 0, None, None)),
    )


def single(span: Span) -> Figures:
    """One contact on the last day."""
    empty = nothing(span)
    first = replace(empty.series.days[-1], contacts=1, contained=1)
    one = (Row("web", "web", 1, 0, 1.0),)
    return replace(
        empty,
        sentence=_sentence("first", 1, 0, 0),
        cards=(
            replace(empty.cards[0], value=1),
            replace(empty.cards[1], value=1.0),
            *empty.cards[2:],
        ),
        series=Series((*empty.series.days[:-1], first), (Hour(first.day.weekday(), 9, 1),)),
        tables=replace(empty.tables, channels=one, languages=(Row("fr", "fr", 1, 0, 1.0),)),
        trend=Trend(Moved(1, 0, None, None), Moved(1, 0, None, None)),
    )


def _day(day: date, is_last_week: bool) -> Day:
    weekend = day.weekday() >= 5
    contacts = (9 if weekend else 36) + day.toordinal() * 7 % 11 + (12 if is_last_week and not weekend else 0)
    return Day(day, contacts, round(contacts * 0.6), round(contacts * 0.3), 0 if weekend else 6)


def _hours() -> tuple[Hour, ...]:
    shape = {8: 6, 9: 14, 10: 17, 11: 15, 12: 9, 13: 8, 14: 13, 15: 14, 16: 15, 17: 12, 18: 8, 19: 6, 20: 4, 21: 2}
    return tuple(
        Hour(weekday, hour, count if weekday < 5 else max(1, count // 4))
        for weekday in range(7)
        for hour, count in shape.items()
    )


def _rows(shares: tuple[tuple[str, float], ...], total: int) -> tuple[Row, ...]:
    return tuple(Row(key, key, round(total * share), round(total * share * 0.9), share) for key, share in shares)


def _sentence(key: str, contacts: int, before: int, change: float) -> Sentence:
    mover: dict[str, str | int | float] = (
        {"table": "topics", "mover": "Refaire sa carte d’identité", "moved": 91} if before else {}
    )
    return Sentence(
        key, {"contacts": contacts, "before": before, "change": change, "table": "", "mover": "", "moved": 0, **mover}
    )
