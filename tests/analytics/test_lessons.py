"""What of a day is shown to agents to be judged, and what never is."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot import safety
from bot.analytics.lessons import Candidate, candidates, chosen, nightly, of_day
from bot.lessons import NewLesson, Talk, Understood, Why
from bot.messages import Address, AnswerStatus, Author, Reply, Source
from bot.store.base import CITIZEN, Entry
from bot.store.sql import Store
from bot.understanding import nearness
from tests.store.conftest import sqlite_url as url
from tests.store.conftest import store
from tests.store.contract_lessons import heard, scored
from tests.store.words import conversation_of, put
from tests.test_imports import ROOT

__all__ = ["store", "url"]

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 3, 29)
"""The day on which the clocks go forward."""
NOON = datetime(2026, 3, 29, 10, 0, tzinfo=timezone.utc)
SINCE, UNTIL = NOON - timedelta(hours=11), NOON + timedelta(hours=12)
SURE, UNSURE = Understood("ask_question", 0.9, 0.8), Understood("complaint", 0.2, 0.05, unsure=True)
QUESTION = "ma poubelle est cassée"


def said(ref: str, text: str, minutes: float = 0) -> Entry:
    return Entry(1, ref, CITIZEN, text, NOON + timedelta(minutes=minutes))


def answered(ref: str, status: AnswerStatus | None, article: str = "", minutes: float = 0) -> Entry:
    sources = (Source("Titre", "/x", article=article),) if article else ()
    reply = Reply(ref, "Voici.", status=status, sources=sources)
    return Entry(1, ref, Author.BOT.value, reply.text, NOON + timedelta(minutes=minutes), reply)


def talk(*lines: Entry, useless: dict[str, str] | None = None, **understood: Understood) -> Talk:
    return Talk("c1", "fr", lines, understood, useless or {})


def found(one: Talk) -> list[NewLesson]:
    return [each.lesson for each in candidates(one, SINCE, UNTIL, safety.load(), ())]


def whys(one: Talk) -> list[tuple[str, Why, str]]:
    return [(lesson.ref, lesson.why, lesson.meant) for lesson in found(one)]


LOST, ANSWERED, CHOOSE = AnswerStatus.LOST, AnswerStatus.ANSWERED, AnswerStatus.CHOOSE


def pressed(intent: str, article: str = "") -> Understood:
    return Understood(intent, 1.0, 1.0, pressed=True, article=article)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (talk(said("m1", QUESTION), answered("m1.0", ANSWERED, "bac"), m1=SURE), []),
        (talk(said("m1", QUESTION), answered("m1.0", ANSWERED, "bac"), m1=UNSURE), [("m1", Why.UNSURE, "")]),
        (talk(said("m1", QUESTION), answered("m1.0", LOST), m1=SURE), [("m1", Why.LOST, "")]),
        (
            talk(said("m1", QUESTION), answered("m1.0", AnswerStatus.OUT_OF_SCOPE), m1=SURE),
            [("m1", Why.LOST, "")],
        ),
        (talk(said("m1", QUESTION), answered("m1.0", AnswerStatus.UNAVAILABLE), m1=SURE), []),
        (
            talk(
                said("m1", QUESTION),
                answered("m1.0", ANSWERED, "bac"),
                said("m2", "Non"),
                m1=SURE,
                m2=pressed("deny", "bac"),
                useless={"m2": "bac"},
            ),
            [("m1", Why.USELESS, "")],
        ),
        (
            talk(
                said("m1", QUESTION),
                answered("m1.0", CHOOSE),
                said("m2", "Bac"),
                answered("m2.0", ANSWERED, "bac"),
                m1=SURE,
                m2=pressed("choose", "bac"),
            ),
            [("m1", Why.CORRECTED, "bac")],
        ),
        (
            talk(said("m1", QUESTION), answered("m1.0", CHOOSE), m1=SURE, m2=pressed("none_of_these")),
            [],
        ),
        (
            talk(
                said("m1", QUESTION),
                answered("m1.0", CHOOSE),
                said("m2", "Aucun"),
                m1=SURE,
                m2=pressed("none_of_these"),
            ),
            [("m1", Why.CORRECTED, "")],
        ),
        (
            talk(
                said("m1", "ma boîte jaune fuit"),
                answered("m1.0", LOST),
                said("m2", QUESTION, 2),
                answered("m2.0", ANSWERED, "bac", 2),
                m1=SURE,
                m2=SURE,
            ),
            [("m1", Why.CORRECTED, "bac")],
        ),
        (
            talk(
                said("m1", "ma boîte jaune fuit"),
                answered("m1.0", LOST),
                said("m2", QUESTION, 11),
                answered("m2.0", ANSWERED, "bac", 11),
                m1=SURE,
                m2=SURE,
            ),
            [("m1", Why.LOST, "")],
        ),
    ],
    ids=["sure", "unsure", "lost", "outside", "down", "useless", "chosen", "not pressed", "none", "again", "too late"],
)
def test_each_reason_is_seen(one: Talk, expected: list[tuple[str, Why, str]]) -> None:
    """A message is shown for what became of it, and with what its citizen seems to have meant."""
    assert whys(one) == expected


def test_a_useless_choice_is_not_what_was_meant() -> None:
    """A title that was chosen and did not help is no correction."""
    one = talk(
        said("m1", QUESTION),
        answered("m1.0", CHOOSE),
        said("m2", "Bac"),
        said("m3", "Non"),
        m1=SURE,
        m2=pressed("choose", "bac"),
        m3=pressed("deny", "bac"),
        useless={"m3": "bac"},
    )

    assert whys(one) == [("m1", Why.USELESS, "")]


def test_personal_data_is_masked() -> None:
    """What is kept holds no number, no address and no name that can be known by its form."""
    words = "je m'appelle Lucie Garnier, rappelez-moi au 06 12 34 56 78 pour ma poubelle"
    (one,) = found(talk(said("m1", words), answered("m1.0", LOST), m1=SURE))

    assert one.text == "je m'appelle [nom], rappelez-moi au [téléphone] pour ma poubelle"


@pytest.mark.parametrize("words", ["", "??", "🙂", "x" * 301, "\x00\x01"])
def test_what_is_no_example_is_not_shown(words: str) -> None:
    """Without a letter, or longer than anybody's example."""
    assert found(talk(said("m1", words), answered("m1.0", LOST), m1=SURE)) == []


def test_what_was_said_elsewhere_is_not_shown() -> None:
    """In a form it may be anybody's address, to an agent it is theirs, a photo has no words, yesterday was yesterday."""
    form = talk(said("m1", QUESTION), answered("m1.0", LOST), m1=replace(SURE, in_form=True))
    agents = talk(said("m1", QUESTION), answered("m1.0", LOST))
    photo = talk(said("m1", QUESTION), answered("m1.0", LOST), m1=Understood("photo", 1.0, 1.0))
    before = talk(said("m1", QUESTION, -12 * 60), answered("m1.0", LOST), m1=SURE)

    assert [found(one) for one in (form, agents, photo, before)] == [[]] * 4


def dangers() -> list[str]:
    """Every sentence of danger and distress that the project's tests hold."""
    given = yaml.safe_load((ROOT / "tests" / "safety_sentences.yml").read_text(encoding="utf-8"))
    foreign = (text for texts in given["cries_elsewhere"].values() for text in texts)
    return [*given["cries"], *given["hints"], *foreign]


def test_danger_and_distress_never_become_lessons() -> None:
    """Neither the message itself nor what else was said in that conversation, whatever the model took it for."""
    sentences = dangers()
    kept = [
        text
        for text in sentences
        if found(talk(said("m1", text), answered("m1.0", LOST), said("m2", QUESTION), m1=UNSURE, m2=UNSURE))
    ]

    assert len(sentences) > 100
    assert kept == []


@pytest.mark.parametrize(
    "alarming",
    [
        talk(said("m1", QUESTION), answered("m1.alarm", None), m1=UNSURE),
        talk(said("m1", QUESTION), m1=replace(UNSURE, alarm=0.1)),
        talk(said("m1", QUESTION), m1=replace(UNSURE, intent="self_harm_distress")),
    ],
)
def test_what_only_the_model_feared_is_no_lesson(alarming: Talk) -> None:
    """An alarm that was answered, or an intent of danger far below what the gate needs, ends it."""
    assert found(alarming) == []


def candidate(text: str, uncertainty: float, meant: str = "", minutes: int = 0) -> Candidate:
    at = NOON + timedelta(minutes=minutes)
    return Candidate(NewLesson("c", f"{text}{minutes}", text, "fr", "x", 0.5, "", meant, Why.LOST, 1, at), uncertainty)


def test_the_most_informative_come_first() -> None:
    """By uncertainty in tenths, then by how many said so; what says nearly the same comes once."""
    given = [
        candidate("où est la piscine", 0.71),
        candidate("Horaires de la déchèterie ?", 0.69, minutes=1),
        candidate("horaires de la dechetterie", 0.2, minutes=2),
        candidate("horaires de la déchèterie", 0.69, "decheterie", minutes=3),
        candidate("le bus 4", 0.95),
        candidate("déjà vu", 1.0),
    ]
    kept = chosen(given, ["Déjà vu !"], 2)
    everything = chosen(given, ["Déjà vu !"], 99)

    assert [one.text for one in kept] == ["le bus 4", "horaires de la déchèterie"]
    assert [(one.text, one.times, one.meant) for one in everything][1] == ("horaires de la déchèterie", 2, "decheterie")
    assert len(everything) == 4
    assert chosen(given, [], 0) == []


def test_near_texts_are_found_as_by_comparing_all() -> None:
    """The groups are those that the slow way finds."""
    words = ["carte", "identité", "perdue", "volée", "poubelle", "jaune", "la", "ma", "est", "où"]
    texts = [" ".join(words[(n * step) % 10] for step in (1, 3, 7, 2, n % 4)) for n in range(200)]
    texts += [f"{text}s" for text in texts[::3]] + [f"{text} s'il vous plaît bonjour" for text in texts[::5]]
    pieces = [nearness.pieces(nearness.key(text)) for text in texts]
    slow: list[int] = []
    for place, own in enumerate(pieces):
        firsts = [first for first in range(place) if slow[first] == first]
        near = [one for one in firsts if len(own & pieces[one]) >= nearness.NEAR * len(own | pieces[one])]
        slow.append(near[0] if near else place)

    assert nearness.groups(texts) == slow
    assert len(set(slow)) < len(texts)


async def ask(store: Store, key: str, text: str, at: datetime, confidence: float = 0.2) -> None:
    """A message that the model was not sure of."""
    ref = f"{key}-1"
    await put(store, ref, Address("web", key), text, at)
    conversation = await conversation_of(store, Address("web", key))
    ranking = scored(nlu_fallback=0.25, complaint=confidence, greet=0.05)
    event = heard(ref, "nlu_fallback", 0.25, text, intent_ranking=ranking, scope={"tier": "unsure"})
    await store.tracker_events.append(conversation, [{**event, "timestamp": at.timestamp()}], 0)


async def test_a_night_can_be_done_again(store: Store) -> None:
    """It keeps at most so many of a day, finds the days that were missed, and done twice it adds nothing."""
    for number in range(6):
        await ask(store, f"k{number}", f"question numéro {'abcdef'[number] * 5}", NOON, 0.2 + number / 100)
    await ask(store, "late", "celle de samedi soir", NOON - timedelta(days=1))
    now = NOON + timedelta(days=1)
    await nightly(store.lessons, safety.load(), PARIS, now, a_day=4)
    first = await store.lessons.waiting(99)
    await nightly(store.lessons, safety.load(), PARIS, now, a_day=4)

    assert len(first) == 5
    assert await store.lessons.waiting(99) == first
    assert first[-1].text == "celle de samedi soir"


async def test_a_day_is_the_towns(store: Store) -> None:
    """With 23 hours when the clocks go forward; a moment on either side of midnight is another day's."""
    midnight = datetime(2026, 3, 28, 23, 0, tzinfo=timezone.utc)
    end = datetime(2026, 3, 29, 22, 0, tzinfo=timezone.utc)
    for name, at in (
        ("a", midnight - timedelta(seconds=1)),
        ("b", midnight),
        ("c", end - timedelta(seconds=1)),
        ("d", end),
    ):
        await ask(store, name, f"question {name * 9}", at)
    kept = await of_day(store.lessons, safety.load(), PARIS, DAY)

    assert kept == 2
    assert {one.text for one in await store.lessons.waiting(9)} == {f"question {name * 9}" for name in "bc"}


async def test_an_empty_town_teaches_nothing(store: Store) -> None:
    """And nothing goes wrong there."""
    await nightly(store.lessons, safety.load(), PARIS, NOON)

    assert await store.lessons.waiting(9) == []


async def test_a_night_keeps_nobody_waiting(store: Store) -> None:
    """What is weighed is weighed outside the event loop: who writes of danger at half past three is answered at once."""
    await ask(store, "anne", "celle de samedi soir", NOON)
    lexicon, threads = safety.load(), set[int]()

    class Overheard(safety.Safety):
        def check(self, text: str) -> safety.Alert | None:
            threads.add(threading.get_ident())
            return lexicon.check(text)

    overheard = Overheard(lexicon.violence, lexicon.danger, lexicon.distress, lexicon.spellings)
    assert await of_day(store.lessons, overheard, PARIS, DAY) == 1
    assert threads
    assert threading.get_ident() not in threads
