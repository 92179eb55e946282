"""What a night finds in months of which the test knows the truth, and what it does not say."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.analytics.findings import Sort, nightly
from bot.contacts import Finding, What
from bot.desk.hours import Hours
from tests.analytics.counted_town import DAY, FIRST, Book, Plan, Topic, Topics, month, night, office

SEEDS = range(1000, 1008)
"""None of those on which anything was chosen (100 to 499); docs/findings.md has the figures of more of them."""
STRIKE, FLOOD, SILENT, LATE, GAP = 18, (22, 2.5), ("telegram", 24, 18, 24), ("urbanisme", 12, 3.0), (15, 4.0)


async def look(book: Book, topics: Topics, plan: Plan, number: int | None = None) -> int:
    """One night of a month."""
    town = office()
    return await nightly(book, topics, Hours(town), town, night(plan, number))  # type: ignore[arg-type]


async def found_in(plan: Plan, seed: int) -> list[Finding]:
    """What the last night of a month finds."""
    book, topics = month(plan, seed)
    await look(book, topics, plan)
    return book.kept


def about(
    findings: Sequence[Finding], sort: Sort, subjects: Sequence[str], number: int, within: int = 2
) -> list[Finding]:
    """The findings of a sort that say the planted fact: its subject, and its first day within some days."""
    first = FIRST + number * DAY
    return [
        one
        for one in findings
        if one.sort == sort.value and one.subject in subjects and abs(one.first_day - first) <= timedelta(days=within)
    ]


@pytest.mark.parametrize("contacts", [40.0, 150.0, 600.0])
async def test_a_quiet_month_is_quiet(contacts: float) -> None:
    """Thirty days on which nothing was planted: no false alarm in the median, and no more than two in any month."""
    alarms = [len(await found_in(Plan(contacts=contacts), seed)) for seed in SEEDS]

    assert (statistics.median(alarms), max(alarms) <= 2) == (0, True)


@pytest.mark.parametrize(
    ("plan", "sort", "subjects", "number", "within"),
    [
        (Plan(strike=STRIKE), Sort.STANDSTILL, ("",), STRIKE, 0),
        (Plan(flood=FLOOD), Sort.SURGE, ("", "voirie"), FLOOD[0], 1),
        (Plan(silent=SILENT), Sort.SILENCE, ("telegram",), SILENT[1], 2),
        (Plan(late=LATE), Sort.LATE, ("urbanisme",), LATE[1], 4),
        (Plan(gap=GAP), Sort.GAP, ("13",), GAP[0], 3),
    ],
    ids=["strike", "flood", "silent", "late", "gap"],
)
async def test_each_planted_fact_is_found(
    plan: Plan, sort: Sort, subjects: tuple[str, ...], number: int, within: int
) -> None:
    """At 150 contacts a day each fact is found, with its day, in all months but one at the most."""
    found = [bool(about(await found_in(plan, seed), sort, subjects, number, within)) for seed in SEEDS]

    assert sum(found) >= len(SEEDS) - 1


async def test_a_service_that_answers_nobody_in_writing_can_be_late() -> None:
    """It is judged by how soon it takes its cases."""
    book, topics = month(Plan(late=("urbanisme", 12, 4.0)), 1001)
    book.rows[What.ANSWERED.value].clear()
    await look(book, topics, Plan())

    assert [(one.subject, one.detail) for one in book.kept if one.sort == Sort.LATE.value] == [("urbanisme", "taken")]


async def test_a_promise_that_is_never_kept() -> None:
    """A service that was always late is found against the others, though its own past is no different."""
    book, topics = month(Plan(late=("urbanisme", 0, 5.0)), 1001)
    await look(book, topics, Plan())

    assert [(one.subject, one.detail) for one in book.kept if one.sort == Sort.LATE.value] == [("urbanisme", "others")]


async def test_all_facts_of_one_month_are_found() -> None:
    """Five facts in one month are five findings; no fact hides another, and hardly anything is said beside them."""
    plan = Plan(strike=STRIKE, flood=FLOOD, silent=SILENT, late=LATE, gap=GAP)
    missed, beside = 0, []
    for seed in SEEDS:
        findings = await found_in(plan, seed)
        said = [
            *about(findings, Sort.STANDSTILL, ("",), STRIKE, 0),
            *about(findings, Sort.SURGE, ("", "voirie"), FLOOD[0], 1),
            *about(findings, Sort.SILENCE, ("telegram",), SILENT[1], 2),
            *about(findings, Sort.LATE, ("urbanisme",), LATE[1], 5),
            *about(findings, Sort.GAP, ("13",), GAP[0], 3),
        ]
        missed += 5 - len(said)
        beside.append(len(findings) - len(said))

    assert (missed <= 3, statistics.median(beside), max(beside) <= 2) == (True, 0, True)


async def test_every_night_or_one_night_say_the_same() -> None:
    """A fact is found once and brought up to date: after a look every night there are the findings of one look."""
    plan = Plan(strike=STRIKE, flood=FLOOD, silent=SILENT, late=LATE, gap=GAP)
    book, topics = month(plan, 1003)
    once = Book()
    once.rows, once.totals = book.rows, book.totals
    for number in range(10, plan.days):
        # Only what has happened by then is counted.
        day = FIRST + number * DAY
        then = Book()
        then.rows = {
            what: type(rows)({k: n for k, n in rows.items() if k[0] <= day}) for what, rows in once.rows.items()
        }
        then.totals, then.kept = once.totals, book.kept
        await look(then, Topics(_until(topics, day)), plan, number)
        book.kept = then.kept
    await look(once, topics, plan)

    def names(findings: Sequence[Finding]) -> list[tuple[str, str, date]]:
        return sorted((one.sort, one.subject, one.first_day) for one in findings)

    assert names(book.kept) == names(once.kept)


def _until(topics: Topics, day: date) -> list[Topic]:
    return [
        Topic(one.id, one.decision, {at: count for at, count in one.days.items() if at <= day}) for one in topics.topics
    ]


async def test_a_second_night_finds_nothing_new() -> None:
    """What was found is brought up to date, not said again."""
    plan = Plan(strike=STRIKE, silent=SILENT)
    book, topics = month(plan, 1001)

    assert (await look(book, topics, plan) > 0, await look(book, topics, plan)) == (True, 0)


async def test_an_empty_town_and_one_contact_say_nothing() -> None:
    """Without contacts there is nothing unusual, nor with a single one."""
    empty, single, plan = Book(), Book(), Plan()
    single.add("contacts", FIRST + 20 * DAY, 10, "web", "voirie", 1)

    assert [await look(book, Topics(), plan) for book in (empty, single)] == [0, 0]


async def test_in_two_weeks_nothing_is_compared_with_the_past() -> None:
    """Of a town that began a fortnight ago no surge, standstill or silence of some hours is said, whatever happens."""
    plan = Plan(days=14, strike=9, flood=(10, 6.0), silent=("telegram", 8, 18, 24))
    book, topics = month(plan, 1001)

    assert await look(book, topics, plan) == 0


async def test_what_needs_no_past_is_found_in_the_first_two_weeks() -> None:
    """A question that is half of the unanswered and a channel that breaks off are found by the tenth day in every month,
    a service that keeps no promise by the end of the two weeks in all months but one.
    """
    tenth = Plan(days=11, gap=(3, 14.0), silent=("web", 9, 0, 24))
    fortnight = Plan(days=14, late=("urbanisme", 0, 8.0))
    every = [one for seed in SEEDS for plan in (tenth, fortnight) for one in await found_in(plan, seed)]
    found = Counter((one.sort, one.subject, one.detail) for one in every)

    assert (found["gap", "13", "early"], found["silence", "web", "early"]) == (len(SEEDS), len(SEEDS))
    assert found["late", "urbanisme", "others"] >= len(SEEDS) - 1


async def test_a_fact_of_the_first_weeks_stays_one_fact() -> None:
    """A channel that broke off on the tenth day is the same finding a fortnight later, under its first day."""
    plan = Plan(days=26, silent=("web", 9, 0, 24))
    book, topics = month(plan, 1002)
    for number in (10, 13, 16, 25):
        await look(book, topics, plan, number)
    found = [one for one in book.kept if one.sort == Sort.SILENCE.value]

    assert [(one.subject, one.first_day, one.seen) for one in found] == [("web", FIRST + 9 * DAY, 0)]
    assert found[0].last_day >= FIRST + 24 * DAY
    assert found[0].expected > 100


async def test_a_town_of_one_channel_is_not_silent_on_its_bridge_day() -> None:
    """In the first weeks a channel alone tells nothing of itself: where all are silent, none is out of order."""
    book, _ = month(Plan(days=12), 1003)
    rows = book.rows["contacts"]
    for key in [key for key in rows if key[0] == FIRST + 10 * DAY]:
        del rows[key]

    assert await look(book, Topics(), Plan(days=11)) == 0


async def test_a_holiday_is_no_fact() -> None:
    """All Saints' and Armistice Day bring few contacts and no work, and nobody needs to be told."""
    plan = Plan(days=60, contacts=300.0)
    alarms = [one for seed in range(1000, 1004) for one in await found_in(plan, seed)]
    holidays = {date(2026, 11, 1), date(2026, 11, 11)}

    assert [one for one in alarms if one.first_day in holidays and one.sort != Sort.GAP.value] == []


async def test_a_new_channel_and_a_renamed_service_are_no_facts() -> None:
    """What began in the middle of the month has no usual days, and what is called otherwise has not gone."""
    plan = Plan(begins={"whatsapp": 15}, renamed=("etat_civil", "population", 16))
    alarms = [one for seed in SEEDS[:6] for one in await found_in(plan, seed)]

    assert [one for one in alarms if one.subject in {"whatsapp", "etat_civil", "population"}] == []


async def test_a_quiet_town_silences_no_channel() -> None:
    """In a week in which everybody is away each channel brings little, and no single one is out of order."""
    book, topics = month(Plan(), 1002)
    for rows in (book.rows["contacts"],):
        for key in rows:
            if key[0] >= FIRST + 23 * DAY:
                rows[key] = rows[key] // 3
    await look(book, topics, Plan())

    assert [one for one in book.kept if one.sort == Sort.SILENCE.value and one.subject] == []


async def test_a_dismissed_fact_stays_dismissed() -> None:
    """Somebody has seen to it: as long as it lasts it is the same fact, and not said again under another day."""
    plan = Plan(days=70, silent=("telegram", 24, 18, 24))
    book, topics = month(plan, 1004)
    await look(book, topics, plan, 40)
    book.dismissed = {one.id for one in book.kept}
    before = {one.id for one in book.kept if one.subject == "telegram"}
    for number in (45, 52, 60, 69):
        await look(book, topics, plan, number)

    assert ({one.id for one in book.kept if one.subject == "telegram"}, bool(before)) == (before, True)
