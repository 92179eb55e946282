"""The words of buttons, typed: « voir plus », « aucune de ces réponses », « autre situation », « retour »."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actions.acts import ActionComplaint, ActionPrivacy, ActionResume, ActionStatusOfRequest
from actions.base import GuichetAction
from actions.navigating import MORE, NONE, OTHER, typed
from actions.opening import ActionOpeningHours
from bot.fiches import AUDIENCES
from bot.knowledge.following import FollowedFiches
from bot.messages import AnswerStatus
from bot.store.sql import Store
from tests.actions.talk import OFFICE, Talk, talking
from tests.actions.test_fiches import opened
from tests.knowledge import small
from tests.knowledge.fiches import FICHES

pytestmark = pytest.mark.rasa


@pytest.fixture
async def talk(store: Store) -> AsyncIterator[Talk]:
    for audience in AUDIENCES:
        fiches = [one for one in FICHES if one.audience == audience]
        await store.fiches.replace(audience, fiches, {one.id: "1" for one in fiches}, {}, small.NOON)
    async with talking(store, OFFICE, fiches=FollowedFiches(store.fiches, opened)) as begun:
        yield begun


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("Voir plus", MORE), ("la suite svp", MORE), ("Aucune de ces réponses", NONE), ("Retour", OTHER)),
        *(("autre situation", OTHER), ("retour d'un livre", ""), ("plus de place en crèche", ""), ("", "")),
    ],
)
def test_only_the_words_themselves_are_a_button(text: str, meant: str) -> None:
    """A question that begins with the same word is a question."""
    assert typed(text) == meant


async def test_more_is_typed(talk: Talk) -> None:
    """« Voir plus » in words goes on with the answer, of a fiche in its case and of the town's page."""
    await talk.ask("combien coûte une carte d'identité perdue en France pour un mineur")
    more = await talk.ask("voir plus")
    pool = await talk.ask("horaires de la piscine")
    further = await talk.ask("la suite")

    assert more.status is AnswerStatus.ANSWERED
    assert "trois semaines" in more.values["passage"]
    assert further.values["passage"] != pool.values["passage"]
    assert further.sources[0].title == pool.sources[0].title


async def test_another_situation_is_typed(talk: Talk) -> None:
    """« Retour » within the cases of a fiche asks the first one again."""
    await talk.ask("combien coûte une carte d'identité perdue")
    await talk.ask("en France")
    back = await talk.ask("retour")

    assert [one.title for one in back.buttons] == ["En France", "À l’étranger"]


async def test_a_way_back_to_nowhere_is_not_looked_up(talk: Talk) -> None:
    """« Retour » with nothing before it is no question."""
    assert (await talk.ask("retour")).status is AnswerStatus.LOST


async def test_none_of_these_is_typed(talk: Talk) -> None:
    """Under titles it means what its button does."""
    await talk.ask("papiers")
    talk.slots["offered"] = ["part:F1", "part:F2"]
    said = await talk.ask("aucune de ces réponses")

    assert said.say == "none_fits"


@pytest.mark.parametrize(
    "action", [ActionComplaint, ActionStatusOfRequest, ActionPrivacy, ActionOpeningHours, ActionResume]
)
async def test_a_case_is_understood_whatever_act_it_looks_like(talk: Talk, action: type[GuichetAction]) -> None:
    """« Je suis mineur » after « laquelle est la vôtre ? » is that case, though the model takes it for a complaint."""
    await talk.ask("combien coûte une carte d'identité perdue en France")
    said = await talk.run(action(talk.services), "je suis mineur", "complaint", "typed")

    assert said.status is AnswerStatus.ANSWERED
    assert "enfant vaut 20" in said.values["passage"]


async def test_what_follows_is_no_form_that_was_left(talk: Talk) -> None:
    """« La suite » is read as going on with a form; without one it is the next passage."""
    first = await talk.ask("horaires de la piscine")
    said = await talk.run(ActionResume(talk.services), "la suite", "resume", "typed")

    assert said.sources[0].title == first.sources[0].title
    assert said.values["passage"] != first.values["passage"]
