"""The weekly sample: drawn by numbers that nobody chooses, and what its ratings are worth."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analytics.samples import Quality, Urn, allocation, draw, nightly, quality, wilson
from bot.lessons import Answered, NewSample, Rating, Sample
from bot.store.sql import Store
from tests.store.conftest import sqlite_url as url
from tests.store.conftest import store
from tests.store.contract_lessons import answer
from tests.store.words import START, after, conversation_of

__all__ = ["store", "url"]

WEEK = date(2026, 1, 5)
PARIS = ZoneInfo("Europe/Paris")


def answers(**services: int) -> list[tuple[Answered, str]]:
    return [
        (Answered(number, f"{service}{number}", f"m{number}.0", f"{service}-{number % 5}"), service)
        for service, count in services.items()
        for number in range(count)
    ]


def drawn(given: list[tuple[Answered, str]], size: int = 40, week: date = WEEK) -> list[NewSample]:
    urn = Urn(week, size)
    for one, service in given:
        urn.put(one, service)
    return urn.draw()


def rows(samples: list[NewSample], ratings: list[Rating]) -> list[Sample]:
    return [
        Sample(n, WEEK, one.conversation_id, one.question_ref, one.answer_ref, one.article, one.service, one.stratum, r)
        for n, (one, r) in enumerate(zip(samples, ratings, strict=True))
    ]


def bounds(known: Quality) -> tuple[float, float]:
    assert known.low is not None
    assert known.high is not None
    return known.low, known.high


def width(known: Quality) -> float:
    low, high = bounds(known)
    return high - low


def test_the_same_week_gives_the_same_sample() -> None:
    """In whatever order its answers are read; another week gives another one."""
    found = answers(voirie=300, etat_civil=150, eau=4)
    shuffled = random.Random(1).sample(found, len(found))

    assert drawn(found) == drawn(shuffled)
    assert drawn(found) != drawn(found, week=WEEK + timedelta(weeks=1))


def test_services_count_by_what_they_answered() -> None:
    """In proportion, the smallest has one all the same; each row says how large its stratum is."""
    samples = drawn(answers(voirie=300, etat_civil=150, eau=4))
    counted = Counter((one.service, one.stratum) for one in samples)

    assert counted == {("voirie", 300): 26, ("etat_civil", 150): 13, ("eau", 4): 1}
    assert {one.question_ref for one in samples if one.answer_ref == "m1.0"} <= {"m1"}
    assert len({(one.service, one.answer_ref) for one in samples}) == 40


def test_every_answer_can_be_drawn() -> None:
    """Each about as often as the others of its service, over many weeks."""
    found, weeks = answers(eau=12), 600
    times = Counter(one.answer_ref for week in range(weeks) for one in drawn(found, 3, WEEK + timedelta(weeks=week)))

    assert len(times) == 12
    # 150 is expected of each; four standard deviations of a binomial are 42.
    assert all(abs(count - weeks * 3 / 12) < 45 for count in times.values())


def test_more_services_than_places_share_one_stratum() -> None:
    """The smallest ones together, so that none is left out for good."""
    samples = drawn(answers(**{f"s{number:02}": 10 + number for number in range(8)}), size=4)
    strata = {one.service: one.stratum for one in samples}

    assert len(samples) == 4
    assert sum(strata.values()) <= sum(10 + number for number in range(8))
    assert set(strata) <= {"s07", "s06", "s05", ""}


def test_few_answers_are_all_drawn() -> None:
    """A week with fewer than a sample is a census; an empty one has none."""
    assert len(drawn(answers(eau=3, voirie=2))) == 5
    assert drawn([]) == []


@given(
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 500), min_size=1), st.integers(1, 60)
)
def test_an_allocation_is_whole(sizes: dict[str, int], size: int) -> None:
    """It draws as many as wanted, none twice, and from every service while there is room."""
    share = allocation(sizes, size)

    assert sum(share.values()) == min(size, sum(sizes.values()))
    assert all(0 <= count <= sizes[name] for name, count in share.items())
    assert size < len(sizes) or all(share.values())


def test_the_margin_is_wilsons() -> None:
    """15 of 20 without an end to the population: Wilson's own bounds; the nearer to all, the narrower; all: none."""
    low, high = wilson(0.75, 20, 10**9)
    assert (low, high) == (pytest.approx(0.5313, abs=5e-4), pytest.approx(0.8881, abs=5e-4))
    nearer = wilson(0.75, 20, 30)

    assert low < nearer[0] < 0.75 < nearer[1] < high
    assert wilson(0.75, 20, 20) == (0.75, 0.75)
    assert wilson(1.0, 1, 2) == (pytest.approx(0.2065, abs=5e-4), 1.0)


def test_the_margin_holds_what_it_says() -> None:
    """Of 400 weeks whose true share is known, it lies between the bounds in about 95 of 100."""
    dice, held = random.Random(7), 0
    for week in range(400):
        found = answers(voirie=260, etat_civil=90, eau=30)
        odds = {"voirie": 0.8, "etat_civil": 0.6, "eau": 0.9}
        truth = {(one.conversation_id, service): dice.random() < odds[service] for one, service in found}
        samples = drawn(found, 40, WEEK + timedelta(weeks=week))
        ratings = [Rating.RIGHT if truth[one.conversation_id, one.service] else Rating.WRONG for one in samples]
        known = quality(rows(samples, ratings))
        low, high = bounds(known)
        held += low <= sum(truth.values()) / len(truth) <= high

    assert 0.92 <= held / 400 <= 0.99


def test_a_half_rated_sample_says_less() -> None:
    """The weights stand for whole services, and the margin is wider; nothing rated says nothing."""
    samples = drawn(answers(voirie=300, etat_civil=100))
    whole = quality(rows(samples, [Rating.RIGHT] * 30 + [Rating.PARTLY] * 10))
    half = quality(rows(samples, [Rating.RIGHT] * 10 + [Rating.WRONG] * 10 + [Rating.NONE] * 20))
    none = quality(rows(samples, [Rating.NONE] * 40))

    assert width(half) > width(whole)
    assert (whole.answers, whole.drawn, whole.rated, whole.counts[Rating.PARTLY]) == (400, 40, 40, 10)
    assert (none.rated, none.right, none.low, none.high) == (0, None, None, None)
    assert quality([]).answers == 0


def test_one_rating_of_many_answers_knows_little() -> None:
    """Also if it is all that its own service answered."""
    (sample,) = [one for one in drawn(answers(voirie=500, eau=1)) if one.service == "eau"]
    other = replace(sample, service="voirie", stratum=500)
    known = quality(rows([sample, other], [Rating.RIGHT, Rating.NONE]))

    assert bounds(known)[0] < 0.25


async def test_a_week_is_drawn_from_what_was_answered(store: Store) -> None:
    """Finished weeks alone, each once, with what only went on left out."""
    conversation = await conversation_of(store)
    for number in range(5):
        await answer(store, conversation, f"m{number}.0", "carte", at=number)
    await answer(store, conversation, "m9.0", "")
    monday = datetime(2026, 1, 12, 3, 30, tzinfo=PARIS)
    await nightly(store.samples, lambda _: "etat_civil", PARIS, monday - timedelta(days=1))
    early = await store.samples.weeks(9)
    await nightly(store.samples, lambda _: "etat_civil", PARIS, monday)
    await nightly(store.samples, lambda _: "etat_civil", PARIS, monday + timedelta(days=1))
    kept = await store.samples.of([WEEK])

    assert early == []
    assert {one.answer_ref for one in kept} == {f"m{number}.0" for number in range(5)}
    assert {(one.service, one.stratum) for one in kept} == {("etat_civil", 5)}


async def test_a_week_begins_on_the_towns_monday(store: Store) -> None:
    """By its own clock, not by UTC."""
    conversation = await conversation_of(store)
    sunday_night = datetime(2026, 1, 4, 23, 30, tzinfo=timezone.utc)
    await answer(store, conversation, "m1.0", "carte", at=(sunday_night - START).total_seconds())
    await answer(store, conversation, "m0.0", "carte", at=(sunday_night - START).total_seconds() - 3600)

    assert await draw(store.samples, lambda _: "", PARIS, WEEK, after(days=9)) == 1
    assert [one.answer_ref for one in await store.samples.of([WEEK])] == ["m1.0"]
