"""Measures of a model, and whether a new one may take the old one's place."""

from __future__ import annotations

import pytest

from bot.understanding.judging import compare
from bot.understanding.measures import Labelled, Measured, Understood, measure


def understood(intent: str, confidence: float = 0.9, best: str | None = None) -> Understood:
    alarms = confidence if intent in {"emergency", "self_harm_distress"} else 0.0
    return Understood(intent, intent if best is None else best, confidence, alarms=alarms)


def test_shares_and_confusions() -> None:
    """Two greetings of three, one thanks of one: counted by hand."""
    found = measure(
        [
            Labelled("bonjour", "greet"),
            Labelled("salut", "greet"),
            Labelled("bjr", "greet"),
            Labelled("merci", "thank"),
        ],
        [understood("greet"), understood("greet"), understood("thank"), understood("thank")],
    )

    assert (found.accuracy, found.n, found.rejected) == (0.75, 4, 0.0)
    assert found.recall_by_intent == {"greet": pytest.approx(2 / 3), "thank": 1.0}
    assert found.confusion == {"greet": {"thank": 1}}
    # Greetings: precision 1, recall 2/3; thanks: precision 1/2, recall 1.
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert [one.text for one in found.mistakes] == ["bjr"]


def test_a_rejected_question_is_answered_all_the_same() -> None:
    """Both go to the knowledge base; an act that is rejected is missed."""
    found = measure(
        [Labelled("carte grise", "ask_question"), Labelled("merci", "thank")],
        [understood("nlu_fallback", 0.3, "greet"), understood("nlu_fallback", 0.3, "thank")],
    )

    assert found.recall_by_intent == {"ask_question": 1.0, "thank": 0.0}
    assert found.rejected == 1.0


@pytest.mark.parametrize("label", ["", "out_of_scope", "nlu_fallback"])
def test_what_is_none_of_the_acts_should_be_rejected(label: str) -> None:
    """By whatever name it goes; and it says nothing of the calibration."""
    rejected = measure([Labelled("blabla", label)], [understood("nlu_fallback", 0.4, "greet")])
    accepted = measure([Labelled("blabla", label)], [understood("greet", 0.9)])

    assert (rejected.accuracy, accepted.accuracy) == (1.0, 0.0)
    assert accepted.confusion == {"nlu_fallback": {"greet": 1}}
    assert (rejected.ece, accepted.ece) == (None, None)


def test_calibration_is_the_gap_between_sureness_and_truth() -> None:
    """Nine tenths sure and right half of the time is a gap of 0.4."""
    labelled = [Labelled("bonjour", "greet"), Labelled("merci", "thank")]

    assert measure(labelled, [understood("greet", 0.9), understood("greet", 0.9)]).ece == pytest.approx(0.4)
    assert measure(labelled, [understood("greet", 1.0), understood("thank", 1.0)]).ece == pytest.approx(0.0)


def test_the_lexicon_of_danger_comes_first() -> None:
    """What it is sure of is the whole answer; what it thinks possible stands before the model's."""
    sure = Understood("report_street_issue", "report_street_issue", 0.8, "emergency", True)
    possible = Understood("report_street_issue", "report_street_issue", 0.8, "emergency", False)
    labelled = [Labelled("ça brûle", "emergency"), Labelled("ça sent le brûlé", "report_street_issue")]

    assert measure(labelled, [sure, possible]).accuracy == 1.0
    assert measure(labelled, [possible, possible]).accuracy == 1.0
    assert measure(labelled, [sure, sure]).confusion == {"report_street_issue": {"emergency": 1}}


@pytest.mark.parametrize("count", [0, 1])
def test_results_belong_to_messages(count: int) -> None:
    """Nothing is measured on nothing, and nothing is paired wrongly."""
    with pytest.raises(ValueError, match="messages and 0 results"):
        measure([Labelled("bonjour", "greet")] * count, [])


DANGERS = [Labelled("au feu", "emergency"), *(Labelled(f"bonjour {n}", "greet") for n in range(99))]


def with_mistakes(*places: int) -> Measured:
    return measure(
        DANGERS,
        [understood("thank") if place in places else understood(one.intent) for place, one in enumerate(DANGERS)],
    )


def test_a_worse_model_meets_objections() -> None:
    """One mistake more in a hundred is within the margin, two are not."""
    assert compare(with_mistakes(1), with_mistakes(2, 3)).objections == ()
    (objection,) = compare(with_mistakes(1), with_mistakes(2, 3, 4)).objections
    assert objection == "it understands 97.0% of 100 messages, the old one 99.0%"


def test_a_better_model_that_misses_a_danger_is_refused() -> None:
    """However much else it understands."""
    found = compare(with_mistakes(1, 2, 3), with_mistakes(0), margin=1.0)

    assert found.objections == ("it misses danger or distress that is plain to the old one: « au feu »",)
    assert found.mended == ("bonjour 0", "bonjour 1", "bonjour 2")
    assert found.broken == ("au feu",)


ALARMS = [Labelled(f"à l'aide {n}", "emergency") for n in range(200)]


def seeing(sure: float, *missed: int) -> Measured:
    """A model that sees all but some of 200 dangers, as sure of each."""
    found = [
        Understood("nlu_fallback", "greet", 0.6, alarms=0.1)
        if place in missed
        else Understood("emergency", "emergency", sure, alarms=sure)
        for place in range(len(ALARMS))
    ]
    return measure(ALARMS, found)


def test_dangers_that_were_plain_may_not_be_missed() -> None:
    """From one half on, even if others are seen instead; one that was hardly seen may go where another comes."""
    plain = compare(seeing(0.5, 0, 1), seeing(0.5, 2))
    hardly = compare(seeing(0.49, 0, 1), seeing(0.49, 2))

    assert (plain.alarms_lost, plain.alarms_forgotten) == (("à l'aide 2",), ("à l'aide 2",))
    assert plain.objections == ("it misses danger or distress that is plain to the old one: « à l'aide 2 »",)
    assert (hardly.alarms_lost, hardly.alarms_found) == (("à l'aide 2",), ("à l'aide 0", "à l'aide 1"))
    assert hardly.objections == ()


def test_fewer_dangers_are_no_better_however_hardly_they_were_seen() -> None:
    """Two of two hundred is one in a hundred, three are more; what is found is counted against it."""
    old = seeing(0.3, 9)
    worse, fewer = compare(old, seeing(0.3, 0, 1, 2, 9)).objections

    assert compare(old, seeing(0.3, 0, 1, 9)).objections == ()
    assert compare(old, seeing(0.3, 0, 1, 2)).objections == ()
    assert worse == "it understands 98.0% of 200 messages, the old one 99.5%"
    assert fewer.startswith("it misses 3 of 200 messages of danger or distress that the old one sees, and sees 0")


def test_a_danger_that_both_miss_is_no_objection() -> None:
    """The new model takes nothing away."""
    assert compare(with_mistakes(0), with_mistakes(0)).objections == ()


def test_measures_of_different_files_are_not_compared() -> None:
    """Nor with a margin that is no share."""
    short = measure(DANGERS[:1], [understood("emergency")])
    with pytest.raises(ValueError, match="not on 100 and 1"):
        compare(with_mistakes(), short)
    with pytest.raises(ValueError, match="between 0 and 1"):
        compare(with_mistakes(), with_mistakes(), margin=1.5)
