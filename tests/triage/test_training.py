"""How right a model is on letters by a hand that it has not learnt from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.readings import LetterKind, Urgency
from bot.triage import training
from bot.triage.examples import Example
from bot.triage.training import ALWAYS, FEW, FOLDS, folds
from tests.fakes.letters import examples


def written(origin: str, label: str, count: int, is_letter: bool = True) -> list[Example]:
    return [
        Example("", f"{origin} {label} {n}", service=label, origin=origin, is_letter=is_letter) for n in range(count)
    ]


def asked(given: list[Example]) -> list[int]:
    found: list[int] = folds(given, [one.body for one in given], [one.service for one in given]).tolist()
    return found


def test_each_hand_is_asked_apart() -> None:
    """All letters of a hand are in one fold, so that none of them is read by what its own hand taught."""
    given = [*written("odd", "voirie", FEW), *written("odd", "sports", FEW), *written("plain", "voirie", FEW)]
    given += written("plain", "sports", FEW)

    found = asked(given)

    assert len(set(found[: 2 * FEW])) == len(set(found[2 * FEW :])) == 1
    assert found[0] != found[-1]


def test_terms_and_hands_of_few_letters_are_always_known() -> None:
    """A term is no letter, and three letters measure nothing."""
    given = [*written("odd", "voirie", FEW), *written("plain", "voirie", FEW)]
    given += [*written("odd", "voirie", 5, is_letter=False), *written("desk", "voirie", 3)]

    assert asked(given)[2 * FEW :] == [ALWAYS] * 8


def test_a_class_of_one_hand_is_asked_in_parts() -> None:
    """Nobody else has written spam: a part of it is read by what the rest has taught, the same letter twice in one part."""
    given = [*written("odd", "voirie", FEW), *written("kinds", "voirie", FEW), *written("kinds", "spam", 2 * FEW)]
    given.append(given[-1])

    found = asked(given)

    assert set(found[2 * FEW :]) == set(range(FOLDS))
    assert found[-1] == found[-2]
    assert not set(found[: 2 * FEW]) & set(range(FOLDS))


def test_one_hand_alone_is_asked_in_parts() -> None:
    """A town that has only its own letters is measured all the same."""
    assert set(asked(written("own", "voirie", FEW))) == set(range(FOLDS))
    assert ALWAYS not in asked(written("own", "voirie", FEW // 2))


def test_an_unknown_hand_is_read_less_well_than_a_known_one() -> None:
    """Two hands that call the same matters by other words: by letters mixed all would be right, by hands nothing is."""
    strange = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
    ours = [replace(one, origin="ours", kind=LetterKind.REQUEST) for one in examples() if one.service and one.is_letter]
    theirs = [
        replace(one, origin="theirs", subject=one.subject.translate(strange), body=one.body.translate(strange))
        for one in ours
    ]
    mixed = [replace(one, origin="") for one in (*ours, *theirs)]

    apart = training.train([*ours, *theirs], [one.body for one in (*ours, *theirs)]).measured["accuracy@1"]
    together = training.train(mixed, [one.body for one in mixed]).measured["accuracy@1"]

    assert apart < 0.6
    assert together > 0.9


def test_a_service_alone_is_trusted_from_where_nine_in_ten_are_right() -> None:
    """The lowest such score; where none is, nothing is sent by itself."""
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])

    assert training._sure(scores, np.array([True, True, True, True, False])) == 0.6
    assert training._sure(scores, np.array([False, False, False, True, True])) == 1.0


def test_letters_that_say_nothing_of_kinds_are_refused_in_words() -> None:
    """And letters of which none is urgent teach that none is."""
    plain = [replace(one, urgency=Urgency.NORMAL) for one in examples() if one.is_letter]
    silent = [replace(one, kind=None, urgency=None) for one in plain]

    learnt = training.train(plain, [one.body for one in plain])

    assert (learnt.urgent.classes, learnt.urgent_from) == (("no",), 1.0)
    with pytest.raises(ConfigurationError, match="request, complaint"):
        training.train(silent, [one.body for one in silent])
