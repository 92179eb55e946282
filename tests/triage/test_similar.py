"""What agents decided counts from the next letter on."""

from __future__ import annotations

import numpy as np
import pytest

from bot.triage import features
from bot.triage.examples import Example
from bot.triage.features import Vocabulary, said_of
from bot.triage.similar import TRUST, Similar, remember

NAMES = ("eau_assainissement", "sports", "voirie")
PUMP = "La pompe de la fontaine couine toute la nuit sous mes fenêtres."
SCORES = np.array([0.2, 0.1, 0.7])


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    others = ("Un trou dans la chaussée de la rue.", "Le vestiaire du gymnase est fermé.", "Une fuite sous mon évier.")
    return features.learn([said_of("", text) for text in (PUMP, *others)])


def blended(decided: list[Example], known: Vocabulary, text: str) -> features.Floats:
    return remember(decided, known).blend(known.row(said_of("", text)), NAMES, SCORES)


def test_nothing_decided_changes_nothing(known: Vocabulary) -> None:
    """A town that has just begun."""
    assert np.array_equal(blended([], known, PUMP), SCORES)
    assert remember([], known) == Similar()


def test_the_same_letter_goes_where_an_agent_sent_it(known: Vocabulary) -> None:
    """It has nearly all the weight, and scores still add up to 1."""
    found = blended([Example("", PUMP, service="eau_assainissement")], known, PUMP)

    assert found.argmax() == 0
    assert np.isclose(found[0], TRUST + (1 - TRUST) * SCORES[0])
    assert np.isclose(found.sum(), 1.0)


def test_another_letter_is_left_as_it_is(known: Vocabulary) -> None:
    """A decision about a pump says nothing of a gymnasium."""
    decided = [Example("", PUMP, service="eau_assainissement")]

    assert np.array_equal(blended(decided, known, "Le vestiaire du gymnase est fermé."), SCORES)


def test_a_service_that_nobody_knows_any_more_does_not_count(known: Vocabulary) -> None:
    """A decision for a service that the town has closed."""
    assert np.array_equal(blended([Example("", PUMP, service="fontaines")], known, PUMP), SCORES)


def test_decisions_that_differ_share_the_vote(known: Vocabulary) -> None:
    """Two agents sent the same letter to two services: both are likely, neither is sure."""
    decided = [Example("", PUMP, service="eau_assainissement"), Example("", PUMP, service="sports")]

    found = blended(decided, known, PUMP)

    assert np.isclose(found[0] - found[1], (1 - TRUST) * (SCORES[0] - SCORES[1]))
    assert found[0] > found[2]
